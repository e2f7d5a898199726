//! Where shells find programs: one that has run `pip` keeps calling it by the path it found, also after another
//! was installed that comes earlier in PATH.

use std::collections::BTreeSet;

use dfopt_analysis::packages::{Family, PackageCommand};
use dfopt_analysis::{BaseImage, Build, Invocation, ShellCode};

/// Programs that install what was built, under names that the file does not tell.
const INSTALLERS: &[&str] =
    &["make", "gmake", "ninja", "cmake", "meson", "scons", "waf", "python", "python3"];

/// Programs that no build of other software brings.
const BASIC: &[&str] = &[
    "cat", "cd", "chgrp", "chmod", "chown", "cp", "date", "echo", "export", "false", "grep", "install", "ln",
    "ls", "make", "mkdir", "mktemp", "mv", "printf", "rm", "rmdir", "sed", "set", "sh", "sleep", "tar",
    "test", "touch", "true", "uname", "unzip",
];

/// A program that RUN `upper` calls and the one below it calls too, and that `upper` may install anew
/// elsewhere. Package managers of the system have one place for each program, so they do not count.
pub(super) fn replaced<'b>(build: &'b Build<'_>, upper: usize) -> Option<&'b str> {
    let (code, below) = (build.shell_code(upper)?, build.shell_code(upper + 1)?);
    let called_below = programs(below);
    let shared: BTreeSet<&str> =
        programs(code).into_iter().filter(|name| called_below.contains(name)).collect();
    if shared.is_empty() {
        return None;
    }
    let mut commands = code.invocations();
    commands.retain(|command| {
        let manager = PackageCommand::of(command.clone()).map(|command| command.manager.family);
        manager.is_none_or(|family| family == Family::Pip)
    });
    shared.into_iter().find(|program| {
        commands.iter().any(|command| installs(command, program)) && !is_in_place(build, upper, program)
    })
}

/// The programs that are looked up in PATH.
fn programs<'c>(code: &'c ShellCode<'_>) -> BTreeSet<&'c str> {
    let text = code.text.bytes();
    let commands = code.script.simple_commands();
    let words = commands.into_iter().filter_map(|(command, _)| command.words.first());
    words
        .map(|word| word.span.of(text))
        .filter(|word| word.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(b)))
        .filter_map(|word| std::str::from_utf8(word).ok())
        .collect()
}

/// True where the command may bring a program of that name.
fn installs(command: &Invocation<'_>, program: &str) -> bool {
    let words = || command.arguments.iter().map(|word| command.slice(word.span));
    let installs_build = INSTALLERS.contains(&command.program.as_ref())
        && !BASIC.contains(&program)
        && words().any(|word| word.starts_with(b"install"));
    installs_build || words().any(|word| names(word, program))
}

/// True for `pip`, `pip==24.0`, `npm@latest`, `/usr/local/bin/pip`.
fn names(word: &[u8], program: &str) -> bool {
    memchr::memmem::find_iter(word, program).any(|start| {
        let before = start.checked_sub(1).map(|at| word[at]);
        let after = word.get(start + program.len());
        before.is_none_or(|byte| b"/'\"=".contains(&byte))
            && after.is_none_or(|byte| b"'\"=@<>~!".contains(byte))
    })
}

/// True for the pip of the `python` image: a new one takes its place.
fn is_in_place(build: &Build<'_>, index: usize, program: &str) -> bool {
    let image = build.base_image(index).and_then(BaseImage::official);
    program.starts_with("pip") && image.is_some_and(|image| image.name == "python")
}
