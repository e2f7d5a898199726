//! From the command line to the work, and from its result to the exit status.

use std::io::{self, BufWriter};
use std::path::Path;

use anyhow::{Result, bail};
use clap::Parser;
use dfopt_transforms::{Settings, Transform};

use crate::cli::{Arguments, Cli, Color, Command, Mode, Rewriting};
use crate::config::{Config, Configs};
use crate::context::Contexts;
use crate::digests::{Access, RegistrySettings};
use crate::exit::Exit;
use crate::messages::reason;
use crate::selection::{self, Selection};
use crate::terminal::{Look, Terminal, is_closed_pipe};
use crate::{explain, files, filter, parse, verify};

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// What one call asks for, checked.
pub struct Request<'a> {
    /// The arguments as given.
    pub arguments: &'a Arguments,
    /// The mode, where one was asked for.
    pub mode: Option<Mode>,
    /// Which transforms the command line wants.
    pub selection: Selection,
    /// Where the rest comes from.
    pub configs: Configs,
    /// Where the files are that the Dockerfiles copy.
    pub contexts: Contexts,
    /// Whether registries are asked.
    pub access: Access,
}

impl Request<'_> {
    /// How registries are asked for a file with this configuration.
    pub fn registries(&self, config: &Config) -> RegistrySettings {
        let mut settings = config.registries.clone();
        if let Some(file) = &self.arguments.rewriting.ca_file {
            settings.ca_file = Some(file.clone());
        }
        settings
    }
}

/// Runs the program with the arguments and the streams of the process.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no error. A reader that has gone is none either.
            let _ = error.print();
            return if error.use_stderr() { Exit::Error } else { Exit::Done };
        }
    };
    let color = if cli.command.is_some() { Color::Auto } else { cli.arguments.color };
    let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
    let looks = (Look::of(&stdout, color), Look::of(&stderr, color));
    // Standard error is not locked: what shows progress writes to it from its own thread.
    let (mut stdin, mut stdout, mut stderr) = (stdin.lock(), BufWriter::new(stdout.lock()), stderr);
    let mut terminal = Terminal::new(&mut stdin, (&mut stdout, looks.0), (&mut stderr, looks.1));
    run(&cli, &mut terminal)
}

/// Runs the program.
pub fn run(cli: &Cli, terminal: &mut Terminal<'_>) -> Exit {
    let done = match &cli.command {
        Some(Command::Explain { id }) => explain::explain(id, terminal),
        Some(Command::Transforms) => explain::transforms(terminal),
        Some(Command::Parse { files }) => parse::print(files, terminal),
        Some(Command::Verify(arguments)) => verify::run(arguments, terminal),
        None => rewrite(&cli.arguments, terminal),
    };
    // Everything else that fails is reported where it does: only standard output is left.
    match done.and_then(|exit| terminal.out().0.flush().map(|()| exit)) {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Done,
        Err(error) => {
            terminal.error(&anyhow::anyhow!("cannot write to standard output: {}", reason(&error)));
            Exit::Error
        }
    }
}

fn rewrite(arguments: &Arguments, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let request = match request(arguments) {
        Ok(request) => request,
        Err(error) => {
            terminal.error(&error);
            return Ok(Exit::Error);
        }
    };
    if is_standard_input(&arguments.paths[0]) {
        filter::run(request, terminal)
    } else {
        files::run(request, terminal)
    }
}

/// Whether a path means standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new(STANDARD_INPUT)
}

/// Checks what the argument parser cannot.
fn request(arguments: &Arguments) -> Result<Request<'_>> {
    let mode = arguments.mode.mode();
    let filter = arguments.paths.iter().any(|path| is_standard_input(path));
    if filter && arguments.paths.len() > 1 {
        bail!("-: standard input cannot be combined with other paths; name only -");
    }
    if filter && mode == Some(Mode::Write) {
        bail!("--write: standard input is no file; without --write the result is printed");
    }
    if !filter && arguments.stdin_filename.is_some() {
        bail!("--stdin-filename: standard input is not read; add -");
    }
    let rewriting = &arguments.rewriting;
    let mut selection = selection(rewriting)?;
    selection.settings.update_pins = arguments.update_pins;
    let access = match (rewriting.offline, filter && !arguments.online) {
        (true, _) => Access::CacheOnly("run it without --offline"),
        (_, true) => Access::CacheOnly("run dfopt on the file, or use --online"),
        _ if arguments.update_pins => Access::Fresh,
        _ => Access::Registries,
    };
    let (configs, contexts) = (configs(rewriting)?, contexts(rewriting)?);
    Ok(Request { arguments, mode, selection, configs, contexts, access })
}

/// Which transforms the arguments want.
///
/// # Errors
/// Where there is none of that name.
pub fn selection(rewriting: &Rewriting) -> Result<Selection> {
    Ok(Selection {
        level: rewriting.level,
        only: rewriting.only.as_deref().map(|ids| transforms("--only", ids)).transpose()?,
        skip: transforms("--skip", &rewriting.skip)?,
        settings: Settings::default(),
    })
}

/// Where the arguments say that the configuration is.
///
/// # Errors
/// Where it cannot be read.
pub fn configs(rewriting: &Rewriting) -> Result<Configs> {
    match &rewriting.config {
        _ if rewriting.isolated => Ok(Configs::isolated()),
        Some(path) => Configs::fixed(path),
        None => Ok(Configs::default()),
    }
}

/// Where the arguments say that the files are that are copied.
///
/// # Errors
/// Where that is no directory.
pub fn contexts(rewriting: &Rewriting) -> Result<Contexts> {
    Ok(rewriting.context.as_deref().map(Contexts::fixed).transpose()?.unwrap_or_default())
}

fn transforms(option: &str, ids: &[String]) -> Result<Vec<&'static Transform>> {
    let transform =
        |id: &String| selection::transform(id).map_err(|message| anyhow::anyhow!("{option}: {message}"));
    ids.iter().map(transform).collect()
}
