//! Whether an instruction needs the package index that an earlier one fetched.

use dfopt_syntax::dockerfile::{Arguments, Keyword};

use crate::build::Build;
use crate::invocation::Invocation;
use crate::shell_code::ShellCode;

use super::command::PackageCommand;
use super::managers::{Action, Family, Manager};

/// What an instruction does with a package index it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexUse {
    /// It does not touch it.
    None,
    /// It fetches a new one before it needs any.
    Replaces,
    /// It needs the one that is there.
    Needs,
    /// It runs code that is not seen and that may need it.
    Unknown,
}

/// Programs that install through a package manager without fetching its index.
const INSTALLERS: &[(&str, Family)] = &[
    ("rosdep", Family::Apt),
    ("mk-build-deps", Family::Apt),
    ("gdebi", Family::Apt),
    ("apt-file", Family::Apt),
    ("apt-cache", Family::Apt),
    ("apt-rdepends", Family::Apt),
    ("apt-fast", Family::Apt),
    ("nala", Family::Apt),
    ("tasksel", Family::Apt),
    ("xx-apt", Family::Apt),
    ("xx-apt-get", Family::Apt),
    ("xx-apk", Family::Apk),
    ("setup-alpine", Family::Apk),
];

/// Programs that run what a file or a host tells them: anything.
const CONFIGURATORS: &[&str] =
    &["ansible", "ansible-playbook", "puppet", "chef-client", "chef-solo", "salt-call"];

/// Build scripts that come with sources. They build; they install no system packages.
const BUILD_SCRIPTS: &[&str] = &[
    "configure",
    "Configure",
    "config",
    "autogen.sh",
    "bootstrap.sh",
    "buildconf",
    "gradlew",
    "mvnw",
    "b2",
    "x.py",
];

/// What instruction `index` does with the index of `family` that stages below or lines above fetched.
///
/// A script of the project that the build runs counts as unknown: it may have been written for this very
/// file. A script that is downloaded does not, as it has to work on images that come without an index; nor
/// does what a container runs when it starts.
pub fn uses_index(build: &Build<'_>, index: usize, family: Family) -> IndexUse {
    let instruction = build.instruction(index);
    let text = instruction.text.bytes();
    match (instruction.keyword(), instruction.arguments()) {
        (Keyword::Run, Arguments::Exec(words)) => {
            exec_form(words.iter().map(|word| word.value.as_str()), family)
        }
        (Keyword::Run, _) => match build.shell_code(index) {
            Some(code) => shell_code(code, family),
            None if build.is_opaque(index) => IndexUse::Unknown,
            None => IndexUse::None,
        },
        (Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck, _) if mentions(text, family) => {
            build.shell_code(index).map_or(IndexUse::Unknown, |code| shell_code(code, family))
        }
        (Keyword::Onbuild, _) if mentions(text, family) => IndexUse::Unknown,
        _ => IndexUse::None,
    }
}

/// True for code that fetches the index of `family` and does nothing else.
pub fn only_updates(code: &ShellCode<'_>, family: Family) -> bool {
    let is_update = |invocation: Invocation<'_>| {
        PackageCommand::of(invocation)
            .is_some_and(|command| command.manager.family == family && command.action == Action::Update)
    };
    code.all_invocations()
        .is_some_and(|invocations| !invocations.is_empty() && invocations.into_iter().all(is_update))
}

fn shell_code(code: &ShellCode<'_>, family: Family) -> IndexUse {
    let invocations = code.invocations();
    let is_chain = code.and_chain().is_some();
    for invocation in &invocations {
        match command(invocation, family) {
            IndexUse::None => {}
            IndexUse::Replaces if invocation.is_plain() && (is_chain || !invocation.context.after_and) => {
                return IndexUse::Replaces;
            }
            // It may not run: what follows needs an index all the same.
            IndexUse::Replaces => {}
            found => return found,
        }
    }
    // A program that is not literal (`$APT install`), or one in the arguments of another (`xargs apt-get`).
    let seen =
        invocations.iter().any(|i| Manager::of_program(&i.program).is_some_and(|m| m.family == family));
    if !seen && (mentions(code.text.bytes(), family) || installs_by_variable(code)) {
        return IndexUse::Unknown;
    }
    IndexUse::None
}

