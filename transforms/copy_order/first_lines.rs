//! The lines that copy the manifests.

use std::collections::BTreeMap;

use dfopt_analysis::Build;

use crate::reordering::indent;

use super::installation::{First, Installation};

/// COPY lines for what is copied first, by the instruction that they stand above or take the place of.
pub(super) struct FirstLines<'b, 'd> {
    build: &'b Build<'d>,
    in_place: BTreeMap<usize, String>,
    above: BTreeMap<usize, String>,
    /// What has been copied already.
    done: Vec<First>,
    count: usize,
}

impl<'b, 'd> FirstLines<'b, 'd> {
    pub(super) fn new(build: &'b Build<'d>) -> Self {
        Self { build, in_place: BTreeMap::new(), above: BTreeMap::new(), done: Vec::new(), count: 0 }
    }

    /// Adds what `installation` reads: in the place of the COPYs that bring it now, or right above its RUN.
    pub(super) fn add(&mut self, installation: &Installation, in_place: bool) {
        // The content of a folder lands in a folder of its own.
        let mut groups: BTreeMap<(usize, &str, Option<&str>), Vec<&First>> = BTreeMap::new();
        for first in &installation.first {
            if self.done.contains(first) {
                continue;
            }
            let folder = first.is_folder.then_some(first.source.as_str());
            groups.entry((first.copy, &first.destination, folder)).or_default().push(first);
            self.done.push(first.clone());
        }
        for ((copy, destination, _), group) in groups {
            let line = self.line(copy, destination, &group);
            let (place, lines) =
                if in_place { (copy, &mut self.in_place) } else { (installation.index, &mut self.above) };
            lines.entry(place).or_default().push_str(&line);
            self.count += 1;
        }
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The lines that take the place of COPY `index`; empty where it brings nothing that is copied first.
    pub(super) fn in_place_of(&self, index: usize) -> String {
        self.in_place.get(&index).cloned().unwrap_or_default()
    }

    /// The lines that go above an instruction.
    pub(super) fn above(self) -> impl Iterator<Item = (usize, String)> {
        self.above.into_iter()
    }

    fn line(&self, copy: usize, destination: &str, group: &[&First]) -> String {
        let instruction = self.build.instruction(copy);
        let keyword = instruction.slice(instruction.operation.keyword_span);
        let keyword = if keyword.iter().all(u8::is_ascii_lowercase) { "copy" } else { "COPY" };
        let mut words = vec![keyword.to_owned()];
        let flags = instruction.operation.flags.iter();
        let kept = flags.filter(|flag| ["chown", "chmod", "link"].contains(&flag.name()));
        words.extend(kept.map(|flag| String::from_utf8_lossy(instruction.slice(flag.span)).into_owned()));
        let mut paths: Vec<&str> = group.iter().map(|first| first.source.as_str()).collect();
        paths.sort_by_key(|path| is_lock(path));
        paths.push(destination);
        if paths.iter().any(|path| path.contains(char::is_whitespace)) {
            let quoted: Vec<String> = paths.iter().map(|path| format!("\"{path}\"")).collect();
            words.push(format!("[{}]", quoted.join(", ")));
        } else {
            words.extend(paths.into_iter().map(str::to_owned));
        }
        format!("{}{}{}", indent(self.build, copy), words.join(" "), self.build.dockerfile().newline())
    }
}

/// True for a lock file: people name it after the manifest.
fn is_lock(path: &str) -> bool {
    path.contains("lock") || path.contains("shrinkwrap") || path.ends_with(".sum")
}

/// The destination of COPY `index` as it is to be written for what lands in its folder `folder`: `.` and
/// `web` are `./web/`. Without a folder, as it is.
pub(super) fn destination_of(build: &Build<'_>, index: usize, folder: Option<&str>) -> String {
    let instruction = build.instruction(index);
    let transfer = instruction.operation.transfer(instruction.text.bytes());
    let span = transfer.expect("invariant: it is a COPY").destination;
    let written = String::from_utf8_lossy(instruction.word(span)).into_owned();
    let start = written.trim_end_matches('/');
    match folder {
        None => written,
        Some("") => format!("{start}/"),
        Some(folder) => format!("{start}/{folder}/"),
    }
}
