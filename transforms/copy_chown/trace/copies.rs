//! What the COPYs bring, and whether a flag of theirs can say whose it is.

use dfopt_analysis::effects::Files;
use dfopt_analysis::{Copied, destination, paths, sources};
use dfopt_syntax::dockerfile::Keyword;

use super::Trace;
use crate::copy_chown::command::Value;
use crate::reordering::Declined;

impl Trace<'_, '_> {
    pub(super) fn check_flags(&self, index: usize) -> Result<(), Declined> {
        let instruction = self.build.instruction(index);
        let Value::Flag { text, .. } = &self.command.value else { return Ok(()) };
        for flag in &instruction.operation.flags {
            let reason = match flag.name() {
                "from" => "what comes from another image may have bits that a new owner takes away",
                "link" => "`COPY --link` makes the folders above its files anew",
                name if name == self.flag() => match flag.value() == Some(text) {
                    true => continue,
                    false => "the COPY gives them to somebody else",
                },
                "chown" | "chmod" => continue,
                _ => "a flag of the COPY says what it brings",
            };
            let help = format!("write `--{}={text}` into the COPY, if that is the same", self.flag());
            return Err(Declined::because_of(index, reason, help));
        }
        if instruction.keyword() == Keyword::Add && !self.is_plain_add(index) {
            let help = format!("use COPY with `--{}={text}`, if it is none", self.flag());
            return Err(Declined::because_of(index, "ADD may unpack an archive, or download", help));
        }
        Ok(())
    }

    fn is_plain_add(&self, index: usize) -> bool {
        let all = |sources: Vec<Option<String>>| {
            sources.iter().all(|source| source.as_deref().is_some_and(|path| matches!(path, "." | "./")))
        };
        self.build.copied(index).is_some() || sources(self.build, index).is_some_and(all)
    }

    pub(super) fn is_copy(&self, index: usize) -> bool {
        matches!(self.build.instruction(index).keyword(), Keyword::Copy | Keyword::Add)
    }

    /// True where COPY `index` may bring something that the command changes.
    pub(super) fn touches(&self, index: usize) -> bool {
        self.build.effects(index).writes.files.overlaps(&self.files)
    }

    /// Whether the command changes all that COPY `index` brings.
    pub(super) fn is_inside(&self, index: usize) -> Option<bool> {
        let is_target = |path: &str| {
            self.targets.iter().any(|target| match self.command.recursive {
                Some(_) => paths::below(path, target).is_some(),
                None => path == *target,
            })
        };
        if self.command.recursive.is_some() {
            let path = destination(self.build, index).path?;
            return Some(
                is_target(&path)
                    || self
                        .build
                        .copied(index)
                        .is_some_and(|copied| copied.iter().all(|copied| is_target(&copied.destination))),
            );
        }
        if let Some(copied) = self.build.copied(index) {
            return Some(copied.iter().all(|copied| !copied.is_folder && is_target(&copied.destination)));
        }
        // Perhaps, if all of these names are files.
        let to = destination(self.build, index);
        let to_path = to.path?;
        let may_be_target = |source: &Option<String>| {
            let name = source.as_deref().map(|source| paths::split(source).1);
            name.filter(|name| !matches!(*name, "" | "." | "..")).is_some_and(|name| {
                let is_same = paths::split(&to_path).1 == name && !to.is_folder;
                is_same && is_target(&to_path) || is_target(&paths::join(&to_path, name))
            })
        };
        if sources(self.build, index)?.iter().all(may_be_target) { None } else { Some(false) }
    }

    /// True where COPY `copy`, which brings nothing but targets, brings `target` or something in it.
    pub(super) fn lands_in(&self, copy: usize, target: &str) -> bool {
        self.build
            .effects(copy)
            .writes
            .files
            .overlaps(&Files { paths: vec![target.to_owned()], ..Files::default() })
    }

    /// True where each single target was brought by a COPY.
    pub(super) fn is_complete(&self) -> bool {
        self.targets.iter().all(|target| self.origin.copies.iter().any(|&copy| self.lands_in(copy, target)))
    }

    /// True where all that COPY `index` brings comes again with those that get the flag.
    pub(super) fn is_replaced(&self, index: usize) -> bool {
        let Some(copied) = self.build.copied(index) else { return false };
        copied.iter().all(|copied| {
            self.origin
                .copies
                .iter()
                .filter_map(|&copy| self.build.copied(copy))
                .flatten()
                .any(|again| comes_again(copied, again))
        })
    }
}

fn comes_again(copied: &Copied, again: &Copied) -> bool {
    if !again.is_folder {
        return copied == &Copied { instruction: copied.instruction, ..again.clone() };
    }
    // The root of the context is the empty path.
    let rest = match again.source.as_str() {
        "" => Some(copied.source.as_str()),
        folder => paths::below(&copied.source, folder),
    };
    rest.is_some_and(|rest| paths::join(&again.destination, rest) == copied.destination)
}
