//! Here-documents (POSIX 2.7.4): the delimiter where the redirection stands, the body below the line.

use super::cursor::ends_word;
use super::parts::{Context, push_literal};
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{ErrorKind, HereDocument, Parts, RedirectTarget, Word, WordPart};

/// A here-document whose body is still to come.
pub(super) struct PendingHereDocument {
    /// Its place in the script's list.
    index: usize,
    /// The delimiter without its quotes.
    delimiter: Vec<u8>,
}

impl Parser<'_> {
    /// What follows `<<`.
    pub(super) fn here_document(&mut self) -> Parsed<RedirectTarget> {
        let strip_tabs = self.take(b"-").is_some();
        self.skip_blanks();
        if self.peek().is_none_or(ends_word) {
            return self.fail(ErrorKind::Expected("the delimiter of a here-document"));
        }
        let mut text = Vec::new();
        let delimiter = self.delimiter(&mut text)?;
        let quoted = delimiter.is_quoted();
        let index = self.here_documents.len();
        let body = Span::empty(self.pos);
        let document = HereDocument { delimiter, quoted, strip_tabs, body, parts: None, terminator: None };
        self.here_documents.push(document);
        self.pending.push(PendingHereDocument { index, delimiter: text });
        Ok(RedirectTarget::HereDocument(index))
    }

    /// A word in which only quotes are special; its value goes to `text`.
    fn delimiter(&mut self, text: &mut Vec<u8>) -> Parsed<Word> {
        let start = self.pos;
        let mut parts = Parts::new();
        while let Some(byte) = self.peek().filter(|&byte| !ends_word(byte)) {
            let at = self.pos;
            match byte {
                b'\\' if self.byte(at + 1).is_some() => {
                    self.pos = self.after_character(at + 1);
                    let span = Span::new(at, self.pos);
                    if self.text[at + 1] == b'\n' {
                        parts.push(WordPart::LineContinuation(span));
                    } else {
                        parts.push(WordPart::Escaped(span));
                        text.extend_from_slice(&self.text[at + 1..self.pos]);
                    }
                }
                b'\'' => {
                    let part = self.single_quoted_delimiter()?;
                    text.extend_from_slice(&self.text[at + 1..self.pos - 1]);
                    parts.push(part);
                }
                b'"' => parts.push(self.double_quoted_delimiter(text)?),
                _ => {
                    self.pos += 1;
                    text.push(byte);
                    push_literal(&mut parts, Span::new(at, self.pos));
                }
            }
        }
        Ok(Word { span: Span::new(start, self.pos), parts })
    }

    fn single_quoted_delimiter(&mut self) -> Parsed<WordPart> {
        let start = self.pos;
        let Some(len) = memchr::memchr(b'\'', &self.text[start + 1..self.end]) else {
            return self.fail(ErrorKind::Unterminated("a single quote"));
        };
        self.pos = start + len + 2;
        Ok(WordPart::SingleQuoted(Span::new(start, self.pos)))
    }

    fn double_quoted_delimiter(&mut self, text: &mut Vec<u8>) -> Parsed<WordPart> {
        let start = self.pos;
        let mut parts = Parts::new();
        self.pos += 1;
        loop {
            let at = self.pos;
            let Some(byte) = self.peek() else {
                return self.fail_at(start, ErrorKind::Unterminated("a double quote"));
            };
            self.pos += 1;
            match (byte, self.peek()) {
                (b'"', _) => {
                    return Ok(WordPart::DoubleQuoted {
                        span: Span::new(start, self.pos),
                        parts: parts.into_vec(),
                    });
                }
                (b'\\', Some(next @ (b'"' | b'\\' | b'$' | b'`'))) => {
                    self.pos += 1;
                    text.push(next);
                    parts.push(WordPart::Escaped(Span::new(at, self.pos)));
                }
                _ => {
                    text.push(byte);
                    push_literal(&mut parts, Span::new(at, self.pos));
                }
            }
        }
    }

    /// Reads the bodies that begin at the cursor: the start of a line, or the end of the text.
    pub(super) fn read_here_documents(&mut self) -> Parsed<()> {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.pos;
            let (body_end, terminator) = self.end_of_body(&pending);
            let after = self.pos;
            let document = &mut self.here_documents[pending.index];
            document.body = Span::new(start, body_end);
            document.terminator = terminator;
            if !document.quoted {
                self.pos = start;
                let parts = self.body_parts(body_end)?;
                self.here_documents[pending.index].parts = parts.map(Parts::into_vec);
            }
            self.pos = after;
        }
        Ok(())
    }

    /// The substitution closed before their bodies began: they have none.
    pub(super) fn abandon_here_documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            if let Some(document) = self.here_documents.get_mut(pending.index) {
                document.body = Span::empty(self.pos);
            }
        }
    }

    fn body_parts(&mut self, end: usize) -> Parsed<Option<Parts>> {
        let read = |parser: &mut Self| parser.within(end, |parser| parser.parts(Context::HereDocument));
        if self.is_bash() { self.nested(|parser| parser.attempt(read)) } else { self.nested(read).map(Some) }
    }

    /// Moves past the body and its terminator; answers where the body ends and the terminator.
    fn end_of_body(&mut self, pending: &PendingHereDocument) -> (usize, Option<Span>) {
        let document = &self.here_documents[pending.index];
        let (quoted, strip_tabs) = (document.quoted, document.strip_tabs);
        let mut continued = false;
        while self.pos < self.end {
            let line_start = self.pos;
            let rest = &self.text[line_start..self.end];
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let tabs = if strip_tabs { line.iter().take_while(|&&byte| byte == b'\t').count() } else { 0 };
            if let Some(after) = line[tabs..].strip_prefix(&pending.delimiter[..]).filter(|_| !continued) {
                let end = line_start + line.len() - after.len();
                let closes_substitution = self.is_bash() && self.in_substitution && after.contains(&b')');
                if after.is_empty() || closes_substitution {
                    self.pos = if after.is_empty() { (end + 1).min(self.end) } else { end };
                    return (line_start, Some(Span::new(line_start, end)));
                }
            }
            continued = !quoted && line.iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1;
            self.pos = (line_start + line.len() + 1).min(self.end);
        }
        (self.end, None)
    }
}
