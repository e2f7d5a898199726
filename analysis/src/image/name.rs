//! The name of an image, whichever mirror it comes from, and what its tag tells.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'r> {
    /// As written, without tag and digest.
    pub(super) repository: &'r str,
    /// As written, variables and all; none where a digest alone says which image is meant.
    pub(super) tag: Option<&'r str>,
}

/// The version that a tag starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// It is not known.
    Unknown,
    /// None is given: the newest.
    Newest,
    /// It starts with this number; the second one is that of the newest where none is given.
    Number {
        major: u32,
        minor: Option<u32>,
        /// False where a variable stands for the second number.
        is_whole: bool,
    },
}

/// Registries that serve images of Docker Hub under their names there.
const DOCKER_HUB: &[&str] = &[
    "docker.io",
    "index.docker.io",
    "mirror.gcr.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    // https://docs.gitlab.com/user/packages/dependency_proxy/
    "dependency_proxy/containers",
];

/// Registries whose names are part of the names in the table, and those that serve the same as another one.
const REGISTRIES: &[(&str, &str)] = &[
    ("cgr.dev", "cgr.dev"),
    ("container-registry.oracle.com", "container-registry.oracle.com"),
    ("gcr.io", "gcr.io"),
    ("ghcr.io", "ghcr.io"),
    ("mcr.microsoft.com", "mcr.microsoft.com"),
    ("nvcr.io", "nvcr.io"),
    ("public.ecr.aws", "public.ecr.aws"),
    ("quay.io", "quay.io"),
    ("registry.access.redhat.com", "registry.access.redhat.com"),
    ("registry.fedoraproject.org", "registry.fedoraproject.org"),
    ("registry.redhat.io", "registry.access.redhat.com"),
];

/// Who publishes the official images for one architecture each
/// (<https://github.com/docker-library/official-images#architectures-other-than-amd64>).
const ARCHITECTURES: &[&str] =
    &["amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "mips64le", "ppc64le", "riscv64", "s390x"];

impl<'r> Name<'r> {
    /// None where a variable is part of the name.
    pub(super) fn of(reference: &'r str) -> Option<Self> {
        let (written, has_digest) = match reference.split_once('@') {
            Some((written, _)) => (written, true),
            None => (reference, false),
        };
        let last = written.find('$').unwrap_or(written.len());
        let last = written[..last].rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match written[last..].split_once(':') {
            Some((name, tag)) => (&written[..last + name.len()], Some(tag)),
            None => (written, (!has_digest).then_some("latest")),
        };
        let is_plain = !repository.is_empty() && !repository.contains('$');
        // What a variable of a tag is replaced by might hold anything, but no part of a name follows it.
        (is_plain && !tag.is_some_and(|tag| tag.contains('/'))).then_some(Self { repository, tag })
    }

    /// The name in the table: `python` for an official image, `oven/bun` for one of Docker Hub, `quay.io/a/b` for
    /// others. None where it could be anybody's.
    pub(super) fn canonical(&self) -> Option<Cow<'r, str>> {
        let text = self.repository;
        let official = text.strip_prefix("library/").or(text.rsplit_once("/library/").map(|(_, name)| name));
        if let Some(name) = official {
            return (!name.contains('/')).then_some(Cow::Borrowed(name));
        }
        for start in starts(text) {
            let rest = &text[start..];
            if let Some(name) = DOCKER_HUB.iter().find_map(|registry| below(registry, rest)) {
                return of_docker_hub(name).map(Cow::Borrowed);
            }
            let own = REGISTRIES.iter().find_map(|(registry, own)| Some((*own, below(registry, rest)?)));
            match own {
                Some((own, _)) if rest.starts_with(own) => return Some(Cow::Borrowed(rest)),
                Some((own, name)) => return Some(Cow::Owned(format!("{own}/{name}"))),
                None => {}
            }
        }
        of_docker_hub(text).map(Cow::Borrowed)
    }

    /// Whether the tag has a word that starts like this; none where a variable may stand for it.
    pub(super) fn has(&self, word: &str) -> Option<bool> {
        let tag = self.tag?;
        match words(tag).any(|written| written.starts_with(word)) {
            true => Some(true),
            false => (!tag.contains('$')).then_some(false),
        }
    }

    /// True where nothing of the tag is left open.
    pub(super) fn is_certain(&self) -> bool {
        self.tag.is_some_and(|tag| !tag.contains('$'))
    }

    /// The version that the tag starts with.
    pub(super) fn version(&self) -> Version {
        let Some(tag) = self.tag else { return Version::Unknown };
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let digits = |text: &str| text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        let end = digits(tag);
        let (major, rest) = tag.split_at(end);
        let Ok(major) = major.parse() else {
            return if tag.contains('$') { Version::Unknown } else { Version::Newest };
        };
        if rest.starts_with('$') {
            return Version::Unknown;
        }
        let Some(rest) = rest.strip_prefix('.') else {
            return Version::Number { major, minor: None, is_whole: true };
        };
        let end = digits(rest);
        let minor = rest[..end].parse().ok().filter(|_| !rest[end..].starts_with('$'));
        Version::Number { major, minor, is_whole: minor.is_some() || !rest.contains('$') }
    }
}

impl Version {
    /// Whether it is this one, or newer.
    pub(super) fn is_from(&self, first: u32, second: u32) -> Option<bool> {
        let (major, minor, is_whole) = match *self {
            Self::Unknown => return None,
            Self::Newest => return Some(true),
            Self::Number { major, minor, is_whole } => (major, minor, is_whole),
        };
        match major.cmp(&first) {
            Ordering::Less => Some(false),
            Ordering::Greater => Some(true),
            Ordering::Equal if second == 0 => Some(true),
            Ordering::Equal => is_whole.then(|| minor.is_none_or(|minor| minor >= second)),
        }
    }
}

