//! What a RUN finds anew, and the one above it may have changed: a shell, its settings, the user's entry in
//! `/etc/passwd`, the working directory, no services. In one RUN the second half would go on with the old.

use dfopt_analysis::effects::{is_cheap, is_costly, steps};
use dfopt_analysis::packages::{PackageCommand, managers};
use dfopt_analysis::paths::{below, resolve};
use dfopt_analysis::{Build, Invocation, ShellCode};
use dfopt_syntax::shell::Word;

/// What RUN `first` may change so that the one below would find it otherwise in the same RUN.
pub(super) fn changed(build: &Build<'_>, first: usize) -> Option<String> {
    if build.reads_shell_settings(first) {
        return Some("the shell reads its settings anew in each RUN".to_owned());
    }
    let code = build.shell_code(first)?;
    let text = code.text.bytes();
    if let Some(file) = ANEW.iter().find(|file| memchr::memmem::find(text, file.as_bytes()).is_some()) {
        return Some(format!("the first RUN may change `{file}`, which is read or made anew for each RUN"));
    }
    let Some(invocations) = commands(code) else {
        return Some("a command of the first RUN is not known".to_owned());
    };
    for invocation in &invocations {
        let program = invocation.program.as_ref();
        if replaces_shell(invocation) {
            return Some("the first RUN may replace the shell".to_owned());
        }
        if changes_user(build, first, invocation) {
            return Some("the first RUN may change the user that the second one runs as".to_owned());
        }
        if !is_tame(invocation) {
            return Some(format!("what `{program}` leaves running, or changes in the system, is not known"));
        }
    }
    removes_directory(build, first, &invocations)
        .then(|| "the first RUN may remove the working directory".to_owned())
}

/// Every command with words, where all have names that are known.
fn commands<'c>(code: &'c ShellCode<'_>) -> Option<Vec<Invocation<'c>>> {
    let commands = code.script.simple_commands();
    let named = commands.iter().filter(|(command, _)| !command.words.is_empty()).count();
    Some(code.invocations()).filter(|invocations| invocations.len() == named)
}

/// Files that BuildKit makes for each RUN (the first three), or reads before it to find the user.
/// <https://github.com/moby/buildkit/tree/master/executor/oci>
const ANEW: &[&str] = &["/etc/hosts", "/etc/resolv.conf", "/etc/hostname", "/etc/passwd", "/etc/group"];

/// Programs that start nothing that outlives them, whatever they are told to build.
const BUILDERS: &[&str] = &[
    "ar",
    "break",
    "continue",
    "declare",
    "exit",
    "local",
    "read",
    "readonly",
    "return",
    "shift",
    "type",
    "unset",
    "autoconf",
    "autoreconf",
    "bun",
    "bundle",
    "bzip2",
    "c++",
    "cargo",
    "cc",
    "clang",
    "cmake",
    "comm",
    "composer",
    "configure",
    "cpan",
    "cpanm",
    "curl",
    "diff",
    "env",
    "file",
    "g++",
    "gcc",
    "gem",
    "git",
    "go",
    "gunzip",
    "gzip",
    "jq",
    "ld",
    "luarocks",
    "make",
    "meson",
    "mix",
    "ninja",
    "npm",
    "npx",
    "patch",
    "pip",
    "pip3",
    "pipenv",
    "pnpm",
    "poetry",
    "rustc",
    "rustup",
    "sha256sum",
    "sha512sum",
    "sha1sum",
    "md5sum",
    "sleep",
    "strip",
    "tsc",
    "uv",
    "wget",
    "xz",
    "yarn",
];

fn is_tame(invocation: &Invocation<'_>) -> bool {
    let program = invocation.program.as_ref();
    // `./make` is another.
    let has_folder =
        invocation.command.words.first().and_then(|word| invocation.literal(word)).is_none_or(|name| {
            name.contains('/') && !["/bin/", "/sbin/", "/usr/"].iter().any(|start| name.starts_with(start))
        });
    is_cheap(invocation)
        || PackageCommand::of(invocation.clone()).is_some()
        || !has_folder
            && (is_costly(invocation)
                || managers::ALL.iter().any(|manager| manager.helpers.contains(&program))
                || BUILDERS.contains(&program))
}

/// The shells that BuildKit is told to run.
const SHELLS: &[&str] = &["ash", "bash", "busybox", "dash", "sh"];

