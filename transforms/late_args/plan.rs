//! Where a group goes.

use dfopt_analysis::{Build, Stage};
use dfopt_syntax::dockerfile::Keyword;

use crate::reordering::{Place, is_complete};

use super::groups::{Cause, Group};

/// What becomes of a group that could sink.
pub(super) enum Plan {
    /// These of its members go there.
    Move(Vec<usize>, Place),
    /// It may be there to run again what follows it.
    Keep,
}

/// Where `group` goes; none where there is no RUN that it could sink below, or none that is worth it: `mkdir` and
/// the like take no time.
pub(super) fn plan(build: &Build<'_>, stage: &Stage, group: &Group) -> Option<Plan> {
    let keyword = |index: usize| build.instruction(index).keyword();
    let does_work = |index: usize| matches!(keyword(index), Keyword::Run | Keyword::Copy | Keyword::Add);
    let first = *group.members.first()?;
    let end = group.stop.map_or(stage.instructions.end, |stop| stop.index);
    let last_run = (first..end).rev().find(|&index| keyword(index) == Keyword::Run)?;
    let takes_time = |index: usize| build.effects(index).reads.settings.environment;
    if !(first..=last_run).any(|index| keyword(index) == Keyword::Run && takes_time(index)) {
        return None;
    }
    if is_placed(build, stage, group, first) {
        return Some(Plan::Keep);
    }
    let (moved, kept) = group.members.split_at(group.members.partition_point(|&member| member < last_run));
    let needs_it = kept.first().copied().or_else(|| {
        let stop = group.stop?;
        (does_work(stop.index) || stop.cause == Cause::Named).then_some(stop.index)
    });
    let place = match needs_it {
        Some(index) => Place::Above(index),
        None => Place::Below((last_run..end).rev().find(|&index| does_work(index))?),
    };
    match place {
        Place::Below(index) if !is_complete(build, index) => None,
        _ => Some(Plan::Move(moved.to_vec(), place)),
    }
}

/// True for build arguments that nothing names and that stand in the midst of a stage: somebody put them there,
/// perhaps to run again what follows them.
fn is_placed(build: &Build<'_>, stage: &Stage, group: &Group, first: usize) -> bool {
    let is_arg = |index: usize| build.instruction(index).keyword() == Keyword::Arg;
    let does_work = |index: usize| {
        matches!(build.instruction(index).keyword(), Keyword::Run | Keyword::Copy | Keyword::Add)
    };
    (stage.instructions.start..first).any(does_work)
        && group.members.iter().all(|&member| is_arg(member))
        && !is_named_below(build, stage, group, first)
}

/// Whether an instruction of the stage below `index` that is none of its members names a variable of `group`.
pub(super) fn is_named_below(build: &Build<'_>, stage: &Stage, group: &Group, index: usize) -> bool {
    let is_member = |index: &usize| group.members.binary_search(index).is_ok();
    (index + 1..stage.instructions.end).any(|index| !is_member(&index) && group.is_named_in(build, index))
}
