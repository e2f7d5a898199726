//! Which instructions may sink.

use dfopt_analysis::{Build, is_volatile};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Declaration, Instruction, Keyword, LineKind};

use crate::Context;

/// What a comment says where an argument is there to run again what follows it.
const SAYS_WHY: &[&str] = &["cache", "bust", "invalidat", "re-run", "rerun", "rebuild", "force"];

/// Defaults that name what is downloaded.
const BRANCHES: &[&str] = &["master", "main", "develop", "trunk", "stable", "latest"];

/// The most names that an instruction sets: more are hostile, not a Dockerfile.
const MAX_NAMES: usize = 256;

/// True for an ARG that tells something of the build, and that no comment keeps where it is.
pub(super) fn is_volatile_arg(context: &Context<'_, '_>, index: usize) -> bool {
    let build = context.build;
    let instruction = build.instruction(index);
    let declarations = instruction.operation.declarations(instruction.text.bytes());
    declarations.iter().any(|declaration| is_volatile(&name_of(instruction, declaration)))
        && !declarations.iter().any(|declaration| is_pin(build, instruction, declaration))
        && !says_why(build, index)
}

/// True for an instruction that does nothing but set arguments, variables or labels, and that can be moved.
pub(super) fn can_sink(context: &Context<'_, '_>, index: usize) -> bool {
    let build = context.build;
    let instruction = build.instruction(index);
    matches!(instruction.keyword(), Keyword::Arg | Keyword::Env | Keyword::Label)
        && !build.effects(index).reads.settings.all
        && build.effects(index).writes.settings.some.len() <= MAX_NAMES
        && !(context.is_ignored)(instruction.span)
        && std::str::from_utf8(with_comments(build, index).of(build.source())).is_ok()
}

/// The name that a declaration declares.
pub(super) fn name_of(arg: &Instruction<'_>, declaration: &Declaration) -> String {
    String::from_utf8_lossy(arg.slice(declaration.name)).into_owned()
}

/// A default that is a commit, a version or a branch pins what is downloaded.
fn is_pin(build: &Build<'_>, arg: &Instruction<'_>, declaration: &Declaration) -> bool {
    let default = match declaration.default {
        Some(default) => String::from_utf8_lossy(arg.slice(default)).into_owned(),
        None => {
            let globals = build.global_args().get(&name_of(arg, declaration));
            globals.cloned().flatten().unwrap_or_default()
        }
    };
    let default = default.trim_matches(['"', '\'']);
    is_commit(default) || is_version(default) || BRANCHES.contains(&default)
}

/// `9c2ef7f`, but not `0000000`.
fn is_commit(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit()) && text.bytes().any(|b| b != b'0')
}

/// `1.2.3`, `v1.2`
fn is_version(text: &str) -> bool {
    let digits = text.trim_start_matches('v');
    digits.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.') && !text.contains(':')
}

fn says_why(build: &Build<'_>, index: usize) -> bool {
    let own = build.instruction(index).span;
    let comments = Span { end: own.start, ..with_comments(build, index) };
    let comments = String::from_utf8_lossy(comments.of(build.source())).to_ascii_lowercase();
    SAYS_WHY.iter().any(|word| comments.contains(word))
}

/// An instruction with the comments right above it.
fn with_comments(build: &Build<'_>, index: usize) -> Span {
    let instruction = build.instruction(index);
    let lines = &build.dockerfile().lines()[..instruction.lines.start];
    let comments = lines.iter().rev().take_while(|line| line.kind == LineKind::Comment);
    comments.last().map_or(instruction.span, |first| first.span.cover(instruction.span))
}
