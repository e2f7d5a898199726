//! `${…}` (POSIX 2.6.2). What the shell refuses only when it runs is accepted, as [`ParameterOperator::Invalid`].

use super::cursor::{in_name, starts_name};
use super::expansion::is_special;
use super::parts::Context;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{ErrorKind, ParameterOperator, ParameterPrefix, Word, WordPart};

use ParameterOperator::*;

/// Longest first.
const POSIX: [(&[u8], ParameterOperator); 12] = [
    (b":-", Default { colon: true }),
    (b":=", Assign { colon: true }),
    (b":?", Error { colon: true }),
    (b":+", Alternative { colon: true }),
    (b"-", Default { colon: false }),
    (b"=", Assign { colon: false }),
    (b"?", Error { colon: false }),
    (b"+", Alternative { colon: false }),
    (b"##", RemoveLongestPrefix),
    (b"#", RemovePrefix),
    (b"%%", RemoveLongestSuffix),
    (b"%", RemoveSuffix),
];

const BASH: [(&[u8], ParameterOperator); 9] = [
    (b":", Substring),
    (b"/", Replace),
    (b"^^", Case),
    (b"^", Case),
    (b",,", Case),
    (b",", Case),
    (b"~~", Case),
    (b"~", Case),
    (b"@", Transform),
];

impl Parser<'_> {
    /// The rest of a parameter expansion after its `${`; the part begins at `start`.
    pub(super) fn braced_parameter(&mut self, start: usize, context: Context) -> Parsed<WordPart> {
        self.pos = self.after_continuations(self.pos);
        let prefix = self.prefix();
        let name = self.parameter_name();
        let subscript = if self.is_bash() && !name.is_empty() { self.subscript()? } else { None };
        let operator = self.operator(prefix);
        let operand = match operator {
            Some(operator) => Some(Box::new(self.word_in(self.operand_context(operator, context))?)),
            None => None,
        };
        if self.take(b"}").is_none() {
            return self.fail_at(start, ErrorKind::Unterminated("${"));
        }
        let span = Span::new(start, self.pos);
        Ok(WordPart::Parameter { span, prefix, name, subscript, operator, operand })
    }

    /// `#` or `!`, unless it is the parameter itself, as in `${#}` or `${#-default}`.
    fn prefix(&mut self) -> Option<ParameterPrefix> {
        let next = self.byte(self.pos + 1)?;
        let names = in_name(next) || is_special(next) && self.byte(self.pos + 2) == Some(b'}');
        let prefix = match self.peek()? {
            b'#' if names => ParameterPrefix::Length,
            b'!' if names && self.is_bash() => ParameterPrefix::Indirect,
            _ => return None,
        };
        self.pos += 1;
        Some(prefix)
    }

    fn parameter_name(&mut self) -> Span {
        let start = self.pos;
        match self.peek() {
            Some(byte) if starts_name(byte) => self.pos = self.end_of_name(start),
            Some(byte) if byte.is_ascii_digit() => {
                while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    self.pos += 1;
                }
            }
            Some(byte) if is_special(byte) => self.pos += 1,
            _ => {}
        }
        let span = Span::new(start, self.pos);
        self.pos = self.after_continuations(self.pos);
        span
    }

    fn subscript(&mut self) -> Parsed<Option<Box<Word>>> {
        if self.take(b"[").is_none() {
            return Ok(None);
        }
        let word = self.word_in(Context::Subscript)?;
        self.take(b"]");
        Ok(Some(Box::new(word)))
    }

    fn operator(&mut self, prefix: Option<ParameterPrefix>) -> Option<ParameterOperator> {
        if self.peek() == Some(b'}') {
            return None;
        }
        let bash: &[_] = if self.is_bash() { &BASH } else { &[] };
        if let Some(&(_, operator)) = POSIX.iter().chain(bash).find(|(text, _)| self.take(text).is_some()) {
            return Some(operator);
        }
        if !self.is_bash() && prefix.is_none() {
            self.skip_invalid_operator();
        }
        Some(Invalid)
    }

    /// dash takes one byte for the operator, and one after a `:`, whatever it is: even a quote or a `}`.
    fn skip_invalid_operator(&mut self) {
        let len = if self.peek() == Some(b':') { 2 } else { 1 };
        self.pos = (self.pos + len).min(self.end);
    }

    /// Within double quotes a pattern is quoted on its own, any other operand is not.
    fn operand_context(&self, operator: ParameterOperator, outer: Context) -> Context {
        let pattern = match operator {
            RemovePrefix | RemoveLongestPrefix | RemoveSuffix | RemoveLongestSuffix => true,
            Replace | Case => self.is_bash(),
            _ => false,
        };
        if outer.is_quoted() && !pattern { Context::QuotedOperand } else { Context::Operand }
    }
}
