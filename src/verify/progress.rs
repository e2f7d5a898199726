//! What is going on: a line that changes on a terminal, plain lines elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal::{Terminal, escaped};

/// The most characters of what a builder says.
const LONGEST: usize = 200;

/// A step that is under way.
pub(crate) struct Step {
    bar: Option<ProgressBar>,
    what: String,
}

impl Step {
    /// Starts to show a step.
    pub(crate) fn start(what: &str, terminal: &mut Terminal<'_>) -> Self {
        if !terminal.err_look().terminal {
            terminal.note(&format!("{what} …"));
            return Self { bar: None, what: what.to_owned() };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar: Some(bar), what: what.to_owned() }
    }

    /// Shows a line of the builder's.
    pub(crate) fn line(&self, line: &[u8]) {
        let Some(bar) = &self.bar else { return };
        let text: String = escaped(line.trim_ascii(), "").chars().take(LONGEST).collect();
        if !text.is_empty() {
            bar.set_message(format!("{}: {text}", self.what));
        }
    }

    /// Ends it, with what came of it.
    pub(crate) fn end(self, result: &str, terminal: &mut Terminal<'_>) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        terminal.note(&format!("{}: {result}", self.what));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
