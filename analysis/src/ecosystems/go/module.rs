//! The texts of go.mod and go.sum. <https://go.dev/ref/mod#go-mod-file>

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::ecosystems::versions::compare;

/// A module: its path, or a local folder, and perhaps its version.
type Reference<'t> = (&'t str, Option<&'t str>);

/// What go.mod says of other modules.
#[derive(Debug, Default)]
pub(super) struct Module<'t> {
    /// The version of the language.
    pub(super) go: Option<&'t str>,
    /// The modules that are required, with their versions.
    pub(super) requires: Vec<(&'t str, &'t str)>,
    paths: BTreeSet<&'t str>,
    /// What stands for a module, by its path and version, or by its path alone.
    replaces: BTreeMap<Reference<'t>, Reference<'t>>,
    /// True where a line of these is not understood.
    pub(super) is_odd: bool,
}

impl<'t> Module<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let mut module = Self::default();
        let mut block: Option<&str> = None;
        for line in text.lines() {
            let code = line.split("//").next().unwrap_or_default();
            let words: Vec<&str> = code.split_whitespace().collect();
            match (words.as_slice(), block) {
                ([], _) => {}
                ([")"], Some(_)) => block = None,
                (words, Some(verb)) => module.line(verb, words),
                ([verb, "("], None) => block = Some(verb),
                ([verb, words @ ..], None) => match verb.strip_suffix('(') {
                    Some(verb) if words.is_empty() => block = Some(verb),
                    _ => module.line(verb, words),
                },
            }
        }
        module.is_odd |= block.is_some();
        module
    }

    fn line(&mut self, verb: &str, words: &[&'t str]) {
        let is_cut = |word: &str| {
            let quotes = word.matches(['"', '`']).count();
            quotes > 0 && !(quotes == 2 && word.starts_with(['"', '`']) && word.ends_with(['"', '`']))
        };
        if words.iter().any(|word| is_cut(word)) {
            self.is_odd |= matches!(verb, "require" | "replace" | "go");
            return;
        }
        let words: Vec<&'t str> = words.iter().map(|word| word.trim_matches(['"', '`'])).collect();
        match (verb, words.as_slice()) {
            ("go", &[version]) => self.go = Some(version),
            ("require", &[path, version]) => {
                self.requires.push((path, version));
                self.paths.insert(path);
            }
            ("replace", &[path, "=>", target]) => {
                self.replaces.insert((path, None), (target, None));
            }
            ("replace", &[path, "=>", target, version]) => {
                self.replaces.insert((path, None), (target, Some(version)));
            }
            ("replace", &[path, of, "=>", target]) => {
                self.replaces.insert((path, Some(of)), (target, None));
            }
            ("replace", &[path, of, "=>", target, version]) => {
                self.replaces.insert((path, Some(of)), (target, Some(version)));
            }
            ("go" | "require" | "replace", _) => self.is_odd = true,
            _ => {}
        }
    }

    /// What stands for a module: a path and a version, or a local folder.
    pub(super) fn replacement(&self, path: &str, version: &str) -> Option<Reference<'t>> {
        let exact = self.replaces.get(&(path, Some(version)));
        exact.or_else(|| self.replaces.get(&(path, None))).copied()
    }

    /// The local folders that stand for modules.
    pub(super) fn local_replacements(&self) -> impl Iterator<Item = &'t str> {
        self.replaces.values().filter(|(_, version)| version.is_none()).map(|(folder, _)| *folder)
    }

    pub(super) fn requires_path(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// True where go.mod lists all that is needed to build: from 1.17 on.
    pub(super) fn is_pruned(&self) -> bool {
        self.go.is_some_and(|version| compare(version, "1.17") != Ordering::Less)
    }
}

/// The lines of go.sum for the go.mod files of modules.
#[derive(Debug, Default)]
pub(super) struct Sums<'t> {
    versions: BTreeMap<&'t str, BTreeSet<&'t str>>,
    newest: BTreeMap<&'t str, &'t str>,
}

impl<'t> Sums<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let mut sums = Self::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some(path), Some(version)) = (words.next(), words.next()) else { continue };
            let Some(version) = version.strip_suffix("/go.mod") else { continue };
            sums.versions.entry(path).or_default().insert(version);
            let newest = sums.newest.entry(path).or_insert(version);
            if compare(newest, version) == Ordering::Less {
                *newest = version;
            }
        }
        sums
    }

    pub(super) fn has(&self, path: &str, version: &str) -> bool {
        self.versions.get(path).is_some_and(|versions| versions.contains(version))
    }

    /// True where a newer version is there: another module may require it, and then go.mod changes.
    pub(super) fn has_newer(&self, path: &str, version: &str) -> bool {
        self.newest.get(path).is_some_and(|newest| compare(version, newest) == Ordering::Less)
    }
}
