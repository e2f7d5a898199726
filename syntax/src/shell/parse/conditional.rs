//! bash's `[[ expression ]]`
//! (<https://www.gnu.org/software/bash/manual/html_node/Conditional-Constructs.html>).

use super::parts::Context;
use super::reserved::Reserved;
use super::{Parsed, Parser};
use crate::shell::{CompoundKind, ErrorKind, Word};

const UNARY: &[u8] = b"abcdefghkLnNoOprsStuvwxzRG";

const BINARY: [&[u8]; 9] = [b"-nt", b"-ot", b"-ef", b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"];

impl Parser<'_> {
    pub(super) fn conditional(&mut self) -> Parsed<CompoundKind> {
        self.expect_reserved(Reserved::OpenBrackets)?;
        let mut operands = Vec::new();
        self.expression(&mut operands)?;
        self.expect_reserved(Reserved::CloseBrackets)?;
        Ok(CompoundKind::Conditional(operands))
    }

    /// Terms between `&&` and `||`: their precedence does not matter to the operands.
    fn expression(&mut self, operands: &mut Vec<Word>) -> Parsed<()> {
        self.term(operands)?;
        while self.take(b"&&").is_some() || self.take(b"||").is_some() {
            self.term(operands)?;
        }
        Ok(())
    }

    fn term(&mut self, operands: &mut Vec<Word>) -> Parsed<()> {
        self.skip_newlines()?;
        while self.take_reserved(Reserved::Bang).is_some() {
            self.skip_newlines()?;
        }
        if self.take(b"(").is_some() {
            self.nested(|parser| parser.expression(operands))?;
            self.close_parenthesis()?;
        } else if self.unary_operator() {
            operands.push(self.operand(Context::Word)?);
        } else {
            operands.push(self.operand(Context::Word)?);
            self.skip_blanks();
            if let Some(context) = self.binary_operator() {
                operands.push(self.operand(context)?);
            }
        }
        self.skip_newlines()
    }

    fn operand(&mut self, context: Context) -> Parsed<Word> {
        self.skip_blanks();
        let opens = context == Context::Regex && self.peek() == Some(b'(');
        let closed = matches!(self.reserved(), Some((Reserved::CloseBrackets, _)));
        if closed || !opens && !self.at_word() {
            return self.fail(ErrorKind::Expected("an operand"));
        }
        self.word_in(context)
    }

    fn unary_operator(&mut self) -> bool {
        let letter = self.byte(self.pos + 1).is_some_and(|byte| UNARY.contains(&byte));
        let unary = self.peek() == Some(b'-') && letter && self.ends_word_at(self.pos + 2);
        if unary {
            self.pos += 2;
        }
        unary
    }

    /// Takes a binary operator; answers how its right side is read.
    fn binary_operator(&mut self) -> Option<Context> {
        if self.take(b"<").is_some() || self.take(b">").is_some() {
            return Some(Context::Word);
        }
        if self.take_word(b"=~") {
            return Some(Context::Regex);
        }
        if self.take_word(b"==") || self.take_word(b"=") || self.take_word(b"!=") {
            return Some(Context::Pattern);
        }
        BINARY.iter().any(|operator| self.take_word(operator)).then_some(Context::Word)
    }

    fn take_word(&mut self, text: &[u8]) -> bool {
        match self.sees(text).filter(|&end| self.ends_word_at(end)) {
            Some(end) => {
                self.pos = end;
                true
            }
            None => false,
        }
    }
}
