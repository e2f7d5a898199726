//! The pipeline itself: levels, ignore comments, and transforms that do wrong.

use dfopt_syntax::{Edit, Span};
use dfopt_transforms::{ALL, Context, Effect, Facts, Findings, Options, Outcome, Transform, optimize};

/// Something for each of the transforms to do.
const NAIVE: &str = "\
FROM debian:12
RUN apt-get update
RUN apt-get install -y jq
RUN apt-get install -y make
COPY . /app
RUN pip install flask
";

fn run(source: &str, options: &Options) -> Outcome {
    optimize(source.as_bytes(), options, Facts::default()).unwrap()
}

fn at(level: Effect) -> Options {
    Options { level, ..Options::default() }
}

fn ids(outcome: &Outcome) -> Vec<&str> {
    let mut ids: Vec<&str> = outcome.applied.iter().map(|applied| applied.transform).collect();
    ids.dedup();
    ids
}

#[test]
fn a_level_bounds_the_effects() {
    assert_eq!(ids(&run(NAIVE, &at(Effect::Preserve))), ["apt-update-install", "merge-runs"]);
    for level in [Effect::Slim, Effect::Harden] {
        let all = ["apt-update-install", "merge-runs", "apt-no-recommends", "package-caches"];
        assert_eq!(ids(&run(NAIVE, &at(level))), all);
    }
}

#[test]
fn ignore_comments_keep_transforms_away() {
    let cases = [
        // Comment, and the transforms that still work on the instruction below it.
        ("# dfopt: ignore", vec![]),
        ("# dfopt: ignore=apt-no-recommends,package-caches we need them", vec![]),
        ("# dfopt: ignore=apt-no-recommends, package-caches", vec![]),
        ("#dfopt:ignore=package-caches", vec!["apt-no-recommends"]),
        ("# hadolint ignore=DL3015", vec!["package-caches"]),
        ("# hadolint ignore=DL3008,DL3009", vec!["apt-no-recommends"]),
        ("# hadolint global ignore=DL3009", vec!["apt-no-recommends"]),
        ("# dfopt: ignore-file", vec![]),
        ("# dfopt: ignore-file=package-caches", vec!["apt-no-recommends"]),
        ("# dfopt: ignored", vec!["apt-no-recommends", "package-caches"]),
        ("# dfopt: ignore=package-caches\n# another comment", vec!["apt-no-recommends"]),
        ("# dfopt: ignore=package-caches\n", vec!["apt-no-recommends", "package-caches"]),
        ("# dfopt: ignore=no-such-transform", vec!["apt-no-recommends", "package-caches"]),
    ];
    for (comment, expected) in cases {
        let install = "RUN apt-get update && apt-get install -y jq";
        let source = format!("FROM debian:12\n{comment}\n{install}\nUSER 1000\n");
        let outcome = run(&source, &Options::default());
        assert_eq!(ids(&outcome), expected, "{comment}");
        assert_eq!(outcome.missed, [], "{comment}");
    }
}

#[test]
fn an_ignore_comment_inside_an_instruction_counts() {
    let source = "FROM debian:12\nRUN apt-get update && \\\n    # dfopt: ignore=package-caches\n    apt-get install -y jq\n";
    assert_eq!(ids(&run(source, &Options::default())), ["apt-no-recommends"]);
}

#[test]
fn a_skipped_check_of_buildkit_keeps_a_transform_away_that_acts_on_it() {
    static TIDIES: Transform =
        Transform { acts_on: &["FromAsCasing"], ..insert("tidies", |c, f| append(c, f, "# tidy\n")) };
    let options = Options { level: Effect::Harden, transforms: vec![&TIDIES], ..Options::default() };
    let cases = [
        ("# check=skip=StageNameCasing,FromAsCasing;error=true\nFROM a as b\n", 0),
        ("# check=skip=all\nFROM a as b\n", 0),
        ("# check=skip=StageNameCasing\nFROM a as b\n", 1),
        ("FROM a as b\n# check=skip=FromAsCasing\n", 1),
    ];
    for (source, applied) in cases {
        assert_eq!(run(source, &options).applied.len(), applied, "{source}");
    }
}

/// A transform for a test.
const fn insert(id: &'static str, run: fn(&Context<'_, '_>, &mut Findings)) -> Transform {
    Transform { id, effect: Effect::Preserve, acts_on: &[], source: "", run }
}

/// Puts `text` at the end of the file, once.
fn append(context: &Context<'_, '_>, findings: &mut Findings, text: &str) {
    let source = context.build.source();
    if !source.ends_with(text.as_bytes()) {
        findings.rewrite("append", Effect::Preserve, vec![Edit::insert(source.len() as u32, text)]);
    }
}

