//! A RUN as a sequence of steps, each with the folder it runs in.

use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::shell::{
    AndOrOperator, Command, Context, Node, Pipeline, Redirect, RedirectOperator, RedirectTarget,
    SimpleCommand, Terminator, WordPart,
};

use crate::build::Build;
use crate::invocation::Invocation;
use crate::paths::resolve;
use crate::shell_code::ShellCode;

use super::{Effects, Files, Setting, commands};

/// A pipeline of the list that a RUN's code is: `a && b; c | d` has three.
#[derive(Clone, Debug)]
pub struct Step<'b, 'd> {
    /// The code it is part of.
    pub code: &'b ShellCode<'d>,
    /// The pipeline.
    pub pipeline: &'b Pipeline,
    /// The folder it runs in; none where that is not known.
    pub directory: Option<String>,
    /// What joins it to the step before: none for `;`, a newline, and the first.
    pub operator: Option<AndOrOperator>,
    /// True where it runs in the background.
    pub background: bool,
}

/// The steps of RUN `index`, in order. None where its code is not understood, and for other instructions.
pub fn steps<'b, 'd>(build: &'b Build<'d>, index: usize) -> Option<Vec<Step<'b, 'd>>> {
    if build.instruction(index).keyword() != Keyword::Run {
        return None;
    }
    let code = build.shell_code(index)?;
    let mut directory =
        build.state_before(index).workdir.as_deref().and_then(|workdir| resolve(None, workdir));
    let mut steps = Vec::new();
    for item in &code.script.list.items {
        let background = matches!(item.terminator, Some((Terminator::Background, _)));
        let rest = item.and_or.rest.iter().map(|(operator, _, pipeline)| (Some(*operator), pipeline));
        for (operator, pipeline) in std::iter::once((None, &item.and_or.first)).chain(rest) {
            let step = Step { code, pipeline, directory: directory.clone(), operator, background };
            match step.changes_directory() {
                Change::No => {}
                Change::To(path) => directory = resolve(directory.as_deref(), &path),
                Change::Unknown => directory = None,
            }
            steps.push(step);
        }
    }
    Some(steps)
}

enum Change {
    No,
    To(String),
    Unknown,
}

impl<'b, 'd> Step<'b, 'd> {
    /// The program it runs, where it is nothing but one simple command with a name that is known.
    pub fn invocation(&self) -> Option<Invocation<'b>> {
        let ([Command::Simple(command)], []) = (&self.pipeline.commands[..], &self.pipeline.negations[..])
        else {
            return None;
        };
        Invocation::of(self.code.text.bytes(), command, Context::default())
    }

    /// The place of the step in the text of its code.
    pub fn span(&self) -> Span {
        self.pipeline.span
    }

    /// What it reads and writes, its substitutions and redirections included.
    pub fn effects(&self, build: &Build<'d>, index: usize) -> Effects {
        self.effects_of(build, index, |_| true)
    }

    /// The same without the command itself, where it is one simple command: what its substitutions and
    /// redirections do.
    pub fn effects_beside_command(&self, build: &Build<'d>, index: usize) -> Effects {
        self.effects_of(build, index, |command| command.span != self.pipeline.span)
    }

    fn effects_of(
        &self,
        build: &Build<'d>,
        index: usize,
        counts: impl Fn(&SimpleCommand) -> bool,
    ) -> Effects {
        let mut effects = Effects::default();
        let directory = match self.changes_directory() {
            Change::No => self.directory.as_deref(),
            _ => None,
        };
        let text = self.code.text.bytes();
        self.walk(&mut |node, context| {
            effects.extend(match node {
                Node::Simple(command) if !counts(command) => Effects::default(),
                Node::Simple(command) => match Invocation::of(text, command, context) {
                    Some(invocation) => commands::effects(build, index, &invocation, directory),
                    None if command.words.is_empty() => Effects::default(),
                    None => Effects::everything(),
                },
                Node::Redirect(redirect) => self.redirection(redirect, directory),
                Node::Part(WordPart::Parameter { name, .. }) => {
                    let mut read = Effects::default();
                    let name = String::from_utf8_lossy(name.of(text)).into_owned();
                    read.reads.settings.insert(Setting::Variable(name));
                    read
                }
                _ => Effects::default(),
            });
        });
        effects
    }

    fn redirection(&self, redirect: &Redirect, directory: Option<&str>) -> Effects {
        let RedirectTarget::Word(word) = &redirect.target else { return Effects::default() };
        if matches!(redirect.operator, RedirectOperator::HereString | RedirectOperator::DuplicateInput) {
            return Effects::default();
        }
        match word.literal(self.code.text.bytes()) {
            Some(path) if path.starts_with("/dev/") || is_descriptor(&path) => Effects::default(),
            Some(path) => Effects::uses(Files::at(resolve(directory, &path))),
            None => Effects::everything(),
        }
    }

    /// True where all it does is to change the folder of the steps after it.
    pub fn is_cd(&self) -> bool {
        matches!(self.changes_directory(), Change::To(_))
    }

    fn changes_directory(&self) -> Change {
        if let Some(invocation) = self.invocation()
            && invocation.program == "cd"
            && !invocation.sudo
        {
            return match invocation.arguments {
                [path] => match invocation.literal(path) {
                    Some(path) if path != "-" && !path.starts_with('~') => Change::To(path.into_owned()),
                    _ => Change::Unknown,
                },
                _ => Change::Unknown,
            };
        }
        let text = self.code.text.bytes();
        let mut found = false;
        self.walk(&mut |node, _| {
            if let Node::Simple(SimpleCommand { words, .. }) = node
                && let Some(name) = words.first()
            {
                found |= name.literal(text).is_none_or(|name| CHANGES_DIRECTORY.contains(&name.as_ref()));
            }
        });
        if found { Change::Unknown } else { Change::No }
    }

    fn walk(&self, visit: &mut dyn FnMut(Node<'b>, Context)) {
        self.code.script.walk_pipeline(self.pipeline, visit);
    }
}

/// Commands after which the working directory may be another.
const CHANGES_DIRECTORY: &[&str] = &["cd", "pushd", "popd", "eval", "source", "."];

fn is_descriptor(target: &str) -> bool {
    target == "-" || target.bytes().all(|b| b.is_ascii_digit())
}
