//! A build context in memory, for specs and for the reference data.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use dfopt_analysis::dockerignore::Patterns;
use dfopt_analysis::{BuildContext, Digests, Entry, HEAD, Reference, Unresolved};

/// The digest of every image that a spec says nothing else of.
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Registries in memory: reference -> digest, or why there is none.
#[derive(Debug, Default)]
pub(crate) struct MemoryDigests {
    answers: BTreeMap<String, String>,
}

impl MemoryDigests {
    pub(crate) const fn new() -> Self {
        Self { answers: BTreeMap::new() }
    }

    /// Reads a `digests` block: a canonical reference, a blank, and its digest or the reason why it has none.
    pub(crate) fn parse(block: &str) -> Self {
        let answer =
            |line: &str| line.split_once(' ').map(|(name, answer)| (name.to_owned(), answer.to_owned()));
        Self { answers: block.lines().map(|line| answer(line).expect("two words")).collect() }
    }
}

impl Digests for MemoryDigests {
    fn digest(&self, reference: &Reference) -> Result<String, Unresolved> {
        match self.answers.get(&reference.to_string()) {
            None => Ok(DIGEST.to_owned()),
            Some(digest) if digest.starts_with("sha256:") => Ok(digest.clone()),
            Some(reason) => Err(Unresolved { reason: reason.clone(), help: "" }),
        }
    }
}

/// Files by their path. A path that ends in `/` is an empty folder; a text that starts with `-> ` is a link.
#[derive(Debug)]
pub(crate) struct MemoryContext {
    files: BTreeMap<String, String>,
    ignored: Option<Patterns>,
}

impl MemoryContext {
    pub(crate) fn new(files: BTreeMap<String, String>) -> Self {
        let lines = files.get(".dockerignore").map(String::as_str).unwrap_or_default();
        // Patterns that cannot be read leave the context unknown.
        let ignored = Patterns::parse(lines).ok();
        Self { files, ignored }
    }

    /// The files of a tree below `folder`.
    pub(crate) fn below(tree: &BTreeMap<String, String>, folder: &str) -> Self {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = tree.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
        Self::new(below.map(|(path, text)| (path[prefix.len()..].to_owned(), text.clone())).collect())
    }

    /// Reads a `context` block: paths, each with its lines below it, four blanks deeper.
    pub(crate) fn parse(block: &str) -> Self {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut last = String::new();
        for line in block.lines() {
            match line.strip_prefix("    ") {
                Some(content) => {
                    let text = files.get_mut(&last).expect("a path comes first");
                    text.push_str(content);
                    text.push('\n');
                }
                None if line.is_empty() => files.get_mut(&last).expect("a path comes first").push('\n'),
                None => {
                    last = line.to_owned();
                    files.insert(last.clone(), String::new());
                }
            }
        }
        Self::new(files)
    }

    fn is_ignored(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let patterns = self.ignored.as_ref().unwrap();
        let mut below = self.files.range(folder.clone()..).take_while(|(file, _)| file.starts_with(&folder));
        patterns.excludes(path) && below.all(|(file, _)| patterns.excludes(file))
    }

    fn is_link(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        (1..=parts.len())
            .any(|n| self.files.get(&parts[..n].join("/")).is_some_and(|text| text.starts_with("-> ")))
    }
}

impl BuildContext for MemoryContext {
    fn entry(&self, path: &str) -> Entry {
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let is_folder =
            || self.files.range(folder.clone()..).next().is_some_and(|(f, _)| f.starts_with(&folder));
        match () {
            () if self.ignored.is_none() => Entry::Unknown,
            () if path.is_empty() => Entry::Directory,
            () if self.is_link(path) => Entry::Link,
            () if !self.files.contains_key(path) && !is_folder() => Entry::Missing,
            () if self.is_ignored(path) => Entry::Ignored,
            () if self.files.contains_key(path) => Entry::File,
            () => Entry::Directory,
        }
    }

    fn list(&self, path: &str) -> Option<Vec<String>> {
        if self.entry(path) != Entry::Directory {
            return None;
        }
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let below = self.files.range(folder.clone()..).take_while(|(file, _)| file.starts_with(&folder));
        let names: BTreeSet<String> = below
            .filter_map(|(file, _)| file[folder.len()..].split('/').next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let survives = |name: &String| self.entry(&format!("{folder}{name}")) != Entry::Ignored;
        Some(names.into_iter().filter(survives).collect())
    }

    fn read(&self, path: &str) -> Option<Cow<'_, str>> {
        let text = self.files.get(path).filter(|_| self.entry(path) == Entry::File)?;
        Some(Cow::Borrowed(text))
    }

    fn head(&self, path: &str) -> Option<Vec<u8>> {
        Some(self.read(path)?.bytes().take(HEAD).collect())
    }

    /// A text that starts with `mode 700` is that of a private file.
    fn mode(&self, path: &str) -> Option<u32> {
        let text = self.read(path)?;
        let mode = text.strip_prefix("mode ").and_then(|text| text.lines().next());
        mode.map_or(Some(0o644), |mode| u32::from_str_radix(mode, 8).ok())
    }
}
