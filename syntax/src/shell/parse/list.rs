//! Lists, and-or lists and pipelines (POSIX 2.9.2 and 2.9.3).

use super::reserved::Reserved;
use super::{Parsed, Parser};
use crate::Span;
use crate::shell::{AndOr, AndOrOperator, ErrorKind, List, ListItem, PipeOperator, Pipeline, Terminator};

impl Parser<'_> {
    /// A list up to a closing word, a `)`, a `;;` or the end; may be empty.
    pub(super) fn list(&mut self) -> Parsed<List> {
        self.skip_newlines()?;
        let start = self.pos;
        let mut end = start;
        let mut items = Vec::new();
        while !self.at_list_end() {
            let and_or = self.and_or()?;
            end = and_or.span.end as usize;
            let terminator = self.terminator()?;
            let ended = terminator.is_none();
            if let Some((_, span)) = terminator {
                end = span.end as usize;
            }
            items.push(ListItem { and_or, terminator });
            if ended {
                break;
            }
            self.skip_newlines()?;
        }
        Ok(List { items, span: Span::new(start, end) })
    }

    /// A list with at least one command: the grammar's `compound_list`.
    pub(super) fn compound_list(&mut self) -> Parsed<List> {
        let list = self.list()?;
        if list.items.is_empty() {
            return self.fail(ErrorKind::Expected("a command"));
        }
        Ok(list)
    }

    fn at_list_end(&self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => self.at_case_terminator(),
            Some(_) => self.at_closing_word(),
        }
    }

    pub(super) fn at_case_terminator(&self) -> bool {
        self.sees(b";;").is_some() || self.is_bash() && self.sees(b";&").is_some()
    }

    fn terminator(&mut self) -> Parsed<Option<(Terminator, Span)>> {
        self.skip_blanks();
        if self.at_case_terminator() {
            return Ok(None);
        }
        if let Some(span) = self.take(b";") {
            return Ok(Some((Terminator::Semicolon, span)));
        }
        if let Some(span) = self.take(b"&") {
            return Ok(Some((Terminator::Background, span)));
        }
        Ok(self.newline()?.map(|span| (Terminator::Newline, span)))
    }

    fn and_or(&mut self) -> Parsed<AndOr> {
        let first = self.pipeline()?;
        let mut span = first.span;
        let mut rest = Vec::new();
        loop {
            self.skip_blanks();
            let (operator, place) = if let Some(place) = self.take(b"&&") {
                (AndOrOperator::And, place)
            } else if let Some(place) = self.take(b"||") {
                (AndOrOperator::Or, place)
            } else {
                return Ok(AndOr { first, rest, span });
            };
            self.skip_newlines()?;
            let pipeline = self.pipeline()?;
            span = span.cover(pipeline.span);
            rest.push((operator, place, pipeline));
        }
    }

    fn pipeline(&mut self) -> Parsed<Pipeline> {
        let start = self.pos;
        let mut pipeline = Pipeline {
            negations: Vec::new(),
            time: None,
            commands: Vec::with_capacity(1),
            operators: Vec::new(),
            span: Span::empty(start),
        };
        self.pipeline_prefix(&mut pipeline);
        let prefixed = !pipeline.negations.is_empty() || pipeline.time.is_some();
        if prefixed && self.is_bash() && self.at_terminator() {
            return Ok(pipeline);
        }
        loop {
            let command = self.command()?;
            pipeline.span = Span::new(start, command.span().end as usize);
            pipeline.commands.push(command);
            let Some(operator) = self.pipe_operator() else { return Ok(pipeline) };
            pipeline.operators.push(operator);
            self.skip_newlines()?;
        }
    }

    /// `!` and `time`: bash takes any number of them, dash one `!`.
    fn pipeline_prefix(&mut self, pipeline: &mut Pipeline) {
        loop {
            let word = if let Some(span) = self.take_reserved(Reserved::Bang) {
                pipeline.negations.push(span);
                span
            } else if let Some(span) = self.take_reserved(Reserved::Time) {
                pipeline.time = Some(span);
                span
            } else {
                return;
            };
            pipeline.span = pipeline.span.cover(word);
            self.skip_blanks();
            if !self.is_bash() {
                return;
            }
            if pipeline.time == Some(word) {
                self.time_option();
            }
        }
    }

    /// The `-p` of `time -p`.
    fn time_option(&mut self) {
        if let Some(end) = self.sees(b"-p").filter(|&end| self.ends_word_at(end)) {
            self.pos = end;
            self.skip_blanks();
        }
    }

    fn at_terminator(&self) -> bool {
        self.peek().is_none_or(|byte| matches!(byte, b'\n' | b';')) && !self.at_case_terminator()
    }

    fn pipe_operator(&mut self) -> Option<(PipeOperator, Span)> {
        self.skip_blanks();
        if self.sees(b"||").is_some() {
            return None;
        }
        if self.is_bash()
            && let Some(span) = self.take(b"|&")
        {
            return Some((PipeOperator::OutputAndError, span));
        }
        Some((PipeOperator::Output, self.take(b"|")?))
    }
}
