//! What apt is told before a command runs: by its configuration files, as far as the file writes or copies
//! them, and by the command's own options.
//!
//! apt.conf(5): a setting is `APT::Install-Recommends "false";`, or nested in `APT { … };`, in /etc/apt/apt.conf
//! or a file of /etc/apt/apt.conf.d; the last one counts, and options come after all files. Names know no
//! upper and lower case.

use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::Keyword;

use crate::build::Build;
use crate::copied::{destination, sources};
use crate::paths::{below, join, split};
use crate::shell_code::ShellCode;

use super::command::PackageCommand;
use super::managers::Family;

/// A setting of apt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `APT::Install-Recommends`: whether recommended packages are installed, too.
    InstallRecommends,
    /// `APT::Get::Assume-Yes`: whether questions are answered with yes.
    AssumeYes,
}

/// What is known of a setting where a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Nothing settles it: apt's default holds.
    Default,
    /// It has that value.
    Set(bool),
    /// What stands at that place of the file may settle it.
    Unknown(Span),
}

/// The settings that a Dockerfile makes.
#[derive(Debug, Default)]
pub struct AptSettings {
    made: Vec<Made>,
}

/// A setting that an instruction makes.
#[derive(Debug)]
struct Made {
    instruction: usize,
    /// Where in the instruction's shell code.
    offset: u32,
    key: Key,
    /// None where it is not known.
    value: Option<bool>,
}

impl Key {
    const ALL: [Key; 2] = [Key::InstallRecommends, Key::AssumeYes];

    /// The last part of its name, in lower case.
    fn name(self) -> &'static [u8] {
        match self {
            Self::InstallRecommends => b"install-recommends",
            Self::AssumeYes => b"assume-yes",
        }
    }
}

impl AptSettings {
    /// Reads all instructions once.
    pub fn of(build: &Build<'_>) -> Self {
        let mut made = Vec::new();
        for index in 0..build.dockerfile().instructions().len() {
            match build.instruction(index).keyword() {
                Keyword::Run => run(build, index, &mut made),
                Keyword::Copy | Keyword::Add => transfer(build, index, &mut made),
                _ => {}
            }
        }
        Self { made }
    }

    /// What is known of `key` where `command` of the RUN `index` runs; `extra` are options that variables of
    /// its hold.
    pub fn before(
        &self,
        build: &Build<'_>,
        index: usize,
        code: &ShellCode<'_>,
        command: &PackageCommand<'_>,
        extra: &[String],
        key: Key,
    ) -> Setting {
        let span = code.source_span(command.invocation.command.span);
        let options: Vec<String> = command.option_texts().map(|text| text.into_owned()).collect();
        let options = options.iter().chain(extra).map(String::as_bytes);
        if let Some(value) = options.filter_map(|option| values(option, key).last()).next_back() {
            return value.1.map_or(Setting::Unknown(span), Setting::Set);
        }
        let environment = build.state_before(index);
        if command.has_option(&["-c", "--config-file"])
            || environment.variables.contains_key("APT_CONFIG")
            || contains(command.invocation.slice(command.invocation.command.span), b"APT_CONFIG")
        {
            return Setting::Unknown(span);
        }
        let Some(stage) = build.stage_of(index).filter(|_| !self.made.is_empty()) else {
            return Setting::Default;
        };
        let lineage = |instruction: usize| {
            build.ancestry(stage).any(|ancestor| ancestor.instructions.contains(&instruction))
        };
        let is_earlier = |made: &&Made| {
            made.instruction < index
                || made.instruction == index && made.offset < command.subcommand.span.start
        };
        let last = self.made.iter().rev().filter(|made| made.key == key).filter(is_earlier);
        match last.filter(|made| lineage(made.instruction)).map(|made| (made.instruction, made.value)).next()
        {
            Some((_, Some(value))) => Setting::Set(value),
            Some((instruction, None)) => Setting::Unknown(build.instruction(instruction).span),
            None => Setting::Default,
        }
    }
}

/// What the commands of a RUN write: any mention of a setting but in the options of apt itself.
fn run(build: &Build<'_>, index: usize, made: &mut Vec<Made>) {
    let text = build.instruction(index).span.of(build.source());
    if !Key::ALL.iter().any(|key| values(text, *key).next().is_some()) {
        return;
    }
    let Some(code) = build.shell_code(index) else {
        let unknown = Key::ALL.into_iter().filter(|key| values(text, *key).next().is_some());
        made.extend(unknown.map(|key| Made { instruction: index, offset: 0, key, value: None }));
        return;
    };
    let text = code.text.bytes();
    let commands = code.script.simple_commands();
    let own: Vec<Span> = code
        .package_commands()
        .filter(|command| command.manager.family == Family::Apt)
        .map(|command| command.invocation.command.span)
        .collect();
    let within = |span: Span, offset: u32| span.start <= offset && offset < span.end;
    for key in Key::ALL {
        for (offset, value) in values(text, key) {
            if own.iter().any(|span| within(*span, offset)) {
                continue;
            }
            // What stands in no command is in a here-document: of a command that runs for sure, it is hoped.
            let mut writers = commands.iter().filter(|(command, _)| within(command.span, offset));
            let is_sure = writers.all(|(_, context)| {
                !(context.in_loop
                    || context.in_condition
                    || context.in_branch
                    || context.in_function
                    || context.in_background
                    || context.after_or
                    || context.negated)
            });
            made.push(Made { instruction: index, offset, key, value: value.filter(|_| is_sure) });
        }
    }
    made.sort_by_key(|made| (made.instruction, made.offset));
}

