//! The words of a command.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::invocation::Invocation;

/// The value of a word where the shell expands nothing in it.
pub(super) fn plain<'c>(invocation: &Invocation<'c>, word: &Word) -> Option<Cow<'c, str>> {
    // What stands for files may be quoted, too; nobody names a project like that.
    invocation.literal(word).filter(|text| !text.contains(['*', '?', '[', '{', '~']))
}

/// An option and the value in its word: `--console=plain`, and `-Pname=value` where `-P` is one of `joined`.
pub(super) fn split_value<'w>(word: &'w str, joined: &[&'w str]) -> (&'w str, Option<&'w str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
    }
    let split =
        |option: &&'w str| Some((*option, word.strip_prefix(*option).filter(|value| !value.is_empty())?));
    joined.iter().find_map(split).map_or((word, None), |(option, value)| (option, Some(value)))
}
