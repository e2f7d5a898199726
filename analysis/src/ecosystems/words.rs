//! The words of a command.

use std::borrow::Cow;

use dfopt_syntax::shell::Word;

use crate::invocation::Invocation;

/// The value of a word where the shell expands nothing in it.
pub(super) fn plain<'c>(invocation: &Invocation<'c>, word: &Word) -> Option<Cow<'c, str>> {
    // What stands for files may be quoted, too; nobody names a project like that.
    invocation.literal(word).filter(|text| !text.contains(['*', '?', '[', '{', '~']))
}
