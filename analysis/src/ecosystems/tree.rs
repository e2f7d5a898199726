//! The files of the build context as they stand in the image.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::context::{BuildContext, Entry};
use crate::copied::Copied;
use crate::paths::{below, join, split};

/// The files that COPYs brought into a stage, by their paths in the image.
pub struct Tree<'a> {
    files: &'a dyn BuildContext,
    /// What was copied, in order: a later copy lies over an earlier one.
    copied: &'a [Copied],
}

/// A file or folder of the context that stands in the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its path in the build context.
    pub source: String,
    /// Which of the copies brought it.
    pub copied: usize,
    /// What it is.
    pub entry: Entry,
}

impl<'a> Tree<'a> {
    /// The tree that `copied` makes of `files`.
    pub fn new(files: &'a dyn BuildContext, copied: &'a [Copied]) -> Self {
        Self { files, copied }
    }

    /// Where what stands at `path` came from; none where nothing was copied there.
    pub fn origin(&self, path: &str) -> Option<Origin> {
        self.origins(path).next()
    }

    /// All that was copied to `path`, the last first: what lies over the rest.
    pub fn origins<'t>(&'t self, path: &'t str) -> impl Iterator<Item = Origin> + 't {
        self.copied.iter().enumerate().rev().filter_map(move |(index, copied)| {
            let rest = below(path, &copied.destination)?;
            if !copied.is_folder && !rest.is_empty() {
                return None;
            }
            let source = join(&copied.source, rest);
            match self.files.entry(&source) {
                Entry::Missing | Entry::Ignored => None,
                entry => Some(Origin { source, copied: index, entry }),
            }
        })
    }

    /// True where what is in the folder `path` comes from more than one folder of the context: a copy of one
    /// of them is not all of it.
    pub fn is_mixed(&self, path: &str) -> bool {
        let Some(origin) = self.origin(path) else { return self.is_made_for_others(path) };
        let other_folder = self.origins(path).any(|other| other.source != origin.source);
        let brought_inside = |copied: &Copied| {
            let inside = below(&copied.destination, path).filter(|rest| !rest.is_empty());
            inside.is_some_and(|rest| copied.source != join(&origin.source, rest))
        };
        other_folder || self.copied.iter().any(brought_inside)
    }

    /// What stands at `path`, as far as COPYs made it.
    pub fn entry(&self, path: &str) -> Entry {
        match self.origin(path) {
            Some(origin) => origin.entry,
            None if self.is_made_for_others(path) => Entry::Directory,
            None => Entry::Missing,
        }
    }

    /// True where something is copied into the folder `path`.
    fn is_made_for_others(&self, path: &str) -> bool {
        self.copied.iter().any(|copied| below(&copied.destination, path).is_some_and(|rest| !rest.is_empty()))
    }

    /// The text of the file at `path`, see [`BuildContext::read`].
    pub fn read(&self, path: &str) -> Option<Cow<'a, str>> {
        self.files.read(&self.origin(path)?.source)
    }

    /// The names in the folder `path`; none where one of the copies that fill it cannot be listed.
    pub fn list(&self, path: &str) -> Option<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for copied in self.copied {
            if let Some(rest) = below(path, &copied.destination) {
                let source = join(&copied.source, rest);
                if copied.is_folder && self.files.entry(&source) == Entry::Directory {
                    names.extend(self.files.list(&source)?);
                }
            } else if split(&copied.destination).0 == path {
                names.insert(split(&copied.destination).1.to_owned());
            }
        }
        Some(names)
    }
}
