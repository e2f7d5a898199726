//! Image references, as the distribution project's grammar has them and as Docker completes them.
//!
//! Source: <https://github.com/distribution/reference> (`reference.go`, `regexp.go`, `normalize.go`):
//!
//! ```text
//! reference      := name [ ":" tag ] [ "@" digest ]
//! name           := [domain '/'] component ['/' component]*
//! domain         := host [':' port-number]
//! host           := name of letters, digits and inner hyphens, with dots | '[' IPv6 ']'
//! component      := [a-z0-9]+ (separator [a-z0-9]+)*
//! separator      := '.' | '_' | '__' | '-'+
//! tag            := [A-Za-z0-9_] [A-Za-z0-9_.-]{0,127}
//! digest         := ("sha256" | "sha384" | "sha512") ':' lower-case hex of the algorithm's length
//! ```

use std::fmt;

/// What `FROM` names: where an image is, and which one of that place. The parts are valid and complete.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Host, with a port where one is given: `docker.io`, `localhost:5000`, `[::1]:5000`.
    pub domain: String,
    /// The repository below the domain: `library/python`.
    pub path: String,
    /// What stands behind `:`.
    pub tag: Option<String>,
    /// What stands behind `@`, with its algorithm: `sha256:…`.
    pub digest: Option<String>,
}

/// Of domain, slash and path together: what the distribution specification says that many clients impose
/// (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>).
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// How many hex digits each algorithm has (`opencontainers/go-digest`); others are not supported by Docker.
const ALGORITHMS: &[(&str, usize)] = &[("sha256", 64), ("sha384", 96), ("sha512", 128)];

impl Reference {
    /// Reads `text` and completes it as Docker does: `python` is `docker.io/library/python`. `None` where Docker
    /// would refuse it.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(valid(digest, is_digest)?)),
            None => (text, None),
        };
        let (domain, rest) = split_domain(rest);
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(valid(tag, is_tag)?)),
            None => (rest, None),
        };
        if is_identifier(text) || !is_domain(domain) || !path.split('/').all(is_component) {
            return None;
        }
        let official = domain == "docker.io" && !path.contains('/');
        let path = if official { format!("library/{path}") } else { path.to_owned() };
        let fits = domain.len() + 1 + path.len() <= LONGEST_NAME;
        fits.then(|| Self { domain: domain.to_owned(), path, tag, digest })
    }

    /// The tag that is meant: `latest` where none is given.
    pub fn tag_or_latest(&self) -> &str {
        self.tag.as_deref().unwrap_or("latest")
    }
}

impl fmt::Display for Reference {
    /// Canonical: `docker.io/library/python:3.13@sha256:…`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.domain, self.path)?;
        if let Some(tag) = &self.tag {
            write!(out, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(out, "@{digest}")?;
        }
        Ok(())
    }
}

/// The domain, and what follows it. What stands before the first slash is a domain only where it looks like one.
fn split_domain(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some(("index.docker.io", rest)) => ("docker.io", rest),
        Some((first, rest)) if looks_like_domain(first) => (first, rest),
        _ => ("docker.io", text),
    }
}

fn looks_like_domain(text: &str) -> bool {
    text.contains(['.', ':']) || text == "localhost" || text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((address, port)) if is_ipv6(address) => (None, port),
        Some(_) => return false,
        None => match text.find(':') {
            Some(colon) => (Some(&text[..colon]), &text[colon..]),
            None => (Some(text), ""),
        },
    };
    host.is_none_or(|host| host.split('.').all(is_label)) && is_port(port)
}

fn is_ipv6(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
}

fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Nothing, or `:` and digits.
fn is_port(text: &str) -> bool {
    match text.strip_prefix(':') {
        Some(port) => !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()),
        None => text.is_empty(),
    }
}

fn is_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let between = text.trim_matches(|char: char| char.is_ascii() && is_word(char as u8));
    text.bytes().next().is_some_and(is_word)
        && text.bytes().last().is_some_and(is_word)
        && between.split(|char: char| char.is_ascii() && is_word(char as u8)).all(is_separator)
}

/// Also nothing: between two letters.
fn is_separator(text: &str) -> bool {
    matches!(text, "." | "_" | "__") || text.bytes().all(|byte| byte == b'-')
}

fn is_tag(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=LONGEST_TAG).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with(['.', '-'])
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    ALGORITHMS.contains(&(algorithm, hex.len())) && hex.bytes().all(is_lower_hex)
}

