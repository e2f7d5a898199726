//! When the cache of a tool is left alone.

use std::collections::BTreeSet;

use dfopt_analysis::packages::Manager;
use dfopt_analysis::packages::managers;
use dfopt_analysis::packages::tools::{ToolCache, ToolCommand, has_option};
use dfopt_analysis::{After, BaseImage, Build, Invocation};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Instruction, Keyword};

use super::super::is_within;
use crate::joining::Obstacle;

/// True where the file says nothing of the tool's cache.
pub(super) fn may_act(build: &Build<'_>, row: &ToolCache) -> bool {
    let names = |text: &str| memchr::memmem::find(build.source(), text.as_bytes()).is_some();
    !row.configured_by.iter().any(|text| names(text)) && !is_read(build, row)
}

/// True where an instruction names the cache, other than to remove it: the file does something with it.
fn is_read(build: &Build<'_>, row: &ToolCache) -> bool {
    (0..build.dockerfile().instructions().len()).any(|index| {
        let instruction = build.instruction(index);
        if !matches!(
            instruction.keyword(),
            Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Volume | Keyword::Env
        ) {
            return false;
        }
        let removes = || {
            let code = build.shell_code(index);
            code.is_some_and(|code| code.invocations().iter().any(|invocation| removes(invocation, row)))
        };
        words(instruction).iter().any(|word| names_folder(word, row)) && !removes()
    })
}

fn names_folder(word: &str, row: &ToolCache) -> bool {
    row.folders.iter().any(|folder| {
        word.ends_with(folder)
            || word.match_indices(folder).any(|(at, _)| word[at + folder.len()..].starts_with('/'))
    })
}

/// True for what removes the cache, or a folder around it.
pub(super) fn removes(invocation: &Invocation<'_>, row: &ToolCache) -> bool {
    matches!(invocation.program.as_ref(), "rm" | "find")
        && invocation.arguments.iter().any(|word| {
            let text = String::from_utf8_lossy(invocation.slice(word.span)).replace(['"', '\''], "");
            let path = text.trim_end_matches(['*', '/']);
            let ends_above =
                |folder: &str| folder.match_indices('/').skip(1).any(|(at, _)| path.ends_with(&folder[..at]));
            names_folder(path, row) || row.folders.iter().any(|folder| ends_above(folder))
                // `~/{.npm,.cache}`
                || text.contains('{') && row.folders.iter().any(|folder| {
                    let mut names = folder.split('/').filter(|name| !name.is_empty());
                    names.any(|name| text.contains(name))
                })
        })
}

/// True where the remedy is known to work in the RUN, and no mount keeps the cache out of the layer.
pub(super) fn may_act_in(build: &Build<'_>, index: usize, row: &ToolCache) -> bool {
    let is_cache_of_system = |target: &str| {
        let mut caches = managers::ALL.iter().flat_map(|manager: &Manager| manager.caches);
        target.starts_with("/var/")
            && caches.any(|cache| is_within(target, cache) || is_within(cache, target))
    };
    let mounted = build.instruction(index).operation.mounts().any(|mount| {
        matches!(mount.kind(), "cache" | "tmpfs") && !is_cache_of_system(mount.target().unwrap_or_default())
    });
    let Some((name, oldest)) = row.only_in else { return !mounted };
    let is_known = build.base_image(index).and_then(BaseImage::official).is_some_and(|image| {
        image.name == name
            && (oldest == (0, 0) || version(image.tag).is_some_and(|version| version >= oldest))
    });
    // What root made, others cannot remove.
    let is_root = || matches!(build.state_before(index).user.as_deref(), None | Some("root" | "0"));
    !mounted && is_known && is_root()
}

/// Tags that stand for the newest version. Others without a version have been left behind: `onbuild`.
const NEWEST: &[&str] = &["", "latest", "alpine", "bookworm", "bullseye", "trixie"];

/// The version in a tag, where it tells one.
fn version(tag: &str) -> Option<(u32, u32)> {
    let mut numbers = tag.split(['.', '-']).map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), minor) => Some((major, minor.unwrap_or(u32::MAX))),
        (None, _) => NEWEST.contains(&tag).then_some((u32::MAX, u32::MAX)),
    }
}

/// What in a file may need the cache of a tool.
pub(super) struct Needs {
    at_run_time: Option<usize>,
    /// The RUNs that work with what an earlier one left, and those that do with what they left themselves.
    later: BTreeSet<usize>,
    own: BTreeSet<usize>,
}

impl Needs {
    pub(super) fn of(build: &Build<'_>, row: &ToolCache) -> Self {
        let runs: Vec<usize> = (0..build.dockerfile().instructions().len())
            .filter(|&index| build.instruction(index).keyword() == Keyword::Run)
            .collect();
        let own = runs.iter().copied().filter(|&i| is_offline(build.instruction(i), row));
        let own: BTreeSet<usize> = own.collect();
        let again = runs.into_iter().filter(|&i| {
            !row.used_again_by.is_empty() && runs_any(&words(build.instruction(i)), row.used_again_by)
        });
        let later = own.iter().copied().chain(again).collect();
        Self { at_run_time: at_run_time(build, row), later, own }
    }

