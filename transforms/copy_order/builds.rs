//! Builds that load the dependencies themselves, where no step loads them ahead.

use dfopt_analysis::Stage;
use dfopt_analysis::ecosystems::Builder;

use crate::Context;
use crate::reordering::Declined;

/// What RUN `index` could do in two steps. None where it is no such build, where its downloads are kept in a
/// cache, or where the tool ran before: a remark on every build would be noise.
pub(super) fn loads_and_builds(context: &Context<'_, '_>, stage: &Stage, index: usize) -> Option<Declined> {
    let build = context.build;
    let invocations = build.shell_code(index)?.invocations();
    let (builder, program) = invocations
        .iter()
        .find_map(|invocation| Builder::of(invocation).map(|builder| (builder, &invocation.program)))?;
    if build.instruction(index).operation.mounts().any(|mount| mount.kind() == "cache") {
        return None;
    }
    let runs_in = |earlier: usize| {
        let Some(code) = build.shell_code(earlier) else { return false };
        code.invocations().iter().any(|invocation| builder.runs(invocation))
    };
    let mut above =
        build.ancestry(stage).flat_map(|ancestor| ancestor.instructions.clone()).filter(|&i| i < index);
    if above.any(runs_in) {
        return None;
    }
    let reason = format!("`{program}` loads the dependencies and builds in one go");
    Some(Declined::new(reason, builder.help))
}
