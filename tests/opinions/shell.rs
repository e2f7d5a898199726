//! `brush-parser`, a bash in Rust, on the shell texts: the same commands with the same words, joined by the
//! same operators?

use brush_parser::ast;
use brush_parser::{Parser, ParserOptions};
use dfopt_syntax::Span;
use dfopt_syntax::shell::{self as ours, AndOrOperator, CompoundKind, Dialect, PipeOperator, Terminator};

/// The kind of difference there is on `text`, if any.
pub(super) fn difference(text: &str) -> Option<&'static str> {
    let (ours, theirs) = (ours(text), brush(text));
    if ours == theirs {
        return None;
    }
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Some("rejects") };
    let squeezed = |trace: &[String]| trace.concat().replace([' ', '\t', '\n'], "");
    if squeezed(&ours) == squeezed(&theirs) {
        return Some("white space");
    }
    let first = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
    Some(if first.is_some_and(|(ours, theirs)| ours == "(" && theirs == "((") { "((" } else { "other" })
}

/// The commands of `text` as bash reads it, flat: names, words and operators in order. What is inside of
/// words is left out, as brush parses that only when it expands them.
fn ours(text: &str) -> Option<Vec<String>> {
    let script = ours::parse(text.as_bytes(), Dialect::Bash).ok()?;
    let mut trace = Ours { text, out: Vec::new() };
    trace.list(&script.list);
    Some(trace.out)
}

/// The same of brush.
fn brush(text: &str) -> Option<Vec<String>> {
    let options = ParserOptions { enable_extended_globbing: false, ..ParserOptions::default() };
    let program = Parser::new(text.as_bytes(), &options).parse_program().ok()?;
    let mut trace = Brush { out: Vec::new() };
    program.complete_commands.iter().for_each(|list| trace.list(list));
    Some(trace.out)
}

struct Ours<'t> {
    text: &'t str,
    out: Vec<String>,
}

impl Ours<'_> {
    fn put(&mut self, token: &str) {
        self.out.push(token.to_owned());
    }

    fn put_span(&mut self, span: Span) {
        let text = plain(&self.text[span.range()]);
        self.out.push(text);
    }

    fn list(&mut self, list: &ours::List) {
        for item in &list.items {
            self.pipeline(&item.and_or.first);
            for (operator, _, pipeline) in &item.and_or.rest {
                self.put(if *operator == AndOrOperator::And { "&&" } else { "||" });
                self.pipeline(pipeline);
            }
            self.put(if matches!(item.terminator, Some((Terminator::Background, _))) { "&" } else { ";" });
        }
    }

    fn pipeline(&mut self, pipeline: &ours::Pipeline) {
        if pipeline.negations.len() % 2 == 1 {
            self.put("!");
        }
        for (index, command) in pipeline.commands.iter().enumerate() {
            if index > 0 {
                self.put("|");
            }
            self.command(command);
            if pipeline.operators.get(index).is_some_and(|(op, _)| *op == PipeOperator::OutputAndError) {
                self.put("redirect");
            }
        }
    }

    fn command(&mut self, command: &ours::Command) {
        match command {
            ours::Command::Simple(simple) => {
                simple.assignments.iter().for_each(|assignment| self.put_span(assignment.span));
                for word in &simple.words {
                    match word.parts.as_slice() {
                        [ours::WordPart::ProcessSubstitution { .. }] => self.put("<()"),
                        _ => self.put_span(word.span),
                    }
                }
                self.redirects(&simple.redirects);
            }
            ours::Command::Compound(compound) => {
                self.compound(&compound.kind);
                self.redirects(&compound.redirects);
            }
            ours::Command::Function(function) => {
                self.put("function");
                self.put_span(function.name.span);
                self.command(&function.body);
            }
            ours::Command::Coprocess(coprocess) => self.command(&coprocess.command),
        }
    }

    fn compound(&mut self, kind: &CompoundKind) {
        match kind {
            CompoundKind::Group(list) => self.block("{", list),
            CompoundKind::Subshell(list) => self.block("(", list),
            CompoundKind::If { branches, otherwise } => {
                for branch in branches {
                    self.block("if", &branch.condition);
                    self.block("then", &branch.body);
                }
                if let Some(list) = otherwise {
                    self.block("else", list);
                }
            }
            CompoundKind::While(branch) | CompoundKind::Until(branch) => {
                self.block("while", &branch.condition);
                self.block("do", &branch.body);
            }
            CompoundKind::For { variable, words, body } => {
                self.put("for");
                self.put_span(*variable);
                words.iter().flatten().for_each(|word| self.put_span(word.span));
                self.block("do", body);
            }
            CompoundKind::Select { body, .. } => self.block("select", body),
            CompoundKind::ArithmeticFor { body, .. } => self.block("for ((", body),
            CompoundKind::Case { subject, items } => {
                self.put("case");
                self.put_span(subject.span);
                for item in items {
                    item.patterns.iter().for_each(|pattern| self.put_span(pattern.span));
                    self.block(")", &item.body);
                }
            }
            CompoundKind::Conditional(_) => self.put("[["),
            CompoundKind::Arithmetic(_) => self.put("(("),
        }
    }

    fn block(&mut self, opener: &str, list: &ours::List) {
        self.put(opener);
        self.list(list);
    }

    fn redirects(&mut self, redirects: &[ours::Redirect]) {
        redirects.iter().for_each(|_| self.put("redirect"));
    }
}

