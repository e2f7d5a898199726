//! Builtins of the shell, and commands that only say or ask something.

use crate::effects::{Effects, Setting};

use super::command::Command;
use super::values::Value;
use super::variables::of_variable;
use super::{Answer, options::Role};

/// Builtins that change nothing but their own shell, or nothing at all. POSIX 2.14 and bash(1).
const BUILTINS: &[&str] = &[
    ":", "break", "continue", "echo", "exit", "false", "hash", "printf", "pwd", "return", "set", "shift",
    "shopt", "true", "type", "ulimit", "umask", "unset", "wait",
];

/// Builtins that set variables.
const DECLARATIONS: &[&str] = &["export", "local", "readonly", "declare", "typeset"];

/// True for a builtin that is understood.
pub(super) fn is_builtin(program: &str) -> bool {
    BUILTINS.contains(&program)
        || DECLARATIONS.contains(&program)
        || matches!(program, "[" | "test" | "cd" | "." | "source")
}

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    match command.program {
        program if BUILTINS.contains(&program) => Some(Some(globs(command))),
        program if DECLARATIONS.contains(&program) => Some(declaration(command)),
        "[" | "test" => Some(test(command)),
        "cd" => Some(match command.arguments.as_slice() {
            // It has to be there.
            [value] if value.known() != Some("-") => command.of_value(Role::Reads, value),
            _ => None,
        }),
        // It sets NAME, VERSION_ID and the like. os-release(5)
        "." | "source" => Some(match command.arguments.as_slice() {
            [Value::Known(path)] if path == "/etc/os-release" || path == "/usr/lib/os-release" => {
                command.of_value(Role::Reads, &Value::Known(path.clone()))
            }
            _ => None,
        }),
        _ => None,
    }
}

/// The folders that patterns among the words make the shell look into.
fn globs(command: &Command<'_, '_, '_>) -> Effects {
    let text = command.surroundings.text();
    let mut effects = Effects::default();
    for word in command.invocation.arguments.iter().filter(|word| word.has_glob(text)) {
        for value in super::values::values_of(command.surroundings, word) {
            effects.extend(Effects::reading(command.files(&match value {
                // The folder it starts in.
                Value::Unknown => Value::Known(".".to_owned()),
                value => value,
            })));
        }
    }
    effects
}

fn declaration(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = Effects::default();
    if command.arguments.is_empty() {
        // It prints all of them.
        effects.reads.settings = crate::effects::Settings::all();
    }
    for argument in &command.arguments {
        let text = argument.start();
        if text.starts_with('-') && argument.known().is_some() {
            continue;
        }
        match text.split_once('=') {
            Some((name, value)) => {
                let value = match argument {
                    Value::Known(_) => Value::Known(value.to_owned()),
                    _ if value.is_empty() => Value::Unknown,
                    _ => Value::Starts(value.to_owned()),
                };
                effects.extend(of_variable(command, name, &value)?);
            }
            None if argument.known().is_some() => {}
            None => return None,
        }
    }
    Some(effects)
}

/// test(1): the operators that take a file.
const FILE_TESTS: &[&str] = &[
    "-b", "-c", "-d", "-e", "-f", "-g", "-h", "-k", "-L", "-N", "-O", "-G", "-p", "-r", "-s", "-S", "-u",
    "-w", "-x",
];

fn test(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = globs(command);
    let arguments = &command.arguments;
    let is = |value: &Value, operators: &[&str]| value.known().is_some_and(|text| operators.contains(&text));
    for (at, argument) in arguments.iter().enumerate() {
        if is(argument, FILE_TESTS)
            && let Some(file) = arguments.get(at + 1)
        {
            effects.extend(Effects::reading(command.files(file)));
        }
        if is(argument, &["-nt", "-ot", "-ef"]) {
            return None;
        }
        if is(argument, &["-v", "-R"])
            && let Some(name) = arguments.get(at + 1)
        {
            effects.reads.settings.insert(Setting::Variable(name.known()?.to_owned()));
        }
    }
    Some(effects)
}
