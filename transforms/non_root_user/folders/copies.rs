//! The COPYs that bring the files of the application.

use dfopt_analysis::paths::{below, is_application_folder, join, resolve};
use dfopt_analysis::{Build, Entry, Stage, destination, sources};
use dfopt_syntax::dockerfile::Keyword;

use super::{Folders, home};
use crate::non_root_user::identity::{Identity, Origin};
use crate::non_root_user::paths::is_in_roots_home;
use crate::non_root_user::runs;
use crate::reordering::Declined;

impl Folders {
    /// Folders that COPYs of the stage bring for the application.
    pub(super) fn destinations(&mut self, build: &Build<'_>, stage: &Stage) {
        for index in build.ancestry(stage).flat_map(|stage| copies(build, stage)) {
            let to = destination(build, index);
            let Some(path) = to.path else { continue };
            let brings_folder =
                build.copied(index).is_some_and(|copied| copied.iter().any(|copied| copied.is_folder));
            if (to.is_folder || brings_folder) && is_application_folder(&path) {
                // A COPY gives a folder away only where it makes it.
                if !self.owned.contains(&path) && is_made_above(build, stage, index, &path) {
                    self.handed.insert(path.clone());
                }
                self.owned.insert(path);
            }
        }
    }

    pub(super) fn copies(
        &mut self,
        build: &Build<'_>,
        stage: &Stage,
        identity: &Identity,
    ) -> Result<(), Declined> {
        let mut stages: Vec<&Stage> = build.ancestry(stage).collect();
        stages.reverse();
        for index in stages.into_iter().flat_map(|stage| copies(build, stage)) {
            let Some(path) = destination(build, index).path else {
                let help = "write the destination from the root on";
                return Err(Declined::because_of(index, "where the COPY goes is not known", help));
            };
            if is_in_roots_home(&path) {
                return Err(home(Some(index), &path));
            }
            let instruction = build.instruction(index);
            if path == "/" && identity.origin == Origin::Number && brings_root(build, index) {
                let help = "name a user with USER";
                return Err(Declined::because_of(index, "a whole image comes with the COPY", help));
            }
            if instruction.keyword() == Keyword::Add
                && instruction.flag("chmod").is_none()
                && sources(build, index).is_none()
                && instruction.heredocs.is_empty()
            {
                let help = "add `--chmod=644`";
                return Err(Declined::because_of(index, "what ADD downloads is for root alone", help));
            }
            if self.owns(&path) {
                if self.belongs(build, index, identity)? {
                    self.copies.push(index);
                }
                continue;
            }
            let mode = build.instruction(index).flag("chmod").and_then(|flag| flag.value());
            if let Some(mode) = mode.filter(|mode| runs::keeps_out(mode)) {
                let reason = format!("`--chmod={mode}` keeps other users out");
                return Err(Declined::because_of(index, reason, "let others read it: `--chmod=755`"));
            }
            if mode.is_none()
                && let Some(file) = private_file(build, index)
            {
                let reason = format!("`{file}` is for its owner alone, which is root");
                return Err(Declined::because_of(
                    index,
                    reason,
                    "let others read it: `chmod go+r`, `--chmod=755`",
                ));
            }
            if let Some(folder) = self.owned.iter().find(|folder| reaches(build, index, &path, folder)) {
                let reason = format!("the COPY may bring something into `{folder}`, and more beside it");
                return Err(Declined::because_of(index, reason, "copy what the application owns on its own"));
            }
        }
        Ok(())
    }

    /// npm up to version 8 runs scripts as the owner of the folder: what it installs from stays root's.
    pub(super) fn leave_manifests(&mut self, build: &Build<'_>, stage: &Stage) -> Result<(), Declined> {
        let Some(last) = stage.instructions.clone().rfind(|&index| runs::runs_by_owner(build, stage, index))
        else {
            return Ok(());
        };
        let is_above = |copy: &usize| *copy < last;
        let brings_folder = |&copy: &usize| {
            build.copied(copy).is_none_or(|copied| copied.iter().any(|copied| copied.is_folder))
        };
        if self.copies.iter().copied().filter(is_above).any(|copy| brings_folder(&copy)) {
            let reason = "npm 8 and before runs scripts as the owner of the files";
            return Err(Declined::because_of(last, reason, "use Node.js 20 or newer"));
        }
        self.copies.retain(|copy| !is_above(copy));
        self.below = Some(last);
        Ok(())
    }

