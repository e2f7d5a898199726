//! Parser directives: `# escape=`, `# syntax=` and `# check=` at the top of the file.

use crate::Span;

use super::blanks::leading_space;

/// A parser directive in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Which one.
    pub name: DirectiveName,
    /// The value, without the blanks around it.
    pub value: Span,
    /// Its line, from 1.
    pub line: usize,
}

/// The directives BuildKit knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectiveName {
    /// `# syntax=`: the frontend image.
    Syntax,
    /// `# escape=`: the escape character.
    Escape,
    /// `# check=`: which build checks to skip.
    Check,
}

impl DirectiveName {
    /// The lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Escape => "escape",
            Self::Check => "check",
        }
    }

    fn parse(name: &[u8]) -> Option<Self> {
        [Self::Syntax, Self::Escape, Self::Check]
            .into_iter()
            .find(|d| name.eq_ignore_ascii_case(d.as_str().as_bytes()))
    }
}

/// Reads `line` (without its line end, starting at byte `offset` of the file) as a directive:
/// `^# *([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`.
pub(super) fn parse_line(line: &[u8], offset: usize) -> Option<(DirectiveName, Span)> {
    let rest = line.strip_prefix(b"#")?;
    let rest = &rest[leading_space(rest)..];
    let name_len = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let (name, rest) = rest.split_at(name_len);
    let value = trim_ascii_start(rest).strip_prefix(b"=")?;
    let (value, value_len) = match trim_ascii_start(value) {
        // The expression wants one character, so of nothing but blanks it takes the last.
        b"" => (&value[value.len().checked_sub(1)?..], 1),
        value => (value, value.iter().rposition(|&b| !is_regex_space(b)).map_or(0, |i| i + 1)),
    };
    let start = offset + (line.len() - value.len());
    Some((DirectiveName::parse(name)?, Span::new(start, start + value_len)))
}

fn trim_ascii_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|&&b| is_regex_space(b)).count()..]
}

/// `\s` of Go's regular expressions.
fn is_regex_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}
