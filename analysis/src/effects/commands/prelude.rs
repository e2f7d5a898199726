//! What stands before a command's arguments: assignments, wrappers such as `sudo`, the program's own path.

use std::borrow::Cow;

use crate::effects::{Effects, Files, Lookup, Setting};
use crate::paths::resolve;

use super::command::Command;
use super::values::Value;
use super::variables::{assigned, may_be_copied_to, of_environment, of_variable};

/// What stands before the arguments does.
pub(super) enum Prelude {
    /// The command runs, after these effects.
    Runs(Effects),
    /// `command -v NAME`: nothing runs.
    OnlyLooksUp,
}

/// The effects of what stands before the arguments. None where it may have any.
pub(super) fn effects(command: &Command<'_, '_, '_>) -> Option<Prelude> {
    let invocation = command.invocation;
    let surroundings = command.surroundings;
    let mut effects = assigned(command)?;
    let words = &invocation.command.words;
    let before = &words[..words.len().checked_sub(invocation.arguments.len())?];
    let literals: Option<Vec<Cow<'_, str>>> = before.iter().map(|word| invocation.literal(word)).collect();
    let literals = literals?;
    let mut words = literals.iter().map(Cow::as_ref).peekable();
    let program = loop {
        let word = words.next()?;
        match word {
            "command" if matches!(words.peek(), Some(&("-v" | "-V"))) => return Some(Prelude::OnlyLooksUp),
            "sudo" | "/usr/bin/sudo" | "command" | "eatmydata" | "time" => {
                while words.next_if(|word| matches!(*word, "-E" | "-H" | "-n" | "-p" | "--")).is_some() {}
            }
            "nice" => {
                if words.next_if_eq(&"-n").is_some() {
                    words.next()?;
                }
            }
            "env" | "/usr/bin/env" => {}
            // `env NAME=value`, `sudo NAME=value`
            word if is_assignment(word) => {
                let (name, value) = word.split_once('=')?;
                effects.extend(of_variable(command, name, &Value::Known(value.to_owned()))?);
            }
            program => break program,
        }
    };
    let rest: Vec<&str> = words.collect();
    match rest[..] {
        [] => {}
        // The current folder is the first that Python looks for modules in.
        ["-m", module] if PYTHON_TOOLS.contains(&module) => super::installers::imports(command, &mut effects),
        _ => return None,
    }
    if program.contains('/') {
        effects.extend(Effects::reading(command.at(program)));
        // What an environment installs, it installs into itself.
        let path = resolve(command.directory(), program)?;
        if let Some((folder, _)) = path.rsplit_once("/bin/").filter(|_| may_be_copied_to(&path)) {
            effects.extend(Effects::uses(Files::at(Some(folder.to_owned()))));
        }
    } else if !super::shell::is_builtin(program) {
        effects.reads.settings.insert(Setting::Variable("PATH".to_owned()));
        for folder in surroundings.search_path()? {
            let lookup = Lookup { path: folder.clone(), text: None };
            effects.reads.files.lookups.push(lookup);
        }
        effects.extend(of_environment(command, &["LD_"])?);
    }
    Some(Prelude::Runs(effects))
}

/// Modules that are programs in the tables.
const PYTHON_TOOLS: &[&str] = &["pip", "venv", "virtualenv", "ensurepip", "pipx", "uv"];

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
