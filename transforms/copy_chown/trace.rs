//! What has happened to the files that a command changes: walks up from it to where they came from.

mod copies;
mod folders;

use std::collections::BTreeSet;

use dfopt_analysis::effects::{Effects, Files, Setting, Step, steps};
use dfopt_analysis::{Base, BaseImage, Build, Presence, Stage, paths};
use dfopt_syntax::dockerfile::{Arguments, Keyword};

use super::command::{Command, Kind, Value};
use crate::reordering::Declined;

/// RUNs with more steps are not taken apart.
const MAX_STEPS: usize = 32;

/// Where the files of a command came from.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// The COPYs that get the flag, the last one first.
    pub(super) copies: Vec<usize>,
    /// The folders that were there without them: the command stays for these.
    pub(super) folders: Vec<String>,
}

pub(super) struct Trace<'b, 'd> {
    build: &'b Build<'d>,
    /// The RUN.
    run: usize,
    command: &'b Command,
    /// What the command names.
    targets: Vec<&'b str>,
    files: Files,
    /// What stands between the command and the COPYs further up, and minds who owns their files.
    closed: Option<Declined>,
    origin: Origin,
    /// COPYs whose files all come again with one that gets the flag.
    replaced: Vec<usize>,
    /// The folders that instructions make; the instruction is none for what is there before the stage.
    made: Vec<(Option<usize>, String)>,
    /// Folders that commands of the same kind changed on their own.
    changed: BTreeSet<String>,
}

/// Finds what `command`, in RUN `run` of `stage` below `above`, could be a flag of. None where no COPY brings
/// what it changes.
pub(super) fn trace<'b, 'd>(
    build: &'b Build<'d>,
    stage: &'b Stage,
    run: usize,
    above: &[Step<'b, 'd>],
    command: &'b Command,
) -> Option<Result<Origin, Declined>> {
    let targets: Vec<&str> = command.targets.as_ref()?.iter().map(|target| target.path.as_str()).collect();
    let paths = targets.iter().map(|&path| path.to_owned()).collect();
    let mut trace = Trace {
        build,
        run,
        command,
        targets,
        files: Files { paths, ..Files::default() },
        closed: None,
        origin: Origin::default(),
        replaced: Vec::new(),
        made: Vec::new(),
        changed: BTreeSet::new(),
    };
    // A single file of a folder costs no more than itself.
    let is_brought = |i: usize| {
        trace.is_copy(i)
            && trace.touches(i)
            && !build.effects(i).writes.files.all
            && (command.recursive.is_some() || trace.is_inside(i) != Some(false))
    };
    if !stage.instructions.clone().take_while(|&i| i < run).any(is_brought) {
        return None;
    }
    Some(trace.walk(stage, above).map(|()| trace.origin))
}

impl<'b, 'd> Trace<'b, 'd> {
    fn walk(&mut self, stage: &Stage, above: &[Step<'b, 'd>]) -> Result<(), Declined> {
        let is_tree = self.command.recursive.is_some();
        if is_tree && let Some(path) = self.targets.iter().find(|path| !paths::is_application_folder(path)) {
            return Err(Declined::new(
                format!("`{path}` may hold other files, too"),
                format!("copy with `--{}`, and leave the other files as they are", self.flag()),
            ));
        }
        for step in above.iter().rev() {
            self.step(self.run, step)?;
        }
        for index in (stage.instructions.start + 1..self.run).rev() {
            self.instruction(index)?;
            if !is_tree && self.is_complete() {
                break;
            }
        }
        if is_tree {
            self.below_the_stage(stage)?;
        }
        self.folders(stage)
    }

    fn instruction(&mut self, index: usize) -> Result<(), Declined> {
        match self.build.instruction(index).keyword() {
            Keyword::Copy | Keyword::Add => self.copy(index),
            Keyword::Workdir => self.workdir(index),
            Keyword::Run => self.run(index),
            Keyword::Volume if self.is_other_volume(index) => Ok(()),
            _ => self.effects(index, self.build.effects(index)),
        }
    }

    fn copy(&mut self, index: usize) -> Result<(), Declined> {
        if !self.touches(index) {
            return self.effects(index, self.build.effects(index));
        }
        match self.is_inside(index) {
            Some(true) => {}
            Some(false) => {
                let help = format!("copy what needs it on its own, with `--{}`", self.flag());
                return Err(Declined::because_of(index, "the COPY brings more than that", help));
            }
            None => {
                let help = "run dfopt with the build context: `--context DIR`";
                return Err(Declined::because_of(index, "it is not known what the COPY brings", help));
            }
        }
        if let Some(closed) = self.closed.take() {
            if self.is_replaced(index) {
                self.closed = Some(closed);
                self.replaced.push(index);
                return Ok(());
            }
            return Err(closed);
        }
        self.check_flags(index)?;
        self.origin.copies.push(index);
        Ok(())
    }

    fn workdir(&mut self, index: usize) -> Result<(), Declined> {
        let state = self.build.state_after(index);
        match state.workdir.as_deref().and_then(|path| paths::resolve(None, path)) {
            Some(path) => {
                self.made.push((Some(index), path));
                Ok(())
            }
            None => Err(self.other_files(Some(index))),
        }
    }

