//! Commands: which kind stands at the cursor, simple commands and function definitions (POSIX 2.9.1, 2.9.5).

use super::cursor::{ends_word, in_name, starts_name};
use super::reserved::Reserved;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{Command, Coprocess, ErrorKind, Function, SimpleCommand, Word, WordPart};

/// POSIX 2.15: dash lets no function have one of these names.
const SPECIAL_BUILTINS: [&[u8]; 15] = [
    b".",
    b":",
    b"break",
    b"continue",
    b"eval",
    b"exec",
    b"exit",
    b"export",
    b"readonly",
    b"return",
    b"set",
    b"shift",
    b"times",
    b"trap",
    b"unset",
];

/// The bash builtins whose arguments may be arrays, as in `export list=(a b)`.
const ARRAY_BUILTINS: [&[u8]; 8] =
    [b"alias", b"declare", b"eval", b"export", b"let", b"local", b"readonly", b"typeset"];

impl Parser<'_> {
    pub(super) fn command(&mut self) -> Parsed<Command> {
        self.nested(|parser| {
            if let Some(compound) = parser.compound()? {
                return Ok(Command::Compound(Box::new(compound)));
            }
            match parser.reserved() {
                Some((Reserved::Function, _)) => parser.function_keyword(),
                Some((Reserved::Coproc, _)) => parser.coprocess(),
                Some((Reserved::Time, _)) | None => parser.simple_command(),
                Some(_) => parser.fail(ErrorKind::Unexpected),
            }
        })
    }

    /// A simple command, or the function definition that its first word and `()` turn out to be.
    fn simple_command(&mut self) -> Parsed<Command> {
        let start = self.pos;
        let mut end = start;
        let mut command = SimpleCommand {
            assignments: Vec::new(),
            words: Vec::new(),
            redirects: Vec::new(),
            span: Span::empty(start),
        };
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                command.redirects.push(redirect);
            } else if self.at_word() {
                self.assignment_or_word(&mut command)?;
            } else if self.sees(b"(").is_some() && is_one_word(&command) {
                let name = command.words.remove(0);
                return self.function_parentheses(name);
            } else {
                break;
            }
            end = self.pos;
        }
        if end == start {
            return self.fail(ErrorKind::Expected("a command"));
        }
        command.span = Span::new(start, end);
        Ok(Command::Simple(command))
    }

    fn assignment_or_word(&mut self, command: &mut SimpleCommand) -> Parsed<()> {
        if command.words.is_empty()
            && let Some(assignment) = self.assignment()?
        {
            command.assignments.push(assignment);
            return Ok(());
        }
        let array = self.is_bash()
            && command.words.first().is_some_and(|name| ARRAY_BUILTINS.contains(&name.span.of(self.text)));
        let word = if array { self.word_or_array()? } else { self.word()? };
        command.words.push(word);
        Ok(())
    }

    fn function_parentheses(&mut self, name: Word) -> Parsed<Command> {
        if !self.take_empty_parentheses() {
            return self.fail(ErrorKind::Unexpected);
        }
        if !self.is_bash() && !self.is_function_name(&name) {
            return self.fail_at(name.span.start as usize, ErrorKind::Expected("a function name"));
        }
        self.function_body(name)
    }

    fn is_function_name(&self, name: &Word) -> bool {
        let text = name.span.of(self.text);
        matches!(name.parts[..], [WordPart::Literal(_)])
            && text.first().is_some_and(|&byte| starts_name(byte))
            && text.iter().all(|&byte| in_name(byte))
            && !SPECIAL_BUILTINS.contains(&text)
    }

    /// bash: `function name body` and `function name() body`.
    fn function_keyword(&mut self) -> Parsed<Command> {
        let start = self.pos;
        self.expect_reserved(Reserved::Function)?;
        self.skip_blanks();
        let name = self.expect_word()?;
        self.skip_blanks();
        self.take_empty_parentheses();
        match self.function_body(name)? {
            Command::Function(mut function) => {
                function.span.start = start as u32;
                Ok(Command::Function(function))
            }
            other => Ok(other),
        }
    }

    /// Takes `()`; leaves the parenthesis of a subshell.
    fn take_empty_parentheses(&mut self) -> bool {
        if self.peek() != Some(b'(') {
            return false;
        }
        let mut close = self.pos + 1;
        while matches!(self.byte(close), Some(b' ' | b'\t')) {
            close += 1;
        }
        if self.byte(close) != Some(b')') {
            return false;
        }
        self.pos = close + 1;
        true
    }

    fn function_body(&mut self, name: Word) -> Parsed<Command> {
        self.skip_newlines()?;
        let body = if self.is_bash() { self.expect_compound()? } else { self.command()? };
        let span = name.span.cover(body.span());
        Ok(Command::Function(Box::new(Function { name, body, span })))
    }

    fn expect_compound(&mut self) -> Parsed<Command> {
        match self.nested(Self::compound)? {
            Some(compound) => Ok(Command::Compound(Box::new(compound))),
            None => self.fail(ErrorKind::Expected("a compound command")),
        }
    }

    /// bash: `coproc command`, or `coproc name compound`.
    fn coprocess(&mut self) -> Parsed<Command> {
        let start = self.pos;
        self.expect_reserved(Reserved::Coproc)?;
        self.skip_blanks();
        let name = self.coprocess_name();
        if name.is_some() {
            self.skip_blanks();
        }
        let command = self.command()?;
        let span = Span::new(start, command.span().end as usize);
        Ok(Command::Coprocess(Box::new(Coprocess { name, command, span })))
    }

    /// Takes the word at the cursor if a compound command follows it.
    fn coprocess_name(&mut self) -> Option<Span> {
        let start = self.pos;
        let mut end = start;
        while self.byte(end).is_some_and(in_name) {
            end += 1;
        }
        let mut next = end;
        while matches!(self.byte(next), Some(b' ' | b'\t')) {
            next += 1;
        }
        let blank = next > end && end > start && !self.at_compound();
        self.pos = next;
        if blank && self.at_compound() {
            self.pos = end;
            return Some(Span::new(start, end));
        }
        self.pos = start;
        None
    }

    /// True where a word, quoted or not, begins at the cursor.
    pub(super) fn at_word(&self) -> bool {
        self.peek().is_some_and(|byte| !ends_word(byte)) || self.at_process_substitution()
    }

    pub(super) fn expect_word(&mut self) -> Parsed<Word> {
        if self.at_word() { self.word() } else { self.fail(ErrorKind::Expected("a word")) }
    }
}

fn is_one_word(command: &SimpleCommand) -> bool {
    command.words.len() == 1 && command.assignments.is_empty() && command.redirects.is_empty()
}
