//! An edit outside of an instruction leaves its parse equal.

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::Instruction;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Lines that are put before an instruction, or in the place of one.
const LINES: [&str; 5] = ["", "\n", "# escape=`\n", "USER é\n", "COPY <<E /\n\\\n# \nE\n"];

/// Puts lines before the instruction `at`, or in its place, and looks at all the others. What is before
/// the second instruction stays, as parser directives may be there.
pub(super) fn stays_outside(source: &[u8], at: prop::sample::Index, replace: bool) -> TestCaseResult {
    let Ok(dockerfile) = Dockerfile::parse(source) else { return Ok(()) };
    let instructions = dockerfile.instructions();
    if instructions.len() < 2 {
        return Ok(());
    }
    let at = 1 + at.index(instructions.len() - 1);
    let lines = &dockerfile.lines()[instructions[at].lines.clone()];
    let start = lines[0].span.start as usize;
    let end = if replace { lines[lines.len() - 1].span.end as usize } else { start };
    for line in LINES {
        let edited = [&source[..start], line.as_bytes(), &source[end..]].concat();
        let result = Dockerfile::parse(&edited).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let kept = if replace { at + 1 } else { at };
        let added = result.instructions().len() + kept - instructions.len() - at;
        for (index, instruction) in instructions.iter().enumerate().filter(|(i, _)| *i < at || *i >= kept) {
            let now = if index < at { index } else { index - kept + at + added };
            prop_assert_eq!(parts(instruction, source), parts(&result.instructions()[now], &edited));
        }
    }
    Ok(())
}

/// All of an instruction that does not say where it is.
fn parts<'s>(instruction: &'s Instruction<'_>, source: &'s [u8]) -> impl PartialEq + std::fmt::Debug + 's {
    let start = instruction.span.start;
    let text = instruction.text.bytes();
    let origins: Vec<u32> =
        (0..=text.len() as u32).map(|at| instruction.text.source_end(at).wrapping_sub(start)).collect();
    let heredocs: Vec<_> = instruction
        .heredocs
        .iter()
        .map(|heredoc| {
            (&heredoc.name, heredoc.marker, heredoc.body.of(source), heredoc.terminator.of(source))
        })
        .collect();
    (text, origins, &instruction.operation, heredocs, instruction.span.of(source), instruction.lines.len())
}
