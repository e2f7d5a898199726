//! pnpm. <https://pnpm.io/cli/install>, <https://pnpm.io/cli/fetch>

mod lock;
mod settings;

use std::borrow::Cow;

use crate::invocation::Invocation;
use crate::paths::join;

use super::node::command_line::{self, CommandLine, Options};
use super::node::manifest::Manifest;
use super::node::{self, Behaviour, Packages, VARIABLES, exists, need_unread, npmrc};
use super::{Ecosystem, Names, Project, Refusal};
use settings::Settings;

pub(super) const PNPM: Ecosystem = Ecosystem {
    name: Cow::Borrowed("pnpm"),
    commands: Names::Known(&["pnpm install", "pnpm i", "pnpm fetch"]),
    only: Some(node::installs_here),
    value_options: Names::Known(&[
        "--dir",
        "-C",
        "--filter",
        "-F",
        "--store-dir",
        "--registry",
        "--loglevel",
        "--reporter",
    ]),
    variables: Names::Known(PNPM_VARIABLES),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

const PNPM_VARIABLES: &[&str] = &["PNPM_", VARIABLES[0], VARIABLES[1], VARIABLES[2], VARIABLES[3]];

const OPTIONS: Options = Options {
    flags: &[
        "--aggregate-output",
        "--color",
        "--dev",
        "--force",
        "--frozen-lockfile",
        "--ignore-scripts",
        "--ignore-workspace-root-check",
        "--include-workspace-root",
        "--no-color",
        "--no-optional",
        "--no-strict-peer-dependencies",
        "--no-verify-store-integrity",
        "--offline",
        "--prefer-frozen-lockfile",
        "--prefer-offline",
        "--prod",
        "--production",
        "--recursive",
        "--shamefully-hoist",
        "--silent",
        "--stream",
        "--strict-peer-dependencies",
        "--use-stderr",
        "--workspace-root",
        "-D",
        "-P",
        "-r",
        "-s",
        "-w",
    ],
    values: &[
        "--child-concurrency",
        "--config.dedupe-peer-dependents",
        "--config.strict-peer-dependencies",
        "--fetch-retries",
        "--fetch-timeout",
        "--filter",
        "--filter-prod",
        "--loglevel",
        "--network-concurrency",
        "--node-linker",
        "--package-import-method",
        "--registry",
        "--reporter",
        "-F",
    ],
    paths: &["--store-dir"],
    folders: &["--dir", "-C"],
};

/// What runs for each package of the workspace: `runLifecycleHooksConcurrently` in pnpm/pnpm, and tried.
const SCRIPTS: &[&str] = &[
    "pnpm:devPreinstall",
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let line = command_line::read(invocation, project, &OPTIONS)?;
    if !line.operands.is_empty() {
        return Err(Refusal::new(
            "it adds packages to package.json, and the sources would undo that",
            "add them to package.json",
        ));
    }
    check_filters(&line)?;
    let is_fetch = PNPM.operands(invocation).first().is_some_and(|word| word.as_deref() == Some("fetch"));
    let settings = Settings::take(project, &line.folder)?;
    let packages = if is_fetch {
        fetched(project, &line.folder)?
    } else {
        node::packages(project, line.folder.clone(), Some(settings.members.clone()))?
    };
    node::check_corepack(project, packages.root())?;
    check_copies(&packages)?;
    take_patches(project, &packages, &settings)?;
    let has_hooks = take_hooks(project, &packages)?;
    let lock = packages.path("pnpm-lock.yaml");
    let has_lock = project.take(&lock)?;
    let behaviour = Behaviour {
        scripts: if is_fetch { &[] } else { SCRIPTS },
        runs_scripts: !line.has(&["--ignore-scripts"]),
        lock: has_lock.then(|| lock.clone()),
    };
    node::check_scripts(project, &packages, &behaviour)?;
    npmrc::take(project, &packages.folder)?;
    for member in &packages.manifests[1..] {
        npmrc::take(project, &member.folder)?;
    }
    // <https://pnpm.io/cli/install#--frozen-lockfile>
    let ci = project.variables().get("CI").filter(|variable| !variable.overridable);
    let in_ci = ci.is_some_and(|variable| matches!(variable.value.as_deref(), Some("true" | "1")));
    if is_fetch || !has_lock || in_ci || line.has(&["--frozen-lockfile"]) {
        return Ok(());
    }
    if has_hooks {
        return Err(lock::outdated("the hooks of .pnpmfile.cjs may change it"));
    }
    lock::check(project, &packages, &settings, &lock)
}

/// A filter by what changed asks git. <https://pnpm.io/filtering#--filter-since>
fn check_filters(line: &CommandLine<'_>) -> Result<(), Refusal> {
    let mut filters = ["--filter", "--filter-prod", "-F"].into_iter().flat_map(|name| line.values(name));
    match filters.find(|filter| filter.contains('[')) {
        Some(_) => Err(Refusal::new("the filter looks at what changed", "filter by the names of packages")),
        None => Ok(()),
    }
}

/// What `pnpm fetch` works on: the lock file alone, while settings may stand in package.json.
fn fetched(project: &mut Project<'_>, folder: &str) -> Result<Packages, Refusal> {
    node::check_above(project, folder)?;
    let manifest = match exists(project, &join(folder, "package.json")) {
        true => Manifest::need(project, folder)?,
        false => Manifest::none(folder),
    };
    project.need(&join(folder, "pnpm-lock.yaml"))?;
    project.fills(&join(folder, "node_modules"));
    Ok(Packages { folder: folder.to_owned(), manifests: vec![manifest] })
}

/// Packages that are copied into `node_modules`, or linked from a folder that a build makes.
/// <https://pnpm.io/package_json#dependenciesmetainjected>
fn check_copies(packages: &Packages) -> Result<(), Refusal> {
    for manifest in &packages.manifests {
        let meta = manifest.get("dependenciesMeta").and_then(|meta| meta.as_object());
        let injects = meta.is_some_and(|meta| meta.values().any(|meta| meta.get("injected").is_some()));
        let publishes = manifest.get("publishConfig").is_some_and(|config| config.get("directory").is_some());
        if injects || publishes {
            return Err(Refusal::new(
                format!("{} has packages of the workspace copied", node::clip(&manifest.path())),
                "copy those packages above the installation by hand",
            ));
        }
    }
    Ok(())
}

/// Patches are read from exactly these files. <https://pnpm.io/cli/patch>
fn take_patches(project: &mut Project<'_>, packages: &Packages, settings: &Settings) -> Result<(), Refusal> {
    let own = packages.root().get("pnpm").and_then(|pnpm| pnpm.get("patchedDependencies"));
    let own = own.and_then(|patches| patches.as_object()).into_iter().flatten();
    let own = own.map(|(_, path)| path.as_str().unwrap_or_default());
    for path in own.chain(settings.patches.iter().map(String::as_str)) {
        need_unread(project, &packages.path(path))?;
    }
    Ok(())
}

/// The hooks are a program; one that asks for nothing reads nothing. True where there are any.
/// <https://pnpm.io/pnpmfile>
fn take_hooks(project: &mut Project<'_>, packages: &Packages) -> Result<bool, Refusal> {
    let mut found = false;
    for name in [".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js", "pnpmfile.cjs"] {
        let path = packages.path(name);
        if !project.take(&path)? {
            continue;
        }
        found = true;
        let text = project.need(&path)?;
        let asks = [
            "require",
            "import",
            "process",
            "global",
            "eval",
            "Function",
            "constructor",
            "__dirname",
            "__filename",
            "module.",
            "[\"",
            "['",
            "[`",
        ];
        let text = text.replace("module.exports", "");
        if let Some(word) = asks.iter().find(|word| text.contains(**word)) {
            return Err(Refusal::new(
                format!("{name} has `{word}` in it, and may read other files"),
                "copy what it reads above the installation by hand",
            ));
        }
    }
    Ok(found)
}
