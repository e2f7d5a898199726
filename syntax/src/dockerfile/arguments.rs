//! What follows the keyword and the flags: one shape per family of instructions.

use crate::Span;

use super::blanks::{is_blank, is_latin1_space, leading_space, next_char};
use super::instruction::Operation;
use super::json::{self, Array};

/// The arguments of an instruction. Spans are places in the instruction's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// Nothing follows.
    None,
    /// Exec form: a JSON array of strings (also of COPY, ADD, VOLUME and SHELL).
    Exec(Vec<ExecArgument>),
    /// One text: the shell form of RUN, CMD, ENTRYPOINT; the value of USER, WORKDIR, STOPSIGNAL, MAINTAINER.
    Text(Span),
    /// Words between blanks: FROM, COPY, ADD, EXPOSE, VOLUME, ARG.
    Words(Vec<Span>),
    /// Keys with values: ENV and LABEL.
    Pairs(Vec<Pair>),
    /// HEALTHCHECK: its first word (`CMD`, `NONE`), and the command in exec or shell form.
    Healthcheck {
        /// The first word.
        kind: Span,
        /// What follows it.
        command: Box<Arguments>,
    },
    /// ONBUILD: the instruction it triggers, in the same text.
    Trigger(Box<Operation>),
}

impl Arguments {
    /// True where there is no word: nothing follows, or an exec form without strings (`CMD []`).
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Exec(words) => words.is_empty(),
            arguments => *arguments == Self::None,
        }
    }
}

/// A string of an exec form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecArgument {
    /// The decoded string.
    pub value: String,
    /// The string with its quotes.
    pub span: Span,
}

/// A key and a value of ENV or LABEL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: Span,
    /// The value, quotes and escapes as written.
    pub value: Span,
    /// The form without `=`: `ENV key value with blanks`.
    pub legacy: bool,
}

/// A failure to read arguments; its message is BuildKit's.
pub(super) type ArgumentsError = String;

/// RUN, CMD, ENTRYPOINT, SHELL: exec form, or one text.
pub(super) fn exec_or_text(text: &[u8], rest: Span) -> Result<Arguments, ArgumentsError> {
    if rest.is_empty() {
        return Ok(Arguments::None);
    }
    exec_form(text, rest).unwrap_or(Ok(Arguments::Text(rest)))
}

/// COPY, ADD, VOLUME: exec form, or words.
pub(super) fn exec_or_words(text: &[u8], rest: Span) -> Result<Arguments, ArgumentsError> {
    exec_form(text, rest).unwrap_or_else(|| Ok(blank_separated(text, rest)))
}

/// FROM, EXPOSE: words between blanks.
pub(super) fn blank_separated(text: &[u8], rest: Span) -> Arguments {
    let mut words = Vec::new();
    let mut start = rest.start as usize;
    for (i, &byte) in rest.of(text).iter().enumerate() {
        let pos = rest.start as usize + i;
        if is_blank(byte) {
            if start < pos {
                words.push(Span::new(start, pos));
            }
            start = pos + 1;
        }
    }
    if start < rest.end as usize {
        words.push(Span::new(start, rest.end as usize));
    }
    if words.is_empty() { Arguments::None } else { Arguments::Words(words) }
}

/// ARG: words in which quotes and escapes hold blanks.
pub(super) fn quoted_words(text: &[u8], rest: Span, escape: u8) -> Arguments {
    let words = split_quoted(text, rest, escape);
    if words.is_empty() { Arguments::None } else { Arguments::Words(words) }
}

/// USER, WORKDIR, STOPSIGNAL, MAINTAINER: the text as it is.
pub(super) fn whole_text(rest: Span) -> Arguments {
    if rest.is_empty() { Arguments::None } else { Arguments::Text(rest) }
}

