//! The folders that a flag of COPY does not reach, and those that it would reach beside the targets.

use std::collections::BTreeSet;

use dfopt_analysis::effects::Step;
use dfopt_analysis::{BaseImage, Stage, destination, paths};
use dfopt_syntax::shell::AndOrOperator;

use super::Trace;
use crate::copy_chown::command::{Kind, Value};
use crate::reordering::Declined;

impl<'b, 'd> Trace<'b, 'd> {
    /// Finds the folders that the flags would not reach, and those that they would reach beside the targets.
    pub(super) fn folders(&mut self, stage: &Stage) -> Result<(), Declined> {
        let Value::Flag { text, .. } = &self.command.value else { return Ok(()) };
        let is_usual = self.command.kind == Kind::Mode && text.trim_start_matches('0') == "755";
        let mut kept = BTreeSet::new();
        for &target in &self.targets {
            let copies = || self.origin.copies.iter().filter(|&&copy| self.lands_in(copy, target));
            // Two COPYs are never one instruction.
            let Some(&first) = copies().min() else {
                if !self.made.iter().any(|(_, path)| paths::below(path, target).is_some()) {
                    let help = "take it out of the command";
                    return Err(Declined::new(format!("no COPY brings `{target}`"), help));
                }
                kept.insert(target.to_owned());
                self.keep_below(target, self.made.iter().map(|(_, path)| path), &mut kept);
                continue;
            };
            let is_there = |folder: &str| {
                let holds = |path: &str| paths::below(path, folder).is_some();
                let replaced = self.replaced.iter().filter(|&&copy| copy < first);
                self.made.iter().any(|(by, path)| by.is_none_or(|by| by < first) && holds(path))
                    || replaced
                        .clone()
                        .any(|&copy| destination(self.build, copy).path.is_some_and(|path| holds(&path)))
            };
            if self.command.recursive.is_some() && !is_usual {
                let made_by_copy = self.command.kind == Kind::Owner && !is_there(target);
                // How BuildKit's versions take the mode of a folder that COPY makes differs.
                if !made_by_copy || self.changed.contains(target) {
                    kept.insert(target.to_owned());
                }
            } else if self.changed.contains(target) || self.made.contains(&(None, target.to_owned())) {
                kept.insert(target.to_owned());
            }
            let folder = paths::split(target).0;
            if !is_usual && !is_there(target) && !is_there(folder) && !self.has_folder(stage, folder, first) {
                let help = format!("make it above the COPY: WORKDIR {folder}");
                return Err(Declined::because_of(
                    first,
                    format!("the COPY may have to make `{folder}`"),
                    help,
                ));
            }
            if !is_usual && self.command.recursive.is_some() {
                self.keep_below(target, self.made.iter().map(|(_, path)| path), &mut kept);
            }
            if !is_usual && self.command.kind == Kind::Mode && self.command.recursive.is_some() {
                let landed: Vec<String> =
                    copies().filter_map(|&copy| destination(self.build, copy).path).collect();
                self.keep_below(target, landed.iter(), &mut kept);
            }
        }
        self.origin.folders = kept.into_iter().collect();
        Ok(())
    }

    /// Adds the folders from `target` down to each of `paths` that is in it.
    fn keep_below<'p>(
        &self,
        target: &str,
        made: impl Iterator<Item = &'p String>,
        kept: &mut BTreeSet<String>,
    ) {
        for rest in made.filter_map(|path| paths::below(path, target)).filter(|rest| !rest.is_empty()) {
            let mut path = target.to_owned();
            for name in rest.split('/') {
                path = paths::join(&path, name);
                kept.insert(path.clone());
            }
        }
    }

    /// True where the folder is known to be there before instruction `first`.
    fn has_folder(&self, stage: &Stage, folder: &str, first: usize) -> bool {
        let base = self.build.base_image(stage.instructions.start).and_then(BaseImage::official);
        folder == "/"
            || base.is_some_and(|image| image.has_folder(folder))
            || self.build.lineage(stage).any(|i| i < first && self.build.makes_folder(i, folder))
    }

    /// The folders that a plain `mkdir` makes.
    pub(super) fn made_by(&self, index: usize, step: &Step<'b, 'd>) -> Option<Vec<String>> {
        let invocation = step.invocation().filter(|invocation| invocation.program == "mkdir")?;
        let is_bare = invocation.command.words.len() == invocation.arguments.len() + 1
            && invocation.command.assignments.is_empty()
            && invocation.command.redirects.is_empty();
        let mut folders = Vec::new();
        for word in invocation.arguments.iter().filter(|_| is_bare) {
            match invocation.literal(word).as_deref() {
                Some("-p" | "-pv" | "-vp" | "-v" | "--parents") => {}
                Some(option) if option.starts_with('-') => return None,
                _ => {
                    let value = step.value(self.build, index, word)?;
                    folders.push(paths::resolve(step.directory.as_deref(), &value)?);
                }
            }
        }
        (is_bare && step.operator != Some(AndOrOperator::Or) && !step.background).then_some(folders)
    }
}
