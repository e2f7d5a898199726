//! The edits that put a list in order: words change places, lines stay what they are.

use dfopt_analysis::packages::PackageCommand;
use dfopt_analysis::{Build, ShellCode};
use dfopt_syntax::dockerfile::ShellKind;
use dfopt_syntax::{Edit, Span};

use super::list::List;
use crate::joining::{Style, deeper, indent_at};

/// A line that is longer is hard to read, and to compare.
const LONG: usize = 100;

/// So many packages on one line are seen at a glance.
const FEW: usize = 3;

/// Packages with nothing but blanks between them on one line: the places `from..to`.
#[derive(Clone, Copy)]
struct Row {
    from: usize,
    to: usize,
}

/// What the edits do, for a person, and the edits. None where all is well.
pub(super) fn rewrite(
    build: &Build<'_>,
    index: usize,
    code: &ShellCode<'_>,
    command: &PackageCommand<'_>,
    list: &List,
) -> Option<(String, Vec<Edit>)> {
    let layout = Layout { build, list, source: build.source() };
    let rows = layout.rows();
    if layout.is_on_one_line() && list.places.len() <= FEW && list.dropped().next().is_none() {
        return None;
    }
    let is_spread = code.kind == ShellKind::Plain && layout.is_spread(&rows);
    let spread = is_spread.then(|| layout.spread(index, code, command, &rows));
    let column = layout.escape_column(&rows);
    let mut edits = Vec::new();
    for &row in &rows {
        edits.extend(layout.edit(row, spread.as_ref(), column)?);
    }
    if is_spread {
        edits.extend(layout.tail(index, code, command));
    }
    let dropped: Vec<String> = list.dropped().map(|name| format!("`{name}`")).collect();
    let is_sorted = list.order.iter().flatten().is_sorted();
    let title = match (is_sorted, is_spread, dropped.as_slice()) {
        (_, _, [_, ..]) => format!("sort the packages, and name {} once", dropped.join(", ")),
        (true, true, []) => "put each package on a line of its own".to_owned(),
        (false, true, []) => "sort the packages, one a line".to_owned(),
        (_, false, []) => "sort the packages".to_owned(),
    };
    (!edits.is_empty()).then_some((title, edits))
}

/// How packages get lines of their own.
struct Spread {
    /// What their lines start with.
    indent: String,
    /// The lines that there are get that indent, too.
    moves_lines: bool,
}

struct Layout<'b, 'd> {
    build: &'b Build<'d>,
    list: &'b List,
    source: &'d [u8],
}

impl Layout<'_, '_> {
    fn rows(&self) -> Vec<Row> {
        let places = &self.list.places;
        let mut rows: Vec<Row> = Vec::new();
        for at in 0..places.len() {
            match rows.last_mut() {
                Some(row) if is_blank(self.slice(places[row.to - 1].span.end, places[at].span.start)) => {
                    row.to = at + 1;
                }
                _ => rows.push(Row { from: at, to: at + 1 }),
            }
        }
        rows
    }

    fn is_on_one_line(&self) -> bool {
        let places = &self.list.places;
        places[0].line == places[places.len() - 1].line
    }

    /// True where each package should have its own line.
    fn is_spread(&self, rows: &[Row]) -> bool {
        if !self.is_on_one_line() {
            return rows.iter().any(|row| row.to - row.from > 1);
        }
        let line = self.line(self.list.places[0].span.start).of(self.source).trim_ascii_end();
        let kept = self.list.order.iter().flatten().count();
        kept > FEW && String::from_utf8_lossy(line).chars().count() > LONG
    }

    fn spread(
        &self,
        index: usize,
        code: &ShellCode<'_>,
        command: &PackageCommand<'_>,
        rows: &[Row],
    ) -> Spread {
        let start = code.source_span(command.subcommand.span).start;
        let base = indent_at(self.source, start);
        let own = rows.iter().find(|row| self.opens_line(**row));
        let own = own.map(|row| indent_at(self.source, self.list.places[row.from].span.start));
        if let Some(own) = own.clone().filter(|own| own.len() > base.len() || self.list.has_groups()) {
            return Spread { indent: own, moves_lines: false };
        }
        Spread { indent: self.deeper(index, start, base), moves_lines: own.is_some() }
    }

    /// What is deeper than a line with the indent `base`, on which the command starts.
    fn deeper(&self, index: usize, start: u32, base: String) -> String {
        if self.line(start).start > self.build.instruction(index).span.start {
            let more = if base.contains('\t') { "\t" } else { "    " };
            return base + more;
        }
        match Style::seen(self.build, &[index]) {
            // The next command stands as deep: its `&&` ends the line of the last package.
            Some(style) if !style.leading && self.goes_on(index) => style.indent + "    ",
            _ => deeper(self.build, index),
        }
    }

    /// True where the instruction has code behind the line of the last package, or on it.
    fn goes_on(&self, index: usize) -> bool {
        let last = self.list.places[self.list.places.len() - 1].span.end;
        let end = self.build.instruction(index).span.end;
        last < end && memchr::memmem::find(self.slice(last, end), b"&&").is_some()
    }

