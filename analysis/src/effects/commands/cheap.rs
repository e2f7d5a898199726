//! Commands that are over at once, whatever they are given: running one of them again costs nothing.

use crate::invocation::Invocation;

/// They work on files that are there, on accounts, or on settings: coreutils, BusyBox, shadow-utils, adduser,
/// and what a distribution has to switch its own files. None of them fetches, compiles or starts anything.
const PROGRAMS: &[&str] = &[
    ":",
    "[",
    "[[",
    "a2dismod",
    "a2dissite",
    "a2enconf",
    "a2enmod",
    "a2ensite",
    "addgroup",
    "adduser",
    "awk",
    "base64",
    "basename",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "chpasswd",
    "chsh",
    "cp",
    "cut",
    "date",
    "dirname",
    "echo",
    "egrep",
    "export",
    "false",
    "find",
    "getent",
    "gpasswd",
    "grep",
    "groupadd",
    "groupmod",
    "head",
    "hostname",
    "id",
    "install",
    "ldconfig",
    "ln",
    "ls",
    "mkdir",
    "mv",
    "passwd",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "rm",
    "rmdir",
    "sed",
    "set",
    "setcap",
    "sort",
    "stat",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "umask",
    "uname",
    "unlink",
    "unzip",
    "update-alternatives",
    "useradd",
    "userdel",
    "usermod",
    "visudo",
    "wc",
    "which",
    "xargs",
];

/// `git config` and its likes: tools that are no cheap ones otherwise.
const SUBCOMMANDS: &[(&str, &[&str])] = &[
    ("git", &["config"]),
    ("go", &["env", "version"]),
    ("node", &["--version", "-v"]),
    ("npm", &["config", "set", "--version", "-v"]),
    ("pip", &["config", "--version"]),
    ("python", &["--version", "-V"]),
    ("python3", &["--version", "-V"]),
    ("yarn", &["config", "--version", "-v"]),
];

/// Where programs of the system lie.
const FOLDERS: &[&str] = &["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"];

/// True for a command that is over at once.
pub fn is_cheap(invocation: &Invocation<'_>) -> bool {
    let is_of_system = invocation
        .command
        .words
        .first()
        .and_then(|word| invocation.literal(word))
        .is_some_and(|name| !name.contains('/') || FOLDERS.iter().any(|folder| name.starts_with(folder)));
    let program = invocation.program.as_ref();
    let first = invocation.arguments.first().and_then(|word| invocation.literal(word));
    let is_subcommand = |(tool, words): &(&str, &[&str])| {
        *tool == program && first.as_deref().is_some_and(|first| words.contains(&first))
    };
    is_of_system
        && match program {
            // It runs what follows its options.
            "xargs" => invocation.arguments.iter().any(|word| {
                invocation
                    .literal(word)
                    .is_some_and(|word| PROGRAMS.contains(&word.as_ref()) && word != "xargs")
            }),
            program => PROGRAMS.contains(&program) || SUBCOMMANDS.iter().any(is_subcommand),
        }
}
