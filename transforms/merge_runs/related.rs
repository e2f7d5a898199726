//! Which neighbours belong together: what costs nothing to keep in one layer, and what the next edit changes
//! together.

use dfopt_analysis::effects::is_costly;
use dfopt_analysis::packages::{Family, Manager, PackageCommand, managers};
use dfopt_analysis::paths::below;
use dfopt_analysis::{Build, Invocation};
use dfopt_syntax::dockerfile::Keyword;

/// Why two neighbours should become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// The user asks for all.
    Wanted,
    /// They work for the same package manager.
    Family,
    /// The second finishes or cleans up what the first made.
    Finishes,
    /// Neither takes time.
    Quick,
}

/// How RUN `upper` and the one below it belong together; none where they do not.
pub(super) fn relation(build: &Build<'_>, upper: usize) -> Option<Relation> {
    let lower = upper + 1;
    let families = || Some((family(build, upper)?, family(build, lower)?));
    if families().is_some_and(|(a, b)| a == b) {
        return Some(Relation::Family);
    }
    if !is_quick(build, lower) {
        return None;
    }
    if is_quick(build, upper) {
        return Some(Relation::Quick);
    }
    finishes(build, upper).then_some(Relation::Finishes)
}

/// True for a RUN whose commands are all known, and known to take no time.
fn is_quick(build: &Build<'_>, index: usize) -> bool {
    let commands = build.shell_code(index).and_then(|code| code.all_invocations());
    commands.is_some_and(|commands| !commands.is_empty() && !commands.iter().any(is_costly))
        && !build.effects(index).may_be_anything()
}

/// True where all that the RUN below `upper` changes are single files and folders that `upper` made.
fn finishes(build: &Build<'_>, upper: usize) -> bool {
    let (made, changed) = (&build.effects(upper).writes, &build.effects(upper + 1).writes);
    let is_made = |path: &String| made.files.paths.iter().any(|folder| below(path, folder).is_some());
    !made.files.all
        && !changed.files.all
        && !changed.files.system
        && !changed.files.paths.is_empty()
        && changed.files.paths.iter().all(is_made)
}

/// The package manager that all commands of the RUN work for.
pub(super) fn family(build: &Build<'_>, index: usize) -> Option<Family> {
    if build.instruction(index).keyword() != Keyword::Run {
        return None;
    }
    let mut family = None;
    for invocation in build.shell_code(index)?.all_invocations()? {
        match role(&invocation)? {
            Role::Neutral => {}
            Role::Works(other) if family.is_some_and(|family| family != other) => return None,
            Role::Works(other) => family = Some(other),
        }
    }
    family
}

enum Role {
    /// Works for that package manager.
    Works(Family),
    /// Works for any.
    Neutral,
}

fn role(invocation: &Invocation<'_>) -> Option<Role> {
    if let Some(command) = PackageCommand::of(invocation.clone()) {
        return Some(Role::Works(command.manager.family));
    }
    let program = invocation.program.as_ref();
    if let Some(manager) = managers::ALL.iter().find(|manager| manager.helpers.contains(&program)) {
        return Some(Role::Works(manager.family));
    }
    match program {
        "rm" => cleaned(invocation),
        "echo" | "set" | "true" | ":" => Some(Role::Neutral),
        _ => None,
    }
}

/// Whose caches an `rm` removes; temporary folders are nobody's.
fn cleaned(invocation: &Invocation<'_>) -> Option<Role> {
    let mut role = Role::Neutral;
    for word in invocation.arguments {
        let path = invocation.literal(word)?;
        if path.starts_with('-') || is_below(&path, &["/tmp", "/var/tmp"]) {
            continue;
        }
        let manager: &Manager = managers::ALL.iter().find(|manager| is_below(&path, manager.caches))?;
        role = Role::Works(manager.family);
    }
    Some(role)
}

fn is_below(path: &str, folders: &[&str]) -> bool {
    let rest = folders.iter().find_map(|folder| path.strip_prefix(folder));
    rest.is_some_and(|rest| (rest.is_empty() || rest.starts_with('/')) && !rest.contains(".."))
}
