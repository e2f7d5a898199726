//! What `late-args` moves in real files: nothing else changes its place, and what names a variable finds the
//! same declaration above it.

use std::collections::BTreeMap;

use dfopt_analysis::{Build, is_volatile};
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::Keyword;
use dfopt_transforms::{Effect, Facts, Options, Settings, Transform, optimize};
use proptest::prelude::*;
use rayon::prelude::*;

use crate::corpus;

/// An instruction as it stands in a file.
struct Line {
    keyword: Keyword,
    text: String,
}

impl Line {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
    }

    fn sets_variables(&self) -> bool {
        matches!(self.keyword, Keyword::Arg | Keyword::Env | Keyword::Label)
    }

    /// True where it may have moved.
    fn may_move(&self) -> bool {
        self.sets_variables() && self.words().any(is_volatile)
    }
}

fn stages(source: &[u8]) -> Vec<Vec<Line>> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let build = Build::new(&dockerfile);
    let line = |index: usize| {
        let instruction = build.instruction(index);
        let text = String::from_utf8_lossy(instruction.span.of(source)).into_owned();
        Line { keyword: instruction.keyword(), text }
    };
    build.stages().iter().map(|stage| stage.instructions.clone().map(line).collect()).collect()
}

/// For each use of a volatile variable: what uses it, and what it finds set above it.
fn found(lines: &[Line]) -> Vec<(String, String, Option<String>)> {
    let mut set: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for line in lines {
        for name in line.words().filter(|word| is_volatile(word)) {
            found.push((line.text.clone(), name.to_owned(), set.get(name).map(|&text| text.to_owned())));
        }
        if matches!(line.keyword, Keyword::Arg | Keyword::Env) {
            set.extend(line.words().filter(|word| is_volatile(word)).map(|name| (name, line.text.as_str())));
        }
    }
    found.sort();
    found
}

fn problem(before: &[Line], after: &[Line]) -> Option<&'static str> {
    let texts = |lines: &[Line], counts: fn(&Line) -> bool| -> Vec<String> {
        lines.iter().filter(|line| counts(line)).map(|line| line.text.clone()).collect()
    };
    let sorted = |lines| {
        let mut texts = texts(lines, |_| true);
        texts.sort();
        texts
    };
    if sorted(before) != sorted(after) {
        return Some("instructions differ");
    }
    if texts(before, |line| !line.may_move()) != texts(after, |line| !line.may_move()) {
        return Some("something else moved");
    }
    (found(before) != found(after)).then_some("a variable is found where it was not, or not where it was")
}

#[test]
fn only_what_tells_of_the_build_moves() {
    let Some(files) = corpus::dockerfiles() else { return };
    let transform = Transform::by_id("late-args").unwrap();
    let options =
        Options { level: Effect::Preserve, transforms: vec![transform], settings: Settings::default() };
    let results: Vec<Option<String>> = files
        .par_iter()
        .filter_map(|(name, source)| {
            let outcome = optimize(source, &options, Facts::default()).ok()?;
            if !outcome.reverted.is_empty() || !outcome.converged {
                return Some(Some(format!("{name}: reverted or without end")));
            }
            if outcome.text == *source {
                return None;
            }
            let (before, after) = (stages(source), stages(&outcome.text));
            if before.len() != after.len() {
                return Some(Some(format!("{name}: stages differ")));
            }
            let mut stages = before.iter().zip(&after);
            Some(stages.find_map(|(before, after)| Some(format!("{name}: {}", problem(before, after)?))))
        })
        .collect();
    eprintln!("{} files rewritten", results.len());
    let problems: Vec<&String> = results.iter().flatten().collect();
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(!results.is_empty());
}

/// Lines of a stage whose order may matter, and blank lines and comments between them.
const LINES: &[&str] = &[
    "ARG GIT_COMMIT",
    "ARG GIT_COMMIT=none",
    "ARG BUILD_DATE",
    "ARG BUILD_DATE VCS_REF",
    "ARG VCS_REF VERSION=1",
    "ARG VERSION=$GIT_COMMIT",
    "ARG BUILD_NUMBER",
    "LABEL commit=$GIT_COMMIT",
    "LABEL commit=$VCS_REF \\\n  # why\n  date=$BUILD_DATE",
    "LABEL commit=none",
    "ENV GIT_COMMIT=$GIT_COMMIT",
    "ENV GIT_COMMIT none",
    "ENV A=$BUILD_DATE B=1",
    "RUN apt-get install -y curl",
    "RUN apt-get install -y jq",
    "RUN apt-get install -y \\\n    git",
    "RUN echo $GIT_COMMIT",
    "RUN make",
    "RUN mkdir /x",
    "RUN <<EOF\nmake\nEOF",
    "COPY a /a",
    "COPY . .",
    "COPY <<EOF /b\n$VCS_REF\nEOF",
    "USER u$BUILD_DATE",
    "VOLUME /data",
    "ONBUILD RUN true",
    "FROM base AS next",
    "FROM debian",
    "CMD [\"x\"]",
    "# comment",
    "# dfopt: ignore",
    "# to bust the cache",
    "",
    "",
    "",
];

fn texts() -> impl Strategy<Value = String> {
    (prop::collection::vec(prop::sample::select(LINES), 0..24), any::<bool>()).prop_map(|(lines, ends)| {
        let text = format!("FROM debian AS base\n{}", lines.join("\n"));
        if ends { text + "\n" } else { text }
    })
}

/// The most blank lines in a row.
fn gap(text: &str) -> usize {
    text.lines()
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.is_empty() == b.is_empty())
        .fold(0, |most, chunk| if chunk[0].is_empty() { most.max(chunk.len()) } else { most })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn arguments_sink_soundly(text in texts()) {
        let options = Options {
            level: Effect::Preserve,
            transforms: vec![Transform::by_id("late-args").unwrap()],
            settings: Settings::default(),
        };
        let run = |text: &str, options: &Options| optimize(text.as_bytes(), options, Facts::default());
        let Ok(outcome) = run(&text, &options) else { return Ok(()) };
        prop_assert!(outcome.converged);
        prop_assert_eq!(&outcome.reverted, &[]);
        let result = String::from_utf8(outcome.text).unwrap();
        for (before, after) in stages(text.as_bytes()).iter().zip(&stages(result.as_bytes())) {
            prop_assert_eq!(problem(before, after), None, "{}\n-----\n{}", text, result);
        }
        prop_assert!(gap(&result) <= gap(&text).max(1), "{}\n-----\n{}", text, result);
        prop_assert_eq!(result.ends_with('\n'), text.ends_with('\n'));
        prop_assert_eq!(&String::from_utf8(run(&result, &options).unwrap().text).unwrap(), &result);
        let windows = run(&text.replace('\n', "\r\n"), &options).unwrap().text;
        prop_assert_eq!(String::from_utf8(windows).unwrap(), result.replace('\n', "\r\n"));
        let all = run(&text, &Options::default()).unwrap();
        prop_assert!(all.converged, "{}", text);
        prop_assert_eq!(&all.reverted, &[]);
    }
}
