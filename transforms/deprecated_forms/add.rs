//! ADD of what is only copied becomes COPY.

use dfopt_analysis::{Build, Unpacking, destination, unpacking};
use dfopt_syntax::Edit;
use dfopt_syntax::dockerfile::Keyword;

use super::casing::Case;
use crate::{Effect, Findings};

/// Flags that COPY has as well.
const SHARED_FLAGS: &[&str] = &["chmod", "chown", "exclude", "link"];

pub(super) fn rewrite(build: &Build<'_>, index: usize, case: Case, findings: &mut Findings) {
    let instruction = build.instruction(index);
    // The other flags are of what only ADD does: they are there on purpose.
    if instruction.operation.flags.iter().any(|flag| !SHARED_FLAGS.contains(&flag.name())) {
        return;
    }
    let keyword = instruction.operation.keyword_span;
    let place = instruction.source_span(keyword);
    match unpacking(build, index) {
        Some(Unpacking::Nothing) if lands_anywhere(build, index) => {
            let reason = "only the base image knows the folder that the destination is relative to";
            findings.missed(instruction.span, reason, "set WORKDIR before it");
        }
        Some(Unpacking::Nothing) if place.len() == keyword.len() => {
            let edit = Edit::replace(place, case.apply("COPY"));
            findings.rewrite("copy with COPY: nothing is fetched or unpacked", Effect::Preserve, vec![edit]);
        }
        Some(Unpacking::Perhaps(reason)) => {
            findings.missed(instruction.span, reason, "write COPY if nothing is to be unpacked");
        }
        _ => {}
    }
}

/// True where the destination is known to be relative and no WORKDIR says to what. It stays: of ADD linters say nothing
/// there, of COPY they do (DL3045), and a rewrite is not to add a finding.
fn lands_anywhere(build: &Build<'_>, index: usize) -> bool {
    let is_workdir = |&at: &usize| at < index && build.instruction(at).keyword() == Keyword::Workdir;
    let instruction = build.instruction(index);
    let to = instruction.operation.transfer(instruction.text.bytes()).map(|transfer| transfer.destination);
    let is_variable = to.is_some_and(|word| instruction.word(word).starts_with(b"$"));
    (destination(build, index).is_relative && !is_variable)
        && build.stage_of(index).is_some_and(|stage| {
            !build.ancestry(stage).any(|stage| stage.instructions.clone().any(|at| is_workdir(&at)))
        })
}
