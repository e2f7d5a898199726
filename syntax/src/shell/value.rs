//! What a word stands for, as far as its text tells.

use std::borrow::Cow;

use super::word::{Word, WordPart};
use crate::Span;

impl Word {
    /// The value after quote removal (POSIX 2.6.7). Nothing where the word holds an expansion, `$'…'` or
    /// an array, or is not UTF-8. Globs, tildes and brace expansions are left as they are written: ask
    /// [`Word::is_plain`] whether there are any.
    pub fn literal<'t>(&self, text: &'t [u8]) -> Option<Cow<'t, str>> {
        match self.parts[..] {
            [] => Some(Cow::Borrowed("")),
            [WordPart::Literal(span)] => std::str::from_utf8(span.of(text)).ok().map(Cow::Borrowed),
            [WordPart::SingleQuoted(span)] => {
                std::str::from_utf8(inside(span).of(text)).ok().map(Cow::Borrowed)
            }
            _ => {
                let mut value = Vec::with_capacity(self.span.len());
                append_value(&self.parts, text, &mut value)?;
                String::from_utf8(value).ok().map(Cow::Owned)
            }
        }
    }

    /// True where an unquoted `*`, `?` or `[` stands in the word itself.
    pub fn has_glob(&self, text: &[u8]) -> bool {
        self.has_unquoted(text, |byte| matches!(byte, b'*' | b'?' | b'['))
    }

    /// True where an unquoted `{` stands in the word itself: bash may expand it.
    pub fn has_brace(&self, text: &[u8]) -> bool {
        self.has_unquoted(text, |byte| byte == b'{')
    }

    /// True where an unquoted `~` stands in the word itself: at its start, or in an assignment after `=`
    /// or `:`, the shell may expand it.
    pub fn has_tilde(&self, text: &[u8]) -> bool {
        self.has_unquoted(text, |byte| byte == b'~')
    }

    /// True where the command receives exactly [`Word::literal`]: nothing is expanded.
    pub fn is_plain(&self, text: &[u8]) -> bool {
        self.literal(text).is_some()
            && !self.has_unquoted(text, |byte| matches!(byte, b'*' | b'?' | b'[' | b'{' | b'~'))
    }

    /// True where a part of the word is quoted.
    pub fn is_quoted(&self) -> bool {
        self.parts.iter().any(|part| {
            matches!(
                part,
                WordPart::Escaped(_)
                    | WordPart::SingleQuoted(_)
                    | WordPart::DoubleQuoted { .. }
                    | WordPart::AnsiC(_)
            )
        })
    }

    fn has_unquoted(&self, text: &[u8], wanted: impl Fn(u8) -> bool) -> bool {
        self.parts.iter().any(|part| match part {
            WordPart::Literal(span) => span.of(text).iter().any(|&byte| wanted(byte)),
            _ => false,
        })
    }
}

fn append_value(parts: &[WordPart], text: &[u8], value: &mut Vec<u8>) -> Option<()> {
    for part in parts {
        match part {
            WordPart::Literal(span) => value.extend_from_slice(span.of(text)),
            WordPart::Escaped(span) => value.extend_from_slice(&span.of(text)[1..]),
            WordPart::LineContinuation(_) => {}
            WordPart::SingleQuoted(span) => value.extend_from_slice(inside(*span).of(text)),
            WordPart::DoubleQuoted { span, parts } if span.of(text)[0] == b'"' => {
                append_value(parts, text, value)?
            }
            _ => return None,
        }
    }
    Some(())
}

/// Without the quotes.
fn inside(span: Span) -> Span {
    Span { start: span.start + 1, end: span.end - 1 }
}
