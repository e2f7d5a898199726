//! What `$`, a backtick and bash's `<(` begin (POSIX 2.6).

use super::balance::{Bracket, closing, end_of_backtick};
use super::cursor::{in_name, starts_name};
use super::parts::{Context, push_literal};
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{ErrorKind, List, Parts, WordPart};

/// POSIX 2.5.2: the special parameters.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}

impl Parser<'_> {
    pub(super) fn dollar(&mut self, context: Context, parts: &mut Parts) -> Parsed<()> {
        let start = self.pos;
        let next = self.after_continuations(start + 1);
        let in_quotes = context.is_quoted();
        let part = match self.byte(next) {
            Some(b'(') => self.parenthesis(next)?,
            Some(b'{') => {
                self.pos = next + 1;
                self.nested(|parser| parser.braced_parameter(start, context))?
            }
            Some(b'[') if self.is_bash() => self.square_arithmetic(next)?,
            Some(b'\'') if self.is_bash() && !in_quotes => self.ansi_c(next)?,
            Some(b'"') if self.is_bash() && !in_quotes => {
                self.pos = next;
                self.double_quoted(start)?
            }
            Some(byte) if starts_name(byte) || byte.is_ascii_digit() || is_special(byte) => {
                self.simple_parameter(next)
            }
            _ => {
                self.pos = start + 1;
                push_literal(parts, Span::new(start, self.pos));
                return Ok(());
            }
        };
        parts.push(part);
        Ok(())
    }

    fn simple_parameter(&mut self, name: usize) -> WordPart {
        let start = self.pos;
        self.pos = name;
        let mut end = name + 1;
        if self.peek().is_some_and(starts_name) {
            end = self.end_of_name(name);
        }
        self.pos = end;
        WordPart::Parameter {
            span: Span::new(start, end),
            prefix: None,
            name: Span::new(name, end),
            subscript: None,
            operator: None,
            operand: None,
        }
    }

    pub(super) fn end_of_name(&self, start: usize) -> usize {
        let mut end = start;
        let mut at = start;
        while self.byte(at).is_some_and(in_name) {
            end = at + 1;
            at = self.after_continuations(end);
        }
        end
    }

    /// `$(`: commands, or arithmetic. dash takes every `$((` for arithmetic; bash if the parentheses close
    /// together.
    fn parenthesis(&mut self, open: usize) -> Parsed<WordPart> {
        let start = self.pos;
        self.pos = open;
        let Some(expression) = self.sees(b"((") else {
            self.pos = open + 1;
            return self.command_substitution(start);
        };
        if !self.is_bash() {
            self.pos = expression;
            return self.nested(|parser| parser.posix_arithmetic(start));
        }
        let Some(close) = closing(&self.text[..self.end], expression, Bracket::Parenthesis) else {
            return self.fail_at(start, ErrorKind::Unterminated("$(("));
        };
        if self.byte(close + 1) != Some(b')') {
            self.pos = open + 1;
            return self.command_substitution(start);
        }
        self.pos = expression;
        let parts = self.arithmetic_word(close)?.parts;
        self.pos = close + 2;
        Ok(WordPart::Arithmetic { span: Span::new(start, self.pos), parts: parts.into_vec() })
    }

    fn command_substitution(&mut self, start: usize) -> Parsed<WordPart> {
        let list = self.nested(Self::substituted)?;
        if self.take(b")").is_none() {
            return self.fail_at(start, ErrorKind::Unterminated("$("));
        }
        Ok(WordPart::CommandSubstitution { span: Span::new(start, self.pos), list })
    }

    /// The commands of a substitution. Its here-documents end with it.
    fn substituted(&mut self) -> Parsed<List> {
        let pending = std::mem::take(&mut self.pending);
        let outer = std::mem::replace(&mut self.in_substitution, true);
        let result = self.list();
        self.in_substitution = outer;
        self.abandon_here_documents();
        self.pending = pending;
        result
    }

    pub(super) fn at_process_substitution(&self) -> bool {
        self.is_process_substitution(self.pos)
    }

    pub(super) fn is_process_substitution(&self, at: usize) -> bool {
        self.is_bash() && matches!(self.byte(at), Some(b'<' | b'>')) && self.byte(at + 1) == Some(b'(')
    }

    pub(super) fn process_substitution(&mut self) -> Parsed<WordPart> {
        let start = self.pos;
        self.pos += 2;
        let list = self.nested(Self::substituted)?;
        if self.take(b")").is_none() {
            return self.fail_at(start, ErrorKind::Unterminated("a process substitution"));
        }
        Ok(WordPart::ProcessSubstitution { span: Span::new(start, self.pos), list })
    }

    /// The backtick at the cursor. A backslash in it may change what the shell then reads as commands
    /// (POSIX 2.6.3): such commands are left opaque.
    pub(super) fn backtick(&mut self, context: Context) -> Parsed<WordPart> {
        let start = self.pos;
        let Some(close) = end_of_backtick(&self.text[..self.end], start + 1) else {
            return self.fail(ErrorKind::Unterminated("a backtick"));
        };
        self.pos = start + 1;
        let list = if has_active_backslash(&self.text[start + 1..close], context) {
            None
        } else if self.is_bash() {
            self.attempt(|parser| parser.backtick_list(close))?.flatten()
        } else {
            self.backtick_list(close)?
        };
        self.pos = close + 1;
        Ok(WordPart::Backtick { span: Span::new(start, self.pos), list })
    }

    /// Both shells ignore what follows a list that ends early, as in `` `a)` ``.
    fn backtick_list(&mut self, close: usize) -> Parsed<Option<List>> {
        let list = self.nested(|parser| parser.within(close, Self::substituted))?;
        Ok((self.pos == close).then_some(list))
    }

    fn ansi_c(&mut self, quote: usize) -> Parsed<WordPart> {
        let start = self.pos;
        let mut at = quote + 1;
        loop {
            match self.byte(at) {
                None => return self.fail(ErrorKind::Unterminated("a single quote")),
                Some(b'\'') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        self.pos = at + 1;
        Ok(WordPart::AnsiC(Span::new(start, self.pos)))
    }
}

fn has_active_backslash(commands: &[u8], context: Context) -> bool {
    let in_quotes = context.is_quoted();
    memchr::memchr_iter(b'\\', commands).any(|at| match commands.get(at + 1) {
        Some(b'$' | b'`' | b'\\') => true,
        Some(b'"') => in_quotes,
        _ => false,
    })
}
