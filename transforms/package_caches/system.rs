//! dnf, yum, microdnf, tdnf, zypper, pacman: what they keep goes at the end of the RUN that fetched it.

mod trust;

use std::collections::BTreeSet;

use dfopt_analysis::packages::caches::{
    By, CLEAN_UPS, CleanUp, KEEPS_PACKAGES, OFFLINE, PacmanAction, pacman_action,
};
use dfopt_analysis::packages::{Action, Family, Manager, PackageCommand, only_updates};
use dfopt_analysis::{After, Build, Invocation, ShellCode};
use dfopt_syntax::dockerfile::Keyword;
use dfopt_syntax::{Edit, Span};

use super::{ends_early, is_mounted, is_read, removes_folder, shipped_instructions};
use crate::joining::{self, Obstacle};
use crate::{Effect, Findings, Saving};

pub(super) fn run(build: &Build<'_>, findings: &mut Findings) {
    for family in [Family::Rpm, Family::Zypper, Family::Pacman] {
        let mut rows = CLEAN_UPS.iter().filter(|row| row.family == family);
        if !rows.any(|row| is_named(build.source(), row.program))
            || is_read(build, family)
            || keeps_packages(build, family)
        {
            continue;
        }
        let users = users(build, family);
        for index in shipped_instructions(build) {
            let instruction = build.instruction(index);
            if instruction.keyword() != Keyword::Run
                || users.offline.contains(&index)
                || is_mounted(instruction, Manager::of_family(family).caches)
            {
                continue;
            }
            let Some(code) = build.shell_code(index) else { continue };
            if let Some(left) = left_by(code, family) {
                clean(build, index, code, &left, &users, findings);
            }
        }
    }
}

fn is_named(text: &[u8], name: &str) -> bool {
    memchr::memmem::find(text, name.as_bytes()).is_some()
}

/// True where the file says that it keeps packages: a clean-up would take those of other RUNs, too.
fn keeps_packages(build: &Build<'_>, family: Family) -> bool {
    let signs = KEEPS_PACKAGES.iter().filter(|(other, _)| *other == family).flat_map(|(_, signs)| *signs);
    signs.into_iter().any(|sign| is_named(build.source(), sign))
}

/// What one program leaves behind in a RUN.
struct Left<'c> {
    row: &'static CleanUp,
    /// Its commands that fetch something, in order; not empty.
    fetches: Vec<Invocation<'c>>,
    /// A clean-up after the last of them that leaves something.
    partial: Option<PackageCommand<'c>>,
}

impl Left<'_> {
    fn last(&self) -> &Invocation<'_> {
        self.fetches.last().expect("invariant: a program that leaves something has fetched it")
    }
}

/// What the first program of the family leaves that leaves anything. (The next round sees to the others.)
fn left_by<'c>(code: &'c ShellCode<'_>, family: Family) -> Option<Left<'c>> {
    let mut left: Vec<Left<'c>> = Vec::new();
    for invocation in code.invocations() {
        if cleans_all(&invocation, family) {
            // `yum` may be another name of `dnf`, unless both were used.
            let both = left.iter().any(|left| left.row.program == invocation.program);
            left.retain(|left| both && left.row.program != invocation.program);
        }
        left.retain(|left| !removes_folder(&invocation, left.row.folders));
        let Some(row) = CleanUp::of_program(&invocation.program).filter(|row| row.family == family) else {
            continue;
        };
        let entry = left.iter_mut().find(|left| left.row.program == row.program);
        match (fetches(&invocation), entry) {
            (true, Some(entry)) => {
                entry.fetches.push(invocation);
                entry.partial = None;
            }
            (true, None) => left.push(Left { row, fetches: vec![invocation], partial: None }),
            (false, Some(entry)) => {
                let clean = PackageCommand::of(invocation).filter(|command| command.action == Action::Clean);
                entry.partial = clean.or(entry.partial.take());
            }
            (false, None) => {}
        }
    }
    left.into_iter().next()
}

/// True for a command that leaves something in the caches of its program.
fn fetches(invocation: &Invocation<'_>) -> bool {
    if invocation.program == "pacman" {
        return matches!(pacman_action(invocation), PacmanAction::Installs | PacmanAction::Keeps);
    }
    PackageCommand::of(invocation.clone()).is_some_and(|command| {
        matches!(command.action, Action::Install | Action::Upgrade | Action::Update | Action::Query)
    })
}

