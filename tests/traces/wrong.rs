//! Joints that are known to be wrong, and known to be right: the comparison must tell them apart.

use super::compare::{Allowed, Effort, compare};
use super::generate::START;
use super::jail::{Sh, jails};
use super::steps::stages;

/// What RUNs do, and what one does that joins them badly.
const WRONG: &[(&str, &str, &str)] = &[
    ("a call is lost", "a RUN b", "a"),
    ("a call is new", "a RUN b", "a && b && c"),
    ("calls change places", "a RUN b", "b && a"),
    ("an argument differs", "a x RUN b", "a y && b"),
    ("the first may fail", "a RUN b", "a; b"),
    ("the status is another", "a RUN b", "a && b || exit 1"),
    ("the folder stays", "cd d && a RUN b", "cd d && a && b"),
    ("the way to the folder stays", "cd d && cd .. && a RUN b", "cd d && cd .. && a && b"),
    ("an assignment stays", "X=1; a $X RUN b $X", "X=1; a $X && b $X"),
    ("a variable stays exported", "export X=1; a RUN b", "export X=1; a && b"),
    ("a variable stays unset", "unset HOME; a RUN b", "unset HOME; a && b"),
    ("an argument list stays", "set -- x && a RUN b $1", "set -- x && a && b $1"),
    ("the file mode mask stays", "umask 077; a RUN b", "umask 077; a && b"),
    ("a descriptor stays open", "exec 3>f; a RUN b", "exec 3>f; a && b"),
    ("the output stays redirected", "exec >f; a RUN b", "exec >f; a && b"),
    ("the mask stays for files", "umask 077; a > f RUN echo > g", "umask 077; a > f && echo > g"),
    ("a function stays", "b() { a; }; b RUN b", "b() { a; }; b && b"),
    ("an alias stays", "alias b=a RUN b", "alias b=a\nb"),
    ("a trap waits", "trap b EXIT; a RUN c", "trap b EXIT; a && c"),
    ("`exec` goes away", "exec a RUN b", "exec a && b"),
    ("`exit` goes away", "a; exit RUN b", "a; exit && b"),
    ("`set -e` stays", "set -e; a RUN b; c", "set -e; a && { b; c; }; true"),
    ("`set -e` does not look before `&&`", "set -e; a; b RUN c", "set -e; { a; b; } && c"),
    ("`set -e` does not look into a group before `&&`", "set -e; { a; b; } RUN c", "set -e; { a; b; } && c"),
    ("`set -e` does not look into a subshell before `&&`", "set -e; a; b RUN c", "(set -e; a; b) && c"),
    ("`set -u` stays", "set -u; a RUN b $Y", "set -u; a && b $Y"),
    ("`||` without a group, first", "a RUN b || c", "a && b || c"),
    ("`||` without a group, second", "a || b RUN c", "a || b; c"),
    ("`;` without a group", "a RUN b; c", "a && b; c"),
    ("a pipeline takes in both", "a RUN b | c", "{ a && b; } | c"),
    ("`!` takes in both", "! a RUN b", "! { a && b; }"),
    ("`$?` tells of the past", "! a RUN b $?", "! a; b $?"),
    ("a comment swallows the second", "a # why RUN b", "a # why && b"),
    ("a job is not waited for", "a RUN b", "a && b &"),
    ("a loop variable stays", "for X in 1; do a; done RUN b $X", "for X in 1; do a; done && b $X"),
    ("a default stays", "a ${X:=1} RUN b $X", "a ${X:=1} && b $X"),
    ("`read` stays", "echo 1 > f; read X < f; a RUN b $X", "echo 1 > f; read X < f; a && b $X"),
    ("a file is not made", "a > f RUN b", "a && b"),
    ("the output is missing", "a RUN echo x", "a && echo x > f"),
];

/// Those that only bash knows.
const WRONG_IN_BASH: &[(&str, &str, &str)] = &[
    ("`pipefail` stays", "set -o pipefail; a RUN b | c", "set -o pipefail; a && b | c"),
    ("an option of bash stays", "shopt -s nullglob; a RUN b x*", "shopt -s nullglob; a && b x*"),
    ("a folder stays on the stack", "pushd d && a RUN b", "pushd d && a && b"),
    ("arithmetic stays", "((X = 1)); a RUN b $X", "((X = 1)); a && b $X"),
];

/// What RUNs do, and what one does that joins them well.
const RIGHT: &[(&str, &str)] = &[
    ("a RUN b", "a && b"),
    ("a RUN b RUN c", "a && b && c"),
    ("a || b RUN c", "a || b && c"),
    ("a RUN b || c", "a && { b || c; }"),
    ("a RUN b; c", "a && { b; c; }"),
    ("a; b RUN c", "{ a; b; } && c"),
    ("! a RUN b", "! a && b"),
    ("a | b RUN c", "a | b && c"),
    ("cd d && a RUN b", "(cd d && a) && b"),
    ("X=1; a $X RUN b $X", "(X=1; a $X) && b $X"),
    ("set -e; a; b RUN c", "set -e; a; b; c"),
    ("set -e; a; b RUN set -e; c; d", "set -e; a; b; c; d"),
    ("umask 077; a > f RUN b > g", "(umask 077; a > f) && b > g"),
    ("a; exit RUN b", "(a; exit) && b"),
    ("trap b EXIT; a RUN c", "(trap b EXIT; a) && c"),
    ("if a; then b; fi RUN c", "if a; then b; fi && c"),
    ("for X in 1 2; do a $X; done RUN b", "for X in 1 2; do a $X; done && b"),
    ("x=$(a) && b $x RUN c", "(x=$(a) && b $x) && c"),
    ("a & wait RUN b", "{ a & wait; } && b"),
];

const EFFORT: Effort = Effort { failures: 2, calls: 60 };

fn dockerfile(runs: &str, shell: &str) -> String {
    let runs = runs.split("RUN ").map(|run| format!("RUN <<EOF\n{}\nEOF\n", run.trim()));
    format!("{START}{shell}{}", runs.collect::<String>())
}

fn tell_apart(before: &str, after: &str, shell: &str, sh: Sh) -> Option<Result<usize, String>> {
    let jails = jails()?;
    let (before, after) = (dockerfile(before, shell), dockerfile(after, shell));
    let (before, after) = (stages(before.as_bytes()), stages(after.as_bytes()));
    assert_eq!((before.len(), after.len()), (1, 1));
    Some(compare(jails, sh, &before[0], &after[0], Allowed::Nothing, EFFORT))
}

#[test]
fn wrong_joints_are_seen() {
    let in_both = WRONG.iter().flat_map(|case| [(case, "", Sh::Dash), (case, "", Sh::Bash)]);
    let bash = "SHELL [\"/bin/bash\", \"-c\"]\n";
    for ((what, before, after), shell, sh) in
        in_both.chain(WRONG_IN_BASH.iter().map(|case| (case, bash, Sh::Dash)))
    {
        let Some(result) = tell_apart(before, after, shell, sh) else { return };
        assert!(result.is_err(), "{sh:?} {shell}: {what}: {before} became {after}: {result:?}");
    }
}

#[test]
fn right_joints_pass() {
    for (before, after) in RIGHT {
        for sh in [Sh::Dash, Sh::Bash] {
            let Some(result) = tell_apart(before, after, "", sh) else { return };
            let runs = result.unwrap_or_else(|difference| panic!("{before} became {after}: {difference}"));
            assert!(runs > 1, "{before}");
        }
    }
}
