//! The table of recommended packages that are relied on.

use dfopt_analysis::packages::recommends::{SETS, is_set, may_be_about, rows};

#[test]
fn every_row_says_what_and_why() {
    for row in rows() {
        assert!(!row.packages.is_empty() && !row.recommended.is_empty() && !row.need.is_empty(), "{row:?}");
        let patterns = row.packages.iter().chain(row.or).chain(SETS);
        assert!(patterns.clone().all(|pattern| pattern.matches('*').count() <= 1), "{row:?}");
        let is_named = |pattern: &&str| row.recommended.contains(pattern);
        assert!(!row.packages.iter().any(is_named), "recommends itself: {row:?}");
        assert!(row.recommended.iter().any(|package| row.is_brought_by(package)), "never brought: {row:?}");
        assert!(!row.packages.iter().any(|package| is_set(package)), "never reached: {row:?}");
        assert!(row.mentions.iter().all(|word| !word.trim().is_empty()), "{row:?}");
    }
}

#[test]
fn the_unknown_part_of_a_name() {
    assert!(may_be_about("gcc-", ""));
    assert!(may_be_about("php", "-curl"));
    assert!(may_be_about("texlive-lang-", ""));
    assert!(may_be_about("", ""));
    assert!(!may_be_about("php", "-mbstring"));
    assert!(!may_be_about("libfoo-", "-dev"));
    assert!(!may_be_about("postgresql-", ""));
}