#[test]
fn a_rewrite_that_breaks_the_file_is_undone_and_named() {
    static BROKEN: [(Transform, &str); 5] = [
        (
            insert("adds-garbage", |c, f| append(c, f, "GARBAGE\n")),
            "the result is not valid: line 8: unknown instruction `GARBAGE`",
        ),
        (insert("adds-heredoc", |c, f| append(c, f, "RUN cat <<EOF\n")), "the result does not parse"),
        (
            insert("breaks-shell", |c, f| {
                f.rewrite("x", Effect::Preserve, vec![Edit::insert(offset(c, "jq"), "( ")])
            }),
            "the shell code on line 3",
        ),
        (
            insert("drops-comment", |c, f| {
                let start = offset(c, "# why");
                f.rewrite("x", Effect::Preserve, vec![Edit::delete(Span { start, end: start + 6 })]);
            }),
            "a comment is lost: # why",
        ),
        (
            insert("swallows", |c, f| {
                f.rewrite("x", Effect::Preserve, vec![Edit::insert(offset(c, "\nRUN true"), " \\")])
            }),
            "the instruction on line 6 changed",
        ),
    ];
    let source = "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y jq\n# why\nCOPY . /app\nRUN true\n# end\n";
    for (transform, reason) in &BROKEN {
        let outcome = run(
            source,
            &Options { level: Effect::Harden, transforms: vec![transform], ..Options::default() },
        );
        assert_eq!(String::from_utf8_lossy(&outcome.text), source, "{}", transform.id);
        assert_eq!(outcome.applied, [], "{}", transform.id);
        assert_eq!(outcome.reverted[0].transform, transform.id);
        assert!(
            outcome.reverted[0].reason.starts_with(reason),
            "{}: {}",
            transform.id,
            outcome.reverted[0].reason
        );
    }
}

fn offset(context: &Context<'_, '_>, text: &str) -> u32 {
    let source = std::str::from_utf8(context.build.source()).unwrap();
    source.find(text).unwrap() as u32
}

#[test]
fn a_good_rewrite_is_kept_beside_a_bad_one() {
    static MIXED: Transform = insert("mixed", |context, findings| {
        if context.build.source().starts_with(b"FROM debian:12\n") {
            findings.rewrite("good", Effect::Preserve, vec![Edit::insert(14, "-slim")]);
            append(context, findings, "GARBAGE\n");
        }
    });
    let outcome = run(
        "FROM debian:12\nRUN true\n",
        &Options { level: Effect::Harden, transforms: vec![&MIXED], ..Options::default() },
    );
    assert_eq!(outcome.applied.iter().map(|a| a.title.as_str()).collect::<Vec<_>>()[0], "good");
    assert!(outcome.text.starts_with(b"FROM debian:12-slim"));
    assert!(!outcome.reverted.is_empty());
}

#[test]
fn a_file_that_does_not_come_to_rest_is_left_as_it_was() {
    static RESTLESS: Transform = insert("restless", |context, findings| {
        let end = context.build.source().len() as u32;
        findings.rewrite("again", Effect::Preserve, vec![Edit::insert(end, "# more\n")]);
    });
    let outcome = run(
        "FROM debian:12\n",
        &Options { level: Effect::Harden, transforms: vec![&RESTLESS], ..Options::default() },
    );
    assert!(!outcome.converged);
    assert_eq!(outcome.text, b"FROM debian:12\n");
    assert_eq!(outcome.applied, []);
}

#[test]
fn remarks_name_places_of_the_input() {
    let outcome = run(NAIVE, &Options::default());
    let line = |offset: u32| dfopt_syntax::position(NAIVE.as_bytes(), offset as usize).line;
    let lines: Vec<(&str, usize)> = outcome.applied.iter().map(|a| (a.transform, line(a.offset))).collect();
    assert_eq!(
        lines,
        [
            ("apt-update-install", 2),
            ("merge-runs", 3),
            ("apt-no-recommends", 3),
            ("apt-no-recommends", 4),
            ("package-caches", 4),
            ("package-caches", 6),
        ]
    );
}

#[test]
fn the_list_of_transforms_is_consistent() {
    for (i, transform) in ALL.iter().enumerate() {
        assert!(ALL[..i].iter().all(|before| before.id != transform.id), "{} twice", transform.id);
        assert_eq!(Transform::by_id(transform.id).map(|t| t.id), Some(transform.id));
        let file = format!("transforms/{}.rs", transform.id.replace('-', "_"));
        let stored =
            std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        assert_eq!(stored, transform.source, "{} does not hold its own file", transform.id);
    }
}
