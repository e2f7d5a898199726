//! Finds the installation in a RUN, and what has to be copied before it can run.

use std::collections::BTreeSet;

use dfopt_analysis::ecosystems::{Ecosystem, Project, Refusal, Tree};
use dfopt_analysis::effects::{Effects, Files, Setting, Step, steps};
use dfopt_analysis::{Build, Copied, Entry, Invocation, Stage, destination, paths};
use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Keyword, ShellKind};
use dfopt_syntax::shell::AndOrOperator;

use crate::reordering::{Cut, Sinking};
use crate::{Context, joining};

use super::is_broad;

/// Dependencies that can be installed before the sources are there.
pub(super) struct Installation {
    /// The RUN.
    pub(super) index: usize,
    /// What must be copied before it, and is not there without what sinks.
    pub(super) first: Vec<First>,
    /// What becomes of the RUN.
    pub(super) rest: Rest,
    /// The commands that install, as written.
    commands: Vec<String>,
}

/// What becomes of a RUN that installs.
pub(super) enum Rest {
    /// All of it installs.
    None,
    /// It is taken apart: the second part runs below the sources.
    Cut(Cut),
    /// It stays below the sources as it is, and a RUN of this code installs what the manifests name.
    All(String),
}

/// A file or folder that is copied first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct First {
    /// The COPY that brings it now.
    pub(super) copy: usize,
    /// The folder of the image that it lands in, seen from where that COPY's source lands: empty for that.
    pub(super) folder: String,
    /// Its path in the build context.
    pub(super) source: String,
    /// True for a folder: its content is copied.
    pub(super) is_folder: bool,
}

/// What a RUN is found to be.
pub(super) enum Found {
    /// It can run before what sinks.
    Installation(Installation),
    /// It cannot.
    Declined(Declined),
    /// It could, if these did not sink.
    Pinned(Vec<usize>),
}

impl Found {
    fn declined(reason: &str, help: &str) -> Self {
        Self::Declined(Declined::new(reason, help))
    }
}

/// Why an installation stays below the sources.
pub(super) struct Declined {
    pub(super) reason: String,
    pub(super) help: String,
    /// The instruction that is the cause.
    pub(super) cause: Option<usize>,
}

impl Declined {
    fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), cause: None }
    }

    fn because_of(cause: usize, reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { cause: Some(cause), ..Self::new(reason, help) }
    }
}

impl Installation {
    /// What the rewrite does, for a person.
    pub(super) fn title(&self) -> String {
        let names: BTreeSet<&str> = self.first.iter().map(|first| first.source.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let first = match names.as_slice() {
            [] => "before the sources are copied".to_owned(),
            [one] => format!("after {one}, before the sources are copied"),
            [a, b] => format!("after {a} and {b}, before the sources are copied"),
            [a, b, rest @ ..] => {
                format!("after {a}, {b} and {} more, before the sources are copied", rest.len())
            }
        };
        format!("run `{}` {first}", self.commands.join("` and `"))
    }
}

/// The installation in RUN `index`, where it can run before what sinks. None where there is none, or
/// nothing stands above it that would have to sink.
pub(super) fn find<'d>(
    context: &Context<'_, 'd>,
    stage: &Stage,
    index: usize,
    sinking: &Sinking<'_, 'd>,
) -> Option<Found> {
    let build = context.build;
    let Some(steps) = steps(build, index) else {
        return (!sinking.is_empty() && names_installation(context, index)).then(|| {
            Found::declined("the RUN is not plain shell code", "write it as commands for sh or bash")
        });
    };
    let entries: Vec<Option<&Ecosystem>> = steps.iter().map(|step| entry(context, step)).collect();
    if sinking.is_empty() {
        return declined_for_ancestor(context, stage, &entries);
    }
    if entries.iter().all(Option::is_none) {
        let hidden = build.shell_code(index)?.invocations();
        let hidden = hidden.iter().any(|invocation| recognise(context, invocation).is_some());
        return hidden.then(|| {
            Found::declined(
                "the installation is no step of its own in the RUN",
                "make it a plain command, outside of groups, conditions and pipelines",
            )
        });
    }
    let search = Search { context, stage, index, sinking, steps: &steps, entries: &entries };
    search.installation().unwrap_or_else(|declined| Some(Found::Declined(declined)))
}

