//! Visiting a tree: every node before those inside it, with what is around it.

use super::ast::{
    AndOr, AndOrOperator, Branch, Command, Compound, CompoundKind, HereDocument, List, Pipeline, Redirect,
    RedirectTarget, Script, SimpleCommand, Terminator,
};
use super::word::{Word, WordPart};
use crate::Span;

/// What a visitor is shown.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// A simple command; its words follow.
    Simple(&'a SimpleCommand),
    /// Any other command; its parts follow.
    Compound(&'a Command),
    /// A word of any command or redirection; its parts follow.
    Word(&'a Word),
    /// A part of a word, in quotes and expansions too.
    Part(&'a WordPart),
    /// A redirection; its target follows.
    Redirect(&'a Redirect),
}

impl Node<'_> {
    /// The source of the node.
    pub fn span(&self) -> Span {
        match self {
            Node::Simple(command) => command.span,
            Node::Compound(command) => command.span(),
            Node::Word(word) => word.span,
            Node::Part(part) => part.span(),
            Node::Redirect(redirect) => redirect.span,
        }
    }
}

/// What is around a command, at any distance. Nothing is set where it always runs, in the shell itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// In `( )`, or in bash's `coproc`.
    pub in_subshell: bool,
    /// In `$( )`, backticks or bash's `<( )`.
    pub in_substitution: bool,
    /// In a pipeline of several commands: each runs in a subshell.
    pub in_pipeline: bool,
    /// In a command that `&` ends.
    pub in_background: bool,
    /// In the body of a function: runs where the function is called.
    pub in_function: bool,
    /// In the condition or the body of a loop.
    pub in_loop: bool,
    /// In the condition of `if`, `elif`, `while` or `until`.
    pub in_condition: bool,
    /// In a branch of `if` or `case`.
    pub in_branch: bool,
    /// After `&&`: runs only if what is before it succeeded.
    pub after_and: bool,
    /// After `||`: runs only if what is before it failed. Both are set for `c` in `a || b && c`.
    pub after_or: bool,
    /// Before `&&` or `||`: `set -e` does not stop here.
    pub before_and_or: bool,
    /// In a pipeline after `!`.
    pub negated: bool,
}

impl Context {
    /// True where a `cd` or an assignment has an effect on the commands that follow in the text.
    pub fn runs_in_shell(&self) -> bool {
        !(self.in_subshell
            || self.in_substitution
            || self.in_pipeline
            || self.in_background
            || self.in_function)
    }

    /// True where no other command's result decides whether it runs, except that earlier ones may end the
    /// shell.
    pub fn is_unconditional(&self) -> bool {
        !(self.in_function
            || self.in_loop
            || self.in_branch
            || self.in_condition
            || self.after_and
            || self.after_or)
    }
}

impl Script {
    /// Shows every node of the text to `visit`, each before those inside it.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(Node<'a>, Context)) {
        Walker { here_documents: &self.here_documents, visit }.list(&self.list, Context::default());
    }

    /// The same for one pipeline of the text, as if it stood alone.
    pub fn walk_pipeline<'a>(&'a self, pipeline: &'a Pipeline, visit: &mut dyn FnMut(Node<'a>, Context)) {
        Walker { here_documents: &self.here_documents, visit }.pipeline(pipeline, Context::default());
    }

    /// Every simple command at any depth, in the order of [`Script::walk`].
    pub fn simple_commands(&self) -> Vec<(&SimpleCommand, Context)> {
        let mut commands = Vec::new();
        self.walk(&mut |node, context| {
            if let Node::Simple(command) = node {
                commands.push((command, context));
            }
        });
        commands
    }
}

struct Walker<'a, 'v> {
    here_documents: &'a [HereDocument],
    visit: &'v mut dyn FnMut(Node<'a>, Context),
}

