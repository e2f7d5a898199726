//! Loops (POSIX 2.9.4): `for`, `while`, `until`, and bash's `select` and arithmetic `for`.

use super::balance::{Bracket, closing};
use super::cursor::{ends_word, in_name, starts_name};
use super::reserved::Reserved;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{Branch, CompoundKind, ErrorKind, List, Word, WordPart};

impl Parser<'_> {
    pub(super) fn condition_loop(&mut self, keyword: Reserved) -> Parsed<Branch> {
        self.expect_reserved(keyword)?;
        let branch = self.branch(Reserved::Do)?;
        self.expect_reserved(Reserved::Done)?;
        Ok(branch)
    }

    pub(super) fn for_clause(&mut self) -> Parsed<CompoundKind> {
        self.expect_reserved(Reserved::For)?;
        self.skip_blanks();
        if self.is_bash() && self.sees(b"((").is_some() {
            return self.arithmetic_for();
        }
        let variable = self.loop_variable()?;
        let words = self.loop_words()?;
        Ok(CompoundKind::For { variable, words, body: self.loop_body()? })
    }

    pub(super) fn select_clause(&mut self) -> Parsed<CompoundKind> {
        self.expect_reserved(Reserved::Select)?;
        self.skip_blanks();
        let variable = self.loop_variable()?;
        let words = self.loop_words()?;
        Ok(CompoundKind::Select { variable, words, body: self.loop_body()? })
    }

    /// dash wants a name; bash takes any word, and fails when the loop runs.
    fn loop_variable(&mut self) -> Parsed<Span> {
        let start = self.pos;
        if self.is_bash() {
            return Ok(self.expect_word()?.span);
        }
        let mut end = start;
        while self.byte(end).is_some_and(in_name) {
            end += 1;
        }
        let named = self.peek().is_some_and(starts_name) && self.byte(end).is_none_or(ends_word);
        if !named {
            return self.fail(ErrorKind::Expected("a loop variable"));
        }
        self.pos = end;
        Ok(Span::new(start, end))
    }

    /// `in words;`, or nothing.
    fn loop_words(&mut self) -> Parsed<Option<Vec<Word>>> {
        self.skip_newlines()?;
        if self.take_reserved(Reserved::In).is_none() {
            self.take(b";");
            return Ok(None);
        }
        let mut words = Vec::new();
        self.skip_blanks();
        while self.at_word() {
            words.push(self.word()?);
            self.skip_blanks();
        }
        if self.take(b";").is_none() && self.newline()?.is_none() {
            return self.fail(ErrorKind::Expected("; or a newline"));
        }
        Ok(Some(words))
    }

    /// `do list done`; in bash also `{ list; }`.
    fn loop_body(&mut self) -> Parsed<List> {
        self.skip_newlines()?;
        if self.is_bash() && matches!(self.reserved(), Some((Reserved::OpenBrace, _))) {
            return self.group();
        }
        self.expect_reserved(Reserved::Do)?;
        let body = self.compound_list()?;
        self.expect_reserved(Reserved::Done)?;
        Ok(body)
    }

    fn arithmetic_for(&mut self) -> Parsed<CompoundKind> {
        let open = self.pos;
        let header_start = self.sees(b"((").unwrap_or(open);
        let close = closing(&self.text[..self.end], header_start, Bracket::Parenthesis);
        let Some(close) = close.filter(|&close| self.byte(close + 1) == Some(b')')) else {
            return self.fail_at(open, ErrorKind::Unterminated("(("));
        };
        self.pos = header_start;
        let header = self.arithmetic_word(close)?;
        if self.count_semicolons(&header) != 2 {
            return self.fail_at(open, ErrorKind::Expected("three expressions"));
        }
        self.pos = close + 2;
        self.skip_blanks();
        self.take(b";");
        Ok(CompoundKind::ArithmeticFor { header, body: self.loop_body()? })
    }
    fn count_semicolons(&self, header: &Word) -> usize {
        let literals = header.parts.iter().filter(|part| matches!(part, WordPart::Literal(_)));
        literals.map(|part| memchr::memchr_iter(b';', part.span().of(self.text)).count()).sum()
    }
}