fn entry<'a>(context: &'a Context<'_, '_>, step: &Step<'_, '_>) -> Option<&'a Ecosystem> {
    recognise(context, &step.invocation()?)
}

fn recognise<'a>(context: &'a Context<'_, '_>, invocation: &Invocation<'_>) -> Option<&'a Ecosystem> {
    Ecosystem::of(invocation, &context.settings.ecosystems)
}

/// True for code that is not understood, but has the words of an installation in it.
fn names_installation(context: &Context<'_, '_>, index: usize) -> bool {
    let instruction = context.build.instruction(index);
    let text = String::from_utf8_lossy(instruction.slice(instruction.operation.body)).into_owned();
    let text = text.replace("\", \"", " ").replace("\",\"", " ");
    Ecosystem::all(&context.settings.ecosystems)
        .any(|entry| entry.commands.iter().any(|command| command.contains(' ') && text.contains(command)))
}

/// Sources that come with the stage below cannot sink.
fn declined_for_ancestor(
    context: &Context<'_, '_>,
    stage: &Stage,
    entries: &[Option<&Ecosystem>],
) -> Option<Found> {
    entries.iter().flatten().next()?;
    let mut ancestors = context.build.ancestry(stage).skip(1);
    let copy =
        ancestors.find_map(|ancestor| ancestor.instructions.clone().find(|&i| is_broad(context, i)))?;
    Some(Found::Declined(Declined::because_of(
        copy,
        "the sources are copied in the stage that this one is built from",
        "install in that stage, above its COPY",
    )))
}

/// What a step needs of that which sinks.
struct Needs {
    /// All files and folders that it reads, in the image.
    paths: BTreeSet<String>,
    /// Those that have to be copied first.
    copied_first: BTreeSet<First>,
    /// Why it can run only with the options of its entry's `first_with`.
    refusal: Option<Refusal>,
}

struct Search<'s, 'c, 'd> {
    context: &'s Context<'c, 'd>,
    stage: &'s Stage,
    index: usize,
    sinking: &'s Sinking<'s, 'd>,
    steps: &'s [Step<'s, 'd>],
    entries: &'s [Option<&'s Ecosystem>],
}

