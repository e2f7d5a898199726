//! The images that a Dockerfile names: in FROM, `COPY --from=`, `RUN --mount=from=`, and in the default of an ARG that
//! is such a reference.

use std::collections::{BTreeMap, BTreeSet};

use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Flag, Instruction, Keyword, Mount};

use crate::build::Build;
use crate::reference::Reference;
use crate::stage::Base;

/// An image that the file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedImage {
    /// The instruction that uses it.
    pub instruction: usize,
    /// Where it is written, in the file: in that instruction, or in the ARG whose default it is.
    pub span: Span,
    /// Which one it is.
    pub reference: Result<Reference, Unclear>,
}

/// Why a file does not tell which image it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// Build arguments are part of the reference.
    PartsAreArguments,
    /// The reference is a build argument without a default that can be told.
    NoDefault,
    /// The reference is a build argument whose value other places use, too.
    UsedElsewhere,
    /// A name without tag, outside of FROM: as likely a build context of that name as an image.
    PerhapsContext,
}

/// The most build arguments whose uses are counted: each costs a look through the whole file.
const MAX_ARGUMENTS: usize = 64;

/// The images that the file names, in its order: stages, numbers of stages and `scratch` are none, and what stands
/// behind ONBUILD belongs to other builds. Each place is listed once.
pub fn named_images(build: &Build<'_>) -> Vec<NamedImage> {
    let mut finder = Finder::new(build);
    let mut images: Vec<NamedImage> = Vec::new();
    for stage in build.stages() {
        if let Base::Image(reference) = &stage.base {
            images.extend(finder.from(stage.instructions.start, reference));
        }
        for index in stage.instructions.clone().skip(1) {
            images.extend(finder.others(index));
        }
    }
    let mut seen = BTreeSet::new();
    images.retain(|image| seen.insert(image.span.start));
    images
}

/// What is looked up once for a file.
struct Finder<'b, 'd> {
    build: &'b Build<'d>,
    /// The names of stages, and where the first of that name stands.
    stages: BTreeMap<&'b str, usize>,
    /// Build arguments, and where their defaults stand, or why they are of no use.
    defaults: BTreeMap<String, Result<Span, Unclear>>,
}

impl<'b, 'd> Finder<'b, 'd> {
    fn new(build: &'b Build<'d>) -> Self {
        let mut stages = BTreeMap::new();
        for stage in build.stages() {
            if let Some(name) = &stage.name {
                stages.entry(name.as_str()).or_insert(stage.instructions.start);
            }
        }
        Self { build, stages, defaults: BTreeMap::new() }
    }

    /// True where a stage before instruction `before` has the name.
    fn is_stage(&self, name: &str, before: usize) -> bool {
        self.stages.get(name.to_lowercase().as_str()).is_some_and(|&start| start < before)
    }

    /// The image of a FROM.
    fn from(&mut self, index: usize, written: &str) -> Option<NamedImage> {
        let build = self.build;
        let instruction = build.instruction(index);
        let span = instruction.source_span(instruction.operation.from()?.reference);
        if !written.contains('$') {
            return named(build, index, span, written);
        }
        // `FROM $BASE` may well mean a stage.
        let value = build.expand_in_from(written.as_bytes()).ok();
        if value.is_some_and(|value| value == "scratch" || self.is_stage(&value, index)) {
            return None;
        }
        let default = match whole_variable(written) {
            Some(argument) => self.default(argument),
            None => Err(Unclear::PartsAreArguments),
        };
        let default = default.and_then(|default| {
            let text = std::str::from_utf8(default.of(build.source())).ok();
            text.and_then(Reference::parse).map(|reference| (default, reference)).ok_or(Unclear::NoDefault)
        });
        Some(match default {
            Ok((span, reference)) => NamedImage { instruction: index, span, reference: Ok(reference) },
            Err(unclear) => NamedImage { instruction: index, span, reference: Err(unclear) },
        })
    }

    /// Where the default of a build argument stands, if it is there for FROMs alone.
    fn default(&mut self, argument: &str) -> Result<Span, Unclear> {
        if let Some(&known) = self.defaults.get(argument) {
            return known;
        }
        if self.defaults.len() >= MAX_ARGUMENTS {
            return Err(Unclear::UsedElsewhere);
        }
        let default = match default_of(self.build, argument) {
            None => Err(Unclear::NoDefault),
            Some((arg, _)) if is_used_elsewhere(self.build, argument, arg) => Err(Unclear::UsedElsewhere),
            Some((_, span)) => Ok(span),
        };
        self.defaults.insert(argument.to_owned(), default);
        default
    }

