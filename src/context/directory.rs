//! A directory as a build context.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use dfopt_analysis::dockerignore::{Matches, Patterns};
use dfopt_analysis::{BuildContext, Entry, HEAD};

use super::files::{self, Kind, Text};
use super::ignore_file;

/// The most names in a directory that is listed.
const MOST_NAMES: usize = 4096;

/// The most names that are looked at, in all, to find out whether something in excluded directories survives.
const MOST_SEARCHED: usize = 16_384;

/// The most bytes of a file that is read.
const MOST_BYTES: u64 = 8 << 20;

/// The most bytes of a path, as Linux has it.
const LONGEST_PATH: usize = 4096;

/// The most steps of matching patterns, in all: two seconds of a hostile `.dockerignore`.
const MOST_STEPS: u64 = 1 << 28;

/// A directory as a build context. Only what is asked for is looked at, once; links are never followed.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    patterns: Patterns,
    places: RefCell<BTreeMap<String, Place>>,
    survivals: RefCell<BTreeMap<String, Option<bool>>>,
    lists: RefCell<BTreeMap<String, Option<Vec<String>>>>,
    texts: RefCell<BTreeMap<String, Option<Rc<str>>>>,
    searched: Cell<usize>,
    steps: Cell<u64>,
}

/// What is known of a path.
#[derive(Clone, Debug)]
struct Place {
    kind: Kind,
    state: State,
    matches: Rc<Matches>,
}

/// Whether something comes into the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Kept,
    /// Kept out, but BuildKit looks below for what an exception lets in.
    Walked,
    /// Kept out, with everything below.
    Left,
    Unknown,
}

impl Directory {
    /// The directory `root` (a link to one counts, too) as the context of `dockerfile`. None where it is no
    /// directory, or what its ignore file excludes cannot be told.
    pub fn open(root: &Path, dockerfile: Option<&Path>) -> Option<Self> {
        let root = root.canonicalize().ok().filter(|root| root.is_dir())?;
        let patterns = ignore_file::patterns(&root, dockerfile)?;
        Some(Self {
            root,
            patterns,
            places: RefCell::default(),
            survivals: RefCell::default(),
            lists: RefCell::default(),
            texts: RefCell::default(),
            searched: Cell::new(0),
            steps: Cell::new(0),
        })
    }

