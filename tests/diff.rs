//! Printed diffs, given to the programs that read them.

use std::path::Path;

use dfopt::diff;
use dfopt::terminal::Look;

use crate::sandbox::{Run, Sandbox, WASTEFUL, same};

fn unified(old: &str, new: &str) -> String {
    named("Dockerfile", old, new)
}

fn named(name: &str, old: &str, new: &str) -> String {
    let mut out = Vec::new();
    diff::write(&mut out, Look::default(), Path::new(name), old.as_bytes(), new.as_bytes()).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn has_the_form_of_gnu_diff() {
    same(&unified("a\n", "a\n"), "");
    same(
        &unified("a\nb\nc\n", "a\nB\nc\n"),
        "--- Dockerfile\n+++ Dockerfile\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
    );
    same(&unified("a\n", "b\n"), "--- Dockerfile\n+++ Dockerfile\n@@ -1 +1 @@\n-a\n+b\n");
    same(&unified("", "b\n"), "--- Dockerfile\n+++ Dockerfile\n@@ -0,0 +1 @@\n+b\n");
    same(
        &unified("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n6\n7\n8\n9\n9\n"),
        "--- Dockerfile\n+++ Dockerfile\n@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n 9\n+9\n",
    );
}

#[test]
fn keeps_line_ends_apart() {
    same(
        &unified("a", "a\n"),
        "--- Dockerfile\n+++ Dockerfile\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
    );
    same(
        &unified("a\r\nb\rc\n", "a\nb\rc\n"),
        "--- Dockerfile\n+++ Dockerfile\n@@ -1,2 +1,2 @@\n-a\r\n+a\n b\rc\n",
    );
}

#[test]
fn names_files_so_that_patch_finds_them() {
    let header = |name| named(name, "a", "b").lines().next().unwrap().to_owned();
    assert_eq!(header("./a/Dockerfile"), "--- a/Dockerfile");
    assert_eq!(header("a b"), "--- a b\t");
    assert_eq!(header("a\tb"), "--- \"a\\011b\"");
    assert_eq!(header("a\"\\b"), "--- \"a\\\"\\\\b\"");
    assert_eq!(header("é"), "--- é");
}

/// The texts that diffs get wrong, each with something to rewrite.
fn hard_files() -> Vec<(&'static str, Vec<u8>)> {
    let unterminated = WASTEFUL.trim_end();
    let with_comment = |comment: &[u8]| [comment, b"\n", WASTEFUL.as_bytes()].concat();
    vec![
        ("plain", WASTEFUL.into()),
        ("crlf", WASTEFUL.replace('\n', "\r\n").into()),
        ("unterminated", unterminated.into()),
        ("unterminated-crlf", unterminated.replace('\n', "\r\n").into()),
        ("latin1", with_comment(b"# caf\xe9 \xff")),
        ("carriage-return", with_comment(b"# a\rb")),
        ("escape", with_comment(b"# \x1b[31m")),
        ("name with blanks", WASTEFUL.into()),
        ("name-\"quoted\"", WASTEFUL.into()),
        ("näme", WASTEFUL.into()),
        ("below/the root", WASTEFUL.into()),
    ]
}

/// Applies the printed diff of all hard files with `program`, and compares with what `-` prints.
fn applies(program: &str, arguments: &[&str]) {
    let sandbox = Sandbox::new();
    for (name, text) in hard_files() {
        sandbox.file(&format!("{name}.Dockerfile"), text);
    }
    let diff = sandbox.run("--level preserve --only apt-update-install");
    assert_eq!(diff.code, 0, "{diff:?}");
    let applied = Run::of(sandbox.command(program).args(arguments), &diff.stdout);
    assert_eq!(applied.code, 0, "{applied:?}\n{}", diff.text());
    for (name, text) in hard_files() {
        let printed = sandbox.pipe("--level preserve --only apt-update-install -", &text).stdout;
        let patched = std::fs::read(sandbox.path(&format!("{name}.Dockerfile"))).unwrap();
        assert!(patched == printed && patched != text, "{name}: {}", String::from_utf8_lossy(&patched));
    }
}

#[test]
fn patch_applies_it() {
    applies("patch", &["-p0", "--fuzz=0"]);
}

#[test]
fn git_applies_it() {
    applies("git", &["apply", "-p0"]);
}
