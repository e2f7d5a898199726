//! `dfopt verify`: builds a Dockerfile before and after, and compares the images.
//!
//! The user's files are only read. Images, containers and temporary files go when it ends, also where it is
//! interrupted; what the builder keeps in its cache stays there.

mod builder;
mod classes;
mod command;
mod compare;
mod contract;
mod edits;
mod image;
mod packages;
mod progress;
mod promises;
mod report;
mod subject;
mod workspace;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use crate::cli::Verification;
use crate::context::Contexts;
use crate::exit::Exit;
use crate::messages::shown;
use crate::terminal::Terminal;
use builder::{Builder, Job};
use command::Limits;
use compare::Noise;
use contract::{Verdict, judge};
use edits::Places;
use image::Image;
use progress::Step;
use report::{Measures, Ran, Report};
use subject::Subject;
use workspace::Workspace;

/// Which of the two Dockerfiles.
const SIDES: [&str; 2] = ["before", "after"];

/// Verifies one Dockerfile.
///
/// # Errors
/// Where standard output cannot be written.
pub fn run(arguments: &Verification, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let report = match verify(arguments, terminal) {
        Ok(report) => report,
        Err(error) => {
            terminal.error_with_lines(&error);
            return Ok(Exit::Error);
        }
    };
    let (out, look) = terminal.out();
    report.print(arguments.format, out, look)?;
    Ok(if report.holds { Exit::Done } else { Exit::Found })
}

fn verify(arguments: &Verification, terminal: &mut Terminal<'_>) -> Result<Report> {
    let contexts = crate::run::contexts(&arguments.rewriting)?;
    let subject = Subject::of(arguments, &contexts)?;
    let mut report = Report {
        dockerfile: shown(&subject.path),
        level: subject.contract.level.as_str(),
        builder: None,
        holds: true,
        rewritten: subject.before != subject.after,
        before: None,
        after: None,
        source: None,
        manifest: None,
        noise: None,
        runs: Vec::new(),
        verdict: Verdict::default(),
    };
    if !report.rewritten {
        return Ok(report);
    }
    let limits = Limits::new(Duration::from_secs(arguments.timeout.get()))?;
    let builder = Builder::find(arguments.builder, &limits)?;
    report.builder = Some(builder.name);
    let workspace = Workspace::new()?;
    let mut session = Session {
        arguments,
        subject: &subject,
        builder,
        limits,
        workspace,
        made: Vec::new(),
        container: None,
    };
    let done = session.work(&contexts, &mut report, terminal);
    let cleaned = session.clean();
    done?;
    if let Err(error) = cleaned {
        terminal.warning(&format!("{error:#}"));
    }
    report.holds = report.verdict.holds();
    Ok(report)
}

/// A verification under way, and what has to be cleaned up after it.
struct Session<'s> {
    arguments: &'s Verification,
    subject: &'s Subject,
    builder: Builder,
    limits: Limits,
    workspace: Workspace,
    /// The tags of the images that were built.
    made: Vec<String>,
    /// The name of the containers that were run.
    container: Option<String>,
}

