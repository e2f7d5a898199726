//! yarn 1.

use std::collections::{BTreeMap, BTreeSet};

use super::super::node::command_line::CommandLine;
use super::super::node::manifest::GROUPS;
use super::super::node::{self, Behaviour, Packages, clip, need_unread, npmrc};
use super::super::{Project, Refusal};

/// `wrapLifecycle` of yarn 1; the last two not with `--production`.
const SCRIPTS: &[&str] = &["preinstall", "install", "postinstall", "prepublish", "prepare"];

/// Settings of `.yarnrc` that name no files. <https://classic.yarnpkg.com/en/docs/yarnrc>
const SETTINGS: &[&str] = &[
    "disable-self-update-check",
    "ignore-engines",
    "lastUpdateCheck",
    "network-concurrency",
    "network-timeout",
    "registry",
    "save-exact",
    "save-prefix",
    "strict-ssl",
    "yarn-path",
    "--ignore-engines",
    "--install.frozen-lockfile",
    "--install.ignore-engines",
    "--install.pure-lockfile",
];

pub(super) fn inspect(project: &mut Project<'_>, line: &CommandLine<'_>) -> Result<(), Refusal> {
    let packages = node::packages(project, line.folder.clone(), None)?;
    if packages.root().get("flat").is_some() || packages.root().get("installConfig").is_some() {
        return Err(Refusal::new("package.json has settings of yarn", "install by hand, above the sources"));
    }
    let lock = packages.path("yarn.lock");
    let has_lock = project.take(&lock)?;
    let is_production = line.has(&["--production", "--prod"]);
    let behaviour = Behaviour {
        scripts: if is_production { &SCRIPTS[..3] } else { SCRIPTS },
        runs_scripts: !line.has(&["--ignore-scripts"]),
        lock: has_lock.then(|| lock.clone()),
    };
    node::check_scripts(project, &packages, &behaviour)?;
    npmrc::take(project, &packages.folder)?;
    take_settings(project, &packages)?;
    if !has_lock || line.has(&["--frozen-lockfile", "--pure-lockfile", "--no-lockfile"]) {
        return Ok(());
    }
    check_lock(project, &packages, &lock)
}

fn take_settings(project: &mut Project<'_>, packages: &Packages) -> Result<(), Refusal> {
    let path = packages.path(".yarnrc");
    if !project.take(&path)? {
        return Ok(());
    }
    let text = project.need(&path)?;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        let (key, value) = (key.trim_matches(['"', ':']), value.trim().trim_matches('"'));
        if key == "yarn-path" {
            need_unread(project, &packages.path(value))?;
        } else if !SETTINGS.contains(&key) {
            return Err(Refusal::new(
                format!(".yarnrc sets `{}`", clip(key)),
                "copy the files that it names above the installation by hand",
            ));
        }
    }
    Ok(())
}

/// An entry of the lock file.
#[derive(Default)]
struct Entry<'t> {
    dependencies: Vec<(&'t str, &'t str)>,
    is_of_registry: bool,
    has_integrity: bool,
}

/// Refuses where yarn would write the lock file: the sources would undo that. It would not where all that is
/// asked for is in it, and nothing else: `saveLockfileAndIntegrity` of yarn 1.
fn check_lock(project: &mut Project<'_>, packages: &Packages, path: &str) -> Result<(), Refusal> {
    let outdated = |what: &str| {
        Refusal::new(
            format!("yarn would update yarn.lock: {what}"),
            "add --frozen-lockfile, or bring it up to date",
        )
    };
    if packages.root().get("resolutions").is_some() {
        return Err(outdated("`resolutions` have a say in it"));
    }
    let text = project.need(path)?;
    let (patterns, entries) = read(&text).ok_or_else(|| outdated("it is not understood"))?;
    let mut versions: BTreeMap<&str, &str> = BTreeMap::new();
    for member in &packages.manifests[1..] {
        versions.insert(member.text("name").unwrap_or_default(), member.text("version").unwrap_or_default());
    }
    let mut reached: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut open: Vec<(&str, &str)> = Vec::new();
    for manifest in &packages.manifests {
        for group in GROUPS.into_iter().filter(|group| *group != "peerDependencies") {
            for (name, range) in manifest.group(group)? {
                let version = versions.get(name);
                let is_member = version.is_some_and(|version| {
                    range == "*" || !version.is_empty() && range.trim_start_matches(['^', '~']) == *version
                });
                if !is_member {
                    open.push((name, range));
                }
            }
        }
    }
    while let Some((name, range)) = open.pop() {
        let Some(&entry) = patterns.get(&(name, range)) else {
            return Err(outdated(&format!("{} is not in it", clip(name))));
        };
        if reached.insert((name, range)) {
            open.extend(&entries[entry].dependencies);
        }
    }
    if reached.len() != patterns.len() {
        return Err(outdated("it has packages that nothing asks for"));
    }
    if entries.iter().any(|entry| entry.is_of_registry && !entry.has_integrity) {
        return Err(outdated("it has packages without `integrity`"));
    }
    if patterns.is_empty() {
        return Err(outdated("it is empty"));
    }
    Ok(())
}

/// The entries by the names and ranges that lead to them, and the entries.
type Lock<'t> = (BTreeMap<(&'t str, &'t str), usize>, Vec<Entry<'t>>);

fn read(text: &str) -> Option<Lock<'_>> {
    let mut patterns = BTreeMap::new();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut in_dependencies = false;
    for line in text.lines() {
        let rest = line.trim_start_matches(' ');
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        match line.len() - rest.len() {
            0 => {
                for pattern in rest.strip_suffix(':')?.split(", ") {
                    let pattern = pattern.trim_matches('"');
                    // A scope starts with an at sign, too.
                    let (at, _) = pattern.char_indices().skip(1).find(|(_, c)| *c == '@')?;
                    patterns.insert((&pattern[..at], &pattern[at + 1..]), entries.len());
                }
                entries.push(Entry::default());
                in_dependencies = false;
            }
            2 => {
                let entry = entries.last_mut()?;
                in_dependencies = matches!(rest, "dependencies:" | "optionalDependencies:");
                entry.has_integrity |= rest.starts_with("integrity ");
                entry.is_of_registry |= rest.starts_with("resolved \"https://registry.");
            }
            4 if in_dependencies => {
                let (name, range) = rest.split_once(' ')?;
                entries.last_mut()?.dependencies.push((name.trim_matches('"'), range.trim_matches('"')));
            }
            4 => {}
            _ => return None,
        }
    }
    Some((patterns, entries))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn entries_are_read() {
        let text = "# yarn lockfile v1\n\n\n\"@a/b@^1\", c@2:\n  version \"1\"\n  dependencies:\n    \"@x/y\" \"1 || 2\"\n";
        let (patterns, entries) = read(text).unwrap();
        assert_eq!(patterns.keys().copied().collect::<Vec<_>>(), [("@a/b", "^1"), ("c", "2")]);
        assert_eq!(entries[0].dependencies, [("@x/y", "1 || 2")]);
    }

    #[test]
    fn what_is_no_lock_file_is_refused() {
        for text in [
            ":",
            "é:",
            "\"\":",
            "a:\n",
            "  version 1",
            "a@1:\n      x",
            "a@1:\n  dependencies:\n    x",
            "<<<<<<<",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
