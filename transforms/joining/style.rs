//! How a file writes one command a line.

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::{Keyword, LineKind, ShellKind};

/// How many instructions of a file are asked how it is written.
const STYLE_SAMPLE: usize = 256;

/// How a file writes one command a line.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    /// `&&` opens the next line; else it ends this one.
    pub(crate) leading: bool,
    /// What the lines start with.
    pub(crate) indent: String,
    /// Where the continuation characters stand, if they stand below each other.
    column: Option<usize>,
}

impl Style {
    /// The style of the first of `preferred`, which is not empty, that has a joint over two lines, else of
    /// any RUN.
    pub(super) fn of(build: &Build<'_>, preferred: &[usize]) -> Self {
        Self::seen(build, preferred).unwrap_or_else(|| {
            let indent = preferred.iter().find_map(|&index| continuation_indent(build, index));
            let column = preferred.iter().find_map(|&index| column(build, index));
            Self { leading: false, indent: indent.unwrap_or_else(|| deeper(build, preferred[0])), column }
        })
    }

    /// The same, where there is such a RUN.
    pub(crate) fn seen(build: &Build<'_>, preferred: &[usize]) -> Option<Self> {
        let all = 0..build.dockerfile().instructions().len().min(STYLE_SAMPLE);
        preferred.iter().copied().chain(all).find_map(|index| Self::of_joint(build, index))
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
                let leading = starts_its_line(source, operator.start);
                let broken = leading || source[operator.end as usize..next.start as usize].contains(&b'\n');
                let line_start = if leading { operator.start } else { next.start };
                broken.then(|| Self {
                    leading,
                    indent: indent_at(source, line_start + 1),
                    column: column(build, index),
                })
            },
        )
    }

    /// What stands between the code of RUN `above` and what is joined to it: `close`, the operator (` &&` or
    /// `;`) over a line break, and the comments in between.
    pub(super) fn joint(
        &self,
        build: &Build<'_>,
        above: usize,
        close: &str,
        operator: &str,
        comments: &[&[u8]],
    ) -> String {
        let instruction = build.instruction(above);
        let end = instruction.source_span(instruction.operation.body).end;
        self.joint_at(build, end, close, operator, comments)
    }

    /// The same behind a command in the middle of a RUN, which ends at byte `end`.
    pub(super) fn joint_at(
        &self,
        build: &Build<'_>,
        end: u32,
        close: &str,
        operator: &str,
        comments: &[&[u8]],
    ) -> String {
        let leading = self.leading && operator != ";";
        let (before, start) = if leading { ("", "&& ") } else { (operator, "") };
        let mut text = format!("{close}{before}");
        text.push_str(&self.padding(build, end, text.len()));
        text.push_str(&build.dockerfile().continuation());
        for comment in comments {
            text.push_str(&self.indent);
            text.push_str(&String::from_utf8_lossy(comment));
            text.push_str(build.dockerfile().newline());
        }
        text + &self.indent + start
    }

    /// The blanks in front of the continuation character, where `more` bytes follow byte `end`.
    fn padding(&self, build: &Build<'_>, end: u32, more: usize) -> String {
        let Some(column) = self.column else { return " ".to_owned() };
        let width = width_before(build.source(), end) + more;
        " ".repeat(column.saturating_sub(width).max(1))
    }
}

/// The characters on the line of byte `offset` that stand before it.
fn width_before(source: &[u8], offset: u32) -> usize {
    let before = &source[..offset as usize];
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    String::from_utf8_lossy(&before[line_start..]).chars().count()
}

/// The column of the continuation characters of a RUN, where all of them, two or more, stand below each other
/// because somebody put blanks in front.
fn column(build: &Build<'_>, index: usize) -> Option<usize> {
    let source = build.source();
    let lines = &build.dockerfile().lines()[build.instruction(index).lines.clone()];
    let continued = lines.iter().filter(|line| line.kind == LineKind::Code).filter_map(|line| {
        let text = line.span.of(source).trim_ascii_end();
        let text = text.strip_suffix(&[build.dockerfile().escape()])?;
        let is_padded = text.ends_with(b"  ") || text.ends_with(b"\t");
        let end = line.span.start + text.len() as u32;
        (!text.contains(&b'\t')).then_some((width_before(source, end), is_padded))
    });
    let columns: Vec<(usize, bool)> = continued.collect();
    let (first, _) = *columns.first()?;
    let is_aligned = columns.len() > 1 && columns.iter().all(|(column, _)| *column == first);
    (is_aligned && columns.iter().any(|(_, is_padded)| *is_padded)).then_some(first)
}

/// Four blanks more than the instruction.
pub(crate) fn deeper(build: &Build<'_>, index: usize) -> String {
    indent_at(build.source(), build.instruction(index).span.start + 1) + "    "
}

/// The indent of the first continuation line that starts with a word of the code: what goes on in quotes has
/// an indent of its own.
fn continuation_indent(build: &Build<'_>, index: usize) -> Option<String> {
    let instruction = build.instruction(index);
    if instruction.lines.len() < 2 {
        return None;
    }
    let code = build.shell_code(index)?;
    let source = build.source();
    let commands = code.script.simple_commands();
    let mut words =
        commands.iter().flat_map(|(command, _)| &command.words).map(|word| code.source_span(word.span).start);
    let first = words.find(|&start| {
        let line_start = start as usize - indent_width(source, start);
        line_start > instruction.span.start as usize && source[line_start - 1] == b'\n'
    })?;
    Some(indent_at(source, first))
}

/// True where nothing but blanks stands before `offset` on its line, which is not the first.
fn starts_its_line(source: &[u8], offset: u32) -> bool {
    source[..offset as usize - indent_width(source, offset)].ends_with(b"\n")
}

/// How many blanks stand right before `offset`.
fn indent_width(source: &[u8], offset: u32) -> usize {
    source[..offset as usize].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The blanks at the start of the line that holds byte `offset - 1`, or that starts at `offset`.
pub(crate) fn indent_at(source: &[u8], offset: u32) -> String {
    let before = &source[..offset as usize];
    let trimmed = before.strip_suffix(b"\n").unwrap_or(before);
    let line_start = trimmed.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let blanks = source[line_start..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    String::from_utf8_lossy(&source[line_start..line_start + blanks]).into_owned()
}
