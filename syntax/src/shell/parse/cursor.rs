//! Looking at bytes, and the white space between tokens.

use super::{Parsed, Parser};
use crate::Span;

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.pos)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end { Some(self.text[at]) } else { None }
    }

    /// `at`, or what follows the line continuations there: a backslash and a newline vanish between any
    /// two bytes outside single quotes (POSIX 2.2.1).
    pub(super) fn after_continuations(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b'\\') && self.byte(at + 1) == Some(b'\n') {
            at += 2;
        }
        at
    }

    /// Where the character at `at` ends, so that a span of UTF-8 does not divide one: the shells see bytes,
    /// but those after the first are never special.
    pub(super) fn after_character(&self, at: usize) -> usize {
        let starts = |byte: u8| byte >= 0xC0;
        let follows = |byte: u8| byte & 0xC0 == 0x80;
        let mut end = (at + 1).min(self.end);
        while self.byte(at).is_some_and(starts) && self.byte(end).is_some_and(follows) {
            end += 1;
        }
        end
    }

    /// True where no word goes on at `at`.
    pub(super) fn ends_word_at(&self, at: usize) -> bool {
        self.byte(self.after_continuations(at)).is_none_or(ends_word)
    }

    /// Where `operator` ends, if it stands at the cursor.
    pub(super) fn sees(&self, operator: &[u8]) -> Option<usize> {
        let mut at = self.pos;
        for (index, &wanted) in operator.iter().enumerate() {
            if index > 0 {
                at = self.after_continuations(at);
            }
            if self.byte(at) != Some(wanted) {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Moves past `operator`, if it stands at the cursor.
    pub(super) fn take(&mut self, operator: &[u8]) -> Option<Span> {
        let start = self.pos;
        self.pos = self.sees(operator)?;
        Some(Span::new(start, self.pos))
    }

    /// Moves past blanks, line continuations and a comment. Only between tokens: inside a word `#` is text.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'\\') if self.byte(self.pos + 1) == Some(b'\n') => self.pos += 2,
                Some(b'#') => self.comment(),
                _ => return,
            }
        }
    }

    fn comment(&mut self) {
        let start = self.pos;
        let rest = &self.text[start..self.end];
        self.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.comments.push(Span::new(start, self.pos));
    }

    /// Moves past blanks, comments and newlines, with the here-documents below them.
    pub(super) fn skip_newlines(&mut self) -> Parsed<()> {
        self.skip_blanks();
        while self.newline()?.is_some() {
            self.skip_blanks();
        }
        Ok(())
    }

    /// Moves past a newline and the bodies of the here-documents that begin after it.
    pub(super) fn newline(&mut self) -> Parsed<Option<Span>> {
        let Some(span) = self.take(b"\n") else { return Ok(None) };
        self.read_here_documents()?;
        Ok(Some(span))
    }
}

/// True for the bytes that end an unquoted word (POSIX 2.3).
pub(super) fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// True for a byte that may begin a name (POSIX 3.216).
pub(super) fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// True for a byte that may stand in a name.
pub(super) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
