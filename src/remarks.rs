//! `--remarks`: why each rewrite was made or declined, one line each, in the order of the file.

use std::path::Path;

use anstyle::{AnsiColor, Style};
use dfopt_syntax::position;
use dfopt_transforms::Outcome;

use crate::cli::Remarks;
use crate::messages::shown;
use crate::terminal::{Look, line};

const APPLIED: Style = AnsiColor::Green.on_default();
const MISSED: Style = AnsiColor::Yellow.on_default();

/// The lines for one file. Places are those of the file as it was read.
pub fn lines(kind: Remarks, path: &Path, source: &[u8], outcome: &Outcome, look: Look) -> Vec<String> {
    let mut remarks: Vec<(u32, String)> = Vec::new();
    if kind != Remarks::Missed {
        for applied in &outcome.applied {
            let label = look.paint(APPLIED, format!("applied[{}]", applied.transform));
            let saves = applied.saves.as_ref().map(|saving| format!("; saves {saving}")).unwrap_or_default();
            let text = format!("{label} {} ({}{saves})", line(&applied.title), applied.effect.as_str());
            remarks.push((applied.offset, text));
        }
    }
    if kind != Remarks::Applied {
        for missed in &outcome.missed {
            let label = look.paint(MISSED, format!("missed[{}]", missed.transform));
            let mut text = format!("{label} {}", line(&missed.reason));
            if let Some(cause) = missed.cause {
                text += &format!(" (line {})", position(source, cause as usize).line);
            }
            if !missed.help.is_empty() {
                text += &format!("; help: {}", line(&missed.help));
            }
            remarks.push((missed.offset, text));
        }
    }
    // Stable: at one place, the rewrites stay in the order they were made.
    remarks.sort_by_key(|(offset, _)| *offset);
    let place = |offset| position(source, offset);
    remarks
        .into_iter()
        .map(|(offset, text)| (place(offset as usize), text))
        .map(|(at, text)| format!("{}:{}:{}: {text}", shown(path), at.line, at.column))
        .collect()
}
