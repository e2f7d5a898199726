//! What each instruction reads and writes.

use std::collections::BTreeSet;

use dfopt_syntax::dockerfile::{Arguments, Instruction, Keyword, ShellKind};

use crate::build::Build;
use crate::copied;
use crate::paths::{below, is_application_folder, resolve, split};
use crate::state::State;

use super::{Effects, Files, Owner, Setting, links, run};

pub(crate) fn of_instruction(build: &Build<'_>, index: usize) -> Effects {
    let instruction = build.instruction(index);
    let mut effects = match instruction.keyword() {
        Keyword::Run => of_run(build, index),
        Keyword::Copy | Keyword::Add => of_copy(build, index),
        Keyword::Env | Keyword::Label => of_pairs(instruction),
        Keyword::Arg => of_arg(instruction),
        Keyword::Workdir => of_workdir(build, index),
        Keyword::User => writes(Setting::User),
        Keyword::Shell => writes(Setting::Shell),
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => reads(Setting::Shell),
        Keyword::Expose | Keyword::Stopsignal | Keyword::Maintainer => Effects::default(),
        // What is written below it may be lost.
        Keyword::Volume => Effects::uses(Files::all()),
        // A trigger runs elsewhere, but is it nothing to what stands around it? It stays where it is.
        Keyword::From | Keyword::Onbuild | Keyword::Unknown => Effects::everything(),
    };
    if expands_variables(instruction.keyword()) {
        for name in variables_of(build, instruction) {
            effects.reads.settings.insert(Setting::Variable(name));
        }
    }
    effects
}

fn writes(setting: Setting) -> Effects {
    let mut effects = Effects::default();
    effects.writes.settings.insert(setting);
    effects
}

fn reads(setting: Setting) -> Effects {
    let mut effects = Effects::default();
    effects.reads.settings.insert(setting);
    effects
}

fn of_run(build: &Build<'_>, index: usize) -> Effects {
    let instruction = build.instruction(index);
    // A heredoc is text like any other, but it says more to the eye than to this table.
    let plain = build.shell_code(index).is_some_and(|code| code.kind == ShellKind::Plain);
    // Caches, secrets and agents lie over the files; what is bound in is read from elsewhere.
    let mounts_files = instruction
        .operation
        .mounts()
        .any(|mount| !matches!(mount.kind(), "cache" | "secret" | "ssh" | "tmpfs"));
    let steps = match run::steps(build, index) {
        Some(steps) if plain => steps,
        _ => return Effects::everything(),
    };
    let mut effects = run::of_steps(build, index, &steps);
    if mounts_files {
        effects.extend(Effects::uses(Files::all()));
    }
    for mount in instruction.operation.mounts() {
        let state = build.state_before(index);
        match mount.target() {
            Some(target) if target.contains('$') => return Effects::everything(),
            Some(target) => {
                effects.extend(Effects::uses(Files::at(resolve(state.workdir.as_deref(), target))));
            }
            None => {}
        }
    }
    // Whose they are, and who may read them, only running tells.
    let workdir = build.state_before(index).workdir.clone().unwrap_or_default();
    for path in &effects.writes.files.paths {
        let folder = split(path).0;
        let is_assumed = is_application_folder(folder);
        let is_above_workdir = is_assumed && below(&workdir, folder).is_some();
        if is_above_workdir {
            effects.reads.settings.insert(Setting::Workdir);
        }
        // The folder has to be there, or comes into being with what is written.
        let made = if is_assumed && !is_above_workdir { folder } else { path };
        effects.makes.push((made.to_owned(), Owner::Unknown));
    }
    links::follow(build, index, &mut effects);
    effects.reads.settings.insert(Setting::User);
    effects.reads.settings.insert(Setting::Shell);
    effects
}

fn of_copy(build: &Build<'_>, index: usize) -> Effects {
    let instruction = build.instruction(index);
    let mut effects = Effects::default();
    effects.writes.files = copied::written(build, index);
    let chown = instruction.flag("chown").and_then(|flag| flag.value());
    let names = chown.iter().flat_map(|owner| owner.split(':'));
    for name in names.filter(|name| !name.bytes().all(|b| b.is_ascii_digit())) {
        effects.reads.settings.insert(Setting::Accounts);
        effects.reads.settings.insert(Setting::NewAccounts);
        effects.reads.settings.insert(Setting::Account(name.to_owned()));
    }
    let destination = copied::destination(build, index);
    if destination.is_relative {
        effects.reads.settings.insert(Setting::Workdir);
    }
    // BuildKit gives the folders that it makes the mode of the files, too.
    let chmod = instruction.flag("chmod").and_then(|flag| flag.value());
    let owner = match (chown, chmod) {
        (None, None) => Owner::Root,
        (chown, chmod) => Owner::Other([chown, chmod].map(Option::unwrap_or_default).join(" ")),
    };
    let brings_folder = build.copied(index).is_none_or(|copied| copied.iter().any(|copied| copied.is_folder));
    let is_folder = destination.is_folder || brings_folder;
    let folder = |path: String| if is_folder { path } else { split(&path).0.to_owned() };
    effects.makes = destination.path.into_iter().map(|path| (folder(path), owner.clone())).collect();
    effects
}