struct Brush {
    out: Vec<String>,
}

impl Brush {
    fn put(&mut self, token: &str) {
        self.out.push(token.to_owned());
    }

    fn word(&mut self, word: &ast::Word) {
        self.out.push(plain(&word.value));
    }

    fn list(&mut self, list: &ast::CompoundList) {
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            self.pipeline(&and_or.first);
            for more in &and_or.additional {
                let (operator, pipeline) = match more {
                    ast::AndOr::And(pipeline) => ("&&", pipeline),
                    ast::AndOr::Or(pipeline) => ("||", pipeline),
                };
                self.put(operator);
                self.pipeline(pipeline);
            }
            self.put(if matches!(separator, ast::SeparatorOperator::Async) { "&" } else { ";" });
        }
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) {
        if pipeline.bang {
            self.put("!");
        }
        for (index, command) in pipeline.seq.iter().enumerate() {
            if index > 0 {
                self.put("|");
            }
            self.command(command);
        }
    }

    fn command(&mut self, command: &ast::Command) {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects.as_ref());
            }
            ast::Command::Function(function) => {
                self.put("function");
                self.word(&function.fname);
                self.compound(&function.body.0);
                self.redirects(function.body.1.as_ref());
            }
            ast::Command::ExtendedTest(_, redirects) => {
                self.put("[[");
                self.redirects(redirects.as_ref());
            }
        }
    }

    fn simple(&mut self, simple: &ast::SimpleCommand) {
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        let mut redirects = 0;
        let mut item = |trace: &mut Self, item: &ast::CommandPrefixOrSuffixItem| match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(_) => redirects += 1,
            ast::CommandPrefixOrSuffixItem::Word(word)
            | ast::CommandPrefixOrSuffixItem::AssignmentWord(_, word) => trace.word(word),
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(..) => trace.put("<()"),
        };
        prefix.for_each(|each| item(self, each));
        simple.word_or_name.iter().for_each(|word| self.word(word));
        suffix.for_each(|each| item(self, each));
        (0..redirects).for_each(|_| self.put("redirect"));
    }

    fn compound(&mut self, compound: &ast::CompoundCommand) {
        match compound {
            ast::CompoundCommand::BraceGroup(group) => self.block("{", &group.list),
            ast::CompoundCommand::Subshell(subshell) => self.block("(", &subshell.list),
            ast::CompoundCommand::IfClause(clause) => {
                self.block("if", &clause.condition);
                self.block("then", &clause.then);
                for each in clause.elses.iter().flatten() {
                    match &each.condition {
                        Some(condition) => {
                            self.block("if", condition);
                            self.block("then", &each.body);
                        }
                        None => self.block("else", &each.body),
                    }
                }
            }
            ast::CompoundCommand::WhileClause(clause) | ast::CompoundCommand::UntilClause(clause) => {
                self.block("while", &clause.0);
                self.block("do", &clause.1.list);
            }
            ast::CompoundCommand::ForClause(clause) => {
                self.put("for");
                self.put(&clause.variable_name);
                clause.values.iter().flatten().for_each(|word| self.word(word));
                self.block("do", &clause.body.list);
            }
            ast::CompoundCommand::ArithmeticForClause(clause) => self.block("for ((", &clause.body.list),
            ast::CompoundCommand::CaseClause(clause) => {
                self.put("case");
                self.word(&clause.value);
                for case in &clause.cases {
                    case.patterns.iter().for_each(|pattern| self.word(pattern));
                    self.put(")");
                    case.cmd.iter().for_each(|list| self.list(list));
                }
            }
            ast::CompoundCommand::Arithmetic(_) => self.put("(("),
            ast::CompoundCommand::Coprocess(coprocess) => self.command(&coprocess.body),
        }
    }

    fn block(&mut self, opener: &str, list: &ast::CompoundList) {
        self.put(opener);
        self.list(list);
    }

    fn redirects(&mut self, redirects: Option<&ast::RedirectList>) {
        redirects.into_iter().flat_map(|list| &list.0).for_each(|_| self.put("redirect"));
    }
}

/// Without continuations, which brush takes out of its words.
fn plain(word: &str) -> String {
    word.replace("\\\n", "")
}
