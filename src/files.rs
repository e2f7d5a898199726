//! Rewriting files: discovery, the work on each, and what is said about it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use anyhow::Result;
use dfopt_analysis::{Digests, Reference};
use dfopt_transforms::{Facts, Options, Outcome, optimize, references};
use rayon::prelude::*;

use crate::cli::{Mode, Remarks};
use crate::context::{Contexts, LazyContext};
use crate::digests::{RegistrySettings, Resolver, Resolvers};
use crate::exit::Exit;
use crate::messages::{about, listed, shown};
use crate::run::Request;
use crate::source::Source;
use crate::terminal::Terminal;
use crate::{diff, discover, messages, remarks, source, write};

/// The files that are worked on before their results are printed: bounds what is held in memory.
const BATCH: usize = 256;

/// Threads get the stack that the main thread has: a file must not fail only because others are there.
const STACK: usize = 8 << 20;

/// A file and what to do with it.
struct Job {
    path: PathBuf,
    options: Options,
    registries: RegistrySettings,
}

/// A file that was read.
struct Read<'j> {
    job: &'j Job,
    source: Source,
    /// The images that it names.
    images: BTreeSet<Reference>,
}

/// A file and what came of it.
#[derive(Debug)]
pub struct Processed {
    /// Its path, for messages.
    pub path: PathBuf,
    /// Its bytes as they were read.
    pub source: Vec<u8>,
    /// What the pipeline made of them.
    pub outcome: Outcome,
}

#[derive(Default)]
struct Tally {
    changed: usize,
    unchanged: usize,
    failed: usize,
}

/// Processes all files that the arguments name.
///
/// # Errors
/// Where standard output cannot be written.
pub fn run(mut request: Request<'_>, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mode = request.mode.unwrap_or(Mode::Diff);
    let mut tally = Tally::default();
    let jobs = jobs(&mut request, &mut tally, terminal);
    let threads = threads(&request, jobs.len(), terminal);
    let contexts = std::mem::take(&mut request.contexts);
    let mut resolvers = Resolvers::new(request.access);
    for batch in jobs.chunks(BATCH) {
        let mut files: Vec<Result<Read<'_>>> = each(&threads, batch.iter().collect(), read);
        let read = files.iter_mut().flatten();
        resolvers.resolve(read.map(|file| (&file.job.registries, std::mem::take(&mut file.images))));
        let results = each(&threads, files, |file| process(file?, mode, &contexts, &resolvers));
        for result in results {
            match result {
                Ok(processed) => {
                    tally.count(&processed);
                    print(&processed, mode, terminal)?;
                    processed.report(request.arguments.remarks, terminal);
                }
                Err(error) => {
                    tally.failed += 1;
                    terminal.error(&error);
                }
            }
        }
    }
    if let Some(summary) = tally.summary(mode) {
        terminal.note(&summary);
    }
    Ok(tally.exit(mode))
}

/// Finds the files and the options of each. What goes wrong on the way is reported at once.
fn jobs(request: &mut Request<'_>, tally: &mut Tally, terminal: &mut Terminal<'_>) -> Vec<Job> {
    let discovery = discover::discover(&request.arguments.paths);
    for problem in &discovery.problems {
        tally.failed += 1;
        terminal.error(problem);
    }
    let mut jobs = Vec::with_capacity(discovery.files.len());
    for file in discovery.files {
        let config = request.configs.of(&file.path);
        for problem in request.configs.problems() {
            terminal.error(&problem);
        }
        let Some(config) = config else {
            tally.failed += 1;
            continue;
        };
        if file.named || !config.excludes(&file.path) {
            let options = request.selection.over(&config.selection);
            jobs.push(Job { path: file.path, options, registries: request.registries(&config) });
        }
    }
    jobs
}

/// Threads, where there is work for more than one.
fn threads(request: &Request<'_>, files: usize, terminal: &mut Terminal<'_>) -> Option<rayon::ThreadPool> {
    if files < 2 {
        return None;
    }
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = request.arguments.jobs.map_or_else(processors, usize::from).min(files);
    if wanted == 1 {
        return None;
    }
    match rayon::ThreadPoolBuilder::new().num_threads(wanted).stack_size(STACK).build() {
        Ok(threads) => Some(threads),
        Err(error) => {
            terminal.warning(&format!("no threads, one file after the other: {error}"));
            None
        }
    }
}

