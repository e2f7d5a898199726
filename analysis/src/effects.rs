//! What an instruction reads and writes, so that a transform can tell whether two of them may change
//! places. What is not understood reads and writes everything.

mod commands;
mod files;
mod instruction;
mod links;
mod notice;
mod run;
mod settings;

pub use commands::{is_cheap, is_costly};
pub use files::{Files, Lookup};
pub(crate) use instruction::of_instruction;
pub(crate) use links::{Link, links};
pub use run::{Step, steps};
pub use settings::{Setting, Settings};

use crate::paths::below;

/// What an instruction or a command reads and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// What it looks at.
    pub reads: Footprint,
    /// What it creates, changes or removes.
    pub writes: Footprint,
    /// The folders that come into being where they are not there, and whose they are then.
    pub makes: Vec<(String, Owner)>,
}

/// Files and settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// The files.
    pub files: Files,
    /// The settings.
    pub settings: Settings,
}

/// The owner of a new folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// root.
    Root,
    /// What `--chown` says, or who the USER is: as written.
    Other(String),
    /// Not known.
    Unknown,
}

impl Effects {
    /// Those of what is not understood: it reads and writes everything.
    pub fn everything() -> Self {
        let all = Footprint { files: Files::all(), settings: Settings::all() };
        Self { reads: all.clone(), writes: all, makes: Vec::new() }
    }

    /// True for those of what is not understood, in whole or in part.
    pub fn may_be_anything(&self) -> bool {
        self.reads.files.all && self.writes.files.all && self.reads.settings.all
    }

    /// True where one of the two may see which of them came first.
    pub fn conflict(&self, other: &Self) -> bool {
        self.writes.overlaps(&other.reads)
            || self.writes.overlaps(&other.writes)
            || self.reads.overlaps(&other.writes)
    }

    /// True where both may make the same folder, and it matters who does.
    pub fn make_otherwise(&self, other: &Self) -> bool {
        let differ = |(path, owner): &(String, Owner), (other_path, other_owner): &(String, Owner)| {
            let same = below(path, other_path).is_some() || below(other_path, path).is_some();
            same && (owner != other_owner || *owner == Owner::Unknown)
        };
        self.makes.iter().any(|made| other.makes.iter().any(|other_made| differ(made, other_made)))
    }

    /// Adds those of `other`.
    pub fn extend(&mut self, other: Self) {
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
        self.makes.extend(other.makes);
    }

    /// Reads those files.
    pub(crate) fn reading(files: Files) -> Self {
        Self { reads: Footprint { files, ..Footprint::default() }, ..Self::default() }
    }

    /// Reads and writes those files.
    pub(crate) fn uses(files: Files) -> Self {
        let footprint = Footprint { files, ..Footprint::default() };
        Self { reads: footprint.clone(), writes: footprint, makes: Vec::new() }
    }
}

impl Footprint {
    fn overlaps(&self, other: &Self) -> bool {
        self.files.overlaps(&other.files) || self.settings.overlaps(&other.settings)
    }

    fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.settings.extend(other.settings);
    }
}
