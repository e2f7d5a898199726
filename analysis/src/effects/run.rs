//! A RUN as a sequence of steps, each with the folder it runs in.

use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::shell::{
    AndOrOperator, Command, CompoundKind, Context, Node, ParameterPrefix, Pipeline, Redirect,
    RedirectOperator, RedirectTarget, SimpleCommand, Terminator, Word, WordPart,
};

use crate::build::Build;
use crate::invocation::Invocation;
use crate::paths::{resolve, split};
use crate::shell_code::ShellCode;

use super::commands::{Surroundings, Value, values_of};
use super::{Effects, Files, Footprint, Setting, Settings, commands};

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
    let mut steps: Vec<Step<'b, 'd>> = Vec::new();
    for item in &code.script.list.items {
        let background = matches!(item.terminator, Some((Terminator::Background, _)));
        let outside = directory.clone();
        let rest = item.and_or.rest.iter().map(|(operator, _, pipeline)| (Some(*operator), pipeline));
        let start = steps.len();
        for (operator, pipeline) in std::iter::once((None, &item.and_or.first)).chain(rest) {
            let mut step = Step { code, pipeline, directory: directory.clone(), operator, background };
            // `cd a || cd b`: which of them ran is not known, unless nothing goes on where the first fails.
            if operator == Some(AndOrOperator::Or)
                && steps[start..].iter().any(Step::moves)
                && !step.ends_shell()
            {
                step.directory = None;
                directory = None;
            }
            match step.change() {
                Change::No => {}
                // `a || cd b && c`: where `a` succeeds, nothing has changed.
                _ if operator == Some(AndOrOperator::Or) => directory = None,
                Change::To(path) => directory = resolve(directory.as_deref(), &path),
                Change::Unknown => directory = None,
            }
            steps.push(step);
        }
        if background {
            directory = outside;
        } else if steps[start..].iter().skip(1).any(Step::moves) {
            // `a && cd b; c`: where `a` fails, nothing has changed.
            directory = None;
        }
    }
    Some(steps)
}

enum Change {
    No,
    To(String),
    Unknown,
}

