//! `dfopt parse` against the answers of BuildKit's own parser.

use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;

use crate::corpus;

/// Where our answer differs on purpose: file, field, reason.
const OURS_ON_PURPOSE: [(&str, &str, &str); 2] = [
    ("escape-twice.Dockerfile", "err_line", "BuildKit counts the lines of directives from 0"),
    ("long-line.Dockerfile", "err_line", "BuildKit names the line above the one that is too long"),
];

/// Everything both sides report, apart from the wording of errors and the byte spans that only we have.
fn differences(expected: &Value, source: &[u8]) -> Vec<String> {
    let file = expected["file"].as_str().unwrap();
    let actual = serde_json::to_value(dfopt::parse::record(Path::new(file), source)).unwrap();
    let mut differences = Vec::new();
    for key in ["parse_ok", "instr_ok", "escape", "directives", "syntax", "meta_args", "stages", "err_line"] {
        if OURS_ON_PURPOSE.iter().any(|(name, k, _)| file.ends_with(name) && *k == key) {
            continue;
        }
        // An error that BuildKit gives no line (an empty file, a wrong escape directive) has one here.
        if key == "err_line" && expected["parse_ok"] == false && expected.get(key).is_none() {
            continue;
        }
        // The dump reads the directives of a file that does not parse by other means than the parser.
        if key == "directives" && expected["parse_ok"] == false {
            continue;
        }
        if expected.get(key) != actual.get(key) {
            differences.push(format!("{file}: {key}: {:?} <> {:?}", expected.get(key), actual.get(key)));
        }
    }
    let none = Vec::new();
    let expected_nodes = expected["nodes"].as_array().unwrap_or(&none);
    let actual_nodes = actual["nodes"].as_array().unwrap_or(&none);
    if expected_nodes.len() != actual_nodes.len() {
        differences.push(format!("{file}: {} nodes <> {}", expected_nodes.len(), actual_nodes.len()));
    }
    for (expected, actual) in expected_nodes.iter().zip(actual_nodes) {
        let line = &expected["start"];
        for key in ["cmd", "flags", "args", "json", "start", "end", "heredocs", "shell", "shell_kind"] {
            if expected.get(key) != actual.get(key) {
                differences.push(format!(
                    "{file}:{line}: {key}: {:?} <> {:?}",
                    expected.get(key),
                    actual.get(key)
                ));
            }
        }
        for key in ["cmd", "flags", "args", "json", "shell", "shell_kind"] {
            let (expected, actual) = (&expected["sub"][key], &actual["sub"][key]);
            if expected != actual {
                differences.push(format!("{file}:{line}: sub {key}: {expected:?} <> {actual:?}"));
            }
        }
    }
    differences
}

#[test]
fn agrees_on_every_real_file() {
    let Some(files) = corpus::dockerfiles() else { return };
    let answers = corpus::json_lines(&corpus::path("buildkit.jsonl.gz").unwrap());
    assert_eq!(answers.len(), files.len());
    let differences: Vec<String> = answers
        .par_iter()
        .flat_map_iter(|answer| differences(answer, &files[answer["file"].as_str().unwrap()]))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(40)].join("\n")
    );
}

#[test]
fn agrees_on_every_hard_case() {
    let Some(cases) = corpus::path("cases") else { return };
    let answers = corpus::json_lines(&cases.join("buildkit.jsonl"));
    assert_eq!(answers.len(), 105);
    let differences: Vec<String> = answers
        .iter()
        .flat_map(|answer| {
            let source = std::fs::read(cases.join(answer["file"].as_str().unwrap())).unwrap();
            differences(answer, &source)
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
