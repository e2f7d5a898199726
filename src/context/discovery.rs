//! Which directory `docker build` gets for a Dockerfile.

use std::path::{Path, PathBuf};

use super::compose::Meant;
use super::files::{Kind, kind};
use super::folders::Folders;
use super::sources;

/// The context of `dockerfile`, which holds `source`: what the nearest compose file says that builds it; else
/// its folder, or the nearest one above in which everything is that the file copies. None where it
/// cannot be told.
pub(super) fn find(dockerfile: &Path, source: &[u8], folders: &Folders) -> Option<PathBuf> {
    let parent = dockerfile.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
    let file = folder.join(dockerfile.file_name()?);
    let scope = folders.up_to_repository(&folder);
    for above in &scope {
        match folders.compose(above).context_of(&file) {
            Meant::No => {}
            Meant::Maybe => return None,
            Meant::Yes(contexts) => return only_one(contexts, source),
        }
    }
    let paths = sources::literal(source);
    let fitting = scope.into_iter().find(|directory| has_all(directory, &paths));
    Some(fitting.map_or_else(|| folder.clone(), Path::to_owned))
}

/// The one context, or the only one that has what the file copies.
fn only_one(mut contexts: Vec<PathBuf>, source: &[u8]) -> Option<PathBuf> {
    if contexts.len() > 1 {
        let paths = sources::literal(source);
        contexts.retain(|context| has_all(context, &paths));
    }
    if contexts.len() == 1 { contexts.pop() } else { None }
}

/// Whether all of `paths` are in `directory`.
fn has_all(directory: &Path, paths: &[String]) -> bool {
    paths.iter().all(|path| has(directory, path))
}

/// A link on the way counts: where it leads is not looked at.
fn has(directory: &Path, path: &str) -> bool {
    let mut place = directory.to_owned();
    let mut names = path.split('/').filter(|name| !name.is_empty()).peekable();
    while let Some(name) = names.next() {
        place.push(name);
        match kind(&place) {
            Kind::Directory => {}
            Kind::Link | Kind::Unknown => return true,
            Kind::File | Kind::Special => return names.peek().is_none(),
            Kind::Missing => return false,
        }
    }
    true
}
