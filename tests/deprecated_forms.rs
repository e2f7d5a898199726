//! `deprecated-forms` against BuildKit's answers: every key and value of ENV and LABEL means what it did.

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{Arguments, Keyword, Lookup, expand};
use dfopt_transforms::{Effect, Facts, Options, Settings, Transform, optimize};
use rayon::prelude::*;
use serde_json::Value;

use crate::corpus;

/// The keys and values of an ENV or LABEL.
type Pairs = Vec<(String, String)>;

/// Those that BuildKit read: each pair is a key, a value and the delimiter.
fn in_answer(answer: &Value) -> Vec<Pairs> {
    let nodes = answer["nodes"].as_array().into_iter().flatten();
    let sets = nodes
        .filter(|node| ["env", "label"].contains(&node["cmd"].as_str().unwrap().to_lowercase().as_str()));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    sets.map(|node| {
        let words = node["args"].as_array().unwrap();
        words.chunks(3).map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
    })
    .collect()
}

/// Those that we read in the rewritten file.
fn in_file(dockerfile: &Dockerfile<'_>) -> Vec<Pairs> {
    let sets =
        dockerfile.instructions().iter().filter(|i| matches!(i.keyword(), Keyword::Env | Keyword::Label));
    sets.map(|instruction| {
        let Arguments::Pairs(pairs) = instruction.arguments() else { return Pairs::new() };
        let text = |span| String::from_utf8_lossy(instruction.slice(span)).into_owned();
        pairs.iter().map(|pair| (text(pair.key), text(pair.value))).collect()
    })
    .collect()
}

/// What a container gets, with each variable unset, and with a value that needs quotes.
fn values(pairs: &[Pairs], escape: u8) -> Vec<Vec<Result<String, String>>> {
    let environments: [&dyn Fn(&str) -> Lookup; 2] =
        [&|_| Lookup::Unset, &|name| Lookup::Set(format!("{name}'s \"own\" \\value"))];
    let value =
        |text: &str, lookup| expand(text.as_bytes(), escape, lookup).map_err(|error| error.to_string());
    environments
        .into_iter()
        .map(|lookup| {
            let words = pairs.iter().flatten().flat_map(|(key, text)| [key, text]);
            words.map(|text| value(text, lookup)).collect()
        })
        .collect()
}

#[test]
fn every_real_value_means_what_it_did() {
    let Some(files) = corpus::dockerfiles() else { return };
    let transform = Transform::by_id("deprecated-forms").unwrap();
    // MAINTAINER adds labels at the level above.
    let options =
        Options { level: Effect::Preserve, transforms: vec![transform], settings: Settings::default() };
    let answers = corpus::json_lines(&corpus::path("buildkit.jsonl.gz").unwrap());
    let results: Vec<(usize, Option<String>)> = answers
        .par_iter()
        .filter_map(|answer| {
            let name = answer["file"].as_str().unwrap();
            let outcome = optimize(&files[name], &options, Facts::default()).ok()?;
            let dockerfile = Dockerfile::parse(&outcome.text).unwrap();
            let (before, after) = (in_answer(answer), in_file(&dockerfile));
            let shape = |pairs: &[Pairs]| pairs.iter().map(Vec::len).collect::<Vec<_>>();
            let escape = dockerfile.escape();
            let is_same =
                shape(&before) == shape(&after) && values(&before, escape) == values(&after, escape);
            Some((outcome.applied.len(), (!is_same).then(|| name.to_owned())))
        })
        .collect();
    let differ: Vec<&String> = results.iter().filter_map(|(_, name)| name.as_ref()).collect();
    assert!(differ.is_empty(), "{} files differ: {differ:?}", differ.len());
    assert!(results.iter().map(|(applied, _)| applied).sum::<usize>() > 1000, "nothing was rewritten");
}
