//! Stages, what they are built from, and which of them reach a user.

use std::collections::BTreeMap;
use std::ops::Range;

use dfopt_syntax::Dockerfile;
use dfopt_syntax::dockerfile::{Instruction, Keyword};

/// A build stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its number, from 0.
    pub index: usize,
    /// Its name, in lower case.
    pub name: Option<String>,
    /// What it is built from.
    pub base: Base,
    /// The stage at the bottom of it, which stands on an image or on nothing; its own number where it does.
    pub root: usize,
    /// Its instructions, the FROM included.
    pub instructions: Range<usize>,
    /// True where its layers may end up in an image that somebody uses: it is the last stage, or no
    /// other stage reads it (so it is there to be a target), or such a stage is built FROM it.
    pub shipped: bool,
}

/// What a stage is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// `FROM scratch`: nothing.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image reference as written, variables and all.
    Image(String),
}

pub(crate) fn stages(dockerfile: &Dockerfile<'_>) -> Vec<Stage> {
    let instructions = dockerfile.instructions();
    let starts: Vec<usize> =
        (0..instructions.len()).filter(|&i| instructions[i].keyword() == Keyword::From).collect();
    let mut stages: Vec<Stage> = Vec::with_capacity(starts.len());
    // Names mean the last earlier stage that has them.
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut read = vec![false; starts.len()];
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(instructions.len());
        let (reference, name) = from_words(&instructions[start]);
        let base = match names.get(&reference.to_lowercase()) {
            _ if reference == "scratch" => Base::Scratch,
            Some(&parent) => Base::Stage(parent),
            None => Base::Image(reference),
        };
        let root = match base {
            Base::Stage(parent) => {
                read[parent] = true;
                stages[parent].root
            }
            _ => index,
        };
        for source in instructions[start..end].iter().flat_map(files_from) {
            let number = source.parse().ok().filter(|&number: &usize| number < index);
            if let Some(source) = number.or_else(|| names.get(&source.to_lowercase()).copied()) {
                read[source] = true;
            }
        }
        if let Some(name) = &name {
            names.insert(name.clone(), index);
        }
        stages.push(Stage { index, name, base, root, instructions: start..end, shipped: false });
    }
    mark_shipped(&mut stages, &read);
    stages
}

/// `read`: the stages that another one is built from, or takes files from.
fn mark_shipped(stages: &mut [Stage], read: &[bool]) {
    for index in (0..stages.len()).rev() {
        let last = index + 1 == stages.len();
        stages[index].shipped |= last || !read[index];
        if let (true, Base::Stage(parent)) = (stages[index].shipped, &stages[index].base) {
            let parent = *parent;
            stages[parent].shipped = true;
        }
    }
}

/// The reference and the name of a FROM.
fn from_words(instruction: &Instruction<'_>) -> (String, Option<String>) {
    let Some(from) = instruction.operation.from() else { return Default::default() };
    let text = |span| String::from_utf8_lossy(instruction.slice(span)).into_owned();
    (text(from.reference), from.name.map(|name| text(name).to_lowercase()))
}

/// The stages or images that an instruction takes files from: `COPY --from=`, `RUN --mount=from=`.
fn files_from(instruction: &Instruction<'_>) -> Vec<String> {
    let flag = instruction.flag("from").and_then(|flag| flag.value()).map(str::to_owned);
    flag.into_iter()
        .chain(instruction.operation.mounts().filter_map(|mount| mount.from().map(str::to_owned)))
        .collect()
}
