//! Looks for the installation in a RUN.

use std::collections::BTreeSet;

use dfopt_analysis::ecosystems::{Builder, Ecosystem, Refusal};
use dfopt_analysis::effects::{Step, steps};
use dfopt_analysis::packages::tools::{self, ToolCache, has_option};
use dfopt_analysis::{Invocation, Stage, paths};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Keyword, ShellKind};
use dfopt_syntax::shell::AndOrOperator;

use crate::reordering::{Cut, Declined, Sinking};
use crate::{Context, joining};

use super::builds::loads_and_builds;
use super::installation::{First, Found, Installation, Rest};
use super::is_broad;
use super::needs::{Needs, Premises};

/// The installation in RUN `index`, where it can run before what sinks. None where there is none, or
/// nothing stands above it that would have to sink; `below` is a COPY of everything in a stage below.
pub(super) fn find<'d>(
    context: &Context<'_, 'd>,
    stage: &Stage,
    index: usize,
    sinking: &Sinking<'_, 'd>,
    below: Option<usize>,
) -> Option<Found> {
    let build = context.build;
    let above = if sinking.is_empty() { Some(below?) } else { None };
    let Some(steps) = steps(build, index) else {
        let declined =
            Declined::new("the RUN is not plain shell code", "write it as commands for sh or bash");
        return (!sinking.is_empty() && names_installation(context, index))
            .then_some(Found::Declined(declined));
    };
    let entry = |step: &Step<'_, '_>| recognise(context, &step.invocation()?);
    let entries: Vec<Option<&Ecosystem>> = steps.iter().map(entry).collect();
    if let Some(copy) = above {
        entries.iter().flatten().next()?;
        // Sources that come with the stage below cannot sink.
        return Some(Found::Declined(Declined::because_of(
            copy,
            "the sources are copied in the stage that this one is built from",
            "install in that stage, above its COPY",
        )));
    }
    if entries.iter().all(Option::is_none) {
        let hidden = build.shell_code(index)?.invocations();
        let hidden = hidden.iter().any(|invocation| recognise(context, invocation).is_some());
        let declined = Declined::new(
            "the installation is no step of its own in the RUN",
            "make it a plain command, outside of groups, conditions and pipelines",
        );
        if hidden {
            return Some(Found::Declined(declined));
        }
        let is_broad = sinking.indices().any(|copy| is_broad(context, copy));
        return if is_broad { loads_and_builds(context, stage, index).map(Found::Declined) } else { None };
    }
    let search = Search { context, stage, index, sinking, steps: &steps, entries: &entries };
    search.installation().unwrap_or_else(|declined| Some(Found::Declined(declined)))
}

/// True where a RUN of the stage has a command that installs, or builds with what it loads.
pub(super) fn may_install(context: &Context<'_, '_>, stage: &Stage) -> bool {
    let is_run = |index: &usize| context.build.instruction(*index).keyword() == Keyword::Run;
    stage.instructions.clone().filter(is_run).any(|index| match context.build.shell_code(index) {
        Some(code) => code
            .invocations()
            .iter()
            .any(|invocation| recognise(context, invocation).is_some() || Builder::of(invocation).is_some()),
        None => names_installation(context, index),
    })
}

fn recognise<'a>(context: &'a Context<'_, '_>, invocation: &Invocation<'_>) -> Option<&'a Ecosystem> {
    Ecosystem::of(invocation, &context.settings.ecosystems)
}

/// True for code that is not understood, but has the words of an installation in it.
fn names_installation(context: &Context<'_, '_>, index: usize) -> bool {
    let instruction = context.build.instruction(index);
    let text = String::from_utf8_lossy(instruction.slice(instruction.operation.body)).into_owned();
    let text = text.replace("\", \"", " ").replace("\",\"", " ");
    Ecosystem::all(&context.settings.ecosystems)
        .any(|entry| entry.commands.iter().any(|command| command.contains(' ') && text.contains(command)))
}

/// A COPY of everything in the stages that `stage` is built from.
pub(super) fn broad_in_ancestors(context: &Context<'_, '_>, stage: &Stage) -> Option<usize> {
    let mut ancestors = context.build.ancestry(stage).skip(1);
    ancestors.find_map(|ancestor| ancestor.instructions.clone().find(|&i| is_broad(context, i)))
}

struct Search<'s, 'c, 'd> {
    context: &'s Context<'c, 'd>,
    stage: &'s Stage,
    index: usize,
    sinking: &'s Sinking<'s, 'd>,
    steps: &'s [Step<'s, 'd>],
    entries: &'s [Option<&'s Ecosystem>],
}

