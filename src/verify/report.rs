//! The result: a table for people, an object for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::contract::{Breach, Verdict};
use crate::cli::Format;
use crate::terminal::{Look, line};

/// The most differences that are printed for people.
const MOST_SHOWN: usize = 40;

/// The most packages that are.
const MOST_PACKAGES: usize = 12;

/// What was found out.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) dockerfile: String,
    pub(crate) level: &'static str,
    pub(crate) builder: Option<&'static str>,
    /// Whether the images differ in nothing but what the level allows.
    pub(crate) holds: bool,
    /// False where there was nothing to rewrite, and so nothing to build.
    pub(crate) rewritten: bool,
    pub(crate) before: Option<Measures>,
    pub(crate) after: Option<Measures>,
    /// The files that were edited before the rebuilds.
    pub(crate) source: Option<String>,
    pub(crate) manifest: Option<String>,
    /// How many paths and folders differ between two builds of the same file, where that was asked.
    pub(crate) noise: Option<usize>,
    /// The commands that were run in both images.
    pub(crate) runs: Vec<Ran>,
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
}

/// A command that was run in both images, and the status of each; none where a signal ended it.
#[derive(Debug, Serialize)]
pub(crate) struct Ran {
    pub(crate) command: String,
    pub(crate) before: Option<i32>,
    pub(crate) after: Option<i32>,
}

/// What was measured of one Dockerfile.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Measures {
    /// The bytes of the regular files in all layers.
    pub(crate) size: u64,
    pub(crate) layers: usize,
    /// The paths that a container sees.
    pub(crate) files: usize,
    /// A build without the cache, with the base images there; none where the cache was used.
    pub(crate) cold_seconds: Option<f64>,
    pub(crate) source_seconds: Option<f64>,
    pub(crate) manifest_seconds: Option<f64>,
}

impl Report {
    /// Prints it.
    pub(crate) fn print(&self, format: Format, out: &mut dyn Write, look: Look) -> io::Result<()> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                writeln!(out)
            }
            Format::Text => self.text(out, look),
        }
    }

    fn text(&self, out: &mut dyn Write, look: Look) -> io::Result<()> {
        if !self.rewritten {
            return writeln!(
                out,
                "{}: nothing to rewrite, and nothing to verify",
                shown(look, &self.dockerfile)
            );
        }
        if let (Some(before), Some(after)) = (&self.before, &self.after) {
            self.table(before, after, out, look)?;
            writeln!(out)?;
        }
        for (class, count) in &self.verdict.explained {
            writeln!(out, "allowed: {class}: {count}")?;
        }
        self.packages(out, look)?;
        if self.holds {
            return writeln!(out, "the contract of `{}` holds", self.level);
        }
        for Breach { place, what } in self.verdict.broken.iter().take(MOST_SHOWN) {
            writeln!(out, "{}: {}", shown(look, place), shown(look, what))?;
        }
        let count = self.verdict.broken.len();
        if count > MOST_SHOWN {
            writeln!(out, "… and {} more; --format json lists all", count - MOST_SHOWN)?;
        }
        let differences = if count == 1 { "difference" } else { "differences" };
        writeln!(out, "the contract of `{}` is broken: {count} {differences}", self.level)
    }

    fn packages(&self, out: &mut dyn Write, look: Look) -> io::Result<()> {
        let packages = &self.verdict.packages_gone;
        let Some(first) = packages.chunks(MOST_PACKAGES).next() else { return Ok(()) };
        let more = packages.len() - first.len();
        let more = if more > 0 { format!(" … and {more} more") } else { String::new() };
        writeln!(out, "packages gone: {}{more}", shown(look, &first.join(" ")))
    }

    fn table(&self, before: &Measures, after: &Measures, out: &mut dyn Write, look: Look) -> io::Result<()> {
        let mut row = |name: &str, old: String, new: String, ratio: f64, note: &str| {
            let ratio = if ratio.is_finite() { format!("{ratio:.2}x") } else { String::new() };
            let note = if note.is_empty() { String::new() } else { format!("   {}", shown(look, note)) };
            let row = format!("{name:22}{old:>12}{new:>12}{ratio:>9}{note}");
            writeln!(out, "{}", row.trim_end())
        };
        row("", "before".into(), "after".into(), f64::NAN, "")?;
        let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
        let size = after.size as f64 / before.size as f64;
        row("image size", megabytes(before.size), megabytes(after.size), size, "")?;
        row("layers", before.layers.to_string(), after.layers.to_string(), f64::NAN, "")?;
        let times = [
            ("cold build", before.cold_seconds, after.cold_seconds, &None),
            ("after a source edit", before.source_seconds, after.source_seconds, &self.source),
            ("after a manifest edit", before.manifest_seconds, after.manifest_seconds, &self.manifest),
        ];
        for (name, old, new, note) in times {
            let Some((old, new)) = old.zip(new) else { continue };
            let seconds = |seconds: f64| format!("{seconds:.1} s");
            row(name, seconds(old), seconds(new), new / old, note.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}

/// A text of an image, as this stream may show it.
fn shown(look: Look, text: &str) -> String {
    if look.terminal { line(text) } else { text.replace(['\n', '\r'], " ") }
}
