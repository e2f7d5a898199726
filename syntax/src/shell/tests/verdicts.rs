//! What each shell accepts, as its own `-n` says (`[[ ]]` of bash: as it says on standard error).

use crate::shell::*;

#[test]
fn both_shells_reject() {
    let texts = [
        "a &&",
        "echo \"a",
        "echo 'a",
        "echo $(a",
        "echo ${x",
        "find ( -name x )",
        "if a; then b",
        "a ;; b",
        "&& a",
        "| a",
        "for i in a; do b",
        "a ; && b",
        "a & ; b",
        "echo `a",
        "a )",
        "case x in a) b",
        "a >",
        "()",
        "{ }",
        "then",
        "in x",
        "a | ! b",
        "if then a; fi",
        "if a; then b; else fi",
        "while a; { b; }",
        "a b() { c; }",
        "case x in a|) b;; esac",
        "a & & b",
        "}",
        "{ a }",
        "a\n&& b",
        "echo $((1+2)",
        "a <<",
        "a > 2>x",
        "x <(a",
    ];
    verdicts(false, Dialect::Posix, &texts);
    verdicts(false, Dialect::Bash, &texts);
}

#[test]
fn the_dialects_differ() {
    let only_bash = [
        "a |& b",
        "function f() { a; }",
        "a=(1)",
        "$'a\\'b'",
        "a <(b)",
        "cat <<< x",
        "select x in a; do b; done",
        "!",
        "! ! a",
        "f-x() { a; }",
        "set() { a; }",
        "for a-b in x; do y; done",
        "echo $((a); b)",
        "cat <<E\n$(x\nE",
        "[[ ( a ) ]]",
    ];
    verdicts(true, Dialect::Bash, &only_bash);
    verdicts(false, Dialect::Posix, &only_bash);
    let only_posix = [
        "echo \"${x:-it's}\"",
        "f() echo",
        "a[b",
        "function f a",
        "coproc",
        "[[ a b ]]",
        "[[ ]]",
        "[[ -f ]]",
        "]]",
        "$[x",
        "echo ${\"}",
    ];
    verdicts(true, Dialect::Posix, &only_posix);
    verdicts(false, Dialect::Bash, &only_posix);
    verdicts(
        false,
        Dialect::Bash,
        &["rm !(a|b)", "case x in +(a)) b;; esac", "a=(1;2)", "printf a=(x)", "for ((a;b)) do c; done"],
    );
}

#[test]
fn errors_say_what_and_where() {
    let error =
        |text: &[u8]| parse(text, Dialect::Posix).map(|_| ()).map_err(|e| format!("{}: {e}", e.offset));
    assert_eq!(error(b"a 'b"), Err("2: a single quote is never closed in shell code".into()));
    assert_eq!(error(b"if a; then b;"), Err("13: expected fi in shell code".into()));
    assert_eq!(error(b"a ) b"), Err("2: unexpected token in shell code".into()));
}

fn verdicts(accepted: bool, dialect: Dialect, texts: &[&str]) {
    for text in texts {
        let result = parse(text.as_bytes(), dialect);
        assert_eq!(result.is_ok(), accepted, "{dialect:?} {text:?}: {result:?}");
    }
}
