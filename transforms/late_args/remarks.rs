//! Why a build argument stays where it is, where that is worth a word.

use dfopt_analysis::{Build, Stage, is_volatile};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::Keyword;

use crate::Findings;
use crate::reordering::{Sources, sources_of};

use super::groups::{Cause, Group};
use super::plan::is_named_below;

/// Reports a group that could sink but may be there to run something again.
pub(super) fn purpose(build: &Build<'_>, group: &Group, findings: &mut Findings) {
    let Some((span, name)) = argument(build, group) else { return };
    findings.missed(
        span,
        format!("nothing below names `{name}`: it may be there to run again what follows"),
        "remove it, or move it to the end of the stage",
    );
}

/// Reports a group that cannot sink below the first RUN. What runs again with each change of the sources is no
/// loss, and a RUN that may be what the argument is for gets no word.
pub(super) fn stop(build: &Build<'_>, stage: &Stage, group: &Group, findings: &mut Findings) {
    let (Some(stop), Some((span, name))) = (group.stop, argument(build, group)) else { return };
    let instruction = build.instruction(stop.index);
    if instruction.keyword() != Keyword::Run
        || !is_for_something_else(build, stage, group, stop.index)
        || has_sources(build, stage, stop.index)
    {
        return;
    }
    let (reason, help) = match stop.cause {
        Cause::Named | Cause::Order => return,
        Cause::Unknown => (
            "it is not known whether the commands of a RUN below read it".to_owned(),
            "if they do not, move it below that RUN".to_owned(),
        ),
        Cause::Repository => (
            "a RUN below fetches from a repository, perhaps again because of it".to_owned(),
            "if that RUN neither has to nor reads it, move it below".to_owned(),
        ),
        Cause::Tools => match read_by_tools(build, group) {
            Some((Keyword::Arg, _, true)) => (
                "it stands with arguments that a RUN below may read".to_owned(),
                format!("give `{name}` an ARG of its own"),
            ),
            Some((Keyword::Env, set, true)) => (
                format!("`{set}`, which a RUN below may read, stands with what is made of it"),
                format!("give `{set}` an ENV of its own"),
            ),
            Some((_, set, _)) => {
                (format!("a RUN below may read `{set}`"), "if it does not, move it below that RUN".to_owned())
            }
            None => return,
        },
    };
    findings.missed_because_of(instruction.span, span, reason, help);
}

/// The first build argument that tells something of the build, and where it is declared.
fn argument(build: &Build<'_>, group: &Group) -> Option<(Span, String)> {
    let (index, name) = group.arguments(build).find(|(_, name)| is_volatile(name))?;
    let instruction = build.instruction(index);
    Some((instruction.source_span(instruction.operation.body), name))
}

/// Whether something else than RUN `run` needs the group: an ENV, a LABEL, or something below it.
fn is_for_something_else(build: &Build<'_>, stage: &Stage, group: &Group, run: usize) -> bool {
    group.members.iter().any(|&member| build.instruction(member).keyword() != Keyword::Arg)
        || is_named_below(build, stage, group, run)
}

fn has_sources(build: &Build<'_>, stage: &Stage, index: usize) -> bool {
    (stage.instructions.start..index).any(|above| sources_of(build, above) == Some(Sources::Broad))
}

/// The first variable that a tool may read: the keyword of what sets it, its name, and whether that sets others.
fn read_by_tools<'b>(build: &'b Build<'_>, group: &Group) -> Option<(Keyword, &'b str, bool)> {
    group.members.iter().find_map(|&member| {
        let writes = &build.effects(member).writes.settings;
        let name = writes.for_tools().next()?;
        Some((build.instruction(member).keyword(), name, writes.some.len() > 1))
    })
}
