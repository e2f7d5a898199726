//! The pieces of a word: which bytes are special depends on what is around them (POSIX 2.2).

use super::cursor::ends_word;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{ErrorKind, Parts, WordPart};

/// What surrounds the pieces that are being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// A plain word: ends before a blank or an operator.
    Word,
    /// bash: a pattern in `[[ ]]`, where `@(a|b)` and its kin belong to the word.
    Pattern,
    /// bash: a regular expression in `[[ ]]`, where `(a b)` and `|` belong to the word.
    Regex,
    /// Between double quotes.
    DoubleQuotes,
    /// The body of a here-document: as between double quotes, which themselves are text.
    HereDocument,
    /// The operand of `${…}`: ends before `}`.
    Operand,
    /// The operand of `"${…}"`: single quotes are text, double quotes are not.
    QuotedOperand,
    /// bash: between the brackets of `${name[…]}`.
    Subscript,
    /// An arithmetic expression: up to `))` in dash, up to the end that was looked for in bash.
    Arithmetic,
}

impl Context {
    /// True where a backslash quotes only what would otherwise be special.
    pub(super) fn is_quoted(self) -> bool {
        matches!(self, Self::DoubleQuotes | Self::HereDocument | Self::QuotedOperand | Self::Arithmetic)
    }
}

impl Parser<'_> {
    /// Reads pieces up to what ends the context, which is left for the caller.
    pub(super) fn parts(&mut self, context: Context) -> Parsed<Parts> {
        let mut parts = Parts::new();
        // The brackets that are open within the pieces, where the context counts them.
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            if self.ends(context, byte, open) {
                break;
            }
            match byte {
                b'\\' => self.backslash(context, &mut parts),
                b'\'' => self.single_quote(context, &mut parts)?,
                b'"' => self.double_quote(context, &mut parts)?,
                b'`' => parts.push(self.backtick(context)?),
                b'$' => self.dollar(context, &mut parts)?,
                b'<' | b'>' if context == Context::Word => parts.push(self.process_substitution()?),
                _ => {
                    open = count_brackets(context, byte, open);
                    self.literal(&mut parts);
                }
            }
        }
        if open > 0 && matches!(context, Context::Pattern | Context::Regex) {
            return self.fail(ErrorKind::Unterminated("a parenthesis"));
        }
        Ok(parts)
    }

    fn ends(&self, context: Context, byte: u8, open: usize) -> bool {
        match context {
            Context::Word => ends_word(byte) && !self.at_process_substitution(),
            Context::Pattern => open == 0 && ends_word(byte) && !(byte == b'(' && self.after_glob_operator()),
            Context::Regex => open == 0 && ends_word(byte) && !matches!(byte, b'(' | b'|'),
            Context::DoubleQuotes => byte == b'"',
            Context::HereDocument => false,
            Context::Operand | Context::QuotedOperand => byte == b'}',
            Context::Subscript => byte == b'}' || byte == b']' && open == 0,
            Context::Arithmetic => !self.is_bash() && byte == b')' && open == 0 && self.sees(b"))").is_some(),
        }
    }

    /// True after the `@` of `@(a|b)`.
    fn after_glob_operator(&self) -> bool {
        let before = self.pos.checked_sub(1).and_then(|at| self.byte(at));
        matches!(before, Some(b'?' | b'*' | b'+' | b'@' | b'!'))
    }

    /// Moves past the byte at the cursor and those after it that are special in no context.
    fn literal(&mut self, parts: &mut Parts) {
        let start = self.pos;
        self.pos += 1;
        let rest = &self.text[self.pos..self.end];
        self.pos += rest.iter().position(|&byte| !is_plain(byte)).unwrap_or(rest.len());
        push_literal(parts, Span::new(start, self.pos));
    }

    fn backslash(&mut self, context: Context, parts: &mut Parts) {
        let start = self.pos;
        let next = self.byte(start + 1);
        self.pos = self.after_character(start + 1);
        let span = Span::new(start, self.pos);
        let quotes = match next {
            None => false,
            Some(b'\n') => {
                parts.push(WordPart::LineContinuation(span));
                return;
            }
            Some(b'$' | b'`' | b'\\') => true,
            Some(b'"') => context != Context::HereDocument,
            Some(b'}') => context == Context::QuotedOperand || !context.is_quoted(),
            Some(_) => !context.is_quoted(),
        };
        if quotes {
            parts.push(WordPart::Escaped(span));
        } else {
            push_literal(parts, span);
        }
    }

    fn single_quote(&mut self, context: Context, parts: &mut Parts) -> Parsed<()> {
        let start = self.pos;
        let literal = match context {
            Context::DoubleQuotes | Context::HereDocument => true,
            Context::QuotedOperand | Context::Arithmetic => !self.is_bash(),
            _ => false,
        };
        if literal {
            self.literal(parts);
            return Ok(());
        }
        let Some(len) = memchr::memchr(b'\'', &self.text[start + 1..self.end]) else {
            return self.fail(ErrorKind::Unterminated("a single quote"));
        };
        self.pos = start + len + 2;
        let span = Span::new(start, self.pos);
        if context == Context::QuotedOperand {
            // bash wants them in pairs here, but they quote nothing.
            push_literal(parts, span);
        } else {
            parts.push(WordPart::SingleQuoted(span));
        }
        Ok(())
    }

    fn double_quote(&mut self, context: Context, parts: &mut Parts) -> Parsed<()> {
        let literal = context == Context::HereDocument || context == Context::Arithmetic && !self.is_bash();
        if literal {
            self.literal(parts);
            return Ok(());
        }
        parts.push(self.double_quoted(self.pos)?);
        Ok(())
    }

    /// The quotes at the cursor; the part begins at `start`.
    pub(super) fn double_quoted(&mut self, start: usize) -> Parsed<WordPart> {
        self.pos += 1;
        let parts = self.nested(|parser| parser.parts(Context::DoubleQuotes))?;
        if self.take(b"\"").is_none() {
            return self.fail_at(start, ErrorKind::Unterminated("a double quote"));
        }
        Ok(WordPart::DoubleQuoted { span: Span::new(start, self.pos), parts: parts.into_vec() })
    }
}

fn count_brackets(context: Context, byte: u8, open: usize) -> usize {
    let (opens, closes) = match context {
        Context::Pattern | Context::Regex | Context::Arithmetic => (b'(', b')'),
        Context::Subscript => (b'[', b']'),
        _ => return open,
    };
    if byte == opens {
        open + 1
    } else if byte == closes {
        open.saturating_sub(1)
    } else {
        open
    }
}

/// True for common bytes that are special in no context, at no place in a word.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'-' | b'.' | b'/' | b'_' | b':' | b'=' | b',')
}

/// Adds literal text, as one part with the literal text right before it.
pub(super) fn push_literal(parts: &mut Parts, span: Span) {
    if let Some(WordPart::Literal(last)) = parts.last_mut() {
        *last = last.cover(span);
    } else {
        parts.push(WordPart::Literal(span));
    }
}
