//! `set -e`: where the shell stops at the first command that fails, and where it does not.

use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::shell::{Command, List, Node, Pipeline, SimpleCommand, Word, WordPart};

/// `set -e` does not stop inside what stands before `&&` (POSIX, `set`).
pub(super) const UNGUARDED: &str =
    "before `&&`, the shell would not stop at the first failure inside its last command";

/// Whether the shell stops at the first command that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errexit {
    Off,
    /// From the first command to the last.
    On,
    /// In a part of the code.
    Somewhere,
}

/// What SHELL and `set` make of it for the code of instruction `index`.
pub(super) fn errexit(build: &Build<'_>, index: usize, code: &ShellCode<'_>) -> Errexit {
    let text = code.text.bytes();
    let list = &code.script.list;
    let sets = code.script.simple_commands().into_iter().filter_map(|(command, _)| {
        let (name, options) = command.words.split_first()?;
        let changes = name.literal(text)? == "set" && options.iter().any(|word| names_errexit(word, text));
        changes.then_some(command)
    });
    let sets: Vec<&SimpleCommand> = sets.collect();
    let is_first = |set: &SimpleCommand| {
        let first = list.items.first().filter(|item| item.and_or.rest.is_empty());
        first.is_some_and(|item| item.and_or.span == set.span)
            && set.words.iter().all(|word| !word.span.of(text).starts_with(b"+"))
    };
    match sets.as_slice() {
        [] if build.exits_on_error(index) => Errexit::On,
        [] => Errexit::Off,
        [set] if is_first(set) => Errexit::On,
        _ => Errexit::Somewhere,
    }
}

/// True for `-eux`, `+e`, `errexit` (after `-o`), and for what only running tells.
fn names_errexit(option: &Word, text: &[u8]) -> bool {
    option
        .literal(text)
        .is_none_or(|option| option == "errexit" || option.starts_with(['-', '+']) && option.contains('e'))
}

/// True where the shell notices that the last command failed: it stops neither for what stands before an
/// operator nor for what is negated.
pub(super) fn sees_last(code: &ShellCode<'_>) -> bool {
    let last = code.script.list.items.last();
    last.is_some_and(|last| last.and_or.rest.is_empty() && last.and_or.first.negations.is_empty())
}

/// True where the last pipeline is made of commands without an inside that `set -e` would guard.
pub(super) fn ends_simply(code: &ShellCode<'_>) -> bool {
    let mut has_functions = false;
    code.script.walk(&mut |node, _| has_functions |= matches!(node, Node::Compound(Command::Function(_))));
    code.script.list.items.last().is_none_or(|item| {
        let last = item.and_or.rest.last().map_or(&item.and_or.first, |(.., pipeline)| pipeline);
        let is_simple = last.commands.iter().all(|command| matches!(command, Command::Simple(_)));
        // `set -e` does not look into a negated pipeline anyway.
        !last.negations.is_empty() || is_simple && !has_functions && !substitutes_lists(code, last)
    })
}

/// True where a substitution in the pipeline has an inside that `set -e` would guard.
fn substitutes_lists(code: &ShellCode<'_>, pipeline: &Pipeline) -> bool {
    let is_one_command = |list: &List| match list.items.as_slice() {
        [item] => {
            let commands = &item.and_or.first.commands;
            item.and_or.rest.is_empty()
                && commands.iter().all(|command| matches!(command, Command::Simple(_)))
        }
        _ => false,
    };
    let mut found = false;
    code.script.walk_pipeline(pipeline, &mut |node, _| {
        found |= match node {
            Node::Part(WordPart::CommandSubstitution { list, .. }) => !is_one_command(list),
            Node::Part(WordPart::Backtick { list, .. }) => !list.as_ref().is_some_and(is_one_command),
            _ => false,
        };
    });
    found
}
