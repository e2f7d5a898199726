//! The invariants that every rewrite has to keep, whatever it does.

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::{Instruction, LineKind};
use dfopt_syntax::{Dockerfile, Edits, Span};

/// Checks the result of `edits` on `before`: it parses and is valid, instructions that no edit touches are
/// the same, no comment is gone, and shell code that was understood still is.
///
/// # Errors
/// What does not hold.
pub(crate) fn recheck(before: &Dockerfile<'_>, edits: &Edits) -> Result<(), String> {
    let text = edits.apply(before.source());
    let after = Dockerfile::parse(&text).map_err(|error| format!("the result does not parse: {error}"))?;
    after.check().map_err(|error| format!("the result is not valid: {error}"))?;
    same_where_untouched(before, &after, edits)?;
    if let Some(comment) = lost_comment(before, &after) {
        return Err(format!("a comment is lost: {comment}"));
    }
    still_understood(before, &after, edits)
}

/// The bytes of the result that `edits` wrote, closed at both ends.
fn written(edits: &Edits) -> impl Iterator<Item = Span> + '_ {
    let mut shift = 0i64;
    edits.as_slice().iter().map(move |edit| {
        let start = i64::from(edit.span.start) + shift;
        shift += edit.text.len() as i64 - edit.span.len() as i64;
        Span::new(start as usize, start as usize + edit.text.len())
    })
}

fn touches(span: Span, other: Span) -> bool {
    span.start <= other.end && other.start <= span.end
}

fn same_where_untouched(
    before: &Dockerfile<'_>,
    after: &Dockerfile<'_>,
    edits: &Edits,
) -> Result<(), String> {
    let results = after.instructions();
    let mut kept = vec![false; results.len()];
    let mut edits_left = edits.as_slice().iter().peekable();
    let mut shift = 0i64;
    for instruction in before.instructions() {
        while let Some(edit) = edits_left.next_if(|edit| edit.span.end < instruction.span.start) {
            shift += edit.text.len() as i64 - edit.span.len() as i64;
        }
        if edits_left.peek().is_some_and(|edit| touches(instruction.span, edit.span)) {
            continue;
        }
        let start = i64::from(instruction.span.start) + shift;
        let same = results
            .binary_search_by_key(&start, |result| i64::from(result.span.start))
            .ok()
            .filter(|&i| is_same(instruction, &results[i], before, after));
        match same {
            Some(i) => kept[i] = true,
            None => return Err(format!("the instruction on line {} changed", instruction.lines.start + 1)),
        }
    }
    let mut written = written(edits).peekable();
    for (result, kept) in results.iter().zip(kept) {
        while written.next_if(|span| span.end < result.span.start).is_some() {}
        if !kept && !written.peek().is_some_and(|&span| touches(result.span, span)) {
            return Err(format!("an instruction appeared on line {} of the result", result.lines.start + 1));
        }
    }
    Ok(())
}

fn is_same(
    a: &Instruction<'_>,
    b: &Instruction<'_>,
    before: &Dockerfile<'_>,
    after: &Dockerfile<'_>,
) -> bool {
    a.span.of(before.source()) == b.span.of(after.source())
        && a.operation == b.operation
        && a.text.bytes() == b.text.bytes()
}

/// A comment line that `after` has fewer times than `before`.
fn lost_comment(before: &Dockerfile<'_>, after: &Dockerfile<'_>) -> Option<String> {
    let (mut before, mut after) = (comments(before), comments(after));
    before.sort_unstable();
    after.sort_unstable();
    let mut after = after.into_iter().peekable();
    let lost = before.into_iter().find(|comment| {
        while after.next_if(|left| left < comment).is_some() {}
        after.next_if(|left| left == comment).is_none()
    });
    lost.map(|comment| String::from_utf8_lossy(comment).into_owned())
}

fn comments<'d>(dockerfile: &'d Dockerfile<'_>) -> Vec<&'d [u8]> {
    let comments = dockerfile.lines().iter().filter(|line| line.kind == LineKind::Comment);
    comments.map(|line| line.span.of(dockerfile.source()).trim_ascii()).collect()
}

fn still_understood(before: &Dockerfile<'_>, after: &Dockerfile<'_>, edits: &Edits) -> Result<(), String> {
    let opaque_before = has_opaque(before, edits.as_slice().iter().map(|edit| edit.span));
    match has_opaque(after, written(edits)) {
        Some(line) if opaque_before.is_none() => {
            Err(format!("the shell code on line {line} of the result is broken"))
        }
        _ => Ok(()),
    }
}

/// The line of an instruction at one of `places` whose shell code is not understood.
fn has_opaque(dockerfile: &Dockerfile<'_>, places: impl Iterator<Item = Span>) -> Option<usize> {
    let build = Build::new(dockerfile);
    let instructions = dockerfile.instructions();
    let mut places = places.peekable();
    (0..instructions.len())
        .find(|&i| {
            let span = instructions[i].span;
            while places.next_if(|place| place.end < span.start).is_some() {}
            places.peek().is_some_and(|&place| touches(span, place)) && build.is_opaque(i)
        })
        .map(|i| instructions[i].lines.start + 1)
}