/// ENV and LABEL: `key=value …`, or the legacy form `key value`.
pub(super) fn pairs(text: &[u8], rest: Span, escape: u8, keyword: &str) -> Result<Arguments, ArgumentsError> {
    let words = split_quoted(text, rest, escape);
    let Some(first) = words.first() else { return Ok(Arguments::None) };
    if !first.of(text).contains(&b'=') {
        return legacy_pair(text, rest).ok_or_else(|| format!("{keyword} must have two arguments"));
    }
    let pairs = words.into_iter().map(|word| {
        let equals = memchr::memchr(b'=', word.of(text)).ok_or_else(|| {
            let word = String::from_utf8_lossy(word.of(text)).into_owned();
            format!("can't find = in {word:?}, must be of the form: name=value")
        })?;
        let equals = word.start as usize + equals;
        Ok(Pair {
            key: Span::new(word.start as usize, equals),
            value: Span::new(equals + 1, word.end as usize),
            legacy: false,
        })
    });
    pairs.collect::<Result<_, _>>().map(Arguments::Pairs)
}

/// HEALTHCHECK: a word, then exec form or text.
pub(super) fn healthcheck(text: &[u8], rest: Span) -> Result<Arguments, ArgumentsError> {
    let bytes = rest.of(text);
    let kind_len = bytes.iter().take_while(|&&b| !is_latin1_space(b)).count();
    if kind_len == 0 {
        return Ok(Arguments::None);
    }
    let gap = bytes[kind_len..].iter().take_while(|&&b| is_latin1_space(b)).count();
    let start = rest.start as usize;
    let command = exec_or_text(text, Span::new(start + kind_len + gap, rest.end as usize))?;
    Ok(Arguments::Healthcheck { kind: Span::new(start, start + kind_len), command: Box::new(command) })
}

fn exec_form(text: &[u8], rest: Span) -> Option<Result<Arguments, ArgumentsError>> {
    match json::parse_array(rest.of(text), rest.start as usize) {
        Array::Strings(strings) => Some(Ok(Arguments::Exec(strings))),
        Array::Mixed => {
            Some(Err("when using JSON array syntax, arrays must be comprised of strings only".to_owned()))
        }
        Array::Absent => None,
    }
}

/// `key value`: the first run of blanks separates.
fn legacy_pair(text: &[u8], rest: Span) -> Option<Arguments> {
    let bytes = rest.of(text);
    let key_len = bytes.iter().position(|&b| is_blank(b))?;
    let gap = bytes[key_len..].iter().take_while(|&&b| is_blank(b)).count();
    let start = rest.start as usize;
    Some(Arguments::Pairs(vec![Pair {
        key: Span::new(start, start + key_len),
        value: Span::new(start + key_len + gap, rest.end as usize),
        legacy: true,
    }]))
}

/// Splits at white space outside quotes and escapes; words keep both. An escape that ends the text is dropped.
fn split_quoted(text: &[u8], rest: Span, escape: u8) -> Vec<Span> {
    let bytes = rest.of(text);
    let mut words = Vec::new();
    let mut pos = 0;
    loop {
        pos += leading_space(&bytes[pos..]);
        if pos == bytes.len() {
            return words;
        }
        let start = pos;
        let mut quote = None;
        let mut end = bytes.len();
        while let Some((c, width)) = next_char(&bytes[pos..]) {
            if quote.is_none() && c.is_whitespace() {
                end = pos;
                break;
            }
            if c == escape as char && quote != Some('\'') {
                if pos + width == bytes.len() {
                    end = pos;
                    pos += width;
                    break;
                }
                pos += width + next_char(&bytes[pos + width..]).map_or(0, |(_, escaped)| escaped);
                continue;
            }
            match quote {
                Some(open) if open == c => quote = None,
                None if matches!(c, '\'' | '"') => quote = Some(c),
                _ => {}
            }
            pos += width;
        }
        if start < end {
            words.push(Span::new(rest.start as usize + start, rest.start as usize + end));
        }
    }
}
