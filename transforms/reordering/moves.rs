//! The edits of a reordering.

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::{Line, LineKind};
use dfopt_syntax::{Edit, Span};

/// Instructions that move below another one, and what stands in their place.
pub(crate) struct Moves<'b, 'd> {
    build: &'b Build<'d>,
    /// Instruction -> lines that take its place.
    moved: Vec<(usize, String)>,
    /// Instruction -> lines that go above it and its comments.
    above: Vec<(usize, String)>,
    /// Instruction -> lines that go below it.
    below: Vec<(usize, String)>,
}

/// Where a RUN is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The bytes between the first part's last command and the second part's first.
    pub(crate) joint: Span,
}

impl<'b, 'd> Moves<'b, 'd> {
    pub(crate) fn new(build: &'b Build<'d>) -> Self {
        Self { build, moved: Vec::new(), above: Vec::new(), below: Vec::new() }
    }

    /// Moves instruction `index`; `lines`, each with its line end, take its place. In order of the file.
    pub(crate) fn sink(&mut self, index: usize, lines: String) {
        self.moved.push((index, lines));
    }

    /// Puts `lines`, each with its line end, above instruction `index` and its comments.
    pub(crate) fn insert_above(&mut self, index: usize, lines: String) {
        match self.above.iter_mut().find(|(above, _)| *above == index) {
            Some((_, other)) => other.push_str(&lines),
            None => self.above.push((index, lines)),
        }
    }

    /// Puts `lines`, each with its line end, below instruction `index`.
    pub(crate) fn insert_below(&mut self, index: usize, lines: String) {
        match self.below.iter_mut().find(|(below, _)| *below == index) {
            Some((_, other)) => other.push_str(&lines),
            None => self.below.push((index, lines)),
        }
    }

    /// The edits that put what moves below instruction `below`, which stands below all of it.
    pub(crate) fn below(self, below: usize) -> Vec<Edit> {
        let (mut edits, moved) = self.cut_out();
        edits.push(self.paste(below, moved));
        edits
    }

    /// The edits that put what moves between the parts of RUN `run`, which stands below all of it.
    pub(crate) fn into(self, run: usize, cut: &Cut) -> Vec<Edit> {
        let (mut edits, moved) = self.cut_out();
        edits.push(self.take_apart(run, cut, &moved));
        edits
    }

    /// The edits that put `lines`, a new RUN of `code` and then what moves above RUN `run`.
    pub(crate) fn above(self, run: usize, lines: &str, code: &str) -> Vec<Edit> {
        let (mut edits, moved) = self.cut_out();
        let new =
            format!("{lines}{}{}{code}{}{moved}", indent(self.build, run), self.start(run), self.newline());
        edits.push(Edit::insert(self.block(run).span.start, new));
        edits
    }

    /// The edits that take what moves away for good.
    pub(crate) fn away(self) -> Vec<Edit> {
        self.cut_out().0
    }

    /// What moves, and the edits that take it away.
    pub(super) fn cut_out(&self) -> (Vec<Edit>, String) {
        let mut edits = Vec::new();
        let mut pasted = String::new();
        let mut gap: Option<Block> = None;
        for (index, lines) in &self.moved {
            let block = self.block(*index);
            if block.blank_above {
                pasted.push_str(self.newline());
            }
            pasted.push_str(&self.with_line_end(block.span));
            // Where all between two blank lines is gone, one of them goes, too.
            let above = gap.take_if(|gap| gap.span.end == block.span.start);
            let in_gap = lines.is_empty() && above.map_or(block.blank_above, |above| above.blank_above);
            let end = if in_gap { self.blank_line_end(block.lines_end) } else { block.span.end };
            edits.push(Edit::replace(Span { start: block.span.start, end }, lines.clone()));
            gap = in_gap.then_some(Block { blank_above: true, ..block });
        }
        for (index, lines) in &self.above {
            edits.push(Edit::insert(self.block(*index).span.start, lines.clone()));
        }
        for (index, lines) in &self.below {
            edits.push(self.paste(*index, lines.clone()));
        }
        (edits, pasted)
    }

