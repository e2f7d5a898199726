//! ADD of what is only copied becomes COPY.

use dfopt_analysis::{Build, Unpacking, unpacking};
use dfopt_syntax::Edit;

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
