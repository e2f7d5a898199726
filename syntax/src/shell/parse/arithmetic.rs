//! Arithmetic expressions (POSIX 2.6.4): only their expansions are read, not their operators.

use super::balance::{Bracket, closing};
use super::parts::Context;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{ErrorKind, Word, WordPart};

impl Parser<'_> {
    /// bash: the expression from the cursor to `close`, where the cursor ends up.
    pub(super) fn arithmetic_word(&mut self, close: usize) -> Parsed<Word> {
        let word =
            self.nested(|parser| parser.within(close, |parser| parser.word_in(Context::Arithmetic)))?;
        self.pos = close;
        Ok(word)
    }

    /// dash: the expression from the cursor on; the part begins at `start`.
    pub(super) fn posix_arithmetic(&mut self, start: usize) -> Parsed<WordPart> {
        let parts = self.parts(Context::Arithmetic)?;
        if self.take(b"))").is_none() {
            return self.fail_at(start, ErrorKind::Unterminated("$(("));
        }
        Ok(WordPart::Arithmetic { span: Span::new(start, self.pos), parts: parts.into_vec() })
    }

    /// bash: `$[expression]`.
    pub(super) fn square_arithmetic(&mut self, open: usize) -> Parsed<WordPart> {
        let start = self.pos;
        let Some(close) = closing(&self.text[..self.end], open + 1, Bracket::Square) else {
            return self.fail(ErrorKind::Unterminated("$["));
        };
        self.pos = open + 1;
        let parts = self.arithmetic_word(close)?.parts;
        self.pos = close + 1;
        Ok(WordPart::Arithmetic { span: Span::new(start, self.pos), parts: parts.into_vec() })
    }
}