impl Search<'_, '_, '_> {
    fn installation(&self) -> Result<Option<Found>, Declined> {
        let build = self.context.build;
        let Some(files) = build.context() else {
            return Err(Declined::new(
                "the build context is not known",
                "name it with --context, or the file with --stdin-filename",
            ));
        };
        self.check_mounts()?;
        let copies = self.copies()?;
        let tree = Tree::new(files, &copies);
        let mut first: BTreeSet<First> = BTreeSet::new();
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut commands = Vec::new();
        let mut end = 0;
        let mut refused = None;
        for (number, (step, entry)) in self.steps.iter().zip(self.entries).enumerate() {
            // What the table of commands knows to leave the application alone needs no entry.
            if step.is_cd() || self.obstacle(&step.effects(build, self.index)).is_none() {
                continue;
            }
            let Some(entry) = entry else {
                refused = Some(Declined::new(
                    "what runs before the installation in the RUN may read the sources",
                    "install first, in a RUN of its own",
                ));
                break;
            };
            match self.needs(step, entry, &tree, &copies) {
                Ok(Needs { paths, copied_first, refusal }) => {
                    if let Some(refusal) = refusal {
                        if commands.is_empty() {
                            let command = self.with_options(number, entry, refusal)?;
                            let Some(code) = command else { return Ok(None) };
                            let first = copied_first.into_iter().collect();
                            let rest = Rest::All(code.clone());
                            let commands = vec![code];
                            let installation = Installation { index: self.index, first, rest, commands };
                            return Ok(Some(Found::Installation(installation)));
                        }
                        refused = Some(Declined::new(refusal.reason, refusal.help));
                        break;
                    }
                    needed.extend(paths);
                    first.extend(copied_first);
                }
                Err(declined) => {
                    refused = Some(declined);
                    break;
                }
            }
            commands.push(self.command(step));
            end = number + 1;
        }
        if commands.is_empty() {
            return Err(refused.unwrap_or_else(|| Declined::new("", "")));
        }
        let pinned = self.pinned(&needed, &copies);
        if !pinned.is_empty() {
            return Ok(Some(Found::Pinned(pinned)));
        }
        // Clean-up that follows belongs to the installation.
        while end < self.steps.len()
            && self.entries[end].is_none()
            && !self.steps[end].is_cd()
            && self.obstacle(&self.steps[end].effects(build, self.index)).is_none()
        {
            end += 1;
        }
        let rest = if end < self.steps.len() { Rest::Cut(self.cut(end)?) } else { Rest::None };
        self.check_folders(&first)?;
        let first = first.into_iter().collect();
        Ok(Some(Found::Installation(Installation { index: self.index, first, rest, commands })))
    }

    /// The COPYs among those that sink which bring nothing but what is needed.
    fn pinned(&self, needed: &BTreeSet<String>, copies: &[Copied]) -> Vec<usize> {
        let brings_nothing_else = |&index: &usize| {
            let mut own = copies.iter().filter(|copied| copied.instruction == index).peekable();
            own.peek().is_some() && own.all(|copied| needed.contains(&copied.destination))
        };
        self.sinking.indices().filter(brings_nothing_else).collect()
    }

    /// What is bound in from the context is read from there, whatever was copied.
    fn check_mounts(&self) -> Result<(), Declined> {
        let instruction = self.context.build.instruction(self.index);
        let harmless = ["cache", "secret", "ssh", "tmpfs"];
        if instruction.operation.mounts().all(|mount| harmless.contains(&mount.kind())) {
            return Ok(());
        }
        Err(Declined::new("the RUN mounts other files", "copy the manifests by hand"))
    }

    /// All that was copied from the context up to the RUN, in the stage and those it is built from.
    fn copies(&self) -> Result<Vec<Copied>, Declined> {
        let build = self.context.build;
        let mut ancestry: Vec<&Stage> = build.ancestry(self.stage).collect();
        ancestry.reverse();
        let mut copies = Vec::new();
        for stage in ancestry {
            let end = stage.instructions.end.min(self.index.max(stage.instructions.start));
            for index in stage.instructions.start..end {
                match build.copied(index) {
                    Some(copied) => copies.extend_from_slice(copied),
                    None if self.sinking.contains(index) && is_from_context(build, index) => {
                        return Err(unknown_copy(build, index));
                    }
                    None => {}
                }
            }
        }
        Ok(copies)
    }

    /// The first instruction that sinks and that a command with `effects` would notice.
    fn obstacle(&self, effects: &Effects) -> Option<usize> {
        self.sinking.obstacle(effects, |_| true)
    }

    /// The code of a RUN that installs what the manifests name, for the installation that is step `number`.
    /// None where there is one already.
    fn with_options(
        &self,
        number: usize,
        entry: &Ecosystem,
        refusal: Refusal,
    ) -> Result<Option<String>, Declined> {
        let Some(options) = entry.first_with.as_deref() else {
            return Err(Declined::new(refusal.reason, refusal.help));
        };
        let has_options = |invocation: &Invocation<'_>| {
            let words: Vec<_> = invocation.arguments.iter().map(|word| invocation.literal(word)).collect();
            recognise(self.context, invocation).is_some_and(|other| other.name == entry.name)
                && options.split(' ').all(|option| words.iter().any(|word| word.as_deref() == Some(option)))
        };
        let build = self.context.build;
        let above =
            (self.stage.instructions.start + 1..self.index).filter_map(|index| build.shell_code(index));
        if above.flat_map(|code| code.invocations()).any(|invocation| has_options(&invocation)) {
            return Ok(None);
        }
        let is_first = self.steps[..number].iter().all(Step::is_cd);
        if !self.context.settings.install_first || !is_first {
            let help = if is_first {
                format!("{}; or set `install-first` in dfopt.toml", refusal.help)
            } else {
                refusal.help
            };
            return Err(Declined::new(refusal.reason, help));
        }
        let commands = self.steps[..=number].iter().map(|step| self.command(step));
        let code = commands.collect::<Vec<_>>().join(" && ");
        Ok(Some(format!("{code} {options}")))
    }

    /// What the step needs of that which sinks.
    fn needs(
        &self,
        step: &Step<'_, '_>,
        entry: &Ecosystem,
        tree: &Tree<'_>,
        copies: &[Copied],
    ) -> Result<Needs, Declined> {
        let build = self.context.build;
        let invocation = step.invocation().expect("invariant: an entry is of an invocation");
        let Some(directory) = step.directory.as_deref().filter(|path| paths::is_application_folder(path))
        else {
            return Err(Declined::new(
                "it does not run in a folder that the application has for itself",
                "set a WORKDIR such as /app above the COPY",
            ));
        };
        for index in self.sinking.indices().filter(|&index| is_from_context(build, index)) {
            let written = &build.effects(index).writes.files;
            if written.overlaps(&Files::system()) {
                return Err(Declined::because_of(
                    index,
                    "files are copied to where tools and their settings are",
                    "copy them to a folder of their own, such as /app",
                ));
            }
        }
        let state = build.state_before(self.index);
        let mut project = Project::new(tree, directory, &state.variables);
        let refusal = match entry.inspect(&invocation, &mut project) {
            Err(refusal) if !refusal.first_with => return Err(Declined::new(refusal.reason, refusal.help)),
            result => result.err(),
        };
        self.check_filled(&project, tree, copies)?;
        self.check_others(&project)?;
        let mut copied_first = BTreeSet::new();
        for path in project.needed() {
            copied_first.extend(self.first(path, tree, copies)?);
        }
        Ok(Needs { paths: project.needed().clone(), copied_first, refusal })
    }

    /// What the command fills must not come along: it would lie over what was installed.
    fn check_filled(
        &self,
        project: &Project<'_>,
        tree: &Tree<'_>,
        copies: &[Copied],
    ) -> Result<(), Declined> {
        for path in project.filled() {
            let comes_along =
                tree.origins(path).find(|origin| self.sinking.contains(copies[origin.copied].instruction));
            let Some(origin) = comes_along else { continue };
            let reason = match origin.entry {
                Entry::Unknown => {
                    format!("it cannot be told whether {} is in the build context", origin.source)
                }
                _ => {
                    format!("{} is in the build context and would overwrite what is installed", origin.source)
                }
            };
            return Err(Declined::because_of(
                copies[origin.copied].instruction,
                reason,
                format!("add a line `{}` to .dockerignore", origin.source),
            ));
        }
        Ok(())
    }

    /// What else sinks must have nothing to do with the installation, and nothing else may have changed
    /// what it reads.
    fn check_others(&self, project: &Project<'_>) -> Result<(), Declined> {
        let build = self.context.build;
        let mut effects = Effects::default();
        let touched: Vec<String> = project.needed().union(project.filled()).cloned().collect();
        effects.reads.files = Files { system: true, paths: touched.clone(), ..Files::default() };
        effects.writes.files = effects.reads.files.clone();
        effects.reads.settings.environment = true;
        for setting in [Setting::User, Setting::Shell, Setting::Workdir] {
            effects.reads.settings.insert(setting);
        }
        if let Some(cause) = self.sinking.obstacle(&effects, |index| !is_copied(self.context, index)) {
            return Err(Declined::because_of(
                cause,
                "another instruction may need the sources, and the installation may need it",
                "move it below the installation, or the installation above it",
            ));
        }
        let needed = Files { paths: project.needed().iter().cloned().collect(), ..Files::default() };
        let changes = |&index: &usize| {
            build.instruction(index).keyword() == Keyword::Run
                && !self.sinking.contains(index)
                && build.effects(index).writes.files.overlaps(&needed)
                && self.stage.instructions.clone().any(|copy| {
                    copy < index
                        && !self.sinking.contains(copy)
                        && is_copied(self.context, copy)
                        && build.effects(copy).writes.files.overlaps(&needed)
                })
        };
        match (self.stage.instructions.start + 1..self.index).find(changes) {
            Some(cause) => Err(Declined::because_of(
                cause,
                "a RUN above may change the manifests",
                "copy the manifests below it",
            )),
            None => Ok(()),
        }
    }

    /// How the file or folder `path` is copied first; none where it is there without what sinks.
    fn first(&self, path: &str, tree: &Tree<'_>, copies: &[Copied]) -> Result<Option<First>, Declined> {
        let origins: Vec<_> = tree.origins(path).collect();
        let Some(origin) = origins.first() else { return Ok(None) };
        let copy = &copies[origin.copied];
        if !self.sinking.contains(copy.instruction) {
            return Ok(None);
        }
        let is_there = origins.iter().any(|other| {
            let other_copy = &copies[other.copied];
            other.source == origin.source
                && !self.sinking.contains(other_copy.instruction)
                && same_owner(self.context, copy.instruction, other_copy.instruction)
        });
        if is_there {
            return Ok(None);
        }
        if origin.source.contains(['*', '?', '[', '\\', '$', '"', '\'', '<', '#'])
            || origin.source.chars().any(char::is_control)
        {
            return Err(Declined::new(
                format!(
                    "the name {} has characters that COPY would read otherwise",
                    origin.source.escape_debug()
                ),
                "give the file a plain name",
            ));
        }
        let is_folder = origin.entry == Entry::Directory;
        let inside = paths::below(path, &copy.destination).unwrap_or_default();
        let folder = match (copy.is_folder, is_folder) {
            (true, true) => inside.to_owned(),
            (true, false) => paths::split(inside).0.to_owned(),
            (false, _) => String::new(),
        };
        let source = origin.source.clone();
        Ok(Some(First { copy: copy.instruction, folder, source, is_folder }))
    }

    /// A folder that a COPY made must not be made otherwise by what now stands above it.
    fn check_folders(&self, first: &BTreeSet<First>) -> Result<(), Declined> {
        let build = self.context.build;
        let stays = (self.stage.instructions.start + 1..self.index).filter(|&i| !self.sinking.contains(i));
        for index in stays {
            let counts = |copy: usize| copy < index && !first.iter().any(|first| first.copy == copy);
            if let Some(copy) = self.sinking.makes_folder_of(build.effects(index), counts) {
                return Err(Declined::because_of(
                    copy,
                    "the COPY makes a folder that would have another owner",
                    "set the WORKDIR above the COPY",
                ));
            }
        }
        Ok(())
    }

    /// Takes the RUN apart before step `number`.
    fn cut(&self, number: usize) -> Result<Cut, Declined> {
        let build = self.context.build;
        let instruction = build.instruction(self.index);
        let code = self.steps[0].code;
        let is_chain = self.steps[1..=number].iter().all(|step| step.operator == Some(AndOrOperator::And))
            && self.steps[number..].iter().all(|step| !step.background);
        // `a && b || c`: what follows `||` depends on the first part, too.
        let list_end = self.steps[number..].iter().take_while(|step| step.operator.is_some());
        let is_chain = is_chain && list_end.into_iter().all(|step| step.operator == Some(AndOrOperator::And));
        if !is_chain || code.kind != ShellKind::Plain || !instruction.heredocs.is_empty() {
            return Err(Declined::new(
                "the RUN goes on, and is no plain `&&` chain",
                "install in a RUN of its own",
            ));
        }
        let prefix = &self.steps[..number];
        if let Some(what) = joining::left_behind(code, prefix[0].span().cover(prefix[number - 1].span())) {
            return Err(Declined::new(
                format!("{what} in the RUN reaches into what follows the installation"),
                "install in a RUN of its own",
            ));
        }
        if let Some(what) = joining::looks_back(code) {
            return Err(Declined::new(format!("the RUN reads `{what}`"), "install in a RUN of its own"));
        }
        let start = code.text.source_end(prefix[number - 1].span().end);
        let end = code.text.source_start(self.steps[number].span().start);
        Ok(Cut { joint: Span { start, end } })
    }

    fn command(&self, step: &Step<'_, '_>) -> String {
        let words = String::from_utf8_lossy(step.span().of(step.code.text.bytes())).into_owned();
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn unknown_copy(build: &Build<'_>, index: usize) -> Declined {
    let destination = destination(build, index, &build.state_before(index));
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
    is_copy(build, index) && build.instruction(index).flag("from").is_none()
}

fn is_copy(build: &Build<'_>, index: usize) -> bool {
    matches!(build.instruction(index).keyword(), Keyword::Copy | Keyword::Add)
}

/// True for a COPY or ADD whose files are known: what it brings is looked at file by file.
fn is_copied(context: &Context<'_, '_>, index: usize) -> bool {
    context.build.copied(index).is_some()
}

fn same_owner(context: &Context<'_, '_>, a: usize, b: usize) -> bool {
    ["chown", "chmod"].iter().all(|name| {
        let value = |index: usize| context.build.instruction(index).flag(name).map(|flag| flag.text.clone());
        value(a) == value(b)
    })
}
