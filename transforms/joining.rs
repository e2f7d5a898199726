//! Joins commands of RUN instructions with `&&`, the way the file itself does.
//!
//! The facts about shells stand in the functions that use them. In short: each RUN starts a fresh shell,
//! so what the first leaves behind in its shell must not reach the second; `&&` and `||` bind equally and
//! from the left, so a list may be continued as it stands, but what is appended must be one chain or a
//! group.

mod errexit;

use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::dockerfile::{Instruction, Keyword, LineKind, ShellKind};
use dfopt_syntax::shell::{Command, CompoundKind, Node, ParameterOperator, Terminator, WordPart};
use dfopt_syntax::{Edit, Span};

use crate::ignore::is_pragma;
use errexit::{Errexit, UNGUARDED, ends_simply, errexit};

/// Why commands cannot be joined, and what the user can do about it.
#[derive(Debug)]
pub(crate) struct Obstacle {
    pub(crate) reason: String,
    pub(crate) help: &'static str,
}

fn obstacle<T>(reason: impl Into<String>, help: &'static str) -> Result<T, Obstacle> {
    Err(Obstacle { reason: reason.into(), help })
}

/// The edits that make one RUN of the neighbours `first..=last`, each of which [`check`] has let pass with
/// the one above it.
pub(crate) fn merge(build: &Build<'_>, first: usize, last: usize) -> Vec<Edit> {
    let style = Style::of(build, &Vec::from_iter(first..=last));
    let mut edits = Vec::new();
    let mut close = "";
    for below in first + 1..=last {
        let (a, b) = (build.instruction(below - 1), build.instruction(below));
        let start = a.source_span(a.operation.body).end;
        let end = b.source_span(b.operation.body).start;
        let joint = style.joint(build, &comments_between(build, a, b));
        let is_list = build.shell_code(below).is_some_and(|code| code.and_chain().is_none());
        let open = if is_list { "{ " } else { "" };
        edits.push(Edit::replace(Span { start, end }, format!("{close}{joint}{open}")));
        close = if is_list { "; }" } else { "" };
    }
    if !close.is_empty() {
        let instruction = build.instruction(last);
        edits.push(Edit::insert(instruction.source_span(instruction.operation.body).end, close));
    }
    edits
}

