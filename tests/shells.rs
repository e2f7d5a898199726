//! The shell layer against the shells themselves: what `dash -n` and `bash -n` accept is accepted, and
//! nothing else.
//!
//! A process for each of 37,000 texts and each shell would take minutes. Only the few hundred texts that
//! *we* reject are asked about one by one. Those that we accept go many to a file, each wrapped so that
//! the file is accepted only where each text is; see [`WRAPPERS`].

use std::collections::BTreeSet;
use std::io::{Seek, Write};
use std::process::{Command, Stdio};

use dfopt_syntax::shell::{self, Dialect};
use rayon::prelude::*;
use serde_json::Value;

use crate::corpus;

const SHELLS: [(&str, Dialect); 2] = [("dash", Dialect::Posix), ("bash", Dialect::Bash)];

/// Before and after each text of a batch.
///
/// A text that is complete can stand as a list in a group and in a subshell; `:` is there as a list must
/// not be empty, and the blank line as a text may end in a backslash. A text that leaves anything open
/// fails at one of the two closers at least (`{ a` swallows the `}`, but not the `)`), so that no later
/// text can close it. An open quote would hide the closers: the comments end it, at a syntax error.
const WRAPPERS: [(&str, &str); 2] = [("{ :\n", "}\n"), ("( :\n", ")\n")];
const QUOTE_ENDS: &str = "\n\n# ' ) } fi ;; esac )\n# \" ) } fi ;; esac )\n# ` ) } fi ;; esac )\n";

const BATCH: usize = 1500;

#[test]
fn agree_with_the_recorded_verdicts() {
    let Some(cases) = corpus::path("cases/shell.jsonl") else { return };
    let cases = corpus::json_lines(&cases);
    assert_eq!(cases.len(), 76);
    for case in &cases {
        let text = case["text"].as_str().unwrap();
        for (name, dialect) in SHELLS {
            let verdict = case[name].as_bool().unwrap();
            assert_eq!(shell::parse(text.as_bytes(), dialect).is_ok(), verdict, "{name} on {text:?}");
        }
    }
}

#[test]
fn agree_on_every_text_of_the_corpus() {
    let Some(texts) = texts_of_the_corpus() else { return };
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (name, dialect) in SHELLS {
        if is_here(name) {
            agree(name, dialect, &texts);
        }
    }
}

/// The batches would hide a difference if a wrapped text were accepted where the bare one is not.
#[test]
fn a_wrapper_changes_no_verdict() {
    let Some(cases) = corpus::path("cases/shell.jsonl") else { return };
    let cases = corpus::json_lines(&cases);
    let mut texts: BTreeSet<&str> = cases.iter().map(|case| case["text"].as_str().unwrap()).collect();
    texts.extend([
        "",
        "# a",
        "a\\",
        "a &",
        "a;",
        "} ; {",
        ") ; (",
        "a\n}\n{ b",
        "a\n)\n(b",
        "${a:-'",
        "`a '",
    ]);
    texts.extend([
        "\"$(a '",
        "case a in b) '",
        "case a in b) $(c \"",
        "{ a",
        "( a",
        "$((1",
        "[[ a",
        "a &&",
        "a |",
    ]);
    for (name, dialect) in SHELLS.into_iter().filter(|(name, _)| is_here(name)) {
        texts.par_iter().for_each(|text| {
            if !ends_in_here_document(text, dialect) {
                assert_eq!(accepts_wrapped(name, &[text]), accepts(name, text), "{name} on {text:?}");
            }
        });
    }
}

/// The shell code of every RUN, CMD, ENTRYPOINT and HEALTHCHECK, as BuildKit hands it to the shell.
pub(crate) fn texts_of_the_corpus() -> Option<BTreeSet<String>> {
    let answers = corpus::json_lines(&corpus::path("buildkit.jsonl.gz")?);
    let nodes = answers.iter().filter_map(|answer| answer["nodes"].as_array()).flatten();
    let shells = nodes.flat_map(|node| [&node["shell"], &node["sub"]["shell"]]);
    let texts: BTreeSet<String> = shells.filter_map(Value::as_str).map(str::to_owned).collect();
    assert!(texts.len() > 36_000);
    Some(texts)
}

fn agree(name: &str, dialect: Dialect, texts: &[&str]) {
    let (ours, not_ours): (Vec<&str>, Vec<&str>) =
        texts.par_iter().partition(|text| shell::parse(text.as_bytes(), dialect).is_ok());
    // The end of the file ends these here-documents; in a batch they would take in what follows.
    let (alone, together): (Vec<&str>, Vec<&str>) =
        ours.into_iter().partition(|text| ends_in_here_document(text, dialect));
    let suspects = together.par_chunks(BATCH).filter(|batch| !accepts_wrapped(name, batch)).flatten();
    let too_lax: Vec<&str> =
        suspects.copied().chain(alone.into_par_iter()).filter(|text| !accepts(name, text)).collect();
    let too_strict: Vec<&str> = not_ours.par_iter().copied().filter(|text| accepts(name, text)).collect();
    assert_eq!((&too_strict, &too_lax), (&Vec::new(), &Vec::new()), "{name}: (too strict, too lax)");
}

fn ends_in_here_document(text: &str, dialect: Dialect) -> bool {
    shell::parse(text.as_bytes(), dialect)
        .is_ok_and(|script| script.here_documents.iter().any(|document| document.terminator.is_none()))
}

fn accepts_wrapped(name: &str, texts: &[&str]) -> bool {
    WRAPPERS.iter().all(|(open, close)| {
        let batch: String = texts.iter().flat_map(|text| [*open, text, QUOTE_ENDS, close]).collect();
        accepts(name, &batch)
    })
}

/// What `-n` says. bash leaves with 0 after some errors (in `[[ ]]`), so its messages count too, but for
/// its warning of a here-document that the end of the file ends.
pub(crate) fn accepts(name: &str, text: &str) -> bool {
    // From a file, as bash reads a pipe byte by byte.
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    input.rewind().unwrap();
    let output = Command::new(name).arg("-n").env("LC_ALL", "C").stdin(Stdio::from(input)).output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    output.status.success() && messages.lines().all(|line| line.contains("warning: here-document"))
}

pub(crate) fn is_here(name: &str) -> bool {
    let found = Command::new(name).args(["-c", ":"]).status().is_ok_and(|status| status.success());
    assert!(found || std::env::var_os("CI").is_none(), "{name} is not here, and CI has to have it");
    if !found {
        eprintln!("SKIPPED: {name} is not here");
    }
    found
}