/// The result of `work` for each item, in order.
fn each<T: Send, R: Send>(
    threads: &Option<rayon::ThreadPool>,
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    match threads {
        Some(threads) => threads.install(|| items.into_par_iter().map(work).collect()),
        None => items.into_iter().map(work).collect(),
    }
}

fn read(job: &Job) -> Result<Read<'_>> {
    let source = source::read(&job.path)?;
    let images = references(&source.bytes, &job.options);
    Ok(Read { job, source, images })
}

/// Optimizes a file and, where asked, writes it.
fn process(file: Read<'_>, mode: Mode, contexts: &Contexts, resolvers: &Resolvers) -> Result<Processed> {
    let Read { job, source, .. } = file;
    let context = contexts.of(Some(&job.path), &source.bytes);
    let facts = facts(&context, resolvers.of(&job.registries));
    let outcome = optimize(&source.bytes, &job.options, facts)
        .map_err(|error| messages::syntax(&job.path, &source.bytes, &error))?;
    if mode == Mode::Write && result(&source.bytes, &outcome) != source.bytes {
        write::replace(&source, &outcome.text)?;
    }
    Ok(Processed { path: source.path, source: source.bytes, outcome })
}

/// What is known beside the text.
pub fn facts<'f>(context: &'f LazyContext<'_>, digests: Option<&'f Resolver>) -> Facts<'f> {
    Facts { context: Some(context), digests: digests.map(|digests| digests as &dyn Digests) }
}

/// What the file is to hold: a file that does not come to rest stays as it is.
fn result<'a>(source: &'a [u8], outcome: &'a Outcome) -> &'a [u8] {
    if outcome.converged { &outcome.text } else { source }
}

fn print(processed: &Processed, mode: Mode, terminal: &mut Terminal<'_>) -> io::Result<()> {
    if !processed.changed() {
        return Ok(());
    }
    let (out, look) = terminal.out();
    match mode {
        Mode::Diff => diff::write(out, look, &processed.path, &processed.source, processed.text()),
        Mode::Check => out.write_all(&listed(&processed.path, look)),
        Mode::Write => {
            let rewrites = count(processed.outcome.applied.len(), "rewrite");
            terminal.note(&format!("rewrote {}: {rewrites}", shown(&processed.path)));
            Ok(())
        }
    }
}

impl Processed {
    /// Whether the file is to become another one.
    pub fn changed(&self) -> bool {
        self.text() != self.source
    }

    /// What the file is to hold.
    pub fn text(&self) -> &[u8] {
        result(&self.source, &self.outcome)
    }

    /// Says what the pipeline had to undo, and the remarks that were asked for.
    pub fn report(&self, kind: Option<Remarks>, terminal: &mut Terminal<'_>) {
        const DEFECT: &str = "this is a defect in dfopt, please report it";
        for reverted in &self.outcome.reverted {
            let message = format!("`{}` was undone: {}; {DEFECT}", reverted.transform, reverted.reason);
            terminal.warning(&about(&self.path, &message).to_string());
        }
        if !self.outcome.converged {
            let message = format!("left as it is: the rewrites do not come to rest; {DEFECT}");
            terminal.warning(&about(&self.path, &message).to_string());
        }
        let Some(kind) = kind else { return };
        for line in remarks::lines(kind, &self.path, &self.source, &self.outcome, terminal.err_look()) {
            terminal.note(&line);
        }
    }
}

impl Tally {
    fn count(&mut self, processed: &Processed) {
        if processed.changed() {
            self.changed += 1;
        } else {
            self.unchanged += 1;
        }
    }

    fn exit(&self, mode: Mode) -> Exit {
        match self {
            Tally { failed: 1.., .. } => Exit::Error,
            Tally { changed: 1.., .. } if mode == Mode::Check => Exit::Found,
            _ => Exit::Done,
        }
    }

    /// One line for people, on standard error: `2 files would be rewritten, 5 unchanged, 1 failed`.
    /// None where nothing was processed: then the errors have said it.
    fn summary(&self, mode: Mode) -> Option<String> {
        if self.changed + self.unchanged == 0 {
            return None;
        }
        let changed = if mode == Mode::Write { "rewritten" } else { "would be rewritten" };
        let parts = [(self.changed, changed), (self.unchanged, "unchanged"), (self.failed, "failed")];
        let mut parts = parts.into_iter().filter(|(n, _)| *n > 0);
        let (n, what) = parts.next()?;
        let first = format!("{} {what}", count(n, "file"));
        Some(parts.fold(first, |line, (n, what)| format!("{line}, {n} {what}")))
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
