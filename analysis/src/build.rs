//! A Dockerfile with its meaning.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{ExpandError, Instruction, Keyword};

use crate::context::BuildContext;
use crate::copied::{self, Copied};
use crate::effects::{self, Effects, Link};
use crate::paths::below;
use crate::shell_code::ShellCode;
use crate::stage::{self, Base, Stage};
use crate::state::{self, State};

/// A Dockerfile with its meaning, as far as it and its build context tell. Instructions are named by their index in the file.
pub struct Build<'d> {
    dockerfile: &'d Dockerfile<'d>,
    /// The build context, where it is known.
    context: Option<&'d dyn BuildContext>,
    stages: Vec<Stage>,
    /// The stages that are built FROM each stage.
    heirs: Vec<Vec<usize>>,
    /// The stages whose base a variable names: it may be any earlier stage.
    variable_bases: Vec<usize>,
    global_args: OnceCell<BTreeMap<String, Option<String>>>,
    /// The SHELL in effect at each instruction, looked up when it is first asked for.
    shells: OnceCell<Vec<Option<usize>>>,
    /// The shell code of each instruction, parsed when it is first asked for.
    shell_code: Vec<OnceCell<Option<ShellCode<'d>>>>,
    /// What each instruction copies from the context, and what it reads and writes, the same way.
    copied: Vec<OnceCell<Option<Vec<Copied>>>>,
    effects: Vec<OnceCell<Effects>>,
    /// The links that RUNs make.
    links: OnceCell<Option<Vec<Link>>>,
    /// The state that was asked for last, and before which instruction: most go down a stage.
    state: RefCell<Option<(usize, Rc<State>)>>,
    /// The state that a stage starts with, of the stage that was asked for last.
    pub(crate) stage_start: RefCell<Option<(usize, Rc<State>)>>,
}

impl<'d> Build<'d> {
    /// Analyses `dockerfile`, which must have passed [`Dockerfile::check`].
    pub fn new(dockerfile: &'d Dockerfile<'d>) -> Self {
        Self::with_context(dockerfile, None)
    }

    /// The same, where the files that COPY can bring are known.
    pub fn with_context(dockerfile: &'d Dockerfile<'d>, context: Option<&'d dyn BuildContext>) -> Self {
        let count = dockerfile.instructions().len();
        let stages = stage::stages(dockerfile);
        let mut heirs = vec![Vec::new(); stages.len()];
        let mut variable_bases = Vec::new();
        for stage in &stages {
            match &stage.base {
                Base::Stage(parent) => heirs[*parent].push(stage.index),
                Base::Image(reference) if reference.contains('$') => variable_bases.push(stage.index),
                _ => {}
            }
        }
        Self {
            dockerfile,
            context,
            stages,
            heirs,
            variable_bases,
            global_args: OnceCell::new(),
            shells: OnceCell::new(),
            shell_code: cells(count),
            copied: cells(count),
            effects: cells(count),
            links: OnceCell::new(),
            state: RefCell::new(None),
            stage_start: RefCell::new(None),
        }
    }

    /// The tree.
    pub fn dockerfile(&self) -> &'d Dockerfile<'d> {
        self.dockerfile
    }

