//! From lines to instructions: `parser.Parse` of BuildKit, keeping every byte.

use crate::Span;

use super::blanks::leading_space;
use super::directive::{self, Directive, DirectiveName};
use super::error::SyntaxError;
use super::heredoc::{self, Heredoc};
use super::instruction::{Instruction, Operation};
use super::text::Text;
use super::{Dockerfile, Line, LineKind};

/// The longest physical line BuildKit reads, in bytes without its line end.
const MAX_LINE: usize = 65_535;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) fn parse(source: &[u8]) -> Result<Dockerfile<'_>, SyntaxError> {
    if u32::try_from(source.len()).is_err() {
        return Err(SyntaxError {
            message: "file of 4 GiB or more".to_owned(),
            span: Span::default(),
            line: 1,
        });
    }
    let mut parser = Parser {
        source,
        pos: 0,
        lines: Vec::new(),
        directives: Vec::new(),
        directives_done: false,
        instructions: Vec::new(),
        escape: b'\\',
    };
    while let Some(line) = parser.next_line() {
        parser.top_level(line)?;
    }
    parser.check_line_length()?;
    if parser.instructions.is_empty() {
        return Err(parser.error("file with no instructions", Span::empty(0), parser.lines.len()));
    }
    Ok(Dockerfile {
        source,
        lines: parser.lines,
        directives: parser.directives,
        instructions: parser.instructions,
        escape: parser.escape,
    })
}

struct Parser<'s> {
    source: &'s [u8],
    pos: usize,
    lines: Vec<Line>,
    directives: Vec<Directive>,
    directives_done: bool,
    instructions: Vec<Instruction<'s>>,
    escape: u8,
}

impl<'s> Parser<'s> {
    /// Takes the next physical line, or none at the end and at a line too long for BuildKit.
    /// The span is the line without its line end.
    fn next_line(&mut self) -> Option<Span> {
        let rest = &self.source[self.pos..];
        if rest.is_empty() {
            return None;
        }
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if len > MAX_LINE {
            return None;
        }
        let start = self.pos;
        self.pos += (len + 1).min(rest.len());
        self.lines.push(Line { span: Span::new(start, self.pos), kind: LineKind::Blank });
        let end = rest[..len].iter().rposition(|&b| b != b'\r').map_or(0, |i| i + 1);
        Some(Span::new(start, start + end))
    }

    fn check_line_length(&self) -> Result<(), SyntaxError> {
        if self.pos == self.source.len() {
            return Ok(());
        }
        let message = format!("line longer than the {MAX_LINE} bytes BuildKit reads");
        Err(self.error(&message, Span::empty(self.pos), self.lines.len() + 1))
    }

    /// A line outside any instruction: blank, comment, directive, or the start of an instruction.
    fn top_level(&mut self, mut line: Span) -> Result<(), SyntaxError> {
        if self.lines.len() == 1 && line.of(self.source).starts_with(BYTE_ORDER_MARK) {
            line.start += BYTE_ORDER_MARK.len() as u32;
        }
        line.start += leading_space(line.of(self.source)) as u32;
        if self.directive(line)? {
            self.mark(LineKind::Directive);
            return Ok(());
        }
        if line.is_empty() {
            return Ok(());
        }
        if line.of(self.source).starts_with(b"#") {
            self.mark(LineKind::Comment);
            return Ok(());
        }
        self.mark(LineKind::Code);
        self.instruction(line)
    }

    /// Directives stand at the top, one a line; the first line that is none ends them.
    fn directive(&mut self, line: Span) -> Result<bool, SyntaxError> {
        if self.directives_done {
            return Ok(false);
        }
        let Some((name, value)) = directive::parse_line(line.of(self.source), line.start as usize) else {
            self.directives_done = true;
            return Ok(false);
        };
        let number = self.lines.len();
        if self.directives.iter().any(|d| d.name == name) {
            let message = format!("only one {} parser directive can be used", name.as_str());
            return Err(self.error(&message, line, number));
        }
        if name == DirectiveName::Escape {
            match value.of(self.source) {
                b"\\" => self.escape = b'\\',
                b"`" => self.escape = b'`',
                other => {
                    let other = String::from_utf8_lossy(other).into_owned();
                    let message = format!("invalid escape token '{other}' does not match ` or \\");
                    return Err(self.error(&message, value, number));
                }
            }
        }
        self.directives.push(Directive { name, value, line: number });
        Ok(true)
    }

