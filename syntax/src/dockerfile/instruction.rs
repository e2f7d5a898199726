//! An instruction: its lines, its logical text, and the parts BuildKit sees in it.

use crate::Span;

use super::arguments::{self, Arguments, ArgumentsError};
use super::blanks::{is_blank, is_latin1_space, leading_space, trim_end};
use super::heredoc::{self, Heredoc};
use super::keyword::Keyword;
use super::mount::Mount;
use super::text::Text;

/// An instruction of the file.
#[derive(Clone, Debug)]
pub struct Instruction<'s> {
    /// The logical line: continuations joined, comments and blank lines inside them left out.
    pub text: Text<'s>,
    /// The parts of the logical line.
    pub operation: Operation,
    /// Its heredocs, in order.
    pub heredocs: Vec<Heredoc>,
    /// The lines it stands on, as indices into [`Dockerfile::lines`](super::Dockerfile::lines).
    pub lines: std::ops::Range<usize>,
    /// From the first byte of the keyword to the end of the last line (without its line end).
    pub span: Span,
}

/// Keyword, flags and arguments. Spans are places in the instruction's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The keyword.
    pub keyword: Keyword,
    /// Where it stands.
    pub keyword_span: Span,
    /// `--name=value` flags before the arguments, in order.
    pub flags: Vec<Flag>,
    /// Everything after the flags, without white space around it.
    pub body: Span,
    /// The body, read as the keyword asks.
    pub arguments: Arguments,
}

/// A flag of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The flag without quotes and escapes: `--name` or `--name=value`.
    pub text: String,
    /// The flag as written.
    pub span: Span,
}

impl Flag {
    /// The name, without dashes.
    pub fn name(&self) -> &str {
        let name = self.text.split_once('=').map_or(self.text.as_str(), |(name, _)| name);
        name.strip_prefix("--").unwrap_or(name)
    }

    /// What follows the `=`.
    pub fn value(&self) -> Option<&str> {
        self.text.split_once('=').map(|(_, value)| value)
    }

    /// Where the name stands in `text` (the instruction's), with its dashes.
    pub fn name_span(&self, text: &[u8]) -> Span {
        let len = self.span.of(text).iter().position(|&b| b == b'=').unwrap_or(self.span.len());
        Span { start: self.span.start, end: self.span.start + len as u32 }
    }

    /// Where the value stands in `text` (the instruction's), quotes and all; none where there is no `=`.
    pub fn value_span(&self, text: &[u8]) -> Option<Span> {
        let start = self.name_span(text).end + 1;
        (start <= self.span.end).then_some(Span { start, end: self.span.end })
    }
}

/// How BuildKit makes the text that it hands to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellKind {
    /// The logical line.
    Plain,
    /// The body of the only heredoc (`RUN <<EOF`).
    HeredocScript,
    /// The same, but run as a file by the interpreter its first line names.
    HeredocShebang,
    /// The logical line with the heredocs put back below it.
    HeredocInline,
}

impl<'s> Instruction<'s> {
    /// The keyword.
    pub fn keyword(&self) -> Keyword {
        self.operation.keyword
    }

    /// The arguments.
    pub fn arguments(&self) -> &Arguments {
        &self.operation.arguments
    }

    /// The bytes of `span` of the text.
    pub fn slice(&self, span: Span) -> &[u8] {
        span.of(self.text.bytes())
    }

