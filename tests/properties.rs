//! Properties that hold for any input: no panic, nothing lost, spans in place, a fixed point.

mod builds;
mod outside;
mod spans;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::LineKind;
use dfopt_transforms::{Effect, Facts, Options, optimize};
use proptest::prelude::*;

/// Pieces that make lines of Dockerfiles, good and bad.
const PIECES: &[&str] = &[
    "FROM debian",
    "FROM a AS b",
    "from b",
    "RUN ",
    "run ",
    "COPY a /b",
    "ENV A=b",
    "ENV A b",
    "ARG X",
    "SHELL [\"bash\"]",
    "USER x",
    "ONBUILD ",
    "HEALTHCHECK CMD ",
    "CMD [\"a\"]",
    "apt-get update",
    "apt-get install -y curl",
    "apt-get install git",
    "apk update",
    "apk add x",
    "pip install y",
    "rm -rf /var/lib/apt/lists/*",
    "cd /x",
    "set -e",
    "export A=1",
    "true",
    " && ",
    " || ",
    "; ",
    " | ",
    " & ",
    "! ",
    "{ ",
    " }",
    "( ",
    " )",
    "$(",
    "`",
    "\"",
    "'",
    "$A",
    "${A:-b}",
    "<<EOF",
    "<<-\"E F\"",
    "EOF",
    " # c",
    "# comment",
    "# dfopt: ignore",
    "# escape=`",
    "\\\n",
    " \\\n",
    " \\ \n",
    "`\n",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    " ",
    "\u{a0}",
    "--mount=type=cache,target=/x ",
    "[",
    "]",
    "=",
    "\\",
    "é",
];

fn dockerfile_like() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..60);
    pieces.prop_map(|pieces| pieces.concat().into_bytes())
}

/// Whole RUNs below a FROM: files that parse more often than not.
fn runs() -> impl Strategy<Value = Vec<u8>> {
    let command = prop::sample::select(vec![
        "apt-get update",
        "apt-get install -y curl",
        "apt-get install -y git wget",
        "apt-get clean",
        "rm -rf /var/lib/apt/lists/*",
        "apk update",
        "apk add curl",
        "apk add --update git",
        "pip install a",
        "pip install --no-cache-dir b",
        "set -ex",
        "cd /tmp",
        "export A=b",
        "echo done",
        "! true",
        "(apt-get update)",
        "{ apt-get install -y jq; }",
        "make | tee log",
        "./setup.sh",
    ]);
    let joint = prop::sample::select(vec![
        " && ",
        " && \\\n    ",
        " \\\n    && ",
        "; ",
        " || ",
        " && \\\n    # why\n    ",
    ]);
    let run = (prop::collection::vec((command, joint), 1..5)).prop_map(|commands| {
        let mut text = String::from("RUN ");
        for (i, (command, joint)) in commands.iter().enumerate() {
            text += if i > 0 { joint } else { "" };
            text += command;
        }
        text + "\n"
    });
    let between = prop::sample::select(vec![
        "",
        "\n",
        "# comment\n",
        "ENV A=b\n",
        "COPY . .\n",
        "FROM base AS other\n",
        "# dfopt: ignore\n",
    ]);
    prop::collection::vec((run, between), 1..8).prop_map(|runs| {
        let body: String = runs.into_iter().map(|(run, between)| run + between).collect();
        format!("FROM debian AS base\n{body}").into_bytes()
    })
}

fn comments(source: &[u8]) -> Vec<Vec<u8>> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let comments = dockerfile.lines().iter().filter(|line| line.kind == LineKind::Comment);
    let mut comments: Vec<Vec<u8>> =
        comments.map(|line| line.span.of(source).trim_ascii().to_vec()).collect();
    comments.sort();
    comments
}

/// What holds of every input.
fn holds(source: &[u8]) -> Result<(), TestCaseError> {
    let Ok(dockerfile) = Dockerfile::parse(source) else { return Ok(()) };
    prop_assert_eq!(dockerfile.text(), source);
    spans::are_in_place(&dockerfile);
    for level in Effect::ALL {
        let options = Options { level, ..Options::default() };
        let Ok(outcome) = optimize(source, &options, Facts::default()) else { return Ok(()) };
        prop_assert!(outcome.converged);
        prop_assert_eq!(&outcome.reverted, &[]);
        prop_assert!(Dockerfile::parse(&outcome.text).is_ok_and(|result| result.check().is_ok()));
        prop_assert_eq!(comments(source), comments(&outcome.text));
        let again = optimize(&outcome.text, &options, Facts::default())
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(String::from_utf8_lossy(&again.text), String::from_utf8_lossy(&outcome.text));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn of_any_bytes(source in prop::collection::vec(any::<u8>(), 0..200)) {
        holds(&source)?;
    }

    #[test]
    fn of_text_like_a_dockerfile(source in dockerfile_like()) {
        holds(&source)?;
    }

    #[test]
    fn of_runs(source in runs()) {
        holds(&source)?;
    }
    #[test]
    fn of_edits_outside(source in prop_oneof![dockerfile_like(), runs()], at: prop::sample::Index, replace: bool) {
        outside::stays_outside(&source, at, replace)?;
    }
}
