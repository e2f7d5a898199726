//! Parsing and rewriting, in bytes per second: `cargo bench`.
//!
//! The input is every Dockerfile of the reference corpus where it is there (see `tests/corpus.rs`), else
//! the examples of this repository; and the huge and deep inputs of `tests/generated.rs`, which have to
//! cost about the same per byte.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../tests/generated.rs"]
mod generated;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::shell::{self, Dialect};
use dfopt_transforms::{Facts, Options, optimize};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

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
    each(bencher, &FILES, |file| _ = black_box(Dockerfile::parse(file)));
}

/// Both layers: every RUN, CMD, ENTRYPOINT and HEALTHCHECK as a shell script, too.
#[divan::bench]
fn parse_with_shell(bencher: Bencher<'_, '_>) {
    each(bencher, &FILES, both_layers);
}

/// The whole pipeline: parse, analyse, rewrite to the fixed point.
#[divan::bench(sample_count = 10)]
fn rewrite(bencher: Bencher<'_, '_>) {
    let options = Options::default();
    each(bencher, &FILES, |file| _ = black_box(optimize(file, &options, Facts::default())));
}

/// Others, on the same files: those that are UTF-8, as they read no other.
#[divan::bench_group]
mod others {
    use super::*;

    #[divan::bench]
    fn parse_dockerfile(bencher: Bencher<'_, '_>) {
        each(bencher, &FILES, |file| {
            let text = std::str::from_utf8(file);
            let _ = black_box(text.map(|text| parse_dockerfile::parse(text).is_ok()));
        });
    }

    #[divan::bench(sample_count = 3)]
    fn dockerfile_parser(bencher: Bencher<'_, '_>) {
        each(bencher, &FILES, |file| {
            let text = std::str::from_utf8(file);
            let _ = black_box(text.map(|text| dockerfile_parser::Dockerfile::parse(text).is_ok()));
        });
    }
}

/// Both layers on what nobody writes.
#[divan::bench_group]
mod extremes {
    use super::*;

    #[divan::bench]
    fn huge_file(bencher: Bencher<'_, '_>) {
        each(bencher, &[generated::huge_file(10 << 20)], both_layers);
    }

    #[divan::bench]
    fn huge_run(bencher: Bencher<'_, '_>) {
        each(bencher, &[generated::huge_run(1 << 20)], both_layers);
    }

    #[divan::bench]
    fn continuation_lines(bencher: Bencher<'_, '_>) {
        each(bencher, &[generated::continuation_lines(100_000)], both_layers);
    }

    #[divan::bench]
    fn nested_substitutions(bencher: Bencher<'_, '_>) {
        each(bencher, &[generated::nested_substitutions(10_000)], both_layers);
    }

    #[divan::bench]
    fn deep_files(bencher: Bencher<'_, '_>) {
        each(bencher, &generated::deep_files(), both_layers);
    }
}

fn both_layers(source: &[u8]) {
    let Ok(dockerfile) = Dockerfile::parse(source) else { return };
    for instruction in dockerfile.instructions() {
        if let Some((_, text)) = instruction.shell(source) {
            let _ = black_box(shell::parse(text.bytes(), Dialect::Posix));
        }
    }
}

fn each(bencher: Bencher<'_, '_>, files: &[Vec<u8>], mut run: impl FnMut(&[u8])) {
    let bytes = files.iter().map(Vec::len).sum::<usize>();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| files.iter().for_each(|file| run(file)));
}
