//! The file system that a container sees: the layers on top of each other.
//!
//! Source: <https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets>.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::layer::{Entry, Kind, Layer, Node, Path};

/// The start of a name that hides the rest of the name in the layers below.
const WHITEOUT: &[u8] = b".wh.";

/// The name that hides everything in its folder in the layers below.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// All paths, in order.
pub(crate) type Tree = BTreeMap<Path, Node>;

/// Puts layers on top of each other, the lowest first. (Each path that goes was put there once: the work is bounded
/// by the number of entries.)
pub(super) fn flatten<'l>(layers: impl IntoIterator<Item = &'l Layer>) -> Tree {
    let mut tree = Tree::new();
    for layer in layers {
        // They hide what is below, never what the same layer brings, wherever they stand in it.
        for entry in &layer.entries {
            hide(&mut tree, &entry.path);
        }
        for entry in layer.entries.iter().filter(|entry| !is_whiteout(&entry.path)) {
            put(&mut tree, entry);
        }
    }
    tree
}

fn is_whiteout(path: &[u8]) -> bool {
    split(path).1.starts_with(WHITEOUT)
}

fn hide(tree: &mut Tree, path: &[u8]) {
    let (folder, name) = split(path);
    if name == OPAQUE {
        remove_below(tree, folder);
    } else if let Some(name) = name.strip_prefix(WHITEOUT) {
        let hidden = if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() };
        remove_below(tree, &hidden);
        tree.remove(hidden.as_slice());
    }
}

fn put(tree: &mut Tree, entry: &Entry) {
    let mut node = entry.node.clone();
    // A target that comes later, or is a link itself, is not there yet: no chain of links can be a loop.
    if let Kind::HardLink(target) = &node.kind
        && let Some(found) = tree.get(target)
        && !matches!(found.kind, Kind::Directory)
    {
        node = found.clone();
    }
    let is_directory = node.kind == Kind::Directory;
    let before = tree.insert(entry.path.clone(), node);
    if !is_directory && before.is_some_and(|before| before.kind == Kind::Directory) {
        remove_below(tree, &entry.path);
    }
}

fn remove_below(tree: &mut Tree, folder: &[u8]) {
    if folder.is_empty() {
        return tree.clear();
    }
    let start = [folder, b"/"].concat();
    // `0` is the character after `/`.
    let end = [folder, b"0"].concat();
    let range = (Bound::Included(start.as_slice()), Bound::Excluded(end.as_slice()));
    let gone: Vec<Path> = tree.range::<[u8], _>(range).map(|(path, _)| path.clone()).collect();
    for path in gone {
        tree.remove(&path);
    }
}

/// Folder and name of a path.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&[], path),
    }
}
