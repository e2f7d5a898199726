//! Debian packages that official images hold.

use super::BaseImage;

/// Debian packages of official images that somebody might install for their sake, by what a tag must not hold
/// for it. From the images' own Dockerfiles (docker-library's repositories); what is on `buildpack-deps` has
/// what that has.
const PACKAGES: &[(&[&str], &[&str], &[&str])] = &[
    // Of other images, tags with `slim` are on Debian itself.
    (&["buildpack-deps", "gcc", "node", "perl", "python", "ruby", "rust"], &["slim", "-curl", "-scm"], BUILD),
    (&["buildpack-deps", "gcc", "node", "perl", "python", "ruby", "rust"], &["slim", "-curl"], SOURCES),
    (&["buildpack-deps", "gcc", "node", "perl", "python", "ruby", "rust"], &["slim"], DOWNLOADS),
    (&["golang"], &[], SOURCES),
    (&["golang"], &[], DOWNLOADS),
    (&["golang"], &[], &["g++", "gcc", "libc6-dev", "make", "pkg-config"]),
    (&["openjdk"], &["slim"], SOURCES),
    (&["openjdk"], &["slim"], DOWNLOADS),
    (&["openjdk"], &["slim"], &["bzip2", "unzip", "xz-utils"]),
    (&["php"], &[], &["ca-certificates", "curl", "file", "g++", "gcc", "make", "pkg-config", "xz-utils"]),
    (&["python"], &[], &["ca-certificates", "netbase"]),
    (&["rust"], &[], &["ca-certificates", "gcc", "libc6-dev"]),
];

/// `buildpack-deps:curl`.
const DOWNLOADS: &[&str] = &["ca-certificates", "curl", "gnupg", "netbase", "wget"];

/// `buildpack-deps:scm`.
const SOURCES: &[&str] = &["git", "mercurial", "openssh-client", "subversion", "procps"];

/// `buildpack-deps`; what `build-essential` depends on is all there.
const BUILD: &[&str] = &[
    "autoconf",
    "automake",
    "build-essential",
    "bzip2",
    "dpkg-dev",
    "file",
    "g++",
    "gcc",
    "libc6-dev",
    "make",
    "patch",
    "unzip",
    "xz-utils",
];

impl BaseImage<'_> {
    /// Debian packages that the image is known to hold.
    pub fn packages(&self) -> impl Iterator<Item = &'static str> + use<> {
        let is_of = |without: &[&str]| {
            without.is_empty()
                || !self.tag.contains('$') && !without.iter().any(|part| self.tag.contains(part))
        };
        let rows = PACKAGES.iter().filter(|(names, without, _)| names.contains(&self.name) && is_of(without));
        let packages: Vec<&'static str> = rows.flat_map(|(.., packages)| packages.iter().copied()).collect();
        packages.into_iter()
    }
}