/// True for the program's own clean-up of everything.
fn cleans_all(invocation: &Invocation<'_>, family: Family) -> bool {
    if family == Family::Pacman {
        return invocation.program == "paccache"
            || invocation.program == "pacman" && pacman_action(invocation) == PacmanAction::Cleans;
    }
    let Some(command) = PackageCommand::of(invocation.clone()) else { return false };
    if command.manager.family != family || command.action != Action::Clean {
        return false;
    }
    match family {
        Family::Zypper => command.has_option(&["--all"]) || command.has_short('a'),
        // What only running tells may be `all`.
        _ => command.operands.iter().any(|word| invocation.literal(word).is_none_or(|word| word == "all")),
    }
}

fn clean(
    build: &Build<'_>,
    index: usize,
    code: &ShellCode<'_>,
    left: &Left<'_>,
    users: &Users,
    findings: &mut Findings,
) {
    let program = left.row.program;
    let span = code.source_span(left.last().command.span);
    if let Some(below) = needed_below(build, index, code, users) {
        let reason = format!("a later instruction needs what this one fetches with `{program}`");
        let help = "let that instruction fetch it itself";
        findings.missed_because_of(build.instruction(below).span, span, reason, help);
        return;
    }
    if only_updates(code, left.row.family) {
        let reason = "nothing is installed from the metadata that it fetches";
        findings.missed(span, reason, "remove the RUN, or put it in front of an installation");
        return;
    }
    let edits = match &left.partial {
        Some(command) => complete(code, command).map(|edit| vec![edit]).ok_or_else(|| Obstacle {
            reason: format!("`{program}` cleans up only in part"),
            help: "let it clean all",
        }),
        None => append(build, index, code, left).map(|edit| vec![edit]),
    };
    match edits {
        Ok(edits) => {
            let saves = Saving::Files("the metadata of its repositories and the packages as downloaded");
            findings.rewrite_saving(saves, format!("remove the cache of {program}"), Effect::Slim, edits);
        }
        Err(obstacle) => findings.missed(span, obstacle.reason, obstacle.help),
    }
}

/// `yum clean packages` -> `yum clean all`, `zypper clean` -> `zypper clean --all`.
fn complete(code: &ShellCode<'_>, command: &PackageCommand<'_>) -> Option<Edit> {
    if command.manager.family == Family::Zypper {
        let chosen =
            command.has_option(&["--repo"]) || command.has_short('r') || !command.operands.is_empty();
        let end = code.text.source_end(command.subcommand.span.end);
        return (!chosen).then(|| Edit::insert(end, " --all"));
    }
    let (first, last) = (command.operands.first()?, command.operands.last()?);
    // Options may stand between them.
    let is_one = command.operands.len() == 1;
    let span = code.source_span(Span { start: first.span.start, end: last.span.end });
    is_one.then(|| Edit::replace(span, "all"))
}

fn append(build: &Build<'_>, index: usize, code: &ShellCode<'_>, left: &Left<'_>) -> Result<Edit, Obstacle> {
    let row = left.row;
    if left.fetches.iter().any(|fetch| goes_elsewhere(fetch, row)) {
        let reason = format!("an option puts what `{}` fetches elsewhere, or keeps it", row.program);
        return Err(Obstacle { reason, help: "clean up by hand, with the same option" });
    }
    if let Some(builtin) = ends_early(code) {
        let reason = format!("`{builtin}` may end the RUN before a clean-up at its end");
        return Err(Obstacle { reason, help: "clean up by hand, before it" });
    }
    let command = match row.by {
        By::Removal(folder) => format!("rm -rf {folder}/*"),
        By::Itself(words) => {
            trust::check(code, left)?;
            format!("{} {words}{}", program_word(left.last()), repeated_options(left)?)
        }
    };
    let sudo = if left.last().sudo { "sudo " } else { "" };
    joining::append(build, index, &format!("{sudo}{command}"))
}

