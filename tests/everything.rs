//! The pipeline over all real files: nothing is lost, and a second run changes nothing.

use std::collections::BTreeMap;

use dfopt_analysis::BuildContext;
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::LineKind;
use dfopt_transforms::{Facts, Options, optimize};
use rayon::prelude::*;

use crate::corpus;
use crate::memory::MemoryContext;

fn comments(source: &[u8]) -> BTreeMap<Vec<u8>, usize> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let mut comments = BTreeMap::new();
    for line in dockerfile.lines().iter().filter(|line| line.kind == LineKind::Comment) {
        *comments.entry(line.span.of(source).trim_ascii().to_vec()).or_default() += 1;
    }
    comments
}

/// What is wrong with the rewrite of one file.
fn problem(source: &[u8], context: Option<&MemoryContext>) -> Option<String> {
    let facts = Facts { context: context.map(|context| context as &dyn BuildContext) };
    match Dockerfile::parse(source) {
        Ok(dockerfile) if dockerfile.text() != source => return Some("the tree is not lossless".to_owned()),
        Ok(dockerfile) if dockerfile.check().is_ok() => {}
        _ => {
            return optimize(source, &Options::default(), facts)
                .is_ok()
                .then(|| "an invalid file was accepted".to_owned());
        }
    }
    let outcome = optimize(source, &Options::default(), facts).ok()?;
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
    let again = optimize(&outcome.text, &Options::default(), facts).ok()?;
    if again.text != outcome.text {
        let (first, second) = (String::from_utf8_lossy(&outcome.text), String::from_utf8_lossy(&again.text));
        return Some(format!("a second run changes it\n{first}\n-----\n{second}"));
    }
    None
}

#[test]
fn every_real_file_is_rewritten_soundly() {
    let Some(files) = corpus::dockerfiles() else { return };
    let problems: Vec<String> = files
        .par_iter()
        .filter_map(|(name, source)| {
            let context = corpus::context(name);
            Some(format!("{name}: {}", problem(source, context.as_ref())?))
        })
        .collect();
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems[..problems.len().min(20)].join("\n")
    );
}
