//! Mix. <https://hexdocs.pm/mix/Mix.Tasks.Deps.Get.html>
//!
//! Every task runs mix.exs and config/config.exs, with what that imports; config/runtime.exs is for the
//! application alone. (elixir-lang/elixir, lib/mix/lib/mix/cli.ex and tasks/loadconfig.ex.) Both are Elixir code,
//! followed where it reads nothing but the environment. `mix deps.get` writes mix.lock where that changes
//! (lib/mix/lib/mix/dep/lock.ex; hexpm/hex, lib/hex/scm.ex); the COPY of the sources would undo that.

mod code;
mod elixir;
mod lock;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::context::Entry;
use crate::invocation::Invocation;

use super::arguments::{Arguments, clip};
use super::{Ecosystem, Names, Project, Refusal};

/// Fetches the dependencies, and compiles them.
pub(super) const DEPENDENCIES: Ecosystem = Ecosystem {
    name: Cow::Borrowed("mix"),
    commands: Names::Known(&["mix deps.get", "mix deps.compile"]),
    value_options: Names::Known(&["--only", "--target"]),
    manifests: Names::Known(&["mix.exs", "mix.lock"]),
    extras: Names::Known(&[".tool-versions"]),
    outputs: Names::Known(&["deps", "_build"]),
    variables: Names::Known(&[
        "ERL_FLAGS",
        "ERL_LIBS",
        "HEX_HOME",
        "MIX_ARCHIVES",
        "MIX_BUILD_PATH",
        "MIX_BUILD_ROOT",
        "MIX_DEPS_PATH",
        "MIX_EXS",
        "MIX_HOME",
    ]),
    inspect: Some(inspect),
    ..Ecosystem::EMPTY
};

/// Installs tools for the user; in the folder of a project, its files are run as for any task.
pub(super) const TOOLS: Ecosystem = Ecosystem {
    name: Cow::Borrowed("mix-tools"),
    commands: Names::Known(&["mix local.hex", "mix local.rebar"]),
    prepares: true,
    // What the installation reads may as well be there.
    extras: Names::Known(&["mix.lock", ".tool-versions"]),
    variables: DEPENDENCIES.variables,
    inspect: Some(inspect_tools),
    ..Ecosystem::EMPTY
};

/// Several tasks in one command.
pub(super) const SEVERAL: Ecosystem = Ecosystem {
    name: Cow::Borrowed("mix-do"),
    commands: Names::Known(&["mix do deps.get", "mix do deps.get,", "mix setup"]),
    value_options: DEPENDENCIES.value_options,
    inspect: Some(refuse),
    ..Ecosystem::EMPTY
};

fn refuse(_: &Invocation<'_>, _: &mut Project<'_>) -> Result<(), Refusal> {
    Err(Refusal::new(
        "the command runs other tasks, too",
        "call `mix deps.get` first, as a command of its own",
    ))
}

fn inspect(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::of(invocation, &DEPENDENCIES.value_options)?;
    arguments.check_options(
        &[
            "--check-locked",
            "--no-archives-check",
            "--force",
            "--skip-umbrella-children",
            "--include-children",
        ],
        &DEPENDENCIES.value_options,
    )?;
    for variable in ["MIX_BUILD_PATH", "MIX_BUILD_ROOT", "MIX_DEPS_PATH", "MIX_HOME", "HEX_HOME"] {
        if let Some(path) = project.variable(variable) {
            project.fills(path);
        }
    }
    let manifest = project.need("mix.exs")?;
    let tokens = check_files(&manifest, project)?;
    let lock = project.need("mix.lock")?;
    if arguments.has(&["--check-locked"]) {
        return Ok(());
    }
    lock::check(&tokens, &lock)
        .map_err(|reason| Refusal::new(reason, "run `mix deps.get` and commit mix.lock"))
}

fn inspect_tools(invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
    let arguments = Arguments::of(invocation, &Names::NONE)?;
    arguments.check_options(&["--force", "--if-missing"], &Names::NONE)?;
    if arguments.operands.len() > 1 {
        return Err(Refusal::new("the command names a version or a file", "leave it out"));
    }
    if !matches!(project.entry("mix.exs"), Entry::Missing | Entry::Ignored) {
        let manifest = project.need("mix.exs")?;
        check_files(&manifest, project)?;
    }
    Ok(())
}

/// Checks what every task runs, and gives the tokens of mix.exs.
fn check_files<'m>(manifest: &'m str, project: &mut Project<'_>) -> Result<Vec<elixir::Token<'m>>, Refusal> {
    let tokens = elixir::tokens(manifest).map_err(|what| unknown("mix.exs", what))?;
    code::check(&tokens).map_err(|what| unknown("mix.exs", what))?;
    check_project(&tokens)?;
    check_configuration(project)?;
    Ok(tokens)
}

/// Refuses settings and dependencies that lead to other files of the application.
fn check_project(tokens: &[elixir::Token<'_>]) -> Result<(), Refusal> {
    let leads_elsewhere = |name: &&str| {
        let settings = ["build_path", "config_path", "deps_path", "lockfile"];
        let aliases = ["deps.compile", "deps.get", "deps.loadpaths", "loadconfig"];
        matches!(*name, "apps_path" | "in_umbrella" | "path")
            || settings.contains(name)
            || aliases.contains(name)
    };
    let mut names = tokens.iter().filter_map(|token| match token {
        elixir::Token::Key(name) | elixir::Token::Atom(name) => Some(*name),
        _ => None,
    });
    match names.find(leads_elsewhere) {
        Some("apps_path" | "in_umbrella") => Err(Refusal::new(
            "mix.exs is that of an umbrella project",
            "copy the mix.exs of each application by hand",
        )),
        Some("path") => Err(Refusal::new(
            "mix.exs has a dependency in a local folder",
            "copy the folder above the installation by hand",
        )),
        Some(name) => Err(Refusal::new(
            format!("`{name}` in mix.exs changes what the command does"),
            "install above the sources by hand",
        )),
        None => Ok(()),
    }
}

/// Adds config/config.exs and what it may import.
fn check_configuration(project: &mut Project<'_>) -> Result<(), Refusal> {
    if matches!(project.entry("config/config.exs"), Entry::Missing | Entry::Ignored) {
        return Ok(());
    }
    let names: BTreeSet<String> = project.list("config").ok_or_else(|| {
        Refusal::new("the files in config are not known", "copy config above the installation by hand")
    })?;
    let is_read = |name: &&String| {
        name.ends_with(".exs") && !matches!(name.as_str(), "runtime.exs" | "releases.exs" | ".exs")
    };
    for name in names.iter().filter(is_read) {
        let path = format!("config/{name}");
        let text = project.need(&path)?;
        let tokens = elixir::tokens(&text).map_err(|what| unknown(&path, what))?;
        code::check(&tokens).map_err(|what| unknown(&path, what))?;
        code::check_imports(&tokens).map_err(|what| {
            Refusal::new(format!("{} imports {}", clip(&path), clip(what)), "import files of the same folder")
        })?;
    }
    Ok(())
}

fn unknown(file: &str, what: &str) -> Refusal {
    Refusal::new(
        format!("it is not known what `{}` in {} reads", clip(what), clip(file)),
        "copy what it reads, and install above the sources by hand",
    )
}
