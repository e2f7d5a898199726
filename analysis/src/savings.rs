//! What rewrites save, estimated from builds that were measured.
//!
//! The figures are rows in `table`; how each was measured stands above it. What was not measured has no
//! figure: it is said in words what is saved.

mod table;

use std::fmt;

use crate::image::BaseImage;

pub use table::{CACHES, LISTS, RECOMMENDED, Row};

/// What a rewrite is estimated to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// Bytes of the image.
    Bytes(u64),
    /// Files of the image whose size the Dockerfile does not tell: "the packages as downloaded".
    Files(&'static str),
    /// Work that a rebuild does not do again, and after which edits: "a reinstall after each edit of a source".
    Work(&'static str),
    /// So many layers.
    Layers(usize),
}

impl fmt::Display for Saving {
    /// The end of a sentence that starts with "saves".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "about {}", Size(*bytes)),
            Self::Files(what) | Self::Work(what) => f.write_str(what),
            Self::Layers(1) => f.write_str("a layer"),
            Self::Layers(count) => write!(f, "{count} layers"),
        }
    }
}

/// Bytes as people read them: two digits, decimal units.
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
        let (mut value, mut unit) = (self.0 as f64, 0);
        while value >= 999.5 && unit + 1 < UNITS.len() {
            value /= 1000.0;
            unit += 1;
        }
        match value {
            value if unit > 0 && value < 9.95 => write!(f, "{value:.1} {}", UNITS[unit]),
            value => write!(f, "{value:.0} {}", UNITS[unit]),
        }
    }
}

/// The index of packages that `apt-get update` leaves in an image on `base`.
pub fn package_lists(base: Option<&str>) -> Saving {
    let bytes = if is_debian(base) { greatest(LISTS, ["debian"]) } else { None };
    bytes.unwrap_or(Saving::Files("the lists of all packages that could be installed"))
}

/// What comes to an image on `base` with the Debian packages that those named recommend. Two packages may
/// recommend the same ones, so the greatest single figure stands for all.
pub fn recommended(base: Option<&str>, packages: impl IntoIterator<Item = impl AsRef<str>>) -> Saving {
    let bytes = if is_debian(base) { greatest(RECOMMENDED, packages) } else { None };
    bytes.unwrap_or(Saving::Files("the packages that they recommend"))
}

/// What `tool` keeps of the packages that it installs: the greatest figure of those that are named.
pub fn cached(tool: &str, packages: impl IntoIterator<Item = impl AsRef<str>>) -> Option<Saving> {
    let (_, rows) = CACHES.iter().find(|(name, _)| *name == tool)?;
    greatest(rows, packages)
}

/// True for official images on Debian: the figures of its packages are not those of Ubuntu's.
fn is_debian(base: Option<&str>) -> bool {
    base.and_then(BaseImage::official).is_some_and(|image| image.name != "ubuntu")
}

fn greatest(rows: &[Row], packages: impl IntoIterator<Item = impl AsRef<str>>) -> Option<Saving> {
    let bytes = |package: &str| rows.iter().find(|(name, _)| *name == package).map(|&(_, bytes)| bytes);
    packages.into_iter().filter_map(|package| bytes(package.as_ref())).max().map(Saving::Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_digits() {
        let shown = |bytes| Size(bytes).to_string();
        assert_eq!(shown(0), "0 B");
        assert_eq!(shown(999), "999 B");
        assert_eq!(shown(1_000), "1.0 kB");
        assert_eq!(shown(9_949), "9.9 kB");
        assert_eq!(shown(9_951), "10 kB");
        assert_eq!(shown(999_600), "1.0 MB");
        assert_eq!(shown(19_853_620), "20 MB");
        assert_eq!(shown(2_340_000_000), "2.3 GB");
    }

    #[test]
    fn the_greatest_figure_stands_for_all() {
        let rows: &[Row] = &[("a", 5), ("b", 9)];
        assert_eq!(greatest(rows, ["a", "b", "c"]), Some(Saving::Bytes(9)));
        assert_eq!(greatest(rows, ["c"]), None);
    }

    #[test]
    fn figures_are_those_of_debian() {
        let figure = |base| matches!(recommended(base, ["git"]), Saving::Bytes(_));
        assert!(figure(Some("python:3.13-slim")));
        assert!(!figure(Some("ubuntu:24.04")));
        assert!(!figure(Some("example/app")));
        assert!(matches!(package_lists(Some("debian:12")), Saving::Bytes(_)));
        assert!(matches!(package_lists(None), Saving::Files(_)));
        let unknown = recommended(Some("debian:12"), ["nobody-measured-this"]);
        assert_eq!(unknown, Saving::Files("the packages that they recommend"));
    }

    #[test]
    fn no_row_is_there_twice_or_empty() {
        for rows in [LISTS, RECOMMENDED].into_iter().chain(CACHES.iter().map(|(_, rows)| *rows)) {
            assert!(rows.iter().all(|(_, bytes)| *bytes > 0));
            let mut names: Vec<_> = rows.iter().map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), rows.len());
        }
    }
}