/// What `steps`, which are all of RUN `index`, read and write.
pub(super) fn of_steps<'d>(build: &Build<'d>, index: usize, steps: &[Step<'_, 'd>]) -> Effects {
    let mut effects = Effects::default();
    let Some(first) = steps.first() else { return effects };
    let surroundings = Surroundings::new(build, index, first.code);
    for step in steps {
        effects.extend(step.effects_in(&surroundings, |_| true));
    }
    effects
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

    /// What its command gets for `word`, one of its own, where that is exactly one argument and known.
    pub fn value(&self, build: &Build<'d>, index: usize, word: &Word) -> Option<String> {
        let surroundings = Surroundings::new(build, index, self.code);
        match <[Value; 1]>::try_from(values_of(&surroundings, word)) {
            Ok([Value::Known(value)]) => Some(value),
            _ => None,
        }
    }

    /// The place of the step in the text of its code.
    pub fn span(&self) -> Span {
        self.pipeline.span
    }

    /// What it reads and writes, its substitutions and redirections included.
    pub fn effects(&self, build: &Build<'d>, index: usize) -> Effects {
        self.effects_in(&Surroundings::new(build, index, self.code), |_| true)
    }

    /// The same without the command itself, where it is one simple command: what its substitutions and
    /// redirections do.
    pub fn effects_beside_command(&self, build: &Build<'d>, index: usize) -> Effects {
        let is_other = |command: &SimpleCommand| command.span != self.pipeline.span;
        self.effects_in(&Surroundings::new(build, index, self.code), is_other)
    }

    fn effects_in(
        &self,
        surroundings: &Surroundings<'_, '_>,
        counts: impl Fn(&SimpleCommand) -> bool,
    ) -> Effects {
        let mut effects = Effects::default();
        // A `cd` itself runs in the folder before it.
        let stays = self.is_cd() || !self.changes_inside();
        let directory = if stays { self.directory.as_deref() } else { None };
        let text = self.code.text.bytes();
        self.walk(&mut |node, context| {
            effects.extend(match node {
                Node::Simple(command) if !counts(command) => Effects::default(),
                Node::Simple(command) if command.words.is_empty() => {
                    commands::assignments(surroundings, command, directory)
                }
                Node::Simple(command) => match Invocation::of(text, command, context) {
                    Some(invocation) => {
                        commands::effects(surroundings, &invocation, self.pipeline, directory)
                    }
                    None => Effects::everything(),
                },
                Node::Compound(command) => of_compound(surroundings, command, directory),
                Node::Redirect(redirect) => of_redirect(surroundings, redirect, directory),
                Node::Part(part) => of_part(text, part),
                Node::Word(_) => Effects::default(),
            });
        });
        effects
    }

    /// True where all it does is to change the folder of the steps after it.
    pub fn is_cd(&self) -> bool {
        matches!(self.change(), Change::To(_))
    }

    /// True where the steps after it may run in another folder.
    fn moves(&self) -> bool {
        !matches!(self.change(), Change::No)
    }

    /// True for `exit`: nothing follows it.
    fn ends_shell(&self) -> bool {
        self.invocation().is_some_and(|invocation| invocation.program == "exit" && !invocation.sudo)
    }

    fn change(&self) -> Change {
        if let Some(invocation) = self.invocation()
            && invocation.program == "cd"
            && invocation.command.words.len() == invocation.arguments.len() + 1
        {
            return match invocation.arguments {
                [path] => match invocation.literal(path) {
                    Some(to) if to != "-" && path.is_plain(self.code.text.bytes()) => {
                        Change::To(to.into_owned())
                    }
                    _ => Change::Unknown,
                },
                _ => Change::Unknown,
            };
        }
        let in_shell = self.changes(|context| context.runs_in_shell() || context.in_function);
        if in_shell { Change::Unknown } else { Change::No }
    }

    /// True where a command of it, in a subshell or not, may change the folder.
    fn changes_inside(&self) -> bool {
        self.changes(|_| true)
    }

    fn changes(&self, counts: impl Fn(Context) -> bool) -> bool {
        let text = self.code.text.bytes();
        let mut found = false;
        self.walk(&mut |node, context| {
            if let Node::Simple(command) = node
                && !command.words.is_empty()
                && counts(context)
            {
                found |= match Invocation::of(text, command, context) {
                    Some(invocation) => CHANGES_DIRECTORY.contains(&invocation.program.as_ref()),
                    None => true,
                };
            }
        });
        found
    }

    fn walk(&self, visit: &mut dyn FnMut(Node<'b>, Context)) {
        self.code.script.walk_pipeline(self.pipeline, visit);
    }
}

/// Commands after which the working directory may be another.
const CHANGES_DIRECTORY: &[&str] = &["cd", "pushd", "popd", "eval", "source", "."];

/// What the words of a compound command look at.
fn of_compound(surroundings: &Surroundings<'_, '_>, command: &Command, directory: Option<&str>) -> Effects {
    let Command::Compound(compound) = command else {
        // A function runs where it is called, and a coprocess beside what follows it.
        return Effects::everything();
    };
    match &compound.kind {
        CompoundKind::For { words: Some(words), .. } | CompoundKind::Select { words: Some(words), .. } => {
            let text = surroundings.text();
            let mut effects = Effects::default();
            for word in words.iter().filter(|word| word.has_glob(text)) {
                for value in values_of(surroundings, word) {
                    effects.extend(reading_in(directory, &value));
                }
            }
            effects
        }
        // `[[ -f x ]]`, `[[ -v X ]]`, `((X = 1))`: names and files without a `$`.
        CompoundKind::Conditional(_) | CompoundKind::Arithmetic(_) | CompoundKind::ArithmeticFor { .. } => {
            let reads = Footprint { files: Files::all(), settings: Settings::all() };
            Effects { reads, ..Effects::default() }
        }
        _ => Effects::default(),
    }
}

/// The folder that a pattern is looked up in, or the file.
fn reading_in(directory: Option<&str>, value: &Value) -> Effects {
    let path = match value {
        Value::Known(path) => path.as_str(),
        Value::Starts(start) => match split(start).0 {
            "" => ".",
            folder => folder,
        },
        Value::Unknown => ".",
    };
    let mut effects = Effects::reading(Files::at(resolve(directory, path)));
    if !path.starts_with('/') {
        effects.reads.settings.insert(Setting::Workdir);
    }
    effects
}

fn of_redirect(surroundings: &Surroundings<'_, '_>, redirect: &Redirect, directory: Option<&str>) -> Effects {
    let RedirectTarget::Word(word) = &redirect.target else { return Effects::default() };
    if matches!(redirect.operator, RedirectOperator::HereString | RedirectOperator::DuplicateInput) {
        return Effects::default();
    }
    let values = values_of(surroundings, word);
    let [value] = values.as_slice() else { return Effects::everything() };
    if *value == Value::Unknown {
        return Effects::everything();
    }
    if let Value::Known(target) = value
        && (resolve(directory, target).is_some_and(|path| path.starts_with("/dev/")) || is_descriptor(target))
    {
        return Effects::default();
    }
    let mut effects = reading_in(directory, value);
    if redirect.operator != RedirectOperator::Input {
        effects.writes.files = effects.reads.files.clone();
    }
    effects
}

fn of_part(text: &[u8], part: &WordPart) -> Effects {
    let mut effects = Effects::default();
    match part {
        // bash's `${!name}` reads the variable that another one names.
        WordPart::Parameter { prefix: Some(ParameterPrefix::Indirect), .. } | WordPart::Arithmetic { .. } => {
            effects.reads.settings = Settings::all();
        }
        WordPart::Parameter { name, .. } => {
            let name = String::from_utf8_lossy(name.of(text)).into_owned();
            if name == "PWD" {
                effects.reads.settings.insert(Setting::Workdir);
            }
            effects.reads.settings.insert(Setting::Variable(name));
        }
        WordPart::Backtick { list: None, .. } => return Effects::everything(),
        _ => {}
    }
    effects
}

fn is_descriptor(target: &str) -> bool {
    target == "-" || target.bytes().all(|b| b.is_ascii_digit())
}
