//! What runs when a container starts: ENTRYPOINT and CMD, what the programs in them run, and the scripts of the
//! build context that they start, down to the single command.

mod node;
mod script;
mod wrappers;

use std::collections::BTreeMap;

use dfopt_syntax::dockerfile::{Arguments, Keyword};
use dfopt_syntax::shell::Dialect;

use crate::build::Build;
use crate::privileges::{Privilege, privilege};
use crate::programs::{Found, copied_last, places};
use crate::stage::Stage;
pub(crate) use node::with_hooks;
use wrappers::{Run, unwrapped};

/// A command that runs when a container starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The program as it is written: `gunicorn`, `/app/server`.
    pub program: String,
    /// Its arguments without quotes. Variables that the file sets are filled in, others stay as `$NAME`.
    pub arguments: Vec<String>,
    /// The files that its output goes to.
    pub outputs: Vec<String>,
    /// Where the program comes from.
    pub origin: Origin,
    /// The files of the build context that it names: their paths there.
    pub files: Vec<String>,
    /// ENTRYPOINT or CMD; none where the base image names it.
    pub instruction: Option<usize>,
    /// The script of the build context that it stands in.
    pub script: Option<String>,
}

/// Where a program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From the build context.
    Context,
    /// From another stage or image.
    Stage,
    /// From the base image, or from a RUN.
    Image,
}

/// Why it cannot be told what runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// Neither the file nor the base image names a command.
    Nothing,
    /// The shell code of this instruction is not understood.
    Code(usize),
    /// A program is not known from the text.
    Program(Option<usize>),
    /// This script cannot be read.
    Script(Option<usize>, String),
    /// There is more than anybody would want to look at.
    TooMuch,
}

/// Scripts start others, but not that deep.
const MAX_DEPTH: usize = 6;
const MAX_COMMANDS: usize = 512;

/// ENTRYPOINT and CMD that are in effect where `stage` ends. An ENTRYPOINT takes away the CMD of the image below.
pub fn in_effect(build: &Build<'_>, stage: &Stage) -> (Option<usize>, Option<usize>) {
    let entrypoint = build.last(stage, Keyword::Entrypoint);
    let stage_of = |index: usize| build.stage_of(index).map(|stage| stage.index);
    let is_reset = |command: usize| entrypoint.is_some_and(|by| stage_of(by) > stage_of(command));
    (entrypoint, build.last(stage, Keyword::Cmd).filter(|&command| !is_reset(command)))
}

/// The commands that run when a container of `stage` starts, in the order of the text. `of_image` is what its base
/// image starts where the file names no command; `is_program`: where it names one, that gets its words.
///
/// # Errors
/// Where it cannot be told what runs.
pub fn commands(
    build: &Build<'_>,
    stage: &Stage,
    of_image: &[&str],
    is_program: bool,
) -> Result<Vec<Started>, Unclear> {
    let (entrypoint, command) = in_effect(build, stage);
    let mut reader = Reader::new(build, stage);
    let is_set = |index: Option<usize>| index.filter(|&i| !build.instruction(i).arguments().is_empty());
    match (is_set(entrypoint), is_set(command)) {
        (None, None) if of_image.is_empty() || entrypoint.is_some() => return Err(Unclear::Nothing),
        (None, None) => {
            let words: Vec<String> = of_image.iter().map(|&word| word.to_owned()).collect();
            reader.words(&words, Vec::new(), 0)?;
        }
        (None, Some(command)) if is_program => {
            let mut words: Vec<String> = of_image.iter().map(|&word| word.to_owned()).collect();
            words.extend(exec_words(build.instruction(command).arguments()));
            reader.instruction = Some(command);
            reader.words(&words, Vec::new(), 0)?;
        }
        (None, Some(command)) => reader.instruction(command, &[])?,
        (Some(entrypoint), command) => {
            let arguments =
                command.map(|command| exec_words(build.instruction(command).arguments())).unwrap_or_default();
            reader.instruction(entrypoint, &arguments)?;
        }
    }
    Ok(reader.started)
}

/// The commands of the HEALTHCHECK that is in effect where `stage` ends, as far as they are known.
pub fn health_check(build: &Build<'_>, stage: &Stage) -> Vec<Started> {
    let Some(index) = build.last(stage, Keyword::Healthcheck) else { return Vec::new() };
    let mut reader = Reader::new(build, stage);
    reader.instruction = Some(index);
    let read = match build.instruction(index).arguments() {
        Arguments::Healthcheck { command, .. } => match &**command {
            arguments @ Arguments::Exec(_) => reader.words(&exec_words(arguments), Vec::new(), 0),
            _ => build
                .shell_code(index)
                .map_or(Ok(()), |code| reader.code(code.text.bytes(), &code.script, &[], 0)),
        },
        _ => Ok(()),
    };
    // What is read before it stops counts.
    let _ = read;
    reader.started
}

