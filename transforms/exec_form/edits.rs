//! Brackets, quotes and commas around the words, which stay where they are.

use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::shell::Word;
use dfopt_syntax::{Edit, Span};

use super::command::Start;
use super::{Declined, WRITE_IT};

/// A word in the file.
struct Place {
    span: Span,
    form: Form,
}

/// What becomes of a word.
enum Form {
    /// It gets quotes.
    Bare,
    /// It has them, and nothing in it reads otherwise in JSON.
    Json,
    /// This stands in its place.
    Rewritten(String),
}

impl Place {
    /// The quote that is missing at either end.
    fn quote(&self) -> &'static str {
        if matches!(self.form, Form::Bare) { "\"" } else { "" }
    }
}

pub(super) fn edits(
    build: &Build<'_>,
    code: &ShellCode<'_>,
    start: &Start<'_>,
) -> Result<Vec<Edit>, Declined> {
    let dockerfile = build.dockerfile();
    let places = places(code, start);
    let first = places[0].span.start;
    let exec = start.exec.map(|exec| Span { start: code.source_span(exec.span).start, end: first });
    let is_split =
        |place: &Place| matches!(place.form, Form::Rewritten(_)) && !dockerfile.is_one_line(place.span);
    if places.iter().any(is_split) || exec.is_some_and(|gap| !dockerfile.is_one_line(gap)) {
        return Err(Declined::new("a line ends inside what is written anew", WRITE_IT));
    }

    let mut edits = Vec::new();
    let mut before = format!("[{}", places[0].quote());
    if let Some(gap) = exec {
        edits.push(Edit::replace(gap, std::mem::take(&mut before)));
    }
    for (i, place) in places.iter().enumerate() {
        let opening = std::mem::take(&mut before);
        match &place.form {
            Form::Rewritten(json) => edits.push(Edit::replace(place.span, opening + json)),
            _ if !opening.is_empty() => edits.push(Edit::insert(place.span.start, opening)),
            _ => {}
        }
        let quote = place.quote();
        let Some(next) = places.get(i + 1) else {
            edits.push(Edit::insert(place.span.end, format!("{quote}]")));
            break;
        };
        let gap = Span { start: place.span.end, end: next.span.start };
        if dockerfile.is_one_line(gap) {
            edits.push(Edit::replace(gap, format!("{quote}, {}", next.quote())));
        } else {
            edits.push(Edit::insert(gap.start, format!("{quote},")));
            before = next.quote().to_owned();
        }
    }
    Ok(edits)
}

fn places(code: &ShellCode<'_>, start: &Start<'_>) -> Vec<Place> {
    let text = code.text.bytes();
    let place = |word: &Word| {
        let value = word.literal(text).unwrap_or_default();
        let json = json(&value);
        let written = word.span.of(text);
        let form = if written == json.as_bytes() {
            Form::Json
        } else if written == value.as_bytes() && json.len() == value.len() + 2 {
            Form::Bare
        } else {
            Form::Rewritten(json)
        };
        Place { span: code.source_span(word.span), form }
    };
    start.words.iter().map(place).collect()
}

/// The string as JSON has it.
fn json(value: &str) -> String {
    let mut json = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            '\t' => json.push_str("\\t"),
            c if c < ' ' => json.push_str(&format!("\\u{:04x}", c as u32)),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}
