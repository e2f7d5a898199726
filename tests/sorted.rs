//! Sorting lists of packages changes the order of words, and nothing else.

use std::collections::BTreeSet;

use dfopt_analysis::Build;
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::LineKind;
use dfopt_transforms::{Effect, Facts, Options, Outcome, Settings, Transform, optimize};
use proptest::prelude::*;
use rayon::prelude::*;

use crate::corpus;

/// What a command of a package manager says, whatever the order of its packages.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    subcommand: String,
    options: Vec<String>,
    operands: BTreeSet<String>,
}

fn sort(source: &[u8]) -> Option<Outcome> {
    let transforms = vec![Transform::by_id("sort-packages").unwrap()];
    let options = Options { level: Effect::Preserve, transforms, settings: Settings::default() };
    optimize(source, &options, Facts::default()).ok()
}

fn said(source: &[u8]) -> Vec<Said> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let build = Build::new(&dockerfile);
    let codes = (0..dockerfile.instructions().len()).filter_map(|index| build.shell_code(index));
    codes
        .flat_map(|code| code.package_commands())
        .map(|command| {
            let text = |word: &dfopt_syntax::shell::Word| {
                String::from_utf8_lossy(command.invocation.slice(word.span)).into_owned()
            };
            Said {
                subcommand: text(command.subcommand),
                options: command.options.iter().map(|word| text(word)).collect(),
                operands: command.operands.iter().map(|word| text(word).replace(['"', '\''], "")).collect(),
            }
        })
        .collect()
}

fn comments(source: &[u8]) -> Vec<String> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let lines = dockerfile.lines().iter().filter(|line| line.kind == LineKind::Comment);
    lines.map(|line| String::from_utf8_lossy(line.span.of(source).trim_ascii()).into_owned()).collect()
}

/// What is wrong with the sorted file.
fn problem(source: &[u8]) -> Option<String> {
    let outcome = sort(source)?;
    if let Some(reverted) = outcome.reverted.first() {
        return Some(format!("reverted: {}", reverted.reason));
    }
    if !outcome.converged || sort(&outcome.text).is_none_or(|again| again.text != outcome.text) {
        return Some("a second run changes it".to_owned());
    }
    if comments(source) != comments(&outcome.text) {
        return Some("comments moved".to_owned());
    }
    let (before, after) = (said(source), said(&outcome.text));
    (before != after).then(|| format!("it says something else: {before:?} -> {after:?}"))
}

#[test]
fn every_real_installation_says_the_same() {
    let Some(files) = corpus::dockerfiles() else { return };
    let problems: Vec<String> =
        files.par_iter().filter_map(|(name, source)| Some(format!("{name}: {}", problem(source)?))).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Installations with all that stands in their lists.
fn installation() -> impl Strategy<Value = String> {
    let program = prop::sample::select(vec![
        "apk add",
        "apk add --no-cache -X https://example.com/x",
        "apk add --virtual .deps",
        "apt-get install -y",
        "apt-get install -y -t testing --no-install-recommends",
        "dnf install -y --enablerepo x",
    ]);
    let word = prop::sample::select(vec![
        "curl",
        "git",
        "zip",
        "bash",
        "jq",
        "gcc",
        "g++",
        "\"curl\"",
        "'git'",
        "curl=8",
        "nginx=$V",
        "\"vim<9\"",
        "$PACKAGES",
        "${A:-b}",
        "php$V-cli",
        "--no-cache",
        "-y",
        "-X",
        "-t",
        "--",
        "lib*",
        "x-",
        "{a,b}",
        "$(cat x)",
        "cu\\\nrl",
        "~",
        "a/b",
        ".x",
    ]);
    let plain = prop::sample::select(vec!["curl", "git", "zip", "bash", "jq", "gcc", "g++", "nginx=$V"]);
    let gap = prop::sample::select(vec![
        " ",
        " ",
        "  ",
        " \\\n    ",
        " \\\n    ",
        "   \\\n\t",
        "\\\n  ",
        " \\\n# why\n    ",
        " \\\n\n  ",
        " \\  \n  # a\n  # b\n  ",
        " \\\r\n  ",
    ]);
    let end = prop::sample::select(vec![
        "",
        " && \\\n  true",
        " \\\n && true",
        "; true",
        " > /a",
        " && true",
        " \\",
    ]);
    let word = prop_oneof![8 => plain, 1 => word];
    (program, prop::collection::vec((gap, word), 0..14), end).prop_map(|(program, words, end)| {
        let words: String = words.into_iter().flat_map(|(gap, word)| [gap, word]).collect();
        format!("{program}{words}{end}")
    })
}

proptest! {
    #[test]
    fn every_installation_says_the_same(
        base in prop::sample::select(vec!["alpine:3.20", "debian:11", "debian:12"]),
        first in installation(),
        second in installation(),
        heredoc in any::<bool>(),
    ) {
        let source = match heredoc {
            true => format!("FROM {base}\nRUN <<EOF\n{first}\n{second}\nEOF\n"),
            false => format!("FROM {base}\nRUN {first}\nRUN {second}\n"),
        };
        if Dockerfile::parse(source.as_bytes()).is_ok() {
            prop_assert_eq!(problem(source.as_bytes()), None, "{}", source);
        }
    }
}
