//! What differs between two file systems.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use super::image::{Kind, Node, Path, Tree, split};
use crate::terminal::escaped;

/// A path that is not the same in both.
#[derive(Clone, Debug)]
pub(crate) struct Difference<'t> {
    pub(crate) path: &'t Path,
    pub(crate) before: Option<&'t Node>,
    pub(crate) after: Option<&'t Node>,
}

/// What differs of a path that both have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// What it is, or where it leads.
    pub(crate) kind: bool,
    pub(crate) mode: bool,
    pub(crate) owner: bool,
    pub(crate) content: bool,
    pub(crate) attributes: bool,
}

/// What differs between two builds of one file.
#[derive(Debug, Default)]
pub(crate) struct Noise {
    /// Files with other bytes, and links that lead elsewhere.
    contents: BTreeSet<Path>,
    /// What only the first build has.
    once: BTreeSet<Path>,
    /// The folders in which names are made up.
    made_up: BTreeSet<Path>,
}

/// All differences, in the order of the paths.
pub(crate) fn differences<'t>(before: &'t Tree, after: &'t Tree) -> Vec<Difference<'t>> {
    let mut differences = Vec::new();
    for (path, node) in before {
        let other = after.get(path);
        if other.is_none_or(|other| Changes::between(node, other).any()) {
            differences.push(Difference { path, before: Some(node), after: other });
        }
    }
    let new = after.iter().filter(|(path, _)| !before.contains_key(*path));
    differences.extend(new.map(|(path, node)| Difference { path, before: None, after: Some(node) }));
    differences.sort_by_key(|difference| difference.path);
    differences
}

impl Difference<'_> {
    /// What differs, where both have the path.
    pub(crate) fn changes(&self) -> Option<Changes> {
        Some(Changes::between(self.before?, self.after?))
    }

    /// Whether the path is there, as it was, with other bytes in it.
    pub(crate) fn is_content_only(&self) -> bool {
        self.changes() == Some(Changes { content: true, ..Changes::default() })
    }

    /// Whether the path is a link in both, and all that differs is where it leads.
    pub(crate) fn is_target_only(&self) -> bool {
        let is_link = |node: Option<&Node>| node.is_some_and(|node| matches!(node.kind, Kind::Link(_)));
        let both_links = is_link(self.before) && is_link(self.after);
        both_links && self.changes() == Some(Changes { kind: true, ..Changes::default() })
    }

    /// Whether it is about a choice among programs: the link to it is gone, or it was made anew among fewer.
    /// (`update-alternatives` makes and removes these links.)
    pub(crate) fn is_alternative(&self) -> bool {
        let link = |node: Option<&Node>| match node.map(|node| &node.kind) {
            Some(Kind::Link(target)) => Some(target.clone()),
            _ => None,
        };
        match (link(self.before), self.after) {
            (Some(target), None) => target.starts_with(b"/etc/alternatives/"),
            (Some(_), after) => self.path.starts_with(b"etc/alternatives/") && link(after).is_some(),
            (None, _) => false,
        }
    }
}

impl Changes {
    fn between(before: &Node, after: &Node) -> Self {
        let both_files = matches!((&before.kind, &after.kind), (Kind::File(_), Kind::File(_)));
        let kinds_differ = match (&before.kind, &after.kind) {
            (Kind::File(before), Kind::File(after)) => before.hash != after.hash,
            (before, after) => before != after,
        };
        Self {
            kind: kinds_differ && !both_files,
            mode: before.mode != after.mode,
            owner: before.owner != after.owner,
            content: kinds_differ && both_files,
            attributes: before.attributes != after.attributes,
        }
    }

    fn any(self) -> bool {
        self != Self::default()
    }
}

impl Noise {
    /// What two builds of one file show.
    pub(crate) fn between(one: &Tree, other: &Tree) -> Self {
        let mut noise = Self::default();
        for difference in differences(one, other) {
            match difference.changes() {
                Some(changes) if changes.content || difference.is_target_only() => {
                    noise.contents.insert(difference.path.clone());
                }
                Some(_) => {}
                None => {
                    if difference.after.is_none() {
                        noise.once.insert(difference.path.clone());
                    }
                    noise.made_up.insert(split(difference.path).0.into());
                }
            }
        }
        noise
    }

    /// The number of paths and folders.
    pub(crate) fn len(&self) -> usize {
        self.contents.len() + self.made_up.len()
    }

    /// Whether a difference is no more than what two builds of one file show: other bytes in a file that had other
    /// bytes there, too, a link that led elsewhere there, too, a name that was made up, or a new one in a folder where names are.
    pub(crate) fn explains(&self, difference: &Difference<'_>, before: &Tree) -> bool {
        match (difference.before, difference.after) {
            (Some(_), Some(_)) => {
                let is_same_kind = difference.is_content_only() || difference.is_target_only();
                is_same_kind && self.contents.contains(difference.path)
            }
            (_, None) => self.once.contains(difference.path),
            (None, Some(_)) => {
                let mut folder = split(difference.path).0;
                while !self.made_up.contains(folder) {
                    if folder.is_empty() || before.contains_key(folder) {
                        return false;
                    }
                    folder = split(folder).0;
                }
                true
            }
        }
    }
}

/// A path for people.
pub(crate) fn shown(path: &[u8]) -> String {
    format!("/{}", escaped(path, ""))
}

impl Display for Difference<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (before, after) = match (self.before, self.after) {
            (Some(before), Some(after)) => (before, after),
            (Some(before), None) => return write!(f, "only before ({})", before.kind),
            (None, after) => {
                return write!(f, "only after ({})", after.map_or("", |after| after.kind.name()));
            }
        };
        let mut parts = Vec::new();
        match (&before.kind, &after.kind) {
            (Kind::File(a), Kind::File(b)) if a.size != b.size => {
                parts.push(format!("contents, {} -> {} bytes", a.size, b.size));
            }
            (Kind::File(a), Kind::File(b)) if a.hash != b.hash => parts.push("contents".to_owned()),
            (a, b) if a != b && !matches!((a, b), (Kind::File(_), Kind::File(_))) => {
                parts.push(format!("{a} -> {b}"));
            }
            _ => {}
        }
        if before.mode != after.mode {
            parts.push(format!("mode {:04o} -> {:04o}", before.mode, after.mode));
        }
        if before.owner != after.owner {
            let ((user, group), (new_user, new_group)) = (before.owner, after.owner);
            parts.push(format!("owner {user}:{group} -> {new_user}:{new_group}"));
        }
        if before.attributes != after.attributes {
            parts.push("extended attributes".to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::File(_) => "file",
            Kind::Directory => "folder",
            Kind::Link(_) => "link",
            Kind::HardLink(_) => "hard link to nothing",
            Kind::Character(..) | Kind::Block(..) => "device",
            Kind::Fifo => "FIFO",
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Link(target) => write!(f, "link to {}", escaped(target, "")),
            Kind::Character(major, minor) | Kind::Block(major, minor) => write!(f, "device {major},{minor}"),
            other => f.write_str(other.name()),
        }
    }
}
