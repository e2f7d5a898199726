//! `dfopt -`: standard input to standard output, for editors.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use dfopt_transforms::{optimize, references};

use crate::cli::Mode;
use crate::digests::Resolvers;
use crate::exit::Exit;
use crate::files::{Processed, facts};
use crate::run::Request;
use crate::terminal::Terminal;
use crate::{diff, messages, source};

/// The name of standard input where `--stdin-filename` gives none.
const UNNAMED: &str = "<stdin>";

/// Rewrites what comes on standard input. Nothing is printed on standard output where that fails, so
/// that an editor keeps its buffer.
///
/// # Errors
/// Where standard output cannot be written.
pub fn run(mut request: Request<'_>, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let path = request.arguments.stdin_filename.clone().unwrap_or_else(|| PathBuf::from(UNNAMED));
    let processed = match process(&mut request, &path, terminal) {
        Ok(processed) => processed,
        Err(error) => {
            terminal.error(&error);
            return Ok(Exit::Error);
        }
    };
    let (out, look) = terminal.out();
    let mut exit = Exit::Done;
    match request.mode {
        Some(Mode::Diff) => diff::write(out, look, &path, &processed.source, processed.text())?,
        Some(Mode::Check) if processed.changed() => {
            out.write_all(&messages::listed(&path, look))?;
            exit = Exit::Found;
        }
        Some(Mode::Check) => {}
        Some(Mode::Write) | None => out.write_all(&look.content(processed.text()))?,
    }
    processed.report(request.arguments.remarks, terminal);
    Ok(exit)
}

fn process(request: &mut Request<'_>, path: &Path, terminal: &mut Terminal<'_>) -> Result<Processed> {
    let Some(config) = request.configs.of(path) else {
        return Err(request.configs.problems().pop().unwrap_or_else(|| anyhow!("no configuration")));
    };
    let source = source::read_stream(path, &mut *terminal.stdin)?;
    let context = request.contexts.of(request.arguments.stdin_filename.as_deref(), &source);
    let options = request.selection.over(&config.selection);
    let settings = request.registries(&config);
    let mut resolvers = Resolvers::new(request.access);
    resolvers.resolve([(&settings, references(&source, &options))]);
    let outcome = optimize(&source, &options, facts(&context, resolvers.of(&settings)))
        .map_err(|error| messages::syntax(path, &source, &error))?;
    Ok(Processed { path: path.to_owned(), source, outcome })
}
