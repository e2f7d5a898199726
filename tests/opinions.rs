//! Second opinions: other people's parsers on the same files.
//!
//! Each kind of difference is in a table, with how often it occurs and why; a new one fails, and so does
//! one that goes. That ours is right is not taken on trust: wherever another parser differs, ours is the
//! answer of BuildKit, or of bash.

mod instructions;
mod shell;

use std::collections::BTreeMap;
use std::process::Command;

use rayon::prelude::*;

use crate::{corpus, shells};

/// Crate, kind of difference, how many files or texts, reason.
type Row = (&'static str, &'static str, usize, &'static str);

/// The crates know the grammar of 2019, and of the checks after parsing only some.
const ON_INSTRUCTIONS: [Row; 33] = [
    ("dockerfile-parser", "accepts: FROM isn't allowed as an ONBUILD trigger", 1, "not checked"),
    ("dockerfile-parser", "accepts: invalid network mode", 1, "not checked"),
    ("dockerfile-parser", "accepts: missing a value on flag", 10, "not checked"),
    ("dockerfile-parser", "accepts: no build stage in current context", 24, "not checked"),
    ("dockerfile-parser", "accepts: unknown flag", 1, "not checked"),
    ("dockerfile-parser", "accepts: unknown instruction", 2, "any word is an instruction"),
    ("dockerfile-parser", "accepts: while parsing", 1, "an array within an array: no JSON, so shell code"),
    ("dockerfile-parser", "cuts: ends early", 3, "a blank line ends a continuation"),
    ("dockerfile-parser", "cuts: ends late", 3, "`#` at the start of an argument is a comment line"),
    ("dockerfile-parser", "cuts: escape=`", 9, "the directive is not known"),
    (
        "dockerfile-parser",
        "rejects: EOI",
        90,
        "words after the value: `ARG a b`, `LABEL a b c`, `ENV a=\"b\"c`",
    ),
    ("dockerfile-parser", "rejects: EOI or env_name", 7, "ENV with a key that is not of letters"),
    ("dockerfile-parser", "rejects: EOI or env_pair", 9, "ENV with a key that is not of letters"),
    ("dockerfile-parser", "rejects: EOI or single_quoted_string", 1, "LABEL with a quoted key alone"),
    ("dockerfile-parser", "rejects: an instruction", 50, "a heredoc, or a continuation by a backtick"),
    ("dockerfile-parser", "rejects: any_breakable", 81, "a blank line in a continuation, or RUN alone"),
    ("dockerfile-parser", "rejects: dockerfile", 3, "a byte order mark"),
    (
        "dockerfile-parser",
        "rejects: error unescaping string",
        156,
        "a quote or a backslash in a value: `[\"a\",` of COPY, `\\$`",
    ),
    (
        "dockerfile-parser",
        "rejects: image reference digest is invalid",
        3,
        "no digest follows the `@`: a variable, `image:@V@`",
    ),
    ("dockerfile-parser", "rejects: string or arg_value", 4, "an empty value"),
    ("dockerfile-parser", "rejects: string or env_pair_value", 24, "an empty value"),
    ("dockerfile-parser", "rejects: string or label_value", 1, "an empty value"),
    (
        "dockerfile-parser",
        "rejects: unexpected token comment",
        25,
        "a comment between the lines of an instruction",
    ),
    ("parse-dockerfile", "accepts: VOLUME requires at least one argument", 1, "`VOLUME []` is not checked"),
    ("parse-dockerfile", "accepts: invalid name for build stage", 2, "not checked"),
    ("parse-dockerfile", "accepts: invalid network mode", 1, "not checked"),
    ("parse-dockerfile", "accepts: missing a value on flag", 10, "not checked"),
    ("parse-dockerfile", "accepts: unknown flag", 1, "not checked"),
    ("parse-dockerfile", "accepts: while parsing", 3, "`escape=x`, ENV without a value, `<<` without a word"),
    ("parse-dockerfile", "cuts: ends late", 1, "an escape that is itself escaped continues a line"),
    ("parse-dockerfile", "rejects: duplicate stage name", 1, "BuildKit only warns"),
    (
        "parse-dockerfile",
        "rejects: requires at least one argument",
        8,
        "`ENTRYPOINT []`; ONBUILD is not read further",
    ),
    ("parse-dockerfile", "rejects: unknown instruction", 2, "a heredoc that is not the first word of RUN"),
];

const ON_SHELL_CODE: [Row; 3] = [
    ("brush-parser", "((", 5, "`((a) && b)` is taken for arithmetic; bash takes that back"),
    ("brush-parser", "rejects", 1, "no end is found of a `$(case a in b) …)`"),
    ("brush-parser", "white space", 25, "it is changed inside of words, in `$( )` and arrays"),
];

#[test]
fn of_crates_on_instructions() {
    let Some(files) = corpus::dockerfiles() else { return };
    let answers = corpus::json_lines(&corpus::path("buildkit.jsonl.gz").unwrap());
    let found: Vec<(&str, String, &str)> = answers
        .par_iter()
        .flat_map_iter(|answer| {
            let file = answer["file"].as_str().unwrap();
            let differences = instructions::differences(&files[file], answer);
            differences.into_iter().map(move |(who, kind)| (who, kind, file))
        })
        .collect();
    compare(&ON_INSTRUCTIONS, found.iter().map(|(who, kind, file)| (*who, kind.as_str(), *file)));
}

#[test]
fn of_brush_on_shell_code() {
    let Some(texts) = shells::texts_of_the_corpus() else { return };
    let found: Vec<(&str, &str)> =
        texts.par_iter().filter_map(|text| Some((shell::difference(text)?, text.as_str()))).collect();
    compare(&ON_SHELL_CODE, found.iter().map(|&(kind, text)| ("brush-parser", kind, text)));
    if !shells::is_here("bash") {
        return;
    }
    for (kind, text) in found {
        assert!(shells::accepts("bash", text), "bash does not accept what we do: {text}");
        if kind == "((" {
            assert!(as_bash_prints(text).contains("( ( "), "bash sees no subshells in {text}");
        }
    }
}

/// `found` is who differs, in what kind, and where.
fn compare<'a>(table: &[Row], found: impl Iterator<Item = (&'a str, &'a str, &'a str)>) {
    let mut kinds: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    found.for_each(|(who, kind, place)| kinds.entry((who, kind)).or_default().push(place));
    let expected: BTreeMap<_, _> = table.iter().map(|&(who, kind, count, _)| ((who, kind), count)).collect();
    let wrong: Vec<String> = kinds
        .iter()
        .filter(|(kind, places)| expected.get(*kind) != Some(&places.len()))
        .map(|(kind, places)| format!("{kind:?}: {} times, such as {:.200}", places.len(), places[0]))
        .collect();
    assert!(wrong.is_empty(), "not what the table says:\n{}", wrong.join("\n"));
    let gone: Vec<_> = expected.keys().filter(|kind| !kinds.contains_key(*kind)).collect();
    assert!(gone.is_empty(), "in the table, but no longer there: {gone:?}");
}

/// The code as bash prints it after it has read it as the body of a function, which is never called.
fn as_bash_prints(text: &str) -> String {
    let script = format!("f() {{\n{text}\n}}\ndeclare -f f");
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