    /// The images of `COPY --from=` and `RUN --mount=from=`.
    fn others(&self, index: usize) -> impl Iterator<Item = NamedImage> {
        let instruction = self.build.instruction(index);
        let flags = instruction.operation.flags.iter();
        flags.filter_map(move |flag| {
            let place = match (instruction.keyword(), flag.name()) {
                (Keyword::Copy, "from") => flag.value_span(instruction.text.bytes())?,
                (Keyword::Run, "mount") => from_of_mount(instruction, flag)?,
                _ => return None,
            };
            // With quotes or escapes in it, a flag is more than what it says.
            let is_plain = flag.text.as_bytes() == instruction.slice(flag.span);
            let text = std::str::from_utf8(instruction.slice(place)).ok().filter(|_| is_plain)?;
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            if is_number || text == "scratch" || text.contains('$') || self.is_stage(text, usize::MAX) {
                return None;
            }
            let span = instruction.source_span(place);
            if !text.contains([':', '/', '@']) {
                let reference = Err(Unclear::PerhapsContext);
                return Some(NamedImage { instruction: index, span, reference });
            }
            named(self.build, index, span, text)
        })
    }
}

fn named(build: &Build<'_>, instruction: usize, span: Span, text: &str) -> Option<NamedImage> {
    let reference = Reference::parse(text).filter(|_| build.dockerfile().is_one_line(span))?;
    Some(NamedImage { instruction, span, reference: Ok(reference) })
}

/// The value of `from` in `--mount=type=bind,from=IMAGE,…`.
fn from_of_mount(instruction: &Instruction<'_>, flag: &Flag) -> Option<Span> {
    let value = flag.value_span(instruction.text.bytes())?;
    let text = std::str::from_utf8(instruction.slice(value)).ok().filter(|text| !text.contains('"'))?;
    let from = Mount::parse(text)?.from()?.to_owned();
    let mut start = value.start;
    let mut found = None;
    for field in text.split(',') {
        let end = start + field.len() as u32;
        if field.split_once('=').is_some_and(|(key, _)| key.eq_ignore_ascii_case("from")) {
            found = Some(Span { start: end - from.len() as u32, end });
        }
        start = end + 1;
    }
    found.filter(|&span| instruction.slice(span) == from.as_bytes())
}

/// `BASE` for `$BASE` and `${BASE}`.
fn whole_variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let name = name.strip_prefix('{').map_or(Some(name), |name| name.strip_suffix('}'))?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

/// The one ARG above the first FROM that declares `name`, and where in the file its default stands, without quotes.
fn default_of(build: &Build<'_>, name: &str) -> Option<(usize, Span)> {
    let first = build.stages().first()?.instructions.start;
    let mut found = None;
    for index in 0..first {
        let instruction = build.instruction(index);
        for declaration in instruction.operation.declarations(instruction.text.bytes()) {
            if instruction.slice(declaration.name) != name.as_bytes() {
                continue;
            }
            let mut span = instruction.source_span(declaration.default?);
            let text = span.of(build.source());
            if text.len() >= 2 && matches!(text[0], b'"' | b'\'') && text.last() == Some(&text[0]) {
                span = Span { start: span.start + 1, end: span.end - 1 };
            }
            // A second one would win.
            if found.replace((index, span)).is_some() {
                return None;
            }
        }
    }
    found
}

/// True where anything but its ARG and FROMs that are nothing else has the variable's name in it.
fn is_used_elsewhere(build: &Build<'_>, name: &str, arg: usize) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    build.dockerfile().instructions().iter().enumerate().any(|(index, instruction)| {
        let text = instruction.span.of(build.source());
        let uses = memchr::memmem::find_iter(text, name.as_bytes()).filter(|&at| {
            let before = at.checked_sub(1).is_some_and(|at| is_name(&text[at]));
            !before && !text.get(at + name.len()).is_some_and(is_name)
        });
        let from = instruction.operation.from().map(|from| instruction.slice(from.reference));
        let is_whole =
            from.is_some_and(|word| std::str::from_utf8(word).ok().and_then(whole_variable) == Some(name));
        uses.count() > usize::from(index == arg || is_whole)
    })
}