    fn instruction(&mut self, first: Span) -> Result<(), SyntaxError> {
        let first_line = self.lines.len() - 1;
        let text = self.logical_line(first);
        let whole = Span::new(0, text.bytes().len());
        let operation = Operation::parse(text.bytes(), whole, self.escape)
            .map_err(|message| self.error(&message, self.since(first), first_line + 1))?;
        let mut heredocs =
            if operation.takes_heredocs() { heredoc::announced(text.bytes()) } else { Vec::new() };
        for heredoc in &mut heredocs {
            if !self.heredoc_body(heredoc) {
                let message = format!("unterminated heredoc: no line `{}` ends it", heredoc.name);
                return Err(self.error(&message, text.source_span(heredoc.marker), first_line + 1));
            }
        }
        let span = self.since(first);
        let lines = first_line..self.lines.len();
        self.instructions.push(Instruction { text, operation, heredocs, lines, span });
        Ok(())
    }

    /// Joins the continuation lines. Comments and blank lines between them vanish.
    fn logical_line(&mut self, first: Span) -> Text<'s> {
        let (content, mut continues) = self.cut_continuation(first);
        let mut text = Text::piece(self.source, content);
        while continues {
            let Some(line) = self.next_line() else { break };
            let bytes = line.of(self.source);
            match bytes.get(leading_space(bytes)) {
                None => self.mark(LineKind::Blank),
                Some(b'#') => self.mark(LineKind::Comment),
                Some(_) => {
                    self.mark(LineKind::Code);
                    let (content, more) = self.cut_continuation(line);
                    text.push(self.source, content);
                    continues = more;
                }
            }
        }
        text
    }

    /// A line continues where its last non-blank byte is the escape character, not doubled.
    fn cut_continuation(&self, line: Span) -> (Span, bool) {
        let bytes = line.of(self.source);
        let Some(last) = bytes.iter().rposition(|b| !matches!(b, b' ' | b'\t')) else {
            return (line, false);
        };
        let doubled = last > 0 && bytes[last - 1] == self.escape;
        if bytes[last] != self.escape || doubled {
            return (line, false);
        }
        (Span { start: line.start, end: line.start + last as u32 }, true)
    }

    /// Takes the lines of a heredoc up to its terminator; false where there is none.
    fn heredoc_body(&mut self, heredoc: &mut Heredoc) -> bool {
        let start = self.pos;
        loop {
            let line_start = self.pos;
            let Some(mut line) = self.next_line() else { return false };
            if heredoc.chomp {
                line.start += line.of(self.source).iter().take_while(|&&b| b == b'\t').count() as u32;
            }
            if line.of(self.source) == heredoc.name.as_bytes() {
                self.mark(LineKind::HeredocEnd);
                heredoc.body = Span::new(start, line_start);
                heredoc.terminator = line;
                return true;
            }
            self.mark(LineKind::HeredocBody);
        }
    }

    fn mark(&mut self, kind: LineKind) {
        if let Some(line) = self.lines.last_mut() {
            line.kind = kind;
        }
    }

    /// From the start of `first` to the end of the lines taken so far, without the last line end.
    fn since(&self, first: Span) -> Span {
        let taken = &self.source[..self.pos];
        let end = taken.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |i| i + 1);
        Span { start: first.start, end: first.end.max(end as u32) }
    }

    fn error(&self, message: &str, span: Span, line: usize) -> SyntaxError {
        SyntaxError { message: message.to_owned(), span, line: line.max(1) }
    }
}
