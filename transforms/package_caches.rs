//! Leaves no package manager's cache behind in the layer that made it: apt, apk, pip.
//!
//! What a RUN downloads and does not remove itself stays in its layer for good; a later `rm` only hides it.
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && \
//!     apt-get install -y python3-pip
//! COPY requirements.txt .
//! RUN pip3 install -r requirements.txt
//! ```
//!
//! becomes
//!
//! ```dockerfile
//! FROM debian:bookworm-slim
//! RUN apt-get update && \
//!     apt-get install -y python3-pip && \
//!     rm -rf /var/lib/apt/lists/*
//! COPY requirements.txt .
//! RUN pip3 install --no-cache-dir -r requirements.txt
//! ```
//!
//! # Why it is safe
//!
//! Only files that the package manager would fetch again are gone, and nothing later in the file counts
//! on them: no later RUN, in this stage or in one built FROM it, installs from the index without fetching
//! it, and none runs a script of the project, which could. (A script from the network has to work on images
//! without an index.) The clean-up runs last, only if everything before it succeeded, by absolute path.
//! A RUN is left alone where a cache mount covers the folder, where it cleans up already, where the
//! environment turns the cache off, or where its code is not understood. Stages that are only copied from
//! ship no cache and are left alone, too; `apk add --no-cache` is the exception, as it replaces
//! `apk update` in all stages alike.

mod apk;
mod apt;
mod pip;

use dfopt_analysis::packages::{Family, Manager};
use dfopt_analysis::{Build, Invocation, ShellCode};
use dfopt_syntax::dockerfile::{Instruction, Keyword};

use crate::{Context, Effect, Findings, Transform};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "package-caches",
    effect: Effect::Slim,
    acts_on: &["DL3009", "DL3019", "DL3042"],
    source: include_str!("package_caches.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    apt::run(context.build, findings);
    apk::run(context.build, findings);
    pip::run(context.build, findings);
}

/// The RUNs of stages whose layers are shipped.
fn shipped_instructions<'b>(build: &'b Build<'_>) -> impl Iterator<Item = usize> + 'b {
    build.stages().iter().filter(|stage| stage.shipped).flat_map(|stage| stage.instructions.clone())
}

/// True where a mount of the RUN lies over one of the folders, or over a part of one.
fn is_mounted(instruction: &Instruction<'_>, folders: &[&str]) -> bool {
    instruction.operation.mounts().any(|mount| {
        let target = mount.target().unwrap_or_default().trim_end_matches('/');
        // What a variable stands for may be anything.
        target.contains('$')
            || folders.iter().any(|folder| is_within(target, folder) || is_within(folder, target))
    })
}

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// True where an instruction names a cache of that family, other than to mount it or to remove it: the file
/// does something with what is kept there.
fn is_read(build: &Build<'_>, family: Family) -> bool {
    let caches = Manager::of_family(family).caches;
    (0..build.dockerfile().instructions().len()).any(|index| {
        let instruction = build.instruction(index);
        let text = instruction.text.bytes();
        let reads = matches!(instruction.keyword(), Keyword::Run | Keyword::Copy | Keyword::Add)
            && caches.iter().any(|cache| memchr::memmem::find(text, cache.as_bytes()).is_some());
        let removes = |code: &ShellCode<'_>| code.invocations().iter().any(|i| removes_cache(i, family));
        reads && !is_mounted(instruction, caches) && !build.shell_code(index).is_some_and(removes)
    })
}

/// True for an `rm` of something in the caches of that family.
fn removes_cache(invocation: &Invocation<'_>, family: Family) -> bool {
    let caches = Manager::of_family(family).caches;
    invocation.program == "rm"
        && invocation.arguments.iter().filter_map(|word| invocation.literal(word)).any(|path| {
            let path = path.trim_end_matches(['*', '/']);
            caches.iter().any(|cache| is_within(path, cache) || is_within(cache, path) && path.len() > 1)
        })
}
