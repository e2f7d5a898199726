//! What all programs written in Python look at: the interpreter they belong to, and the path of modules.

use dfopt_syntax::Span;

use crate::context::Entry;
use crate::invocation::Invocation;
use crate::paths::{below, join, split};

use super::arguments::clip;
use super::{Project, Refusal};

/// Names in a folder on the path of modules that change what every Python program does.
const LOADED: &[&str] = &["sitecustomize", "usercustomize", "pip", "setuptools", "pkg_resources", "wheel"];

/// The most folders that are searched for a virtual environment.
const MAX_FOLDERS: usize = 200;

/// Says which folders of the application belong to the interpreter that installs, and checks that nothing
/// of the sources is loaded by it.
///
/// # Errors
/// Where that may be.
pub(super) fn check(
    invocation: &Invocation<'_>,
    project: &mut Project<'_>,
    prefixes: &[&str],
) -> Result<(), Refusal> {
    check_words(invocation, project, prefixes)?;
    check_distutils(project)?;
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let Some(path) = value(project, name) {
            project.fills(&path);
        }
    }
    // Where the user's home is the folder of the application.
    for folder in [".local", ".cache/pip", ".cache/uv", ".cache/pypoetry", ".cache/pipenv", ".conda"] {
        project.fills(folder);
    }
    // PATH may lead to any of them, and what it is the base image decides.
    for folder in virtual_environments(project) {
        project.fills(&folder);
    }
    let mut modules: Vec<String> = match value(project, "PYTHONPATH") {
        Some(path) => path.split(':').filter(|path| !path.is_empty()).map(str::to_owned).collect(),
        None if project.variables().contains_key("PYTHONPATH") => vec![".".to_owned()],
        None => Vec::new(),
    };
    if runs_module(invocation) {
        modules.push(".".to_owned());
    }
    modules.iter().try_for_each(|folder| check_modules(project, folder))
}

/// Says that the command fills the folder `path`.
///
/// # Errors
/// Where that is the folder of the sources, or one around it.
pub(super) fn fill(project: &mut Project<'_>, path: &str) -> Result<(), Refusal> {
    if below(project.directory(), &project.resolve(path)).is_some() {
        return Err(Refusal::new(
            "it installs into the folder of the sources",
            "install into a folder of its own",
        ));
    }
    project.fills(path);
    Ok(())
}

/// The value of a variable that the file declares.
pub(super) fn value(project: &Project<'_>, name: &str) -> Option<String> {
    project.variables().get(name)?.value.clone().filter(|value| !value.is_empty())
}

/// Before Python 3.10, pip asks distutils where to install, and that reads the folder's setup.cfg (pypa/pip
/// `_internal/locations/_distutils.py`).
fn check_distutils(project: &Project<'_>) -> Result<(), Refusal> {
    let is_there = !matches!(project.entry("setup.cfg"), Entry::Missing | Entry::Ignored);
    if is_there && project.read("setup.cfg").is_none_or(|text| text.contains("[install")) {
        return Err(Refusal::new(
            "setup.cfg may say where packages are installed",
            "give the place by an option on the command line",
        ));
    }
    Ok(())
}

/// Looks at what stands before the program: assignments, and `sudo`, `env` with their options.
fn check_words(
    invocation: &Invocation<'_>,
    project: &mut Project<'_>,
    prefixes: &[&str],
) -> Result<(), Refusal> {
    let text = |span: Span| String::from_utf8_lossy(invocation.slice(span)).into_owned();
    let command = invocation.command;
    let own = command.words.len().saturating_sub(invocation.arguments.len());
    let before = command.words.iter().take(own).map(|word| text(word.span));
    let assigned = command.assignments.iter().map(|assignment| text(assignment.span));
    for word in assigned.chain(before) {
        if let Some((name, value)) = word.split_once('=').filter(|(name, _)| !name.contains('/')) {
            let value = value.trim_matches(['"', '\'']).to_ascii_lowercase();
            let is_switch =
                matches!(&*value, "" | "0" | "1" | "on" | "off" | "true" | "false" | "yes" | "no");
            let configures = ["PYTHON", "PATH", "HOME", "VIRTUAL_ENV"].iter().chain(prefixes);
            if !is_switch && configures.into_iter().any(|prefix| name.starts_with(prefix)) {
                return Err(Refusal::new(
                    format!("`{}` configures the installation", clip(name)),
                    "give it by options on the command line",
                ));
            }
        } else if word.starts_with('-') && !matches!(&*word, "-m" | "-E" | "-H" | "-n") {
            return Err(Refusal::new(
                format!("it is not known what `{}` does to the command", clip(&word)),
                "run the installation without it",
            ));
        } else if word.contains('/') {
            check_program(project, &word)?;
        }
    }
    Ok(())
}

/// `venv/bin/pip` works on `venv`.
fn check_program(project: &mut Project<'_>, program: &str) -> Result<(), Refusal> {
    if program.contains(['$', '~', '*', '"', '\'']) {
        return Err(Refusal::new(
            format!("it is not known where the program `{}` is", clip(program)),
            "write its path out",
        ));
    }
    if !matches!(project.entry(program), Entry::Missing | Entry::Ignored) {
        return Err(Refusal::new(
            format!("the program `{}` is one of the sources", clip(program)),
            "install with a program of the image",
        ));
    }
    let full = project.resolve(program);
    let (folder, name) = split(split(&full).0);
    if name == "bin" {
        project.fills(folder);
    }
    Ok(())
}

fn runs_module(invocation: &Invocation<'_>) -> bool {
    let own = invocation.command.words.len().saturating_sub(invocation.arguments.len());
    invocation.command.words.iter().take(own).any(|word| invocation.slice(word.span) == b"-m")
}

/// Folders of the sources, at most two deep, that hold an interpreter.
fn virtual_environments(project: &Project<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<(String, usize)> = vec![(String::new(), 0)];
    let mut searched = 0;
    while let Some((folder, depth)) = folders.pop() {
        let here = if folder.is_empty() { "." } else { &folder };
        let usual = || [".venv", "venv", "env"].map(str::to_owned).into();
        for name in project.list(here).unwrap_or_else(usual) {
            searched += 1;
            let path = join(&folder, &name);
            if searched > MAX_FOLDERS || name.contains("node_modules") || !is_folder(project, &path) {
                continue;
            }
            let marks = ["pyvenv.cfg", "bin/python", "bin/python3", "bin/pip"];
            if marks.iter().any(|mark| project.entry(&format!("{path}/{mark}")) != Entry::Missing) {
                found.push(path);
            } else if depth < 1 {
                folders.push((path, depth + 1));
            }
        }
    }
    found
}

fn is_folder(project: &Project<'_>, path: &str) -> bool {
    project.entry(path) == Entry::Directory
}

/// Checks that a folder on the path of modules has none that every Python program loads, and no package
/// that would count as installed.
fn check_modules(project: &Project<'_>, folder: &str) -> Result<(), Refusal> {
    let full = project.resolve(folder);
    let is_application =
        below(&full, project.directory()).is_some() || project.entry(folder) != Entry::Missing;
    if !is_application {
        return Ok(());
    }
    for name in project.list(folder).unwrap_or_default() {
        let stem = name.strip_suffix(".py").unwrap_or(&name);
        let is_installed = [".egg-info", ".dist-info", ".egg-link"].iter().any(|end| name.ends_with(end));
        if is_installed || LOADED.contains(&stem) {
            return Err(Refusal::new(
                format!("Python finds `{}` of the sources on its path", clip(&name)),
                "keep it out of the build context, or set PYTHONPATH below the installation",
            ));
        }
    }
    Ok(())
}