/// `$PM install x`: a variable names the program.
fn installs_by_variable(code: &ShellCode<'_>) -> bool {
    let text = code.text.bytes();
    code.script.simple_commands().iter().any(|(command, _)| {
        let mut words = command.words.iter().map(|word| word.literal(text));
        matches!(words.next(), Some(None))
            && words.flatten().any(|word| matches!(word.as_ref(), "install" | "add" | "build-dep"))
    })
}

fn command(invocation: &Invocation<'_>, family: Family) -> IndexUse {
    let program = invocation.program.as_ref();
    if Manager::of_program(program).is_some_and(|manager| manager.family == family) {
        return match PackageCommand::of(invocation.clone()) {
            Some(command) => action(&command),
            None if invocation.arguments.is_empty() => IndexUse::None,
            None => IndexUse::Unknown,
        };
    }
    if INSTALLERS.contains(&(program, family)) {
        return IndexUse::Needs;
    }
    let shell_words = invocation.arguments.iter().map(|word| invocation.literal(word));
    if CONFIGURATORS.contains(&program) || is_project_script(program, invocation, shell_words) {
        return IndexUse::Unknown;
    }
    IndexUse::None
}

fn action(command: &PackageCommand<'_>) -> IndexUse {
    let refreshes = match command.manager.family {
        // `apk add --no-cache` and `apk add --update` fetch the index themselves.
        Family::Apk => {
            command.has_option(&["--no-cache", "--update-cache", "--update"]) || command.has_short('U')
        }
        Family::Rpm | Family::Pacman | Family::Pip | Family::Zypper => true,
        Family::Apt => false,
    };
    match command.action {
        Action::Update => IndexUse::Replaces,
        Action::Install | Action::Upgrade | Action::Query if !refreshes => IndexUse::Needs,
        _ => IndexUse::None,
    }
}

/// `./setup.sh`, `bash /tmp/setup.sh`, `. ./env`; not `bash -c …`, not a shell at the end of a pipe.
fn is_project_script<'w>(
    program: &str,
    invocation: &Invocation<'_>,
    mut words: impl Iterator<Item = Option<std::borrow::Cow<'w, str>>>,
) -> bool {
    if matches!(program, "sh" | "bash" | "dash" | "ash" | "zsh" | "source" | ".") {
        return loop {
            match words.next() {
                None => break false,
                Some(Some(word)) if word == "-c" || word == "-s" || word == "-" => break false,
                Some(Some(word)) if word.starts_with('-') => {}
                Some(Some(word)) => {
                    let name = word.rsplit('/').next().unwrap_or_default();
                    break !BUILD_SCRIPTS.contains(&name) && !word.starts_with("/dev/");
                }
                Some(None) => break true,
            }
        };
    }
    let by_path = invocation.command.words.first().and_then(|word| invocation.literal(word));
    let by_path = by_path.is_some_and(|word| word.starts_with("./") || word.starts_with("../"));
    let is_script = program.ends_with(".sh") || program.ends_with(".bash") || by_path;
    is_script && !BUILD_SCRIPTS.contains(&program)
}

fn exec_form<'w>(words: impl Iterator<Item = &'w str>, family: Family) -> IndexUse {
    let words: Vec<&str> = words.collect();
    let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or_default());
    if words.iter().any(|word| mentions(word.as_bytes(), family)) {
        return IndexUse::Unknown;
    }
    let is_script = program.ends_with(".sh") || matches!(program, "sh" | "bash");
    if is_script && !words.contains(&"-c") { IndexUse::Unknown } else { IndexUse::None }
}

/// True where a program of the family is named anywhere, as a word of its own.
fn mentions(text: &[u8], family: Family) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    words.any(|word| Manager::of_program(word).is_some_and(|manager| manager.family == family))
}