/// The words of the exec form; those of the shell form say nothing to an ENTRYPOINT.
fn exec_words(arguments: &Arguments) -> Vec<String> {
    match arguments {
        Arguments::Exec(words) => words.iter().map(|word| word.value.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Follows what starts what.
struct Reader<'b, 'd> {
    build: &'b Build<'d>,
    stage: &'b Stage,
    workdir: Option<String>,
    variables: BTreeMap<String, String>,
    instruction: Option<usize>,
    script: Option<String>,
    /// The scripts that are being read.
    open: Vec<String>,
    started: Vec<Started>,
}

impl<'b, 'd> Reader<'b, 'd> {
    fn new(build: &'b Build<'d>, stage: &'b Stage) -> Self {
        let state = build.state_after(stage.instructions.end - 1);
        let variables = state
            .variables
            .iter()
            .filter_map(|(name, variable)| Some((name.clone(), variable.value.clone()?)))
            .collect();
        let workdir = state.workdir.clone();
        let (open, started) = (Vec::new(), Vec::new());
        Self { build, stage, workdir, variables, instruction: None, script: None, open, started }
    }

    /// ENTRYPOINT or CMD `index` with more words behind it.
    fn instruction(&mut self, index: usize, more: &[String]) -> Result<(), Unclear> {
        self.instruction = Some(index);
        let arguments = self.build.instruction(index).arguments();
        if let Arguments::Exec(_) = arguments {
            let mut words = exec_words(arguments);
            words.extend_from_slice(more);
            return self.words(&words, Vec::new(), 0);
        }
        let Some(code) = self.build.shell_code(index) else { return Err(Unclear::Code(index)) };
        self.code(code.text.bytes(), &code.script, &[], 0)
    }

    /// A command line: what a wrapper runs, the script that a shell reads, or a program.
    fn words(&mut self, words: &[String], outputs: Vec<String>, depth: usize) -> Result<(), Unclear> {
        if depth > MAX_DEPTH || self.started.len() >= MAX_COMMANDS {
            return Err(Unclear::TooMuch);
        }
        let Some((program, arguments)) = words.split_first() else {
            return Err(Unclear::Program(self.instruction));
        };
        match unwrapped(program, arguments) {
            Run::Command([]) => {
                // `exec > file`
                self.push(program, arguments, outputs, Origin::Image, Vec::new());
                Ok(())
            }
            Run::Command(rest) => self.words(rest, outputs, depth + 1),
            Run::Code(code, parameters) => self.text(code.as_bytes(), Dialect::Bash, parameters, depth),
            Run::Script(path, parameters) => {
                let paths = places(path, self.workdir.as_deref());
                let here = crate::paths::resolve(self.workdir.as_deref(), path);
                let paths: Vec<String> = here.into_iter().chain(paths).collect();
                match self.find(&paths) {
                    Found::File(source) => self.file(&source, path, parameters, depth),
                    _ => Err(Unclear::Script(self.instruction, path.to_owned())),
                }
            }
            Run::Program => self.program(program, arguments, outputs, depth),
        }
    }

    fn program(
        &mut self,
        program: &str,
        arguments: &[String],
        outputs: Vec<String>,
        depth: usize,
    ) -> Result<(), Unclear> {
        if program.contains('$') || program.is_empty() {
            return Err(Unclear::Program(self.instruction));
        }
        if self.package_script(program, arguments, depth)? {
            return Ok(());
        }
        let found = self.find(&places(program, self.workdir.as_deref()));
        let mut files = Vec::new();
        let origin = match found {
            Found::File(source) if self.is_script(&source) => {
                return self.file(&source, program, arguments, depth);
            }
            Found::File(source) => {
                files.push(source);
                Origin::Context
            }
            Found::Unclear if program.contains('/') && self.is_unknown(program, arguments) => {
                return Err(Unclear::Script(self.instruction, program.to_owned()));
            }
            Found::Elsewhere => Origin::Stage,
            Found::Nothing | Found::Unclear => Origin::Image,
        };
        files.extend(arguments.iter().filter_map(|word| self.named(word)));
        self.push(program, arguments, outputs, origin, files);
        Ok(())
    }

    fn push(
        &mut self,
        program: &str,
        arguments: &[String],
        outputs: Vec<String>,
        origin: Origin,
        files: Vec<String>,
    ) {
        let (program, arguments) = (program.to_owned(), arguments.to_vec());
        let (instruction, script) = (self.instruction, self.script.clone());
        self.started.push(Started { program, arguments, outputs, origin, files, instruction, script });
    }

    /// True for a program whose name says nothing.
    fn is_unknown(&self, program: &str, arguments: &[String]) -> bool {
        privilege(program, arguments) == Privilege::Unknown
    }

    /// The file of the build context that an argument names.
    fn named(&self, word: &str) -> Option<String> {
        let path = word.rsplit_once('=').map_or(word, |(_, path)| path);
        if path.is_empty() || path.starts_with('-') || path.contains("://") || path.contains('$') {
            return None;
        }
        let path = crate::paths::resolve(self.workdir.as_deref(), path)?;
        match self.find(&[path]) {
            Found::File(source) => Some(source),
            _ => None,
        }
    }

    fn find(&self, paths: &[String]) -> Found {
        copied_last(self.build, self.stage, self.stage.instructions.end, paths)
    }

    /// True for a script that a shell reads, by its first line.
    fn is_script(&self, source: &str) -> bool {
        let head = self.build.context().and_then(|context| context.head(source)).unwrap_or_default();
        script::dialect(&head, source).is_some()
    }

    /// A script of the build context.
    fn file(&mut self, source: &str, path: &str, parameters: &[String], depth: usize) -> Result<(), Unclear> {
        let unclear = || Unclear::Script(self.instruction, path.to_owned());
        if self.open.iter().any(|open| open == source) {
            return Ok(());
        }
        let text = self.build.context().and_then(|context| context.read(source)).ok_or_else(unclear)?;
        let dialect = script::dialect(text.as_bytes(), source).ok_or_else(unclear)?;
        let outer = self.script.replace(source.to_owned());
        self.open.push(source.to_owned());
        let read = self.text(text.as_bytes(), dialect, parameters, depth + 1);
        self.open.pop();
        self.script = outer;
        read
    }
}
