//! What COPY and ADD bring from the build context, and where it lands.

use dfopt_syntax::Span;
use dfopt_syntax::dockerfile::{Keyword, Lookup, Source, expand};

use crate::archive;
use crate::build::Build;
use crate::context::{BuildContext, Entry};
use crate::effects::Files;
use crate::glob;
use crate::paths::{join, resolve, split};
use crate::state::State;

/// One source of a COPY or ADD, as it stands in the build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The instruction.
    pub instruction: usize,
    /// Its path in the build context.
    pub source: String,
    /// The path of the copy in the image. Of a folder, the folder that its content lands in.
    pub destination: String,
    /// True for a folder.
    pub is_folder: bool,
}

/// The destination of a COPY or ADD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its path in the image, where it is known.
    pub path: Option<String>,
    /// True where the working directory has a say.
    pub is_relative: bool,
    /// True where it must be a folder: it ends in a slash or in dots, or is the working directory.
    pub is_folder: bool,
}

/// The most files that a pattern may name.
const MAX_MATCHES: usize = 512;

/// See [`Build::copied`].
pub(crate) fn copied(build: &Build<'_>, index: usize) -> Option<Vec<Copied>> {
    let files = build.context()?;
    let instruction = build.instruction(index);
    if !matches!(instruction.keyword(), Keyword::Copy | Keyword::Add)
        || ["from", "parents", "exclude"].iter().any(|flag| instruction.flag(flag).is_some())
    {
        return None;
    }
    let destination = destination(build, index);
    let target = destination.path?;
    let mut found: Vec<(String, Entry)> = Vec::new();
    for source in sources(build, index)? {
        let path = resolve(Some("/"), &source?)?;
        let path = path.trim_start_matches('/');
        let matching = matching(files, path)?.into_iter().take(MAX_MATCHES);
        found.extend(matching.map(|path| (path.clone(), files.entry(&path))));
    }
    if instruction.keyword() == Keyword::Add && found.iter().any(|(path, _)| archive::is_named_so(path)) {
        return None;
    }
    // `COPY file /app`: /app may be a file or a folder. Several files do not make a folder of it: where there
    // is none, each overwrites the one before (BuildKit 0.26).
    let is_one_file = match &found[..] {
        [(source, _)] => names_file(&target, split(source).1),
        _ => false,
    };
    if !destination.is_folder && !is_one_file && found.iter().any(|(_, entry)| *entry == Entry::File) {
        return None;
    }
    let copied = |(source, entry): (String, Entry)| match entry {
        Entry::Directory => {
            Some(Copied { instruction: index, source, destination: target.clone(), is_folder: true })
        }
        Entry::File => {
            let name = split(&source).1;
            let destination =
                if destination.is_folder { resolve(Some(&target), name)? } else { target.clone() };
            Some(Copied { instruction: index, source, destination, is_folder: false })
        }
        _ => None,
    };
    found.into_iter().map(copied).collect()
}

/// The paths of the build context that a source names: itself, or those that its pattern matches. None where they
/// cannot be told.
pub(crate) fn matching(context: &dyn BuildContext, path: &str) -> Option<Vec<String>> {
    if !glob::is_pattern(path) {
        return Some(vec![path.to_owned()]);
    }
    let (folder, pattern) = split(path);
    if glob::is_pattern(folder) {
        return None;
    }
    let names = context.list(folder)?;
    Some(names.iter().filter(|name| glob::matches(pattern, name)).map(|name| join(folder, name)).collect())
}

/// True where the last name of `path` is plainly the name for a copy of the file `name`: the same, or one with
/// an ending. `conf.d`, `v1.2` and `.ssh` are folders more often than not.
fn names_file(path: &str, name: &str) -> bool {
    let last = split(path).1;
    let is_hidden_file = last.ends_with("rc") || last.starts_with(".env");
    last == name
        || match last.rsplit_once('.') {
            Some(("", _)) => is_hidden_file,
            Some((_, ending)) => ending != "d" && ending.starts_with(|c: char| c.is_ascii_alphabetic()),
            None => false,
        }
}

/// The words for the sources of COPY or ADD `index` without variables; one is none where a variable is not
/// known. None for what is no path: a URL, a heredoc; and for other instructions.
pub fn sources(build: &Build<'_>, index: usize) -> Option<Vec<Option<String>>> {
    let state = build.state_before(index);
    let instruction = build.instruction(index);
    let transfer = instruction.operation.transfer(instruction.text.bytes())?;
    let path = |source: &Source| match source {
        Source::Heredoc(_) => None,
        Source::Path(span) => {
            let text = word(build, index, *span, &state);
            let is_path = |text: &str| !text.contains("://") && !text.starts_with("git@");
            match text {
                Some(text) if !is_path(&text) => None,
                text => Some(text),
            }
        }
    };
    transfer.sources.iter().map(path).collect()
}

/// Where COPY or ADD `index` copies to.
pub fn destination(build: &Build<'_>, index: usize) -> Destination {
    let state = build.state_before(index);
    let instruction = build.instruction(index);
    let unknown = Destination { path: None, is_relative: true, is_folder: false };
    let Some(transfer) = instruction.operation.transfer(instruction.text.bytes()) else { return unknown };
    let Some(text) = word(build, index, transfer.destination, &state) else { return unknown };
    let is_folder = text.is_empty()
        || text.ends_with('/')
        || matches!(text.rsplit('/').next(), Some("." | ".."))
        || state.workdir.is_some() && resolve(state.workdir.as_deref(), &text) == state.workdir;
    Destination {
        path: resolve(state.workdir.as_deref(), &text),
        is_relative: !text.starts_with('/'),
        is_folder,
    }
}

/// The files of the stage that COPY or ADD `index` writes.
pub(crate) fn written(build: &Build<'_>, index: usize) -> Files {
    match build.copied(index) {
        Some(copied) => {
            let paths = copied.iter().map(|copied| copied.destination.clone()).collect();
            Files { paths, ..Files::default() }
        }
        None => Files::at(destination(build, index).path),
    }
}

/// A word of the instruction without quotes and variables, where those are known.
fn word(build: &Build<'_>, index: usize, span: Span, state: &State) -> Option<String> {
    let instruction = build.instruction(index);
    let lookup = |name: &str| match state.variables.get(name) {
        Some(variable) => variable.value.clone().map_or(Lookup::Unknown, Lookup::Set),
        None => Lookup::Unknown,
    };
    expand(instruction.word(span), build.dockerfile().escape(), &lookup).ok()
}
