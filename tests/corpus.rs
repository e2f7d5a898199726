//! The reference data beside the project: thousands of real Dockerfiles and BuildKit's answers to them.
//!
//! The data belongs to other people and is not part of the project. It is looked for in the directory
//! `DFOPT_SHARED` names, else in `../shared`; where it is absent, the tests that need it say so and pass.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder `corpus/NAME` of the shared data, or a visible notice and none.
pub(crate) fn path(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("DFOPT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("corpus").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: reference data {} is not here", path.display());
    None
}

/// All real Dockerfiles: path below `tree/` -> bytes. Unpacked once, in memory.
pub(crate) fn dockerfiles() -> Option<&'static BTreeMap<String, Vec<u8>>> {
    static FILES: OnceLock<Option<BTreeMap<String, Vec<u8>>>> = OnceLock::new();
    FILES.get_or_init(read_dockerfiles).as_ref()
}

/// The lines of a (possibly gzipped) JSON-lines file.
pub(crate) fn json_lines(path: &Path) -> Vec<serde_json::Value> {
    let mut text = String::new();
    let file = File::open(path).unwrap();
    if path.extension().is_some_and(|e| e == "gz") {
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        { file }.read_to_string(&mut text).unwrap();
    }
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read_dockerfiles() -> Option<BTreeMap<String, Vec<u8>>> {
    let archive = path("dockerfiles.tar.gz")?;
    let answers = path("buildkit.jsonl.gz")?;
    let mut files: BTreeMap<String, Vec<u8>> = json_lines(&answers)
        .into_iter()
        .map(|answer| (answer["file"].as_str().unwrap().to_owned(), Vec::new()))
        .collect();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive).unwrap()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let Some((_, name)) = path.split_once("tree/") else { continue };
        if let Some(bytes) = files.get_mut(name) {
            entry.read_to_end(bytes).unwrap();
        }
    }
    Some(files)
}
