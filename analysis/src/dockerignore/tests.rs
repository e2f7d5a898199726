//! The corners that a tree of files cannot show; `tests/dockerignore.rs` has BuildKit's own answers.

use super::*;

#[test]
fn paths_are_cleaned_as_go_does() {
    let cases = [("", "."), ("a//b/", "a/b"), ("./a/./b", "a/b"), ("a/../b", "b"), ("../a", "../a")];
    let rooted = [("/", "/"), ("/../a", "/a"), ("/a/..", "/"), ("a/..", "."), ("../../x/..", "../..")];
    for (path, cleaned) in cases.into_iter().chain(rooted) {
        assert_eq!(clean(path), cleaned, "{path}");
    }
}

#[test]
fn what_buildkit_refuses_is_an_error_with_its_line() {
    for bad in
        ["!", "! ", "!/", "[a", "[]a]", "[a-]", "[-a]", "[z-a]", "a\\", "\\d", "a[*]", "[[:alpha:]]", "\\é"]
    {
        let error = Patterns::parse(&format!("# first\nok\n{bad}\n")).unwrap_err();
        assert_eq!(error.line, 3, "{bad}");
    }
    assert!(Patterns::parse(&"x".repeat(LONGEST_LINE)).is_err());
}

#[test]
fn hostile_patterns_cost_no_more_than_their_length() {
    let patterns = Patterns::parse(&format!("{}b\n{}b\n", "*a".repeat(1000), "**/a".repeat(1000))).unwrap();
    let path = "a/".repeat(1000) + &"a".repeat(1000);
    assert!(!patterns.judge(&Matches::default(), &path).0);
    assert!(patterns.steps(path.len()) < 20_000_000);
}

#[test]
fn an_exception_that_changed_nothing_above_does_not_count_below() {
    let patterns = Patterns::parse("**/y\n!a/*").unwrap();
    assert!(patterns.excludes("a/x/y"));
    assert!(!patterns.excludes("a/y"));
}

#[test]
fn only_directories_that_exceptions_lead_into_are_walked() {
    let plain = Patterns::parse("a\nb\n!a/b/c/**").unwrap();
    assert!(plain.may_keep_below("a") && plain.may_keep_below("a/b/c"));
    assert!(!plain.may_keep_below("b") && !plain.may_keep_below("a/bb"));
    let wild = Patterns::parse("a\n!**/c").unwrap();
    assert!(wild.may_keep_below("a"));
    assert!(!Patterns::parse("a").unwrap().may_keep_below("a"));
}
