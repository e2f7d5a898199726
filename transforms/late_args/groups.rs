//! Build arguments with what is made of them, and how far down they may go.

use std::collections::BTreeSet;

use dfopt_analysis::effects::{Effects, Setting};
use dfopt_analysis::{Build, ShellCode, Stage};
use dfopt_syntax::dockerfile::Keyword;

use crate::Context;

use super::candidates::{can_sink, is_volatile_arg, name_of};

/// Instructions that sink together: build arguments, and the ENVs and LABELs that are made of them.
#[derive(Default)]
pub(super) struct Group {
    /// In order of the file.
    pub(super) members: Vec<usize>,
    /// What they read and write.
    pub(super) effects: Effects,
    /// The arguments and variables that they set.
    names: BTreeSet<String>,
    /// What they have to stay above; none where nothing in the stage needs them.
    pub(super) stop: Option<Stop>,
}

/// The most groups of a stage, and instructions of a group: more are hostile, not a Dockerfile.
const MAX: usize = 32;

/// An instruction that a group has to stay above.
#[derive(Clone, Copy)]
pub(super) struct Stop {
    pub(super) index: usize,
    pub(super) cause: Cause,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// It names one of the variables.
    Named,
    /// It sets the same variable or label, or stays where it is among all.
    Order,
    /// What it reads is not known.
    Unknown,
    /// Its tools may read a variable that is not about the build.
    Tools,
    /// It fetches from a repository: who passes the commit may want it to run with each.
    Repository,
}

/// The groups of a stage that tell something of the build, the uppermost first.
pub(super) fn groups(context: &Context<'_, '_>, stage: &Stage) -> Vec<Group> {
    let build = context.build;
    let mut stopped: Vec<Group> = Vec::new();
    let mut sinking: Vec<Group> = Vec::new();
    for index in stage.instructions.clone().skip(1) {
        if joins(context, index, &sinking, stopped.len()) {
            join(build, index, &mut sinking);
            continue;
        }
        let fetches = !sinking.is_empty() && fetches_repository(build, index);
        for mut group in std::mem::take(&mut sinking) {
            group.stop = cause(build, &group, index, fetches).map(|cause| Stop { index, cause });
            let list = if group.stop.is_some() { &mut stopped } else { &mut sinking };
            list.push(group);
        }
    }
    stopped.extend(sinking);
    stopped.sort_by_key(|group| group.members.first().copied());
    stopped
}

impl Group {
    /// The build arguments that it declares, with the ARGs that do.
    pub(super) fn arguments<'a>(
        &'a self,
        build: &'a Build<'_>,
    ) -> impl Iterator<Item = (usize, String)> + 'a {
        self.members.iter().flat_map(|&index| {
            let arg = build.instruction(index);
            let declarations = arg.operation.declarations(arg.text.bytes());
            declarations.into_iter().map(move |declaration| (index, name_of(arg, &declaration)))
        })
    }

    fn is_read_by(&self, effects: &Effects) -> bool {
        let mut reads = effects.reads.settings.some.iter();
        reads.any(|read| matches!(read, Setting::Variable(name) if self.names.contains(name)))
    }

    /// True where instruction `index` names one of its variables, in whatever way.
    pub(super) fn is_named_in(&self, build: &Build<'_>, index: usize) -> bool {
        let instruction = build.instruction(index);
        let bodies = instruction.heredocs.iter().map(|heredoc| heredoc.body.of(build.source()));
        std::iter::once(instruction.text.bytes())
            .chain(bodies)
            .flat_map(words)
            .any(|word| self.names.contains(word))
    }
}

/// True for a build argument that tells something of the build, and for what is made of one that sinks.
fn joins(context: &Context<'_, '_>, index: usize, sinking: &[Group], stopped: usize) -> bool {
    if !can_sink(context, index) || sinking.iter().any(|group| group.members.len() >= MAX) {
        return false;
    }
    let effects = context.build.effects(index);
    sinking.iter().any(|group| group.is_read_by(effects))
        || sinking.len() + stopped < MAX && is_volatile_arg(context, index)
}

/// Adds instruction `index` to the groups that it has to do with, which are one from then on.
fn join(build: &Build<'_>, index: usize, sinking: &mut Vec<Group>) {
    let effects = build.effects(index);
    let (touched, mut rest): (Vec<Group>, Vec<Group>) =
        std::mem::take(sinking).into_iter().partition(|group| effects.conflict(&group.effects));
    // The largest takes in the others.
    let mut touched = touched.into_iter();
    let mut joined = touched.next().unwrap_or_default();
    for mut group in touched {
        if group.members.len() > joined.members.len() {
            std::mem::swap(&mut group, &mut joined);
        }
        joined.members.extend(group.members);
        joined.effects.extend(group.effects);
        joined.names.extend(group.names);
    }
    joined.members.sort_unstable();
    joined.members.push(index);
    joined.effects.extend(effects.clone());
    joined.names.extend(effects.writes.settings.some.iter().filter_map(|setting| match setting {
        Setting::Variable(name) => Some(name.clone()),
        _ => None,
    }));
    rest.push(joined);
    *sinking = rest;
}

/// Why `group` has to stay above instruction `index`; none where it may sink below it.
fn cause(build: &Build<'_>, group: &Group, index: usize, fetches: bool) -> Option<Cause> {
    let is_run = build.instruction(index).keyword() == Keyword::Run;
    // A name without a `$` may be read, too: `printenv GIT_COMMIT`.
    if is_run && group.is_named_in(build, index) {
        return Some(Cause::Named);
    }
    if fetches {
        return Some(Cause::Repository);
    }
    let effects = build.effects(index);
    if !effects.conflict(&group.effects) {
        return None;
    }
    let reads = &effects.reads.settings;
    Some(if reads.all {
        Cause::Unknown
    } else if group.is_read_by(effects) {
        Cause::Named
    } else if reads.environment {
        Cause::Tools
    } else {
        Cause::Order
    })
}

/// True for a RUN with `git clone`, or with packages that are installed out of a repository.
fn fetches_repository(build: &Build<'_>, index: usize) -> bool {
    let instruction = build.instruction(index);
    let text = instruction.text.bytes();
    let names_one = || {
        let parts = ["git+", ".git", "git@", "git://", "github:", "--git"];
        parts.iter().any(|part| memchr::memmem::find(text, part.as_bytes()).is_some())
    };
    let runs_one = || {
        let programs = build.shell_code(index).map(ShellCode::invocations).unwrap_or_default();
        programs.iter().any(|command| matches!(command.program.as_ref(), "git" | "svn" | "hg"))
    };
    instruction.keyword() == Keyword::Run && (names_one() || runs_one())
}

/// What may be names in `text`.
fn words(text: &[u8]) -> impl Iterator<Item = &str> {
    let parts = text.split(|&b| !(b.is_ascii_alphanumeric() || b == b'_')).filter(|part| !part.is_empty());
    parts.filter_map(|part| std::str::from_utf8(part).ok())
}
