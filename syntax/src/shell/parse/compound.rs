//! Compound commands (POSIX 2.9.4): groups, subshells, `if` and `case`; the loops are in [`super::loops`].

use super::balance::{Bracket, closing};
use super::reserved::Reserved;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{Branch, CaseItem, CaseTerminator, Compound, CompoundKind, ErrorKind, List, Redirect};

impl Parser<'_> {
    /// A compound command with its redirections, if one begins at the cursor.
    pub(super) fn compound(&mut self) -> Parsed<Option<Compound>> {
        let start = self.pos;
        let Some(kind) = self.compound_kind()? else { return Ok(None) };
        let mut end = self.pos;
        let mut redirects: Vec<Redirect> = Vec::new();
        self.skip_blanks();
        while let Some(redirect) = self.redirect()? {
            end = self.pos;
            redirects.push(redirect);
            self.skip_blanks();
        }
        Ok(Some(Compound { kind, redirects, span: Span::new(start, end) }))
    }

    /// True where [`Self::compound`] finds one.
    pub(super) fn at_compound(&self) -> bool {
        use Reserved::*;
        self.peek() == Some(b'(')
            || matches!(
                self.reserved(),
                Some((OpenBrace | If | While | Until | For | Case | Select | OpenBrackets, _))
            )
    }

    fn compound_kind(&mut self) -> Parsed<Option<CompoundKind>> {
        if self.peek() == Some(b'(') {
            if self.is_bash() && self.sees(b"((").is_some() {
                return self.arithmetic_or_subshell().map(Some);
            }
            return self.subshell().map(Some);
        }
        let Some((reserved, _)) = self.reserved() else { return Ok(None) };
        let kind = match reserved {
            Reserved::OpenBrace => CompoundKind::Group(self.group()?),
            Reserved::If => self.if_clause()?,
            Reserved::While => CompoundKind::While(self.condition_loop(Reserved::While)?),
            Reserved::Until => CompoundKind::Until(self.condition_loop(Reserved::Until)?),
            Reserved::For => self.for_clause()?,
            Reserved::Select => self.select_clause()?,
            Reserved::Case => self.case_clause()?,
            Reserved::OpenBrackets => self.conditional()?,
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    pub(super) fn group(&mut self) -> Parsed<List> {
        self.expect_reserved(Reserved::OpenBrace)?;
        let list = self.compound_list()?;
        self.expect_reserved(Reserved::CloseBrace)?;
        Ok(list)
    }

    fn subshell(&mut self) -> Parsed<CompoundKind> {
        self.take(b"(");
        let list = self.compound_list()?;
        self.close_parenthesis()?;
        Ok(CompoundKind::Subshell(list))
    }

    pub(super) fn close_parenthesis(&mut self) -> Parsed<()> {
        if self.take(b")").is_some() { Ok(()) } else { self.fail(ErrorKind::Expected(")")) }
    }

    /// bash: `((` opens an arithmetic command if its parentheses close together, otherwise two subshells.
    fn arithmetic_or_subshell(&mut self) -> Parsed<CompoundKind> {
        let open = self.pos;
        let expression = self.sees(b"((").unwrap_or(open);
        let Some(close) = closing(&self.text[..self.end], expression, Bracket::Parenthesis) else {
            return self.fail_at(open, ErrorKind::Unterminated("(("));
        };
        if self.byte(close + 1) != Some(b')') {
            return self.subshell();
        }
        self.pos = expression;
        let word = self.arithmetic_word(close)?;
        self.pos = close + 2;
        Ok(CompoundKind::Arithmetic(word))
    }

    fn if_clause(&mut self) -> Parsed<CompoundKind> {
        self.expect_reserved(Reserved::If)?;
        let mut branches = vec![self.branch(Reserved::Then)?];
        while self.take_reserved(Reserved::Elif).is_some() {
            branches.push(self.branch(Reserved::Then)?);
        }
        let otherwise = match self.take_reserved(Reserved::Else) {
            Some(_) => Some(self.compound_list()?),
            None => None,
        };
        self.expect_reserved(Reserved::Fi)?;
        Ok(CompoundKind::If { branches, otherwise })
    }

    /// A condition, the word `opener`, and the list after it.
    pub(super) fn branch(&mut self, opener: Reserved) -> Parsed<Branch> {
        let condition = self.compound_list()?;
        self.expect_reserved(opener)?;
        let body = self.compound_list()?;
        Ok(Branch { condition, body })
    }

    fn case_clause(&mut self) -> Parsed<CompoundKind> {
        self.expect_reserved(Reserved::Case)?;
        self.skip_blanks();
        let subject = self.expect_word()?;
        self.skip_newlines()?;
        self.expect_reserved(Reserved::In)?;
        let mut items: Vec<CaseItem> = Vec::new();
        loop {
            self.skip_newlines()?;
            if self.take_reserved(Reserved::Esac).is_some() {
                return Ok(CompoundKind::Case { subject, items });
            }
            if items.last().is_some_and(|item| item.terminator.is_none()) {
                return self.fail(ErrorKind::Expected(";;"));
            }
            items.push(self.case_item()?);
        }
    }

    fn case_item(&mut self) -> Parsed<CaseItem> {
        let start = self.pos;
        self.take(b"(");
        let mut patterns = Vec::new();
        loop {
            self.skip_blanks();
            patterns.push(self.expect_word()?);
            self.skip_blanks();
            if self.take(b"|").is_none() {
                break;
            }
        }
        self.close_parenthesis()?;
        let after_pattern = self.pos;
        let body = self.list()?;
        let terminator = self.case_terminator();
        let end = match terminator {
            Some((_, span)) => span.end as usize,
            None if body.items.is_empty() => after_pattern,
            None => body.span.end as usize,
        };
        Ok(CaseItem { patterns, body, terminator, span: Span::new(start, end) })
    }

    fn case_terminator(&mut self) -> Option<(CaseTerminator, Span)> {
        self.skip_blanks();
        if self.is_bash() {
            if let Some(span) = self.take(b";;&") {
                return Some((CaseTerminator::Continue, span));
            }
            if let Some(span) = self.take(b";&") {
                return Some((CaseTerminator::FallThrough, span));
            }
        }
        Some((CaseTerminator::Break, self.take(b";;")?))
    }
}
