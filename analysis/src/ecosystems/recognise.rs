//! Which command of a tool an invocation is.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::invocation::Invocation;
use crate::packages::managers::without_version;

use super::{Names, arguments};

/// The words that are neither options nor values of options, each with its value where that is known.
pub(crate) fn operands<'c>(
    invocation: &Invocation<'c>,
    value_options: &Names,
) -> Vec<(&'c Word, Option<Cow<'c, str>>)> {
    let mut operands = Vec::new();
    let mut words = invocation.arguments.iter();
    while let Some(word) = words.next() {
        match invocation.literal(word) {
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                if value_options.contains(&option) {
                    words.next();
                }
            }
            _ => operands.push((word, arguments::known_word(invocation, word))),
        }
    }
    operands
}

/// How many operands of `invocation` belong to the longest of `commands` (`npm ci`: program and subcommands)
/// that it is. None where it is none of them.
pub(crate) fn matched<'n>(
    invocation: &Invocation<'_>,
    commands: impl Iterator<Item = &'n str>,
    value_options: &Names,
) -> Option<usize> {
    // Every command of a file is asked for: the program tells almost all of them.
    let program = without_version(&invocation.program);
    let mut known = None;
    commands
        .filter_map(|command| {
            let words = command.strip_prefix(program)?;
            if !words.is_empty() && !words.starts_with(' ') {
                return None;
            }
            let operands = known.get_or_insert_with(|| operands(invocation, value_options));
            let mut given = operands.iter();
            let mut words = words.split(' ').filter(|word| !word.is_empty());
            let count = words.clone().count();
            words
                .all(|word| given.next().is_some_and(|(_, operand)| operand.as_deref() == Some(word)))
                .then_some(count)
        })
        .max()
}
