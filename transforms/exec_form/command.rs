//! The one program that the code runs, with words that no shell needs to see.

use std::borrow::Cow;

use dfopt_analysis::{ShellCode, programs};
use dfopt_syntax::shell::{Command, SimpleCommand, Word};

use super::{Declined, USE_EXEC};

/// A program with its words.
pub(super) struct Start<'c> {
    /// The `exec` in front of it.
    pub(super) exec: Option<&'c Word>,
    /// The program and its arguments, each with a literal value.
    pub(super) words: &'c [Word],
}

impl Start<'_> {
    pub(super) fn program<'t>(&self, code: &'t ShellCode<'_>) -> Cow<'t, str> {
        self.words[0].literal(code.text.bytes()).unwrap_or_default()
    }
}

pub(super) fn of<'c>(code: &'c ShellCode<'_>) -> Result<Start<'c>, Declined> {
    let text = code.text.bytes();
    let command = only_command(code).ok_or_else(|| Declined::new("it is more than one command", USE_EXEC))?;
    if !command.assignments.is_empty() || !command.redirects.is_empty() {
        let reason = "the shell sets a variable or redirects for it";
        return Err(Declined::new(
            reason,
            "use ENV for variables, and `exec` for the program to get the signals",
        ));
    }
    for word in &command.words {
        if !word.is_plain(text) {
            let word = String::from_utf8_lossy(word.span.of(text)).into_owned();
            return Err(Declined::new(format!("the shell may make something else of `{word}`"), USE_EXEC));
        }
    }
    let start = without_exec(&command.words, text);
    let program = start.program(code);
    if start.exec.is_none() && programs::is_shell_builtin(&program) {
        return Err(Declined::new(format!("`{program}` is a command of the shell"), USE_EXEC));
    }
    if program.is_empty() || program.starts_with('-') || program.contains('=') {
        return Err(Declined::new(format!("`{program}` is no name of a program"), "name the program"));
    }
    Ok(start)
}

/// The simple command that is all of the code.
fn only_command<'c>(code: &'c ShellCode<'_>) -> Option<&'c SimpleCommand> {
    let script = &code.script;
    let [item] = script.list.items.as_slice() else { return None };
    let pipeline = &item.and_or.first;
    let is_alone = item.terminator.is_none()
        && item.and_or.rest.is_empty()
        && pipeline.negations.is_empty()
        && pipeline.time.is_none()
        && script.comments.is_empty();
    match pipeline.commands.as_slice() {
        [Command::Simple(command)] if is_alone => Some(command),
        _ => None,
    }
}

/// `exec program` starts the program in the place of the shell, which is what exec form does.
fn without_exec<'c>(words: &'c [Word], text: &[u8]) -> Start<'c> {
    let is_exec = |word: &Word| word.literal(text).as_deref() == Some("exec");
    match words {
        [exec, rest @ ..] if is_exec(exec) && !rest.is_empty() => Start { exec: Some(exec), words: rest },
        words => Start { exec: None, words },
    }
}
