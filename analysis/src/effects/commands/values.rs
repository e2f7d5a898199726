//! What a command gets for a word, as far as that can be told.

use dfopt_syntax::shell::{ParameterOperator, Word, WordPart};

use super::surroundings::Surroundings;

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::effects) enum Value {
    /// Exactly this.
    Known(String),
    /// What starts so, and goes on in a way that only running tells. Not empty.
    Starts(String),
    /// Anything; perhaps several arguments, or none.
    Unknown,
}

impl Value {
    /// The text, where all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Value::Known(text) => Some(text),
            _ => None,
        }
    }

    /// The text, as far as it is known.
    pub(super) fn start(&self) -> &str {
        match self {
            Value::Known(text) | Value::Starts(text) => text,
            Value::Unknown => "",
        }
    }
}

/// The arguments that `words` become.
pub(super) fn values(surroundings: &Surroundings<'_, '_>, words: &[Word]) -> Vec<Value> {
    words.iter().flat_map(|word| values_of(surroundings, word)).collect()
}

/// The arguments that `word` becomes: more than one, or none, where a variable alone is split.
pub(in crate::effects) fn values_of(surroundings: &Surroundings<'_, '_>, word: &Word) -> Vec<Value> {
    let text = surroundings.text();
    // No brace expansion, but what find(1) puts a name for.
    if word.span.of(text) == b"{}" {
        return vec![Value::Known("{}".to_owned())];
    }
    if let [WordPart::Parameter { .. }] = word.parts[..]
        && let Some(value) = parameter(surroundings, &word.parts[0])
    {
        let split = value.split([' ', '\t', '\n']).filter(|part| !part.is_empty());
        return split
            .map(|part| {
                let end = part.find(is_pattern).unwrap_or(part.len());
                value_of(part[..end].to_owned(), end == part.len())
            })
            .collect();
    }
    let mut value = String::new();
    let mut parts = word.parts.as_slice();
    if let Some(WordPart::Literal(span)) = parts.first()
        && let Some(rest) = span.of(text).strip_prefix(b"~")
    {
        let Some(home) = surroundings.home() else { return vec![Value::Unknown] };
        let is_own = rest.is_empty() && parts.len() == 1 || rest.starts_with(b"/");
        let Some(rest) = std::str::from_utf8(rest).ok().filter(|_| is_own) else {
            return vec![Value::Unknown];
        };
        value.push_str(home.trim_end_matches('/'));
        if let Some(end) = rest.find(is_pattern) {
            value.push_str(&rest[..end]);
            return vec![Value::Starts(value)];
        }
        value.push_str(rest);
        parts = &parts[1..];
    }
    let whole = append(surroundings, parts, false, &mut value);
    vec![value_of(value, whole)]
}

fn value_of(text: String, whole: bool) -> Value {
    match whole {
        true => Value::Known(text),
        false if text.is_empty() => Value::Unknown,
        false => Value::Starts(text),
    }
}

/// Adds what `parts` become to `value`, up to what is not known; true where that is all of them.
fn append(surroundings: &Surroundings<'_, '_>, parts: &[WordPart], quoted: bool, value: &mut String) -> bool {
    let text = surroundings.text();
    for part in parts {
        let bytes = match part {
            WordPart::Literal(span) => span.of(text),
            WordPart::Escaped(span) => &span.of(text)[1..],
            WordPart::LineContinuation(_) => continue,
            WordPart::SingleQuoted(span) => {
                let bytes = span.of(text);
                &bytes[1..bytes.len() - 1]
            }
            WordPart::DoubleQuoted { span, parts } if span.of(text).first() == Some(&b'"') => {
                if append(surroundings, parts, true, value) {
                    continue;
                }
                return false;
            }
            WordPart::Parameter { .. } => {
                let Some(known) = parameter(surroundings, part) else { return false };
                // Outside quotes it is split, and may be a pattern.
                let end = match quoted {
                    true => None,
                    false => known.find(|c: char| c.is_ascii_whitespace() || is_pattern(c)),
                };
                value.push_str(&known[..end.unwrap_or(known.len())]);
                if end.is_some() {
                    return false;
                }
                continue;
            }
            _ => return false,
        };
        let Ok(piece) = std::str::from_utf8(bytes) else { return false };
        let end = match part {
            WordPart::Literal(_) if !quoted => piece.find(is_pattern),
            _ => None,
        };
        value.push_str(&piece[..end.unwrap_or(piece.len())]);
        if end.is_some() {
            return false;
        }
    }
    true
}

/// What may be a pattern, or a brace expansion of bash.
fn is_pattern(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | '{')
}

/// The value of `$NAME` or `${NAME}`, and of `${NAME:-default}` where the name has one.
fn parameter<'s>(surroundings: &'s Surroundings<'_, '_>, part: &WordPart) -> Option<&'s str> {
    let WordPart::Parameter { prefix: None, name, subscript: None, operator, .. } = part else { return None };
    let name = std::str::from_utf8(name.of(surroundings.text())).ok()?;
    let value = surroundings.variable(name)?;
    match operator {
        None => Some(value),
        Some(ParameterOperator::Default { .. } | ParameterOperator::Error { .. }) if !value.is_empty() => {
            Some(value)
        }
        _ => None,
    }
}
