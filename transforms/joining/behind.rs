//! A command in the middle of a RUN.

use dfopt_analysis::{Build, Invocation, ShellCode};
use dfopt_syntax::dockerfile::ShellKind;
use dfopt_syntax::shell::{AndOrOperator, Terminator};
use dfopt_syntax::{Edit, Span};

use super::errexit::{Errexit, UNGUARDED, errexit};
use super::style::Style;
use super::{Obstacle, obstacle};

/// What the user can do.
const BY_HAND: &str = "add the clean-up by hand, behind the command";

/// Beyond 65,535 bytes BuildKit does not read a line; what is added is far shorter than the rest.
const LONGEST_LINE: usize = 60_000;

/// The edit that makes RUN `index` run `command` right behind `invocation`, if that succeeded, and fail where
/// either does.
pub(crate) fn insert_behind(
    build: &Build<'_>,
    index: usize,
    invocation: &Invocation<'_>,
    command: &str,
) -> Result<Edit, Obstacle> {
    let Some(code) = build.shell_code(index) else {
        return obstacle("the RUN is not plain shell code", BY_HAND);
    };
    let operator = operator(build, index, code, invocation)?;
    let end = code.text.source_end(invocation.command.span.end);
    if code.kind == ShellKind::Plain && ends_line(build, end) {
        let joint = Style::of(build, &[index]).joint_at(build, end, "", operator, &[]);
        return Ok(Edit::insert(end, joint + command));
    }
    let source = build.source();
    let start = source[..end as usize].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    if rest_of_line(source, end).end as usize - start > LONGEST_LINE {
        return obstacle("its line is too long", BY_HAND);
    }
    Ok(Edit::insert(end, format!("{operator} {command}")))
}

/// What joins a command to `invocation`: ` &&`, or `;` where the shell itself stops at a failure.
fn operator(
    build: &Build<'_>,
    index: usize,
    code: &ShellCode<'_>,
    invocation: &Invocation<'_>,
) -> Result<&'static str, Obstacle> {
    let span = invocation.command.span;
    if invocation.slice(span).windows(2).any(|pair| pair == b"<<") {
        return obstacle("it reads a heredoc", BY_HAND);
    }
    let items = &code.script.list.items;
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let Some(at) = items.iter().position(|item| holds(item.and_or.span)) else {
        return obstacle("it does not run in the shell itself", BY_HAND);
    };
    let and_or = &items[at].and_or;
    let mut pipelines = std::iter::once(&and_or.first).chain(and_or.rest.iter().map(|(.., next)| next));
    if !pipelines.any(|pipeline| pipeline.span == span && pipeline.negations.is_empty()) {
        return obstacle("it runs in a condition, a loop, a subshell or a pipeline", BY_HAND);
    }
    if and_or.rest.iter().any(|(operator, ..)| *operator != AndOrOperator::And) {
        return obstacle("`||` stands in its chain of commands", BY_HAND);
    }
    if matches!(items[at].terminator, Some((Terminator::Background, _))) {
        return obstacle("it runs in the background", BY_HAND);
    }
    // Before `&&` a failure would not stop the shell. What ends the code fails it anyway.
    let last = and_or.rest.last().map_or(&and_or.first, |(.., pipeline)| pipeline);
    let stops_the_shell = at + 1 < items.len() && last.span == span;
    match errexit(build, index, code) {
        Errexit::On if stops_the_shell && and_or.rest.is_empty() => Ok(";"),
        Errexit::On | Errexit::Somewhere if stops_the_shell => obstacle(UNGUARDED, BY_HAND),
        _ => Ok(" &&"),
    }
}

/// True where nothing but an operator and the continuation stands behind byte `end` on its line, or the code
/// ends there.
fn ends_line(build: &Build<'_>, end: u32) -> bool {
    let rest = rest_of_line(build.source(), end).of(build.source()).trim_ascii();
    match rest.split_last() {
        None => true,
        Some((last, operator)) => {
            *last == build.dockerfile().escape() && matches!(operator.trim_ascii_end(), b"" | b"&&" | b";")
        }
    }
}

fn rest_of_line(source: &[u8], start: u32) -> Span {
    let length = source[start as usize..].iter().position(|&b| b == b'\n');
    Span { start, end: length.map_or(source.len() as u32, |length| start + length as u32) }
}
