//! JSON arrays of strings, the exec form, with the place of each string.
//!
//! The grammar is that of Go's `encoding/json`, which BuildKit uses: an escaped lone surrogate or a
//! byte that is not UTF-8 becomes U+FFFD instead of an error.

use crate::Span;

use super::arguments::ExecArgument;

/// What a text that may be an exec form is.
pub(super) enum Array {
    /// An array of strings.
    Strings(Vec<ExecArgument>),
    /// A valid array with something else in it: BuildKit refuses it.
    Mixed,
    /// No array: BuildKit takes it for the shell form.
    Absent,
}

/// The deepest nesting Go decodes.
const MAX_DEPTH: usize = 10_000;

/// Reads `text` (which starts at `offset` of the instruction's text) as a JSON array.
pub(super) fn parse_array(text: &[u8], offset: usize) -> Array {
    if text.first() != Some(&b'[') {
        return Array::Absent;
    }
    let mut reader = Reader { text, pos: 1, offset };
    reader.array().unwrap_or(Array::Absent)
}

struct Reader<'t> {
    text: &'t [u8],
    pos: usize,
    offset: usize,
}

impl Reader<'_> {
    fn array(&mut self) -> Option<Array> {
        let mut strings = Vec::new();
        let mut only_strings = true;
        self.skip_blanks();
        if self.take(b']') {
            return self.at_end().then_some(Array::Strings(strings));
        }
        loop {
            self.skip_blanks();
            if self.peek()? == b'"' {
                let start = self.pos;
                let value = self.string()?;
                strings.push(ExecArgument {
                    value,
                    span: Span::new(self.offset + start, self.offset + self.pos),
                });
            } else {
                only_strings = false;
                self.value()?;
            }
            self.skip_blanks();
            match self.bump()? {
                b',' => {}
                b']' => break,
                _ => return None,
            }
        }
        self.skip_blanks();
        self.at_end().then_some(if only_strings { Array::Strings(strings) } else { Array::Mixed })
    }

    /// Skips any value but a string, checking its grammar. Iterative: nesting costs no stack.
    fn value(&mut self) -> Option<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek()? {
                opening @ (b'[' | b'{') => {
                    self.pos += 1;
                    self.skip_blanks();
                    if !self.take(closing(opening)) {
                        open.push(opening);
                        if open.len() >= MAX_DEPTH {
                            return None;
                        }
                        self.key(opening)?;
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            loop {
                let Some(&opening) = open.last() else { return Some(()) };
                self.skip_blanks();
                match self.bump()? {
                    b',' => {
                        self.key(opening)?;
                        break;
                    }
                    c if c == closing(opening) => {
                        open.pop();
                    }
                    _ => return None,
                }
            }
        }
    }

    /// In an object, the `"key":` before a value.
    fn key(&mut self, opening: u8) -> Option<()> {
        if opening == b'{' {
            self.skip_blanks();
            if self.peek()? != b'"' {
                return None;
            }
            self.string()?;
            self.skip_blanks();
            if self.bump()? != b':' {
                return None;
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        self.pos += 1;
        let mut value = Vec::new();
        loop {
            match self.bump()? {
                b'"' => return Some(String::from_utf8_lossy(&value).into_owned()),
                b'\\' => match self.bump()? {
                    b'u' => {
                        let c = self.unicode_escape()?;
                        value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    escape => value.push(match escape {
                        b'"' | b'\\' | b'/' => escape,
                        b'b' => 0x08,
                        b'f' => 0x0c,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        _ => return None,
                    }),
                },
                0..0x20 => return None,
                byte => value.push(byte),
            }
        }
    }

    fn unicode_escape(&mut self) -> Option<char> {
        let unit = self.hex4()?;
        if (0xd800..0xdc00).contains(&unit) && self.text[self.pos..].starts_with(b"\\u") {
            let back = self.pos;
            self.pos += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                return char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            }
            self.pos = back;
        }
        Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.pos..self.pos + 4)?;
        self.pos += 4;
        digits.iter().try_fold(0, |n, &digit| Some(n * 16 + (digit as char).to_digit(16)?))
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.text[self.pos..].iter().take_while(|b| b.is_ascii_digit()).count();
        self.pos += count;
        (count > 0).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.pos..].starts_with(word).then(|| self.pos += word.len())
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.pos += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.pos += usize::from(found);
        found
    }

    fn bump(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.pos += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.pos).copied()
    }

    fn at_end(&self) -> bool {
        self.pos == self.text.len()
    }
}

fn closing(opening: u8) -> u8 {
    if opening == b'[' { b']' } else { b'}' }
}
