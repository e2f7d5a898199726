//! The command line.

mod verification;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use dfopt_transforms::Effect;

pub use verification::{Builder, Format, Verification};

const EXIT_STATUS: &str = "\
Exit status: 0 nothing to do or done, 1 --check found files that would change, 2 an error.
Options win over the dfopt.toml that is nearest above each file.";

const VERIFY_EXIT_STATUS: &str = "\
Exit status: 0 the images differ in nothing but what the level allows, 1 in something else, 2 an error.
docs/verify.md says what is compared.";

/// An optimizing compiler for Dockerfiles: smaller images, faster rebuilds, safer to run
#[derive(Debug, Parser)]
#[command(name = "dfopt", version, after_help = EXIT_STATUS, max_term_width = 100)]
// A first word that names a command is that command; a file of the same name is written `./explain`.
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// The command, where one is named.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What applies without one.
    #[command(flatten)]
    pub arguments: Arguments,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what a transform does and why it is safe
    Explain {
        /// The transform, as `dfopt transforms` lists it
        id: String,
    },
    /// List the transforms, in the order they run
    Transforms,
    /// Print what the parser sees, as one JSON object a line
    Parse {
        /// Dockerfiles, or - for standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Build a Dockerfile before and after, compare the images, and measure what was gained
    #[command(after_help = VERIFY_EXIT_STATUS)]
    Verify(Box<Verification>),
}

/// The arguments of rewriting.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Dockerfiles, directories to search (.gitignore is honoured), or - for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// What to do with the result.
    #[command(flatten)]
    pub mode: ModeFlags,

    /// What rewrites them.
    #[command(flatten)]
    pub rewriting: Rewriting,
    /// Ask registries for what comes on standard input, too
    #[arg(long, conflicts_with = "offline", help_heading = "Registries")]
    pub online: bool,
    /// Move images that have a digest to the one that their tag has now
    #[arg(long, help_heading = "Registries")]
    pub update_pins: bool,

    /// Explain on standard error why each rewrite was made or declined: applied, missed or all
    #[arg(long, value_enum, value_name = "KIND", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "all", hide_possible_values = true, help_heading = "Output")]
    pub remarks: Option<Remarks>,
    /// When to use colour: always, never, or auto as the terminal, NO_COLOR and CLICOLOR_FORCE say
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    #[arg(hide_possible_values = true)]
    pub color: Color,

    /// The name of what comes on standard input, for messages and to find dfopt.toml and the build context
    #[arg(long, value_name = "PATH", help_heading = "Configuration")]
    pub stdin_filename: Option<PathBuf>,
    /// Work on at most this many files at once [default: one per processor]
    #[arg(long, value_name = "N", help_heading = "Configuration")]
    pub jobs: Option<NonZeroUsize>,
}

/// What says how a file is rewritten.
#[derive(Debug, Args)]
pub struct Rewriting {
    /// The strongest effect a rewrite may have on the image: preserve (same files, same configuration),
    /// slim (drops caches and package lists), harden (also user, digest, exec form) [default: harden]
    #[arg(long, value_name = "LEVEL", value_parser = level_parser(), hide_possible_values = true)]
    #[arg(help_heading = "Rewrites")]
    pub level: Option<Effect>,
    /// Run only these transforms
    #[arg(long, value_name = "ID,...", value_delimiter = ',', help_heading = "Rewrites")]
    pub only: Option<Vec<String>>,
    /// Do not run these transforms
    #[arg(long, value_name = "ID,...", value_delimiter = ',', help_heading = "Rewrites")]
    pub skip: Vec<String>,
    /// The build context of all files [default: what a compose file says, else the Dockerfile's folder, or
    /// the nearest above it that has all it copies]
    #[arg(long, value_name = "DIR", help_heading = "Rewrites")]
    pub context: Option<PathBuf>,

    /// Ask no registry: pin only images whose digests are in the cache (for standard input the default)
    #[arg(long, env = "DFOPT_OFFLINE", hide_env_values = true, help_heading = "Registries")]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub offline: bool,
    /// Trust the certificates of this PEM file, beside the system's
    #[arg(long, value_name = "FILE", help_heading = "Registries")]
    pub ca_file: Option<PathBuf>,

    /// Use this configuration instead of the nearest dfopt.toml
    #[arg(long, value_name = "FILE", conflicts_with = "isolated", help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Ignore every dfopt.toml
    #[arg(long, help_heading = "Configuration")]
    pub isolated: bool,
}

/// The flags that choose the mode; at most one may be given.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct ModeFlags {
    /// Print a unified diff of what would change (the default for files)
    #[arg(long)]
    pub diff: bool,
    /// Rewrite the files in place
    #[arg(long)]
    pub write: bool,
    /// List the files that would change, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// What to do with the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Print the difference.
    Diff,
    /// Write it over the file.
    Write,
    /// Name the file, and say so with the exit status.
    Check,
}

/// Which remarks to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Remarks {
    /// The rewrites that were made.
    Applied,
    /// The opportunities that were declined.
    Missed,
    /// Both.
    All,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ModeFlags {
    /// The mode, where one was asked for.
    pub fn mode(&self) -> Option<Mode> {
        let modes = [(self.diff, Mode::Diff), (self.write, Mode::Write), (self.check, Mode::Check)];
        modes.into_iter().find(|(given, _)| *given).map(|(_, mode)| mode)
    }
}

fn level_parser() -> impl TypedValueParser<Value = Effect> {
    let names = PossibleValuesParser::new(Effect::ALL.map(Effect::as_str));
    names.try_map(|name| Effect::ALL.into_iter().find(|e| e.as_str() == name).ok_or("no such level"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_consistent() {
        <super::Cli as clap::CommandFactory>::command().debug_assert();
    }
}
