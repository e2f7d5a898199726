//! Joins commands of RUN instructions with `&&`, the way the file itself does.
//!
//! The facts about shells stand in the functions that use them. In short: each RUN starts a fresh shell,
//! so what the first leaves behind in its shell must not reach the second; `&&` and `||` bind equally and
//! from the left, so a list may be continued as it stands, but what is appended must be one chain or a
//! group.

mod behind;
mod errexit;
mod leavings;
mod options;
mod style;
mod take_out;

use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::dockerfile::{Instruction, Keyword, LineKind, ShellKind};
use dfopt_syntax::shell::{Node, Terminator, WordPart};
use dfopt_syntax::{Edit, Span};

use crate::ignore::is_pragma;
pub(crate) use behind::insert_behind;
use errexit::{Errexit, UNGUARDED, ends_simply, errexit, sees_last};
use leavings::{Leaving, asks_for_its_shell};
pub(crate) use leavings::{left_behind, looks_back};
use options::SharedOptions;
pub(crate) use style::{Style, deeper, indent_at};
pub(crate) use take_out::{has_comment, take_out};

/// True where the shell of instruction `index` stops at the first command that fails, from the first to the
/// last.
pub(crate) fn exits_on_error(build: &Build<'_>, index: usize, code: &ShellCode<'_>) -> bool {
    errexit(build, index, code) == Errexit::On
}

/// Why commands cannot be joined, and what the user can do about it.
#[derive(Debug)]
pub(crate) struct Obstacle {
    pub(crate) reason: String,
    pub(crate) help: &'static str,
}

fn obstacle<T>(reason: impl Into<String>, help: &'static str) -> Result<T, Obstacle> {
    Err(Obstacle { reason: reason.into(), help })
}

/// How two neighbouring RUNs become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joint {
    /// `a; b`, as both stop at each failure; else `a && b`.
    pub(crate) is_sequence: bool,
    /// `(a) && b`: a subshell keeps in what the first does to its shell.
    pub(crate) confines: bool,
    /// `a && { b; c; }`: the second is no plain chain.
    pub(crate) groups: bool,
    /// Where the second starts in the file, without the `set` that both start with.
    second: u32,
}

/// The edits that make one RUN of `first` and its neighbours below, one for each joint.
pub(crate) fn merge(build: &Build<'_>, first: usize, joints: &[Joint]) -> Vec<Edit> {
    let last = first + joints.len();
    let style = Style::of(build, &Vec::from_iter(first..=last));
    let body = |index: usize| {
        let instruction = build.instruction(index);
        instruction.source_span(instruction.operation.body)
    };
    let mut edits = Vec::new();
    let mut close = "";
    for (number, joint) in joints.iter().enumerate() {
        let above = first + number;
        if joint.confines {
            close = ")";
            // Further down it was opened behind the joint above.
            if number == 0 {
                edits.push(Edit::insert(body(above).start, subshell(build, above)));
            }
        }
        let (open, next_close) = match joints.get(number + 1) {
            Some(next) if next.confines => (subshell(build, above + 1), ")"),
            _ if joint.groups => ("{ ", "; }"),
            _ => ("", ""),
        };
        let span = Span { start: body(above).end, end: joint.second };
        let comments = comments_between(build, above, joint.second);
        let operator = if joint.is_sequence { ";" } else { " &&" };
        let text = style.joint(build, above, close, operator, &comments);
        edits.push(Edit::replace(span, text + open));
        close = next_close;
    }
    if !close.is_empty() {
        edits.push(Edit::insert(body(last).end, close));
    }
    edits
}

