//! The packages of Debian that are gone: whether they were recommended only, and which files were theirs.
//!
//! Sources: <https://www.debian.org/doc/debian-policy/ch-relationships.html> (Recommends, Provides, alternatives);
//! `dpkg(1)` and `dpkg-query(1)` for `/var/lib/dpkg/status` and `info/PACKAGE.list`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::image::{Kind, Tree};

/// What became of the packages.
#[derive(Debug, Default)]
pub(crate) struct Gone {
    /// Those that were recommended, and those that only such ones needed.
    pub(crate) recommended: BTreeSet<String>,
    /// Those that were not.
    pub(crate) unexplained: BTreeSet<String>,
    /// The paths of the recommended ones.
    files: BTreeSet<Vec<u8>>,
}

/// The fields of a package that matter, each as a list of names.
#[derive(Debug, Default)]
struct Package {
    depends: Vec<String>,
    recommends: Vec<String>,
    provides: Vec<String>,
}

impl Gone {
    /// Compares the packages of two images; none where an image has no dpkg.
    pub(crate) fn between(before: &Tree, after: &Tree) -> Option<Self> {
        let (installed, left) = (packages(before)?, packages(after)?);
        let gone: BTreeSet<&str> =
            installed.keys().filter(|name| !left.contains_key(*name)).map(String::as_str).collect();
        let recommended = recommended(&installed, &gone);
        let files = recommended.iter().flat_map(|name| files(before, name)).collect();
        let unexplained = gone.iter().filter(|name| !recommended.contains(**name));
        Some(Self { unexplained: unexplained.map(|name| (*name).to_owned()).collect(), recommended, files })
    }

    /// Whether `path` belonged to a package that is gone, or lies in a folder that went with one.
    pub(crate) fn explains(&self, path: &[u8], after: &Tree) -> bool {
        let mut path = path;
        loop {
            if self.files.contains(path) && !after.contains_key(path) {
                return true;
            }
            let Some(slash) = path.iter().rposition(|&byte| byte == b'/') else { return false };
            path = &path[..slash];
        }
    }
}

/// Those of `gone` that something recommends, with those that only they need.
fn recommended(installed: &BTreeMap<String, Package>, gone: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut providers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, package) in installed {
        for provided in package.provides.iter().chain([name]) {
            providers.entry(provided).or_default().push(name);
        }
    }
    let all = |names: &[String]| -> Vec<&str> {
        names.iter().filter_map(|name| providers.get(name.as_str())).flatten().copied().collect()
    };
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = installed.values().flat_map(|package| all(&package.recommends)).collect();
    while let Some(name) = open.pop() {
        if gone.contains(name) && found.insert(name.to_owned()) {
            open.extend(installed.get(name).into_iter().flat_map(|package| all(&package.depends)));
        }
    }
    found
}

/// The packages that are installed, by name.
fn packages(tree: &Tree) -> Option<BTreeMap<String, Package>> {
    let status = String::from_utf8_lossy(text(tree, b"var/lib/dpkg/status")?).into_owned();
    let mut packages = BTreeMap::new();
    for paragraph in status.split("\n\n") {
        let (mut name, mut is_installed, mut package) = (None, false, Package::default());
        for line in paragraph.lines() {
            let Some((field, value)) = line.split_once(": ") else { continue };
            match field {
                "Package" => name = Some(value.trim().to_owned()),
                "Status" => is_installed = value.trim_end().ends_with(" installed"),
                "Depends" | "Pre-Depends" => package.depends.extend(names(value)),
                "Recommends" => package.recommends.extend(names(value)),
                "Provides" => package.provides.extend(names(value)),
                _ => {}
            }
        }
        if let (Some(name), true) = (name, is_installed) {
            packages.insert(name, package);
        }
    }
    Some(packages)
}

/// The names in `a (>= 1) | b:any, c`.
fn names(relation: &str) -> impl Iterator<Item = String> {
    let name = |part: &str| part.trim().split([' ', ':', '(']).next().unwrap_or_default().to_owned();
    relation.split([',', '|']).map(name).filter(|name| !name.is_empty())
}

/// The paths of a package. Where `/bin` is a link to `/usr/bin`, the list still says `/bin`.
fn files(tree: &Tree, package: &str) -> Vec<Vec<u8>> {
    let start = format!("var/lib/dpkg/info/{package}");
    let plain = format!("{start}.list");
    // `PACKAGE:ARCHITECTURE.list` for those of which several may be there (Multi-Arch: same).
    let qualified = format!("{start}:");
    let range = (Bound::Included(qualified.as_bytes()), Bound::Unbounded);
    let lists = tree.range::<[u8], _>(range).map(|(path, _)| &path[..]);
    let lists = lists.take_while(|path| path.starts_with(qualified.as_bytes()));
    let lists = lists.filter(|path| path.ends_with(b".list")).chain([plain.as_bytes()]);
    let mut files = Vec::new();
    for list in lists.filter_map(|path| text(tree, path)) {
        for line in list.split(|&byte| byte == b'\n') {
            let path = line.strip_prefix(b"/").unwrap_or(line);
            if path.is_empty() || path == b"." {
                continue;
            }
            if path.starts_with(b"bin/") || path.starts_with(b"sbin/") || path.starts_with(b"lib") {
                files.push([b"usr/", path].concat());
            }
            files.push(path.to_vec());
        }
    }
    files
}

fn text<'t>(tree: &'t Tree, path: &[u8]) -> Option<&'t [u8]> {
    match &tree.get(path)?.kind {
        Kind::File(content) => content.text.as_deref(),
        _ => None,
    }
}