/// 64 hex digits alone are the id of an image on the machine, not a name.
fn is_identifier(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_lower_hex)
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn valid(text: &str, is_valid: fn(&str) -> bool) -> Option<String> {
    is_valid(text).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn references_are_completed_as_docker_does() {
        for (text, canonical) in [
            ("python", "docker.io/library/python"),
            ("python:3.13-slim", "docker.io/library/python:3.13-slim"),
            ("grafana/grafana", "docker.io/grafana/grafana"),
            ("a/b/c:1", "docker.io/a/b/c:1"),
            ("docker.io/python", "docker.io/library/python"),
            ("index.docker.io/python", "docker.io/library/python"),
            ("index.docker.io/library/python", "docker.io/library/python"),
            ("docker.io", "docker.io/library/docker.io"),
            ("localhost", "docker.io/library/localhost"),
            ("localhost:5000", "docker.io/library/localhost:5000"),
            ("localhost/app", "localhost/app"),
            ("localhost:5000/app", "localhost:5000/app"),
            ("127.0.0.1:5000/a/b:t", "127.0.0.1:5000/a/b:t"),
            ("Registry/app", "Registry/app"),
            ("ghcr.io/o/a", "ghcr.io/o/a"),
            ("a--b/c__d.e_f---g", "docker.io/a--b/c__d.e_f---g"),
            ("xn--n3h.com/app", "xn--n3h.com/app"),
            ("[fd00:1:2::3]/app", "[fd00:1:2::3]/app"),
            ("[fd00::3]:5000/app:t", "[fd00::3]:5000/app:t"),
            ("app:_T.-", "docker.io/library/app:_T.-"),
            ("host.example:80/0", "host.example:80/0"),
        ] {
            assert_eq!(Reference::parse(text).map(|it| it.to_string()).as_deref(), Some(canonical), "{text}");
            assert_eq!(Reference::parse(canonical), Reference::parse(text), "{canonical}");
        }
    }

    #[test]
    fn parts_are_told_apart() {
        let digest = format!("sha256:{HEX}");
        let reference = Reference::parse(&format!("ghcr.io:443/o/a:1.2@{digest}")).unwrap();
        assert_eq!((reference.domain.as_str(), reference.path.as_str()), ("ghcr.io:443", "o/a"));
        assert_eq!((reference.tag.as_deref(), reference.digest), (Some("1.2"), Some(digest)));
        let untagged = Reference::parse("python").unwrap();
        assert_eq!((untagged.tag_or_latest(), &untagged.tag), ("latest", &None));
    }

    #[test]
    fn what_docker_refuses_is_refused() {
        let long_tag = format!("a:{}", "t".repeat(129));
        let identifier = HEX.to_owned();
        let short = format!("a@sha256:{}", &HEX[1..]);
        let upper = format!("a@sha256:{}", HEX.to_uppercase());
        let unknown = format!("a@md5:{}", &HEX[..32]);
        let twice = format!("a@sha256:{HEX}@sha256:{HEX}");
        let behind = format!("a@sha256:{HEX}:tag");
        for text in [
            "",
            ":",
            ":tag",
            "/",
            "a/",
            "/a",
            "a//b",
            "A",
            "a:",
            "a:.t",
            "a:-t",
            "a:t/x",
            "a:t:u",
            "a:t\u{e9}",
            "a b",
            " a",
            "a\n",
            "a/B",
            "a.-b",
            "a..b",
            "a___b",
            "a_",
            "_a",
            "a-",
            "-a",
            "a-_b",
            "a\u{e9}b",
            "-host.com/a",
            "host-.com/a",
            ".com/a",
            "a.:5000/b",
            "host:/a",
            "host:5x/a",
            "host:5000:1/a",
            "[::1/a",
            "[]/a",
            "[::g]/a",
            "[::1]5000/a",
            "[::1]:/a",
            "https://docker.io/a",
            "$x",
            "${A}/b",
            "a@",
            "a@sha256",
            "a@sha256:",
            "docker.io/",
            "a@b",
            "@sha256:0",
            "user@host.com/a",
            "h_o.st/a",
            "a:t@",
            "a%20",
            "*",
            &long_tag,
            &identifier,
            &short,
            &upper,
            &unknown,
            &twice,
            &behind,
        ] {
            assert_eq!(Reference::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn lengths_have_limits() {
        let fits = |text: &str| Reference::parse(text).is_some();
        assert!(fits(&format!("a:{}", "t".repeat(128))));
        assert!(fits(&format!("ghcr.io/{}", "a".repeat(247))));
        assert!(!fits(&format!("ghcr.io/{}", "a".repeat(248))));
        // What is completed counts: `docker.io/library/`.
        assert!(fits(&"a".repeat(237)));
        assert!(!fits(&"a".repeat(238)));
    }
}
