//! Declares the commit, the date or the number of a build below the RUNs that do not read it.
//!
//! The cache of a RUN is for one value of every build argument in scope, used or not. With the commit
//! declared at the top of a stage, every commit runs everything below it again.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! ARG GIT_COMMIT
//! LABEL org.opencontainers.image.revision=$GIT_COMMIT
//! RUN apt-get update && apt-get install -y nginx
//! COPY html /var/www/html
//! CMD ["nginx", "-g", "daemon off;"]
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y nginx
//! COPY html /var/www/html
//! ARG GIT_COMMIT
//! LABEL org.opencontainers.image.revision=$GIT_COMMIT
//! CMD ["nginx", "-g", "daemon off;"]
//! ```
//!
//! # Why it is safe
//!
//! A RUN gets every build argument in its environment, so the ARG sinks only below RUNs whose commands are all
//! known and look at no such variable: package managers, not `make`, not a script. It stays above everything
//! that names it. An ENV or a LABEL that is made of it sinks with it, on the same conditions; LABELs of one key
//! keep their order. Variables of the image may be listed in another order: they are names with values, and no
//! program can rely on the order of its environment. Comments move with their instruction.
//!
//! Only RUNs of tools count, such as an installation: `mkdir` takes no time, and BuildKit looks at no build
//! argument when it looks up a COPY or a WORKDIR. What may be there to run something again stays where it is: an
//! argument whose comment speaks of the cache, one that nothing names and that stands in the midst of a stage,
//! one above a RUN that fetches a repository. So does one whose default pins a version or a commit.

mod candidates;
mod groups;
mod plan;
mod remarks;

use dfopt_analysis::Stage;

use crate::reordering::{Place, relocate};
use crate::{Context, Effect, Findings, Saving, Transform};
use groups::groups;
use plan::{Plan, plan};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "late-args",
    effect: Effect::Preserve,
    acts_on: &[],
    source: include_str!("late_args.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    for stage in context.build.stages() {
        run_stage(context, stage, findings);
    }
}

fn run_stage(context: &Context<'_, '_>, stage: &Stage, findings: &mut Findings) {
    let build = context.build;
    let mut moved: Vec<(usize, Place)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for group in groups(context, stage) {
        match plan(build, stage, &group) {
            Some(Plan::Move(members, place)) => {
                moved.extend(members.iter().map(|&member| (member, place)));
                names.extend(group.arguments(build).filter(|(arg, _)| members.contains(arg)).map(|(_, n)| n));
            }
            Some(Plan::Keep) => remarks::purpose(build, &group, findings),
            None => remarks::stop(build, stage, &group, findings),
        }
    }
    if moved.is_empty() {
        return;
    }
    moved.sort_by_key(|&(index, _)| index);
    let saves = Saving::Work("all steps in between in a build with other values");
    findings.rewrite_saving(saves, title(names), Effect::Preserve, relocate(build, &moved));
}

fn title(mut names: Vec<String>) -> String {
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let them = if shown.len() > 1 { "them" } else { "it" };
    format!("declare {}{more} below RUNs that do not read {them}", shown.join(", "))
}
