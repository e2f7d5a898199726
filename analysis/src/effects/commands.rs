//! What well-known commands read and write. Everything else may do anything.
//!
//! The facts are rows in `tools`, `installers` and `packages`; a few commands have a reader of their own. A
//! word that is not known, an option that is in no row, a program of the application: all of these may mean
//! anything, and then the command reads and writes everything.

mod accounts;
mod cheap;
mod command;
mod downloads;
mod files;
mod installers;
mod options;
mod packages;
mod prelude;
mod scripts;
mod shell;
mod surroundings;
mod tools;
mod values;
mod variables;
mod vendors;

use dfopt_syntax::shell::Pipeline;

pub use cheap::is_cheap;

use crate::invocation::Invocation;

use super::{Effects, Setting};
use command::Command;
use prelude::Prelude;
pub(super) use surroundings::Surroundings;
pub(super) use values::{Value, values_of};

/// What `invocation`, somewhere in `pipeline`, reads and writes when it runs in `directory`.
pub(super) fn effects(
    surroundings: &Surroundings<'_, '_>,
    invocation: &Invocation<'_>,
    pipeline: &Pipeline,
    directory: Option<&str>,
) -> Effects {
    let command = Command::new(surroundings, invocation, pipeline, directory);
    understood(&command).unwrap_or_else(Effects::everything)
}

/// What the assignments of a command without words change.
pub(super) use variables::assignments;

/// True for a command that takes long, or brings much: one that installs or downloads.
pub fn is_costly(invocation: &Invocation<'_>) -> bool {
    packages::is_costly(invocation) || installers::is_costly(invocation) || downloads::is_costly(invocation)
}

fn understood(command: &Command<'_, '_, '_>) -> Option<Effects> {
    let mut effects = match prelude::effects(command)? {
        Prelude::OnlyLooksUp => Effects::default(),
        Prelude::Runs(before) => {
            let mut own = READERS.iter().find_map(|read| read(command))??;
            own.extend(before);
            own
        }
    };
    // A relative path is another where the working directory is.
    if command.looks_at_directory() {
        effects.reads.settings.insert(Setting::Workdir);
    }
    Some(effects)
}

/// What a reader says: none where the command is not its own, and none inside where it is not understood.
type Answer = Option<Option<Effects>>;

const READERS: &[fn(&Command<'_, '_, '_>) -> Answer] = &[
    shell::read,
    packages::read,
    installers::read,
    downloads::read,
    accounts::read,
    files::read,
    scripts::read,
    vendors::read,
    tools::read,
];
