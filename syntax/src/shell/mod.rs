//! The shell code of RUN, CMD, ENTRYPOINT and HEALTHCHECK: POSIX sh and bash, parsed with byte spans.
//!
//! The grammar is POSIX 2.10
//! (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_10>), read the way
//! two shells read it: dash for [`Dialect::Posix`] and bash 5.2 with its default options for
//! [`Dialect::Bash`]. A text is accepted where the shell's own `-n` accepts it. Nothing is expanded:
//! aliases, `eval` and `shopt` have no effect here.
//!
//! ```text
//! Script > List > ListItem > AndOr > Pipeline > Command > SimpleCommand > Word > WordPart
//!   a text   a; b    a &       a && b    a | b                              'it'"$x"
//! ```
//!
//! A Dockerfile is unknown here: offsets count into the text that the shell is handed, and the caller maps
//! them back. Every span lies in the text, a child's inside its parent's; the body of a here-document is
//! the one exception, as it lies on the lines below its redirection.

mod ast;
mod error;
mod parse;
mod value;
mod walk;
mod word;

#[cfg(test)]
mod tests;

pub use ast::{
    AndOr, AndOrOperator, Assignment, Branch, CaseItem, CaseTerminator, Command, Compound, CompoundKind,
    Coprocess, Function, HereDocument, List, ListItem, PipeOperator, Pipeline, Redirect, RedirectOperator,
    RedirectTarget, Script, SimpleCommand, Terminator,
};
pub use error::{ErrorKind, ShellError};
pub use walk::{Context, Node};
pub use word::{ParameterOperator, ParameterPrefix, Parts, Word, WordPart};

/// The deepest nesting that is parsed. Commands, quotes, substitutions and expansions count one each, so
/// `"$(a)"` within another takes three. It fits a stack of 1 MiB.
pub const MAX_DEPTH: usize = 200;

/// Which shell reads the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// POSIX sh, as dash reads it: no arrays, no `[[ ]]`, no process substitution.
    Posix,
    /// bash with its default options: no extended globs outside `[[ ]]`.
    Bash,
}

/// Parses the text that a shell is handed. Where this is an error, treat the text as opaque.
pub fn parse(text: &[u8], dialect: Dialect) -> Result<Script, ShellError> {
    if u32::try_from(text.len()).is_err() {
        return Err(ShellError { offset: 0, kind: ErrorKind::TooLong });
    }
    parse::Parser::new(text, dialect).script()
}
