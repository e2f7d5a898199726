//! The lines that copy the manifests.

use std::collections::BTreeMap;

use dfopt_analysis::Build;
use dfopt_syntax::dockerfile::{Arguments, Instruction};

use super::installation::{First, Installation};

/// COPY lines for what is copied first, by the instruction that they stand above or take the place of.
pub(super) struct FirstLines<'b, 'd> {
    build: &'b Build<'d>,
    in_place: BTreeMap<usize, String>,
    above: BTreeMap<usize, String>,
    /// What has been copied already.
    done: Vec<First>,
}

impl<'b, 'd> FirstLines<'b, 'd> {
    pub(super) fn new(build: &'b Build<'d>) -> Self {
        Self { build, in_place: BTreeMap::new(), above: BTreeMap::new(), done: Vec::new() }
    }

    /// Adds what `installation` reads: in the place of the COPYs that bring it now, or right above its RUN.
    pub(super) fn add(&mut self, installation: &Installation, in_place: bool) {
        let mut groups: BTreeMap<(usize, String), Vec<&First>> = BTreeMap::new();
        for first in &installation.first {
            if self.done.contains(first) {
                continue;
            }
            // The content of a folder lands in a folder of its own.
            let place = if first.is_folder {
                format!("{}\0{}", first.folder, first.source)
            } else {
                first.folder.clone()
            };
            groups.entry((first.copy, place)).or_default().push(first);
            self.done.push(first.clone());
        }
        for ((copy, _), group) in groups {
            let line = self.line(copy, &group);
            let place =
                if in_place { (copy, &mut self.in_place) } else { (installation.index, &mut self.above) };
            place.1.entry(place.0).or_default().push_str(&line);
        }
    }

    /// The lines that take the place of COPY `index`; empty where it brings nothing that is copied first.
    pub(super) fn in_place_of(&self, index: usize) -> String {
        self.in_place.get(&index).cloned().unwrap_or_default()
    }

    /// The lines that go above an instruction.
    pub(super) fn above(self) -> impl Iterator<Item = (usize, String)> {
        self.above.into_iter()
    }

    fn line(&self, copy: usize, group: &[&First]) -> String {
        let instruction = self.build.instruction(copy);
        let keyword = match instruction.slice(instruction.operation.keyword_span) {
            keyword if keyword.iter().all(u8::is_ascii_lowercase) => "copy",
            _ => "COPY",
        };
        let mut words = vec![keyword.to_owned()];
        let kept = instruction
            .operation
            .flags
            .iter()
            .filter(|flag| ["chown", "chmod", "link"].contains(&flag.name()));
        words.extend(kept.map(|flag| String::from_utf8_lossy(instruction.slice(flag.span)).into_owned()));
        let mut paths: Vec<String> = group.iter().map(|first| first.source.clone()).collect();
        paths.push(in_folder(&destination(instruction), &group[0].folder));
        if paths.iter().any(|path| path.contains(char::is_whitespace)) {
            let quoted: Vec<String> = paths.iter().map(|path| format!("\"{path}\"")).collect();
            words.push(format!("[{}]", quoted.join(", ")));
        } else {
            words.extend(paths);
        }
        let indent = self.indent(instruction);
        format!("{indent}{}{}", words.join(" "), self.build.dockerfile().newline())
    }

    fn indent(&self, instruction: &Instruction<'_>) -> String {
        let line = &self.build.dockerfile().lines()[instruction.lines.start];
        let blanks = &self.build.source()
            [line.span.start as usize..instruction.span.start.max(line.span.start) as usize];
        String::from_utf8_lossy(blanks).into_owned()
    }
}

/// The destination as written, without quotes of the exec form.
fn destination(instruction: &Instruction<'_>) -> String {
    let transfer = instruction.operation.transfer(instruction.text.bytes());
    let span = transfer.expect("invariant: it is a COPY").destination;
    match instruction.arguments() {
        Arguments::Exec(words) => {
            words.iter().find(|word| word.span == span).map(|word| word.value.clone()).unwrap_or_default()
        }
        _ => String::from_utf8_lossy(instruction.slice(span)).into_owned(),
    }
}

/// `folder` in the destination, which is a folder itself: `.` and `web` are `./web/`.
fn in_folder(destination: &str, folder: &str) -> String {
    let start = destination.trim_end_matches('/');
    match (start, folder) {
        ("", "") => "/".to_owned(),
        (start, "") => format!("{start}/"),
        (start, folder) => format!("{start}/{folder}/"),
    }
}
