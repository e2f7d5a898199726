//! Whether a package manager's own clean-up surely works at the end of a RUN.

use dfopt_analysis::packages::{Action, PackageCommand};
use dfopt_analysis::{Invocation, ShellCode};
use dfopt_syntax::shell::AndOrOperator;

use super::super::is_within;
use super::Left;
use crate::joining::Obstacle;

/// Folders without which a package manager does not work.
const RELIED_ON: &[&str] =
    &["/etc/yum", "/etc/dnf", "/etc/yum.conf", "/var/lib/rpm", "/var/lib/yum", "/var/lib/dnf"];

/// Programs that change which repositories there are.
const CONFIGURATORS: &[&str] = &["yum-config-manager", "subscription-manager"];

/// Programs that put other files in the place of some.
const REPLACERS: &[&str] =
    &["rm", "mv", "cp", "ln", "alternatives", "update-alternatives", "unlink", "install", "sed"];

/// The program runs for sure, and nothing after its last command takes away what it needs.
pub(super) fn check(code: &ShellCode<'_>, left: &Left<'_>) -> Result<(), Obstacle> {
    let program = left.row.program;
    if !left.fetches.iter().any(|fetch| is_certain(fetch, code)) {
        return Err(Obstacle {
            reason: format!("whether `{program}` runs at all is not certain"),
            help: "clean up by hand, behind the installation",
        });
    }
    if leaves_its_folder_removed(code) {
        return Err(Obstacle {
            reason: format!("`{program}` would run in a folder that is removed"),
            help: "leave the folder before it is removed: cd /",
        });
    }
    let start = left.last().command.span.start;
    let later = code.invocations().into_iter().filter(|later| later.command.span.start > start);
    for later in later {
        if breaks(&later, program) {
            return Err(Obstacle {
                reason: format!("`{program}` may not work any more at the end of the RUN"),
                help: "clean up by hand, behind the installation",
            });
        }
        if left.row.needs_repositories && changes_repositories(&later) {
            return Err(Obstacle {
                reason: "its repositories change behind the installation".to_owned(),
                help: "clean up by hand, behind the installation",
            });
        }
    }
    Ok(())
}

/// True where the command runs whenever what follows the code does.
fn is_certain(fetch: &Invocation<'_>, code: &ShellCode<'_>) -> bool {
    let is_last_chain = || {
        code.script.list.items.last().is_some_and(|item| {
            let is_inside = item.and_or.span.start <= fetch.command.span.start
                && fetch.command.span.end <= item.and_or.span.end;
            is_inside && item.and_or.rest.iter().all(|(operator, ..)| *operator == AndOrOperator::And)
        })
    };
    fetch.is_plain() && (!fetch.context.after_and || is_last_chain())
}

/// True where the code goes into a folder, and removes it from there: not all programs start without one.
fn leaves_its_folder_removed(code: &ShellCode<'_>) -> bool {
    let name_of = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let mut folder: Option<Option<String>> = None;
    let mut removed = false;
    for invocation in code.invocations() {
        let mut words = invocation.arguments.iter().map(|word| invocation.literal(word));
        match invocation.program.as_ref() {
            "cd" | "pushd" if invocation.context.runs_in_shell() => {
                folder = Some(words.next().flatten().map(|path| name_of(&path)));
                removed = false;
            }
            "rm" | "rmdir" | "mv" => {
                removed |= folder.as_ref().is_some_and(|folder| {
                    words.any(|word| match (word, folder) {
                        (Some(word), Some(folder)) => name_of(&word) == *folder || word.starts_with(".."),
                        _ => true,
                    })
                });
            }
            _ => {}
        }
    }
    removed
}

/// True for what removes or replaces the program, the interpreter that runs it, or its files.
fn breaks(later: &Invocation<'_>, program: &str) -> bool {
    let words = || later.arguments.iter().filter_map(|word| later.literal(word));
    let is_program = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or_default().trim_end_matches('*');
        [program, "python", "python2", "python3", "rpm", "platform-python"].contains(&name)
    };
    let removes_package = PackageCommand::of(later.clone())
        .is_some_and(|command| command.action == Action::Remove)
        || later.program == "rpm" && words().any(|word| word == "--erase" || word.starts_with("-e"));
    if removes_package {
        return words().any(|word| is_program(&word));
    }
    let on_files = |word: &str| {
        let path = word.trim_end_matches(['*', '/']);
        is_program(path)
            || path.len() > 1
                && RELIED_ON.iter().any(|folder| is_within(folder, path) || is_within(path, folder))
                // Files of repositories are not needed to run.
                && !is_within(path, "/etc/yum.repos.d")
    };
    REPLACERS.contains(&later.program.as_ref()) && words().any(|word| on_files(&word))
}

/// True for what may take repositories away.
fn changes_repositories(later: &Invocation<'_>) -> bool {
    let words = || later.arguments.iter().filter_map(|word| later.literal(word));
    if CONFIGURATORS.contains(&later.program.as_ref()) {
        return words().any(|word| {
            word.contains("disable") || word == "unregister" || word == "remove" || word == "clean"
        });
    }
    let names = |part: &str| words().any(|word| word.contains(part));
    match PackageCommand::of(later.clone()) {
        Some(command) if command.action == Action::Remove => names("release") || names("repo"),
        Some(command) if command.name == "config-manager" => names("disable"),
        Some(_) => false,
        None if later.program == "rpm" => names("-e") && (names("release") || names("repo")),
        None => matches!(later.program.as_ref(), "rm" | "mv" | "sed") && names("yum.repos.d"),
    }
}
