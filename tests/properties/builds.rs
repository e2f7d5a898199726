//! Reorderings keep what is built: random builds are simulated before and after.
//!
//! The simulator knows BuildKit's rules and some commands; it shares nothing with the analysis that the
//! transforms stand on. What the build makes of a case may be anything but a failure: the rewritten file must
//! make the same of it, stage by stage, to the last owner of a folder.

mod commands;
mod copy;
mod file_system;
mod generate;
#[cfg(unix)]
mod lab;
mod shell;
mod simulate;

use std::cell::RefCell;
use std::collections::BTreeMap;

use dfopt_analysis::BuildContext;
use dfopt_analysis::dockerignore::Patterns;
use dfopt_analysis::ecosystems::{Ecosystem, Names};
use dfopt_transforms::{ALL, Effect, Facts, Options, Settings, Transform, optimize};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::memory::MemoryContext;
use file_system::{FileSystem, Kind, Node, ROOT, User, split};
use generate::{Case, case};
use simulate::{Image, Inputs, simulate};

/// The transforms that move instructions; those that are there.
const REORDERINGS: &[&str] = &["copy-order", "install-order", "late-args"];

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    /// Cases that build.
    built: usize,
    /// Those of them that are rewritten, by transform.
    rewritten: BTreeMap<&'static str, usize>,
}

/// Cases that are always the same; `DFOPT_BUILDS=100000` looks at so many others.
#[test]
fn reorderings_keep_what_is_built() {
    let wanted = std::env::var("DFOPT_BUILDS").ok().and_then(|cases| cases.parse().ok());
    let cases = wanted.unwrap_or(1000);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let counts = RefCell::new(Counts::default());
    let result = runner.run(&case(), |case| {
        check(&case, &mut counts.borrow_mut())
            .map_err(|error| TestCaseError::fail(format!("{error}\n{}", show(&case))))
    });
    let counts = counts.into_inner();
    if let Err(error) = result {
        panic!("{error}");
    }
    eprintln!("{counts:?}");
    let percent = |share: usize, all: usize| share * 100 / all.max(1);
    assert!(percent(counts.built, cases as usize) > 70, "too many builds fail: {counts:?}");
    let rewritten = counts.rewritten.get("copy-order").copied().unwrap_or_default();
    assert!(percent(rewritten, counts.built) > 15, "there is too little to do: {counts:?}");
    for id in REORDERINGS {
        assert!(counts.rewritten.contains_key(id), "{id} has nothing to do: {counts:?}");
    }
}

fn check(case: &Case, counts: &mut Counts) -> Result<(), TestCaseError> {
    let context = sent(case);
    let inputs = Inputs { context: &context, arguments: &case.arguments, base };
    let Some((dockerfile, before)) = without_failures(&case.dockerfile, &inputs) else { return Ok(()) };
    counts.built += 1;
    let files = MemoryContext::new(case.files.clone());
    let facts = Facts { context: Some(&files as &dyn BuildContext), ..Facts::default() };
    let alone = ALL.iter().filter(|transform| REORDERINGS.contains(&transform.id));
    let alone = alone.map(|transform| (transform.id, vec![transform]));
    for (name, transforms) in alone.chain([("all", ALL.iter().collect())]) {
        let source = dockerfile.as_bytes();
        let after = rewrite(source, &transforms, facts)?;
        if after == source {
            continue;
        }
        *counts.rewritten.entry(name).or_default() += 1;
        let text = String::from_utf8_lossy(&after).into_owned();
        prop_assert_eq!(super::comments(source), super::comments(&after), "{}", &text);
        let again = rewrite(&after, &transforms, facts)?;
        prop_assert_eq!(&text, &String::from_utf8_lossy(&again), "a second run changes it");
        let built = simulate(&after, &inputs).map_err(|error| {
            TestCaseError::fail(format!(
                "{name} breaks the build: {:?}\n{dockerfile}\nbecame\n{text}",
                error.0
            ))
        })?;
        if let Some(difference) = difference(&before, &built) {
            let report = format!("{name}: {difference}\n{dockerfile}\nbecame\n{text}");
            return Err(TestCaseError::fail(report));
        }
    }
    Ok(())
}

