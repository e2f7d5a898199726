//! pnpm-lock.yaml, as far as `pnpm install` would change it. Its first part alone is read: what comes after
//! `packages` says nothing of the application.

use std::collections::BTreeMap;

use super::super::node::manifest::Manifest;
use super::super::node::{Packages, clip, npmrc};
use super::super::{Project, Refusal};
use super::settings::Settings;

/// For each package of the workspace, by its folder, and each list: what is asked for, by name.
type Importers<'t> = BTreeMap<&'t str, BTreeMap<(&'t str, &'t str), &'t str>>;

/// The first part of a lock file.
#[derive(Debug, Default)]
struct Head<'t> {
    version: &'t str,
    installs_peers: bool,
    importers: Importers<'t>,
}

/// Refuses where pnpm would write the lock file: the sources would undo that. It would not where every list
/// is as package.json has it. `satisfiesPackageManifest` and `getOutdatedLockfileSetting` in pnpm/pnpm.
pub(super) fn check(
    project: &mut Project<'_>,
    packages: &Packages,
    settings: &Settings,
    path: &str,
) -> Result<(), Refusal> {
    let text = project.need(path)?;
    let head = head(&text).ok_or_else(|| outdated("its head is not understood"))?;
    if !["6.0", "6.1", "9.0"].contains(&head.version) {
        return Err(outdated("it is of another format"));
    }
    if let Some(key) = &settings.changes_lock {
        return Err(outdated(&format!("`{key}` has a say in it")));
    }
    let has_settings = packages.root().get("pnpm").and_then(|pnpm| pnpm.as_object()).is_some_and(|pnpm| {
        let harmless = ["onlyBuiltDependencies", "neverBuiltDependencies", "ignoredBuiltDependencies"];
        pnpm.keys().any(|key| !harmless.contains(&key.as_str()))
    });
    if has_settings || packages.root().get("resolutions").is_some() {
        return Err(outdated("settings in package.json have a say in it"));
    }
    let option = npmrc::value(project, &packages.folder, "auto-install-peers").map(|value| value == "true");
    if settings.installs_peers.or(option).unwrap_or(true) != head.installs_peers {
        return Err(outdated("it was written with another setting of auto-install-peers"));
    }
    if npmrc::value(project, &packages.folder, "exclude-links-from-lockfile").is_some() {
        return Err(outdated("exclude-links-from-lockfile has a say in it"));
    }
    if head.importers.len() != packages.manifests.len() {
        return Err(outdated("it is of other packages"));
    }
    for manifest in &packages.manifests {
        let key = packages.key(manifest);
        let key = if key.is_empty() { "." } else { key };
        let locked = head.importers.get(key);
        if manifest.get("dependenciesMeta").is_some()
            || locked != Some(&expected(manifest, head.installs_peers)?)
        {
            return Err(outdated(&format!("{} differs", clip(&manifest.path()))));
        }
    }
    Ok(())
}

pub(super) fn outdated(what: &str) -> Refusal {
    Refusal::new(
        format!("pnpm may update pnpm-lock.yaml: {what}"),
        "add --frozen-lockfile, or bring the lock file up to date",
    )
}

fn expected(manifest: &Manifest, installs_peers: bool) -> Result<BTreeMap<(&str, &str), &str>, Refusal> {
    let mut all: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    // The later ones win.
    let groups = ["peerDependencies", "devDependencies", "dependencies", "optionalDependencies"];
    for group in groups.into_iter().skip(usize::from(!installs_peers)) {
        let listed = if group == "peerDependencies" { "dependencies" } else { group };
        for (name, value) in manifest.group(group)? {
            all.insert(name, (listed, value));
        }
    }
    Ok(all.into_iter().map(|(name, (group, value))| ((group, name), value)).collect())
}

/// Reads up to `packages`; none where something stands there that is not known.
fn head(text: &str) -> Option<Head<'_>> {
    let mut head = Head::default();
    let mut section = "";
    let mut importer = None;
    let mut group = "";
    let mut name = "";
    for line in text.lines() {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        if rest.is_empty() {
            continue;
        }
        let (key, value) = rest.split_once(':')?;
        let (key, value) = match rest.strip_prefix('\'') {
            Some(quoted) => {
                let (key, rest) = quoted.split_once('\'')?;
                (key, rest.strip_prefix(':')?.trim())
            }
            None => (key, value.trim()),
        };
        if indent == 0 {
            if matches!(key, "packages" | "snapshots") {
                return Some(head);
            }
            section = key;
        }
        // Without members the lists of the root stand at the left.
        let offset = if section == "importers" { 4 } else { 0 };
        match (section, indent) {
            ("lockfileVersion", 0) => head.version = unquoted(value)?,
            ("settings", 0) | ("importers", 0) if value.is_empty() => {}
            ("settings", 2) => match (key, value) {
                ("autoInstallPeers", value) => head.installs_peers = value == "true",
                ("excludeLinksFromLockfile", "false") => {}
                _ => return None,
            },
            ("importers", 2) => {
                importer = Some(key);
                head.importers.insert(key, BTreeMap::new());
                if !value.is_empty() && value != "{}" {
                    return None;
                }
            }
            ("importers" | "dependencies" | "devDependencies" | "optionalDependencies", _) => {
                if offset == 0 {
                    importer = Some(".");
                    head.importers.entry(".").or_default();
                }
                match indent.checked_sub(offset)? {
                    0 if value.is_empty() => group = key,
                    2 if value.is_empty() => name = key,
                    4 if key == "specifier" => {
                        head.importers.get_mut(importer?)?.insert((group, name), unquoted(value)?);
                    }
                    4 if key == "version" => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    // A workspace without dependencies.
    Some(head)
}

fn unquoted(value: &str) -> Option<&str> {
    match value.strip_prefix('\'') {
        Some(quoted) => quoted.strip_suffix('\'').filter(|text| !text.contains('\'')),
        None => (!value.starts_with(['"', '&', '*', '!', '|', '>', '{', '['])).then_some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn what_is_no_lock_file_is_refused() {
        for text in [
            "---\n",
            "é",
            "lockfileVersion: &a 9",
            "importers:\n  .: x",
            "importers:\n  .:\n    dependencies:\n      a:\n        specifier: 'it''s'",
            "overrides:\n  a: b",
            "  a:\n",
            "'",
            "settings:\n  x: y",
        ] {
            assert!(head(text).is_none(), "{text}");
        }
    }
}
