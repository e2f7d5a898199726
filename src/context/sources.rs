//! What a Dockerfile takes from its context, as far as plain words tell.

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{Arguments, Instruction, Lookup, Source, expand};

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
        let word = match instruction.arguments() {
            Arguments::Exec(strings) => {
                strings.iter().find(|string| string.span == *span)?.value.clone().into_bytes()
            }
            _ => instruction.slice(*span).to_vec(),
        };
        let path = expand(&word, escape, &|_| Lookup::Unknown).ok()?;
        let is_plain = !path.contains(['*', '?', '[', '\\', '\0', ':', '@']);
        is_plain.then(|| within_context(&path))
    };
    transfer.sources.iter().filter_map(path).collect()
}

/// `path` without `.`, `..` and slashes too many: `..` does not lead out of the context.
fn within_context(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => _ = names.pop(),
            _ => names.push(name),
        }
    }
    names.join("/")
}
