//! What an instruction reads and writes, so that a transform can tell whether two of them may change
//! places. What is not understood reads and writes everything.

mod commands;
mod files;
mod instruction;
mod run;
mod settings;

pub use files::Files;
pub(crate) use instruction::of_instruction;
pub use run::{Step, steps};
pub use settings::{Setting, Settings};

/// What an instruction or a command reads and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// What it looks at.
    pub reads: Footprint,
    /// What it creates, changes or removes.
    pub writes: Footprint,
    /// The folder that comes into being where it is not there, and whose it is then.
    pub makes: Option<(String, Owner)>,
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
        Self { reads: all.clone(), writes: all, makes: None }
    }

    /// True where one of the two may see which of them came first.
    pub fn conflict(&self, other: &Self) -> bool {
        self.writes.overlaps(&other.reads)
            || self.writes.overlaps(&other.writes)
            || self.reads.overlaps(&other.writes)
    }

    /// True where both may make the same folder, and it matters who does.
    pub fn make_otherwise(&self, other: &Self) -> bool {
        let (Some((path, owner)), Some((other_path, other_owner))) = (&self.makes, &other.makes) else {
            return false;
        };
        let same = crate::paths::below(path, other_path).is_some()
            || crate::paths::below(other_path, path).is_some();
        same && (owner != other_owner || *owner == Owner::Unknown)
    }

    /// Adds those of `other`.
    pub fn extend(&mut self, other: Self) {
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
        self.makes = self.makes.take().or(other.makes);
    }

    /// Reads and writes those files.
    pub(crate) fn uses(files: Files) -> Self {
        let footprint = Footprint { files, ..Footprint::default() };
        Self { reads: footprint.clone(), writes: footprint, makes: None }
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