    /// The value of the flag `name`, where it is given.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.operation.flag(name)
    }

    /// The word at `span`, one of the arguments: in exec form without its quotes and escapes, else as written.
    pub fn word(&self, span: Span) -> &[u8] {
        let written = || self.slice(span);
        match self.arguments() {
            Arguments::Exec(words) => {
                let word = words.iter().find(|word| word.span == span);
                word.map_or_else(written, |word| word.value.as_bytes())
            }
            _ => written(),
        }
    }

    /// The bytes of the source that `span` of the text stands on.
    pub fn source_span(&self, span: Span) -> Span {
        self.text.source_span(span)
    }

    /// The shell code of the shell form of RUN, CMD, ENTRYPOINT and HEALTHCHECK, and how it is made.
    ///
    /// `source` is the file the instruction was parsed from.
    pub fn shell(&self, source: &'s [u8]) -> Option<(ShellKind, Text<'s>)> {
        let body = self.operation.shell_body(self.text.bytes())?;
        if self.keyword() != Keyword::Run || self.heredocs.is_empty() {
            return Some((ShellKind::Plain, self.text.slice(body)));
        }
        if heredoc::parse_word(&String::from_utf8_lossy(self.slice(body))).is_some() {
            let first = &self.heredocs[0];
            let kind = if first.body.of(source).starts_with(b"#!") {
                ShellKind::HeredocShebang
            } else {
                ShellKind::HeredocScript
            };
            return Some((kind, heredoc_body(source, first)));
        }
        let mut text = self.text.slice(body);
        for heredoc in &self.heredocs {
            // The line end before the body, then body and terminator: they follow each other in the file.
            text.push(source, Span { start: heredoc.body.start - 1, end: heredoc.body.start });
            text.push(source, heredoc.body);
            text.push(source, heredoc.terminator);
        }
        Some((ShellKind::HeredocInline, text))
    }
}

impl Operation {
    /// The flag `name`, where it is given.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name() == name)
    }

    /// The mounts of RUN, in order.
    pub fn mounts(&self) -> impl Iterator<Item = Mount> + '_ {
        let mounts = self.flags.iter().filter(|flag| self.keyword == Keyword::Run && flag.name() == "mount");
        mounts.filter_map(|flag| Mount::parse(flag.value()?))
    }

    /// The span of the code for the shell in `text` (the instruction's), where the operation is in shell
    /// form and not empty.
    pub fn shell_body(&self, text: &[u8]) -> Option<Span> {
        let arguments = match (self.keyword, &self.arguments) {
            (Keyword::Run | Keyword::Cmd | Keyword::Entrypoint, arguments) => arguments,
            (Keyword::Healthcheck, Arguments::Healthcheck { kind, command })
                if kind.of(text).eq_ignore_ascii_case(b"CMD") =>
            {
                command
            }
            _ => return None,
        };
        match arguments {
            Arguments::Text(span) => Some(*span),
            _ => None,
        }
    }

    /// Reads the operation in `span` of `text`.
    pub(super) fn parse(text: &[u8], span: Span, escape: u8) -> Result<Self, ArgumentsError> {
        let line = trim(text, span);
        let keyword_len = line.of(text).iter().take_while(|&&b| !is_blank(b)).count();
        let keyword_span = Span::new(line.start as usize, line.start as usize + keyword_len);
        let keyword = Keyword::parse(keyword_span.of(text));
        let gap = line.of(text)[keyword_len..].iter().take_while(|&&b| is_blank(b)).count();
        let after = Span::new(keyword_span.end as usize + gap, line.end as usize);
        let (flags, rest) = split_flags(text, after, escape);
        let body = trim(text, rest);
        let arguments = match keyword {
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => {
                arguments::exec_or_text(text, body)?
            }
            Keyword::Copy | Keyword::Add | Keyword::Volume => arguments::exec_or_words(text, body)?,
            Keyword::From | Keyword::Expose => arguments::blank_separated(text, body),
            Keyword::Arg => arguments::quoted_words(text, body, escape),
            Keyword::Env => arguments::pairs(text, body, escape, "ENV")?,
            Keyword::Label => arguments::pairs(text, body, escape, "LABEL")?,
            Keyword::Healthcheck => arguments::healthcheck(text, body)?,
            Keyword::Onbuild if body.is_empty() => Arguments::None,
            Keyword::Onbuild => Arguments::Trigger(Box::new(Self::parse_trigger(text, body, escape)?)),
            Keyword::User | Keyword::Workdir | Keyword::Stopsignal | Keyword::Maintainer => {
                arguments::whole_text(body)
            }
            Keyword::Unknown => Arguments::None,
        };
        Ok(Self { keyword, keyword_span, flags, body, arguments })
    }

    /// True where heredocs of the line belong to this operation.
    pub(super) fn takes_heredocs(&self) -> bool {
        match &self.arguments {
            Arguments::Trigger(trigger) => trigger.takes_heredocs(),
            Arguments::Exec(_) => false,
            _ => matches!(self.keyword, Keyword::Run | Keyword::Copy | Keyword::Add),
        }
    }

    /// The instruction after ONBUILD. `ONBUILD ONBUILD` is an error in any case, so a chain of them is
    /// not followed below the second: text must not steer how deep the parser recurses.
    fn parse_trigger(text: &[u8], span: Span, escape: u8) -> Result<Self, ArgumentsError> {
        let mut depth = 0;
        let mut start = span;
        while Keyword::parse(first_word(start.of(text))) == Keyword::Onbuild {
            depth += 1;
            let skip = start.of(text).iter().take_while(|&&b| !is_blank(b)).count();
            start = trim(text, Span::new(start.start as usize + skip, start.end as usize));
        }
        if depth <= MAX_TRIGGER_DEPTH {
            return Self::parse(text, span, escape);
        }
        Ok(Self {
            keyword: Keyword::Onbuild,
            keyword_span: Span::new(
                span.start as usize,
                span.start as usize + first_word(span.of(text)).len(),
            ),
            flags: Vec::new(),
            body: span,
            arguments: Arguments::None,
        })
    }
}

