//! Package managers of the system. They work on its files, and on files that they are given.

mod rows;

use dfopt_syntax::shell::Word;

use crate::effects::{Effects, Files, Setting};
use crate::invocation::Invocation;
use crate::packages::{Action, Family, Manager, PackageCommand};

use super::Answer;
use super::command::Command;
use super::values::{Value, values_of};
use super::variables::of_environment;
use rows::{ROWS, RUNS_COMMANDS, Row, WEB};

pub(super) fn is_costly(invocation: &Invocation<'_>) -> bool {
    // pacman has options for subcommands: `-S`, `-Sy`, `-U`.
    if invocation.program == "pacman" {
        let installs =
            |text: &str| text.starts_with("-S") && !text.starts_with("-Sc") || text.starts_with("-U");
        return invocation
            .arguments
            .iter()
            .any(|word| invocation.literal(word).is_some_and(|text| installs(&text)));
    }
    if invocation.program == "xargs" {
        return wrapped_by_xargs(invocation).is_some();
    }
    PackageCommand::of(invocation.clone()).is_some_and(|command| {
        command.manager.family != Family::Pip
            && (matches!(command.action, Action::Install | Action::Upgrade | Action::Update))
    })
}

pub(super) fn read(command: &Command<'_, '_, '_>) -> Answer {
    if let Some(row) = ROWS.iter().find(|row| row.programs.contains(&command.program)) {
        return Some(manager(command, row, command.invocation.arguments));
    }
    match command.program {
        "xargs" => {
            let (row, words) = wrapped_by_xargs(command.invocation)?;
            Some(manager(command, row, words))
        }
        "dpkg" | "rpm" => Some(low_level(command)),
        "apt-key" | "add-apt-repository" | "apt-add-repository" | "yum-config-manager" | "rpmkeys" => {
            Some(operands_by_look(command))
        }
        "dpkg-reconfigure"
        | "dpkg-query"
        | "dpkg-divert"
        | "dpkg-statoverride"
        | "debconf-set-selections"
        | "update-command-not-found" => Some(operands_by_look(command)),
        _ => None,
    }
}

/// `xargs apt-get install -y`, `xargs -a packages.txt apk add`: the words come from standard input or a file,
/// which whoever opens it reads. `-a` is in the words before, and read as an operand.
fn wrapped_by_xargs<'c>(invocation: &Invocation<'c>) -> Option<(&'static Row, &'c [Word])> {
    let words = invocation.arguments;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = invocation.literal(word)?;
        match text.as_ref() {
            "-r" | "--no-run-if-empty" | "-t" | "-0" | "sudo" => at += 1,
            "-n" | "-L" | "-P" | "-a" | "-d" => at += 2,
            text if text.starts_with("--arg-file=") => at += 1,
            program => {
                let row = ROWS.iter().find(|row| row.programs.contains(&program))?;
                return Some((row, &words[at + 1..]));
            }
        }
    }
    None
}

fn system(command: &Command<'_, '_, '_>, variables: &[&str]) -> Option<Effects> {
    let mut effects = Effects::uses(Files::system());
    effects.reads.settings.environment = true;
    effects.writes.settings.insert(Setting::NewAccounts);
    effects.extend(of_environment(command, variables)?);
    Some(effects)
}

fn manager(command: &Command<'_, '_, '_>, row: &Row, words: &[Word]) -> Option<Effects> {
    let mut effects = system(command, row.variables)?;
    let manager = Manager::of_family(row.family);
    if command.program == "xargs" {
        // What stands before the program.
        let own = command.invocation.arguments.len().checked_sub(words.len() + 1)?;
        effects.extend(files_by_look(command, &command.invocation.arguments[..own])?);
        effects.extend(web_pages());
    }
    let takes_value = |text: &str| manager.value_options.contains(&text) || row.value_options.contains(&text);
    let mut subcommand: Option<String> = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        for value in values_of(command.surroundings, word) {
            let text = value.start();
            if text.starts_with('-') {
                if value.known().is_some() && takes_value(text) {
                    let next = words.next()?;
                    for value in values_of(command.surroundings, next) {
                        effects.extend(option_value(command, row, text, &value)?);
                    }
                } else {
                    effects.extend(option(command, row, &value)?);
                }
            } else if subcommand.is_none() && row.family != Family::Pacman {
                subcommand = Some(value.known()?.to_owned());
            } else {
                effects.extend(operand(command, row, word, &value)?);
            }
        }
    }
    match subcommand.as_deref() {
        None if row.family == Family::Pacman => {}
        // `apk --print-arch`, `apt-get --version`
        None => {}
        Some(name) if row.into_folder.contains(&name) => {
            effects.extend(Effects::uses(command.current_folder()));
        }
        Some(name) if name.contains("group") || name == "module" => effects.extend(web_pages()),
        Some(name) if manager.action(name) != Action::Other || row.subcommands.contains(&name) => {}
        Some(_) => return None,
    }
    Some(effects)
}

fn web_pages() -> Effects {
    let paths = ["/var/www", "/srv"].map(str::to_owned).to_vec();
    Effects::uses(Files { paths, ..Files::default() })
}

/// An option with what it has in the same word.
fn option(command: &Command<'_, '_, '_>, row: &Row, value: &Value) -> Option<Effects> {
    let text = value.start();
    if let Some((name, rest)) = text.split_once('=')
        && name.starts_with("--")
    {
        return option_value(command, row, name, &part_of(value, rest));
    }
    let known = value.known()?;
    if known.starts_with("--") || known.len() <= 2 {
        return Some(Effects::default());
    }
    // `-oKEY=VALUE`, `-cFILE`, `-yqq`
    let letter_end = known.char_indices().nth(2).map_or(known.len(), |(at, _)| at);
    let (letter, rest) = known.split_at(letter_end);
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    if row.file_options.contains(&letter) || rest.contains(['/', '=', ':']) {
        return option_value(command, row, letter, &Value::Known(rest.to_owned()));
    }
    Some(Effects::default())
}

