//! The packages of a workspace.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::context::Entry;
use crate::glob;
use crate::paths::join;

use super::super::{Project, Refusal};
use super::clip;
use super::manifest::Manifest;

/// The most patterns, and the most names in one.
const MAX_PATTERNS: usize = 256;
const MAX_NAMES: usize = 32;

/// The most folders that are looked at.
const MAX_FOLDERS: usize = 4096;

/// The patterns in `workspaces` of package.json: a list, or a map with a list `packages`.
///
/// # Errors
/// Where it is something else.
pub(in super::super) fn patterns(manifest: &Manifest) -> Result<Vec<String>, Refusal> {
    let list = match manifest.get("workspaces") {
        None => return Ok(Vec::new()),
        Some(Value::Object(map)) => map.get("packages").unwrap_or(&Value::Null),
        Some(list) => list,
    };
    match list {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => {
            let texts = list.iter().map(|value| value.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().ok_or_else(|| not_understood(""))
        }
        _ => Err(not_understood("")),
    }
}

/// The folders in `root` that `patterns` name and that have a package.json.
///
/// # Errors
/// Where a pattern is not understood, or a folder cannot be looked into.
pub(in super::super) fn members(
    project: &Project<'_>,
    root: &str,
    patterns: &[String],
) -> Result<Vec<String>, Refusal> {
    if patterns.len() > MAX_PATTERNS {
        return Err(not_understood(""));
    }
    let mut search = Search { project, root, seen: 0, lists: BTreeMap::new() };
    let mut found: BTreeSet<String> = BTreeSet::new();
    for pattern in patterns {
        let (excludes, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern.as_str()),
        };
        let names: Vec<&str> = pattern.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        if pattern.starts_with('/')
            || names.len() > MAX_NAMES
            || names.contains(&"..")
            || names.iter().any(|name| name.contains("**") && *name != "**")
            || names.iter().any(|name| name.starts_with('.') && glob::is_pattern(name))
            || pattern.contains(['{', '(', '\\', '!', '$', '\0'])
        {
            return Err(not_understood(pattern));
        }
        if excludes {
            found.retain(|folder| {
                let path: Vec<&str> = folder.split('/').collect();
                !matches(&names, &path)
            });
        } else {
            search.folders(&names, &mut found)?;
        }
    }
    // The root itself is no member of itself.
    found.remove("");
    Ok(found.into_iter().map(|folder| join(root, &folder)).collect())
}

struct Search<'s, 'a> {
    project: &'s Project<'a>,
    root: &'s str,
    seen: usize,
    lists: BTreeMap<String, Vec<String>>,
}

impl Search<'_, '_> {
    /// Adds the folders with a package.json that `names` match.
    fn folders(&mut self, names: &[&str], found: &mut BTreeSet<String>) -> Result<(), Refusal> {
        // Breadth first, so that depth costs no stack: folders, and how many of the names led there.
        let mut level: BTreeSet<(String, usize)> = BTreeSet::from([(String::new(), 0)]);
        while let Some((folder, at)) = level.pop_first() {
            self.seen += 1;
            if self.seen > MAX_FOLDERS {
                return Err(Refusal::new(
                    "the workspace has more folders than are looked at",
                    "name the packages of the workspace one by one",
                ));
            }
            let Some(name) = names.get(at) else {
                let manifest = join(&join(self.root, &folder), "package.json");
                match self.project.entry(&manifest) {
                    Entry::Missing | Entry::Ignored => {}
                    _ => drop(found.insert(folder)),
                }
                continue;
            };
            if *name == "**" {
                level.insert((folder.clone(), at + 1));
                for child in self.children(&folder)? {
                    level.insert((join(&folder, &child), at));
                }
            } else if glob::is_pattern(name) {
                for child in self.children(&folder)? {
                    if glob::matches(name, &child) {
                        level.insert((join(&folder, &child), at + 1));
                    }
                }
            } else {
                level.insert((join(&folder, name), at + 1));
            }
        }
        Ok(())
    }

    /// The folders in `folder` but those with a leading dot, and those with installed packages.
    fn children(&mut self, folder: &str) -> Result<Vec<String>, Refusal> {
        if let Some(children) = self.lists.get(folder) {
            return Ok(children.clone());
        }
        let path = join(self.root, folder);
        let path = if path.is_empty() { "." } else { &path };
        let mut children = Vec::new();
        if matches!(self.project.entry(path), Entry::Directory) {
            let Some(names) = self.project.list(path) else {
                return Err(Refusal::new(
                    format!("the folder {} cannot be looked into", clip(path)),
                    "name the packages of the workspace one by one",
                ));
            };
            for name in names {
                if name == "node_modules" || name.starts_with('.') {
                    continue;
                }
                match self.project.entry(&join(path, &name)) {
                    Entry::Directory => children.push(name),
                    Entry::Link => {
                        return Err(Refusal::new(
                            format!("{} is a symbolic link", clip(&join(path, &name))),
                            "name the packages of the workspace one by one",
                        ));
                    }
                    _ => {}
                }
            }
        }
        self.lists.insert(folder.to_owned(), children.clone());
        Ok(children)
    }
}

/// Whether `pattern` matches the whole of `path`. The cost is the product of their lengths.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    // For each number of names of the path: does the pattern so far match that many of them?
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for name in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            next[at] = if *name == "**" {
                reached[at] || at > 0 && next[at - 1]
            } else {
                at > 0 && reached[at - 1] && glob::matches(name, path[at - 1])
            };
        }
        reached = next;
    }
    reached[path.len()]
}

fn not_understood(pattern: &str) -> Refusal {
    let reason = match pattern {
        "" => "the list of the workspace's packages is not understood".to_owned(),
        pattern => format!("the workspace's pattern `{}` is not understood", clip(pattern)),
    };
    Refusal::new(reason, "name the packages of the workspace one by one")
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn folders_match_patterns() {
        let split = |text: &'static str| text.split('/').collect::<Vec<_>>();
        for (pattern, path, expected) in [
            ("packages/*", "packages/a", true),
            ("packages/*", "packages/a/b", false),
            ("packages/**", "packages/a/b", true),
            ("**", "a/b", true),
            ("**/test", "a/b/test", true),
            ("**/test", "test", true),
            ("a/**/b", "a/x/y/c", false),
        ] {
            assert_eq!(matches(&split(pattern), &split(path)), expected, "{pattern} {path}");
        }
    }
}
