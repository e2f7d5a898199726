//! Leaves no package manager's cache behind in the layer that made it: apt, apk, dnf, yum, microdnf, tdnf,
//! zypper, pacman, pip, uv, npm, yarn 1, Composer, conda, RubyGems, Go.
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
//! | program | gone | how |
//! |---|---|---|
//! | `apt-get`, `apt`, `aptitude` | `/var/lib/apt/lists` | `rm -rf`; the official images remove the packages |
//! | `apk` | `/var/cache/apk` | `--no-cache`, without `apk update` |
//! | `dnf`, `dnf5`, `yum`, `microdnf`, `tdnf` | `/var/cache/{dnf,libdnf5,yum,tdnf}` | its own `clean all` |
//! | `zypper` | `/var/cache/zypp` | its own `clean --all` |
//! | `pacman` | `/var/cache/pacman/pkg` | `rm -rf`; `-Scc --noconfirm` answers no |
//! | `pip` | `/root/.cache/pip` | `--no-cache-dir` |
//! | `uv` | `~/.cache/uv` | `--no-cache` |
//! | `npm` | `~/.npm/_cacache` | its own `cache clean --force`, right behind the installation |
//! | `yarn` 1 | `/usr/local/share/.cache/yarn` | its own `cache clean` |
//! | `composer` | `~/.cache/composer` | its own `clear-cache` |
//! | `conda`, `mamba`, `micromamba` | `pkgs` in its folder | its own `clean --all --yes` |
//! | `gem`, `bundle` | `/usr/local/bundle/cache`, in the `ruby` images | `rm -f` |
//! | `go` | `~/.cache/go-build`, in the `golang` images | its own `clean -cache` |
//!
//! # Why it is safe
//!
//! Only files that the package manager would fetch again are gone, and nothing later in the file counts
//! on them: no later RUN, in this stage or in one built FROM it, installs from the index without fetching
//! it, and none runs a script of the project, which could. (A script from the network has to work on images
//! without an index.) The clean-up runs last, only if everything before it succeeded, by absolute path.
//! dnf and the others fetch what they need again, except where an option or the network keeps them from it;
//! their own clean-up is added only where the program ran for sure and nothing takes it, its repositories or
//! its interpreter away. Packages that are kept on purpose (`keepcache=1`, `--downloadonly`) stay.
//! The tools of languages clean up right behind their last command in the RUN, where that surely is the same
//! program still. They are left alone where a later command works without the network, and where the container
//! itself installs or compiles. A yarn after version 1 may run packages from its cache: only what yarn 1 alone
//! understands, or its lock file, tells them apart.
//! A RUN is left alone where a cache mount covers the folder, where it cleans up already, where the
//! environment turns the cache off, or where its code is not understood. Stages that are only copied from
//! ship no cache and are left alone, too; `apk add --no-cache` is the exception, as it replaces
//! `apk update` in all stages alike.

mod apk;
mod apt;
mod pip;
mod system;
mod tools;

use dfopt_analysis::packages::{Family, Manager};
use dfopt_analysis::{Build, Invocation, ShellCode};
use dfopt_syntax::dockerfile::{Instruction, Keyword};

use crate::{Context, Effect, Findings, Transform};

pub(crate) const TRANSFORM: Transform = Transform {
    id: "package-caches",
    effect: Effect::Slim,
    acts_on: &["DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060"],
    source: include_str!("package_caches.rs"),
    run,
};

fn run(context: &Context<'_, '_>, findings: &mut Findings) {
    apt::run(context.build, findings);
    apk::run(context.build, findings);
    system::run(context.build, findings);
    pip::run(context.build, findings);
    tools::run(context.build, findings);
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

/// True for what removes something in the caches of that family.
fn removes_cache(invocation: &Invocation<'_>, family: Family) -> bool {
    removes_folder(invocation, Manager::of_family(family).caches)
}

/// True for an `rm` or a `find … -delete` of one of the folders, of something in it, or of a folder around it.
fn removes_folder(invocation: &Invocation<'_>, folders: &[&str]) -> bool {
    let words = || invocation.arguments.iter().filter_map(|word| invocation.literal(word));
    let named = words().any(|path| {
        let path = path.trim_end_matches(['*', '/']);
        folders.iter().any(|folder| is_within(path, folder) || is_within(folder, path) && path.len() > 1)
    });
    // `/var/lib/{apt,dpkg}` and the like.
    let in_braces = || {
        invocation.arguments.iter().any(|word| {
            let text = invocation.slice(word.span);
            text.contains(&b'{') && folders.iter().any(|folder| may_expand_to(text, folder))
        })
    };
    matches!(invocation.program.as_ref(), "rm" | "find") && (named || in_braces())
}

/// True where the text up to its first brace leads to the folder.
fn may_expand_to(text: &[u8], folder: &str) -> bool {
    let start = text.split(|&b| b == b'{').next().unwrap_or_default();
    start.len() > 1 && folder.as_bytes().starts_with(start)
}

/// A builtin in the shell itself that keeps what is appended from running.
fn ends_early(code: &ShellCode<'_>) -> Option<&'static str> {
    let text = code.text.bytes();
    code.script.simple_commands().into_iter().filter(|(_, context)| context.runs_in_shell()).find_map(
        |(command, _)| {
            let name = command.words.first()?.literal(text)?;
            ["exec", "exit", "return"].into_iter().find(|builtin| name == *builtin)
        },
    )
}
