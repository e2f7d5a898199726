//! Moves the COPY of the sources below installations that need none of them.
//!
//! With `COPY . .` above `apt-get install`, every edit of a source file installs everything again. Below it,
//! the installation stays in the cache.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! WORKDIR /app
//! COPY . .
//! RUN apt-get update && apt-get install -y --no-install-recommends libpq5
//! CMD ["python", "main.py"]
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! WORKDIR /app
//! RUN apt-get update && apt-get install -y --no-install-recommends libpq5
//! COPY . .
//! CMD ["python", "main.py"]
//! ```
//!
//! # Why it is safe
//!
//! Only commands whose files are known count: package managers of the system, tools that install by name,
//! downloads. What they read and write, every word of theirs and every variable that configures them is
//! looked at; none of it may lie where the sources are copied to. An application has a folder of its own
//! then, which no package writes to. Every other instruction between the two either stays above, and is
//! known to have nothing to do with the sources, or sinks with them, and then the installation must not
//! need it either. RUNs keep their order.

use std::collections::BTreeSet;

use dfopt_analysis::effects::{Files, Step, is_costly, steps};
use dfopt_analysis::{Build, Invocation, Stage, destination};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::Keyword;

use crate::reordering::{Declined, Moves, Sinking, Sources, is_walkable, sources_of};
use crate::{Context, Effect, Findings, Saving, Transform};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "install-order",
    effect: Effect::Preserve,
    acts_on: &[],
    source: include_str!("install_order.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    for stage in context.build.stages() {
        run_stage(context, stage, findings);
    }
}

/// Walks down a stage: sources sink, and so does what may notice; installations that are left can run first.
fn run_stage(context: &Context<'_, '_>, stage: &Stage, findings: &mut Findings) {
    let build = context.build;
    if !is_walkable(build, stage) {
        return;
    }
    let mut sinking = Sinking::new(build);
    let mut installations: Vec<usize> = Vec::new();
    let mut misplaced = None;
    for index in stage.instructions.clone().skip(1) {
        let is_ignored = (context.is_ignored)(build.instruction(index).span);
        let sources = sources_of(build, index).filter(|_| !is_ignored);
        match sources {
            // Among the files of the system everybody notices them: they stay, and others sink past them.
            Some(_) if build.effects(index).writes.files.overlaps(&Files::system()) => {
                misplaced = misplaced.or((sources == Some(Sources::Broad)).then_some(index));
            }
            Some(_) => {
                sinking.add_sources(index);
                continue;
            }
            None => {}
        }
        let installs = !is_ignored && !costly(build, index).is_empty();
        if sinking.is_empty() {
            if installs && let Some(copy) = misplaced {
                declined_for_place(build, copy).report(build, index, findings);
            }
            continue;
        }
        let effects = build.effects(index);
        let cause =
            sinking.obstacle(effects, |_| true).or_else(|| sinking.makes_folder_of(effects, |_| true));
        match cause {
            None if installs => installations.push(index),
            None => {}
            Some(cause) => {
                if installs && let Some(declined) = declined(build, index, &sinking, cause) {
                    declined.report(build, index, findings);
                }
                sinking.add(index);
            }
        }
    }
    let Some(&last) = installations.last() else { return };
    let mut moves = Moves::new(build);
    for index in sinking.indices().filter(|&index| index < last) {
        moves.sink(index, String::new());
    }
    let names: BTreeSet<String> = installations.iter().flat_map(|&index| costly(build, index)).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let title = format!("run {} before the sources are copied", names.join(", "));
    let saves = Saving::Work("an installation after each edit of a source file");
    findings.rewrite_saving(saves, title, Effect::Preserve, moves.below(last));
}

/// What RUN `index` installs or downloads with, as program and subcommand; nothing for other instructions.
fn costly(build: &Build<'_>, index: usize) -> Vec<String> {
    if build.instruction(index).keyword() != Keyword::Run {
        return Vec::new();
    }
    let Some(code) = build.shell_code(index) else { return Vec::new() };
    code.invocations().iter().filter(|invocation| is_costly(invocation)).map(name).collect()
}

