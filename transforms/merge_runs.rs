//! Makes one layer of neighbouring RUNs that work for the same package manager.
//!
//! Steps of one installation change together, so caching them apart gains nothing; and what a later RUN
//! cleans up is still in the layer below it.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y curl
//! # for the build
//! RUN apt-get install -y make
//! RUN rm -rf /var/lib/apt/lists/*
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && apt-get install -y curl && \
//!     # for the build
//!     apt-get install -y make && \
//!     rm -rf /var/lib/apt/lists/*
//! ```
//!
//! # Why it is safe
//!
//! Only neighbours in the same stage are merged, with the same flags and the same shell, whose code is
//! understood to the last word and holds nothing but commands of one package manager and the removal of
//! caches. Each RUN starts a fresh shell, so the first must leave nothing behind that the second could
//! see: no `cd`, `set`, `export`, assignment, function, or background job. A second RUN that is no plain
//! chain (`a; b`, `a || b`) is put in `{ …; }`. Comments between the two stay there; a blank line between
//! them goes, as BuildKit warns of blank lines in a continuation. A stage that is only copied from ships
//! no layers, so its RUNs are left apart.

use dfopt_analysis::packages::{Family, Manager, PackageCommand, managers};
use dfopt_analysis::{BaseImage, Build, Invocation};
use dfopt_syntax::dockerfile::Keyword;

use crate::{Context, Effect, Findings, Transform, joining};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "merge-runs",
    effect: Effect::Preserve,
    acts_on: &["DL3059"],
    source: include_str!("merge_runs.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    let build = context.build;
    for stage in build.stages().iter().filter(|stage| stage.shipped) {
        let families: Vec<Option<Family>> = stage.instructions.clone().map(|i| family(build, i)).collect();
        let mut next = stage.instructions.start;
        while next < stage.instructions.end {
            let first = next;
            let family_of = |index: usize| families[index - stage.instructions.start];
            let below = (first + 1..stage.instructions.end).take_while(|&index| {
                family_of(index).is_some_and(|family| {
                    family_of(index - 1) == Some(family) && joins(context, index - 1, family, findings)
                })
            });
            let last = below.last().unwrap_or(first);
            if last > first {
                let title = match last - first {
                    1 => "merge with the RUN below".to_owned(),
                    runs => format!("merge with the {runs} RUNs below"),
                };
                findings.rewrite(title, Effect::Preserve, joining::merge(build, first, last));
            }
            next = last + 1;
        }
    }
}

/// Whether the RUN `first` can become one with that below; if not, says why.
fn joins(context: &Context<'_, '_>, first: usize, family: Family, findings: &mut Findings) -> bool {
    let build = context.build;
    let instruction = build.instruction(first + 1);
    if (context.is_ignored)(build.instruction(first).span) || (context.is_ignored)(instruction.span) {
        return false;
    }
    let span = instruction.source_span(instruction.operation.body);
    if family == Family::Pip && replaces_pip(build, first) {
        findings.missed(
            span,
            "the first RUN may replace the `pip` that the shell remembers where to find",
            "call `python3 -m pip` in both",
        );
        return false;
    }
    let checked = joining::check(build, first);
    if let Err(obstacle) = &checked {
        findings.missed(span, obstacle.reason.clone(), obstacle.help);
    }
    checked.is_ok()
}

/// The package manager that all commands of the RUN work for.
fn family(build: &Build<'_>, index: usize) -> Option<Family> {
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
        "echo" | "true" | ":" => Some(Role::Neutral),
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

/// True where the RUN installs pip itself, other than over the pip of the `python` image. A shell that has
/// run one `pip` keeps calling it by its path after another was installed.
fn replaces_pip(build: &Build<'_>, index: usize) -> bool {
    let installs_pip = build.shell_code(index).is_some_and(|code| {
        code.package_commands().any(|command| {
            command.operands.iter().any(|word| command.package_name(word).as_deref() == Some("pip"))
        })
    });
    let image = build.base_image(index).and_then(BaseImage::official);
    let in_place = image.is_some_and(|image| image.name == "python");
    installs_pip && !in_place
}
