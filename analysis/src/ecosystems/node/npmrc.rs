//! `.npmrc` and `.yarnrc`: settings, one a line.

use crate::paths::join;

use super::super::{Project, Refusal};
use super::clip;

/// Settings of npm and pnpm that are paths. <https://docs.npmjs.com/cli/v11/using-npm/config>,
/// <https://pnpm.io/9.x/npmrc>
const PATHS: &[&str] = &[
    "cache",
    "cache-dir",
    "cafile",
    "certfile",
    "globalconfig",
    "global-bin-dir",
    "global-dir",
    "init-module",
    "keyfile",
    "logs-dir",
    "node-gyp",
    "nodedir",
    "npm-path",
    "script-shell",
    "shell",
    "state-dir",
    "store-dir",
    "tmp",
    "userconfig",
];

/// Settings after which a command reads or writes other files of the application, or is another command.
const UNSAFE: &[&str] = &[
    "dir",
    "git",
    "global",
    "global-pnpmfile",
    "inject-workspace-packages",
    "lockfile-dir",
    "location",
    "modules-dir",
    "node-options",
    "patches-dir",
    "pnpmfile",
    "prefix",
    "shared-workspace-lockfile",
    "test-pattern",
    "virtual-store-dir",
    "workspace",
    "workspaces",
    "workspace-dir",
];

/// Takes the `.npmrc` in `folder` along.
///
/// # Errors
/// Where it names files, or says that other files are read or written.
pub(in super::super) fn take(project: &mut Project<'_>, folder: &str) -> Result<(), Refusal> {
    let path = join(folder, ".npmrc");
    if !project.take(&path)? {
        return Ok(());
    }
    let text = project.need(&path)?;
    for (key, value) in settings(&text) {
        let is_unsafe = UNSAFE.contains(&key);
        if is_unsafe || PATHS.contains(&key) && names_copied_file(project, folder, value) {
            return Err(Refusal::new(
                format!("{} sets `{}`", clip(&path), clip(key)),
                "name files outside of the application, or install by hand",
            ));
        }
    }
    Ok(())
}

/// The value of `key` in the `.npmrc` in `folder`.
pub(in super::super) fn value(project: &Project<'_>, folder: &str, key: &str) -> Option<String> {
    let text = project.read(&join(folder, ".npmrc"))?;
    settings(&text).filter(|(name, _)| *name == key).last().map(|(_, value)| value.to_owned())
}

/// The lines `key = value`; a `key` alone is true. `key[] = value` adds to a list.
fn settings(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])).map(|line| {
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        (key.trim().trim_end_matches("[]").trim_matches(['"', '\'']), value.trim().trim_matches(['"', '\'']))
    })
}

/// Paths count from where the command runs.
fn names_copied_file(project: &Project<'_>, folder: &str, value: &str) -> bool {
    value.contains('$') || super::exists(project, value) || super::exists(project, &join(folder, value))
}
