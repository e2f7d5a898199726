//! Heredocs of RUN, COPY and ADD, as BuildKit finds them.

use crate::Span;

use super::lex::{self, Quotes};

/// A heredoc attached to an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The terminator: the raw word after `<<` without its quotes (`EOF;` in `<<EOF;`).
    pub name: String,
    /// The file descriptor before `<<`; 0 where there is none.
    pub fd: u64,
    /// False where part of the word is quoted: the shell expands nothing in the body.
    pub expand: bool,
    /// `<<-`: leading tabs are taken off.
    pub chomp: bool,
    /// The marker word in the text of the instruction.
    pub marker: Span,
    /// The lines of the body in the source, line ends included.
    pub body: Span,
    /// The terminator in the source, without leading tabs and line end.
    pub terminator: Span,
}

/// The heredocs that `line` announces, bodies still empty.
pub(super) fn announced(line: &[u8]) -> Vec<Heredoc> {
    if memchr::memmem::find(line, b"<<").is_none() {
        return Vec::new();
    }
    let words = lex::words(line, Quotes::Raw).unwrap_or_default();
    words.iter().filter_map(|word| Some(Heredoc { marker: word.span, ..parse_word(&word.value)? })).collect()
}

/// Reads a word of the form `^(\d*)<<(-?)\s*([^<]*)$` as a heredoc marker.
pub(super) fn parse_word(word: &str) -> Option<Heredoc> {
    let (fd, rest) = word.split_once("<<")?;
    if !fd.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let name = single_word(rest, Quotes::Removed)?;
    let raw = single_word(rest, Quotes::Unescaped)?;
    Some(Heredoc {
        expand: quote_count(&name) == quote_count(&raw),
        name,
        fd: fd.parse().unwrap_or(if fd.is_empty() { 0 } else { u64::MAX }),
        chomp,
        marker: Span::default(),
        body: Span::default(),
        terminator: Span::default(),
    })
}

fn single_word(text: &str, quotes: Quotes) -> Option<String> {
    let mut words = lex::words(text.as_bytes(), quotes)?;
    (words.len() == 1).then(|| words.remove(0).value)
}

fn quote_count(text: &str) -> usize {
    text.bytes().filter(|b| matches!(b, b'\'' | b'"')).count()
}
