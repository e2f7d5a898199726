//! What an installation needs of the sources, and whether it can do without the rest of them.

use std::collections::BTreeSet;

use dfopt_analysis::ecosystems::{Ecosystem, Project, Refusal, Tree};
use dfopt_analysis::effects::{Effects, Files, Setting, Step};
use dfopt_analysis::{Build, Copied, Entry, Invocation, Stage, destination, paths};
use dfopt_syntax::dockerfile::Keyword;

use crate::reordering::{Declined, Sinking};

use super::first_lines::destination_of;
use super::installation::First;

/// What a step needs of that which sinks.
pub(super) struct Needs {
    /// All files and folders that it reads, in the image.
    pub(super) paths: BTreeSet<String>,
    /// Those that have to be copied first.
    pub(super) first: BTreeSet<First>,
    /// Why it can run only with the options of its entry's `first_with`.
    pub(super) refusal: Option<Refusal>,
}

/// What is known where a RUN stands.
pub(super) struct Premises<'p, 'd> {
    build: &'p Build<'d>,
    stage: &'p Stage,
    index: usize,
    sinking: &'p Sinking<'p, 'd>,
    /// All that was copied from the context, in order.
    copies: Vec<Copied>,
}

impl<'p, 'd> Premises<'p, 'd> {
    /// The premises of RUN `index`.
    ///
    /// # Errors
    /// Where nothing can be proven, whatever the RUN installs.
    pub(super) fn of(
        build: &'p Build<'d>,
        stage: &'p Stage,
        index: usize,
        sinking: &'p Sinking<'p, 'd>,
    ) -> Result<Self, Declined> {
        if build.context().is_none_or(|files| files.entry("") == Entry::Unknown) {
            return Err(Declined::new(
                "the build context is not known",
                "name it with --context, or the file with --stdin-filename",
            ));
        }
        // What is bound in from the context is read from there, whatever was copied.
        let harmless = ["cache", "secret", "ssh", "tmpfs"];
        if !build.instruction(index).operation.mounts().all(|mount| harmless.contains(&mount.kind())) {
            return Err(Declined::new("the RUN mounts other files", "copy the manifests by hand"));
        }
        let mut premises = Self { build, stage, index, sinking, copies: Vec::new() };
        premises.collect_copies()?;
        for copy in sinking.indices().filter(|&copy| is_from_context(build, copy)) {
            if build.effects(copy).writes.files.overlaps(&Files::system()) {
                return Err(Declined::because_of(
                    copy,
                    "files are copied to where tools and their settings are",
                    "copy them to a folder of their own, such as /app",
                ));
            }
        }
        Ok(premises)
    }

