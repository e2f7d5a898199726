//! Makes one layer of neighbouring RUNs that belong together.
//!
//! Steps of one installation change together, so caching them apart gains nothing; and what a later RUN
//! cleans up is still in the layer below it.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y curl
//! # for the build
//! RUN apt-get install -y make
//! RUN rm -rf /var/lib/apt/lists/*
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y curl && \
//!     # for the build
//!     apt-get install -y make && \
//!     rm -rf /var/lib/apt/lists/*
//! ```
//!
//! Which belong together (`merge = "related"`, the default): those that work for the same package manager;
//! those that only set things up and take no time, such as `mkdir` and `useradd`; and one that does no more than
//! to finish or clean up what the RUN above it made, whose files would be in the image twice. An expensive step
//! stays apart from what is edited for other reasons, and RUNs that would need brackets around their code stay
//! as they are. In a `dfopt.toml`, `merge = "all"` in the table `[merge-runs]` merges all neighbours that can be,
//! and `"off"` none.
//!
//! # Why it is safe
//!
//! Only neighbours in the same stage are merged, with the same flags and the same shell, whose code is
//! understood to the last word. Each RUN starts a fresh shell, so what the first does to its own (`cd`,
//! `export`, an assignment) is kept in a subshell, or the two stay apart, as they do for `set`, `exec`, `exit`,
//! background jobs and what only running tells. A `set -e` that both start with stands once, and commands of which
//! each stops the build stay a list. A second RUN that is no plain chain (`a; b`, `a || b`) is put in `{ …; }`.
//!
//! A RUN also finds a new process of the shell, the user's entry in `/etc/passwd`, its working directory, a new
//! `/etc/hosts`, and no services. So the first must not replace the shell or a program that it remembers where to
//! find, change its user, remove the directory, or run what may leave something running. Comments between the two
//! stay there; a blank line between them goes, as BuildKit warns of blank lines in a continuation. A stage that is
//! only copied from ships no layers, so its RUNs are left apart.

mod fresh;
mod related;
mod remembered;

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::Keyword;

use crate::joining::{self, Joint};
use crate::{Context, Effect, Findings, Saving, Transform};
use related::{Relation, relation};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "merge-runs",
    effect: Effect::Preserve,
    acts_on: &["DL3059"],
    source: include_str!("merge_runs.rs"),
    run,
};

/// Which neighbouring RUNs become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    /// Those that belong together.
    #[default]
    Related,
    /// All that can.
    All,
    /// None.
    Off,
}

impl Merge {
    /// The choices, by their names in the configuration.
    pub const ALL: [(&str, Merge); 3] = [("related", Self::Related), ("all", Self::All), ("off", Self::Off)];
}

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    if context.settings.merge == Merge::Off {
        return;
    }
    for stage in context.build.stages().iter().filter(|stage| stage.shipped) {
        let mut next = stage.instructions.start;
        while next < stage.instructions.end {
            let joints = joints_below(context, next, stage.instructions.end, findings);
            if !joints.is_empty() {
                let title = match joints.len() {
                    1 => "merge with the RUN below".to_owned(),
                    runs => format!("merge with the {runs} RUNs below"),
                };
                let edits = joining::merge(context.build, next, &joints);
                let saves = Saving::Layers(joints.len());
                findings.rewrite_saving(saves, title, Effect::Preserve, edits);
            }
            next += joints.len() + 1;
        }
    }
}

/// How the neighbours below `first` are joined to it, as many as can be.
fn joints_below(context: &Context<'_, '_>, first: usize, end: usize, findings: &mut Findings) -> Vec<Joint> {
    let mut joints: Vec<Joint> = Vec::new();
    for upper in first..end.saturating_sub(1) {
        match joint(context, upper, findings) {
            // `a && b; c` would go on where `a` fails.
            Some(joint) if joints.last().is_none_or(|last| last.is_sequence == joint.is_sequence) => {
                joints.push(joint);
            }
            _ => break,
        }
    }
    joints
}

/// How RUN `upper` and the one below it become one, where they should; where they cannot, says why.
fn joint(context: &Context<'_, '_>, upper: usize, findings: &mut Findings) -> Option<Joint> {
    let build = context.build;
    let lower = build.instruction(upper + 1);
    let is_run = |index: usize| {
        let instruction = build.instruction(index);
        instruction.keyword() == Keyword::Run && !(context.is_ignored)(instruction.span)
    };
    if !is_run(upper) || !is_run(upper + 1) {
        return None;
    }
    let relation = match context.settings.merge {
        Merge::All => Relation::Wanted,
        _ => relation(build, upper)?,
    };
    let span = lower.source_span(lower.operation.body);
    if let Some(reason) = found_otherwise(build, upper) {
        if relation != Relation::Quick {
            findings.missed(span, reason, "leave them apart, or merge by hand");
        }
        return None;
    }
    match joining::check(build, upper) {
        // Brackets around the code of a RUN are hard to read: who did not ask for them does not want them.
        Ok(joint) if relation != Relation::Wanted && (joint.groups || joint.confines) => {
            if relation != Relation::Quick {
                let reason = "the code of one of the RUNs would stand in brackets";
                findings.missed(
                    span,
                    reason,
                    "set `merge = \"all\"` in the table `[merge-runs]` of dfopt.toml",
                );
            }
            None
        }
        Ok(joint) => Some(joint),
        Err(obstacle) => {
            if relation != Relation::Quick {
                findings.missed(span, obstacle.reason, obstacle.help);
            }
            None
        }
    }
}

/// What the RUN below `upper` would find otherwise in the same RUN.
fn found_otherwise(build: &Build<'_>, upper: usize) -> Option<String> {
    let remembered = remembered::replaced(build, upper).map(|program| {
        format!("the first RUN may replace the `{program}` that the shell remembers where to find")
    });
    remembered.or_else(|| fresh::changed(build, upper))
}
