//! apk: `--no-cache` fetches the index, uses it and keeps nothing, so `apk update` is not needed.

use std::collections::BTreeSet;

use dfopt_analysis::packages::{Action, Family, IndexUse, Manager, PackageCommand, uses_index};
use dfopt_analysis::{After, Build, Stage};
use dfopt_syntax::dockerfile::{Keyword, ShellKind};
use dfopt_syntax::shell::{AndOr, AndOrOperator, Pipeline};
use dfopt_syntax::{Edit, Span};

use super::{is_mounted, is_read, removes_cache};
use crate::{Effect, Findings, Saving, joining};

/// What `apk update` leaves in /var/cache/apk. No image of Alpine was at hand to measure it in.
const INDEX: Saving = Saving::Files("the index of all packages that could be installed");

pub(super) fn run(build: &Build<'_>, findings: &mut Findings) {
    let is_old = |stage: &Stage| build.base_image(stage.instructions.start).is_some_and(lacks_the_option);
    if is_read(build, Family::Apk) || build.stages().iter().any(is_old) {
        return;
    }
    let instructions = 0..build.dockerfile().instructions().len();
    let plans: Vec<Plan> = instructions.filter_map(|index| plan(build, index)).collect();
    let left_behind = left_behind(build, &plans);
    if let Some((plan, below)) =
        plans.iter().find_map(|plan| Some((plan, blocked(build, plan, &left_behind)?)))
    {
        findings.missed_because_of(
            build.instruction(below).span,
            plan.span,
            "a later instruction needs the index that `apk update` fetched",
            "use `apk add --no-cache` there, too",
        );
        return;
    }
    // Where an index goes, every installation that counted on it changes with it, or none does.
    if plans.iter().any(|plan| plan.drops_update) {
        let edits = plans.into_iter().flat_map(|plan| plan.edits).collect();
        let title = "use `apk add --no-cache` instead of `apk update`".to_owned();
        findings.rewrite_saving(INDEX, title, Effect::Slim, edits);
        return;
    }
    for plan in plans {
        findings.rewrite_saving(INDEX, "add `--no-cache`", Effect::Slim, plan.edits);
    }
}

/// True for Alpine before 3.3, the first with `--no-cache`.
fn lacks_the_option(image: &str) -> bool {
    let tag = image.split_once("alpine:").map(|(_, tag)| tag);
    tag.is_some_and(|tag| tag.starts_with("2.") || ["3.0", "3.1", "3.2"].contains(&tag))
}

/// What to change in one RUN.
struct Plan {
    index: usize,
    span: Span,
    edits: Vec<Edit>,
    drops_update: bool,
}

fn plan(build: &Build<'_>, index: usize) -> Option<Plan> {
    let instruction = build.instruction(index);
    if instruction.keyword() != Keyword::Run
        || is_mounted(instruction, Manager::of_family(Family::Apk).caches)
    {
        return None;
    }
    let code = build.shell_code(index).filter(|code| code.kind == ShellKind::Plain)?;
    if code.invocations().iter().any(|invocation| removes_cache(invocation, Family::Apk)) {
        return None;
    }
    let commands: Vec<PackageCommand<'_>> =
        code.package_commands().filter(|command| command.manager.family == Family::Apk).collect();
    let users: Vec<&PackageCommand<'_>> = commands
        .iter()
        .filter(|command| matches!(command.action, Action::Install | Action::Upgrade))
        .collect();
    let mut edits: Vec<Edit> = users.iter().filter_map(|command| no_cache(code, command)).collect();
    let queries = commands.iter().any(|command| command.action == Action::Query);
    let update = if queries { None } else { update_in_chain(build, index, &commands) };
    let drops_update = update.is_some();
    edits.extend(update.into_iter().flatten());
    let span = code.source_span(commands.first()?.invocation.command.span);
    (!edits.is_empty()).then_some(Plan { index, span, edits, drops_update })
}

/// `--no-cache`, in the place of an `--update` where there is one.
fn no_cache(code: &dfopt_analysis::ShellCode<'_>, command: &PackageCommand<'_>) -> Option<Edit> {
    if command.has_option(&["--no-cache", "--cache-dir", "--no-network"]) {
        return None;
    }
    let update = command.options.iter().find(|word| {
        let option = command.invocation.literal(word);
        option.is_some_and(|option| ["--update", "--update-cache", "-U"].contains(&option.as_ref()))
    });
    Some(match update {
        Some(word) => Edit::replace(code.source_span(word.span), "--no-cache"),
        None => Edit::insert(code.text.source_end(command.subcommand.span.end), " --no-cache"),
    })
}

/// Takes `apk update &&` out of a chain that installs afterwards.
fn update_in_chain(build: &Build<'_>, index: usize, commands: &[PackageCommand<'_>]) -> Option<Vec<Edit>> {
    let code = build.shell_code(index)?;
    let update = commands.iter().find(|command| command.action == Action::Update)?;
    let installs_after = commands.iter().any(|command| {
        command.action == Action::Install && command.subcommand.span.start > update.subcommand.span.start
    });
    let (operator, next) = code.script.list.items.iter().find_map(|item| follower(&item.and_or, update))?;
    if !installs_after {
        return None;
    }
    Some(joining::take_out(build, code, update.invocation.command.span, operator, next.span))
}

/// The `&&` behind `command` and the pipeline after it, where nothing but `&&` leads up to both.
fn follower<'c>(and_or: &'c AndOr, command: &PackageCommand<'_>) -> Option<(Span, &'c Pipeline)> {
    let before = std::iter::once(&and_or.first).chain(and_or.rest.iter().map(|(.., pipeline)| pipeline));
    let mut pairs = before.zip(&and_or.rest);
    let plain = pairs.by_ref().take_while(|(_, (operator, ..))| *operator == AndOrOperator::And);
    plain
        .into_iter()
        .find(|(pipeline, _)| is_alone(pipeline, command))
        .map(|(_, (_, operator, next))| (*operator, next))
}

/// True where the pipeline is that one command and nothing else.
fn is_alone(pipeline: &Pipeline, command: &PackageCommand<'_>) -> bool {
    pipeline.negations.is_empty() && pipeline.span == command.invocation.command.span
}

/// The instructions that need an index and do not fetch one with what is planned for them.
fn left_behind(build: &Build<'_>, plans: &[Plan]) -> BTreeSet<usize> {
    let planned: BTreeSet<usize> = plans.iter().map(|plan| plan.index).collect();
    let needs = |i: &usize| matches!(uses_index(build, *i, Family::Apk), IndexUse::Needs | IndexUse::Unknown);
    (0..build.dockerfile().instructions().len()).filter(|i| !planned.contains(i)).filter(needs).collect()
}

/// An instruction that would miss the index that `plan` drops.
fn blocked(build: &Build<'_>, plan: &Plan, left_behind: &BTreeSet<usize>) -> Option<usize> {
    let found = |i| if left_behind.contains(&i) { After::Found(i) } else { After::GoOn };
    if left_behind.is_empty() || !plan.drops_update { None } else { build.find_after(plan.index, found) }
}
