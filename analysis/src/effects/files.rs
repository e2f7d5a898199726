//! Sets of files in a stage.

use crate::paths::{below, is_application_folder};

/// Files of a stage, never fewer than those that are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// All there are.
    pub all: bool,
    /// Those of the system and its tools: all outside of the folders that applications have for themselves.
    pub system: bool,
    /// Files, and folders with all that is in them; absolute.
    pub paths: Vec<String>,
}

impl Files {
    /// Every file there is.
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// The files of the system.
    pub fn system() -> Self {
        Self { system: true, ..Self::default() }
    }

    /// The file or folder at `path`; all files where the path is not known.
    pub fn at(path: Option<String>) -> Self {
        path.map_or_else(Self::all, |path| Self { paths: vec![path], ..Self::default() })
    }

    /// Adds those of `other`.
    pub fn extend(&mut self, other: Self) {
        self.all |= other.all;
        self.system |= other.system;
        self.paths.extend(other.paths);
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        !self.all && !self.system && self.paths.is_empty()
    }

    /// True where a file may be in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return false;
        }
        self.all
            || other.all
            || self.system && other.system
            || self.system && other.touches_system()
            || other.system && self.touches_system()
            || self.paths.iter().any(|path| other.holds(path))
    }

    fn touches_system(&self) -> bool {
        self.paths.iter().any(|path| !is_application_folder(path))
    }

    fn holds(&self, path: &str) -> bool {
        self.paths.iter().any(|own| below(path, own).is_some() || below(own, path).is_some())
    }
}
