//! What a Dockerfile takes from its context, as far as plain words tell.

use dfopt_analysis::paths;
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{Instruction, Lookup, Source, expand};

/// The paths that COPY and ADD name literally, relative to the context and clean. What variables, wildcards,
/// other stages and the network bring is left out.
pub(super) fn literal(source: &[u8]) -> Vec<String> {
    let Ok(dockerfile) = Dockerfile::parse(source) else { return Vec::new() };
    let instructions = dockerfile.instructions().iter();
    let mut paths: Vec<String> = instructions.flat_map(|i| of_instruction(i, dockerfile.escape())).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn of_instruction(instruction: &Instruction<'_>, escape: u8) -> Vec<String> {
    let Some(transfer) = instruction.operation.transfer(instruction.text.bytes()) else { return Vec::new() };
    if instruction.flag("from").is_some() {
        return Vec::new();
    }
    let path = |source: &Source| {
        let Source::Path(span) = source else { return None };
        let path = expand(instruction.word(*span), escape, &|_| Lookup::Unknown).ok()?;
        let is_plain = !path.contains(['*', '?', '[', '\\', '\0', ':', '@']);
        is_plain.then(|| within_context(&path))
    };
    transfer.sources.iter().filter_map(path).collect()
}

/// `path` without `.`, `..` and slashes too many: `..` does not lead out of the context.
fn within_context(path: &str) -> String {
    paths::resolve(Some("/"), path).map(|path| path.trim_start_matches('/').to_owned()).unwrap_or_default()
}
