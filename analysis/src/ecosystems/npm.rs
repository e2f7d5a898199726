//! npm. <https://docs.npmjs.com/cli/v11/commands/npm-ci>, <https://docs.npmjs.com/cli/v11/commands/npm-install>

mod lock;

use std::borrow::Cow;

use crate::invocation::Invocation;

use super::node::command_line::{self, Options};
use super::node::{self, Behaviour, VARIABLES, npmrc};
use super::{Ecosystem, Names, Project, Refusal};

pub(super) const NPM: Ecosystem = Ecosystem {
    name: Cow::Borrowed("npm"),
    commands: Names::Known(COMMANDS),
    only: Some(node::installs_here),
    value_options: Names::Known(OPTIONS_BEFORE),
    variables: Names::Known(VARIABLES),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

/// With the aliases of `lib/utils/cmd-list.js` in npm/cli.
const COMMANDS: &[&str] = &[
    "npm ci",
    "npm clean-install",
    "npm ic",
    "npm install-clean",
    "npm isntall-clean",
    "npm install",
    "npm i",
    "npm in",
    "npm ins",
    "npm inst",
    "npm insta",
    "npm instal",
    "npm isnt",
    "npm isnta",
    "npm isntal",
    "npm isntall",
];

/// Those that also stand before the subcommand.
const OPTIONS_BEFORE: &[&str] =
    &["--prefix", "-C", "-w", "--workspace", "--cache", "--registry", "--loglevel"];

/// <https://docs.npmjs.com/cli/v11/using-npm/config>
const OPTIONS: Options = Options {
    flags: &[
        "--audit",
        "--bin-links",
        "--force",
        "--foreground-scripts",
        "--fund",
        "--ignore-scripts",
        "--include-workspace-root",
        "--legacy-bundling",
        "--legacy-peer-deps",
        "--no-audit",
        "--no-fund",
        "--no-optional",
        "--no-package-lock",
        "--no-progress",
        "--no-save",
        "--no-update-notifier",
        "--offline",
        "--only-prod",
        "--prefer-dedupe",
        "--prefer-offline",
        "--prefer-online",
        "--prod",
        "--production",
        "--progress",
        "--quiet",
        "--silent",
        "--strict-peer-deps",
        "--unsafe-perm",
        "--verbose",
        "--workspaces",
        "-d",
        "-dd",
        "-f",
        "-q",
        "-s",
        "-ws",
    ],
    values: &[
        "--arch",
        "--cpu",
        "--fetch-retries",
        "--fetch-retry-maxtimeout",
        "--fetch-retry-mintimeout",
        "--fetch-timeout",
        "--include",
        "--install-strategy",
        "--jobs",
        "--libc",
        "--loglevel",
        "--maxsockets",
        "--network-timeout",
        "--omit",
        "--only",
        "--os",
        "--registry",
        "--timeout",
        "--workspace",
        "-w",
    ],
    paths: &["--cache"],
    folders: &["--prefix", "-C"],
};

/// What runs for the application, and of these some for the packages of its workspace: `lib/commands/ci.js`,
/// `install.js`, `arborist/lib/arborist/{rebuild,reify}.js` in npm/cli; npm 6 had the last three.
const SCRIPTS: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "predependencies",
    "dependencies",
    "postdependencies",
    "preshrinkwrap",
    "shrinkwrap",
    "postshrinkwrap",
];

const LOCKS: [&str; 2] = ["npm-shrinkwrap.json", "package-lock.json"];

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let line = command_line::read(invocation, project, &OPTIONS)?;
    if !line.operands.is_empty() {
        return Err(Refusal::new(
            "it adds packages to package.json, and the sources would undo that",
            "add them to package.json, and run `npm ci`",
        ));
    }
    let packages = node::packages(project, line.folder.clone(), None)?;
    // The shrinkwrap wins. <https://docs.npmjs.com/cli/v11/configuring-npm/npm-shrinkwrap-json>
    let mut lock = None;
    for name in LOCKS {
        let path = packages.path(name);
        if project.take(&path)? {
            lock = lock.or(Some(path));
        }
    }
    let behaviour =
        Behaviour { scripts: SCRIPTS, runs_scripts: !line.has(&["--ignore-scripts"]), lock: lock.clone() };
    node::check_scripts(project, &packages, &behaviour)?;
    npmrc::take(project, &packages.folder)?;
    // npm looks there for versions that its own lock file does not name, and keeps it up to date.
    // <https://docs.npmjs.com/cli/v11/commands/npm-install#package-lock>, `shrinkwrap.js` in npm/cli
    let has_yarn_lock = project.take(&packages.path("yarn.lock"))?;
    if is_clean(invocation) || line.has(&["--no-save"]) {
        return Ok(());
    }
    if has_yarn_lock {
        return Err(Refusal::new(
            "npm would write yarn.lock, and the sources would undo that",
            "remove yarn.lock, or use `npm ci`",
        ));
    }
    match lock {
        Some(lock) if !line.has(&["--no-package-lock"]) => lock::check(project, &packages, &lock),
        _ => Ok(()),
    }
}

/// `npm ci` never writes the lock file.
fn is_clean(invocation: &Invocation<'_>) -> bool {
    let names = ["ci", "clean-install", "ic", "install-clean", "isntall-clean"];
    let operand = NPM.operands(invocation).into_iter().next().flatten();
    operand.is_some_and(|operand| names.contains(&operand.as_ref()))
}
