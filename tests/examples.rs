//! The examples: their diffs as users see them, and what `--write` leaves to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;
use crate::snapshots;

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut examples: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    examples.sort();
    examples
}

fn name(example: &Path) -> String {
    example.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Copies what is below `folder` of `example`: the Dockerfile with its build context.
fn copy(example: &Path, folder: &Path, sandbox: &Sandbox) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            copy(example, &path, sandbox);
        } else {
            let name = path.strip_prefix(example).unwrap().to_str().unwrap();
            sandbox.file(name, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn diffs() {
    let mut diffs = BTreeMap::new();
    for example in examples() {
        let sandbox = Sandbox::new();
        copy(&example, &example, &sandbox);
        diffs.insert(name(&example), sandbox.run("--isolated --remarks Dockerfile").transcript());
    }
    assert!(diffs.len() >= 5);
    snapshots::check("examples", &diffs);
}

#[test]
fn after_writing_there_is_nothing_to_do() {
    for example in examples() {
        let sandbox = Sandbox::new();
        copy(&example, &example, &sandbox);
        let before = sandbox.read("Dockerfile");
        assert_eq!(sandbox.run("--isolated --write Dockerfile").code, 0);
        assert_ne!(sandbox.read("Dockerfile"), before, "{} has nothing to show", example.display());
        let again = sandbox.run("--isolated --diff Dockerfile");
        assert_eq!((again.text().as_str(), again.code), ("", 0), "{}", example.display());
    }
}