    fn edit(&self, row: Row, spread: Option<&Spread>, column: Option<usize>) -> Option<Option<Edit>> {
        let places = &self.list.places;
        let kept: Vec<usize> = self.list.order[row.from..row.to].iter().flatten().copied().collect();
        let whole = Span { start: places[row.from].span.start, end: places[row.to - 1].span.end };
        if kept.is_empty() {
            return self.without(row, whole).map(|span| Some(Edit::delete(span)));
        }
        let continuation = format!(" {}", self.build.dockerfile().continuation());
        let mut text = String::new();
        let mut start = whole.start;
        if let Some(Spread { indent, moves_lines }) = spread {
            if self.opens_line(row) {
                if *moves_lines {
                    start = self.line(start).start;
                    text.push_str(indent);
                }
            } else if kept.len() > 1 || row.from == 0 {
                start = self.blanks_before(start);
                text = format!("{continuation}{indent}");
            }
        }
        for (n, &package) in kept.iter().enumerate() {
            match spread {
                _ if n == 0 => {}
                Some(spread) => text.push_str(&format!("{continuation}{}", spread.indent)),
                None => {
                    let left = places[row.from + n - 1].span.end;
                    text.push_str(&String::from_utf8_lossy(
                        self.slice(left, places[row.from + n].span.start),
                    ));
                }
            }
            text.push_str(&String::from_utf8_lossy(places[package].span.of(self.source)));
        }
        let mut span = Span { start, end: whole.end };
        match (self.escape_behind(row), column, &kept[..], spread) {
            (Some(escape), Some(column), [package], _) => {
                span.end = escape;
                let width = places[*package].span.len() + self.column(whole.start);
                text.push_str(&" ".repeat(column.saturating_sub(width).max(1)));
            }
            (Some(escape), _, _, Some(_)) if escape == span.end => text.push(' '),
            // `zip -y`
            (None, _, _, Some(spread)) if row.to == places.len() => {
                if let Some(option) = self.option_behind(span.end) {
                    span.end = option;
                    text.push_str(&format!("{continuation}{}", spread.indent));
                }
            }
            _ => {}
        }
        Some((span.of(self.source) != text.as_bytes()).then(|| Edit::replace(span, text)))
    }

    /// What to delete with a row that loses all its packages: its line, or the blanks before it.
    fn without(&self, row: Row, whole: Span) -> Option<Span> {
        let line = self.line(whole.start);
        match self.escape_behind(row) {
            Some(_) if self.opens_line(row) => Some(line),
            _ if !self.opens_line(row) => {
                Some(Span { start: self.blanks_before(whole.start), end: whole.end })
            }
            _ => None,
        }
    }

    /// The column of the characters that end the lines, where lines of different lengths have it in common.
    fn escape_column(&self, rows: &[Row]) -> Option<usize> {
        let mut column = None;
        let mut blanks = Vec::new();
        for row in rows.iter().filter(|row| row.to - row.from == 1 && self.opens_line(**row)) {
            let Some(escape) = self.escape_behind(*row) else { continue };
            let own = self.column(escape);
            if *column.get_or_insert(own) != own {
                return None;
            }
            let between = self.slice(self.list.places[row.from].span.end, escape);
            if between.contains(&b'\t') {
                return None;
            }
            blanks.push(between.len());
        }
        column.filter(|_| blanks.iter().any(|&n| n > 1) && blanks.iter().any(|&n| n != blanks[0]))
    }

    /// Where the escape character stands, if it is all that follows on the line.
    fn escape_behind(&self, row: Row) -> Option<u32> {
        let place = &self.list.places[row.to - 1];
        let line = self.line(place.span.start);
        let rest = self.slice(place.span.end, line.end);
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        (rest[blanks..].trim_ascii_end() == [self.build.dockerfile().escape()])
            .then(|| place.span.end + blanks as u32)
    }

    /// Where the word starts that follows on the line, if it is an option.
    fn option_behind(&self, offset: u32) -> Option<u32> {
        let rest = self.slice(offset, self.line(offset).end);
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        (blanks > 0 && rest[blanks..].starts_with(b"-")).then(|| offset + blanks as u32)
    }

    fn opens_line(&self, row: Row) -> bool {
        let place = &self.list.places[row.from];
        let line = self.line(place.span.start);
        is_blank(self.slice(line.start, place.span.start))
    }

    /// Puts the command behind the list on a line of its own.
    fn tail(&self, index: usize, code: &ShellCode<'_>, command: &PackageCommand<'_>) -> Option<Edit> {
        let end = code.source_span(command.invocation.command.span).end;
        let line = self.line(end);
        let rest = self.slice(end, line.end);
        let operator = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let next = rest[operator..].strip_prefix(b"&&")?;
        let blanks = next.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let next = &next[blanks..];
        if next.trim_ascii().is_empty() || next.trim_ascii() == [self.build.dockerfile().escape()] {
            return None;
        }
        let (leading, indent) = Style::seen(self.build, &[index])
            .map_or_else(|| (true, deeper(self.build, index)), |style| (style.leading, style.indent));
        let continuation = self.build.dockerfile().continuation();
        let text = match leading {
            true => format!(" {continuation}{indent}&& "),
            false => format!(" && {continuation}{indent}"),
        };
        Some(Edit::replace(Span { start: end, end: line.end - next.len() as u32 }, text))
    }

    /// Where the blanks before `offset` start.
    fn blanks_before(&self, offset: u32) -> u32 {
        let before = &self.source[..offset as usize];
        offset - before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32
    }

    fn column(&self, offset: u32) -> usize {
        (offset - self.line(offset).start) as usize
    }

    /// The line that holds byte `offset`.
    fn line(&self, offset: u32) -> Span {
        let dockerfile = self.build.dockerfile();
        dockerfile.lines()[dockerfile.line_at(offset)].span
    }

    fn slice(&self, start: u32, end: u32) -> &[u8] {
        &self.source[start as usize..end as usize]
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b' ' | b'\t'))
}
