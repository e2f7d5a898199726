//! Copies what an installation of dependencies reads first, installs, and copies the sources after that.
//!
//! With `COPY . .` above the installation, every edit of a source file installs everything again. Put below
//! it, only an edit of a manifest does.
//!
//! ```dockerfile
//! FROM golang:1.22
//! WORKDIR /src
//! COPY . .
//! RUN go mod download && go build -o /app .
//! ```
//!
//! ```context
//! go.mod
//!     module example.com/app
//!     go 1.22
//!     require github.com/google/uuid v1.6.0
//! go.sum
//!     github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=
//!     github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=
//! main.go
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM golang:1.22
//! WORKDIR /src
//! COPY go.mod go.sum ./
//! RUN go mod download
//! COPY . .
//! RUN go build -o /app .
//! ```
//!
//! # Why it is safe
//!
//! The table of ecosystems knows which files the command reads; the manifests in the build context are read
//! to be sure that there are no others: local packages, workspaces, scripts of the project. What is copied
//! first exists and survives `.dockerignore`, with the same owner and mode as before. The original COPY
//! stays as it is, below: all files are in the image as before. What the installation fills must not come
//! along from the context, or it would overwrite what was installed. Every instruction that the COPY sinks
//! below is known not to read or write what it brings; a chain `install && build` is split only where it is a
//! plain `&&` chain whose first part leaves nothing behind in its shell.

mod builds;
mod first_lines;
mod installation;
mod needs;
mod search;

use dfopt_analysis::Stage;
use dfopt_syntax::dockerfile::Keyword;

use crate::reordering::{Declined, Moves, Sinking, Sources, is_walkable, sources_of};
use crate::{Context, Effect, Findings, Saving, Transform};
use first_lines::FirstLines;
use installation::{Found, Installation, Rest};
use search::{broad_in_ancestors, find, may_install};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "copy-order",
    effect: Effect::Preserve,
    acts_on: &[],
    source: include_str!("copy_order.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    for stage in context.build.stages() {
        run_stage(context, stage, findings);
    }
}

/// The most COPYs that stand for one: nobody would want to keep more of them up to date.
const MAX_LINES: usize = 20;

fn run_stage(context: &Context<'_, '_>, stage: &Stage, findings: &mut Findings) {
    // Most stages install nothing: the build context is not even looked for.
    if !is_walkable(context.build, stage) || !may_install(context, stage) {
        return;
    }
    // COPYs that bring nothing but what an installation reads stay above it.
    let mut pinned: Vec<usize> = Vec::new();
    while let Err(more) = try_stage(context, stage, &pinned, findings) {
        pinned.extend(more);
    }
}

/// Walks down a stage.
///
/// # Errors
/// COPYs that must not sink: the walk has to start again.
fn try_stage(
    context: &Context<'_, '_>,
    stage: &Stage,
    pinned: &[usize],
    findings: &mut Findings,
) -> Result<(), Vec<usize>> {
    let build = context.build;
    let mut sinking = Sinking::new(build);
    let mut installations: Vec<Installation> = Vec::new();
    let mut declined: Vec<(usize, Declined)> = Vec::new();
    let below = broad_in_ancestors(context, stage);
    for index in stage.instructions.clone().skip(1) {
        let instruction = build.instruction(index);
        let is_ignored = (context.is_ignored)(instruction.span);
        if !is_ignored && !pinned.contains(&index) && sources_of(build, index).is_some() {
            sinking.add_sources(index);
            continue;
        }
        if instruction.keyword() == Keyword::Run && !is_ignored {
            match find(context, stage, index, &sinking, below) {
                Some(Found::Pinned(copies)) => return Err(copies),
                Some(Found::Installation(installation)) => {
                    let goes_on = !matches!(installation.rest, Rest::None);
                    installations.push(installation);
                    if goes_on {
                        break;
                    }
                    continue;
                }
                Some(Found::Declined(reason)) => declined.push((index, reason)),
                None => {}
            }
        }
        if !sinking.is_empty() {
            sinking.add_where_dependent(index);
        }
    }
    for (index, declined) in declined {
        declined.report(build, index, findings);
    }
    while installations.pop_if(|last| last.prepares).is_some() {}
    if let Some(last) = installations.last() {
        let moved: Vec<usize> = sinking.indices().filter(|&index| index < last.index).collect();
        rewrite(context, &moved, installations, findings);
    }
    Ok(())
}

/// Moves `moved` below the last of `installations`, and puts what those read above them.
fn rewrite(
    context: &Context<'_, '_>,
    moved: &[usize],
    installations: Vec<Installation>,
    findings: &mut Findings,
) {
    let build = context.build;
    let mut moves = Moves::new(build);
    let mut lines = FirstLines::new(build);
    for (number, installation) in installations.iter().enumerate() {
        // The folders of the first come into being where they did before; the others' are there by then.
        lines.add(installation, number == 0);
    }
    for &index in moved {
        moves.sink(index, lines.in_place_of(index));
    }
    if lines.count() > MAX_LINES {
        let last = &installations[0];
        let declined = Declined::new(
            format!("{} COPYs would be needed for the manifests", lines.count()),
            "copy them with `COPY --parents`, by hand",
        );
        declined.report(build, last.index, findings);
        return;
    }
    let last = installations.last().expect("invariant: there is one");
    let mut lines_above = String::new();
    for (index, text) in lines.above() {
        match last.rest {
            // They stand above the RUN that is added.
            Rest::All(_) if index == last.index => lines_above = text,
            _ => moves.insert_above(index, text),
        }
    }
    let edits = match &last.rest {
        Rest::None => moves.below(last.index),
        Rest::Cut(cut) => moves.into(last.index, cut),
        Rest::All(code) => moves.above(last.index, &lines_above, code),
    };
    let titles: Vec<String> = installations.iter().map(Installation::title).collect();
    let saves = Saving::Work("an installation after each edit of a source file");
    findings.rewrite_saving(saves, titles.join("; "), Effect::Preserve, edits);
}

/// Whether a COPY brings everything: worth a remark where nothing can be done.
fn is_broad(context: &Context<'_, '_>, index: usize) -> bool {
    sources_of(context.build, index) == Some(Sources::Broad)
}
