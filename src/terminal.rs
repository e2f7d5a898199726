//! The three standard streams: what may be printed on them, and in which colour.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io::{self, Read, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::cli::Color;
use crate::messages::Marked;

/// The streams of the process, or their replacements in a test.
pub struct Terminal<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    stdout: &'a mut dyn Write,
    stderr: &'a mut dyn Write,
    out: Look,
    err: Look,
}

/// How a stream shows text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// A person looks at it: control characters that come from a file must not reach it.
    pub terminal: bool,
    /// Colour is welcome.
    pub color: bool,
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

impl Look {
    /// How `stream` shows text. Reads `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM` for [`Color::Auto`].
    pub fn of(stream: &impl RawStream, color: Color) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => AutoStream::choice(stream) != ColorChoice::Never,
        };
        Self { terminal: stream.is_terminal(), color }
    }

    /// `text` in `style`, where colour is welcome.
    pub fn paint(self, style: Style, text: impl Display) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Bytes of a file as this stream may show them: unchanged unless a person looks at them.
    pub fn content(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        if !self.terminal {
            return Cow::Borrowed(bytes);
        }
        Cow::Owned(escaped(bytes, "\n\t").into_bytes())
    }
}

impl<'a> Terminal<'a> {
    /// Puts streams together.
    pub fn new(
        stdin: &'a mut dyn Read,
        (stdout, out): (&'a mut dyn Write, Look),
        (stderr, err): (&'a mut dyn Write, Look),
    ) -> Self {
        Self { stdin, stdout, stderr, out, err }
    }

    /// Standard output, and how it shows text.
    pub fn out(&mut self) -> (&mut dyn Write, Look) {
        (self.stdout, self.out)
    }

    /// How standard error shows text.
    pub fn err_look(&self) -> Look {
        self.err
    }

    /// Says that something failed.
    pub fn error(&mut self, error: &anyhow::Error) {
        let label = self.err.paint(ERROR, "error");
        self.note(&format!("dfopt: {label}: {}", line(&format!("{error:#}"))));
        if let Some(snippet) = error.downcast_ref::<Marked>().and_then(|marked| marked.snippet.as_deref()) {
            self.note(snippet);
        }
    }

    /// The same where the message has lines of its own: the end of what another program said.
    pub fn error_with_lines(&mut self, error: &anyhow::Error) {
        let text = format!("{error:#}");
        let Some((first, rest)) = text.split_once('\n') else { return self.error(error) };
        self.error(&anyhow::anyhow!("{first}"));
        self.note(&escaped(rest.as_bytes(), "\n\t"));
    }

    /// Says that something is suspicious.
    pub fn warning(&mut self, message: &str) {
        let label = self.err.paint(WARNING, "warning");
        self.note(&format!("dfopt: {label}: {}", line(message)));
    }

    /// Writes a line to standard error. Where that fails there is nobody to tell, and the work goes on.
    pub fn note(&mut self, message: &str) {
        // On a terminal both streams end in the same place, and order matters.
        if self.out.terminal {
            let _ = self.stdout.flush();
        }
        let _ = writeln!(self.stderr, "{message}");
    }
}

/// `text` as one line that a terminal shows as it is: what is not printable is escaped.
pub fn line(text: &str) -> String {
    escaped(text.as_bytes(), "")
}

/// `bytes` with control characters, bytes that are not UTF-8, and characters that change the direction
/// of writing as escapes (`\x1b`, `\u{202e}`). The characters in `keep` stay.
pub fn escaped(bytes: &[u8], keep: &str) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                c if keep.contains(c) => text.push(c),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if c.is_ascii_control() => push_byte(&mut text, c as u8),
                c if c.is_control() || turns_direction(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        chunk.invalid().iter().for_each(|&byte| push_byte(&mut text, byte));
    }
    text
}

fn push_byte(text: &mut String, byte: u8) {
    write!(text, "\\x{byte:02x}").expect("invariant: writing to a string succeeds");
}

/// The characters with which a text can be shown in another order than it has (CVE-2021-42574).
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

/// Whether writing failed because the reader has gone (`dfopt … | head`).
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(escaped(b"a\x1b[2Jb\r\n\tc", "\n\t"), "a\\x1b[2Jb\\r\n\tc");
        assert_eq!(line("two\nlines \u{202e}\u{9b}"), "two\\nlines \\u{202e}\\u{9b}");
        assert_eq!(escaped("é\u{1F40B}".as_bytes(), ""), "é\u{1F40B}");
        assert_eq!(escaped(b"\xff\x9b\x7f", ""), "\\xff\\x9b\\x7f");
    }
}
