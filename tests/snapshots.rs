//! Texts that a machine writes and a person reviews, in `snapshots/`: insta, with two rules on top.
//!
//! `UPDATE=1 cargo test` is the only way to write them, and a test owns a whole directory, so that a file
//! that nothing produces any more is noticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directories, each with the test that owns it.
const OWNERS: [(&str, &str); 6] = [
    ("corpus", "orders::over_all_real_contexts"),
    ("hadolint", "hadolint::over_all_real_files"),
    ("hadolint-sample", "hadolint::over_a_quarter_of_the_real_files"),
    ("help", "cli::help_texts"),
    ("examples", "examples::diffs"),
    ("users", "non_root::every_real_file_without_a_user_is_judged_soundly"),
];

/// Compares the directory `snapshots/NAME` with `expected`: snapshot name -> text.
#[track_caller]
pub(crate) fn check(name: &str, expected: &BTreeMap<String, String>) {
    let owner = OWNERS.iter().find(|(owned, _)| *owned == name).map(|(_, test)| *test);
    let owner = owner.unwrap_or_else(|| panic!("add {name} to OWNERS"));
    if is_update() && std::env::var_os("INSTA_UPDATE").is_none() {
        return update(name, owner);
    }
    let directory = root().join(name);
    let stored: Vec<String> = names(&directory);
    let produced: Vec<String> = expected.keys().map(|name| format!("{name}.snap")).collect();
    let orphans: Vec<&String> = stored.iter().filter(|file| !produced.contains(file)).collect();
    assert!(
        orphans.is_empty(),
        "snapshots/{name}: nothing produces {orphans:?}; `UPDATE=1 cargo test` removes it"
    );
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(&directory);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, text) in expected {
            insta::assert_snapshot!(name.as_str(), text);
        }
    });
}

#[test]
fn every_directory_has_an_owner() {
    let owned: Vec<&str> = OWNERS.iter().map(|(name, _)| *name).collect();
    for name in names(&root()) {
        assert!(owned.contains(&name.as_str()), "snapshots/{name} belongs to no test");
    }
}

pub(crate) fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// insta takes its mode from the environment of the process, so the owner runs in one of its own.
fn update(name: &str, owner: &str) {
    let directory = root().join(name);
    let _ = fs::remove_dir_all(&directory);
    let mut test = Command::new(std::env::current_exe().unwrap());
    let status =
        test.args([owner, "--exact", "--include-ignored"]).env("INSTA_UPDATE", "always").status().unwrap();
    assert!(status.success(), "{owner} does not write its snapshots");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}
