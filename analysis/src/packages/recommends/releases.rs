//! Releases of Debian and Ubuntu, as far as a base image's reference tells them.

/// Releases of Debian and Ubuntu, known by parts of the base image's reference.
#[derive(Clone, Copy, Debug)]
pub enum Releases {
    /// All of them.
    All,
    /// Those whose image has a part of one of these groups in its reference.
    Only(&'static [&'static [&'static str]]),
    /// All but those.
    Except(&'static [&'static [&'static str]]),
    /// As `Only`; where the release is not known, nothing can be said: others have no such package, or need
    /// none.
    Known(&'static [&'static [&'static str]]),
}

impl Releases {
    /// True where the image `reference`, which may be unknown, is of such a release. None where it cannot be
    /// told and matters.
    pub fn include(self, reference: Option<&str>) -> Option<bool> {
        let has = |groups: &[&[&str]]| {
            let mut parts = groups.iter().copied().flatten();
            reference.is_some_and(|reference| parts.any(|part| reference.contains(part)))
        };
        match self {
            Self::All => Some(true),
            Self::Only(groups) => Some(has(groups)),
            Self::Except(groups) => Some(!has(groups)),
            Self::Known(groups) => (has(groups) || has(ALL)).then(|| has(groups)),
        }
    }
}

/// Every release that a reference tells.
const ALL: &[&[&str]] =
    &[WITH_GNUPG, UP_TO_2018, UBUNTU_2020, UBUNTU_2022, UBUNTU_2024, DEBIAN_2021, DEBIAN_2023, DEBIAN_2025];

/// Ubuntu up to 16.04: gnupg is part of the image.
pub(super) const WITH_GNUPG: &[&str] = &["precise", "12.04", "trusty", "14.04", "xenial", "16.04"];

/// Debian up to 10, Ubuntu up to 18.04.
pub(super) const UP_TO_2018: &[&str] = &[
    "jessie",
    "stretch",
    "buster",
    "debian:8",
    "debian:9",
    "debian:10",
    "trusty",
    "14.04",
    "xenial",
    "16.04",
    "bionic",
    "18.04",
];

/// Debian 9.
pub(super) const DEBIAN_2017: &[&str] = &["stretch", "debian:9"];

/// Ubuntu 20.04.
pub(super) const UBUNTU_2020: &[&str] = &["focal", "20.04"];

/// Ubuntu 22.04.
pub(super) const UBUNTU_2022: &[&str] = &["jammy", "22.04"];

/// Ubuntu 24.04.
pub(super) const UBUNTU_2024: &[&str] = &["noble", "24.04"];

/// Debian 11.
pub(super) const DEBIAN_2021: &[&str] = &["bullseye", "debian:11"];

/// Debian 12.
pub(super) const DEBIAN_2023: &[&str] = &["bookworm", "debian:12"];

/// Debian 13.
pub(super) const DEBIAN_2025: &[&str] = &["trixie", "debian:13"];