impl<'a> Walker<'a, '_> {
    fn list(&mut self, list: &'a List, context: Context) {
        for item in &list.items {
            let background = matches!(item.terminator, Some((Terminator::Background, _)));
            self.and_or(
                &item.and_or,
                Context { in_background: context.in_background || background, ..context },
            );
        }
    }

    fn and_or(&mut self, and_or: &'a AndOr, mut context: Context) {
        let outer = context.before_and_or;
        context.before_and_or = outer || !and_or.rest.is_empty();
        self.pipeline(&and_or.first, context);
        for (index, (operator, _, pipeline)) in and_or.rest.iter().enumerate() {
            match operator {
                AndOrOperator::And => context.after_and = true,
                AndOrOperator::Or => context.after_or = true,
            }
            context.before_and_or = outer || index + 1 < and_or.rest.len();
            self.pipeline(pipeline, context);
        }
    }

    fn pipeline(&mut self, pipeline: &'a Pipeline, mut context: Context) {
        context.in_pipeline |= pipeline.commands.len() > 1;
        context.negated |= !pipeline.negations.is_empty();
        for command in &pipeline.commands {
            self.command(command, context);
        }
    }

    fn command(&mut self, command: &'a Command, context: Context) {
        let node = match command {
            Command::Simple(simple) => Node::Simple(simple),
            _ => Node::Compound(command),
        };
        (self.visit)(node, context);
        match command {
            Command::Simple(simple) => self.simple(simple, context),
            Command::Compound(compound) => self.compound(compound, context),
            Command::Function(function) => {
                self.word(&function.name, context);
                self.command(&function.body, Context { in_function: true, ..context });
            }
            Command::Coprocess(coprocess) => {
                self.command(
                    &coprocess.command,
                    Context { in_subshell: true, in_background: true, ..context },
                );
            }
        }
    }

    fn simple(&mut self, command: &'a SimpleCommand, context: Context) {
        for assignment in &command.assignments {
            self.words(&assignment.subscript, context);
            self.word(&assignment.value, context);
        }
        self.words(&command.words, context);
        self.redirects(&command.redirects, context);
    }

    fn compound(&mut self, compound: &'a Compound, context: Context) {
        let body_of_loop = Context { in_loop: true, ..context };
        let branch = Context { in_branch: true, ..context };
        match &compound.kind {
            CompoundKind::Group(list) => self.list(list, context),
            CompoundKind::Subshell(list) => self.list(list, Context { in_subshell: true, ..context }),
            CompoundKind::If { branches, otherwise } => {
                for (index, each) in branches.iter().enumerate() {
                    let condition = Context { in_branch: context.in_branch || index > 0, ..context };
                    self.branch(each, condition, branch);
                }
                if let Some(list) = otherwise {
                    self.list(list, branch);
                }
            }
            CompoundKind::While(each) | CompoundKind::Until(each) => {
                self.branch(each, body_of_loop, body_of_loop)
            }
            CompoundKind::For { words, body, .. } | CompoundKind::Select { words, body, .. } => {
                self.words(words.iter().flatten(), context);
                self.list(body, body_of_loop);
            }
            CompoundKind::ArithmeticFor { header, body } => {
                self.word(header, context);
                self.list(body, body_of_loop);
            }
            CompoundKind::Case { subject, items } => {
                self.word(subject, context);
                for item in items {
                    self.words(&item.patterns, context);
                    self.list(&item.body, branch);
                }
            }
            CompoundKind::Conditional(operands) => self.words(operands, context),
            CompoundKind::Arithmetic(expression) => self.word(expression, context),
        }
        self.redirects(&compound.redirects, context);
    }

    fn branch(&mut self, branch: &'a Branch, condition: Context, body: Context) {
        self.list(&branch.condition, Context { in_condition: true, ..condition });
        self.list(&branch.body, body);
    }

    fn redirects(&mut self, redirects: &'a [Redirect], context: Context) {
        for redirect in redirects {
            (self.visit)(Node::Redirect(redirect), context);
            match &redirect.target {
                RedirectTarget::Word(word) => self.word(word, context),
                RedirectTarget::HereDocument(index) => {
                    let parts = self.here_documents.get(*index).and_then(|document| document.parts.as_ref());
                    self.parts(parts.into_iter().flatten(), context);
                }
            }
        }
    }

    fn words(&mut self, words: impl IntoIterator<Item = &'a Word>, context: Context) {
        for word in words {
            self.word(word, context);
        }
    }

    fn word(&mut self, word: &'a Word, context: Context) {
        (self.visit)(Node::Word(word), context);
        self.parts(&word.parts, context);
    }

    fn parts(&mut self, parts: impl IntoIterator<Item = &'a WordPart>, context: Context) {
        for part in parts {
            self.part(part, context);
        }
    }

    fn part(&mut self, part: &'a WordPart, context: Context) {
        (self.visit)(Node::Part(part), context);
        let substituted = Context { in_substitution: true, ..context };
        match part {
            WordPart::DoubleQuoted { parts, .. } | WordPart::Arithmetic { parts, .. } => {
                self.parts(parts, context)
            }
            WordPart::Parameter { subscript, operand, .. } => {
                self.words(subscript.as_deref(), context);
                self.words(operand.as_deref(), context);
            }
            WordPart::CommandSubstitution { list, .. } | WordPart::ProcessSubstitution { list, .. } => {
                self.list(list, substituted);
            }
            WordPart::Backtick { list, .. } => {
                if let Some(list) = list {
                    self.list(list, substituted);
                }
            }
            WordPart::Array { elements, .. } => self.words(elements, context),
            WordPart::Literal(_)
            | WordPart::Escaped(_)
            | WordPart::LineContinuation(_)
            | WordPart::SingleQuoted(_)
            | WordPart::AnsiC(_) => {}
        }
    }
}
