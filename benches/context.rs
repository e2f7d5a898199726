//! The build context, per Dockerfile: `cargo bench --bench context`.
//!
//! 1,000 Dockerfiles, each with a context of 10,000 names in 100 folders, of which it is asked for what a
//! transform needs: is it there, what is in it, what do the manifests say. They share one tree on disk, but
//! every file finds its context and looks at it anew. At the end stands what that costs beside the parse.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use dfopt::context::Contexts;
use dfopt_analysis::{BuildContext, Entry};
use dfopt_syntax::Dockerfile;
use dfopt_transforms::{Facts, Options, Transform, optimize};
use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;

const FILES: usize = 1000;
const FOLDERS: usize = 100;
const NAMES: usize = 100;

/// An app as others write it. What it copies is two folders above.
const DOCKERFILE: &str = include_str!("../examples/express/Dockerfile");

/// More that it copies.
const SOURCES: &str = "COPY folder7/ src/\nCOPY package.json package-lock.json ./\n";

/// What a transform would look for: four of them are there.
const MANIFESTS: [&str; 6] =
    ["package.json", "package-lock.json", "yarn.lock", "requirements.txt", "folder7", "folder7/file3"];

fn manifest(start: &str) -> String {
    format!("{{{start}, \"dependencies\": {{\"express\": \"4\"}}}}\n")
}

/// A lock file that agrees with the manifest, of a hundred packages.
fn lock() -> String {
    let root = manifest("\"name\": \"app\", \"version\": \"1.0.0\"");
    let package = |i: usize| {
        format!(",\"node_modules/p{i}\": {{\"version\": \"1.0.{i}\", \"integrity\": \"sha512-x\"}}")
    };
    let packages: String = (0..100).map(package).collect();
    format!(
        "{{\"name\": \"app\", \"version\": \"1.0.0\", \"lockfileVersion\": 3, \"packages\": {{\"\": {root}{packages}}}}}\n"
    )
}

struct Tree {
    directory: TempDir,
    dockerfiles: Vec<(PathBuf, Vec<u8>)>,
}

/// Dockerfiles two folders below their context, which is found by what they copy.
static PLAIN: LazyLock<Tree> = LazyLock::new(|| tree(false));

/// The same, with a compose file of its own beside each.
static COMPOSED: LazyLock<Tree> = LazyLock::new(|| tree(true));

fn tree(compose: bool) -> Tree {
    let directory = TempDir::new().unwrap();
    let write = |name: String, text: &str| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    write(".git/HEAD".to_owned(), "");
    write(
        ".dockerignore".to_owned(),
        "node_modules\n**/*.log\n.git\ntmp/**\n!tmp/keep\n**/.env*\n*.md\ndist\n",
    );
    for folder in 0..FOLDERS {
        for name in 0..NAMES {
            write(format!("folder{folder}/file{name}"), "");
        }
    }
    write("package.json".to_owned(), &manifest("\"name\": \"app\", \"version\": \"1.0.0\""));
    write("package-lock.json".to_owned(), &lock());
    let dockerfile = |number: usize| {
        let text = format!("{DOCKERFILE}\n{SOURCES}");
        if compose {
            let service = "    image: example\n    environment: {A: b}\n    ports: [\"80:80\"]\n";
            let build = format!("    build: {{context: ../.., dockerfile: docker/{number}/Dockerfile}}\n");
            let compose = format!("services:\n  db:\n{service}  app:\n{service}{build}");
            write(format!("docker/{number}/compose.yaml"), &compose);
        }
        (write(format!("docker/{number}/Dockerfile"), &text), text.into_bytes())
    };
    let dockerfiles = (0..FILES).map(dockerfile).collect();
    Tree { directory, dockerfiles }
}

fn main() {
    divan::main();
    if std::env::args().any(|argument| argument == "--bench") {
        summary();
    }
}

#[divan::bench(sample_count = 20)]
fn parse_only(bencher: Bencher<'_, '_>) {
    each(bencher, &PLAIN, parse);
}

#[divan::bench(sample_count = 20)]
fn found_by_sources(bencher: Bencher<'_, '_>) {
    each(bencher, &PLAIN, ask);
}

#[divan::bench(sample_count = 20)]
fn found_by_compose(bencher: Bencher<'_, '_>) {
    each(bencher, &COMPOSED, ask);
}

/// All that `copy-order` does, the parse and the check of the result included.
#[divan::bench(sample_count = 20)]
fn copy_order(bencher: Bencher<'_, '_>) {
    each(bencher, &PLAIN, reorder);
}

/// What would not be bearable: every name of one context.
#[divan::bench(sample_count = 5)]
fn walk_of_one_context(bencher: Bencher<'_, '_>) {
    let tree = &*PLAIN;
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| walk(tree));
}

fn each(bencher: Bencher<'_, '_>, tree: &Tree, run: fn(&Tree)) {
    bencher.counter(ItemsCount::new(FILES)).bench_local(|| run(tree));
}

fn parse(tree: &Tree) {
    for (_, source) in &tree.dockerfiles {
        _ = black_box(Dockerfile::parse(source));
    }
}

/// What a transform asks, of every file.
fn ask(tree: &Tree) {
    let contexts = Contexts::default();
    let mut there = 0;
    for (path, source) in &tree.dockerfiles {
        let context = contexts.of(Some(path), source);
        for manifest in MANIFESTS {
            there += usize::from(matches!(context.entry(manifest), Entry::File | Entry::Directory));
        }
        there += usize::from(context.read("package.json").is_some());
        there += usize::from(context.list("").is_some());
    }
    assert_eq!(there, FILES * 6);
}

fn reorder(tree: &Tree) {
    let contexts = Contexts::default();
    let transforms = vec![Transform::by_id("copy-order").unwrap()];
    let options = Options { transforms, ..Options::default() };
    for (path, source) in &tree.dockerfiles {
        let context = contexts.of(Some(path), source);
        let outcome =
            optimize(source, &options, Facts { context: Some(&context), ..Facts::default() }).unwrap();
        assert_eq!(outcome.applied.len(), 1, "{:?}", outcome.missed);
    }
}

fn walk(tree: &Tree) {
    let context = Contexts::fixed(tree.directory.path()).unwrap();
    let context = context.of(None, b"");
    let mut names = 0;
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for name in context.list(&folder).unwrap() {
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            names += 1;
            if context.entry(&path) == Entry::Directory {
                folders.push(path);
            }
        }
    }
    assert!(names >= FOLDERS * NAMES);
}

/// The same once more, as figures that can be compared: the median of eleven.
fn summary() {
    let measured = [
        ("parse", median(parse, &PLAIN)),
        ("context, found by sources", median(ask, &PLAIN)),
        ("context, found by compose", median(ask, &COMPOSED)),
        ("copy-order, context and all", median(reorder, &PLAIN)),
    ];
    let parse = measured[0].1;
    for (what, time) in measured {
        let per_file = time.as_secs_f64() * 1e6 / FILES as f64;
        let ratio = time.as_secs_f64() / parse.as_secs_f64();
        println!("{what}: {per_file:.1} us per file, {ratio:.1} times the parse");
    }
}

fn median(run: fn(&Tree), tree: &Tree) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run(tree);
        start.elapsed()
    };
    let mut times: Vec<Duration> = (0..11).map(time).collect();
    times.sort_unstable();
    times[times.len() / 2]
}