impl<'d> Search<'_, '_, 'd> {
    fn installation(&self) -> Result<Option<Found>, Declined> {
        let premises = Premises::of(self.context.build, self.stage, self.index, self.sinking)?;
        let mut first: BTreeSet<First> = BTreeSet::new();
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut commands = Vec::new();
        let mut prepares = true;
        let mut end = 0;
        let mut refused = None;
        for (number, (step, entry)) in self.steps.iter().zip(self.entries).enumerate() {
            // What the table of commands knows to leave the application alone needs no entry, nor that the
            // entry it has is content: `npm install -g pnpm`.
            let is_independent = step.is_cd() || self.is_independent(step);
            if is_independent && entry.is_none() {
                continue;
            }
            let needs = match entry {
                Some(entry) if self.has_first(step, entry) => return Ok(None),
                Some(entry) => premises.needs(step, entry),
                None => Err(Declined::new(
                    "what runs before the installation in the RUN may read the sources",
                    "install first, in a RUN of its own",
                )),
            };
            match (needs, entry) {
                (Ok(Needs { refusal: Some(_), .. }) | Err(_), _) if is_independent => continue,
                (Ok(Needs { refusal: Some(refusal), first, paths }), Some(entry)) if commands.is_empty() => {
                    self.check_changes_of_folder(number, &paths)?;
                    let code = self.with_options(number, entry, refusal)?;
                    return Ok(Some(self.found(first, Rest::All(code.clone()), vec![code], false)));
                }
                (Ok(Needs { refusal: None, paths, first: copied_first }), _) => {
                    needed.extend(paths);
                    first.extend(copied_first);
                }
                (Ok(Needs { refusal: Some(refusal), .. }), _) => {
                    refused = Some(Declined::new(refusal.reason, refusal.help));
                    break;
                }
                (Err(declined), _) => {
                    refused = Some(declined);
                    break;
                }
            }
            // What reads nothing of the sources is for install-order to move.
            prepares &= is_independent || entry.is_some_and(|entry| entry.prepares);
            commands.push(command(step));
            end = number + 1;
        }
        if commands.is_empty() || prepares && refused.is_some() {
            return refused.map_or(Ok(None), Err);
        }
        let pinned = premises.pinned(&needed);
        if !pinned.is_empty() {
            return Ok(Some(Found::Pinned(pinned)));
        }
        self.check_changes_of_folder(end, &needed)?;
        // Clean-up that follows belongs to the installation.
        let (installing, behind) = self.steps.split_at(end);
        let follows = behind.iter().take_while(|step| {
            !step.is_cd() && (self.is_independent(step) || self.cleans_up(step, installing, &needed))
        });
        end += follows.count();
        let rest = if end < self.steps.len() { Rest::Cut(self.cut(end)?) } else { Rest::None };
        premises.check_folders(&first)?;
        Ok(Some(self.found(first, rest, commands, prepares)))
    }

    fn found(&self, first: BTreeSet<First>, rest: Rest, commands: Vec<String>, prepares: bool) -> Found {
        Found::Installation(Installation {
            index: self.index,
            first: first.into_iter().collect(),
            rest,
            commands,
            prepares,
        })
    }

    /// What `cd` before step `end` leads to must be there, because something that is needed lies in it.
    fn check_changes_of_folder(&self, end: usize, needed: &BTreeSet<String>) -> Result<(), Declined> {
        for step in self.steps[..end].iter().filter(|step| step.is_cd() && !self.is_independent(step)) {
            let effects = step.effects(self.context.build, self.index);
            let files = &effects.reads.files;
            let is_made = |folder: &String| {
                needed.iter().any(|path| paths::below(path, folder).is_some_and(|rest| !rest.is_empty()))
            };
            if !effects.writes.files.is_empty() || files.all || !files.paths.iter().all(is_made) {
                return Err(Declined::new(
                    format!("`{}` leads to a folder of the sources", command(step)),
                    "change only to the folder of a manifest",
                ));
            }
        }
        Ok(())
    }

    /// True where the step notices nothing of what sinks.
    fn is_independent(&self, step: &Step<'_, 'd>) -> bool {
        let effects = step.effects(self.context.build, self.index);
        self.sinking.obstacle(&effects, |_| true).is_none()
    }