    /// All that was copied up to the RUN, in the stage and those it is built from.
    fn collect_copies(&mut self) -> Result<(), Declined> {
        let mut ancestry: Vec<&Stage> = self.build.ancestry(self.stage).collect();
        ancestry.reverse();
        for stage in ancestry {
            let end = stage.instructions.end.min(self.index.max(stage.instructions.start));
            for index in stage.instructions.start..end {
                match self.build.copied(index) {
                    Some(copied) => self.copies.extend_from_slice(copied),
                    None if self.sinking.contains(index) && is_from_context(self.build, index) => {
                        return Err(unknown_copy(self.build, index));
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }

    /// What `step`, an installation of `entry`, needs.
    ///
    /// # Errors
    /// Where it may need more than can be copied first.
    pub(super) fn needs(&self, step: &Step<'_, 'd>, entry: &Ecosystem) -> Result<Needs, Declined> {
        let invocation = step.invocation().expect("invariant: an entry is of an invocation");
        let directory = step.directory.as_deref().filter(|path| paths::is_application_folder(path));
        let Some(directory) = directory else {
            return Err(Declined::new(
                "it does not run in a folder that the application has for itself",
                "set a WORKDIR such as /app above the COPY",
            ));
        };
        if let Some(word) = Ecosystem::unknown_word(&invocation) {
            return Err(Declined::new(
                format!("only the build knows what `{word}` stands for"),
                "write it out",
            ));
        }
        let beside = step.effects_beside_command(self.build, self.index);
        if let Some(cause) = self.sinking.obstacle(&beside, |_| true) {
            return Err(Declined::because_of(
                cause,
                "a redirection or substitution in the command may touch the sources",
                "install in a plain command",
            ));
        }
        let files = self.build.context().expect("invariant: asked for before");
        let tree = Tree::new(files, &self.copies);
        let state = self.build.state_before(self.index);
        let mut project =
            Project::new(&tree, directory, &state.variables).with_corepack(self.uses_corepack());
        let refusal = match entry.inspect(&invocation, &mut project) {
            Err(refusal) if !refusal.first_with => return Err(Declined::new(refusal.reason, refusal.help)),
            result => result.err(),
        };
        self.check_program(&invocation, &project, &state.path_folders)?;
        self.check_filled(&project, &tree)?;
        self.check_others(&project)?;
        let mut first = BTreeSet::new();
        for path in project.needed() {
            first.extend(self.first(path, &tree)?);
        }
        Ok(Needs { paths: project.needed().clone(), first, refusal })
    }

    /// True where a RUN up to this one, in the stage or in those that it is built from, names corepack.
    fn uses_corepack(&self) -> bool {
        let names_it = |index: usize| {
            let instruction = self.build.instruction(index);
            instruction.keyword() == Keyword::Run
                && memchr::memmem::find(instruction.text.bytes(), b"corepack").is_some()
        };
        let mut ancestry = self.build.ancestry(self.stage);
        ancestry.any(|stage| stage.instructions.clone().filter(|&i| i <= self.index).any(names_it))
    }

    /// The program must not be one of the sources, unless the entry says that it is needed.
    fn check_program(
        &self,
        invocation: &Invocation<'_>,
        project: &Project<'_>,
        path_folders: &[String],
    ) -> Result<(), Declined> {
        let words = &invocation.command.words;
        let texts = words.iter().filter_map(|word| invocation.literal(word)).take(words.len());
        let named = texts.take_while(|text| !text.starts_with('-')).filter(|text| text.contains('/'));
        let named = named.filter(|text| text.rsplit('/').next() == Some(&invocation.program));
        let mut programs: Vec<String> = named.map(|text| project.resolve(&text)).collect();
        programs.extend(path_folders.iter().map(|folder| format!("{folder}/{}", invocation.program)));
        let is_source = |path: &&String| {
            !matches!(project.entry(path), Entry::Missing | Entry::Ignored)
                && !project.needed().contains(*path)
        };
        match programs.iter().find(is_source) {
            Some(path) => Err(Declined::new(
                format!("{path} is one of the sources, and may run others"),
                "call the tool that is installed",
            )),
            None => Ok(()),
        }
    }

    /// What the command fills must not come along: it would lie over what was installed.
    fn check_filled(&self, project: &Project<'_>, tree: &Tree<'_>) -> Result<(), Declined> {
        for path in project.filled() {
            let lies_in = |copied: &&Copied| {
                paths::below(&copied.destination, path).is_some_and(|rest| !rest.is_empty())
            };
            if let Some(copied) = self.copies.iter().filter(|copied| self.sinks(copied)).find(lies_in) {
                return Err(Declined::because_of(
                    copied.instruction,
                    format!("{} is copied into what is installed", copied.source),
                    "copy it below the installation",
                ));
            }
            let mut origins = tree.origins(path);
            let Some(origin) = origins.find(|origin| self.sinks(&self.copies[origin.copied])) else {
                continue;
            };
            let source = &origin.source;
            let reason = match origin.entry {
                Entry::Unknown => format!("it cannot be told whether {source} is in the build context"),
                _ => format!("{source} is in the build context and would overwrite what is installed"),
            };
            let copy = self.copies[origin.copied].instruction;
            return Err(Declined::because_of(
                copy,
                reason,
                format!("add a line `{source}` to .dockerignore"),
            ));
        }
        Ok(())
    }

    /// What else sinks must have nothing to do with the installation, and nothing else may have changed
    /// what it reads.
    fn check_others(&self, project: &Project<'_>) -> Result<(), Declined> {
        let build = self.build;
        let touched = project.needed().union(project.filled()).cloned();
        let touched: Vec<String> = touched.chain(project.named()).collect();
        let mut effects = Effects::default();
        effects.reads.files = Files { system: true, paths: touched, ..Files::default() };
        effects.writes.files = effects.reads.files.clone();
        effects.reads.settings.environment = true;
        for setting in [Setting::User, Setting::Shell, Setting::Workdir] {
            effects.reads.settings.insert(setting);
        }
        let is_other = |index: usize| build.copied(index).is_none();
        if let Some(cause) = self.sinking.obstacle(&effects, is_other) {
            return Err(Declined::because_of(
                cause,
                "another instruction may need the sources, and the installation may need it",
                "move it below the installation, or the installation above it",
            ));
        }
        let needed = Files { paths: project.needed().iter().cloned().collect(), ..Files::default() };
        let writes = |index: usize| build.effects(index).writes.files.overlaps(&needed);
        let above = || self.above().filter(|&index| writes(index));
        let first_copy = above().find(|&index| build.copied(index).is_some());
        let changes = |index: usize| build.copied(index).is_none();
        let changed = first_copy.and_then(|copy| above().find(|&index| copy < index && changes(index)));
        match changed {
            Some(cause) => {
                let keyword = build.instruction(cause).keyword().as_str();
                Err(Declined::because_of(
                    cause,
                    format!("a {keyword} above may change the manifests"),
                    "copy the manifests below it",
                ))
            }
            None => Ok(()),
        }
    }

    /// The instructions that run before the RUN and do not sink, in the stage and those it is built from.
    fn above(&self) -> impl Iterator<Item = usize> {
        let mut ancestry: Vec<&Stage> = self.build.ancestry(self.stage).collect();
        ancestry.reverse();
        let instructions = ancestry.into_iter().flat_map(|stage| stage.instructions.clone().skip(1));
        instructions.filter(|&index| index < self.index && !self.sinking.contains(index))
    }

    fn sinks(&self, copied: &Copied) -> bool {
        self.sinking.contains(copied.instruction)
    }

    /// How the file or folder `path` is copied first; none where it is there without what sinks.
    fn first(&self, path: &str, tree: &Tree<'_>) -> Result<Option<First>, Declined> {
        let origins: Vec<_> = tree.origins(path).collect();
        let Some(origin) = origins.first() else { return Ok(None) };
        let copy = &self.copies[origin.copied];
        // What lies there without what sinks.
        let other = origins.iter().find(|origin| !self.sinks(&self.copies[origin.copied]));
        let is_there = other.is_some_and(|other| {
            let other_copy = self.copies[other.copied].instruction;
            other.source == origin.source && same_owner(self.build, copy.instruction, other_copy)
        });
        if !self.sinks(copy) || is_there {
            return Ok(None);
        }
        let source = origin.source.clone();
        if source.is_empty() {
            return Err(Declined::because_of(
                copy.instruction,
                "the installation may read all that is copied",
                "copy what it reads from a folder of its own",
            ));
        }
        if source.contains(['*', '?', '[', '\\', '$', '"', '\'', '<', '#'])
            || source.contains(char::is_control)
        {
            return Err(Declined::new(
                format!("the name {} has characters that COPY reads otherwise", source.escape_debug()),
                "give the file a plain name",
            ));
        }
        let is_folder = origin.entry == Entry::Directory;
        self.check_owner_of(if is_folder { path } else { paths::split(path).0 }, copy.instruction)?;
        let inside = paths::below(path, &copy.destination).unwrap_or_default();
        let folder = match (copy.is_folder, is_folder) {
            (true, true) => Some(inside),
            (true, false) => Some(paths::split(inside).0),
            // The copy may have another name.
            (false, _) => destination(self.build, copy.instruction).is_folder.then_some(""),
        };
        let destination = destination_of(self.build, copy.instruction, folder);
        Ok(Some(First { copy: copy.instruction, destination, source, is_folder }))
    }

    /// The COPY of what is copied first makes the folder `path`, as COPY `copy` would: no other one that sinks
    /// may make it otherwise.
    fn check_owner_of(&self, path: &str, copy: usize) -> Result<(), Declined> {
        let build = self.build;
        let workdir = build.state_before(self.index).workdir.clone().unwrap_or_default();
        if paths::below(&workdir, path).is_some() {
            return Ok(());
        }
        let is_around =
            |folder: &str| paths::below(path, folder).is_some() || paths::below(folder, path).is_some();
        let makes_it_otherwise = |&index: &usize| {
            is_from_context(build, index)
                && !same_owner(build, copy, index)
                && build.effects(index).makes.iter().any(|(folder, _)| is_around(folder))
        };
        match self.sinking.indices().find(makes_it_otherwise) {
            Some(other) => Err(Declined::because_of(
                other,
                "the COPYs give a folder of the manifests different owners",
                "give them the same --chown and --chmod",
            )),
            None => Ok(()),
        }
    }

    /// The COPYs of sources which bring nothing but what is needed: they need not sink.
    pub(super) fn pinned(&self, needed: &BTreeSet<String>) -> Vec<usize> {
        let brings_nothing_else = |&index: &usize| {
            let mut own = self.copies.iter().filter(|copied| copied.instruction == index).peekable();
            own.peek().is_some() && own.all(|copied| needed.contains(&copied.destination))
        };
        self.sinking.sources().filter(brings_nothing_else).collect()
    }

    /// A folder that a COPY made must not be made otherwise by what now stands above it.
    pub(super) fn check_folders(&self, first: &BTreeSet<First>) -> Result<(), Declined> {
        let stays = (self.stage.instructions.start + 1..self.index).filter(|&i| !self.sinking.contains(i));
        for index in stays {
            let counts = |copy: usize| copy < index && !first.iter().any(|first| first.copy == copy);
            if let Some(copy) = self.sinking.makes_folder_of(self.build.effects(index), counts) {
                return Err(Declined::because_of(
                    copy,
                    "the COPY makes a folder that would have another owner",
                    "set the WORKDIR above the COPY",
                ));
            }
        }
        Ok(())
    }
}

fn unknown_copy(build: &Build<'_>, index: usize) -> Declined {
    let destination = destination(build, index);
    let (reason, help) = if destination.path.is_none() && destination.is_relative {
        ("the working directory is not known", "set a WORKDIR such as /app above the COPY")
    } else {
        (
            "it cannot be told which files are copied where",
            "name sources that exist, and give variables a default",
        )
    };
    Declined::because_of(index, reason, help)
}

fn is_from_context(build: &Build<'_>, index: usize) -> bool {
    let instruction = build.instruction(index);
    matches!(instruction.keyword(), Keyword::Copy | Keyword::Add) && instruction.flag("from").is_none()
}

fn same_owner(build: &Build<'_>, a: usize, b: usize) -> bool {
    ["chown", "chmod"].iter().all(|name| {
        let value = |index: usize| build.instruction(index).flag(name).map(|flag| flag.text.clone());
        value(a) == value(b)
    })
}
