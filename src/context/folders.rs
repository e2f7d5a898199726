//! The folders above Dockerfiles: what they say is read once for all files of a call.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::compose::{self, Compose};
use super::files::{Kind, kind};

/// What is known of folders, by path without links.
#[derive(Debug, Default)]
pub(super) struct Folders(Mutex<BTreeMap<PathBuf, Arc<Folder>>>);

/// A folder.
#[derive(Debug, Default)]
struct Folder {
    is_repository: OnceLock<bool>,
    compose: OnceLock<Arc<Compose>>,
}

impl Folders {
    /// `folder`, and those above up to the root of its repository; where it is in none, just itself.
    pub(super) fn up_to_repository<'p>(&self, folder: &'p Path) -> Vec<&'p Path> {
        let mut scope = Vec::new();
        for above in folder.ancestors() {
            scope.push(above);
            let is_repository = || kind(&above.join(".git")) != Kind::Missing;
            if *self.get(above).is_repository.get_or_init(is_repository) {
                return scope;
            }
        }
        vec![folder]
    }

    /// What the compose files in `folder` say.
    pub(super) fn compose(&self, folder: &Path) -> Arc<Compose> {
        Arc::clone(self.get(folder).compose.get_or_init(|| Arc::new(compose::read(folder))))
    }

    fn get(&self, folder: &Path) -> Arc<Folder> {
        // A thread that panicked has left nothing half done: the map only grows.
        let mut folders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match folders.get(folder) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(folders.entry(folder.to_owned()).or_default()),
        }
    }
}
