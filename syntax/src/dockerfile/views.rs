//! What the words of FROM, COPY, ADD and ARG are. Spans are places in the instruction's text.
//!
//! The other instructions need no view: their [`Arguments`] say it all.

use crate::Span;

use super::arguments::Arguments;
use super::heredoc;
use super::instruction::Operation;
use super::keyword::Keyword;

/// `FROM [--platform=…] reference [AS name]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct From {
    /// The image or stage.
    pub reference: Span,
    /// The word `AS`.
    pub keyword: Option<Span>,
    /// The name of the stage.
    pub name: Option<Span>,
}

/// `COPY` or `ADD`: sources and a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The sources, in order.
    pub sources: Vec<Source>,
    /// The destination: with its quotes in exec form.
    pub destination: Span,
}

/// A source of COPY or ADD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A path, a pattern, a URL: with its quotes in exec form.
    Path(Span),
    /// A heredoc: its marker.
    Heredoc(Span),
}

/// A name that ARG declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The name.
    pub name: Span,
    /// The default after `=`, quotes and all.
    pub default: Option<Span>,
}

impl Operation {
    /// The parts of a FROM. None for other keywords, and for a wrong number of words.
    pub fn from(&self) -> Option<From> {
        match (self.keyword, &self.arguments) {
            (Keyword::From, Arguments::Words(words)) => match words.as_slice() {
                [reference] => Some(From { reference: *reference, keyword: None, name: None }),
                [reference, keyword, name] => {
                    Some(From { reference: *reference, keyword: Some(*keyword), name: Some(*name) })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The parts of a COPY or ADD in `text` (the instruction's). None for other keywords, and without a source.
    pub fn transfer(&self, text: &[u8]) -> Option<Transfer> {
        if !matches!(self.keyword, Keyword::Copy | Keyword::Add) {
            return None;
        }
        let words: Vec<(Span, String)> = match &self.arguments {
            Arguments::Words(words) => words
                .iter()
                .map(|&word| (word, String::from_utf8_lossy(word.of(text)).into_owned()))
                .collect(),
            Arguments::Exec(strings) => strings.iter().map(|s| (s.span, s.value.clone())).collect(),
            _ => return None,
        };
        let ((destination, _), sources) = words.split_last()?;
        let source = |(span, value): &(Span, String)| match heredoc::parse_word(value) {
            Some(_) => Source::Heredoc(*span),
            None => Source::Path(*span),
        };
        let sources: Vec<Source> = sources.iter().map(source).collect();
        (!sources.is_empty()).then_some(Transfer { sources, destination: *destination })
    }

    /// What an ARG in `text` (the instruction's) declares.
    pub fn declarations(&self, text: &[u8]) -> Vec<Declaration> {
        let (Keyword::Arg, Arguments::Words(words)) = (self.keyword, &self.arguments) else {
            return Vec::new();
        };
        words
            .iter()
            .map(|&word| match memchr::memchr(b'=', word.of(text)) {
                Some(at) => {
                    let equals = word.start + at as u32;
                    let name = Span { start: word.start, end: equals };
                    Declaration { name, default: Some(Span { start: equals + 1, end: word.end }) }
                }
                None => Declaration { name: word, default: None },
            })
            .collect()
    }
}
