//! The build context of each Dockerfile: which directory it is, and what is in it.
//!
//! Nothing is looked at before a transform asks, and nothing that goes wrong is an error: what cannot be
//! told is unknown, and transforms leave alone what they would have to know.

mod compose;
mod directory;
mod discovery;
mod files;
mod folders;
mod ignore_file;
mod sources;
mod variables;
mod yaml;

pub use directory::Directory;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::Result;
use dfopt_analysis::{BuildContext, Entry};

use crate::messages::{about, reason};
use folders::Folders;

/// Finds the build contexts of a call, and keeps what its files have in common.
#[derive(Debug, Default)]
pub struct Contexts {
    /// The one for all files, of `--context`.
    fixed: Option<PathBuf>,
    folders: Folders,
}

/// The build context of one Dockerfile, found when it is first asked.
#[derive(Debug)]
pub struct LazyContext<'c> {
    contexts: &'c Contexts,
    dockerfile: Option<&'c Path>,
    source: &'c [u8],
    directory: OnceCell<Option<Directory>>,
}

impl Contexts {
    /// With `directory` for every file.
    ///
    /// # Errors
    /// Where it is no directory.
    pub fn fixed(directory: &Path) -> Result<Self> {
        let error = match std::fs::metadata(directory) {
            Ok(metadata) if metadata.is_dir() => {
                return Ok(Self { fixed: Some(directory.to_owned()), ..Self::default() });
            }
            Ok(_) => "not a directory".to_owned(),
            Err(error) => reason(&error),
        };
        let message = format!("{error}; --context wants the directory that `docker build` gets");
        Err(about(directory, &message))
    }

    /// The context of the file `dockerfile` that holds `source`. Without a path only `--context` tells one.
    pub fn of<'c>(&'c self, dockerfile: Option<&'c Path>, source: &'c [u8]) -> LazyContext<'c> {
        LazyContext { contexts: self, dockerfile, source, directory: OnceCell::new() }
    }
}

impl LazyContext<'_> {
    /// The directory, where it is known.
    pub fn directory(&self) -> Option<&Directory> {
        self.directory.get_or_init(|| self.find()).as_ref()
    }

    fn find(&self) -> Option<Directory> {
        let root = match (&self.contexts.fixed, self.dockerfile) {
            (Some(directory), _) => directory.clone(),
            (None, Some(dockerfile)) => discovery::find(dockerfile, self.source, &self.contexts.folders)?,
            (None, None) => return None,
        };
        Directory::open(&root, self.dockerfile)
    }
}

impl BuildContext for LazyContext<'_> {
    fn entry(&self, path: &str) -> Entry {
        self.directory().map_or(Entry::Unknown, |directory| directory.entry(path))
    }

    fn list(&self, path: &str) -> Option<Vec<String>> {
        self.directory()?.list(path)
    }

    fn read(&self, path: &str) -> Option<Cow<'_, str>> {
        self.directory()?.read(path)
    }

    fn head(&self, path: &str) -> Option<Vec<u8>> {
        self.directory()?.head(path)
    }

    fn mode(&self, path: &str) -> Option<u32> {
        self.directory()?.mode(path)
    }
}
