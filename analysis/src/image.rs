//! What is known of base images.

/// An image reference, taken apart as far as the tables need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage<'r> {
    /// The last part of the repository: `python` in `docker.io/library/python:3.13-slim`.
    pub name: &'r str,
    /// The tag, empty where there is none.
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
    /// Takes `reference` apart; none where a variable is part of it.
    pub fn parse(reference: &'r str) -> Option<Self> {
        if reference.contains('$') {
            return None;
        }
        let reference = reference.split('@').next().unwrap_or(reference);
        let last = reference.rsplit('/').next().unwrap_or(reference);
        let (name, tag) = last.split_once(':').unwrap_or((last, ""));
        Some(Self { name, tag })
    }

    /// True where the image is known to hold the certificates https needs.
    pub fn has_ca_certificates(&self) -> bool {
        let row = WITH_CA_CERTIFICATES.iter().find(|(name, _)| *name == self.name);
        row.is_some_and(|(_, without)| !without.iter().any(|part| self.tag.contains(part)))
    }
}