/// `apt-get install`, `curl`
fn name(invocation: &Invocation<'_>) -> String {
    let mut words = invocation.arguments.iter().filter_map(|word| invocation.literal(word));
    let subcommand = words.find(|word| !word.starts_with('-'));
    let is_plain = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && word.len() < 20;
    match subcommand {
        Some(word) if is_plain(&word) => format!("{} {word}", invocation.program),
        _ => invocation.program.to_string(),
    }
}

/// The sources of `copy` lie where tools and their settings are.
fn declined_for_place(build: &Build<'_>, copy: usize) -> Declined {
    let (reason, help) = match destination(build, copy).path {
        None => ("the working directory is not known", "set a WORKDIR such as /app above the COPY"),
        Some(_) => (
            "the sources are copied to where tools and their settings are",
            "copy them to a folder of their own, such as /app",
        ),
    };
    Declined::because_of(copy, reason, help)
}

/// Why RUN `index` cannot run before what sinks, of which `cause` is the first that would notice. None where
/// that is no surprise: it installs what the sources ask for, or nothing but a few files sinks.
fn declined<'d>(
    build: &Build<'d>,
    index: usize,
    sinking: &Sinking<'_, 'd>,
    cause: usize,
) -> Option<Declined> {
    if !sinking.sources().any(|copy| sources_of(build, copy) == Some(Sources::Broad)) {
        return None;
    }
    let effects = build.effects(index);
    if sources_of(build, cause).is_none() {
        return Some(Declined::because_of(
            cause,
            "another instruction may need the sources, and the installation may need it",
            "move the installation above both",
        ));
    }
    let steps = steps(build, index)?;
    if steps.len() > MAX_STEPS {
        return None;
    }
    let notices = |step: &Step<'_, 'd>| sinking.obstacle(&step.effects(build, index), |_| true).is_some();
    let (bound, free): (Vec<&Step<'_, 'd>>, Vec<&Step<'_, 'd>>) =
        steps.iter().partition(|step| notices(step));
    let invocations = build.shell_code(index)?.invocations();
    let installs = |step: &&&Step<'_, 'd>| {
        let inside = |span: Span| step.span().start <= span.start && span.end <= step.span().end;
        invocations.iter().any(|invocation| inside(invocation.command.span) && is_costly(invocation))
    };
    match (bound.first(), free.iter().find(installs)) {
        (Some(bound), Some(_)) => Some(Declined::because_of(
            cause,
            format!("`{}` in the RUN may need the sources", text_of(bound)),
            "split the RUN: install first, in a RUN of its own",
        )),
        (None, _) if effects.may_be_anything() || effects.writes.files.all => Some(Declined::because_of(
            cause,
            "the RUN is not plain shell code, or mounts other files",
            "install in a RUN of its own",
        )),
        (None, _) if sinking.obstacle(effects, |_| true).is_some() => Some(Declined::because_of(
            cause,
            "a link leads from what the RUN uses to the sources",
            "make the link below the COPY",
        )),
        (None, _) => Some(Declined::because_of(
            cause,
            "the COPY makes a folder that would have another owner",
            "set the WORKDIR above the COPY",
        )),
        (Some(bound), None) if bound.effects(build, index).may_be_anything() => None,
        (Some(bound), None) => Some(Declined::because_of(
            cause,
            format!("`{}` may find or write files where the sources are", text_of(bound)),
            "copy the sources to a folder of their own, such as /app, and name the build context",
        )),
    }
}

/// The most commands of a RUN that are looked at one by one.
const MAX_STEPS: usize = 256;

/// The longest command that is shown.
const MAX_SHOWN: usize = 60;

/// The command as written, clipped.
fn text_of(step: &Step<'_, '_>) -> String {
    let Span { start, end } = step.span();
    let text = String::from_utf8_lossy(&step.code.text.bytes()[start as usize..end as usize]).into_owned();
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(MAX_SHOWN) {
        words.truncate(end);
        words.push('…');
    }
    words
}