fn option_value(command: &Command<'_, '_, '_>, row: &Row, name: &str, value: &Value) -> Option<Effects> {
    let text = value.start();
    let is_file = row.file_options.contains(&name);
    // `apk add --virtual .build-deps`
    if row.family == Family::Apk && matches!(name, "-t" | "--virtual") {
        return Some(Effects::default());
    }
    if text.starts_with("file:") || text.contains("=file:") {
        return None;
    }
    if text.contains("://") {
        return Some(Effects::default());
    }
    if is_file {
        return Some(Effects::uses(command.files(value)));
    }
    let lower = text.to_ascii_lowercase();
    if RUNS_COMMANDS.iter().any(|part| lower.contains(part)) {
        return None;
    }
    // `-o Dir::Cache=/x`, `--setopt=reposdir=/x`, `--repofrompath=name,/x`
    let path = text.rsplit(['=', ',']).next().unwrap_or_default();
    let is_path = path.contains('/')
        || path.starts_with('.')
        || lower.starts_with("dir")
        || lower.starts_with("rootdir");
    Some(match is_path {
        true => Effects::uses(command.files(&part_of(value, path))),
        false => Effects::default(),
    })
}

fn part_of(value: &Value, part: &str) -> Value {
    match value {
        Value::Known(_) => Value::Known(part.to_owned()),
        _ if part.is_empty() => Value::Unknown,
        _ => Value::Starts(part.to_owned()),
    }
}

/// A package by its name, or a file. What only running tells is taken for names: of packages in a variable,
/// in a list that a command prints, or in a pattern for a version (`nodejs=18.*`).
fn operand(command: &Command<'_, '_, '_>, row: &Row, word: &Word, value: &Value) -> Option<Effects> {
    let raw = String::from_utf8_lossy(command.invocation.slice(word.span)).into_owned();
    let raw = raw.trim_end_matches(['"', '\'']);
    let text = value.start();
    if row.endings.iter().any(|ending| text.ends_with(ending) || raw.ends_with(ending))
        || looks_like_file(text)
    {
        if text.contains("://") && !text.starts_with("file:") {
            return Some(Effects::default());
        }
        return Some(Effects::uses(command.files(value)));
    }
    let lower = text.to_ascii_lowercase();
    let may_be_web =
        value.known().is_none() && !text.contains('=') || WEB.iter().any(|part| lower.contains(part));
    Some(if may_be_web { web_pages() } else { Effects::default() })
}

fn looks_like_file(text: &str) -> bool {
    text.contains('/') || matches!(text, "." | "..")
}

/// dpkg(1), rpm(8)
fn low_level(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = operands_by_look(command)?;
    let is = |names: &[&str]| {
        command.arguments.iter().any(|value| value.known().is_some_and(|text| names.contains(&text)))
    };
    let by_name = match command.program {
        "dpkg" => !is(&[
            "-i",
            "--install",
            "--unpack",
            "-R",
            "--recursive",
            "-x",
            "-X",
            "--extract",
            "-e",
            "--control",
            "-b",
            "--build",
            "-I",
            "--info",
            "-c",
            "--contents",
            "--vextract",
            "--fsys-tarfile",
            "--field",
            "-f",
            "-A",
            "--record-avail",
            "-iR",
            "-Ri",
            "--ctrl-tarfile",
            "--raw-extract",
        ]),
        _ => command.arguments.first().and_then(Value::known).is_some_and(|text| {
            ["-e", "-q", "-V", "--erase", "--query", "--eval", "-E", "--rebuilddb", "--version"]
                .iter()
                .any(|name| text.starts_with(name))
                && !text.contains('p')
        }),
    };
    if !by_name {
        for value in &command.arguments {
            if !value.start().starts_with('-') && !value.start().contains("://") {
                effects.extend(Effects::uses(command.files(value)));
            }
        }
        // Which packages those are cannot be seen.
        effects.extend(web_pages());
    }
    Some(effects)
}

fn operands_by_look(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = system(command, &["APT_", "DEB", "DPKG", "RPM"])?;
    effects.extend(files_by_look(command, command.invocation.arguments)?);
    Some(effects)
}

/// True where a word without a dot or a slash may be a file, too.
fn takes_files(command: &Command<'_, '_, '_>) -> bool {
    match command.program {
        "apt-key" => command.arguments.first().and_then(Value::known) == Some("add"),
        program => matches!(program, "xargs" | "debconf-set-selections" | "rpmkeys"),
    }
}

/// The files among the words, by what they look like.
fn files_by_look(command: &Command<'_, '_, '_>, words: &[Word]) -> Option<Effects> {
    let mut effects = Effects::default();
    for word in words {
        for value in values_of(command.surroundings, word) {
            let text = value.start();
            if text.contains("://") && !text.contains("file:") || text.starts_with("ppa:") {
                continue;
            }
            if value == Value::Unknown {
                return None;
            }
            let path = text.split_once('=').map_or(text, |(_, path)| path);
            // `apt-key adv --keyserver example.com`
            let is_named = path.contains('.') && command.program != "apt-key" || takes_files(command);
            if path.contains('/') || is_named && path.contains('.') {
                effects.extend(Effects::uses(command.files(&part_of(&value, path))));
            } else if !text.starts_with('-') && takes_files(command) {
                command.looks_for(&[(text, None)], &mut effects);
            }
        }
    }
    Some(effects)
}