impl Session<'_> {
    fn work(&mut self, contexts: &Contexts, report: &mut Report, terminal: &mut Terminal<'_>) -> Result<()> {
        let subject = self.subject;
        let context = contexts.of(Some(&subject.path), &subject.before);
        let root = subject.context_root(self.arguments, &context);
        let copied = match self.arguments.quick {
            true => None,
            false => Some(self.workspace.copy(&root, &context, self.max_size())?),
        };
        let root = copied.as_ref().map_or(root, |copied| copied.root.clone());
        let dockerfiles = [
            self.workspace.dockerfile(SIDES[0], &subject.before, &subject.path)?,
            self.workspace.dockerfile(SIDES[1], &subject.after, &subject.path)?,
        ];
        let cached = self.arguments.cached;
        let (before, mut old) = self.image(SIDES[0], &dockerfiles[0], &root, cached, terminal)?;
        let (after, mut new) = self.image(SIDES[1], &dockerfiles[1], &root, cached, terminal)?;
        let noise = match self.arguments.noise {
            true => {
                // The cache would give the first build again.
                let (again, _) = self.image("before, again", &dockerfiles[0], &root, false, terminal)?;
                Some(Noise::between(&before.tree, &again.tree))
            }
            false => None,
        };
        report.noise = noise.as_ref().map(Noise::len);
        report.verdict = judge(&before, &after, &subject.contract, &noise.unwrap_or_default());
        drop((before, after));
        self.run_commands(report, terminal)?;
        if let Some(copied) = copied {
            let given =
                Places { source: path(&self.arguments.source), manifest: path(&self.arguments.manifest) };
            let places = Places::find(&subject.before, &copied.files, given);
            if let Some(source) = &places.source {
                let seconds = self.rebuild(source, &dockerfiles, &root, terminal)?;
                (old.source_seconds, new.source_seconds) = (Some(seconds[0]), Some(seconds[1]));
            }
            if let Some(manifest) = &places.manifest {
                let seconds = self.rebuild(manifest, &dockerfiles, &root, terminal)?;
                (old.manifest_seconds, new.manifest_seconds) = (Some(seconds[0]), Some(seconds[1]));
            }
            (report.source, report.manifest) = (places.source, places.manifest);
        }
        (report.before, report.after) = (Some(old), Some(new));
        Ok(())
    }

    /// Builds an image, and reads it.
    fn image(
        &mut self,
        side: &str,
        dockerfile: &Path,
        root: &Path,
        cached: bool,
        terminal: &mut Terminal<'_>,
    ) -> Result<(Image, Measures)> {
        let (tag, seconds) = self.build(&format!("building {side}"), dockerfile, root, !cached, terminal)?;
        let step = Step::start(&format!("reading {side}"), terminal);
        let image = self.builder.read(&tag, self.workspace.path(), &self.limits, self.max_size())?;
        let files = image.tree.len();
        step.end(&format!("{files} files, layers: {}", image.layers), terminal);
        let measures = Measures {
            size: image.size,
            layers: image.layers,
            files,
            cold_seconds: (!cached).then_some(seconds),
            ..Measures::default()
        };
        Ok((image, measures))
    }

    /// Edits a file of the copied context, and builds both with the cache.
    fn rebuild(
        &mut self,
        path: &str,
        dockerfiles: &[PathBuf; 2],
        root: &Path,
        terminal: &mut Terminal<'_>,
    ) -> Result<[f64; 2]> {
        // A number that no earlier run has written: its result would be in the cache.
        let number =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("the clock is wrong")?;
        edits::edit(root, path, number.as_nanos())?;
        let mut seconds = [0.0; 2];
        for (place, dockerfile) in dockerfiles.iter().enumerate() {
            let what = format!("rebuilding {}, {} edited", SIDES[place], shown(Path::new(path)));
            (_, seconds[place]) = self.build(&what, dockerfile, root, false, terminal)?;
        }
        Ok(seconds)
    }

    fn build(
        &mut self,
        what: &str,
        dockerfile: &Path,
        root: &Path,
        from_scratch: bool,
        terminal: &mut Terminal<'_>,
    ) -> Result<(String, f64)> {
        let tag = format!("dfopt-verify:{}-{}", self.workspace.id(), self.made.len());
        let job = Job {
            dockerfile,
            context: root,
            tag: &tag,
            from_scratch,
            arguments: &self.arguments.build_arg,
            target: self.arguments.target.as_deref(),
            network: self.arguments.network.as_deref(),
        };
        let step = Step::start(what, terminal);
        // Before it is there: a build that is interrupted may still leave one.
        self.made.push(tag.clone());
        let seconds = self
            .builder
            .build(&job, &self.limits, |line| step.line(line))
            .with_context(|| what.to_owned())?;
        step.end(&format!("{seconds:.1} s"), terminal);
        Ok((tag, seconds))
    }

    fn run_commands(&mut self, report: &mut Report, terminal: &mut Terminal<'_>) -> Result<()> {
        let verdict = &mut report.verdict;
        for command in &self.arguments.run {
            let step = Step::start(&format!("running {}", crate::terminal::line(command)), terminal);
            let name = format!("dfopt-verify-{}", self.workspace.id());
            self.container = Some(name.clone());
            let network = self.arguments.network.as_deref();
            let run = |tag: &str| self.builder.run(tag, &name, command, network, &self.limits);
            let (before, after) = (run(&self.made[0])?, run(&self.made[1])?);
            let status =
                |status: Option<i32>| status.map_or("a signal".to_owned(), |status| status.to_string());
            match before == after {
                true if before.0 == Some(0) => step.end("the same", terminal),
                // Perhaps not what was meant to be compared.
                true => step.end(&format!("the same, status {}", status(before.0)), terminal),
                false => step.end("differs", terminal),
            }
            report.runs.push(Ran { command: command.clone(), before: before.0, after: after.0 });
            if before.0 != after.0 {
                verdict.breach(
                    format!("run: {command}"),
                    format!("status {} -> {}", status(before.0), status(after.0)),
                );
            }
            if before.1 != after.1 {
                let end = |said: &[u8]| {
                    format!("{:?}", String::from_utf8_lossy(&said[said.len().saturating_sub(200)..]))
                };
                verdict.breach(
                    format!("run: {command}"),
                    format!("it says {} -> {}", end(&before.1), end(&after.1)),
                );
            }
        }
        Ok(())
    }

    /// Removes what was made in the builder's store.
    fn clean(&self) -> Result<()> {
        self.builder.remove(&self.made, self.container.as_deref(), &Limits::for_cleaning())
    }

    fn max_size(&self) -> u64 {
        self.arguments.max_size.get().saturating_mul(1_000_000)
    }
}

fn path(given: &Option<PathBuf>) -> Option<String> {
    given.as_ref().map(|path| crate::messages::plain(path).to_string_lossy().into_owned())
}
