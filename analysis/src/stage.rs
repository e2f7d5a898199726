//! Stages, what they are built from, and which of them reach a user.

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
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(instructions.len());
        let (base, name) = from_words(&instructions[start]);
        let base = base_of(&stages, base);
        stages.push(Stage { index, name, base, instructions: start..end, shipped: false });
    }
    mark_shipped(&mut stages, instructions);
    stages
}

/// The reference and the name of a FROM.
fn from_words(instruction: &Instruction<'_>) -> (String, Option<String>) {
    let Some(from) = instruction.operation.from() else { return Default::default() };
    let text = |span| String::from_utf8_lossy(instruction.slice(span)).into_owned();
    (text(from.reference), from.name.map(|name| text(name).to_lowercase()))
}

fn base_of(earlier: &[Stage], reference: String) -> Base {
    if reference == "scratch" {
        return Base::Scratch;
    }
    match by_name(earlier, &reference) {
        Some(stage) => Base::Stage(stage),
        None => Base::Image(reference),
    }
}

/// The last earlier stage of that name, whatever the casing.
fn by_name(earlier: &[Stage], name: &str) -> Option<usize> {
    earlier.iter().rposition(|stage| stage.name.as_deref() == Some(name.to_lowercase().as_str()))
}

fn mark_shipped(stages: &mut [Stage], instructions: &[Instruction<'_>]) {
    let mut read = vec![false; stages.len()];
    for stage in stages.iter() {
        if let Base::Stage(parent) = stage.base {
            read[parent] = true;
        }
        for instruction in &instructions[stage.instructions.clone()] {
            for source in files_from(instruction) {
                let earlier = &stages[..stage.index];
                let number = source.parse().ok().filter(|&number: &usize| number < stage.index);
                if let Some(source) = number.or_else(|| by_name(earlier, &source)) {
                    read[source] = true;
                }
            }
        }
    }
    for index in (0..stages.len()).rev() {
        let last = index + 1 == stages.len();
        stages[index].shipped |= last || !read[index];
        if let (true, Base::Stage(parent)) = (stages[index].shipped, &stages[index].base) {
            let parent = *parent;
            stages[parent].shipped = true;
        }
    }
}

/// The stages or images that an instruction takes files from: `COPY --from=`, `RUN --mount=from=`.
fn files_from(instruction: &Instruction<'_>) -> Vec<String> {
    let flag = instruction.flag("from").and_then(|flag| flag.value()).map(str::to_owned);
    flag.into_iter()
        .chain(instruction.operation.mounts().filter_map(|mount| mount.from().map(str::to_owned)))
        .collect()
}
