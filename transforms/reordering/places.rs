//! The edits that move instructions to places of their own.

use std::collections::BTreeMap;

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::LineKind;
use dfopt_syntax::{Edit, Span};

use super::moves::{Block, Moves};

/// Where an instruction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Right above that instruction and its comments.
    Above(usize),
    /// Right below that instruction.
    Below(usize),
}

/// The edits that move each instruction of `moved`, in order of the file, down to its place.
pub(crate) fn relocate(build: &Build<'_>, moved: &[(usize, Place)]) -> Vec<Edit> {
    let mut moves = Moves::new(build);
    let mut pasted: BTreeMap<u32, (Place, Vec<Block>)> = BTreeMap::new();
    for &(index, place) in moved {
        moves.sink(index, String::new());
        let (_, blocks) = pasted.entry(offset(&moves, place)).or_insert_with(|| (place, Vec::new()));
        blocks.push(moves.block(index));
    }
    let (mut edits, _) = moves.cut_out();
    for (offset, (place, blocks)) in pasted {
        let text = text(build, &moves, place, &blocks);
        // What stood at the place may move away itself.
        match edits.iter_mut().find(|edit| edit.span.start == offset) {
            Some(edit) => edit.text.insert_str(0, &text),
            None => edits.push(Edit::insert(offset, text)),
        }
    }
    edits
}

/// Whether lines can be put below instruction `index`: not where it ends in a continuation.
pub(crate) fn is_complete(build: &Build<'_>, index: usize) -> bool {
    let dockerfile = build.dockerfile();
    let last = dockerfile.lines()[build.instruction(index).lines.end - 1];
    match last.kind {
        LineKind::Code => !last.span.of(build.source()).trim_ascii_end().ends_with(&[dockerfile.escape()]),
        kind => kind == LineKind::HeredocEnd,
    }
}

fn offset(moves: &Moves<'_, '_>, place: Place) -> u32 {
    match place {
        Place::Above(index) => moves.block(index).span.start,
        Place::Below(index) => moves.own_lines(index).end,
    }
}

/// The lines to paste. What stood apart from its neighbours does so in its new place.
fn text(build: &Build<'_>, moves: &Moves<'_, '_>, place: Place, blocks: &[Block]) -> String {
    let newline = moves.newline();
    let (blank_above, blank_below) = match place {
        Place::Above(index) => (moves.block(index).blank_above, false),
        Place::Below(index) => (false, is_last_or_blank(build, build.instruction(index).lines.end)),
    };
    let mut text = String::new();
    for (number, block) in blocks.iter().enumerate() {
        if block.blank_above && !(number == 0 && blank_above) {
            text.push_str(newline);
        }
        text.push_str(&moves.with_line_end(block.span));
    }
    if blocks.last().is_some_and(|last| last.blank_below) && !blank_below {
        text.push_str(newline);
    }
    match place {
        Place::Below(index) if !ends_line(build, moves.own_lines(index)) => {
            newline.to_owned() + text.strip_suffix(newline).unwrap_or(&text)
        }
        _ => text,
    }
}

fn is_last_or_blank(build: &Build<'_>, line: usize) -> bool {
    build.dockerfile().lines().get(line).is_none_or(|line| line.kind == LineKind::Blank)
}

fn ends_line(build: &Build<'_>, lines: Span) -> bool {
    lines.of(build.source()).ends_with(b"\n")
}