/// Whether the RUN `first` and the one below it can become one.
pub(crate) fn check(build: &Build<'_>, first: usize) -> Result<(), Obstacle> {
    let second = first + 1;
    let (a, b) = (build.instruction(first), build.instruction(second));
    if a.operation.flags.iter().map(|flag| &flag.text).ne(b.operation.flags.iter().map(|flag| &flag.text)) {
        return obstacle(
            "the flags of the two RUNs differ",
            "give both the same --mount, --network and --security",
        );
    }
    let (Some(code_a), Some(code_b)) = (plain_code(build, first), plain_code(build, second)) else {
        return obstacle("one of the RUNs is not plain shell code", "write both as commands for sh or bash");
    };
    check_end(a, code_a, build)?;
    if let Some(what) = left_behind(code_a, code_a.script.list.span) {
        return obstacle(
            format!("{what} in the first RUN would reach into the second"),
            "put it in a subshell, or merge by hand",
        );
    }
    if build.exits_on_error(first) && (code_a.and_chain().is_none() || !ends_simply(code_a)) {
        return obstacle(UNGUARDED, "merge by hand");
    }
    if let Some(what) = looks_back(code_b) {
        return obstacle(format!("the second RUN reads `{what}`"), "merge by hand");
    }
    let comments = comments_between(build, a, b);
    if comments.iter().any(|comment| is_pragma(comment)) {
        return obstacle(
            "a comment between the RUNs is meant for a tool",
            "move the comment above the first RUN",
        );
    }
    if comments.iter().any(|comment| std::str::from_utf8(comment).is_err()) {
        return obstacle("a comment between the RUNs is not UTF-8", "save the file as UTF-8");
    }
    if code_b.and_chain().is_none() && check_text(code_b).and_then(|()| check_last(code_b)).is_err() {
        return obstacle("the second RUN cannot be grouped", "merge by hand");
    }
    Ok(())
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
    let is_seen = last.and_or.rest.is_empty() && last.and_or.first.negations.is_empty();
    let is_list = code.script.list.items.len() > 2;
    let joint = match ends_simply(code) {
        simple if errexit == Errexit::On && is_seen && (is_list || !simple) => style.semicolon(build),
        false if errexit != Errexit::Off => return obstacle(UNGUARDED, "add the clean-up by hand"),
        _ => style.joint(build, &[]),
    };
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
    let background =
        |item: &dfopt_syntax::shell::ListItem| matches!(item.terminator, Some((Terminator::Background, _)));
    if code.script.list.items.iter().any(background) {
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

/// Builtins that change the shell they run in (POSIX 2.14 and bash's own), and `exec`, which replaces it.
const SHELL_CHANGING: &[&str] = &[
    ".",
    "alias",
    "break",
    "builtin",
    "cd",
    "command",
    "continue",
    "declare",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "getopts",
    "hash",
    "let",
    "local",
    "mapfile",
    "popd",
    "pushd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "trap",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
];

/// What the part `within` of the code leaves behind in its shell, where it may.
pub(crate) fn left_behind(code: &ShellCode<'_>, within: Span) -> Option<String> {
    let text = code.text.bytes();
    let mut found = None;
    code.script.walk(&mut |node, context| {
        let is_outside = node.span().start < within.start || within.end < node.span().end;
        if found.is_some() || is_outside || !context.runs_in_shell() {
            return;
        }
        found = match node {
            Node::Simple(command) => match command.words.first() {
                None if command.assignments.is_empty() => Some("a redirection".to_owned()),
                None => Some("an assignment".to_owned()),
                Some(word) => match word.literal(text) {
                    // It is a special builtin: what is assigned for it stays (POSIX 2.14).
                    Some(name) if name == ":" && !command.assignments.is_empty() => {
                        Some("an assignment".to_owned())
                    }
                    Some(name) if !SHELL_CHANGING.contains(&name.as_ref()) => None,
                    Some(name) => Some(format!("`{name}`")),
                    None => Some("a command that a variable names".to_owned()),
                },
            },
            Node::Compound(Command::Function(_)) => Some("a function".to_owned()),
            Node::Compound(Command::Compound(compound)) => match compound.kind {
                CompoundKind::For { .. } | CompoundKind::Select { .. } => Some("a loop variable".to_owned()),
                CompoundKind::Arithmetic(_) | CompoundKind::ArithmeticFor { .. } => {
                    Some("arithmetic".to_owned())
                }
                _ => None,
            },
            Node::Part(WordPart::Parameter { operator: Some(ParameterOperator::Assign { .. }), .. }) => {
                Some("an assignment".to_owned())
            }
            Node::Part(WordPart::Arithmetic { span, .. }) if span.of(text).contains(&b'=') => {
                Some("arithmetic".to_owned())
            }
            _ => None,
        };
    });
    found
}

/// The variable that tells the code something of the shell's past, where it reads one.
pub(crate) fn looks_back(code: &ShellCode<'_>) -> Option<String> {
    let text = code.text.bytes();
    let mut found = None;
    code.script.walk(&mut |node, _| {
        if let Node::Part(WordPart::Parameter { name, .. }) = node
            && [&b"_"[..], b"!", b"LINENO", b"SECONDS", b"RANDOM"].contains(&name.of(text))
        {
            found = Some(format!("${}", String::from_utf8_lossy(name.of(text))));
        }
    });
    found
}

/// The comments between two neighbours, and those in the second above its code, without blanks around.
fn comments_between<'b>(build: &'b Build<'_>, a: &Instruction<'_>, b: &Instruction<'_>) -> Vec<&'b [u8]> {
    let code_start = b.source_span(b.operation.body).start;
    build.dockerfile().lines()[a.lines.end..b.lines.end]
        .iter()
        .take_while(|line| line.span.start < code_start)
        .filter(|line| line.kind == LineKind::Comment)
        .map(|line| line.span.of(build.source()).trim_ascii())
        .collect()
}

/// How many instructions of a file are asked how it is written.
const STYLE_SAMPLE: usize = 256;

/// How a file writes one command a line.
#[derive(Clone, Debug)]
struct Style {
    /// `&&` opens the next line; else it ends this one.
    leading: bool,
    indent: String,
}

impl Style {
    /// The style of the first of `preferred`, which is not empty, that has a joint over two lines, else of
    /// any RUN.
    fn of(build: &Build<'_>, preferred: &[usize]) -> Self {
        let all = 0..build.dockerfile().instructions().len().min(STYLE_SAMPLE);
        let mut joints =
            preferred.iter().copied().chain(all).filter_map(|index| Self::of_joint(build, index));
        joints.next().unwrap_or_else(|| {
            let indent = preferred.iter().find_map(|&index| continuation_indent(build, index));
            Self { leading: false, indent: indent.unwrap_or_else(|| deeper(build, preferred[0])) }
        })
    }

    fn of_joint(build: &Build<'_>, index: usize) -> Option<Self> {
        let instruction = build.instruction(index);
        if instruction.keyword() != Keyword::Run || instruction.lines.len() < 2 {
            return None;
        }
        let code = build.shell_code(index).filter(|code| code.kind == ShellKind::Plain)?;
        let source = build.source();
        code.script.list.items.iter().flat_map(|item| &item.and_or.rest).find_map(
            |(_, operator, pipeline)| {
                let operator = code.source_span(*operator);
                let next = code.source_span(pipeline.span);
                let leading = source[..operator.start as usize]
                    .trim_ascii_end()
                    .ends_with(&[build.dockerfile().escape()]);
                let broken = leading || source[operator.end as usize..next.start as usize].contains(&b'\n');
                let line_start = if leading { operator.start } else { next.start };
                broken.then(|| Self { leading, indent: indent_at(source, line_start + 1) })
            },
        )
    }

    /// ` && ` over a line break, with the comments in between.
    fn joint(&self, build: &Build<'_>, comments: &[&[u8]]) -> String {
        let (end, start) = if self.leading { ("", "&& ") } else { (" &&", "") };
        let mut text = self.line_break(build, end);
        for comment in comments {
            text.push_str(&self.indent);
            text.push_str(&String::from_utf8_lossy(comment));
            text.push_str(build.dockerfile().newline());
        }
        text + &self.indent + start
    }

    /// `; ` over a line break.
    fn semicolon(&self, build: &Build<'_>) -> String {
        self.line_break(build, ";") + &self.indent
    }

    fn line_break(&self, build: &Build<'_>, end: &str) -> String {
        format!("{end} {}", build.dockerfile().continuation())
    }
}

/// Four blanks more than the instruction.
fn deeper(build: &Build<'_>, index: usize) -> String {
    indent_at(build.source(), build.instruction(index).span.start + 1) + "    "
}

/// The indent of the first continuation line with code.
fn continuation_indent(build: &Build<'_>, index: usize) -> Option<String> {
    let lines = &build.dockerfile().lines()[build.instruction(index).lines.clone()];
    let line = lines.iter().skip(1).find(|line| line.kind == LineKind::Code)?;
    Some(indent_at(build.source(), line.span.end))
}

/// The blanks at the start of the line that holds byte `offset - 1`, or that starts at `offset`.
fn indent_at(source: &[u8], offset: u32) -> String {
    let before = &source[..offset as usize];
    let trimmed = before.strip_suffix(b"\n").unwrap_or(before);
    let line_start = trimmed.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let blanks = source[line_start..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    String::from_utf8_lossy(&source[line_start..line_start + blanks]).into_owned()
}
