//! Moves instructions of a stage below others that do not need them.
//!
//! A transform walks down a stage. What should sink is added to [`Sinking`]; so is everything after it that
//! may notice (see [`Effects`]). What is left can run first. [`Moves`] turns that into edits: instructions
//! move with the comments right above them, and nothing else changes.

mod declined;
mod moves;
mod places;
mod volatile;

use dfopt_analysis::effects::Effects;
use dfopt_analysis::{Build, Stage};

pub(crate) use declined::Declined;
pub(crate) use moves::{Cut, Moves, indent};
pub(crate) use places::{Place, is_complete, relocate};
pub(crate) use volatile::{Sources, sources_of};

/// Stages with more instructions, those that they are built from included, are no person's work.
const MAX_INSTRUCTIONS: usize = 512;

/// True for a stage that is short enough to look at every pair of its instructions.
pub(crate) fn is_walkable(build: &Build<'_>, stage: &Stage) -> bool {
    let mut count = 0;
    build.ancestry(stage).all(|stage| {
        count += stage.instructions.len();
        count <= MAX_INSTRUCTIONS
    })
}

/// Instructions that sink below something further down, in order.
pub(crate) struct Sinking<'b, 'd> {
    build: &'b Build<'d>,
    sinking: Vec<usize>,
    /// Those of them that started it.
    sources: Vec<usize>,
}

impl<'b, 'd> Sinking<'b, 'd> {
    pub(crate) fn new(build: &'b Build<'d>) -> Self {
        Self { build, sinking: Vec::new(), sources: Vec::new() }
    }

    /// Has COPY `index` of sources sink, which stands below all others that do.
    pub(crate) fn add_sources(&mut self, index: usize) {
        self.sinking.push(index);
        self.sources.push(index);
    }

    /// Has instruction `index`, which stands below all others that sink, go with them.
    pub(crate) fn add(&mut self, index: usize) {
        self.sinking.push(index);
    }

    /// Has instruction `index` sink if it may notice that another one does. True where it does.
    pub(crate) fn add_where_dependent(&mut self, index: usize) -> bool {
        let dependent = self.obstacle(self.build.effects(index), |_| true).is_some();
        if dependent {
            self.add(index);
        }
        dependent
    }

    /// The first instruction that sinks, out of those that `counts`, and that conflicts with `effects`.
    pub(crate) fn obstacle(&self, effects: &Effects, counts: impl Fn(usize) -> bool) -> Option<usize> {
        self.indices().find(|&index| counts(index) && self.build.notices(index, effects))
    }

    /// The first instruction that sinks and whose new folders `effects` would make otherwise.
    pub(crate) fn makes_folder_of(&self, effects: &Effects, counts: impl Fn(usize) -> bool) -> Option<usize> {
        self.indices().find(|&index| counts(index) && self.build.effects(index).make_otherwise(effects))
    }

    /// The instructions that sink, in order.
    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.sinking.iter().copied()
    }

    /// The COPYs of sources among them.
    pub(crate) fn sources(&self) -> impl Iterator<Item = usize> + '_ {
        self.sources.iter().copied()
    }

    pub(crate) fn contains(&self, index: usize) -> bool {
        self.indices().any(|sinking| sinking == index)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sinking.is_empty()
    }
}
