//! Finds files with the same contents.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;
use xxhash_rust::xxh3::Xxh3;

/// Files that are the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Twins {
    pub size: u64,
    pub paths: Vec<PathBuf>,
}

impl Twins {
    /// The bytes that one file would save.
    pub fn waste(&self) -> u64 {
        self.size * (self.paths.len() as u64 - 1)
    }
}

/// The twins below `folder` of at least `min` bytes, those that waste most first.
pub fn find(folder: &Path, min: u64) -> io::Result<Vec<Twins>> {
    let mut by_size: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            by_size.entry(entry.metadata()?.len()).or_default().push(entry.into_path());
        }
    }
    let mut all = Vec::new();
    for (size, paths) in by_size.split_off(&min.max(1)) {
        // Most sizes are there once: then nothing has to be read.
        if paths.len() > 1 {
            all.extend(same(size, paths)?);
        }
    }
    all.sort_by_key(|twins| std::cmp::Reverse(twins.waste()));
    Ok(all)
}

fn same(size: u64, paths: Vec<PathBuf>) -> io::Result<impl Iterator<Item = Twins>> {
    let mut by_hash: BTreeMap<u128, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        by_hash.entry(hash(&path)?).or_default().push(path);
    }
    Ok(by_hash.into_values().filter(|paths| paths.len() > 1).map(move |paths| Twins { size, paths }))
}

fn hash(path: &Path) -> io::Result<u128> {
    let mut file = BufReader::new(File::open(path)?);
    let mut hasher = Xxh3::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.digest128()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Puts a hard link in the place of all twins but the first.
pub fn link(twins: &Twins) -> io::Result<()> {
    for path in &twins.paths[1..] {
        fs::remove_file(path)?;
        fs::hard_link(&twins.paths[0], path)?;
    }
    Ok(())
}