    /// What needs the cache that RUN `index` leaves: where that is, and what to say of it.
    pub(super) fn cause(&self, build: &Build<'_>, index: usize, row: &ToolCache) -> Option<(Span, Obstacle)> {
        let name = row.name;
        if let Some(i) = self.at_run_time {
            let reason = format!("the container may use what `{name}` keeps");
            let help = "let the container run what was built";
            return Some((build.instruction(i).span, Obstacle { reason, help }));
        }
        let found = if self.own.contains(&index) {
            Some(index)
        } else if self.later.is_empty() {
            None
        } else {
            let is_later = |i| self.later.contains(&i);
            build.find_after(index, |i| if is_later(i) { After::Found(i) } else { After::GoOn })
        };
        let i = found?;
        let (reason, help) = match self.own.contains(&i) {
            true => ("a command works with what", "let it fetch what it needs"),
            false => ("a later instruction is much faster with what", "run both in one RUN"),
        };
        let reason = format!("{reason} `{name}` keeps");
        Some((build.instruction(i).span, Obstacle { reason, help }))
    }
}

/// An instruction that says what the container runs, which is a command that would use the cache. Where
/// nothing is said and it would be much slower without, that is the one, too.
fn at_run_time(build: &Build<'_>, row: &ToolCache) -> Option<usize> {
    let instructions = 0..build.dockerfile().instructions().len();
    let says = |i: &usize| {
        matches!(build.instruction(*i).keyword(), Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck)
    };
    let said: Vec<usize> = instructions.clone().filter(says).collect();
    let is_healthcheck = |i: &usize| build.instruction(*i).keyword() == Keyword::Healthcheck;
    if !row.used_again_by.is_empty() && said.iter().all(is_healthcheck) {
        return instructions.last();
    }
    said.into_iter().find(|&i| {
        let words = words(build.instruction(i));
        let names: Vec<&str> = words.iter().map(|word| base_name(word)).collect();
        row.at_run_time.iter().any(|command| {
            let command: Vec<&str> = command.split(' ').collect();
            names.windows(command.len()).any(|window| window == command)
        })
    })
}

/// True for a RUN of the tool without the network.
fn is_offline(instruction: &Instruction<'_>, row: &ToolCache) -> bool {
    let words = words(instruction);
    let programs: Vec<&str> = row.programs().collect();
    let no_network = instruction.operation.flags.iter().any(|flag| flag.text.ends_with("network=none"));
    runs_any(&words, &programs)
        && (no_network || words.iter().any(|word| row.offline.contains(&word.as_str())))
}

fn runs_any(words: &[String], programs: &[&str]) -> bool {
    words.iter().any(|word| programs.contains(&base_name(word)))
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or_default()
}

/// The words of an instruction, also those in quotes and in exec form.
fn words(instruction: &Instruction<'_>) -> Vec<String> {
    let text = String::from_utf8_lossy(instruction.text.bytes());
    let is_delimiter = |c: char| c.is_whitespace() || "\"'[],;&|()=`".contains(c);
    text.split(is_delimiter).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The program is the same, and works, when it cleans up.
pub(super) fn check_program(command: &ToolCommand<'_>, row: &ToolCache) -> Result<(), Obstacle> {
    let invocation = &command.invocation;
    let is_global = has_option(invocation, &["-g", "--global"]);
    let replaces = command.operands.iter().any(|word| {
        let text = String::from_utf8_lossy(invocation.slice(word.span)).replace(['"', '\''], "");
        let name = text.split('@').next().unwrap_or_default();
        name == row.name || is_global && text.starts_with('$')
    });
    // `npm update --global` brings itself up to date.
    if replaces || is_global && command.operands.is_empty() && updates(command) {
        return Err(Obstacle {
            reason: format!("it may replace `{}` itself", row.name),
            help: "clean up by hand, where the new version works",
        });
    }
    let assigns = |names: &[&str]| {
        let mut assigned = invocation.command.assignments.iter();
        assigned.any(|one| names.contains(&&*String::from_utf8_lossy(invocation.slice(one.name))))
    };
    if assigns(&["HOME", "XDG_CACHE_HOME", "PATH", "COMPOSER_HOME"]) {
        return Err(Obstacle {
            reason: "a variable is set for this command alone".to_owned(),
            help: "clean up by hand, with the same variable",
        });
    }
    Ok(())
}

fn updates(command: &ToolCommand<'_>) -> bool {
    command.subcommand.is_some_and(|word| command.invocation.slice(word.span).starts_with(b"up"))
}
