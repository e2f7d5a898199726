//! Texts that a machine writes and a person reviews, in `snapshots/`.
//!
//! `UPDATE=1 cargo test` is the only way to write them. A test owns a whole directory, so that a file
//! that nothing produces any more is noticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The directories, each with the test that owns it.
const OWNERS: [(&str, &str); 1] = [("help", "cli::help_texts")];

/// Compares the directory `snapshots/NAME` with `expected`: file name -> text.
#[track_caller]
pub(crate) fn check(name: &str, expected: &BTreeMap<String, String>) {
    assert!(OWNERS.iter().any(|(owned, _)| *owned == name), "add {name} to OWNERS");
    let directory = root().join(name);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        for (file, text) in expected {
            fs::write(directory.join(file), text).unwrap();
        }
        return;
    }
    let actual: BTreeMap<String, String> = names(&directory)
        .into_iter()
        .map(|file| (file.clone(), fs::read_to_string(directory.join(file)).unwrap()))
        .collect();
    let differing: Vec<String> = expected
        .keys()
        .chain(actual.keys().filter(|file| !expected.contains_key(*file)))
        .filter_map(|file| difference(file, actual.get(file), expected.get(file)))
        .collect();
    assert!(
        differing.is_empty(),
        "snapshots/{name} is out of date; review, then `UPDATE=1 cargo test`:\n{}",
        differing.join("\n")
    );
}

#[test]
fn every_directory_has_an_owner() {
    let owned: Vec<&str> = OWNERS.iter().map(|(name, _)| *name).collect();
    for name in names(&root()) {
        assert!(owned.contains(&name.as_str()), "snapshots/{name} belongs to no test");
    }
}

fn difference(file: &str, stored: Option<&String>, now: Option<&String>) -> Option<String> {
    match (stored, now) {
        (Some(stored), Some(now)) if stored == now => None,
        (Some(stored), Some(now)) => {
            let mut diff = Vec::new();
            dfopt::diff::write(
                &mut diff,
                dfopt::terminal::Look::default(),
                Path::new(file),
                stored.as_bytes(),
                now.as_bytes(),
            )
            .unwrap();
            Some(String::from_utf8(diff).unwrap())
        }
        (None, _) => Some(format!("{file}: missing")),
        (_, None) => Some(format!("{file}: nothing produces it")),
    }
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