/// Opens a subshell; `((` would be arithmetic.
fn subshell(build: &Build<'_>, index: usize) -> &'static str {
    let instruction = build.instruction(index);
    let body = instruction.source_span(instruction.operation.body);
    if body.of(build.source()).starts_with(b"(") { "( " } else { "(" }
}

/// Whether the RUN `first` and the one below it can become one, and how.
pub(crate) fn check(build: &Build<'_>, first: usize) -> Result<Joint, Obstacle> {
    let second = first + 1;
    let (a, b) = (build.instruction(first), build.instruction(second));
    if a.operation.flags.iter().map(|flag| &flag.text).ne(b.operation.flags.iter().map(|flag| &flag.text)) {
        return obstacle(
            "the flags of the two RUNs differ",
            "give both the same --mount, --network and --security",
        );
    }
    if a.operation.mounts().any(|mount| mount.forgets()) {
        return obstacle(
            "what the first RUN writes to a mount is gone for the second",
            "leave them apart, or merge by hand",
        );
    }
    let (Some(code_a), Some(code_b)) = (plain_code(build, first), plain_code(build, second)) else {
        return obstacle("one of the RUNs is not plain shell code", "write both as commands for sh or bash");
    };
    check_end(a, code_a, build)?;
    if let Some(what) = looks_back(code_b) {
        return obstacle(format!("the second RUN reads `{what}`"), "merge by hand");
    }
    let joint = joint(build, first, code_a, code_b)?;
    let comments = comments_between(build, first, joint.second);
    if comments.iter().any(|comment| is_pragma(comment)) {
        return obstacle(
            "a comment between the RUNs is meant for a tool",
            "move the comment above the first RUN",
        );
    }
    if comments.iter().any(|comment| std::str::from_utf8(comment).is_err()) {
        return obstacle("a comment between the RUNs is not UTF-8", "save the file as UTF-8");
    }
    if joint.groups && check_text(code_b).and_then(|()| check_last(code_b)).is_err() {
        return obstacle("the second RUN cannot be grouped", "merge by hand");
    }
    Ok(joint)
}

fn joint(
    build: &Build<'_>,
    first: usize,
    code_a: &ShellCode<'_>,
    code_b: &ShellCode<'_>,
) -> Result<Joint, Obstacle> {
    let b = build.instruction(first + 1);
    let whole = code_a.script.list.span;
    let shared = SharedOptions::of(code_a, code_b);
    let leaving = left_behind(code_a, shared.as_ref().map_or(whole, |shared| shared.rest_of_first));
    let joint = Joint {
        is_sequence: false,
        confines: false,
        groups: match &shared {
            Some(shared) => !shared.second_is_chain,
            None => code_b.and_chain().is_none(),
        },
        second: match &shared {
            Some(shared) => code_b.source_span(shared.rest_of_second).start,
            None => b.source_span(b.operation.body).start,
        },
    };
    if let Some(Leaving { what, is_confinable }) = leaving {
        let unguarded = errexit(build, first, code_a) != Errexit::Off && code_a.and_chain().is_none();
        if !is_confinable || shared.is_some() || unguarded || asks_for_its_shell(code_a) {
            return obstacle(
                format!("{what} in the first RUN would reach into the second"),
                "put it in a subshell, or merge by hand",
            );
        }
        return match build.exits_on_error(first) && !ends_simply(code_a) {
            true => obstacle(UNGUARDED, "merge by hand"),
            false => Ok(Joint { confines: true, ..joint }),
        };
    }
    let stops = errexit(build, first, code_a) != Errexit::Off;
    if !stops {
        return Ok(joint);
    }
    if code_a.and_chain().is_some() && ends_simply(code_a) {
        return Ok(joint);
    }
    let both_stop = [(first, code_a), (first + 1, code_b)]
        .iter()
        .all(|(index, code)| errexit(build, *index, code) == Errexit::On);
    if both_stop && sees_last(code_a) && ends_simply(code_a) {
        return Ok(Joint { is_sequence: true, groups: false, ..joint });
    }
    obstacle(UNGUARDED, "merge by hand")
}

/// The edit that makes RUN `index` run `command` last, once everything before it succeeded.
pub(crate) fn append(build: &Build<'_>, index: usize, command: &str) -> Result<Edit, Obstacle> {
    let instruction = build.instruction(index);
    let Some(code) = plain_code(build, index) else {
        return obstacle("the RUN is not plain shell code", "add the clean-up by hand");
    };
    let style = Style::of(build, &[index]);
    let body_end = instruction.source_span(instruction.operation.body).end;
    let Some(last) = code.script.list.items.last() else {
        return obstacle("it runs no command", "remove it");
    };
    // `a; b;`: what joins the next command takes the place of the last `;`.
    let start = match last.terminator {
        Some((Terminator::Semicolon, _)) => {
            check_lines(instruction, build)?;
            check_text(code)?;
            code.text.source_end(last.and_or.span.end)
        }
        _ => {
            check_end(instruction, code, build)?;
            body_end
        }
    };
    if (Span { start, end: body_end }).of(build.source()).contains(&b'#') {
        return obstacle("a comment stands before its last `;`", "move the comment");
    }
    // Where the shell stops at each failure, `;` is enough, unless it overlooks that of the last command.
    let errexit = errexit(build, index, code);
    let is_list = code.script.list.items.len() > 2;
    let operator = match ends_simply(code) {
        simple if errexit == Errexit::On && sees_last(code) && (is_list || !simple) => ";",
        false if errexit != Errexit::Off => return obstacle(UNGUARDED, "add the clean-up by hand"),
        _ => " &&",
    };
    let joint = style.joint(build, index, "", operator, &[]);
    let blanks = build.source()[body_end as usize..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    Ok(Edit::replace(Span { start, end: body_end + blanks as u32 }, joint + command))
}

/// The code of a RUN in shell form without heredocs.
fn plain_code<'b, 'd>(build: &'b Build<'d>, index: usize) -> Option<&'b ShellCode<'d>> {
    let instruction = build.instruction(index);
    let code = build.shell_code(index)?;
    // `<<` anywhere may be a heredoc to BuildKit once other text stands beside it.
    let plain = code.kind == ShellKind::Plain && !code.text.bytes().windows(2).any(|pair| pair == b"<<");
    (instruction.keyword() == Keyword::Run && instruction.heredocs.is_empty() && plain).then_some(code)
}

/// Whether more can be written behind the last command.
fn check_end(instruction: &Instruction<'_>, code: &ShellCode<'_>, build: &Build<'_>) -> Result<(), Obstacle> {
    check_lines(instruction, build)?;
    check_text(code)?;
    check_last(code)
}

/// The code ends in a command, not in what ends a command.
fn check_last(code: &ShellCode<'_>) -> Result<(), Obstacle> {
    match code.script.list.items.last() {
        Some(item) if item.terminator.is_none() => Ok(()),
        Some(_) => obstacle("it ends in `;` or `&`", "end the RUN with a command"),
        None => obstacle("it runs no command", "remove it"),
    }
}

fn check_text(code: &ShellCode<'_>) -> Result<(), Obstacle> {
    if !code.script.comments.is_empty() {
        return obstacle("a shell comment ends its code", "move the comment to a line of its own");
    }
    let mut goes_on = false;
    code.script.walk(&mut |node, context| {
        // bash does not wait for what reads in `>(…)`.
        let reads = |span: &Span| span.of(code.text.bytes()).starts_with(b">");
        goes_on |= context.in_background
            || matches!(node, Node::Part(WordPart::ProcessSubstitution { span, .. }) if reads(span));
    });
    if goes_on {
        return obstacle("it starts a job in the background", "wait for the job, or leave the RUN alone");
    }
    Ok(())
}

/// Nothing but blanks follows the code: no dangling continuation, no comment lines after it.
fn check_lines(instruction: &Instruction<'_>, build: &Build<'_>) -> Result<(), Obstacle> {
    let end = instruction.source_span(instruction.operation.body).end;
    let rest = Span { start: end, end: instruction.span.end.max(end) };
    if rest.of(build.source()).iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')) {
        return Ok(());
    }
    obstacle("a continuation or comment follows its last command", "end the RUN with its last command")
}

/// The comments between RUN `index` and byte `end` of the one below it, without blanks around.
fn comments_between<'b>(build: &'b Build<'_>, index: usize, end: u32) -> Vec<&'b [u8]> {
    let (a, b) = (build.instruction(index), build.instruction(index + 1));
    build.dockerfile().lines()[a.lines.end..b.lines.end]
        .iter()
        .take_while(|line| line.span.start < end)
        .filter(|line| line.kind == LineKind::Comment)
        .map(|line| line.span.of(build.source()).trim_ascii())
        .collect()
}
