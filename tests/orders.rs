//! `copy-order` over all real files with their contexts: what it does to each installation below a broad
//! COPY, and that what it writes is sound.

use std::collections::{BTreeMap, BTreeSet};

use dfopt_analysis::{BuildContext, Entry};
use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{Instruction, Keyword};
use dfopt_transforms::{Facts, Options, Outcome, Transform, optimize};
use rayon::prelude::*;

use crate::memory::MemoryContext;
use crate::{corpus, snapshots};

/// Words of commands that install dependencies from manifests, by the name of what they belong to. They are
/// looked for as text: the table of ecosystems has no say here.
const INSTALLS: &[(&str, &[&str])] = &[
    ("bun", &["bun install", "bun i "]),
    ("bundler", &["bundle install"]),
    ("cargo", &["cargo fetch"]),
    ("composer", &["composer install"]),
    ("conda", &["conda env create", "mamba env create", "conda env update"]),
    ("dotnet", &["dotnet restore"]),
    ("go", &["go mod download"]),
    ("maven", &["dependency:go-offline", "dependency:resolve"]),
    ("mix", &["mix deps.get"]),
    ("npm", &["npm install", "npm ci", "npm i "]),
    ("pip", &["pip install", "pip3 install"]),
    ("pipenv", &["pipenv install", "pipenv sync"]),
    ("pnpm", &["pnpm install", "pnpm i "]),
    ("poetry", &["poetry install"]),
    ("uv", &["uv sync"]),
    ("yarn", &["yarn install", "yarn --frozen-lockfile", "yarn --immutable"]),
];

/// The ecosystem of an installation in the instruction.
fn installation(instruction: &Instruction<'_>) -> Option<&'static str> {
    if instruction.keyword() != Keyword::Run {
        return None;
    }
    let text = String::from_utf8_lossy(instruction.text.bytes()).into_owned() + " ";
    let text = text.replace("\", \"", " ");
    let is_install = |command: &str| {
        text.match_indices(command).any(|(at, _)| {
            let rest = text[at + command.len()..].split(['&', ';', '|']).next().unwrap_or_default();
            let starts = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
            // What is installed by name, or for all of the system, needs no manifest.
            let mut words = rest.split_whitespace();
            let from_files = match command {
                "pip install" | "pip3 install" => words.any(|word| {
                    matches!(word, "." | "./" | "-e" | "--requirement") || word.starts_with("-r")
                }),
                _ => words.all(|word| word.starts_with('-') && !matches!(word, "-g" | "--global")),
            };
            starts && from_files
        })
    };
    INSTALLS
        .iter()
        .find(|(_, commands)| commands.iter().any(|command| is_install(command)))
        .map(|(name, _)| *name)
}

fn is_broad(instruction: &Instruction<'_>) -> bool {
    let Some(transfer) = instruction.operation.transfer(instruction.text.bytes()) else { return false };
    let sources = transfer.sources.iter().map(|source| match source {
        dfopt_syntax::dockerfile::Source::Path(span) | dfopt_syntax::dockerfile::Source::Heredoc(span) => {
            instruction.slice(*span)
        }
    });
    instruction.flag("from").is_none()
        && sources.into_iter().any(|source| matches!(source, b"." | b"./" | b"\".\"" | b"\"./\""))
}

/// The ecosystem of each installation below a broad COPY of the same stage, with its line. One that
/// completes another above the COPY is none.
fn opportunities(dockerfile: &Dockerfile<'_>) -> Vec<(&'static str, usize)> {
    let mut below_broad = false;
    let mut above: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for instruction in dockerfile.instructions() {
        if instruction.keyword() == Keyword::From {
            (below_broad, above) = (false, Vec::new());
        }
        below_broad |= is_broad(instruction);
        match installation(instruction) {
            Some(name) if below_broad && !above.contains(&name) => {
                found.push((name, instruction.lines.start + 1));
            }
            Some(name) => above.push(name),
            None => {}
        }
    }
    found
}

fn copy_order(source: &[u8], context: &MemoryContext) -> Option<Outcome> {
    let options = Options { transforms: vec![Transform::by_id("copy-order").unwrap()], ..Options::default() };
    optimize(source, &options, Facts { context: Some(context), ..Facts::default() }).ok()
}

/// What became of one file: a line for each opportunity, and what is wrong.
#[derive(Default)]
struct Verdict {
    lines: Vec<String>,
    problems: Vec<String>,
}

fn verdict(name: &str, source: &[u8], context: &MemoryContext) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(outcome) = copy_order(source, context) else { return verdict };
    let before = Dockerfile::parse(source).unwrap();
    let after = Dockerfile::parse(&outcome.text).unwrap();
    if !outcome.converged || !outcome.reverted.is_empty() {
        verdict.problems.push(format!("{name}: does not hold: {:?}", outcome.reverted));
    }
    if copy_order(&outcome.text, context).is_none_or(|again| again.text != outcome.text) {
        verdict.problems.push(format!("{name}: a second run changes it"));
    }
    verdict.problems.extend(missing_sources(&before, &after, context).map(|what| format!("{name}: {what}")));
    let left: BTreeSet<&str> = opportunities(&after).into_iter().map(|(ecosystem, _)| ecosystem).collect();
    for (ecosystem, line) in opportunities(&before) {
        let at_line = |offset: u32| dfopt_syntax::position(source, offset as usize).line == line;
        let within = |offset: u32| {
            let instruction = before.instructions().iter().find(|i| i.lines.start + 1 == line).unwrap();
            instruction.span.start <= offset && offset <= instruction.span.end
        };
        let missed = outcome.missed.iter().find(|missed| at_line(missed.offset) || within(missed.offset));
        match missed {
            Some(missed) => verdict.lines.push(format!("{ecosystem}: missed: {}", general(&missed.reason))),
            None if !outcome.applied.is_empty() && !left.contains(ecosystem) => {
                verdict.lines.push(format!("{ecosystem}: rewritten"));
            }
            None => {
                verdict.problems.push(format!("{name}:{line}: {ecosystem}: neither rewritten nor explained"))
            }
        }
    }
    verdict
}