fn replaces_shell(invocation: &Invocation<'_>) -> bool {
    let replaces = [
        "cp",
        "debconf-set-selections",
        "dpkg-divert",
        "dpkg-reconfigure",
        "install",
        "ln",
        "mv",
        "rm",
        "update-alternatives",
    ];
    let is_shell = |word: &Word| match invocation.literal(word) {
        Some(word) => SHELLS.contains(&word.rsplit('/').next().unwrap_or_default()),
        None => false,
    };
    invocation.program == "debconf-set-selections"
        || replaces.contains(&invocation.program.as_ref()) && invocation.arguments.iter().any(is_shell)
}

/// Commands for accounts: those that add, and those that change.
const ACCOUNTS: &[(&str, bool)] = &[
    ("addgroup", false),
    ("adduser", false),
    ("delgroup", true),
    ("deluser", true),
    ("gpasswd", true),
    ("groupadd", false),
    ("groupdel", true),
    ("groupmod", true),
    ("useradd", false),
    ("userdel", true),
    ("usermod", true),
];

/// True where the user of the RUN may have another home, other groups or another number afterwards.
fn changes_user(build: &Build<'_>, index: usize, invocation: &Invocation<'_>) -> bool {
    let Some((_, changes)) = ACCOUNTS.iter().find(|(program, _)| *program == invocation.program) else {
        return false;
    };
    let user = build.state_before(index).user.clone();
    let is_root = user.is_none_or(|user| matches!(user.split(':').next(), Some("root" | "0")));
    if invocation.sudo || !is_root {
        return true;
    }
    let mut after_option = false;
    invocation.arguments.iter().any(|word| {
        let Some(word) = invocation.literal(word) else { return *changes };
        let is_root = word == "root" && !after_option;
        after_option = word.starts_with('-');
        is_root
    })
}

/// True where the RUN may remove or move the working directory.
fn removes_directory(build: &Build<'_>, index: usize, invocations: &[Invocation<'_>]) -> bool {
    let workdir = build.state_before(index).workdir.clone();
    let Some(steps) = steps(build, index) else { return true };
    let removing =
        invocations.iter().filter(|i| ["rm", "rmdir", "mv", "unlink", "find"].contains(&i.program.as_ref()));
    removing.into_iter().any(|invocation| {
        let step = steps.iter().find(|step| step.span().contains(invocation.command.span));
        let directory = step.and_then(|step| step.directory.as_deref());
        let words = invocation.arguments;
        let operands = match invocation.program.as_ref() {
            "mv" => &words[..words.len().saturating_sub(1)],
            "find" => {
                let is_option = |word: &Word| invocation.slice(word.span).starts_with(b"-");
                let changes =
                    |word: &Word| matches!(invocation.slice(word.span), b"-delete" | b"-exec" | b"-execdir");
                match words.iter().any(changes) {
                    true => &words[..words.iter().position(is_option).unwrap_or(words.len())],
                    false => &[],
                }
            }
            _ => words,
        };
        operands.iter().any(|word| {
            let raw = invocation.slice(word.span);
            !raw.starts_with(b"-") && holds_directory(raw, directory, workdir.as_deref())
        })
    })
}

/// True where the file or folder that a word names may be `workdir`, or hold it.
fn holds_directory(word: &[u8], directory: Option<&str>, workdir: Option<&str>) -> bool {
    let Ok(word) = std::str::from_utf8(word) else { return true };
    let word = word.trim_matches(['"', '\'']);
    let end = word.find(['$', '`', '*', '?', '[', '{', '"', '\'', '\\', '~']);
    let known = &word[..end.unwrap_or(word.len())];
    if word.split('/').any(|name| matches!(name, "." | "..")) || known.is_empty() && !word.starts_with('*') {
        return true;
    }
    let (Some(workdir), true) = (workdir, known.starts_with('/') || directory.is_some()) else {
        // Where the base image says where it is, that is no folder of the system, nor a temporary one.
        return known.starts_with('/') && !ELSEWHERE.iter().any(|folder| below(known, folder).is_some());
    };
    let path = resolve(directory, known).unwrap_or_default();
    match end {
        None => below(workdir, &path).is_some(),
        // What starts so: `/app/*` holds all that is below `/app`.
        Some(_) if known.is_empty() || known.ends_with('/') => {
            below(workdir, &path).is_some_and(|rest| !rest.is_empty())
        }
        Some(_) => workdir.starts_with(&path),
    }
}

/// Folders in which no image has its working directory.
const ELSEWHERE: &[&str] = &[
    "/bin",
    "/etc",
    "/lib",
    "/root/.",
    "/sbin",
    "/tmp",
    "/usr/bin",
    "/usr/lib",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/tmp",
];