    /// True where COPY `index`, which goes to the application, gets `--chown`; false where it has it already.
    fn belongs(&self, build: &Build<'_>, index: usize, identity: &Identity) -> Result<bool, Declined> {
        let instruction = build.instruction(index);
        let is_folder = |source: &Option<String>| {
            source.as_deref().is_some_and(|path| matches!(path, "." | "./") || path.ends_with('/'))
        };
        let may_unpack = instruction.keyword() == Keyword::Add
            && build.copied(index).is_none()
            && !sources(build, index).is_some_and(|sources| sources.iter().all(is_folder));
        if may_unpack {
            let help = "use COPY where ADD neither unpacks nor downloads";
            return Err(Declined::because_of(index, "what ADD brings, and whose it is, is not known", help));
        }
        let Some(flag) = instruction.flag("chown") else { return Ok(true) };
        let value = flag.value().unwrap_or_default();
        if identity.is_called(value) {
            return Ok(false);
        }
        let reason = format!("the COPY gives its files to `{value}`");
        Err(Declined::because_of(index, reason, "name the user that the container is to run as in USER"))
    }
}

/// True where a WORKDIR above COPY `copy` makes the folder `path`.
fn is_made_above(build: &Build<'_>, stage: &Stage, copy: usize, path: &str) -> bool {
    let mut instructions = build.lineage(stage);
    instructions.any(|index| {
        let is_workdir = index < copy && build.instruction(index).keyword() == Keyword::Workdir;
        is_workdir
            && build
                .state_after(index)
                .workdir
                .as_deref()
                .and_then(|path| resolve(None, path))
                .is_some_and(|workdir| below(&workdir, path).is_some())
    })
}

/// True where COPY `index` to `path` may bring something into `folder`, which is below it.
fn reaches(build: &Build<'_>, index: usize, path: &str, folder: &str) -> bool {
    let Some(rest) = below(folder, path) else { return false };
    let (Some(copied), Some(context)) = (build.copied(index), build.context()) else {
        // A file at the root: `COPY --from=build /out/server /`
        return path != "/";
    };
    copied.iter().any(|copied| {
        copied.is_folder && context.entry(&join(&copied.source, rest)) != Entry::Missing
            || below(&copied.destination, folder).is_some()
    })
}

/// A file of the build context that COPY `index` brings by its name, and that others may not read, or not run.
fn private_file(build: &Build<'_>, index: usize) -> Option<String> {
    let context = build.context()?;
    let files = build.copied(index)?.iter().filter(|copied| !copied.is_folder);
    let is_private = |path: &&str| context.mode(path).is_some_and(|mode| (mode >> 6) & 5 & !mode != 0);
    files.map(|copied| copied.source.as_str()).find(is_private).map(str::to_owned)
}

/// True for `COPY --from=base / /`, and for an archive that is unpacked.
fn brings_root(build: &Build<'_>, index: usize) -> bool {
    let is_root = |source: &Option<String>| {
        source.as_deref().is_none_or(|path| path.trim_end_matches(['/', '.']).is_empty())
    };
    let is_from = build.instruction(index).flag("from").is_some();
    let may_unpack = build.instruction(index).keyword() == Keyword::Add && build.copied(index).is_none();
    may_unpack || is_from && sources(build, index).is_none_or(|sources| sources.iter().any(is_root))
}

/// The COPYs and ADDs of `stage`.
pub(super) fn copies(build: &Build<'_>, stage: &Stage) -> impl Iterator<Item = usize> {
    let is_copy = |&i: &usize| matches!(build.instruction(i).keyword(), Keyword::Copy | Keyword::Add);
    stage.instructions.clone().filter(is_copy)
}
