//! Tools that install by name: what they are given is on the command line.

mod node;
mod others;
mod python;
mod row;

use crate::effects::{Effects, Files};
use crate::invocation::Invocation;

use super::Answer;
use super::command::Command;
use super::options::{Parsed, parse};
use super::values::Value;
use super::variables::of_environment;
pub(super) use python::imports;
use row::{Operands, Row};

fn rows() -> impl Iterator<Item = &'static Row> {
    [python::ROWS, node::ROWS, others::ROWS].into_iter().flatten()
}

pub(super) fn is_costly(invocation: &Invocation<'_>) -> bool {
    let operands: Vec<_> = invocation
        .arguments
        .iter()
        .filter_map(|word| invocation.literal(word))
        .filter(|word| !word.starts_with('-'))
        .collect();
    let words: Vec<&str> = operands.iter().map(AsRef::as_ref).collect();
    row(&invocation.program, &words).is_some_and(|(row, _)| row.costly)
}

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    if !rows().any(|row| is_program(row, command.program)) {
        return None;
    }
    Some(installs(command))
}

/// The row of a command line, and how many of its operands say what to do.
fn row(program: &str, operands: &[&str]) -> Option<(&'static Row, usize)> {
    rows().filter(|row| is_program(row, program)).find_map(|row| {
        if row.commands.is_empty() {
            return Some((row, 0));
        }
        row.commands.iter().find_map(|words| {
            let words: Vec<&str> = words.split(' ').collect();
            operands.starts_with(&words).then_some((row, words.len()))
        })
    })
}

fn is_program(row: &Row, program: &str) -> bool {
    row.programs.iter().any(|known| match known.strip_suffix('*') {
        Some(known) => program
            .strip_prefix(known)
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')),
        None => *known == program,
    })
}

fn installs(command: &Command<'_, '_, '_>) -> Option<Effects> {
    // What to do is said before anything that is not known.
    let words: Vec<&str> = command
        .arguments
        .iter()
        .take_while(|value| value.known().is_some())
        .map(Value::start)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let (row, skip) = row(command.program, &words)?;
    let is_configure = command.program == "docker-php-ext-configure";
    let parsed = match is_configure {
        // What follows goes to the extension's own `configure`.
        true => Parsed { operands: command.arguments.clone(), ..Parsed::default() },
        false => parse(&command.arguments, &row.options)?,
    };
    let is_needed = |parsed: &Parsed| {
        row.needs.is_empty()
            || row.needs.iter().any(|need| {
                parsed.has(&[need]) || parsed.operands.iter().any(|value| value.known() == Some(need))
            })
    };
    if !is_needed(&parsed) || parsed.has(&["--location"]) && !is_global(&parsed) {
        return None;
    }
    let mut effects = Effects::uses(Files::system());
    effects.reads.settings.environment = true;
    let folders = row.folders.iter().map(|&folder| folder.to_owned()).collect();
    effects.extend(Effects::uses(Files { paths: folders, ..Files::default() }));
    effects.extend(command.of_options(&parsed)?);
    effects.extend(of_environment(command, row.variables)?);
    effects.extend(home(command)?);
    if row.variables == python::VARIABLES {
        effects.extend(environments(command)?);
    }
    command.looks_for(row.looks_for, &mut effects);
    command.looks_up_for(row.looks_up_for, &mut effects);
    look_for_patterns(command, &mut effects);
    for operand in parsed.operands.iter().skip(skip) {
        match row.operands {
            Operands::Text if operand.start().starts_with("file:") => return None,
            Operands::Text => {}
            Operands::Names if is_name(operand) => {}
            Operands::Modules if is_module(operand) => {}
            Operands::Folders => effects.extend(Effects::uses(command.files(operand))),
            Operands::Names | Operands::Modules => return None,
        }
    }
    // Without names, it installs what the project wants.
    let is_bare = parsed.operands.len() <= skip;
    match row.operands {
        Operands::Names | Operands::Modules if is_bare && !is_housekeeping(&words) => return None,
        Operands::Folders if is_bare && command.program != "ensurepip" => {
            effects.extend(Effects::uses(command.current_folder()));
        }
        _ => {}
    }
    Some(effects)
}

/// `uvicorn[standard]` without quotes is another name where a file matches.
fn look_for_patterns(command: &Command<'_, '_, '_>, effects: &mut Effects) {
    let text = command.surroundings.text();
    for word in command.invocation.arguments.iter().filter(|word| word.has_glob(text)) {
        if let Some(pattern) = command.invocation.literal(word) {
            command.looks_for(&[(&pattern, None)], effects);
        }
    }
}

fn is_global(parsed: &Parsed) -> bool {
    parsed.value(&["--location"]).and_then(Value::known) == Some("global")
}

/// Commands that need no name.
fn is_housekeeping(words: &[&str]) -> bool {
    matches!(
        words.first(),
        Some(
            &("clean"
                | "config"
                | "init"
                | "sources"
                | "cleanup"
                | "ensurepath"
                | "clear-cache"
                | "update"
                | "upgrade")
        )
    ) || words.starts_with(&["python", "install"])
}

/// The folders of tools in the home of the user, where that is not one of the system's.
fn home(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let home = command.surroundings.home()?;
    Some(match super::variables::may_be_copied_to(home) {
        true => Effects::uses(Files::at(Some(home.to_owned()))),
        false => Effects::default(),
    })
}

/// The environments that the search path leads to: what is installed goes there.
fn environments(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = Effects::default();
    for folder in command.surroundings.search_path()? {
        if let Some(environment) = folder.strip_suffix("/bin").filter(|folder| !folder.is_empty()) {
            effects.extend(Effects::uses(Files::at(Some(environment.to_owned()))));
        }
    }
    Some(effects)
}

/// A package by name, perhaps with a version, or from a URL.
fn is_name(value: &Value) -> bool {
    let text = value.start();
    if text.is_empty() || text.contains("file:") || text.starts_with(['.', '/', '~']) {
        return false;
    }
    if text.contains("://") {
        return true;
    }
    // `@scope/name` of npm.
    let is_scoped = text.starts_with('@') && text.matches('/').count() == 1 && !text.contains("/.");
    let is_archive = ARCHIVES.iter().any(|ending| text.ends_with(ending));
    (!text.contains('/') || is_scoped) && !is_archive
}

const ARCHIVES: &[&str] = &[
    ".whl",
    ".zip",
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tar.xz",
    ".gem",
    ".conda",
    ".nupkg",
    ".rock",
    ".rockspec",
    ".egg",
    ".txt",
    ".tbz",
    ".txz",
];

/// `example.com/module/cmd@version`
fn is_module(value: &Value) -> bool {
    let text = value.start();
    let host = text.split('/').next().unwrap_or_default();
    text.contains('@') && host.contains('.') && !text.starts_with(['.', '/'])
}