/// The sources of new COPYs that do not exist, or that `.dockerignore` keeps out.
fn missing_sources<'a>(
    before: &'a Dockerfile<'_>,
    after: &'a Dockerfile<'_>,
    context: &'a MemoryContext,
) -> impl Iterator<Item = String> + 'a {
    let old: BTreeSet<&[u8]> = before.instructions().iter().map(|i| i.text.bytes()).collect();
    let new = after.instructions().iter().filter(move |i| !old.contains(i.text.bytes()));
    new.filter_map(|i| Some((i, i.operation.transfer(i.text.bytes())?))).flat_map(|(i, transfer)| {
        let path = |source: &dfopt_syntax::dockerfile::Source| match source {
            dfopt_syntax::dockerfile::Source::Path(span) => {
                String::from_utf8_lossy(i.slice(*span)).into_owned()
            }
            dfopt_syntax::dockerfile::Source::Heredoc(_) => String::new(),
        };
        let missing =
            |path: &String| !matches!(context.entry(path.trim_matches('"')), Entry::File | Entry::Directory);
        let paths: Vec<String> = transfer.sources.iter().map(path).filter(missing).collect();
        paths.into_iter().map(|path| format!("copies {path}, which is not there"))
    })
}

/// A reason without what is particular to one file.
fn general(reason: &str) -> String {
    let mut general = String::new();
    for (number, part) in reason.split('`').enumerate() {
        general.push_str(if number % 2 == 0 { part } else { "`…`" });
    }
    let is_path = |word: &str| word.trim_end_matches([',', ':']).contains(['.', '/']);
    general.split(' ').map(|word| if is_path(word) { "FILE" } else { word }).collect::<Vec<_>>().join(" ")
}

#[test]
fn over_all_real_contexts() {
    let Some(files) = corpus::dockerfiles() else { return };
    let verdicts: Vec<Verdict> = files
        .par_iter()
        .filter_map(|(name, source)| Some(verdict(name, source, &corpus::context(name)?)))
        .collect();
    let problems: Vec<&String> = verdicts.iter().flat_map(|verdict| &verdict.problems).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in verdicts.iter().flat_map(|verdict| &verdict.lines) {
        *counts.entry(line).or_default() += 1;
    }
    let report: String = counts.iter().map(|(line, count)| format!("{count:4} {line}\n")).collect();
    eprintln!("{report}");
    assert!(problems.is_empty(), "{} problems: {:#?}", problems.len(), &problems[..problems.len().min(40)]);
    snapshots::check("corpus", &BTreeMap::from([("copy-order".to_owned(), report)]));
}
