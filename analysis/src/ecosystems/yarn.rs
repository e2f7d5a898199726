//! yarn, of which there are two: yarn 1 (<https://classic.yarnpkg.com/en/docs/cli/install>) and what came
//! after (<https://yarnpkg.com/cli/install>). The lock file tells them apart.

mod berry;
mod classic;

use std::borrow::Cow;

use crate::invocation::Invocation;
use crate::paths::join;

use super::node::command_line::{self, Options};
use super::node::manifest::Manifest;
use super::node::{self, VARIABLES, exists};
use super::{Ecosystem, Names, Project, Refusal};

pub(super) const YARN: Ecosystem = Ecosystem {
    name: Cow::Borrowed("yarn"),
    commands: Names::Known(&["yarn", "yarn install"]),
    only: Some(is_installation),
    value_options: Names::Known(&["--cwd", "--network-timeout", "--mode", "--registry", "--cache-folder"]),
    variables: Names::Known(YARN_VARIABLES),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

const YARN_VARIABLES: &[&str] = &["YARN_", VARIABLES[0], VARIABLES[1], VARIABLES[2], VARIABLES[3]];

const OPTIONS: Options = Options {
    flags: &[
        // Of yarn 1.
        "--check-files",
        "--force",
        "--frozen-lockfile",
        "--ignore-engines",
        "--ignore-optional",
        "--ignore-platform",
        "--ignore-scripts",
        "--no-bin-links",
        "--no-lockfile",
        "--no-progress",
        "--non-interactive",
        "--offline",
        "--prefer-offline",
        "--prod",
        "--production",
        "--pure-lockfile",
        "--silent",
        "--verbose",
        "-s",
        // Of those after it.
        "--check-cache",
        "--immutable",
        "--immutable-cache",
        "--inline-builds",
    ],
    values: &["--mode", "--network-concurrency", "--network-timeout", "--registry"],
    paths: &["--cache-folder"],
    folders: &["--cwd"],
};

/// Without a subcommand it installs, too.
fn is_installation(invocation: &Invocation<'_>) -> bool {
    let operands = YARN.operands(invocation);
    let installs = operands.first().is_none_or(|word| word.as_deref() == Some("install"));
    installs && node::installs_here(invocation)
}

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let line = command_line::read(invocation, project, &OPTIONS)?;
    if !line.operands.is_empty() {
        return Err(Refusal::new("it is given operands that are not known", "run `yarn install` alone"));
    }
    let names = ["yarn.lock", ".yarnrc", ".yarnrc.yml", ".npmrc", ".pnp.cjs"];
    for above in node::folders_above(project, &line.folder) {
        if let Some(name) = names.into_iter().find(|name| exists(project, &join(&above, name))) {
            return Err(Refusal::new(
                format!("yarn looks for {name} in the folders above, and finds one"),
                "install in that folder, or copy the manifests by hand",
            ));
        }
    }
    let root = Manifest::need(project, &line.folder)?;
    node::check_corepack(project, &root)?;
    match generation(project, &line.folder, &root)? {
        Generation::Classic => classic::inspect(project, &line),
        Generation::Berry => berry::inspect(project, &line),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Generation {
    Classic,
    Berry,
}

/// By the lock file; nothing else may say otherwise.
fn generation(project: &mut Project<'_>, folder: &str, root: &Manifest) -> Result<Generation, Refusal> {
    let unclear = |what: &str| {
        Refusal::new(
            format!("it is not clear which version of yarn it is: {what}"),
            "name it in `packageManager` of package.json, and write yarn.lock with it",
        )
    };
    let lock = join(folder, "yarn.lock");
    let by_lock = match project.take(&lock)? {
        false => None,
        true => {
            let text = project.need(&lock)?;
            let head = |start: &str| text.lines().take(16).any(|line| line.starts_with(start));
            match (head("# yarn lockfile v1"), head("__metadata:")) {
                (true, false) => Some(Generation::Classic),
                (false, true) => Some(Generation::Berry),
                _ => return Err(unclear("yarn.lock is of neither")),
            }
        }
    };
    let version = root.text("packageManager").and_then(|manager| manager.strip_prefix("yarn@"));
    let by_manager = match version {
        None => None,
        Some(version) if version.starts_with("1.") => Some(Generation::Classic),
        Some(_) => Some(Generation::Berry),
    };
    let by_settings = exists(project, &join(folder, ".yarnrc.yml")).then_some(Generation::Berry);
    let said: Vec<Generation> = [by_lock, by_manager, by_settings].into_iter().flatten().collect();
    match said.as_slice() {
        [] => Err(unclear("there is no yarn.lock")),
        // The image may have yarn 1, which is what `node` has.
        [Generation::Berry] if by_lock.is_some() => Err(unclear("only yarn.lock is of a version after 1")),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Ok(*first),
        _ => Err(unclear("yarn.lock, .yarnrc.yml and package.json disagree")),
    }
}
