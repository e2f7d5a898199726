//! The one error a Dockerfile can have.

use crate::Span;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The cause, lower case, without place or full stop.
    pub message: String,
    /// The offending bytes of the file.
    pub span: Span,
    /// The line BuildKit names: the first of the instruction, from 1.
    pub line: usize,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SyntaxError {}