    /// True for a VOLUME elsewhere: the older builder loses what is written below one.
    fn is_other_volume(&self, index: usize) -> bool {
        let instruction = self.build.instruction(index);
        let folders: Vec<String> = match instruction.arguments() {
            Arguments::Exec(words) => words.iter().map(|word| word.value.clone()).collect(),
            _ => {
                let body = String::from_utf8_lossy(instruction.slice(instruction.operation.body));
                body.split_whitespace().map(str::to_owned).collect()
            }
        };
        let is_known = |folder: &String| folder.starts_with('/') && !folder.contains(['$', '"', '\\', '\'']);
        let paths = folders.iter().filter_map(|folder| paths::resolve(None, folder)).collect();
        folders.iter().all(is_known) && !self.files.overlaps(&Files { paths, ..Files::default() })
    }

    fn run(&mut self, index: usize) -> Result<(), Declined> {
        let effects = self.build.effects(index);
        let is_elsewhere =
            !effects.writes.files.overlaps(&self.files) && !effects.reads.files.overlaps(&self.files);
        if is_elsewhere {
            return self.effects(index, effects);
        }
        let has_mounts = self.build.instruction(index).operation.mounts().next().is_some();
        match steps(self.build, index) {
            Some(steps) if !has_mounts && steps.len() <= MAX_STEPS => {
                steps.iter().rev().try_for_each(|step| self.step(index, step))
            }
            _ => self.effects(index, effects),
        }
    }

    /// One step of RUN `index`.
    fn step(&mut self, index: usize, step: &Step<'b, 'd>) -> Result<(), Declined> {
        if let Some(folders) = self.made_by(index, step) {
            self.made.extend(folders.into_iter().map(|folder| (Some(index), folder)));
            return Ok(());
        }
        if let Some(other) = Command::of(self.build, index, step) {
            // Who owns a file and what its mode is, is independent, but for the bits that a new owner clears.
            let keeps_special =
                matches!(other.value, Value::Flag { .. } | Value::Relative { keeps_special: true });
            if other.kind != self.command.kind && (other.kind == Kind::Owner || keeps_special) {
                return Ok(());
            }
            let is_target = |path: &str| self.targets.contains(&path);
            if other.recursive.is_none()
                && self.command.recursive.is_some()
                && let Some(changed) = &other.targets
                && changed.iter().all(|target| is_target(&target.path))
            {
                self.changed.extend(changed.iter().map(|target| target.path.clone()));
                return Ok(());
            }
        }
        self.effects(index, &step.effects(self.build, index))
    }

    /// What something other than a COPY into the targets does.
    fn effects(&mut self, index: usize, effects: &Effects) -> Result<(), Declined> {
        if effects.writes.files.overlaps(&self.files) {
            return Err(self.other_files(Some(index)));
        }
        if self.closed.is_some() {
            return Ok(());
        }
        let Value::Flag { text, variables, has_names } = &self.command.value else { return Ok(()) };
        let settings = &effects.writes.settings;
        let is_account = |setting: &Setting| {
            matches!(setting, Setting::Account(_) | Setting::Accounts | Setting::NewAccounts)
        };
        let accounts = Files { paths: vec!["/etc/passwd".into(), "/etc/group".into()], ..Files::default() };
        let flag = self.flag();
        self.closed = if effects.reads.files.overlaps(&self.files) {
            let help =
                format!("copy with `--{flag}={text}`, if that works with files of another owner or mode");
            Some(Declined::because_of(index, "what runs after the COPY looks at the files", help))
        } else if *has_names
            && (settings.all
                || settings.some.iter().any(is_account)
                || effects.writes.files.overlaps(&accounts))
        {
            let help = format!("create the user above the COPY, and copy with `--{flag}={text}`");
            Some(Declined::because_of(index, "the user may come into being below the COPY", help))
        } else if variables
            .iter()
            .any(|name| settings.all || settings.some.contains(&Setting::Variable(name.clone())))
        {
            let help = format!("declare it above the COPY, and copy with `--{flag}={text}`");
            Some(Declined::because_of(index, "the variable is set below the COPY", help))
        } else {
            None
        };
        Ok(())
    }

    /// What the stages below brought, and the image.
    fn below_the_stage(&mut self, stage: &Stage) -> Result<(), Declined> {
        for below in self.build.ancestry(stage).skip(1) {
            for index in below.instructions.clone().skip(1).rev() {
                let is_copy = self.is_copy(index);
                if is_copy && self.touches(index) {
                    return Err(self.other_files(Some(index)));
                }
                self.instruction(index)?;
            }
        }
        let base = self.build.base_image(stage.instructions.start).and_then(BaseImage::official);
        let is_scratch = self.build.stages()[stage.root].base == Base::Scratch;
        for path in self.targets.clone() {
            match base.as_ref().map(|image| image.presence(path)) {
                Some(Presence::Absent) => {}
                Some(Presence::Empty) => self.made.push((None, path.to_owned())),
                None if is_scratch => {}
                _ => return Err(self.other_files(Some(self.build.stages()[stage.root].instructions.start))),
            }
        }
        Ok(())
    }

    fn other_files(&self, cause: Option<usize>) -> Declined {
        let path = self.targets[0];
        Declined {
            cause,
            ..Declined::new(
                format!("`{path}` may hold more than what COPY brings"),
                format!("copy with `--{}`, and change in the RUN only what it has made itself", self.flag()),
            )
        }
    }

    fn flag(&self) -> &'static str {
        self.command.kind.flag()
    }
}
