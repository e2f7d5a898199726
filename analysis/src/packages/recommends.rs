//! Debian packages whose *recommended* packages people rely on without naming them.
//!
//! `--no-install-recommends` takes those away. Where a row of [`RELIED_ON`] applies, the package that is
//! needed is named instead of lost; where a package leans on so many that naming them makes no sense
//! ([`SETS`]), its installation is left alone.
//!
//! The relations are those of the archives' own indexes (`dists/SUITE/COMPONENT/binary-amd64/Packages.xz` on
//! deb.debian.org and archive.ubuntu.com, read in November 2026): Debian 11, 12 and 13, Ubuntu 16.04, 18.04,
//! 20.04, 22.04 and 24.04. Debian 8, 9 and 10 are taken to be like the Ubuntu made from them, which was not
//! checked. A package counts with all it depends on: `build-essential` recommends nothing itself, but brings
//! `dpkg-dev`, which recommends `gnupg`. "Without it" cites what a program said when it was installed on
//! Debian 12 with `--no-install-recommends`, and that it worked with recommended packages.

mod compilers;
mod languages;
mod network;
mod releases;
mod sets;
mod tools;

pub use releases::Releases;
pub use sets::SETS;

/// A recommended package that somebody is likely to need.
#[derive(Debug)]
pub struct ReliedOn {
    /// What is installed. A `*` stands for anything.
    pub packages: &'static [&'static str],
    /// What comes with it today, and would not any more.
    pub recommended: &'static [&'static str],
    /// Packages beside that which bring the same, so that nothing has to be named. A `*` stands for anything.
    pub or: &'static [&'static str],
    /// The row applies only where the stage, or one it is built from or to, holds one of these words; empty:
    /// always.
    pub mentions: &'static [&'static str],
    /// The releases whose packages have that relation.
    pub releases: Releases,
    /// Why it is missed, for a person.
    pub need: &'static str,
}

/// What most rows have in common.
const ROW: ReliedOn =
    ReliedOn { packages: &[], recommended: &[], or: &[], mentions: &[], releases: Releases::All, need: "" };

/// The rows, by subject.
pub const RELIED_ON: &[&[ReliedOn]] = &[network::ROWS, compilers::ROWS, languages::ROWS, tools::ROWS];

/// Every row.
pub fn rows() -> impl Iterator<Item = &'static ReliedOn> {
    RELIED_ON.iter().copied().flatten()
}

impl ReliedOn {
    /// True where the row is about `package`.
    pub fn is_about(&self, package: &str) -> bool {
        self.packages.iter().any(|pattern| matches(pattern, package))
    }

    /// True where `package` brings what is recommended.
    pub fn is_brought_by(&self, package: &str) -> bool {
        self.or.iter().any(|pattern| matches(pattern, package)) || self.recommended == [package]
    }
}

/// True where `package` is one of [`SETS`], or a task (`lamp-server^`).
pub fn is_set(package: &str) -> bool {
    package.ends_with('^') || SETS.iter().any(|set| matches(set, package))
}

/// True where a row or a set may be about a package whose name starts and ends so, whatever stands between.
pub fn may_be_about(start: &str, end: &str) -> bool {
    let mut patterns = rows().flat_map(|row| row.packages).chain(SETS);
    patterns.any(|pattern| match pattern.split_once('*') {
        Some((first, last)) => {
            (first.starts_with(start) || start.starts_with(first))
                && (last.ends_with(end) || end.ends_with(last))
        }
        None => {
            pattern.len() >= start.len() + end.len() && pattern.starts_with(start) && pattern.ends_with(end)
        }
    })
}

/// A `*` in `pattern` stands for anything.
fn matches(pattern: &str, package: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            package.len() >= start.len() + end.len() && package.starts_with(start) && package.ends_with(end)
        }
        None => package == pattern,
    }
}