    fn paste(&self, below: usize, pasted: String) -> Edit {
        let last = &self.lines()[self.build.instruction(below).lines.end - 1];
        let has_line_end = last.span.of(self.build.source()).ends_with(b"\n");
        if has_line_end {
            return Edit::insert(last.span.end, pasted);
        }
        let pasted = pasted.strip_suffix(self.newline()).unwrap_or(&pasted).to_owned();
        Edit::insert(last.span.end, self.newline().to_owned() + &pasted)
    }

    fn take_apart(&self, run: usize, cut: &Cut, pasted: &str) -> Edit {
        let comments = self.lines()[self.build.instruction(run).lines.clone()]
            .iter()
            .filter(|line| line.kind == LineKind::Comment)
            .filter(|line| cut.joint.start <= line.span.start && line.span.end <= cut.joint.end);
        let mut text = self.newline().to_owned() + pasted;
        let indent = indent(self.build, run);
        for comment in comments {
            let comment = comment.span.of(self.build.source()).trim_ascii();
            text += &format!("{indent}{}{}", String::from_utf8_lossy(comment), self.newline());
        }
        Edit::replace(cut.joint, text + &indent + &self.start(run))
    }

    /// The keyword of a RUN, with its flags.
    fn start(&self, run: usize) -> String {
        let instruction = self.build.instruction(run);
        let flags = instruction.operation.flags.iter().map(|flag| flag.span);
        let words = std::iter::once(instruction.operation.keyword_span).chain(flags);
        words.map(|span| format!("{} ", String::from_utf8_lossy(instruction.slice(span)))).collect()
    }

    pub(super) fn newline(&self) -> &'static str {
        self.build.dockerfile().newline()
    }

    /// Instruction `index` with the comments right above it.
    pub(super) fn block(&self, index: usize) -> Block {
        let lines = self.lines();
        let own = self.build.instruction(index).lines.clone();
        let floor = index.checked_sub(1).map_or(0, |above| self.build.instruction(above).lines.end);
        let comments = lines[floor..own.start].iter().rev().take_while(|line| line.kind == LineKind::Comment);
        let first = own.start - comments.count();
        let blank_above = first > floor && lines[first - 1].kind == LineKind::Blank;
        let blank_below = lines.get(own.end).is_some_and(|line| line.kind == LineKind::Blank);
        let span = Span { start: lines[first].span.start, end: lines[own.end - 1].span.end };
        Block { span, blank_above, blank_below, lines_end: own.end }
    }

    /// The end of the blank lines from line `number` on; its start where there are none.
    fn blank_line_end(&self, number: usize) -> u32 {
        let blank = self.lines()[number..].iter().take_while(|line| line.kind == LineKind::Blank).count();
        self.lines()[number + blank - 1].span.end
    }

    /// The lines of instruction `index`, without the comments above it.
    pub(super) fn own_lines(&self, index: usize) -> Span {
        let lines = &self.lines()[self.build.instruction(index).lines.clone()];
        lines.iter().map(|line| line.span).reduce(Span::cover).unwrap_or_default()
    }

    /// The lines of `span`, which has the last one whole.
    pub(super) fn with_line_end(&self, span: Span) -> String {
        let text = String::from_utf8_lossy(span.of(self.build.source())).into_owned();
        if text.ends_with('\n') { text } else { text + self.newline() }
    }

    fn lines(&self) -> &'d [Line] {
        self.build.dockerfile().lines()
    }
}

/// The blanks before the keyword of instruction `index`.
pub(crate) fn indent(build: &Build<'_>, index: usize) -> String {
    let instruction = build.instruction(index);
    let line = &build.dockerfile().lines()[instruction.lines.start];
    let blanks = Span { start: line.span.start, end: instruction.span.start.max(line.span.start) };
    String::from_utf8_lossy(blanks.of(build.source())).into_owned()
}

/// An instruction with the comments right above it.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// With the line end.
    pub(super) span: Span,
    /// True where a blank line stands above the comments.
    pub(super) blank_above: bool,
    /// True where a blank line stands below it.
    pub(super) blank_below: bool,
    /// The number of the line below it.
    lines_end: usize,
}
