//! Variables in the words of instructions, as BuildKit expands them: `$v`, `${v}`, `${v:-w}`, `${v:+w}`,
//! `${v:?w}`, `${v#p}`, `${v##p}`, `${v%p}`, `${v%%p}`, `${v/p/r}`, `${v//p/r}`.
//!
//! <https://docs.docker.com/reference/dockerfile/#environment-replacement>

use super::lex;

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Its value.
    Set(String),
    /// It has none.
    Unset,
    /// Something outside the file decides: a build argument, the base image.
    Unknown,
}

/// Why a word has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpandError {
    /// A variable in it is [`Lookup::Unknown`].
    Unknown,
    /// BuildKit refuses it.
    Invalid(String),
}

impl std::fmt::Display for ExpandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => write!(f, "a variable is not known"),
            Self::Invalid(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ExpandError {}

/// The most steps a pattern match may take: the product of the lengths of value and pattern.
const MAX_STEPS: usize = 1 << 22;

/// The value of `text`: variables expanded, quotes and escapes removed, nothing split.
///
/// # Errors
/// Where a variable is not known, or BuildKit refuses the text.
pub fn expand(text: &[u8], escape: u8, lookup: &dyn Fn(&str) -> Lookup) -> Result<String, ExpandError> {
    if !text.iter().any(|&b| matches!(b, b'$' | b'\'' | b'"') || b == escape) {
        return Ok(String::from_utf8_lossy(text).into_owned());
    }
    lex::expanded(text, escape, lookup)
}

/// `$v` and `${v}`.
pub(super) fn plain(variable: Lookup) -> Result<String, ExpandError> {
    Ok(known(variable)?.unwrap_or_default())
}

/// `${v` operator operand `}`.
pub(super) fn modified(
    name: &str,
    variable: Lookup,
    operator: &str,
    operand: &str,
) -> Result<String, ExpandError> {
    let value = known(variable)?;
    let usable = value.clone().filter(|value| !(operator.starts_with(':') && value.is_empty()));
    match operator.trim_start_matches(':') {
        "-" => Ok(usable.unwrap_or_else(|| operand.to_owned())),
        "+" => Ok(usable.map_or_else(String::new, |_| operand.to_owned())),
        "?" => usable.ok_or_else(|| {
            let state = if value.is_some() { "empty" } else { "unset" };
            let message = format!("is not allowed to be {state}");
            ExpandError::Invalid(format!("{name}: {}", if operand.is_empty() { &message } else { operand }))
        }),
        "#" => trimmed(&value.unwrap_or_default(), operand, '#'),
        "%" => {
            let reversed = |text: &str| text.chars().rev().collect::<String>();
            let value = trimmed(&reversed(&value.unwrap_or_default()), operand, '%')?;
            Ok(reversed(&value))
        }
        _ => Err(ExpandError::Invalid(format!("unsupported modifier ({operator}) in substitution"))),
    }
}

/// `${v/pattern/replacement}`, or with `//` for every match.
pub(super) fn replaced(
    variable: Lookup,
    pattern: &str,
    replacement: &str,
    all: bool,
) -> Result<String, ExpandError> {
    let value: Vec<char> = known(variable)?.unwrap_or_default().chars().collect();
    let pattern = Pattern::parse(pattern)?;
    if replacement.contains('$') || pattern.matches_nothing_too() {
        // BuildKit hands these to a regular expression engine with rules of its own.
        return Err(ExpandError::Unknown);
    }
    let mut result = String::new();
    let mut pos = 0;
    let mut replaced = false;
    while pos < value.len() {
        match pattern.end_of_match(&value[pos..], true)? {
            Some(len) if all || !replaced => {
                result.push_str(replacement);
                pos += len;
                replaced = true;
            }
            _ => {
                result.push(value[pos]);
                pos += 1;
            }
        }
    }
    Ok(result)
}

fn known(variable: Lookup) -> Result<Option<String>, ExpandError> {
    match variable {
        Lookup::Set(value) => Ok(Some(value)),
        Lookup::Unset => Ok(None),
        Lookup::Unknown => Err(ExpandError::Unknown),
    }
}

/// Takes the match of `operand` off the start of `value`; a doubled operator wants the longest. For `%` the
/// value comes reversed, and the pattern is reversed here.
fn trimmed(value: &str, operand: &str, operator: char) -> Result<String, ExpandError> {
    let (pattern, longest) =
        operand.strip_prefix(operator).map_or((operand, false), |pattern| (pattern, true));
    let mut pattern = Pattern::parse(pattern)?;
    if operator == '%' {
        pattern.0.reverse();
    }
    let chars: Vec<char> = value.chars().collect();
    let end = pattern.end_of_match(&chars, longest)?.unwrap_or_default();
    Ok(chars[end..].iter().collect())
}

/// A pattern of literal characters, `?` and `*`.
struct Pattern(Vec<Piece>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Char(char),
    Any,
    Star,
}

impl Pattern {
    /// `\*`, `\?` and `\\` stand for themselves, as do `\}` and `\/`; any other escape is an error.
    fn parse(text: &str) -> Result<Self, ExpandError> {
        let mut pieces = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '*' => Piece::Star,
                '?' => Piece::Any,
                '\\' => match chars.next() {
                    Some(c @ ('}' | '/' | '*' | '?' | '\\')) => Piece::Char(c),
                    _ => return Err(ExpandError::Invalid(format!("invalid escape in the pattern {text}"))),
                },
                c => Piece::Char(c),
            });
        }
        Ok(Self(pieces))
    }

    fn matches_nothing_too(&self) -> bool {
        self.0.iter().all(|piece| *piece == Piece::Star)
    }

    /// Where a match that starts at the beginning of `value` ends. Follows all ways at once, so the cost
    /// is the product of both lengths at most.
    fn end_of_match(&self, value: &[char], longest: bool) -> Result<Option<usize>, ExpandError> {
        if value.len().saturating_mul(self.0.len()) > MAX_STEPS {
            return Err(ExpandError::Unknown);
        }
        let mut ends: Vec<bool> = vec![false; value.len() + 1];
        ends[0] = true;
        for piece in &self.0 {
            let mut next = vec![false; value.len() + 1];
            let mut open = false;
            for i in 0..=value.len() {
                match piece {
                    // A dot of BuildKit's expressions does not match a line feed.
                    Piece::Star => {
                        open = (open && i > 0 && value[i - 1] != '\n') || ends[i];
                        next[i] = open;
                    }
                    Piece::Any => next[i] = i > 0 && ends[i - 1] && value[i - 1] != '\n',
                    Piece::Char(c) => next[i] = i > 0 && ends[i - 1] && value[i - 1] == *c,
                }
            }
            ends = next;
        }
        Ok(if longest { ends.iter().rposition(|&end| end) } else { ends.iter().position(|&end| end) })
    }
}
