//! The parser: a cursor over the text, and one method for each rule of the grammar.
//!
//! There is no separate token stream: what a byte means depends on the rule that reads it (POSIX 2.10.1), so
//! each rule looks at the bytes itself. Nothing is read twice, except by the bounded look-ahead of
//! [`balance`].

mod arithmetic;
mod balance;
mod command;
mod compound;
mod conditional;
mod cursor;
mod expansion;
mod here_document;
mod list;
mod loops;
mod parameter;
mod parts;
mod redirect;
mod reserved;
mod word;

use self::here_document::PendingHereDocument;
use super::{Dialect, ErrorKind, HereDocument, MAX_DEPTH, Script, ShellError};
use crate::Span;

type Parsed<T> = Result<T, ShellError>;

/// The state of a parse.
pub(super) struct Parser<'t> {
    text: &'t [u8],
    /// Where reading stops: the end of the text, or of the piece of it that is being read.
    end: usize,
    pos: usize,
    dialect: Dialect,
    depth: usize,
    /// Inside `$( )`, where bash lets a `)` follow a here-document's delimiter.
    in_substitution: bool,
    comments: Vec<Span>,
    here_documents: Vec<HereDocument>,
    /// The here-documents whose bodies start after the next newline.
    pending: Vec<PendingHereDocument>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t [u8], dialect: Dialect) -> Self {
        Self {
            text,
            end: text.len(),
            pos: 0,
            dialect,
            depth: 0,
            in_substitution: false,
            comments: Vec::new(),
            here_documents: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// The whole text.
    pub(super) fn script(mut self) -> Parsed<Script> {
        let list = self.list()?;
        self.skip_blanks();
        if self.pos < self.end {
            return self.fail(ErrorKind::Unexpected);
        }
        self.read_here_documents()?;
        Ok(Script { list, comments: self.comments, here_documents: self.here_documents })
    }

    fn is_bash(&self) -> bool {
        self.dialect == Dialect::Bash
    }

    fn fail<T>(&self, kind: ErrorKind) -> Parsed<T> {
        Err(ShellError { offset: self.pos, kind })
    }

    fn fail_at<T>(&self, offset: usize, kind: ErrorKind) -> Parsed<T> {
        Err(ShellError { offset, kind })
    }

    /// Reads something that may contain itself. Every recursion of the grammar passes through here.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return self.fail(ErrorKind::TooDeep);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads as if the text ended at `end`.
    fn within<T>(&mut self, end: usize, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::replace(&mut self.end, end);
        let result = read(self);
        self.end = outer;
        result
    }

    /// Reads what may turn out to be malformed without harm: then it is `None`, and the cursor anywhere.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<Option<T>> {
        let (comments, here_documents) = (self.comments.len(), self.here_documents.len());
        match read(self) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind == ErrorKind::TooDeep => Err(error),
            Err(_) => {
                self.comments.truncate(comments);
                self.here_documents.truncate(here_documents);
                Ok(None)
            }
        }
    }
}
