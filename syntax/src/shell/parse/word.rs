//! Words, assignments and bash's arrays.

use super::balance::{Bracket, closing};
use super::cursor::{in_name, starts_name};
use super::parts::Context;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{Assignment, ErrorKind, Parts, Word, WordPart};

/// `name=`, `name+=`, `name[subscript]=`: everything of an assignment but its value.
struct Target {
    name: Span,
    subscript: Option<Span>,
    append: bool,
    end: usize,
}

impl Parser<'_> {
    /// The word at the cursor.
    pub(super) fn word(&mut self) -> Parsed<Word> {
        self.word_in(Context::Word)
    }

    pub(super) fn word_in(&mut self, context: Context) -> Parsed<Word> {
        let start = self.pos;
        let parts = self.parts(context)?;
        Ok(Word { span: Span::new(start, self.pos), parts })
    }

    /// bash: a word that may be `name=(array)`.
    pub(super) fn word_or_array(&mut self) -> Parsed<Word> {
        let start = self.pos;
        match self.target()? {
            Some(target) if self.byte(target.end) == Some(b'(') => {
                self.pos = target.end;
                let mut parts = Parts::from_buf([WordPart::Literal(Span::new(start, target.end))]);
                parts.extend(self.value()?.parts);
                Ok(Word { span: Span::new(start, self.pos), parts })
            }
            _ => self.word(),
        }
    }

    /// The assignment at the cursor, if it is one (POSIX 2.10.2, rule 7).
    pub(super) fn assignment(&mut self) -> Parsed<Option<Assignment>> {
        let start = self.pos;
        let Some(target) = self.target()? else { return Ok(None) };
        let subscript = match target.subscript {
            Some(span) => {
                self.pos = span.start as usize;
                Some(self.arithmetic_word(span.end as usize)?)
            }
            None => None,
        };
        self.pos = target.end;
        let value = self.value()?;
        let span = Span::new(start, self.pos);
        Ok(Some(Assignment { name: target.name, subscript, append: target.append, value, span }))
    }

    fn target(&self) -> Parsed<Option<Target>> {
        let start = self.pos;
        if !self.peek().is_some_and(starts_name) {
            return Ok(None);
        }
        let mut end = start;
        while self.byte(end).is_some_and(in_name) {
            end = self.after_continuations(end + 1);
        }
        let name = Span::new(start, end);
        let mut subscript = None;
        if self.is_bash() && self.byte(end) == Some(b'[') {
            let Some(close) = closing(&self.text[..self.end], end + 1, Bracket::Square) else {
                return self.fail_at(end, ErrorKind::Unterminated("a square bracket"));
            };
            subscript = Some(Span::new(end + 1, close));
            end = close + 1;
        }
        let append = self.is_bash() && self.byte(end) == Some(b'+');
        let equals = end + usize::from(append);
        let assigns = self.byte(equals) == Some(b'=');
        Ok(assigns.then_some(Target { name, subscript, append, end: equals + 1 }))
    }

    /// What follows the `=`.
    fn value(&mut self) -> Parsed<Word> {
        let start = self.pos;
        let mut parts = Parts::new();
        if self.is_bash() && self.peek() == Some(b'(') {
            parts.push(self.nested(Self::array)?);
        }
        parts.extend(self.parts(Context::Word)?);
        Ok(Word { span: Span::new(start, self.pos), parts })
    }

    fn array(&mut self) -> Parsed<WordPart> {
        let start = self.pos;
        self.take(b"(");
        let mut elements = Vec::new();
        self.skip_newlines()?;
        while self.at_word() {
            elements.push(self.element()?);
            self.skip_newlines()?;
        }
        self.close_parenthesis()?;
        Ok(WordPart::Array { span: Span::new(start, self.pos), elements })
    }

    /// `value` or `[subscript]=value`; blanks do not end the subscript.
    fn element(&mut self) -> Parsed<Word> {
        let start = self.pos;
        if self.peek() != Some(b'[') {
            return self.word();
        }
        let Some(close) = closing(&self.text[..self.end], start + 1, Bracket::Square) else {
            return self.fail(ErrorKind::Unterminated("a square bracket"));
        };
        let mut parts = self.arithmetic_word(close)?.parts;
        parts.extend(self.parts(Context::Word)?);
        Ok(Word { span: Span::new(start, self.pos), parts })
    }
}