    /// Where it is, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is known of `path`: goes down name by name, so that a link on the way is seen.
    fn place(&self, path: &str) -> Place {
        let mut place = Place { kind: Kind::Directory, state: State::Kept, matches: Rc::default() };
        if path.is_empty() {
            return place;
        }
        if path.len() > LONGEST_PATH || path.contains('\0') || path.split('/').any(is_no_name) {
            return Place { kind: Kind::Unknown, ..place };
        }
        for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
            if place.kind != Kind::Directory {
                // What is below a link, or where nothing can be seen, is as little known as that itself.
                let is_leaf = matches!(place.kind, Kind::File | Kind::Special);
                let kind = if is_leaf { Kind::Missing } else { place.kind };
                return Place { kind, ..place };
            }
            let below = &path[..end];
            let known = self.places.borrow().get(below).cloned();
            place = known.unwrap_or_else(|| {
                let found = self.below(&place, below, files::kind(&self.root.join(below)));
                self.places.borrow_mut().insert(below.to_owned(), found.clone());
                found
            });
        }
        place
    }

    /// The place of `path`, a name in the directory `parent`.
    fn below(&self, parent: &Place, path: &str, kind: Kind) -> Place {
        let place = |state, matches| Place { kind, state, matches };
        if self.patterns.is_empty() || matches!(parent.state, State::Left | State::Unknown) {
            return place(parent.state, Rc::clone(&parent.matches));
        }
        self.steps.set(self.steps.get().saturating_add(self.patterns.steps(path.len())));
        if self.steps.get() > MOST_STEPS {
            return place(State::Unknown, Rc::default());
        }
        let (excluded, matches) = self.patterns.judge(&parent.matches, path);
        let state = match excluded {
            false => State::Kept,
            true if kind == Kind::Directory && self.patterns.may_keep_below(path) => State::Walked,
            true => State::Left,
        };
        place(state, Rc::new(matches))
    }

    fn entry_at(&self, place: &Place, path: &str) -> Entry {
        match (place.state, place.kind) {
            (_, Kind::Missing) => Entry::Missing,
            (_, Kind::Unknown) | (State::Unknown, _) => Entry::Unknown,
            (State::Left, _) => Entry::Ignored,
            (State::Walked, _) => match self.survives(place, path) {
                Some(true) => Entry::Directory,
                Some(false) => Entry::Ignored,
                None => Entry::Unknown,
            },
            (State::Kept, Kind::File) => Entry::File,
            (State::Kept, Kind::Directory) => Entry::Directory,
            (State::Kept, Kind::Link) => Entry::Link,
            (State::Kept, Kind::Special) => Entry::Unknown,
        }
    }

    /// Whether anything below the excluded directory `path` comes into the context; none where it would
    /// take too long to find out.
    fn survives(&self, place: &Place, path: &str) -> Option<bool> {
        let known = self.survivals.borrow().get(path).copied();
        known.unwrap_or_else(|| {
            let found = self.search(place, path);
            self.survivals.borrow_mut().insert(path.to_owned(), found);
            found
        })
    }

    fn search(&self, place: &Place, path: &str) -> Option<bool> {
        let mut directories = vec![(path.to_owned(), place.clone())];
        while let Some((directory, place)) = directories.pop() {
            let left = MOST_SEARCHED.saturating_sub(self.searched.get());
            let names = files::names(&self.root.join(&directory), left.min(MOST_NAMES))?;
            self.searched.set(self.searched.get() + names.len() + 1);
            for (name, kind) in names {
                let path = format!("{directory}/{}", name.to_str()?);
                let found = self.below(&place, &path, kind);
                match found.state {
                    State::Kept => return Some(true),
                    State::Walked => directories.push((path, found)),
                    State::Left => {}
                    State::Unknown => return None,
                }
            }
        }
        Some(false)
    }

    fn listed(&self, path: &str) -> Option<Vec<String>> {
        let place = self.place(path);
        if self.entry_at(&place, path) != Entry::Directory {
            return None;
        }
        let mut kept = Vec::new();
        for (name, kind) in files::names(&self.root.join(path), MOST_NAMES)? {
            let name = name.into_string().ok()?;
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            let found = self.below(&place, &path, kind);
            match self.entry_at(&found, &path) {
                Entry::Ignored | Entry::Missing => {}
                Entry::Unknown if found.kind != Kind::Special || found.state != State::Kept => return None,
                _ => kept.push(name),
            }
        }
        kept.sort_unstable();
        Some(kept)
    }
}

impl BuildContext for Directory {
    fn entry(&self, path: &str) -> Entry {
        self.entry_at(&self.place(path), path)
    }

    fn list(&self, path: &str) -> Option<Vec<String>> {
        let known = self.lists.borrow().get(path).cloned();
        known.unwrap_or_else(|| {
            let found = self.listed(path);
            self.lists.borrow_mut().insert(path.to_owned(), found.clone());
            found
        })
    }

    fn read(&self, path: &str) -> Option<Cow<'_, str>> {
        let known = self.texts.borrow().get(path).cloned();
        let text = known.unwrap_or_else(|| {
            let text = match self.entry(path) {
                Entry::File => files::text(&self.root.join(path), MOST_BYTES),
                _ => Text::Unreadable,
            };
            let found: Option<Rc<str>> = if let Text::Is(text) = text { Some(text.into()) } else { None };
            self.texts.borrow_mut().insert(path.to_owned(), found.clone());
            found
        });
        text.map(|text| Cow::Owned(text.as_ref().to_owned()))
    }

    fn head(&self, path: &str) -> Option<Vec<u8>> {
        match self.entry(path) {
            Entry::File => files::head(&self.root.join(path), HEAD),
            _ => None,
        }
    }

    fn mode(&self, path: &str) -> Option<u32> {
        match self.entry(path) {
            Entry::File => files::mode(&self.root.join(path)),
            _ => None,
        }
    }
}

/// True for what would lead elsewhere than down by one.
fn is_no_name(name: &str) -> bool {
    matches!(name, "" | "." | "..") || (cfg!(windows) && name.contains(['\\', ':']))
}
