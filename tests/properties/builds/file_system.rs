//! An abstract file system with modes and owners, and what programs and BuildKit do to it.

use std::collections::BTreeMap;

/// Who reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

pub(super) const ROOT: User = User { uid: 0, gid: 0 };

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File(String),
    Directory,
    Link(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) owner: User,
}

/// Nodes by their absolute paths; the root is the empty path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileSystem {
    pub(super) nodes: BTreeMap<String, Node>,
}

/// A command failed, or BuildKit did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failed(pub(super) String);

pub(super) type Outcome<T> = Result<T, Failed>;

pub(super) fn failed<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Failed(what.into()))
}

/// The folder of an absolute path, and its last name; the folder of `/a` is the empty path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `path` seen from `folder`, without `.` and `..`; the root is the empty path.
pub(super) fn absolute(folder: &str, path: &str) -> String {
    let start = if path.starts_with('/') { "" } else { folder };
    let mut names: Vec<&str> = Vec::new();
    for name in start.split('/').chain(path.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.iter().map(|name| format!("/{name}")).collect()
}

impl Node {
    pub(super) fn directory(mode: u32, owner: User) -> Self {
        Self { kind: Kind::Directory, mode, owner }
    }

    pub(super) fn file(text: impl Into<String>, mode: u32, owner: User) -> Self {
        Self { kind: Kind::File(text.into()), mode, owner }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Whether `user` may do what the `bit` stands for: 4 read, 2 write, 1 search.
    fn lets(&self, user: User, bit: u32) -> bool {
        let shift = match self.owner {
            _ if user.uid == 0 => return true,
            User { uid, .. } if uid == user.uid => 6,
            User { gid, .. } if gid == user.gid => 3,
            _ => 0,
        };
        self.mode >> shift & bit != 0
    }
}

impl FileSystem {
    pub(super) fn empty() -> Self {
        Self { nodes: BTreeMap::from([(String::new(), Node::directory(0o755, ROOT))]) }
    }

    pub(super) fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// `path` without links in its folders, and where `follow` is set without one at its end. The path need
    /// not exist, but its folder must.
    pub(super) fn real(&self, path: &str, follow: bool, user: User) -> Outcome<String> {
        self.real_within(path, follow, user, 0)
    }

    fn real_within(&self, path: &str, follow: bool, user: User, depth: usize) -> Outcome<String> {
        if depth > 8 {
            return failed("too many links");
        }
        let mut here = String::new();
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        for (number, name) in names.iter().enumerate() {
            match self.get(&here) {
                Some(node) if !node.is_directory() => return failed(format!("{here} is no directory")),
                Some(node) if !node.lets(user, 1) => return failed(format!("{here} is closed")),
                Some(_) => {}
                None => return failed(format!("{here} is missing")),
            }
            here = format!("{here}/{name}");
            let is_last = number + 1 == names.len();
            if let Some(Node { kind: Kind::Link(target), .. }) = self.get(&here)
                && (follow || !is_last)
            {
                let target = absolute(split(&here).0, target);
                here = self.real_within(&target, true, user, depth + 1)?;
            }
        }
        Ok(here)
    }

    /// What stands at `path`, links followed.
    pub(super) fn find(&self, path: &str, user: User) -> Option<(String, &Node)> {
        let path = self.real(path, true, user).ok()?;
        let node = self.get(&path)?;
        Some((path, node))
    }

    pub(super) fn read(&self, path: &str, user: User) -> Outcome<String> {
        match self.find(path, user) {
            Some((_, node)) if !node.lets(user, 4) => failed(format!("{path} cannot be read")),
            Some((_, Node { kind: Kind::File(text), .. })) => Ok(text.clone()),
            _ => failed(format!("{path} is no file")),
        }
    }

    /// The names in a folder, sorted.
    pub(super) fn list(&self, path: &str, user: User) -> Outcome<Vec<String>> {
        match self.find(path, user) {
            Some((real, node)) if node.is_directory() && node.lets(user, 4) => {
                let names = self.below(&real).filter_map(|path| {
                    let rest = &path[real.len() + 1..];
                    (!rest.contains('/')).then(|| rest.to_owned())
                });
                Ok(names.collect())
            }
            _ => failed(format!("{path} cannot be listed")),
        }
    }

    /// The paths below the folder `path`, which has no links in it.
    pub(super) fn below<'f>(&'f self, path: &str) -> impl Iterator<Item = &'f String> {
        let start = format!("{path}/");
        self.nodes
            .range(start.clone()..)
            .map(|(path, _)| path)
            .take_while(move |path| path.starts_with(&start))
    }

    fn check_writable(&self, folder: &str, user: User) -> Outcome<()> {
        match self.get(folder) {
            Some(node) if node.is_directory() && node.lets(user, 2) && node.lets(user, 1) => Ok(()),
            Some(_) => failed(format!("{folder} cannot be written")),
            None => failed(format!("{folder} is missing")),
        }
    }

    /// Writes a file as the shell does: one that is there keeps mode and owner.
    pub(super) fn write(&mut self, path: &str, text: &str, append: bool, user: User) -> Outcome<()> {
        let path = self.real(path, true, user)?;
        match self.nodes.get_mut(&path) {
            Some(node) if !node.lets(user, 2) => return failed(format!("{path} cannot be written")),
            Some(Node { kind: Kind::File(old), .. }) => {
                if !append {
                    old.clear();
                }
                old.push_str(text);
                return Ok(());
            }
            Some(_) => return failed(format!("{path} is a folder")),
            None => {}
        }
        self.check_writable(split(&path).0, user)?;
        self.nodes.insert(path, Node::file(text, 0o644, user));
        Ok(())
    }

    /// Makes a folder and those above it, where they are missing.
    pub(super) fn make_folders(&mut self, path: &str, mode: u32, owner: User, user: User) -> Outcome<()> {
        let path = absolute("", path);
        let mut here = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            here = self.real(&format!("{here}/{name}"), true, user)?;
            match self.get(&here) {
                Some(node) if node.is_directory() => {}
                Some(_) => return failed(format!("{here} is no directory")),
                None => {
                    self.check_writable(split(&here).0, user)?;
                    self.nodes.insert(here.clone(), Node::directory(mode, owner));
                }
            }
        }
        Ok(())
    }

    /// `ln -s`: a folder at the destination is what it goes into.
    pub(super) fn link(&mut self, target: &str, path: &str, user: User) -> Outcome<()> {
        let path = self.target_in(target, path, user)?;
        if self.get(&path).is_some() {
            return failed(format!("{path} is there"));
        }
        self.check_writable(split(&path).0, user)?;
        self.nodes.insert(path, Node { kind: Kind::Link(target.to_owned()), mode: 0o777, owner: user });
        Ok(())
    }

    /// `rm -rf`; what is not there is no error.
    pub(super) fn remove(&mut self, path: &str, user: User) -> Outcome<()> {
        let Ok(path) = self.real(path, false, user) else { return Ok(()) };
        if self.get(&path).is_none() {
            return Ok(());
        }
        self.check_writable(split(&path).0, user)?;
        let inside: Vec<String> = self.below(&path).cloned().collect();
        for inner in &inside {
            self.check_writable(split(inner).0, user)?;
        }
        for inner in inside {
            self.nodes.remove(&inner);
        }
        self.nodes.remove(&path);
        Ok(())
    }

    /// `mv`: a folder at the destination is what it goes into.
    pub(super) fn rename(&mut self, from: &str, to: &str, user: User) -> Outcome<()> {
        let from = self.real(from, false, user)?;
        let Some(node) = self.get(&from).cloned() else { return failed(format!("{from} is missing")) };
        let to = self.target_in(&from, to, user)?;
        self.check_writable(split(&from).0, user)?;
        self.check_writable(split(&to).0, user)?;
        if to == from || to.starts_with(&format!("{from}/")) {
            return failed("moved into itself");
        }
        match self.get(&to) {
            Some(old) if old.is_directory() != node.is_directory() => {
                return failed(format!("{to} is other"));
            }
            Some(_) if self.below(&to).next().is_some() => return failed(format!("{to} is not empty")),
            _ => {}
        }
        let inside: Vec<String> = self.below(&from).cloned().collect();
        for inner in inside {
            let moved = self.nodes.remove(&inner).expect("listed");
            self.nodes.insert(format!("{to}{}", &inner[from.len()..]), moved);
        }
        self.nodes.remove(&from);
        self.nodes.insert(to, node);
        Ok(())
    }

    fn target_in(&self, from: &str, to: &str, user: User) -> Outcome<String> {
        match self.find(to, user) {
            Some((real, node)) if node.is_directory() => Ok(format!("{real}/{}", split(from).1)),
            _ if to.ends_with('/') => failed(format!("{to} is missing")),
            _ => self.real(to, false, user),
        }
    }

    /// `cp`, and with `recursive` `cp -r`.
    pub(super) fn copy(&mut self, from: &str, to: &str, recursive: bool, user: User) -> Outcome<()> {
        let from = self.real(from, !recursive, user)?;
        let to = self.target_in(&from, to, user)?;
        if to == from || to.starts_with(&format!("{from}/")) {
            return failed("copied into itself");
        }
        self.copy_node(&from, &to, recursive, user)
    }

    fn copy_node(&mut self, from: &str, to: &str, recursive: bool, user: User) -> Outcome<()> {
        let Some(node) = self.get(from).cloned() else { return failed(format!("{from} is missing")) };
        match &node.kind {
            Kind::File(text) => {
                if !node.lets(user, 4) {
                    return failed(format!("{from} cannot be read"));
                }
                let is_new = self.find(to, user).is_none();
                self.write(to, text, false, user)?;
                if is_new {
                    let to = self.real(to, true, user)?;
                    self.nodes.get_mut(&to).expect("written").mode = node.mode & 0o755;
                }
                Ok(())
            }
            Kind::Link(_) => match self.get(to) {
                Some(old) if old.is_directory() => failed(format!("{to} is a folder")),
                _ => {
                    self.check_writable(split(to).0, user)?;
                    self.nodes.insert(to.to_owned(), Node { owner: user, ..node });
                    Ok(())
                }
            },
            Kind::Directory if !recursive => failed(format!("{from} is a folder")),
            Kind::Directory => {
                if !node.lets(user, 4) || !node.lets(user, 1) {
                    return failed(format!("{from} cannot be read"));
                }
                match self.get(to) {
                    Some(old) if !old.is_directory() => return failed(format!("{to} is no folder")),
                    Some(_) => {}
                    None => {
                        self.check_writable(split(to).0, user)?;
                        let mode = node.mode & 0o755;
                        self.nodes.insert(to.to_owned(), Node::directory(mode, user));
                    }
                }
                let inside: Vec<String> = self.below(from).cloned().collect();
                for inner in inside.iter().filter(|inner| split(inner).0 == from) {
                    self.copy_node(inner, &format!("{to}/{}", split(inner).1), true, user)?;
                }
                Ok(())
            }
        }
    }

    /// `chmod`, `chown`, each with `-R`: links inside are left alone.
    pub(super) fn change(
        &mut self,
        path: &str,
        recursive: bool,
        user: User,
        change: impl Fn(&mut Node),
    ) -> Outcome<()> {
        let Some((path, _)) = self.find(path, user) else { return failed(format!("{path} is missing")) };
        let inside: Vec<String> = if recursive { self.below(&path).cloned().collect() } else { Vec::new() };
        for path in std::iter::once(path).chain(inside) {
            let node = self.nodes.get_mut(&path).expect("listed");
            if user.uid != 0 && node.owner.uid != user.uid {
                return failed(format!("{path} is another's"));
            }
            if !matches!(node.kind, Kind::Link(_)) {
                change(node);
            }
        }
        Ok(())
    }
}
