//! The reference data beside the project: thousands of real Dockerfiles and BuildKit's answers to them.
//!
//! The data belongs to other people and is not part of the project. It is looked for in the directory
//! `DFOPT_SHARED` names, else in `../shared`; where it is absent, the tests that need it say so and pass.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::memory::MemoryContext;

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
    Some(&corpus()?.dockerfiles)
}

/// The build context of a real Dockerfile with a checkout around it; none for the others.
pub(crate) fn context(dockerfile: &str) -> Option<MemoryContext> {
    let corpus = corpus()?;
    let (repository, path) = dockerfile.split_once('/')?;
    let folder = corpus.contexts.get(dockerfile)?;
    let folder = match folder.as_str() {
        "." => "",
        "" => path.rsplit_once('/').map_or("", |(folder, _)| folder),
        folder => folder,
    };
    Some(MemoryContext::below(corpus.trees.get(repository)?, folder))
}

/// The reference data, unpacked.
struct Corpus {
    dockerfiles: BTreeMap<String, Vec<u8>>,
    /// Repository -> path -> text.
    trees: BTreeMap<String, BTreeMap<String, String>>,
    /// Dockerfile -> the folder of its context in the repository.
    contexts: BTreeMap<String, String>,
}

fn corpus() -> Option<&'static Corpus> {
    static CORPUS: OnceLock<Option<Corpus>> = OnceLock::new();
    CORPUS.get_or_init(read).as_ref()
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

fn read() -> Option<Corpus> {
    let archive = path("dockerfiles.tar.gz")?;
    let answers = path("buildkit.jsonl.gz")?;
    let mut dockerfiles: BTreeMap<String, Vec<u8>> = json_lines(&answers)
        .into_iter()
        .map(|answer| (answer["file"].as_str().unwrap().to_owned(), Vec::new()))
        .collect();
    let mut trees: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut index = String::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive).unwrap()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        if path.ends_with("index.csv") {
            entry.read_to_string(&mut index).unwrap();
        }
        let Some((_, name)) = path.split_once("tree/") else { continue };
        let Some((repository, file)) = name.split_once('/').filter(|_| !entry.header().entry_type().is_dir())
        else {
            continue;
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        trees.entry(repository.to_owned()).or_default().insert(file.to_owned(), text);
        if let Some(known) = dockerfiles.get_mut(name) {
            *known = bytes;
        }
    }
    Some(Corpus { dockerfiles, trees, contexts: contexts(&index) })
}

/// Reads the rows with `tree` in column `context`. No field of the index has a quote in it.
fn contexts(index: &str) -> BTreeMap<String, String> {
    let mut rows = index.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|field| *field == name).unwrap();
    let (path, context, guess) = (column("path"), column("context"), column("context_guess"));
    rows.filter(|row| row[context] == "tree")
        .map(|row| (row[path].to_owned(), row[guess].to_owned()))
        .collect()
}
