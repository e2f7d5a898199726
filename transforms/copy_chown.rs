//! Copies files with their owner and mode, where a RUN changes them right afterwards.
//!
//! `chown -R` writes each file into its layer once more: the image holds all of them twice.
//!
//! ```dockerfile
//! FROM node:22-slim
//! WORKDIR /app
//! COPY . .
//! RUN chown -R node:node /app
//! COPY logo.svg /logo/
//! RUN chown -R node:node /logo
//! USER node
//! CMD ["node", "server.js"]
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM node:22-slim
//! WORKDIR /app
//! COPY --chown=node:node . .
//! RUN chown node:node /app
//! COPY --chown=node:node logo.svg /logo/
//! USER node
//! CMD ["node", "server.js"]
//! ```
//!
//! # Why it is safe
//!
//! Every file and folder has the owner and the mode that it had. What the command changes is exactly what COPYs
//! of the same stage brought: nothing else in the file writes there, and the base image is one of which it is
//! known that it has nothing there. `--chown` reaches what COPY brings, symbolic links included, as `chown -R`
//! does, and the folders that COPY makes; so the folders above must be there already, and a folder that was
//! there before, or that `mkdir` made, stays in a `chown` without `-R`. A `chown` to a user alone leaves the
//! group, which is root's: that becomes `--chown=user:root`. Names mean the same at the COPY: no account is added
//! below it. Nothing in between looks at the files. `chmod -R` is treated in the same way; of modes, only plain
//! octal ones are, because `+x` gives a mode that depends on the file's. `chmod 755` of single files is, where the
//! build context tells that they are files.
//!
//! `chown` clears the set-user-ID bits of files, `--chown` does not. A build context has none (Git keeps none);
//! files from other stages and images may, so those are left alone. `--chmod` needs BuildKit, which is Docker's
//! builder since version 23.

mod command;
mod edits;
mod trace;

use dfopt_analysis::effects::{Step, steps};
use dfopt_analysis::{Build, Stage};
use dfopt_syntax::dockerfile::{Keyword, ShellKind};

use crate::reordering::{Declined, is_walkable};
use crate::{Context, Effect, Findings, Saving, Transform};
use command::{Command, Kind, Value};
use trace::{Origin, trace};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "copy-chown",
    effect: Effect::Preserve,
    acts_on: &[],
    source: include_str!("copy_chown.rs"),
    run,
};

/// How many RUNs of a stage, and steps of each, are looked at: for every one the stage is walked.
const MAX_RUNS: usize = 32;
const MAX_STEPS: usize = 8;

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    for stage in build.stages().iter().filter(|stage| stage.shipped && is_walkable(build, stage)) {
        let runs = stage.instructions.clone().filter(|&index| may_change(build, index));
        for index in runs.take(MAX_RUNS) {
            look_at(context, stage, index, findings);
        }
    }
}

/// True for a RUN as root in which one of the programs is named.
fn may_change(build: &Build<'_>, index: usize) -> bool {
    let instruction = build.instruction(index);
    let text = instruction.text.bytes();
    let names = |kind: Kind| memchr::memmem::find(text, kind.flag().as_bytes()).is_some();
    instruction.keyword() == Keyword::Run
        && (names(Kind::Owner) || names(Kind::Mode))
        && instruction.heredocs.is_empty()
        && instruction.operation.mounts().next().is_none()
        // What is not known is root: nobody else can give files away.
        && matches!(build.state_before(index).user.as_deref(), None | Some("root" | "0" | "root:root" | "0:0"))
}

fn look_at(context: &Context<'_, '_>, stage: &Stage, index: usize, findings: &mut Findings) {
    let build = context.build;
    let Some(code) = build.shell_code(index).filter(|code| code.kind == ShellKind::Plain) else { return };
    let is_chain = code.and_chain().is_some() && code.script.comments.is_empty();
    let Some(steps) = steps(build, index).filter(|_| is_chain) else { return };
    for (number, step) in steps.iter().take(MAX_STEPS).enumerate() {
        let Some(command) = Command::of(build, index, step) else { continue };
        let span = code.source_span(command.span);
        match plan(build, stage, index, &steps, number, &command) {
            None => {}
            Some(Ok(origin))
                if origin.copies.iter().any(|&copy| (context.is_ignored)(build.instruction(copy).span)) => {}
            Some(Ok(origin)) => {
                let Some(edits) = edits::edits(build, index, &steps, number, &command, &origin) else {
                    continue;
                };
                let saves = Saving::Files("a second copy of the files");
                findings.rewrite_saving(saves, title(&command), Effect::Preserve, edits);
                // What it did for the other commands shows in the next round.
                return;
            }
            Some(Err(declined)) => declined.report_at(build, span, findings),
        }
    }
}

fn plan<'b, 'd>(
    build: &'b Build<'d>,
    stage: &'b Stage,
    index: usize,
    steps: &[Step<'b, 'd>],
    number: usize,
    command: &'b Command,
) -> Option<Result<Origin, Declined>> {
    let found = trace(build, stage, index, &steps[..number], command)?;
    let declined = |reason: &str, help: &str| Some(Err(Declined::new(reason, help)));
    match (&command.value, found) {
        (Value::Flag { .. }, found) => Some(found),
        (Value::Relative { .. }, Ok(_)) => declined(
            "the mode that it gives depends on the mode in the build context",
            "make the file executable in the repository, or copy it with `--chmod=755`",
        ),
        (Value::LoginGroup, Ok(_)) => {
            declined("COPY does not know the login group of a user", "name the group: `user:group`")
        }
        _ => None,
    }
}

fn title(command: &Command) -> String {
    let name = command.kind.flag();
    let Value::Flag { text, .. } = &command.value else { return String::new() };
    let recursive = if command.recursive.is_some() { " -R" } else { "" };
    format!("copy with `--{name}={text}` instead of `{name}{recursive}`")
}
