//! Symbolic links that RUNs make: what uses the one end uses the other.

use dfopt_syntax::dockerfile::Keyword;

use crate::build::Build;
use crate::paths::{is_application_folder, resolve, split};

use super::{Effects, Files, run};

/// A link that a RUN makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    instruction: usize,
    /// Where it is.
    path: String,
    /// The folder or file of an application that it leads to.
    target: String,
}

/// The most links that are looked at.
const MAX_LINKS: usize = 256;

/// The links into folders of applications that the RUNs of the file make; none where there are too many.
pub(crate) fn links(build: &Build<'_>) -> Option<Vec<Link>> {
    let mut links = Vec::new();
    for (index, instruction) in build.dockerfile().instructions().iter().enumerate() {
        if instruction.keyword() != Keyword::Run
            || memchr::memmem::find(instruction.text.bytes(), b"ln ").is_none()
        {
            continue;
        }
        for step in run::steps(build, index).into_iter().flatten() {
            let Some(invocation) = step.invocation().filter(|invocation| invocation.program == "ln") else {
                continue;
            };
            let words: Vec<_> = invocation
                .arguments
                .iter()
                .filter_map(|word| invocation.literal(word))
                .filter(|word| !word.starts_with('-'))
                .collect();
            let [targets @ .., link] = words.as_slice() else { continue };
            let Some(path) = resolve(step.directory.as_deref(), link) else { continue };
            for target in targets {
                let Some(target) = resolve(Some(split(&path).0), target) else { continue };
                if is_application_folder(&target.replace("/.", "/_")) {
                    links.push(Link { instruction: index, path: path.clone(), target });
                }
            }
            if links.len() > MAX_LINKS {
                return None;
            }
        }
    }
    Some(links)
}

/// Adds what lies behind the links that are there when RUN `index` runs.
pub(super) fn follow(build: &Build<'_>, index: usize, effects: &mut Effects) {
    let Some(links) = build.links() else {
        *effects = Effects::everything();
        return;
    };
    for link in links {
        let is_there = link.instruction < index && is_below(build, link.instruction, index);
        let files = Files::at(Some(link.path.clone()));
        let target = || Files::at(Some(link.target.clone()));
        if !is_there {
            continue;
        }
        if effects.reads.files.overlaps(&files) {
            effects.reads.files.extend(target());
        }
        if effects.writes.files.overlaps(&files) {
            effects.writes.files.extend(target());
        }
    }
}

/// True where instruction `index` runs on top of `earlier`.
fn is_below(build: &Build<'_>, earlier: usize, index: usize) -> bool {
    let stage = build.stage_of(index);
    stage.is_some_and(|stage| build.ancestry(stage).any(|stage| stage.instructions.contains(&earlier)))
}