const MAX_TRIGGER_DEPTH: usize = 8;

fn first_word(text: &[u8]) -> &[u8] {
    &text[..text.iter().take_while(|&&b| !is_blank(b)).count()]
}

fn trim(text: &[u8], span: Span) -> Span {
    let bytes = span.of(text);
    let lead = leading_space(bytes);
    let len = trim_end(&bytes[lead..]).len();
    Span::new(span.start as usize + lead, span.start as usize + lead + len)
}

/// The body of a heredoc that is a script; `<<-` takes the leading tabs of each line off.
fn heredoc_body<'s>(source: &'s [u8], heredoc: &Heredoc) -> Text<'s> {
    if !heredoc.chomp {
        return Text::piece(source, heredoc.body);
    }
    let mut text = Text::piece(source, Span { start: heredoc.body.start, end: heredoc.body.start });
    let mut start = heredoc.body.start as usize;
    for line in heredoc.body.of(source).split_inclusive(|&b| b == b'\n') {
        let tabs = line.iter().take_while(|&&b| b == b'\t').count();
        text.push(source, Span::new(start + tabs, start + line.len()));
        start += line.len();
    }
    text
}

/// Reads the leading `--…` words; returns them and what follows.
fn split_flags(text: &[u8], span: Span, escape: u8) -> (Vec<Flag>, Span) {
    let mut flags = Vec::new();
    let end = span.end as usize;
    let mut pos = span.start as usize;
    loop {
        pos += text[pos..end].iter().take_while(|&&b| is_latin1_space(b)).count();
        if !text[pos..end].starts_with(b"--") {
            return (flags, Span::new(pos, end));
        }
        let start = pos;
        let mut word = String::new();
        let mut quote = None;
        let mut quoted = false;
        while pos < end {
            let byte = text[pos];
            if quote.is_none() && is_latin1_space(byte) {
                break;
            }
            match quote {
                Some(open) if open == byte => quote = None,
                None if matches!(byte, b'\'' | b'"') => {
                    quote = Some(byte);
                    quoted = true;
                }
                _ if byte == escape => {
                    pos += 1;
                    if pos < end {
                        word.push(text[pos] as char);
                    }
                }
                _ => word.push(byte as char),
            }
            pos += 1;
        }
        let pos_end = pos.min(end);
        if word == "--" {
            return (flags, Span::new(pos_end, end));
        }
        if quoted || !word.is_empty() {
            flags.push(Flag { text: word, span: Span::new(start, pos_end) });
        }
        pos = pos_end;
    }
}
