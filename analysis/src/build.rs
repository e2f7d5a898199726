//! A Dockerfile with its meaning.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::Instruction;

use crate::shell_code::ShellCode;
use crate::stage::{self, Base, Stage};
use crate::state::{self, State};

/// A Dockerfile with its meaning. Instructions are named by their index in the file.
#[derive(Debug)]
pub struct Build<'d> {
    dockerfile: &'d Dockerfile<'d>,
    stages: Vec<Stage>,
    /// The shell code of each instruction, parsed when it is first asked for.
    shell_code: Vec<OnceCell<Option<ShellCode<'d>>>>,
}

impl<'d> Build<'d> {
    /// Analyses `dockerfile`, which must have passed [`Dockerfile::check`].
    pub fn new(dockerfile: &'d Dockerfile<'d>) -> Self {
        let shell_code = dockerfile.instructions().iter().map(|_| OnceCell::new()).collect();
        Self { dockerfile, stages: stage::stages(dockerfile), shell_code }
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
        self.stages.iter().find(|stage| stage.instructions.contains(&index))
    }

    /// The stages from `stage` down to the one that stands on an image, each FROM the next.
    pub fn ancestry<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a Stage> {
        std::iter::successors(Some(stage), |stage| match stage.base {
            Base::Stage(parent) => Some(&self.stages[parent]),
            _ => None,
        })
    }

    /// The image that the stage of instruction `index` stands on, directly or not, as it is written.
    pub fn base_image(&self, index: usize) -> Option<&str> {
        match &self.ancestry(self.stage_of(index)?).last()?.base {
            Base::Image(reference) => Some(reference),
            _ => None,
        }
    }

    /// The defaults of the build arguments before the first FROM, by name.
    pub fn global_args(&self) -> BTreeMap<String, String> {
        state::global_args(self.dockerfile)
    }

    /// What instruction `index` finds when it runs.
    pub fn state_before(&self, index: usize) -> State {
        state::before(self, index)
    }

    /// The code that instruction `index` hands to a shell, with the commands in it. None where it hands
    /// none, or where the shell or the code is not understood (see [`Build::is_opaque`]).
    pub fn shell_code(&self, index: usize) -> Option<&ShellCode<'d>> {
        self.shell_code[index].get_or_init(|| ShellCode::parse(self, index)).as_ref()
    }

    /// True where the SHELL of instruction `index` stops at the first command that fails: `bash -e`.
    pub fn exits_on_error(&self, index: usize) -> bool {
        state::exits_on_error(self, index)
    }

    /// True where instruction `index` runs shell code that is not understood.
    pub fn is_opaque(&self, index: usize) -> bool {
        let instruction = self.instruction(index);
        instruction.operation.shell_body(instruction.text.bytes()).is_some()
            && self.shell_code(index).is_none()
    }

    /// The instructions that run on top of instruction `index`: the rest of its stage, then each stage
    /// that is built FROM it, directly or not. A stage whose base a variable names may be one of them.
    pub fn runs_after(&self, index: usize) -> Vec<usize> {
        let Some(stage) = self.stage_of(index) else { return Vec::new() };
        let mut after: Vec<usize> = (index + 1..stage.instructions.end).collect();
        for heir in &self.stages[stage.index + 1..] {
            let inherits = self.ancestry(heir).any(|ancestor| match &ancestor.base {
                Base::Stage(parent) => *parent == stage.index,
                Base::Image(reference) => ancestor.index > stage.index && reference.contains('$'),
                Base::Scratch => false,
            });
            if inherits {
                after.extend(heir.instructions.clone());
            }
        }
        after
    }
}
