//! The pipeline over all real files: nothing is lost, and a second run changes nothing, whichever transforms
//! run together.

use std::collections::BTreeMap;

use dfopt_analysis::BuildContext;
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::LineKind;
use dfopt_transforms::{ALL, Facts, Merge, Options, Settings, Transform, optimize};
use rayon::prelude::*;

use crate::corpus;
use crate::memory::{MemoryContext, MemoryDigests};

/// Every image is known, so that every image is pinned.
static DIGESTS: MemoryDigests = MemoryDigests::new();

fn comments(source: &[u8]) -> BTreeMap<Vec<u8>, usize> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let mut comments = BTreeMap::new();
    for line in dockerfile.lines().iter().filter(|line| line.kind == LineKind::Comment) {
        *comments.entry(line.span.of(source).trim_ascii().to_vec()).or_default() += 1;
    }
    comments
}

/// What is wrong with the rewrite of one file.
fn problem(source: &[u8], context: Option<&MemoryContext>, options: &Options) -> Option<String> {
    let facts =
        Facts { context: context.map(|context| context as &dyn BuildContext), digests: Some(&DIGESTS) };
    match Dockerfile::parse(source) {
        Ok(dockerfile) if dockerfile.text() != source => return Some("the tree is not lossless".to_owned()),
        Ok(dockerfile) if dockerfile.check().is_ok() => {}
        _ => {
            return optimize(source, options, facts)
                .is_ok()
                .then(|| "an invalid file was accepted".to_owned());
        }
    }
    let outcome = optimize(source, options, facts).ok()?;
    if !outcome.converged {
        return Some("does not converge".to_owned());
    }
    if let Some(reverted) = outcome.reverted.first() {
        return Some(format!("{} was reverted: {}", reverted.transform, reverted.reason));
    }
    if let Err(error) = Dockerfile::parse(&outcome.text).and_then(|dockerfile| dockerfile.check()) {
        return Some(format!("the result is broken: {error}"));
    }
    if comments(source) != comments(&outcome.text) {
        return Some("comments differ".to_owned());
    }
    let again = optimize(&outcome.text, options, facts).ok()?;
    if again.text != outcome.text {
        let (first, second) = (String::from_utf8_lossy(&outcome.text), String::from_utf8_lossy(&again.text));
        return Some(format!("a second run changes it\n{first}\n-----\n{second}"));
    }
    None
}

fn check(options: &Options) {
    let Some(files) = corpus::dockerfiles() else { return };
    let problems: Vec<String> = files
        .par_iter()
        .filter_map(|(name, source)| {
            let context = corpus::context(name);
            Some(format!("{name}: {}", problem(source, context.as_ref(), options)?))
        })
        .collect();
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems[..problems.len().min(20)].join("\n")
    );
}

#[test]
fn every_real_file_is_rewritten_soundly() {
    check(&Options::default());
}

#[test]
fn every_real_file_is_merged_soundly() {
    let settings = Settings { merge: Merge::All, ..Settings::default() };
    check(&Options { settings, ..Options::default() });
}

/// Every how many files a pair of transforms runs a second time over what it made.
const SECOND_RUNS: usize = 8;

fn only(transforms: &[&'static Transform]) -> Options {
    Options { transforms: transforms.to_vec(), ..Options::default() }
}

/// What is wrong with what pairs of transforms make of one file.
fn problem_of_pairs(source: &[u8], context: Option<&MemoryContext>, twice: bool) -> Option<String> {
    let facts =
        Facts { context: context.map(|context| context as &dyn BuildContext), digests: Some(&DIGESTS) };
    let changes = |transform: &&'static Transform| {
        optimize(source, &only(&[transform]), facts).is_ok_and(|outcome| outcome.text != source)
    };
    // Two that change nothing alone change nothing together: neither ever sees another text.
    let active: Vec<bool> = ALL.iter().map(|transform| changes(&transform)).collect();
    for (first, a) in ALL.iter().enumerate() {
        for (second, b) in ALL.iter().enumerate().skip(first + 1) {
            if !active[first] && !active[second] {
                continue;
            }
            let options = only(&[a, b]);
            let pair = format!("--only {},{}", a.id, b.id);
            let outcome = optimize(source, &options, facts).ok()?;
            if !outcome.converged || !outcome.reverted.is_empty() {
                return Some(format!("{pair}: {}, {:?}", outcome.converged, outcome.reverted));
            }
            if !twice {
                continue;
            }
            match optimize(&outcome.text, &options, facts) {
                Ok(again) if again.text == outcome.text => {}
                Ok(_) => return Some(format!("{pair}: a second run changes it")),
                Err(error) => return Some(format!("{pair}: the result is broken: {error}")),
            }
        }
    }
    None
}

#[test]
fn every_pair_of_transforms_converges() {
    let Some(files) = corpus::dockerfiles() else { return };
    let files: Vec<_> = files.iter().enumerate().collect();
    let problems: Vec<String> = files
        .par_iter()
        .filter_map(|(number, (name, source))| {
            let context = corpus::context(name);
            let twice = number % SECOND_RUNS == 0;
            Some(format!("{name}: {}", problem_of_pairs(source, context.as_ref(), twice)?))
        })
        .collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
