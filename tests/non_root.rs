//! `non-root-user` over all real files that say nothing of a user: which of them run as another one, why the others do
//! not, and that nothing which needs root stands below USER.

use std::collections::BTreeMap;

use dfopt_analysis::BuildContext;
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{Arguments, Keyword};
use dfopt_transforms::{Facts, Options, Transform, optimize};
use rayon::prelude::*;

use crate::{corpus, snapshots};

/// A reason without what is of the file: names, numbers and paths.
fn kind(reason: &str) -> String {
    let mut parts = reason.split('`');
    let mut kind = parts.next().unwrap_or_default().to_owned();
    while let Some(_name) = parts.next() {
        kind += "`…`";
        kind += parts.next().unwrap_or_default();
    }
    let kind = kind.split(" (in ").next().unwrap_or_default();
    let kind = kind.split(" (named in ").next().unwrap_or_default();
    // `NAME: nothing in the file makes …`
    match kind.split_once(": ") {
        Some((name, rest))
            if name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit()) =>
        {
            format!("VARIABLE: {rest}")
        }
        _ => kind.to_owned(),
    }
}

/// What is wrong with a rewritten file: a RUN below the USER that was added, a user that is root.
fn problem(text: &[u8]) -> Option<String> {
    let dockerfile = Dockerfile::parse(text).unwrap();
    let mut user = None;
    for instruction in dockerfile.instructions() {
        let line = instruction.lines.start + 1;
        match (instruction.keyword(), instruction.arguments()) {
            (Keyword::From, _) => user = None,
            (Keyword::User, Arguments::Text(span)) => {
                user = Some(String::from_utf8_lossy(instruction.slice(*span)).into_owned());
                if user.as_deref().is_some_and(|user| user.starts_with('0') || user.starts_with("root")) {
                    return Some(format!("{line}: it is root"));
                }
            }
            (Keyword::Run, _) if user.is_some() => return Some(format!("{line}: a RUN below USER")),
            _ => {}
        }
    }
    None
}

#[test]
fn every_real_file_without_a_user_is_judged_soundly() {
    let Some(dockerfiles) = corpus::dockerfiles() else { return };
    let transform = Transform::by_id("non-root-user").unwrap();
    let options = Options { transforms: vec![transform], ..Options::default() };
    let judged: Vec<(Vec<String>, Option<String>)> = dockerfiles
        .par_iter()
        .filter_map(|(path, source)| {
            let dockerfile =
                Dockerfile::parse(source).ok().filter(|dockerfile| dockerfile.check().is_ok())?;
            let has_user = dockerfile.instructions().iter().any(|i| i.keyword() == Keyword::User);
            let has_stage = dockerfile.instructions().iter().any(|i| i.keyword() == Keyword::From);
            if has_user || !has_stage {
                return None;
            }
            let context = corpus::context(path);
            let facts = Facts {
                context: context.as_ref().map(|context| context as &dyn BuildContext),
                ..Facts::default()
            };
            let outcome = optimize(source, &options, facts).unwrap();
            assert_eq!(outcome.reverted, [], "{path}");
            assert!(outcome.converged, "{path}");
            let problem = if outcome.applied.is_empty() { None } else { problem(&outcome.text) };
            let kinds = match outcome.applied.is_empty() {
                true => outcome
                    .missed
                    .iter()
                    .map(|missed| format!("declined: {}", kind(&missed.reason)))
                    .collect(),
                false => vec!["rewritten".to_owned()],
            };
            Some((kinds, problem.map(|problem| format!("{path}:{problem}"))))
        })
        .collect();
    let problems: Vec<&String> = judged.iter().filter_map(|(_, problem)| problem.as_ref()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (kinds, _) in &judged {
        // A file counts once: for its last stage, which is what is built by default.
        let last = kinds.last().map_or("nothing to do", String::as_str);
        *counts.entry(last.to_owned()).or_default() += 1;
    }
    let table: String = counts.iter().map(|(kind, count)| format!("{count:4} {kind}\n")).collect();
    snapshots::check("users", &BTreeMap::from([("verdicts".to_owned(), table)]));
}
