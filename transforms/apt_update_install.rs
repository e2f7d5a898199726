//! Joins a separate `apt-get update` with the installation that needs it.
//!
//! A RUN that only updates is cached on its own: when the list of packages below it changes, the build
//! installs from an index that may be weeks old, and fails where a version is gone from the mirror.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update
//! RUN apt-get install -y curl
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && \
//!     apt-get install -y curl
//! ```
//!
//! # Why it is safe
//!
//! The two RUNs are neighbours with the same flags and the same shell, and the first does nothing but
//! update, so it leaves nothing behind in its shell. The same commands run in the same order, the second
//! one only if the first succeeded, as before. Comments between the two stay between them.

use dfopt_analysis::Build;
use dfopt_analysis::packages::{Family, IndexUse, only_updates, uses_index};
use dfopt_syntax::dockerfile::Keyword;

use crate::{Context, Effect, Findings, Saving, Transform, joining};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "apt-update-install",
    effect: Effect::Preserve,
    acts_on: &[],
    source: include_str!("apt_update_install.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    for stage in build.stages() {
        for update in stage.instructions.clone().filter(|&i| is_update(build, i)) {
            let Some(install) = installation_below(build, update, stage.instructions.end) else { continue };
            let instruction = build.instruction(update);
            let span = instruction.source_span(instruction.operation.body);
            if install != update + 1 {
                findings.missed_because_of(
                    build.instruction(install).span,
                    span,
                    "other instructions stand between it and the installation",
                    "move `apt-get update` into that RUN",
                );
                continue;
            }
            match joining::check(build, update) {
                Ok(joint) => {
                    let edits = joining::merge(build, update, &[joint]);
                    let title = "run `apt-get update` with the installation";
                    findings.rewrite_saving(Saving::Layers(1), title, Effect::Preserve, edits);
                }
                Err(obstacle) => findings.missed(span, obstacle.reason, obstacle.help),
            }
        }
    }
}

/// True for a RUN whose commands all are `apt-get update`.
fn is_update(build: &Build<'_>, index: usize) -> bool {
    build.instruction(index).keyword() == Keyword::Run
        && build.shell_code(index).is_some_and(|code| only_updates(code, Family::Apt))
}

/// The next instruction that installs from the index, unless one before it fetches its own.
fn installation_below(build: &Build<'_>, update: usize, end: usize) -> Option<usize> {
    let below = (update + 1..end).map(|i| (i, uses_index(build, i, Family::Apt)));
    match below.into_iter().find(|(_, index_use)| *index_use != IndexUse::None)? {
        (install, IndexUse::Needs) if build.instruction(install).keyword() == Keyword::Run => Some(install),
        _ => None,
    }
}
