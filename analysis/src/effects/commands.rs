//! What well-known commands read and write.

use crate::build::Build;
use crate::invocation::Invocation;
use crate::packages::{Family, PackageCommand};
use crate::paths::resolve;

use super::{Effects, Files};

/// What `invocation` in RUN `index` reads and writes when it runs in `directory`.
pub(super) fn effects(
    build: &Build<'_>,
    index: usize,
    invocation: &Invocation<'_>,
    directory: Option<&str>,
) -> Effects {
    let _ = (build, index);
    // What pip reads of the application, the table of ecosystems tells.
    if let Some(command) = PackageCommand::of(invocation.clone())
        && command.manager.family != Family::Pip
    {
        return of_packages(&command, directory);
    }
    match invocation.program.as_ref() {
        "cd" | "echo" | "true" | ":" | "false" | "printf" | "exit" | "set" => Effects::default(),
        _ => Effects::everything(),
    }
}

/// Package managers of the system work on its files, and on files that they are given.
fn of_packages(command: &PackageCommand<'_>, directory: Option<&str>) -> Effects {
    let mut effects = Effects::uses(Files::system());
    effects.reads.settings.environment = true;
    for word in command.operands.iter().chain(&command.options) {
        if let Some(text) = command.invocation.literal(word)
            && text.starts_with(['.', '/'])
        {
            effects.extend(Effects::uses(Files::at(resolve(directory, &text))));
        }
    }
    effects
}
