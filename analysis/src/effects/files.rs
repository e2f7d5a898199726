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
    /// Files that matter only where they are there: configuration that a tool looks for.
    pub lookups: Vec<Lookup>,
}

/// A file or folder that a tool looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Its path, absolute; the last name may be a pattern.
    pub path: String,
    /// What has to stand in it for it to matter, if not everything in it may.
    pub text: Option<&'static str>,
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
        self.lookups.extend(other.lookups);
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        !self.all && !self.system && self.paths.is_empty() && self.lookups.is_empty()
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
            || self.names().any(|path| other.holds(path))
    }

    /// The paths and what is looked for.
    fn names(&self) -> impl Iterator<Item = &str> {
        let lookups = self.lookups.iter().map(|lookup| lookup.path.as_str());
        self.paths.iter().map(String::as_str).chain(lookups)
    }

    fn touches_system(&self) -> bool {
        self.names().any(|path| !is_application_folder(path))
    }

    fn holds(&self, path: &str) -> bool {
        self.names().any(|own| below(path, own).is_some() || below(own, path).is_some())
    }
}
