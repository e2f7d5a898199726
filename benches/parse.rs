//! Parsing and rewriting, in bytes per second: `cargo bench`.
//!
//! The input is every Dockerfile of the reference corpus where it is there (see `tests/corpus.rs`), else
//! the examples of this repository.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dfopt_syntax::Dockerfile;
use dfopt_transforms::{Options, optimize};
use divan::Bencher;
use divan::counter::BytesCount;

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = root.join("../shared/corpus/dockerfiles.tar.gz");
    if archive.exists() { from_archive(&archive) } else { from_examples(&root.join("examples")) }
});

fn from_archive(archive: &Path) -> Vec<Vec<u8>> {
    let file = std::fs::File::open(archive).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let entries = archive.entries().unwrap().map(Result::unwrap);
    let dockerfiles = entries.filter(|entry| {
        let name = entry.path().unwrap().file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        name == "dockerfile" || name == "containerfile" || name.ends_with(".dockerfile")
    });
    dockerfiles.map(|mut entry| read(&mut entry)).collect()
}

fn from_examples(examples: &Path) -> Vec<Vec<u8>> {
    let folders = std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    folders.map(|folder: PathBuf| std::fs::read(folder.join("Dockerfile")).unwrap()).collect()
}

fn read(from: &mut impl std::io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    bytes
}

fn main() {
    divan::main();
}

/// The Dockerfile layer alone.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let files = &*FILES;
    bencher.counter(total(files)).bench(|| {
        for file in files {
            let _ = divan::black_box(Dockerfile::parse(file));
        }
    });
}

/// The whole pipeline: parse, analyse, rewrite to the fixed point.
#[divan::bench]
fn rewrite(bencher: Bencher<'_, '_>) {
    let files = &*FILES;
    let options = Options::default();
    bencher.counter(total(files)).bench(|| {
        for file in files {
            let _ = divan::black_box(optimize(file, &options));
        }
    });
}

fn total(files: &[Vec<u8>]) -> BytesCount {
    BytesCount::new(files.iter().map(Vec::len).sum::<usize>())
}
