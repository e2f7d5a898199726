//! Why a text is not shell code.

use std::fmt;

/// What the shell would reject, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShellError {
    /// The byte of the text at which parsing stopped.
    pub offset: usize,
    /// What is wrong there.
    pub kind: ErrorKind,
}

/// What is wrong with a shell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A token that cannot stand here.
    Unexpected,
    /// Something that must stand here, such as `a command` or `fi`, does not.
    Expected(&'static str),
    /// A quote or a bracket, such as `a single quote`, that is never closed.
    Unterminated(&'static str),
    /// Nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
    /// Longer than 4 GiB.
    TooLong,
}

impl fmt::Display for ShellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::Unexpected => write!(f, "unexpected token in shell code"),
            ErrorKind::Expected(what) => write!(f, "expected {what} in shell code"),
            ErrorKind::Unterminated(what) => write!(f, "{what} is never closed in shell code"),
            ErrorKind::TooDeep => write!(f, "shell code is nested too deeply"),
            ErrorKind::TooLong => write!(f, "shell code is longer than 4 GiB"),
        }
    }
}

impl std::error::Error for ShellError {}