    /// The bytes of the file.
    pub fn source(&self) -> &'d [u8] {
        self.dockerfile.source()
    }

    /// The instruction `index`.
    pub fn instruction(&self, index: usize) -> &'d Instruction<'d> {
        &self.dockerfile.instructions()[index]
    }

    /// The stages, in order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The stage that instruction `index` stands in; none before the first FROM.
    pub fn stage_of(&self, index: usize) -> Option<&Stage> {
        let after = self.stages.partition_point(|stage| stage.instructions.start <= index);
        self.stages.get(after.checked_sub(1)?)
    }

    /// The stages from `stage` down to the one that stands on an image, each FROM the next.
    pub fn ancestry<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a Stage> {
        std::iter::successors(Some(stage), |stage| match stage.base {
            Base::Stage(parent) => Some(&self.stages[parent]),
            _ => None,
        })
    }

    /// The instructions of `stage`, then those of the stage that it is built from, and so on.
    pub fn lineage<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = usize> + 'a {
        self.ancestry(stage).flat_map(|stage| stage.instructions.clone())
    }

    /// The same, the latest first.
    pub fn latest_first<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = usize> + 'a {
        self.ancestry(stage).flat_map(|stage| stage.instructions.clone().rev())
    }

    /// The last instruction of that kind in `stage`, or in those that it is built from.
    pub fn last(&self, stage: &Stage, keyword: Keyword) -> Option<usize> {
        self.latest_first(stage).find(|&index| self.instruction(index).keyword() == keyword)
    }

    /// True where WORKDIR, COPY or ADD `index` makes `folder`, or something in it.
    pub fn makes_folder(&self, index: usize, folder: &str) -> bool {
        let keyword = self.instruction(index).keyword();
        let is_inside = |path: &str| below(path, folder).is_some();
        matches!(keyword, Keyword::Workdir | Keyword::Copy | Keyword::Add)
            && self.effects(index).makes.iter().any(|(path, _)| is_inside(path))
    }

    /// True where another stage is built FROM `stage`, or may be: a variable names its base.
    pub fn is_built_upon(&self, stage: &Stage) -> bool {
        !self.heirs[stage.index].is_empty() || self.variable_bases.iter().any(|&heir| heir > stage.index)
    }

    /// The image that the stage of instruction `index` stands on, directly or not, as it is written.
    pub fn base_image(&self, index: usize) -> Option<&str> {
        match &self.stages[self.stage_of(index)?.root].base {
            Base::Image(reference) => Some(reference),
            _ => None,
        }
    }

    /// The same with the defaults of the build arguments in it, as far as the file tells them.
    pub fn expanded_base_image(&self, index: usize) -> Option<String> {
        let reference = self.base_image(index)?;
        Some(self.expand_in_from(reference.as_bytes()).unwrap_or_else(|_| reference.to_owned()))
    }

    /// The build arguments before the first FROM, with their defaults where the file tells them.
    pub fn global_args(&self) -> &BTreeMap<String, Option<String>> {
        self.global_args.get_or_init(|| state::global_args(self.dockerfile))
    }

    /// The value of a word of a FROM line, with the defaults of the build arguments in it.
    ///
    /// # Errors
    /// Where only the command line or the platform decides, or BuildKit refuses the word.
    pub fn expand_in_from(&self, word: &[u8]) -> Result<String, ExpandError> {
        state::expand_globally(word, self.dockerfile.escape(), self.global_args())
    }

    /// What instruction `index` finds when it runs.
    pub fn state_before(&self, index: usize) -> Rc<State> {
        let (at, mut state) = match self.state.take() {
            Some((at, state)) if at <= index && self.same_stage(at, index) => (at, state),
            _ => state::at_start(self, index),
        };
        state::advance(self, &mut state, at..index);
        self.state.replace(Some((index, Rc::clone(&state))));
        state
    }

    /// What instruction `index` leaves behind for the next one.
    pub fn state_after(&self, index: usize) -> Rc<State> {
        let mut state = self.state_before(index);
        state::advance(self, &mut state, index..index + 1);
        state
    }

    fn same_stage(&self, a: usize, b: usize) -> bool {
        let stage = |index| self.stage_of(index).map(|stage| stage.index);
        stage(a).is_some() && stage(a) == stage(b)
    }

    /// The build context, where it is known.
    pub fn context(&self) -> Option<&'d dyn BuildContext> {
        self.context
    }

    /// What COPY or ADD `index` brings from the build context, in order. None for another instruction, and
    /// where it takes its files from elsewhere or cannot be told: a variable, a URL, a link, something
    /// missing, a context that is not known.
    pub fn copied(&self, index: usize) -> Option<&[Copied]> {
        self.copied[index].get_or_init(|| copied::copied(self, index)).as_deref()
    }

    /// What instruction `index` reads and writes.
    pub fn effects(&self, index: usize) -> &Effects {
        self.effects[index].get_or_init(|| effects::of_instruction(self, index))
    }

    /// The links into folders of applications that RUNs make; none where there are too many.
    pub(crate) fn links(&self) -> Option<&[Link]> {
        self.links.get_or_init(|| effects::links(self)).as_deref()
    }

    /// The code that instruction `index` hands to a shell, with the commands in it. None where it hands
    /// none, or where the shell or the code is not understood (see [`Build::is_opaque`]).
    pub fn shell_code(&self, index: usize) -> Option<&ShellCode<'d>> {
        self.shell_code[index].get_or_init(|| ShellCode::parse(self, index)).as_ref()
    }

    /// The SHELL in effect at instruction `index`, where the file has one.
    pub(crate) fn shell_instruction(&self, index: usize) -> Option<&'d Instruction<'d>> {
        let shells = self.shells.get_or_init(|| state::shells(self));
        shells.get(index)?.map(|shell| self.instruction(shell))
    }

    /// True where the SHELL of instruction `index` stops at the first command that fails: `bash -e`.
    pub fn exits_on_error(&self, index: usize) -> bool {
        state::exits_on_error(self, index)
    }

    /// True where the SHELL of instruction `index` reads files of settings each time it starts: `bash -l`,
    /// or with `BASH_ENV`.
    pub fn reads_shell_settings(&self, index: usize) -> bool {
        state::reads_settings(self, index)
    }

    /// True where the SHELL of instruction `index` does nothing but read the code: it is no login shell, reads no
    /// set-up and traces nothing.
    pub fn has_plain_shell(&self, index: usize) -> bool {
        state::has_plain_shell(self, index)
    }

    /// True where the file sets the SHELL of instruction `index`.
    pub fn sets_shell(&self, index: usize) -> bool {
        self.shell_instruction(index).is_some()
    }

    /// True where instruction `index` runs shell code that is not understood.
    pub fn is_opaque(&self, index: usize) -> bool {
        let instruction = self.instruction(index);
        instruction.operation.shell_body(instruction.text.bytes()).is_some()
            && self.shell_code(index).is_none()
    }

    /// Looks at the instructions that run on top of instruction `index` until one is found: the rest of its
    /// stage, then each stage that is built FROM it, directly or not. A stage whose base a variable names
    /// may be one of them.
    pub fn find_after<T>(&self, index: usize, mut look: impl FnMut(usize) -> After<T>) -> Option<T> {
        let stage = self.stage_of(index)?;
        let mut seen = vec![false; self.stages.len()];
        let mut branches = vec![(stage, index + 1)];
        'branches: while let Some((stage, start)) = branches.pop() {
            if std::mem::replace(&mut seen[stage.index], true) {
                continue;
            }
            for i in start..stage.instructions.end {
                match look(i) {
                    After::GoOn => {}
                    After::Leave => continue 'branches,
                    After::Found(found) => return Some(found),
                }
            }
            let variable = self.variable_bases.iter().filter(|&&heir| heir > stage.index);
            let heirs = self.heirs[stage.index].iter().chain(variable).map(|&heir| &self.stages[heir]);
            branches.extend(
                heirs.map(|heir| (heir, heir.instructions.start)).collect::<Vec<_>>().into_iter().rev(),
            );
        }
        None
    }
}

fn cells<T>(count: usize) -> Vec<OnceCell<T>> {
    std::iter::repeat_with(OnceCell::new).take(count).collect()
}

/// What to do after one instruction was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After<T> {
    /// Look at the next one.
    GoOn,
    /// Look neither at the rest of its stage nor at what is built FROM it.
    Leave,
    /// This is it.
    Found(T),
}
