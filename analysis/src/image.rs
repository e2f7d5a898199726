//! What is known of base images.

/// An official image of Docker Hub, or a mirror of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage<'r> {
    /// The name: `python` in `docker.io/library/python:3.13-slim`.
    pub name: &'r str,
    /// The tag as written, variables and all; empty where there is none.
    pub tag: &'r str,
}

/// Official images that contain Debian's `ca-certificates`: those on `buildpack-deps`, and those whose own
/// Dockerfile installs it (docker-library's repositories). Without a tag part in `not`.
const WITH_CA_CERTIFICATES: &[(&str, &[&str])] = &[
    ("buildpack-deps", &[]),
    ("gcc", &[]),
    ("golang", &[]),
    ("node", &["slim"]),
    ("openjdk", &["slim"]),
    ("perl", &["slim"]),
    ("php", &[]),
    ("python", &[]),
    ("ruby", &["slim"]),
    ("rust", &[]),
];

impl<'r> BaseImage<'r> {
    /// Takes `reference` apart; none where it is no official image, or where a variable is part of its name.
    ///
    /// Official are plain names (`python`), those of `docker.io`, and every `…/library/NAME`, which is how
    /// mirrors call them. `example.com/python` may be anything.
    pub fn official(reference: &'r str) -> Option<Self> {
        let repository = reference.split('@').next().unwrap_or(reference);
        let (folder, last) = repository.rsplit_once('/').unwrap_or(("", repository));
        let is_official = matches!(folder, "" | "docker.io" | "index.docker.io")
            || folder.rsplit('/').next() == Some("library");
        let (name, tag) = last.split_once(':').unwrap_or((last, ""));
        (is_official && !folder.contains('$') && !name.contains('$')).then_some(Self { name, tag })
    }

    /// True where the image is known to hold the certificates https needs.
    pub fn has_ca_certificates(&self) -> bool {
        let row = WITH_CA_CERTIFICATES.iter().find(|(name, _)| *name == self.name);
        row.is_some_and(|(_, without)| {
            without.is_empty()
                || !self.tag.contains('$') && !without.iter().any(|part| self.tag.contains(part))
        })
    }
}
