//! `.dockerignore` against BuildKit's own answers.
//!
//! Each line of `dockerignore/cases.jsonl` is a small tree with an ignore file, and what
//! `FROM scratch` + `COPY . /` made of it: the files and directories (with a slash) of the image; null where
//! the build failed. The answers were made by Docker 28.5 with its own BuildKit frontend.
//! `UPDATE=1 DFOPT_DOCKER=docker cargo test --test tests dockerignore` makes them again; without `UPDATE`
//! they are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dfopt::context::Directory;
use dfopt_analysis::dockerignore::Patterns;
use dfopt_analysis::{BuildContext, Entry};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

#[derive(Debug, Deserialize, Serialize)]
struct Case {
    name: String,
    ignore: String,
    /// Files, and empty directories with a slash at the end.
    tree: Vec<String>,
    #[serde(default)]
    kept: Option<BTreeSet<String>>,
}

/// What BuildKit accepts and we do not: patterns that are regular expressions in disguise.
const REFUSED_BY_US: [&str; 8] = [
    "exception by escaped name",
    "escape of a letter is unknown",
    "backslashes of Windows",
    "star in a class is unknown",
    "named class is unknown",
    "braces of a regular expression",
    "bar of a regular expression",
    "replaced character",
];

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(path()).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() >= 140);
    cases
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerignore/cases.jsonl")
}

impl Case {
    /// The tree as a directory.
    fn planted(&self) -> TempDir {
        let directory = TempDir::new().unwrap();
        for name in &self.tree {
            let path = directory.path().join(name);
            if name.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, name).unwrap();
            }
        }
        fs::write(directory.path().join(".dockerignore"), &self.ignore).unwrap();
        directory
    }

    /// Every file and directory of the tree, directories with a slash.
    fn everything(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = self.tree.iter().cloned().collect();
        for name in &self.tree {
            all.extend(name.match_indices('/').map(|(end, _)| name[..=end].to_owned()));
        }
        all.insert(".dockerignore".to_owned());
        all
    }
}

#[test]
fn agrees_with_buildkit_on_every_case() {
    let mut refused = Vec::new();
    let mut differences = Vec::new();
    for case in cases() {
        let patterns = Patterns::parse(&case.ignore);
        let Some(kept) = &case.kept else {
            assert!(patterns.is_err(), "{}: {patterns:?}", case.name);
            continue;
        };
        let Ok(patterns) = patterns else {
            refused.push(case.name);
            continue;
        };
        let directory = case.planted();
        let context = Directory::open(directory.path(), None).unwrap();
        for path in case.everything() {
            let is_kept = kept.contains(&path);
            let name = path.trim_end_matches('/');
            let wanted = match (is_kept, path.ends_with('/')) {
                (true, true) => Entry::Directory,
                (true, false) => Entry::File,
                (false, _) => Entry::Ignored,
            };
            let agrees =
                context.entry(name) == wanted && (path.ends_with('/') || patterns.excludes(name) != is_kept);
            if !agrees {
                differences.push(format!("{}: {path} is {wanted:?}", case.name));
            }
        }
        let mut listed = BTreeSet::new();
        walk(&context, "", &mut listed);
        if &listed != kept {
            differences.push(format!("{}: {listed:?} instead of {kept:?}", case.name));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(refused, REFUSED_BY_US);
}

fn walk(context: &Directory, directory: &str, found: &mut BTreeSet<String>) {
    for name in context.list(directory).unwrap() {
        let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
        if context.entry(&path) == Entry::Directory {
            found.insert(format!("{path}/"));
            walk(context, &path, found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn the_answers_are_buildkits() {
    let Some(docker) = std::env::var_os("DFOPT_DOCKER") else { return };
    let update = crate::snapshots::is_update();
    let mut answered: BTreeMap<String, Option<BTreeSet<String>>> = BTreeMap::new();
    let mut cases = cases();
    for case in &mut cases {
        let answer = answer(&docker, case);
        if update {
            case.kept.clone_from(&answer);
        }
        answered.insert(case.name.clone(), answer);
    }
    if update {
        let lines = cases.iter().map(|case| serde_json::to_string(case).unwrap() + "\n");
        fs::write(path(), lines.collect::<String>()).unwrap();
    }
    for case in cases {
        assert_eq!(answered[&case.name], case.kept, "{}", case.name);
    }
}

/// Builds the tree and reads what came out.
fn answer(docker: &std::ffi::OsStr, case: &Case) -> Option<BTreeSet<String>> {
    let (context, outside) = (case.planted(), TempDir::new().unwrap());
    let (dockerfile, image) = (outside.path().join("Dockerfile"), outside.path().join("image"));
    fs::write(&dockerfile, "FROM scratch\nCOPY . /\n").unwrap();
    let built = Command::new(docker)
        .args(["build", "--quiet", "--network=host", "--file"])
        .arg(&dockerfile)
        .arg(format!("--output=type=local,dest={}", image.display()))
        .arg(context.path())
        .output()
        .unwrap();
    if !built.status.success() {
        let message = String::from_utf8_lossy(&built.stderr);
        let expected = ["pattern", "exclu", "regexp", "empty"];
        assert!(expected.iter().any(|word| message.contains(word)), "{}: {message}", case.name);
        return None;
    }
    let mut kept = BTreeSet::new();
    collect(&image, &image, &mut kept);
    Some(kept)
}

fn collect(root: &Path, directory: &Path, kept: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            kept.insert(name + "/");
            collect(root, &path, kept);
        } else {
            kept.insert(name);
        }
    }
}
