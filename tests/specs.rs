//! The literate specs in `tests/specs/`, and the examples in the transforms' own documentation.
//!
//! A spec file is named for its transform, or stands in a folder of that name, and runs it alone, at the
//! strongest level. Each `##` section is
//! one case: the first `dockerfile` block is the input; a second one is the expected output, without one
//! the input stays as it is. A `missed` block lists the reasons that must be reported, in order, as
//! `LINE: REASON`, with the line of the cause where there is one. A `context` block holds the build context:
//! paths, each with its lines below it, four blanks deeper; without one the context is not known. An
//! (empty) `install-first` or `update-pins` block sets that option; a `merge` block holds the value of that one.
//! A `users` block names the users that are made: `NAME UID GID`.
//! A `digests` block says what registries answer: a reference in full and its digest, or the reason why there is
//! none; every other image has the same digest. Every output is put in again and must come out the same.

use std::path::{Path, PathBuf};

use dfopt_analysis::BuildContext;
use dfopt_transforms::{
    ALL, Effect, Facts, Merge, MissedRemark, Options, Outcome, Settings, Transform, Users, optimize,
};

use crate::memory::{MemoryContext, MemoryDigests};

/// A fenced block: its language and its text.
struct Block {
    language: String,
    text: String,
}

/// What is known beside the text.
struct Given {
    context: Option<MemoryContext>,
    digests: MemoryDigests,
    settings: Settings,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in markdown.split_inclusive('\n') {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(language), None) => {
                open = Some(Block { language: language.trim().to_owned(), text: String::new() });
            }
            (None, Some(block)) => open = Some(Block { text: block.text + line, ..block }),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "an unclosed block in:\n{markdown}");
    blocks
}

fn merge(name: &str) -> Merge {
    let choice = Merge::ALL.iter().find(|(known, _)| *known == name.trim());
    choice.unwrap_or_else(|| panic!("no such choice: {name}")).1
}

fn users(text: &str) -> Users {
    let [name, uid, gid] = text.split_whitespace().collect::<Vec<_>>()[..] else { panic!("no user: {text}") };
    let number = |text: &str| text.parse().unwrap();
    Users { name: name.to_owned(), uid: number(uid), gid: number(gid), images: Vec::new() }
}

fn rewrite(source: &str, transform: &'static Transform, facts: &Given) -> Outcome {
    let options =
        Options { level: Effect::Harden, transforms: vec![transform], settings: facts.settings.clone() };
    let facts = Facts {
        context: facts.context.as_ref().map(|context| context as &dyn BuildContext),
        digests: Some(&facts.digests),
    };
    let outcome =
        optimize(source.as_bytes(), &options, facts).unwrap_or_else(|error| panic!("{error}\n{source}"));
    assert!(outcome.converged, "does not converge:\n{source}");
    assert_eq!(outcome.reverted, [], "reverted:\n{source}");
    outcome
}

fn missed(source: &str, outcome: &Outcome) -> String {
    let line = |offset: u32| dfopt_syntax::position(source.as_bytes(), offset as usize).line;
    let remark = |missed: &MissedRemark| {
        let cause = missed.cause.map(|cause| format!(" (line {})", line(cause))).unwrap_or_default();
        format!("{}: {}{cause}\n", line(missed.offset), missed.reason)
    };
    outcome.missed.iter().map(remark).collect()
}

/// Checks one case; on a difference, says which and how.
fn check(name: &str, markdown: &str, transform: &'static Transform) -> Result<(), String> {
    let blocks = blocks(markdown);
    let mut dockerfiles =
        blocks.iter().filter(|block| block.language == "dockerfile").map(|block| &block.text);
    let before = dockerfiles.next().ok_or_else(|| format!("{name}: no `dockerfile` block"))?;
    let after = dockerfiles.next().unwrap_or(before);
    if dockerfiles.next().is_some() {
        return Err(format!("{name}: more than two `dockerfile` blocks"));
    }
    let find = |language: &str| blocks.iter().find(|block| block.language == language);
    let given = Given {
        context: find("context").map(|block| MemoryContext::parse(&block.text)),
        settings: Settings {
            install_first: find("install-first").is_some(),
            merge: find("merge").map_or(Merge::default(), |block| merge(&block.text)),
            users: find("users").map_or_else(Users::default, |block| users(&block.text)),
            update_pins: find("update-pins").is_some(),
            ..Settings::default()
        },
        digests: find("digests").map(|block| MemoryDigests::parse(&block.text)).unwrap_or_default(),
    };
    let outcome = rewrite(before, transform, &given);
    let text = String::from_utf8_lossy(&outcome.text).into_owned();
    if text != *after {
        return Err(format!(
            "{name}: expected\n{after}\nbut got\n{text}\nmissed:\n{}",
            missed(before, &outcome)
        ));
    }
    if let Some(expected) = blocks.iter().find(|block| block.language == "missed") {
        let reasons = missed(before, &outcome);
        if reasons != expected.text {
            return Err(format!("{name}: expected the remarks\n{}\nbut got\n{reasons}", expected.text));
        }
    }
    let again = rewrite(&text, transform, &given);
    if again.text != outcome.text {
        return Err(format!(
            "{name}: a second run changes the result to\n{}",
            String::from_utf8_lossy(&again.text)
        ));
    }
    Ok(())
}

/// The text of `ID.md`, and of all files in the folder `ID`.
fn specs(folder: &Path, transform: &Transform) -> Vec<String> {
    let mut files: Vec<PathBuf> = vec![folder.join(format!("{}.md", transform.id))];
    if let Ok(more) = std::fs::read_dir(folder.join(transform.id)) {
        files.extend(more.map(|file| file.unwrap().path()));
    }
    files.sort();
    let read = |file: PathBuf| {
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_spec_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs");
    let mut failures = Vec::new();
    for transform in ALL {
        let specs = specs(&folder, transform);
        let cases: Vec<&str> = specs.iter().flat_map(|spec| spec.split("\n## ").skip(1)).collect();
        assert!(cases.len() >= 10, "{}: only {} cases", transform.id, cases.len());
        assert!(
            cases.iter().any(|case| case.starts_with("leaves alone")),
            "{}: nothing is left alone",
            transform.id
        );
        for case in cases {
            let title = case.lines().next().unwrap_or_default();
            failures.extend(check(&format!("{}: {title}", transform.id), case, transform).err());
        }
    }
    assert!(failures.is_empty(), "{} failures\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn every_documented_example_holds() {
    for transform in ALL {
        check(transform.id, &transform.documentation(), transform)
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
fn every_transform_is_documented() {
    for transform in ALL {
        let documentation = transform.documentation();
        assert!(documentation.contains("# Why it is safe"), "{}: says not why it is safe", transform.id);
        assert!(transform.summary().ends_with(['.', '`']), "{}: {:?}", transform.id, transform.summary());
        assert!(transform.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", transform.id);
    }
}
