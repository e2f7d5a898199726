//! Random stages of a few RUNs, whose commands are stubs, builtins, and all that the grammar has to join them.

use proptest::prelude::*;

/// What the RUNs are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Palette {
    /// Programs of one package manager, and what goes with each: RUNs that belong together.
    Packages,
    /// Programs of all kinds, and the builtins that change the shell.
    Any,
}

/// A Dockerfile of one stage.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) dockerfile: String,
    /// The bodies of its RUNs.
    pub(super) bodies: Vec<String>,
    /// Its SHELL.
    pub(super) shell: &'static str,
}

/// `C` becomes a command with a number of its own, `N` a number.
const PACKAGES: &[&str] = &[
    "C",
    "C",
    "C",
    "A=N C",
    "C > f",
    "echo N",
    "true",
    "rm -rf /tmp/N",
    "C $?",
    "C \"$X\"",
    "C \"${X:-N}\"",
    "C \"${X:=N}\"",
    "C $(C)",
    "C $((X = N))",
];

const BUILTINS: &[&str] = &[
    "cd d",
    "cd ..",
    "cd d/e",
    "pwd",
    "set -e",
    "set +e",
    "set -ex",
    "set -u",
    "set -f",
    "set -eu; C",
    "set -o pipefail",
    "set -- N y",
    "X=N",
    "export X=N",
    "export X",
    "X=N C \"$X\"",
    "X=N; export X",
    "unset X",
    "readonly X=N",
    "C $X",
    "C \"$1\" $#",
    "C $-",
    "C ${!:+job}",
    "C *",
    "C ~",
    "test -n \"$X\"",
    "[ -e f ]",
    "umask 027",
    "exit",
    "exit 3",
    "false",
    "exec C",
    "exec 3> f",
    "exec > f",
    "trap 'C' EXIT",
    "trap - EXIT",
    "eval 'C; X=N'",
    "g() { C; }",
    "g() { C; return 3; }; g",
    "g",
    "alias g=true",
    "C & wait",
    "C & wait $!",
    "C >> f",
    "C 2>&1",
    "read X < f",
    "command cd d",
    "return 3",
    "break",
    "shift",
    ": ${X:=N}",
    "hash -r",
    "getopts x X",
    "IFS=:",
];

/// Here `L` becomes a list. Nothing calls itself: `f` is only called where it is defined.
const COMPOUNDS: &[&str] = &[
    "{ L; }",
    "(L)",
    "! C",
    "! C | C",
    "C | C",
    "C | L | C",
    "{ L; } | C",
    "{ L; } > f",
    "(L) && C",
    "if L; then L; fi",
    "if C; then L; else L; fi",
    "while C; do L; break; done",
    "until C; do C; break; done",
    "for X in N y; do L; done",
    "case N in *) L;; esac",
    "case $X in N) C;; *) L;; esac",
    "f() { L; }; f",
    "f() (L); f",
    "C \"$(L)\"",
    "X=$(L)",
    "C `C`",
];

const JOINTS: &[&str] =
    &[" && ", " && ", " && ", " && \\\n    ", " \\\n && ", "; ", "; ", " || ", "; \\\n  "];

const ENDS: &[&str] = &["", "", "", "", "", "", "", "", "", ";", " ;", " # why", " && \\\n # why\n C"];

const BETWEEN: &[&str] =
    &["", "", "", "", "\n", "# a comment\n", "# escaped \\\n", "ENV Y=N\n", "WORKDIR d\n"];

const SHELLS: &[&str] = &[
    "",
    "",
    "",
    "SHELL [\"/bin/bash\", \"-c\"]\n",
    "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n",
    "SHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\n",
    "SHELL [\"/bin/sh\", \"-ec\"]\n",
];

/// Deep enough that no `cd ..` leads out of the folder of the test, where the root is not changed.
pub(super) const START: &str = "FROM debian\nWORKDIR /w/w/w/w/w/w/w/w/w/w/w/w\n";

pub(super) fn case(palette: Palette) -> impl Strategy<Value = Case> {
    let between = prop::sample::select(BETWEEN);
    let runs = prop::collection::vec((body(palette), between), 2..4);
    (prop::sample::select(SHELLS), runs).prop_map(move |(shell, runs)| {
        let mut number = 0;
        let mut bodies = Vec::new();
        let mut dockerfile = format!("{START}{shell}");
        for (body, between) in runs {
            let body = fill(&body, palette, &mut number);
            dockerfile += &format!("RUN {body}\n{}", fill(between, palette, &mut number));
            bodies.push(body.replace("\\\n", ""));
        }
        Case { dockerfile, bodies, shell }
    })
}

fn body(palette: Palette) -> impl Strategy<Value = String> {
    let simple = match palette {
        Palette::Packages => prop::sample::select(PACKAGES).boxed(),
        Palette::Any => {
            prop_oneof![3 => Just("C"), 1 => prop::sample::select(PACKAGES), 2 => prop::sample::select(BUILTINS)]
                .boxed()
        }
    };
    let list = simple.prop_map(str::to_owned).prop_recursive(3, 8, 3, |inner| {
        let compound = (prop::sample::select(COMPOUNDS), prop::collection::vec(inner.clone(), 2));
        let compound = compound.prop_map(|(form, lists)| {
            lists.iter().fold(form.to_owned(), |text, list| text.replacen('L', list, 1))
        });
        let joined = prop::collection::vec((inner, prop::sample::select(JOINTS)), 1..4).prop_map(|items| {
            let (last, items) = items.split_last().expect("one at least");
            items.iter().map(|(text, joint)| format!("{text}{joint}")).collect::<String>() + &last.0
        });
        prop_oneof![1 => compound, 2 => joined]
    });
    (list, prop::sample::select(ENDS)).prop_map(|(list, end)| list + end)
}

/// Puts commands and numbers in.
fn fill(text: &str, palette: Palette, number: &mut usize) -> String {
    let mut filled = String::new();
    for (i, c) in text.char_indices() {
        let is_alone = !text[i + c.len_utf8()..].starts_with(|c: char| c.is_ascii_alphanumeric())
            && !text[..i].ends_with(|c: char| c.is_ascii_alphanumeric());
        match c {
            'C' if is_alone => {
                *number += 1;
                let commands = match palette {
                    Palette::Packages => {
                        ["apt-get -y install", "apt-get install -y", "apt-mark hold", "dpkg -i"]
                    }
                    // Nobody knows what others leave running.
                    Palette::Any => ["curl", "git", "gzip", "touch"],
                };
                filled += &format!("{} p{number}", commands[*number % commands.len()]);
            }
            'N' if is_alone => {
                *number += 1;
                filled += &number.to_string();
            }
            'L' if is_alone => filled += "true",
            c => filled.push(c),
        }
    }
    filled
}
