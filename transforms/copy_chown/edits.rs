//! The edits that make a command a flag of COPYs.

use dfopt_analysis::effects::Step;
use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::dockerfile::LineKind;
use dfopt_syntax::{Edit, Span};

use super::command::{Command, Value};
use super::trace::Origin;
use crate::ignore::is_pragma;
use crate::joining;
use crate::reordering::{Moves, indent};

/// Writes `command`, step `number` of RUN `run`, into the COPYs of `origin`. None where a comment or a name is
/// in the way.
pub(super) fn edits(
    build: &Build<'_>,
    run: usize,
    steps: &[Step<'_, '_>],
    number: usize,
    command: &Command,
    origin: &Origin,
) -> Option<Vec<Edit>> {
    let Value::Flag { text, .. } = &command.value else { return None };
    let name = command.kind.flag();
    let mut edits: Vec<Edit> = Vec::new();
    for &copy in origin.copies.iter().filter(|&&copy| build.instruction(copy).flag(name).is_none()) {
        let instruction = build.instruction(copy);
        let keyword = instruction.source_span(instruction.operation.keyword_span);
        edits.push(Edit::insert(keyword.end, format!(" --{name}={text}")));
    }
    let code = steps[number].code;
    edits.extend(match (origin.folders.is_empty(), steps.len()) {
        (false, _) => narrow(build, code, command, &origin.folders)?,
        (true, 1) => take_away(build, run, *origin.copies.first()?)?,
        (true, _) => cut(build, code, number)?,
    });
    Some(edits)
}

/// Has the command change nothing but `folders`.
fn narrow(
    build: &Build<'_>,
    code: &ShellCode<'_>,
    command: &Command,
    folders: &[String],
) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    if let Some((span, rest)) = &command.recursive {
        edits.push(match rest.trim_start_matches('-') {
            "" => without(build, code.source_span(*span))?,
            _ => Edit::replace(code.source_span(*span), rest.clone()),
        });
    }
    let targets = command.targets.as_ref()?;
    let named = |folder: &&String| targets.iter().any(|target| target.path == **folder);
    for target in targets.iter().filter(|target| !folders.contains(&target.path)) {
        edits.push(without(build, code.source_span(target.span))?);
    }
    let added: Vec<&str> = folders.iter().filter(|folder| !named(folder)).map(String::as_str).collect();
    let is_plain = |path: &&str| path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
    if !added.iter().all(is_plain) {
        return None;
    }
    if !added.is_empty() {
        let end = code.source_span(targets.last()?.span).end;
        edits.push(Edit::insert(end, format!(" {}", added.join(" "))));
    }
    Some(edits)
}

/// Takes a word out, with the blanks and continuations before it. None where a comment stands there.
fn without(build: &Build<'_>, word: Span) -> Option<Edit> {
    let mut before = &build.source()[..word.start as usize];
    loop {
        let trimmed = before.trim_ascii_end();
        let has_newline = before[trimmed.len()..].contains(&b'\n');
        match trimmed.strip_suffix(&[build.dockerfile().escape()]) {
            _ if !has_newline => {
                before = trimmed;
                break;
            }
            Some(rest) => before = rest,
            None => return None,
        }
    }
    Some(Edit::delete(Span { start: before.len() as u32, end: word.end }))
}

/// Takes RUN `run` out; its comments go to COPY `copy`.
fn take_away(build: &Build<'_>, run: usize, copy: usize) -> Option<Vec<Edit>> {
    let dockerfile = build.dockerfile();
    let mut moves = Moves::new(build);
    moves.sink(run, String::new());
    let mut edits = moves.away();
    let gone: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    let indent = indent(build, copy);
    let mut comments = String::new();
    for line in dockerfile.lines().iter().filter(|line| line.kind == LineKind::Comment) {
        if !gone.iter().any(|gone| gone.start <= line.span.start && line.span.end <= gone.end) {
            continue;
        }
        let comment = std::str::from_utf8(line.span.of(build.source())).ok()?.trim();
        if is_pragma(comment.as_bytes()) {
            return None;
        }
        comments += &format!("{indent}{comment}{}", dockerfile.newline());
    }
    if !comments.is_empty() {
        let first = &dockerfile.lines()[build.instruction(copy).lines.start];
        edits.push(Edit::insert(first.span.start, comments));
    }
    Some(edits)
}

/// Takes step `number` out of a chain of several.
fn cut(build: &Build<'_>, code: &ShellCode<'_>, number: usize) -> Option<Vec<Edit>> {
    let first = &code.script.list.items.first()?.and_or;
    let pipelines: Vec<_> =
        std::iter::once(&first.first).chain(first.rest.iter().map(|(.., pipeline)| pipeline)).collect();
    if let Some((_, operator, next)) = first.rest.get(number) {
        return Some(joining::take_out(build, code, pipelines[number].span, *operator, next.span));
    }
    let place = |number: usize| code.source_span(pipelines[number].span);
    let span = Span { start: place(number - 1).end, end: place(number).end };
    (!joining::has_comment(build, span)).then(|| vec![Edit::delete(span)])
}
