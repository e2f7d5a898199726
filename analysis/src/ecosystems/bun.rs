//! bun. <https://bun.com/docs/pm/cli/install>

mod lock;

use std::borrow::Cow;

use crate::invocation::Invocation;
use crate::paths::join;

use super::node::command_line::{self, Options};
use super::node::{self, Behaviour, Packages, VARIABLES, exists, need_unread, npmrc};
use super::{Ecosystem, Names, Project, Refusal};

pub(super) const BUN: Ecosystem = Ecosystem {
    name: Cow::Borrowed("bun"),
    commands: Names::Known(&["bun install", "bun i", "bun ci"]),
    only: Some(node::installs_here),
    value_options: Names::Known(&["--cwd", "--config", "-c"]),
    variables: Names::Known(BUN_VARIABLES),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

const BUN_VARIABLES: &[&str] = &["BUN_", VARIABLES[0], VARIABLES[1], VARIABLES[2], VARIABLES[3]];

const OPTIONS: Options = Options {
    flags: &[
        "--analyze",
        "--exact",
        "--force",
        "--frozen-lockfile",
        "--ignore-scripts",
        "--no-cache",
        "--no-progress",
        "--no-save",
        "--no-summary",
        "--no-verify",
        "--prefer-offline",
        "--production",
        "--quiet",
        "--silent",
        "--verbose",
        "-E",
        "-f",
        "-p",
    ],
    values: &[
        "--backend",
        "--concurrent-scripts",
        "--linker",
        "--network-concurrency",
        "--omit",
        "--registry",
    ],
    paths: &["--cache-dir"],
    folders: &["--cwd"],
};

/// <https://bun.com/docs/pm/lifecycle>, and tried.
const SCRIPTS: &[&str] =
    &["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/// Settings of `[install]` in bunfig.toml that name no files. <https://bun.com/docs/runtime/bunfig>
const SETTINGS: &[&str] = &[
    "auto",
    "dev",
    "disable",
    "disableManifest",
    "dryRun",
    "exact",
    "frozenLockfile",
    "ignoreScripts",
    "linker",
    "minimumReleaseAge",
    "minimumReleaseAgeExcludes",
    "optional",
    "peer",
    "prefer",
    "production",
    "registry",
    "saveTextLockfile",
    "telemetry",
];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let line = command_line::read(invocation, project, &OPTIONS)?;
    if !line.operands.is_empty() {
        return Err(Refusal::new(
            "it adds packages to package.json, and the sources would undo that",
            "add them to package.json",
        ));
    }
    let packages = node::packages(project, line.folder.clone(), None)?;
    take_settings(project, &packages)?;
    take_patches(project, &packages)?;
    let has_text_lock = project.take(&packages.path("bun.lock"))?;
    let has_binary_lock = project.take(&packages.path("bun.lockb"))?;
    let lock = has_text_lock.then(|| packages.path("bun.lock"));
    let runs_scripts = !line.has(&["--ignore-scripts"]);
    node::check_scripts(project, &packages, &Behaviour { scripts: SCRIPTS, runs_scripts, lock })?;
    npmrc::take(project, &packages.folder)?;
    // Frozen by `bun ci` and by `--production`, too. <https://bun.com/docs/pm/cli/install#ci%2Fcd>
    let is_clean = BUN.operands(invocation).first().is_some_and(|word| word.as_deref() == Some("ci"));
    if is_clean || line.has(&["--frozen-lockfile", "--production", "-p", "--no-save"]) {
        return Ok(());
    }
    match (has_text_lock, has_binary_lock) {
        (true, false) => lock::check(project, &packages),
        (_, true) => Err(Refusal::new(
            "`bun install` may update bun.lockb, and the sources would undo that",
            "add --frozen-lockfile",
        )),
        (false, false) => check_migration(project, &packages),
    }
}

/// The settings, and the files with variables that bun reads before it does anything.
/// <https://bun.com/docs/runtime/environment-variables>
fn take_settings(project: &mut Project<'_>, packages: &Packages) -> Result<(), Refusal> {
    for name in [
        ".env",
        ".env.local",
        ".env.development",
        ".env.production",
        ".env.development.local",
        ".env.production.local",
    ] {
        for path in [name.to_owned(), packages.path(name)] {
            project.take(&path)?;
        }
    }
    for path in ["bunfig.toml".to_owned(), packages.path("bunfig.toml")] {
        if !project.take(&path)? {
            continue;
        }
        let text = project.need(&path)?;
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') && line.ends_with(']') && !line.contains('=') {
                section = line.trim_matches(['[', ']']);
                continue;
            }
            let key = line.split(['=', '#']).next().unwrap_or_default().trim().trim_matches('"');
            let names_no_file = key.is_empty()
                || section == "install" && SETTINGS.contains(&key)
                || section == "install.scopes"
                || section.is_empty() && SETTINGS.contains(&key)
                || ["test", "run", "serve", "serve.static", "debug"].contains(&section)
                || key.starts_with(']');
            if !names_no_file {
                return Err(Refusal::new(
                    format!("bunfig.toml sets `{}`", node::clip(key)),
                    "copy the files that it names above the installation by hand",
                ));
            }
        }
    }
    Ok(())
}

/// <https://bun.com/docs/pm/cli/patch>
fn take_patches(project: &mut Project<'_>, packages: &Packages) -> Result<(), Refusal> {
    let patches = packages.root().get("patchedDependencies").and_then(|patches| patches.as_object());
    for path in patches.into_iter().flatten().map(|(_, path)| path.as_str().unwrap_or_default()) {
        need_unread(project, &join(&packages.folder, path))?;
    }
    Ok(())
}

/// Without a lock file of its own bun starts from that of another tool, and may change package.json.
/// <https://bun.com/docs/pm/lockfile#automatic-lockfile-migration>
fn check_migration(project: &Project<'_>, packages: &Packages) -> Result<(), Refusal> {
    let others = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "pnpm-workspace.yaml"];
    match others.into_iter().find(|name| exists(project, &packages.path(name))) {
        Some(name) => Err(Refusal::new(
            format!("`bun install` reads {name}, as there is no bun.lock"),
            "write bun.lock with `bun install`",
        )),
        None => Ok(()),
    }
}