    /// True where the step empties the cache that one of `installing` has filled, by the same program: that has read
    /// the same settings before.
    fn cleans_up(&self, step: &Step<'_, 'd>, installing: &[Step<'_, 'd>], first: &BTreeSet<String>) -> bool {
        let Some(clean_up) = step.invocation() else { return false };
        let is_alike = |invocation: &Invocation<'_>| {
            let program = |of: &Invocation<'_>| {
                let count = of.command.words.len() - of.arguments.len();
                of.command.words[..count].iter().map(|word| of.slice(word.span).to_vec()).collect::<Vec<_>>()
            };
            program(invocation) == program(&clean_up)
                && has_option(invocation, &["--no-plugins"]) == has_option(&clean_up, &["--no-plugins"])
        };
        let fills = |row: &ToolCache| {
            let mut invocations = installing.iter().filter_map(Step::invocation);
            invocations.any(|invocation| row.command(&invocation).is_some() && is_alike(&invocation))
        };
        if !tools::ALL.iter().any(|row| row.is_clean_up(&clean_up) && fills(row)) {
            return false;
        }
        let mut effects = step.effects_beside_command(self.context.build, self.index);
        // A cache in the project may be one of the sources. What is copied first says the same as before, but where
        // its text is one that matters.
        let mut lookups = step.effects(self.context.build, self.index).reads.files.lookups;
        lookups.retain(|lookup| lookup.text.is_some() || !first.contains(&lookup.path));
        effects.reads.files.lookups.extend(lookups);
        self.sinking.obstacle(&effects, |_| true).is_none()
    }

    /// True where the step installs the rest of what a RUN above has installed with the entry's `first_with`.
    fn has_first(&self, step: &Step<'_, '_>, entry: &Ecosystem) -> bool {
        let Some(options) = entry.first_with.as_deref() else { return false };
        let has_options = |invocation: &Invocation<'_>| {
            let words: Vec<_> = invocation.arguments.iter().map(|word| invocation.literal(word)).collect();
            recognise(self.context, invocation).is_some_and(|other| other.name == entry.name)
                && options.split(' ').all(|option| words.iter().any(|word| word.as_deref() == Some(option)))
        };
        let build = self.context.build;
        let above =
            (self.stage.instructions.start + 1..self.index).filter_map(|index| build.shell_code(index));
        !step.invocation().is_some_and(|invocation| has_options(&invocation))
            && above.flat_map(|code| code.invocations()).any(|invocation| has_options(&invocation))
    }

    /// The code of a RUN that installs what the manifests name, for the installation that is step `number`.
    fn with_options(&self, number: usize, entry: &Ecosystem, refusal: Refusal) -> Result<String, Declined> {
        let Some(options) = entry.first_with.as_deref() else {
            return Err(Declined::new(refusal.reason, refusal.help));
        };
        let is_first = self.steps[..number].iter().all(Step::is_cd);
        if !self.context.settings.install_first || !is_first {
            let more = if is_first { "; or set `install-first` in dfopt.toml" } else { "" };
            return Err(Declined::new(refusal.reason, refusal.help + more));
        }
        let commands: Vec<String> = self.steps[..=number].iter().map(command).collect();
        Ok(format!("{} {options}", commands.join(" && ")))
    }

    /// Takes the RUN apart before step `number`.
    fn cut(&self, number: usize) -> Result<Cut, Declined> {
        let help = "install in a RUN of its own";
        let instruction = self.context.build.instruction(self.index);
        let code = self.steps[0].code;
        // `a && b || c`: what follows `||` depends on the first part, too. `a && b; c` may run well without it.
        let is_chain = self.steps[1..].iter().all(|step| step.operator == Some(AndOrOperator::And))
            && !self.steps.iter().any(|step| step.background);
        if !is_chain || code.kind != ShellKind::Plain || !instruction.heredocs.is_empty() {
            return Err(Declined::new("the RUN goes on, and is no plain `&&` chain", help));
        }
        let (head, last) = (self.steps[0].span(), self.steps[number - 1].span());
        if let Some(leaving) = joining::left_behind(code, head.cover(last)) {
            let reason = format!("{} in the RUN reaches into what follows the installation", leaving.what);
            return Err(Declined::new(reason, help));
        }
        if let Some(what) = joining::looks_back(code) {
            return Err(Declined::new(format!("the RUN reads `{what}`"), help));
        }
        let start = code.text.source_end(last.end);
        let end = code.text.source_start(self.steps[number].span().start);
        Ok(Cut { joint: Span { start, end } })
    }
}

/// The code of a step, in one line.
fn command(step: &Step<'_, '_>) -> String {
    let code = String::from_utf8_lossy(step.span().of(step.code.text.bytes())).into_owned();
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