/// What COPY and ADD bring to the places apt reads.
fn transfer(build: &Build<'_>, index: usize, made: &mut Vec<Made>) {
    let Some(path) = destination(build, index).path else { return };
    let arrives_as_other = |source: &Option<String>| {
        source.as_ref().is_some_and(|source| is_other(&join(&path, split(source).1)))
    };
    if below(&path, "/etc/apt").is_none()
        || is_other(&path)
        || sources(build, index).is_some_and(|sources| sources.iter().all(arrives_as_other))
    {
        return;
    }
    let mut add = |key, value| made.push(Made { instruction: index, offset: 0, key, value });
    let instruction = build.instruction(index);
    let texts = match instruction.heredocs.is_empty() {
        true => copied_texts(build, index),
        false => Some(vec![String::from_utf8_lossy(instruction.span.of(build.source())).into_owned()]),
    };
    for key in Key::ALL {
        match &texts {
            None => add(key, None),
            Some(texts) => {
                let value = texts.iter().filter_map(|text| values(text.as_bytes(), key).last()).next_back();
                if let Some((_, value)) = value {
                    add(key, value);
                }
            }
        }
    }
}

/// True for a path in /etc/apt that holds no settings.
fn is_other(path: &str) -> bool {
    let others = [
        "sources.list",
        "sources.list.d",
        "preferences",
        "preferences.d",
        "trusted.gpg.d",
        "keyrings",
        "auth.conf.d",
    ];
    others.iter().any(|name| below(path, &join("/etc/apt", name)).is_some())
        || [".list", ".sources", ".gpg", ".asc", ".pref"].iter().any(|ending| path.ends_with(ending))
}

/// The texts of the files that a COPY brings from the build context to where apt reads its settings.
fn copied_texts(build: &Build<'_>, index: usize) -> Option<Vec<String>> {
    let context = build.context()?;
    let mut texts = Vec::new();
    for copied in build.copied(index)? {
        let mut files = vec![(copied.source.clone(), copied.destination.clone(), copied.is_folder)];
        while let Some((source, destination, is_folder)) = files.pop() {
            if is_other(&destination) {
                continue;
            }
            if !is_folder {
                texts.push(context.read(&source)?.into_owned());
                continue;
            }
            // /etc/apt holds folders of files, and no deeper ones that are read.
            if below(&destination, "/etc/apt/apt.conf.d").is_some_and(|rest| !rest.is_empty()) {
                continue;
            }
            for name in context.list(&source)? {
                let (source, destination) = (join(&source, &name), join(&destination, &name));
                let is_folder = context.entry(&source) == crate::Entry::Directory;
                files.push((source, destination, is_folder));
            }
        }
    }
    Some(texts)
}

/// Where `text` sets `key`, and to what; options as `--no-install-recommends` do not count.
fn values(text: &[u8], key: Key) -> impl Iterator<Item = (u32, Option<bool>)> + '_ {
    let name = key.name();
    let dash = name.iter().position(|&b| b == b'-').unwrap_or_default();
    let starts = memchr::memchr_iter(b'-', text).filter_map(move |at| at.checked_sub(dash));
    let starts = starts.filter(move |&start| {
        text.get(start..start + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    });
    starts.filter_map(move |start| {
        let before = start.checked_sub(1).map(|i| text[i]);
        if before == Some(b'-') {
            return None;
        }
        let rest = &text[start + name.len()..];
        let blanks =
            rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'=')).count();
        let word: Vec<u8> =
            rest[blanks..].iter().take_while(|b| b.is_ascii_alphanumeric()).take(8).copied().collect();
        Some((u32::try_from(start).unwrap_or(u32::MAX), boolean(&word)))
    })
}

/// What apt reads as true and false: `StringToBool` in apt-pkg/contrib/strutl.cc.
fn boolean(word: &[u8]) -> Option<bool> {
    match word.to_ascii_lowercase().as_slice() {
        b"no" | b"false" | b"without" | b"off" | b"disable" | b"0" => Some(false),
        b"yes" | b"true" | b"with" | b"on" | b"enable" | b"1" => Some(true),
        _ => None,
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}