fn goes_elsewhere(fetch: &Invocation<'_>, row: &CleanUp) -> bool {
    fetch.arguments.iter().any(|word| {
        let text = String::from_utf8_lossy(fetch.slice(word.span));
        let name = text.split_once('=').map_or(text.as_ref(), |(name, _)| name);
        row.elsewhere.iter().any(|option| match option.strip_prefix('-') {
            // `-w` in `-Syw`
            Some(letter) if letter.len() == 1 => {
                text.starts_with('-') && !text.starts_with("--") && text.contains(letter)
            }
            Some(_) => name == *option,
            None => text.contains(option),
        })
    })
}

/// The program as the file calls it: `/usr/bin/yum`.
fn program_word<'c>(invocation: &Invocation<'c>) -> std::borrow::Cow<'c, str> {
    let words = invocation.command.words.iter().filter_map(|word| invocation.literal(word));
    let mut words = words.filter(|word| word.rsplit('/').next() == Some(&*invocation.program));
    words.next().unwrap_or_else(|| invocation.program.clone())
}

/// The options of the installations that say which repositories to look at, for the clean-up.
fn repeated_options(left: &Left<'_>) -> Result<String, Obstacle> {
    let mut all: Vec<Vec<String>> = left.fetches.iter().map(|fetch| options_of(fetch, left.row)).collect();
    let disables = |options: &Vec<String>| options.iter().any(|option| !option.starts_with("--enablerepo"));
    if all.iter().any(disables) {
        all.dedup();
        if all.len() > 1 {
            let reason = format!("the commands of `{}` look at different repositories", left.row.program);
            return Err(Obstacle { reason, help: "clean up by hand" });
        }
    }
    let mut options: Vec<String> = Vec::new();
    for option in all.into_iter().flatten() {
        if !options.contains(&option) {
            options.push(option);
        }
    }
    Ok(options.iter().map(|option| format!(" {option}")).collect())
}

/// The options of the row among the words of `fetch`, as they are written, each with its value.
fn options_of(fetch: &Invocation<'_>, row: &CleanUp) -> Vec<String> {
    let Some(command) = PackageCommand::of(fetch.clone()) else { return Vec::new() };
    let slice = |span: Span| String::from_utf8_lossy(fetch.slice(span)).into_owned();
    let mut options = Vec::new();
    let mut words = command.options.iter();
    while let Some(word) = words.next() {
        let text = slice(word.span);
        let name = text.split_once('=').map_or(text.as_str(), |(name, _)| name);
        let takes_word = command.manager.value_options.contains(&text.as_str());
        let value = if takes_word { words.next() } else { None };
        if row.repeated.contains(&name) {
            options.push(value.map_or(text.clone(), |value| format!("{text} {}", slice(value.span))));
        }
    }
    options
}

/// The instructions that use the family's programs, and those of them that fetch no metadata themselves.
struct Users {
    all: BTreeSet<usize>,
    offline: BTreeSet<usize>,
}

fn users(build: &Build<'_>, family: Family) -> Users {
    let mut users = Users { all: BTreeSet::new(), offline: BTreeSet::new() };
    let is_program = |word: &&str| CLEAN_UPS.iter().any(|row| row.family == family && row.program == *word);
    let is_offline = |word: &str| OFFLINE.contains(&(family, word));
    for index in 0..build.dockerfile().instructions().len() {
        let instruction = build.instruction(index);
        let text = String::from_utf8_lossy(instruction.text.bytes());
        let no_network = instruction.operation.flags.iter().any(|flag| flag.text.ends_with("network=none"));
        // Also commands in quotes and in exec form.
        for command in text.split([';', '&', '|', '\n']) {
            let is_delimiter = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | ',');
            let mut words = command.split(is_delimiter);
            if words.any(|word| is_program(&word)) {
                users.all.insert(index);
                if no_network || words.any(is_offline) {
                    users.offline.insert(index);
                }
            }
        }
    }
    users
}

/// The first instruction on top of this one that installs without fetching metadata, as all others do.
fn needed_below(build: &Build<'_>, index: usize, code: &ShellCode<'_>, users: &Users) -> Option<usize> {
    // What was fetched unchecked may not pass the checks of the next command.
    let unchecked = is_named(code.text.bytes(), "--no-gpg-checks");
    let needy = if unchecked { &users.all } else { &users.offline };
    let look = |i| if needy.contains(&i) { After::Found(i) } else { After::GoOn };
    if needy.is_empty() { None } else { build.find_after(index, look) }
}