/// Where the parts of a name start, the last one first.
fn starts(name: &str) -> impl Iterator<Item = usize> {
    name.rmatch_indices('/').map(|(slash, _)| slash + 1).chain([0])
}

/// What stands below `folder/`.
fn below<'t>(folder: &str, text: &'t str) -> Option<&'t str> {
    text.strip_prefix(folder)?.strip_prefix('/')
}

/// `python`, or `oven/bun`: what may be called so without naming a registry.
fn of_docker_hub(name: &str) -> Option<&str> {
    match name.split_once('/') {
        None => Some(name),
        Some((user, name)) if ARCHITECTURES.contains(&user) && !name.contains('/') => Some(name),
        Some((user, rest)) => {
            let is_user = !user.contains(['.', ':']) && user != "localhost" && !rest.contains('/');
            is_user.then_some(name)
        }
    }
}

/// The words of a tag that stand there literally, from their start.
fn words(tag: &str) -> impl Iterator<Item = &str> {
    let is_between = |byte: u8| matches!(byte, b'-' | b'.' | b'_');
    let bytes = tag.as_bytes();
    let mut at = 0;
    let mut is_start = true;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            match bytes[at] {
                b'$' => at = end_of_variable(bytes, at),
                byte if is_between(byte) => at += 1,
                _ => {
                    while at < bytes.len() && bytes[at] != b'$' && !is_between(bytes[at]) {
                        at += 1
                    }
                }
            }
            let is_word = is_start && bytes[start] != b'$' && !is_between(bytes[start]);
            is_start = is_between(bytes[start]);
            if is_word {
                return Some(&tag[start..at]);
            }
        }
        None
    })
}

fn end_of_variable(bytes: &[u8], start: usize) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut at = start + 1;
    if bytes.get(at) != Some(&b'{') {
        while bytes.get(at).is_some_and(is_name) {
            at += 1;
        }
        return at;
    }
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(reference: &str) -> Option<String> {
        Name::of(reference)?.canonical().map(Cow::into_owned)
    }

    #[test]
    fn mirrors_have_the_names_of_what_they_mirror() {
        for (reference, name) in [
            ("python", "python"),
            ("python:3.13-slim@sha256:0", "python"),
            ("python:$TAG", "python"),
            ("python:${A:-3}-slim", "python"),
            ("docker.io/library/python", "python"),
            ("docker.io/python", "python"),
            ("index.docker.io/library/python", "python"),
            ("registry.example:5000/hub/library/python:3", "python"),
            ("library/python", "python"),
            ("gitlab.example/group/dependency_proxy/containers/python:3", "python"),
            ("gitlab.example/group/dependency_proxy/containers/oven/bun", "oven/bun"),
            ("public.ecr.aws/docker/library/python", "python"),
            ("mirror.gcr.io/alpine", "alpine"),
            ("mirror.gcr.io/library/alpine", "alpine"),
            ("mcr.microsoft.com/mirror/docker/library/python", "python"),
            ("arm32v7/debian", "debian"),
            ("docker.io/arm64v8/debian:12", "debian"),
            ("oven/bun:1", "oven/bun"),
            ("docker.io/oven/bun", "oven/bun"),
            ("mirror.example/docker.io/oven/bun", "oven/bun"),
            ("gcr.io/distroless/static:nonroot", "gcr.io/distroless/static"),
            ("mirror.example/gcr.io/distroless/static", "gcr.io/distroless/static"),
            ("registry.redhat.io/ubi9/ubi", "registry.access.redhat.com/ubi9/ubi"),
            ("mirror.example/registry.redhat.io/ubi9", "registry.access.redhat.com/ubi9"),
        ] {
            assert_eq!(canonical(reference).as_deref(), Some(name), "{reference}");
        }
    }

    #[test]
    fn others_may_be_anything() {
        for reference in [
            "example.com/python",
            "localhost/python",
            "localhost:5000/python",
            "a/b/python",
            "mirror.example/hub/python",
            "docker.io/a/b/python",
            "x/library/python/y",
            "$IMAGE",
            "$REGISTRY/python",
            "${REGISTRY}python:3",
            "registry.example:$PORT/library/python",
            "python$X:3",
            "python:$A/b",
            "",
            ":3",
        ] {
            assert_eq!(canonical(reference), None, "{reference}");
        }
    }

    #[test]
    fn words_are_what_stands_there_literally() {
        for (tag, expected) in [
            ("3.13-slim_x", &["3", "13", "slim", "x"][..]),
            ("$V-alpine", &["alpine"]),
            ("${V:-${A}-x}-alpine$B.C", &["alpine", "C"]),
            ("${V}alpine", &[]),
            ("alpine$V", &["alpine"]),
            ("${V", &[]),
            ("-", &[]),
        ] {
            assert_eq!(words(tag).collect::<Vec<_>>(), expected, "{tag}");
        }
    }

    #[test]
    fn versions_are_compared_as_far_as_they_are_known() {
        let is_from = |tag: &str| Name { repository: "x", tag: Some(tag) }.version().is_from(2, 4);
        for (tag, expected) in [
            ("2.4", Some(true)),
            ("v2.10-alpine", Some(true)),
            ("2", Some(true)),
            ("2-alpine", Some(true)),
            ("2.3.9", Some(false)),
            ("1.9-$X", Some(false)),
            ("3.$X", Some(true)),
            ("2.$X", None),
            ("2.4$X", None),
            ("2$X", None),
            ("$X", None),
            ("latest", Some(true)),
            ("alpine", Some(true)),
        ] {
            assert_eq!(is_from(tag), expected, "{tag}");
        }
        assert_eq!(Name { repository: "x", tag: None }.version(), Version::Unknown);
    }
}
