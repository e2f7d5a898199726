//! The wording of errors: `PATH:LINE:COLUMN: what is wrong; what to do`, in lower case, on one line. Where it
//! is about a Dockerfile's syntax, the line in question follows.

use std::io;
use std::path::Path;

use dfopt_syntax::dockerfile::{Dockerfile, Keyword};
use dfopt_syntax::{SyntaxError, nearest, position};

use crate::snippet::snippet;
use crate::terminal::{Look, escaped, line};

/// The most characters of a file that a message repeats.
const EXCERPT: usize = 60;

/// The most characters that a parser's own message may have.
const MESSAGE: usize = 240;

/// A path for people: no leading `./`, nothing that a terminal would obey.
pub fn shown(path: &Path) -> String {
    escaped(plain(path).as_os_str().as_encoded_bytes(), "")
}

/// A path for programs, as one line: its bytes as they are, unless a person looks at them or they are
/// more than one line (then escaped, so that nobody mistakes a part of a name for another file).
pub fn listed(path: &Path, look: Look) -> Vec<u8> {
    let bytes = plain(path).as_os_str().as_encoded_bytes();
    let safe = !look.terminal && !bytes.iter().any(u8::is_ascii_control);
    let mut line = if safe { bytes.to_vec() } else { shown(path).into_bytes() };
    line.push(b'\n');
    line
}

/// `path` without a leading `./`.
pub fn plain(path: &Path) -> &Path {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest,
        _ => path,
    }
}

/// A message about byte `offset` of the file `path` that holds `text`.
pub fn at(path: &Path, text: &[u8], offset: usize, message: &str) -> anyhow::Error {
    let place = position(text, offset);
    anyhow::anyhow!("{}:{}:{}: {message}", shown(path), place.line, place.column)
}

/// A message about a whole file.
pub fn about(path: &Path, message: &str) -> anyhow::Error {
    anyhow::anyhow!("{}: {message}", shown(path))
}

/// What the operating system says, in our style: lower case and without its error number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A message, and the lines to show below it.
#[derive(Debug)]
pub struct Marked {
    message: String,
    /// See [`snippet`]; none where the file is something else.
    pub snippet: Option<String>,
}

impl std::fmt::Display for Marked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Marked {}

/// The message about a file that is no valid Dockerfile.
pub fn syntax(path: &Path, source: &[u8], error: &SyntaxError) -> anyhow::Error {
    let mut message = shortened(&line(&error.message), MESSAGE);
    let excerpt = excerpt(error.span.of(source));
    if !excerpt.is_empty() && !message.contains(&excerpt) {
        message += &format!(" at `{excerpt}`");
    }
    let other = !message.contains("did you mean") && !looks_like_dockerfile(source);
    if other {
        message += "; is this a Dockerfile?";
    }
    let message = at(path, source, error.span.start as usize, &message).to_string();
    let snippet = (!other).then(|| snippet(source, error.span));
    Marked { message, snippet }.into()
}

/// `; did you mean …? known: …` for a word that is none of `known`.
pub fn suggestion(word: &str, known: &[&str]) -> String {
    let meant = nearest(word, known.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    format!("{meant} (known: {})", known.join(", "))
}

/// The first line of `bytes`, as far as a message can hold it.
fn excerpt(bytes: &[u8]) -> String {
    let first = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    shortened(escaped(first.trim_ascii(), "").as_str(), EXCERPT)
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// False where not even the first word is an instruction, or the text is binary.
fn looks_like_dockerfile(source: &[u8]) -> bool {
    let binary = source.iter().take(1024).any(|&byte| byte == 0);
    let first = Dockerfile::parse(source).ok().and_then(|d| d.instructions().first().map(|i| i.keyword()));
    !binary && first != Some(Keyword::Unknown)
}
