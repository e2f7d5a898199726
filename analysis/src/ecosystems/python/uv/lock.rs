//! Whether uv.lock is what `uv lock` would write.
//!
//! uv keeps a lock file as it is where its records of the manifest equal the manifest
//! (`Lock::satisfies` in astral-sh/uv `crates/uv-resolver/src/lock/mod.rs`, `ValidatedLock::validate` in
//! `crates/uv/src/commands/project/lock.rs`). Here the two are compared as text, and only for one project
//! without settings of its own: what differs in spelling counts as out of date.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::ecosystems::python::pyproject;

use super::{is_package, settings};

/// True where `lock` is known to be up to date with `manifest`, a project that is no workspace.
pub(super) fn is_current(manifest: &DeTable<'_>, lock: &DeTable<'_>) -> bool {
    compare(manifest, lock).unwrap_or(false)
}

fn compare(manifest: &DeTable<'_>, lock: &DeTable<'_>) -> Option<bool> {
    let known = ["version", "revision", "requires-python", "resolution-markers", "package"];
    let is_plain = lock.keys().all(|key| known.contains(&&**key.get_ref()));
    let project = pyproject::table(manifest, &["project"])?;
    let python = pyproject::text(project, &["requires-python"])?;
    let root = root(lock)?;
    let kind = if is_package(manifest) { "editable" } else { "virtual" };
    Some(
        is_plain
            && settings::table_leaves_lock(manifest)
            && lock.get("version")?.get_ref().as_integer()?.as_str() == "1"
            && specifiers(python) == specifiers(pyproject::text(lock, &["requires-python"])?)
            && normal(pyproject::text(project, &["name"])?) == pyproject::text(root, &["name"])?
            && pyproject::text(project, &["version"])? == pyproject::text(root, &["version"])?
            && pyproject::get(root, &["source", kind]).is_some()
            && declared(project)? == recorded(pyproject::get(root, &["metadata", "requires-dist"]))?
            && extras(project)? == recorded_extras(root)?
            && declared_groups(manifest)? == recorded_groups(root)?,
    )
}

/// The package of the lock file that is the project.
fn root<'v, 't>(lock: &'v DeTable<'t>) -> Option<&'v DeTable<'t>> {
    let packages = lock.get("package")?.get_ref().as_array()?;
    packages.iter().filter_map(|package| package.get_ref().as_table()).find(|package| {
        ["editable", "virtual"].iter().any(|kind| pyproject::text(package, &["source", kind]) == Some("."))
    })
}

/// A requirement: name, extras, versions, marker.
type Entry = (String, BTreeSet<String>, BTreeSet<String>, String);

fn declared(project: &DeTable<'_>) -> Option<BTreeSet<Entry>> {
    let mut entries = BTreeSet::new();
    if let Some(value) = project.get("dependencies") {
        for text in pyproject::texts("dependencies", value.get_ref()).ok()? {
            entries.insert(entry(text)?);
        }
    }
    for (extra, value) in pyproject::table(project, &["optional-dependencies"]).into_iter().flatten() {
        for text in pyproject::texts(extra.get_ref(), value.get_ref()).ok()? {
            let mut entry = entry(text)?;
            if !entry.3.is_empty() {
                return None;
            }
            entry.3 = format!("extra=='{}'", normal(extra.get_ref()));
            entries.insert(entry);
        }
    }
    Some(entries)
}

fn declared_groups(manifest: &DeTable<'_>) -> Option<BTreeMap<String, BTreeSet<Entry>>> {
    let mut groups = BTreeMap::new();
    let Some(declared) = manifest.get("dependency-groups") else { return Some(groups) };
    for (name, value) in declared.get_ref().as_table()? {
        let texts = pyproject::texts(name.get_ref(), value.get_ref()).ok()?;
        let entries: BTreeSet<Entry> = texts.into_iter().map(entry).collect::<Option<_>>()?;
        // Whether an empty one is recorded depends on the version of uv.
        if entries.is_empty() {
            return None;
        }
        groups.insert(normal(name.get_ref()), entries);
    }
    Some(groups)
}

fn recorded_groups(root: &DeTable<'_>) -> Option<BTreeMap<String, BTreeSet<Entry>>> {
    let mut groups = BTreeMap::new();
    for (name, value) in pyproject::table(root, &["metadata", "requires-dev"]).into_iter().flatten() {
        groups.insert(name.get_ref().to_string(), recorded(Some(value.get_ref()))?);
    }
    Some(groups)
}

fn recorded(value: Option<&DeValue<'_>>) -> Option<BTreeSet<Entry>> {
    let Some(value) = value else { return Some(BTreeSet::new()) };
    value.as_array()?.iter().map(|entry| recorded_entry(entry.get_ref().as_table()?)).collect()
}

fn recorded_entry(table: &DeTable<'_>) -> Option<Entry> {
    let known = ["name", "extras", "specifier", "marker"];
    if !table.keys().all(|key| known.contains(&&**key.get_ref())) {
        return None;
    }
    let extras = match table.get("extras") {
        Some(value) => pyproject::texts("extras", value.get_ref()).ok()?,
        None => Vec::new(),
    };
    Some((
        pyproject::text(table, &["name"])?.to_owned(),
        extras.into_iter().map(str::to_owned).collect(),
        specifiers(pyproject::text(table, &["specifier"]).unwrap_or_default()),
        marker(pyproject::text(table, &["marker"]).unwrap_or_default()),
    ))
}

fn extras(project: &DeTable<'_>) -> Option<BTreeSet<String>> {
    let Some(value) = project.get("optional-dependencies") else { return Some(BTreeSet::new()) };
    Some(value.get_ref().as_table()?.keys().map(|name| normal(name.get_ref())).collect())
}

fn recorded_extras(root: &DeTable<'_>) -> Option<BTreeSet<String>> {
    let Some(value) = pyproject::get(root, &["metadata", "provides-extras"]) else {
        return Some(BTreeSet::new());
    };
    let names = pyproject::texts("provides-extras", value).ok()?;
    Some(names.into_iter().map(str::to_owned).collect())
}

/// `name[extra]>=1,<2 ; marker`
fn entry(text: &str) -> Option<Entry> {
    let (requirement, condition) = text.split_once(';').unwrap_or((text, ""));
    let requirement = requirement.trim();
    let end = requirement.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
    let (name, rest) = requirement.split_at(end.unwrap_or(requirement.len()));
    let (extras, versions) = match rest.trim_start().strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let versions = versions.trim();
    if name.is_empty() || !versions.is_empty() && !versions.starts_with(['=', '<', '>', '!', '~']) {
        return None;
    }
    let extras = extras.split(',').map(|extra| normal(extra.trim())).filter(|extra| !extra.is_empty());
    Some((normal(name), extras.collect(), specifiers(versions), marker(condition)))
}

fn specifiers(text: &str) -> BTreeSet<String> {
    let plain = |part: &str| part.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    text.split(',').map(plain).filter(|part| !part.is_empty()).collect()
}

fn marker(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c }).collect()
}

/// <https://packaging.python.org/en/latest/specifications/name-normalization/>
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            normal.push(c.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}
