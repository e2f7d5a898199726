//! Huge and deep inputs: an answer, on a small stack. What they cost per byte is in `benches/parse.rs`.

use dfopt_syntax::Dockerfile;
use dfopt_syntax::shell::{self, Dialect, ErrorKind, Script, ShellError};
use dfopt_transforms::{Facts, Options, Transform, optimize, references};

use crate::generated;
use crate::memory::{MemoryContext, MemoryDigests};

/// That of a thread of Rust's standard library; the main thread has more.
const STACK: usize = 2 << 20;

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

/// The shell code of the last instruction.
fn last_script(source: &[u8]) -> Result<Script, ShellError> {
    let dockerfile = Dockerfile::parse(source).unwrap();
    let (_, text) = dockerfile.instructions().last().unwrap().shell(source).unwrap();
    shell::parse(text.bytes(), Dialect::Posix)
}

#[test]
fn ten_megabytes() {
    on_a_small_stack(|| {
        let source = generated::huge_file(10 << 20);
        let dockerfile = Dockerfile::parse(&source).unwrap();
        assert_eq!(dockerfile.text(), source);
        assert_eq!(dockerfile.instructions().len() % 8, 0);
        assert!(dockerfile.instructions().len() > 150_000);
    });
}

#[test]
fn a_run_of_a_megabyte() {
    on_a_small_stack(|| {
        let source = generated::huge_run(1 << 20);
        let commands = last_script(&source).unwrap();
        assert_eq!(commands.simple_commands().len() % 2, 1);
        assert!(commands.simple_commands().len() > 20_000);
    });
}

#[test]
fn many_continuation_lines() {
    on_a_small_stack(|| {
        let source = generated::continuation_lines(100_000);
        let script = last_script(&source).unwrap();
        assert_eq!(script.simple_commands()[0].0.words.len(), 100_001);
        let dockerfile = Dockerfile::parse(&source).unwrap();
        let run = &dockerfile.instructions()[1];
        assert_eq!(run.lines, 1..100_002);
        let end = u32::try_from(run.text.bytes().len()).unwrap();
        assert_eq!(run.text.source_end(end), u32::try_from(source.len() - 1).unwrap());
    });
}

#[test]
fn nesting_beyond_the_limit_is_opaque() {
    on_a_small_stack(|| {
        assert!(last_script(&generated::nested_substitutions(50)).is_ok());
        let source = generated::nested_substitutions(10_000);
        assert_eq!(last_script(&source).unwrap_err().kind, ErrorKind::TooDeep);
        assert_eq!(optimize(&source, &Options::default(), Facts::default()).unwrap().text, source);
    });
}

#[test]
fn every_kind_of_nesting() {
    on_a_small_stack(|| {
        for source in generated::deep_files() {
            if let Ok(dockerfile) = Dockerfile::parse(&source) {
                assert_eq!(dockerfile.text(), source);
                let _ = dockerfile.check();
                for dialect in [Dialect::Posix, Dialect::Bash] {
                    let shell = dockerfile.instructions().last().and_then(|last| last.shell(&source));
                    let _ = shell.map(|(_, text)| shell::parse(text.bytes(), dialect));
                }
            }
            let _ = optimize(&source, &Options::default(), Facts::default());
        }
    });
}

/// Stages with hundreds of COPYs above as many installations, and a tower of stages with one each.
fn many_installations() -> Vec<Vec<u8>> {
    let start = "FROM golang:1.22 AS s0\nWORKDIR /app\n";
    let wide = format!("{start}{}{}", "COPY src /app/src\n".repeat(250), "RUN go mod download\n".repeat(250));
    let chain = format!("{start}COPY . .\nRUN true{}\n", " \\\n && go mod download".repeat(2_000));
    let storey = |i: usize| format!("FROM s{i} AS s{}\nCOPY . .\nRUN go mod download\n", i + 1);
    let tower = format!("{start}{}", (0..3_000).map(storey).collect::<String>());
    [wide.repeat(10), chain, tower].map(String::into_bytes).into()
}

#[test]
fn many_copies_and_installations() {
    let context = MemoryContext::parse("go.mod\n    module example.com/app\n    go 1.22\ngo.sum\nsrc/a.go\n");
    on_a_small_stack(move || {
        for source in many_installations() {
            let facts = Facts { context: Some(&context), ..Facts::default() };
            assert!(optimize(&source, &Options::default(), facts).unwrap().converged);
        }
    });
}

/// Thousands of images in FROM, COPY and mounts, and thousands of build arguments that are images.
fn many_images() -> Vec<Vec<u8>> {
    let stage = |i: usize| {
        format!("FROM a{i}:1 AS s{i}\nCOPY --from=b{i}:1 /x /y\nRUN --mount=from=c{i}:1,target=/c true\n")
    };
    let argument = |i: usize| format!("ARG IMAGE_{i}=a{i}:1\n");
    let use_of = |i: usize| format!("FROM $IMAGE_{i}\nFROM ${{IMAGE_{i}}}\n");
    let names: String = (0..5_000).map(stage).collect();
    let arguments = (0..5_000).map(argument).chain((0..5_000).map(use_of)).collect::<String>();
    [names, arguments].map(String::into_bytes).into()
}

#[test]
fn images_without_end() {
    on_a_small_stack(|| {
        let options =
            Options { transforms: vec![Transform::by_id("pin-digest").unwrap()], ..Options::default() };
        for source in many_images() {
            assert!((1..=256).contains(&references(&source, &options).len()));
            let facts = Facts { digests: Some(&MemoryDigests::new()), ..Facts::default() };
            let outcome = optimize(&source, &options, facts).unwrap();
            assert!(outcome.converged && outcome.applied.len() > 60, "{}", outcome.applied.len());
        }
    });
}
