//! The lossless tree of a Dockerfile.
//!
//! A file is cut into physical [`Line`]s that tile it, and into [`Instruction`]s that each stand on a
//! run of those lines. An instruction holds its *logical* text (continuations joined, comments gone:
//! what BuildKit works on) together with the map from there back to bytes of the file, so that every
//! part of it can be found, and edited, in the source.

mod arguments;
mod blanks;
mod check;
mod directive;
mod durations;
mod error;
mod expand;
mod heredoc;
mod instruction;
mod json;
mod keyword;
mod lex;
mod mount;
mod parse;
mod text;
mod views;

pub use arguments::{Arguments, ExecArgument, Pair};
pub use directive::{Directive, DirectiveName};
pub use error::SyntaxError;
pub use expand::{ExpandError, Lookup, expand};
pub use heredoc::Heredoc;
pub use instruction::{Flag, Instruction, Operation, ShellKind};
pub use keyword::Keyword;
pub use mount::Mount;
pub use text::Text;
pub use views::{Declaration, From, Source, Transfer};

use crate::Span;

/// A parsed Dockerfile. Immutable; it borrows the source and covers every byte of it.
#[derive(Debug)]
pub struct Dockerfile<'s> {
    source: &'s [u8],
    lines: Vec<Line>,
    directives: Vec<Directive>,
    instructions: Vec<Instruction<'s>>,
    escape: u8,
}

/// One physical line, its line end included. The lines of a file tile it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bytes of the line, with `\n` or `\r\n` where it has one (and a byte order mark on the first).
    pub span: Span,
    /// What the line is.
    pub kind: LineKind,
}

/// What a physical line is to BuildKit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing but white space, between or inside instructions.
    Blank,
    /// A comment, between or inside instructions.
    Comment,
    /// A parser directive (`# escape=`, `# syntax=`, `# check=`) in force.
    Directive,
    /// Text of an instruction.
    Code,
    /// Content of a heredoc.
    HeredocBody,
    /// The line that ends a heredoc.
    HeredocEnd,
}

impl<'s> Dockerfile<'s> {
    /// Parses `source` as BuildKit's parser does.
    ///
    /// # Errors
    /// Where BuildKit's parser stops: bad directives, a line of 64 KiB, an unterminated heredoc, `ENV`
    /// without a value, an array that is not of strings, no instruction at all. What BuildKit finds
    /// only after parsing (unknown instructions and flags, …) is found by [`Dockerfile::check`].
    pub fn parse(source: &'s [u8]) -> Result<Self, SyntaxError> {
        parse::parse(source)
    }

    /// The first instruction-level error, in file order, that BuildKit would stop at.
    ///
    /// # Errors
    /// Unknown instruction or flag, wrong number of arguments, no FROM, and the like.
    pub fn check(&self) -> Result<(), SyntaxError> {
        check::check(self)
    }

    /// The file, put together from its lines: equal to what was parsed.
    pub fn text(&self) -> Vec<u8> {
        self.lines.iter().flat_map(|line| line.span.of(self.source)).copied().collect()
    }

    /// The bytes that were parsed.
    pub fn source(&self) -> &'s [u8] {
        self.source
    }

    /// The physical lines, in order; line `n` of an editor is at index `n - 1`.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The parser directives in force, in order.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// The instructions, in order.
    pub fn instructions(&self) -> &[Instruction<'s>] {
        &self.instructions
    }

    /// The escape character: `\` or, by directive, a backtick.
    pub fn escape(&self) -> u8 {
        self.escape
    }

    /// The index into [`Dockerfile::lines`] of the line that holds byte `offset`.
    pub fn line_at(&self, offset: u32) -> usize {
        self.lines.partition_point(|line| line.span.start <= offset).saturating_sub(1)
    }

    /// True where a comment line stands inside `span`: it would go with what is replaced there.
    pub fn has_comment(&self, span: Span) -> bool {
        let lines = self.line_at(span.start)..self.line_at(span.end);
        self.lines[lines].iter().any(|line| line.kind == LineKind::Comment)
    }

    /// True where `span` starts and ends on one physical line.
    pub fn is_one_line(&self, span: Span) -> bool {
        self.line_at(span.start) == self.line_at(span.end)
    }

    /// What ends a line that goes on below: the escape character and the line end.
    pub fn continuation(&self) -> String {
        format!("{}{}", self.escape as char, self.newline())
    }

    /// The line end the file uses: that of its first line, `\n` where it has none.
    pub fn newline(&self) -> &'static str {
        let first = self.lines.first().map_or(&b""[..], |line| line.span.of(self.source));
        if first.ends_with(b"\r\n") { "\r\n" } else { "\n" }
    }
}

#[cfg(test)]
mod tests;