fn rewrite(
    source: &[u8],
    transforms: &[&'static Transform],
    facts: Facts<'_>,
) -> Result<Vec<u8>, TestCaseError> {
    let settings = Settings { ecosystems: vec![ecosystem()], ..Settings::default() };
    let options = Options { level: Effect::Preserve, transforms: transforms.to_vec(), settings };
    let outcome =
        optimize(source, &options, facts).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!(outcome.converged);
    prop_assert_eq!(&outcome.reverted, &[]);
    Ok(outcome.text)
}

/// A tool that the user describes.
fn ecosystem() -> Ecosystem {
    let names = |words: &[&str]| Names::Given(words.iter().map(|&word| word.to_owned()).collect());
    Ecosystem {
        name: "fetchdeps".into(),
        commands: names(&["fetchdeps"]),
        manifests: names(&["deps.txt"]),
        extras: names(&["deps.d"]),
        outputs: names(&["deps"]),
        variables: names(&["FETCH_"]),
        ..Ecosystem::EMPTY
    }
}

/// The Dockerfile without the instructions that fail, and what it builds.
fn without_failures(dockerfile: &str, inputs: &Inputs<'_>) -> Option<(String, Vec<Image>)> {
    let mut lines: Vec<&str> = dockerfile.split_inclusive('\n').collect();
    loop {
        let text = lines.concat();
        match simulate(text.as_bytes(), inputs) {
            Ok(images) => return (!images.is_empty()).then_some((text, images)),
            Err((_, failing)) if failing.is_empty() => return None,
            Err((_, failing)) => drop(lines.drain(failing)),
        }
    }
}

/// The context as BuildKit gets it: without what `.dockerignore` keeps out.
fn sent(case: &Case) -> FileSystem {
    let mut files = FileSystem::empty();
    let patterns = case.files.get(".dockerignore").map(String::as_str).unwrap_or_default();
    let patterns = Patterns::parse(patterns).expect("the generator's own");
    for (path, text) in &case.files {
        let names: Vec<&str> = path.split('/').collect();
        for n in 1..names.len() {
            let folder = names[..n].join("/");
            if !patterns.excludes(&folder) || !patterns.excludes(path) {
                files.nodes.entry(format!("/{folder}")).or_insert(Node::directory(case.folder_mode, ROOT));
            }
        }
        if !patterns.excludes(path) {
            files.nodes.insert(format!("/{path}"), in_context(path, text));
        }
    }
    files
}

fn in_context(path: &str, text: &str) -> Node {
    match text.strip_prefix("-> ") {
        Some(target) => Node { kind: Kind::Link(target.to_owned()), mode: 0o777, owner: ROOT },
        None => {
            let is_program = path.starts_with("bin/") || path.ends_with(".sh");
            Node::file(text, if is_program { 0o755 } else { 0o644 }, ROOT)
        }
    }
}

/// The tools as scripts: the simulator takes them by their names, and their texts for what they are.
const TOOLS: &[(&str, &str)] = &[
    ("fetchdeps", include_str!("builds/tools/fetchdeps")),
    ("go", include_str!("builds/tools/go")),
    ("pip", include_str!("builds/tools/pip")),
    ("build", include_str!("builds/tools/build")),
    ("apt-get", include_str!("builds/tools/apt-get")),
    ("useradd", include_str!("builds/tools/useradd")),
    ("curl", include_str!("builds/tools/curl")),
];

/// The images of other files: one with the tools, and one of a company that has its own ways.
fn base(reference: &str) -> Option<Image> {
    let mut files = FileSystem::empty();
    for folder in ["/usr/bin", "/usr/local/bin", "/usr/local/lib", "/etc/apt", "/var/lib", "/go/pkg"] {
        files.make_folders(folder, 0o755, ROOT, ROOT).expect("it is empty");
    }
    for (tool, text) in TOOLS.iter().filter(|(tool, _)| ["fetchdeps", "go", "pip", "build"].contains(tool)) {
        files.nodes.insert(format!("/usr/bin/{tool}"), Node::file(*text, 0o755, ROOT));
    }
    files.nodes.insert("/etc/passwd".to_owned(), Node::file("root:x:0:0::/root:/bin/sh\n", 0o644, ROOT));
    for shared in ["/go", "/go/pkg"] {
        files.nodes.insert(shared.to_owned(), Node::directory(0o777, ROOT));
    }
    let path = ("PATH".to_owned(), "/usr/local/bin:/usr/bin".to_owned());
    let mut image = Image {
        files,
        environment: BTreeMap::from([path]),
        folder: "/go".to_owned(),
        user: "0".to_owned(),
        labels: BTreeMap::new(),
        others: BTreeMap::new(),
        shell: vec!["/bin/sh".to_owned(), "-c".to_owned()],
    };
    match reference {
        "golang:1.22" => {}
        "corp/base" => {
            let owner = User { uid: 1000, gid: 1000 };
            image.files.nodes.insert("/app".to_owned(), Node::directory(0o755, owner));
            image.files.nodes.insert("/app/deps.txt".to_owned(), Node::file("base\n", 0o644, owner));
            image.environment.insert("FETCH_URL".to_owned(), "base".to_owned());
            image.folder = "/app".to_owned();
            image.user = "1000".to_owned();
        }
        _ => return None,
    }
    Some(image)
}

/// The first difference between two builds.
fn difference(a: &[Image], b: &[Image]) -> Option<String> {
    let (stage, (a, b)) = a.iter().zip(b).enumerate().find(|(_, (a, b))| a != b)?;
    let mut paths = a.files.nodes.keys().chain(b.files.nodes.keys());
    if let Some(path) = paths.find(|path| a.files.get(path) != b.files.get(path)) {
        let (a, b) = (a.files.get(path), b.files.get(path));
        return Some(format!("stage {stage}: {path} was {a:?} and is {b:?}, in {:?}", split(path).0));
    }
    Some(format!("stage {stage}: {a:?} became {b:?}"))
}

fn show(case: &Case) -> String {
    let files: String = case.files.iter().map(|(path, text)| format!("{path}: {text:?}\n")).collect();
    format!("--- {:o} {:?}\n{files}---\n{}---", case.folder_mode, case.arguments, case.dockerfile)
}