fn of_pairs(instruction: &Instruction<'_>) -> Effects {
    let Arguments::Pairs(pairs) = instruction.arguments() else { return Effects::everything() };
    let mut effects = Effects::default();
    for pair in pairs {
        let key = String::from_utf8_lossy(instruction.slice(pair.key)).into_owned();
        if key.contains('$') {
            return Effects::everything();
        }
        let label = instruction.keyword() == Keyword::Label;
        let setting = if label { Setting::Label(unquoted(&key)) } else { Setting::Variable(key) };
        effects.writes.settings.insert(setting);
    }
    effects
}

fn unquoted(key: &str) -> String {
    key.replace(['"', '\''], "")
}

fn of_arg(instruction: &Instruction<'_>) -> Effects {
    let mut effects = Effects::default();
    for declaration in instruction.operation.declarations(instruction.text.bytes()) {
        let name = String::from_utf8_lossy(instruction.slice(declaration.name)).into_owned();
        effects.writes.settings.insert(Setting::Variable(name));
    }
    effects
}

fn of_workdir(build: &Build<'_>, index: usize) -> Effects {
    let before = build.state_before(index);
    let after = build.state_after(index);
    let mut effects = writes(Setting::Workdir);
    let instruction = build.instruction(index);
    if !instruction.slice(instruction.operation.body).starts_with(b"/") {
        effects.reads.settings.insert(Setting::Workdir);
    }
    // The folder is the USER's where BuildKit has to make it.
    effects.reads.settings.insert(Setting::User);
    match after.workdir.as_deref().and_then(|path| resolve(None, path)) {
        Some(path) => effects.makes = vec![(path, owner(build, index, &before))],
        None => effects.writes.files = Files::all(),
    }
    effects
}

/// Official images that start as another user than root are none of those that build applications.
fn owner(build: &Build<'_>, index: usize, state: &State) -> Owner {
    match state.user.as_deref() {
        Some("root" | "0" | "0:0" | "root:root") => Owner::Root,
        Some(user) => Owner::Other(user.to_owned()),
        None if sets_user(build, index) => Owner::Unknown,
        None => match build.base_image(index).and_then(crate::BaseImage::official) {
            Some(_) => Owner::Root,
            None => Owner::Unknown,
        },
    }
}

fn sets_user(build: &Build<'_>, index: usize) -> bool {
    let Some(stage) = build.stage_of(index) else { return true };
    build.ancestry(stage).any(|stage| {
        let end = stage.instructions.end.min(index.max(stage.instructions.start));
        (stage.instructions.start..end).any(|i| build.instruction(i).keyword() == Keyword::User)
    })
}

/// Instructions in whose words BuildKit expands variables.
/// <https://docs.docker.com/reference/dockerfile/#environment-replacement>
fn expands_variables(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Add
            | Keyword::Arg
            | Keyword::Copy
            | Keyword::Env
            | Keyword::Expose
            | Keyword::Label
            | Keyword::Stopsignal
            | Keyword::User
            | Keyword::Volume
            | Keyword::Workdir
            | Keyword::Run
    )
}

/// The names after a `$` anywhere in the text. More than are expanded: quotes and escapes are not looked at.
fn variables_of(build: &Build<'_>, instruction: &Instruction<'_>) -> Vec<String> {
    let text = instruction.text.bytes();
    let mut names = BTreeSet::new();
    if instruction.keyword() == Keyword::Run {
        // The shell expands the code; BuildKit expands the flags.
        add_variables(&text[..instruction.operation.body.start as usize], &mut names);
        return names.into_iter().collect();
    }
    add_variables(text, &mut names);
    // BuildKit expands what COPY and ADD write into a file, too.
    for heredoc in &instruction.heredocs {
        add_variables(heredoc.body.of(build.source()), &mut names);
    }
    names.into_iter().collect()
}

fn add_variables(text: &[u8], names: &mut BTreeSet<String>) {
    for at in memchr::memchr_iter(b'$', text) {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix(b"{").unwrap_or(rest);
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if len > 0 {
            names.insert(String::from_utf8_lossy(&rest[..len]).into_owned());
        }
    }
}
