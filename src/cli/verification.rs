//! The arguments of `dfopt verify`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Rewriting;

/// How long a build may take where nothing is said: an hour.
const TIMEOUT: &str = "3600";

/// How large an image may be where nothing is said, in MB.
const MAX_SIZE: &str = "20000";

/// What is verified, and how.
#[derive(Debug, Args)]
pub struct Verification {
    /// A Dockerfile, or a directory with one
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Judge this Dockerfile, instead of what dfopt makes of the one at PATH
    #[arg(long, value_name = "FILE")]
    pub after: Option<PathBuf>,
    /// Run this shell command in containers of both images; status and output have to be the same
    #[arg(long, value_name = "COMMAND")]
    pub run: Vec<String>,
    /// Build the Dockerfile as it is once more, and do not count what differs between these two builds
    #[arg(long)]
    pub noise: bool,
    /// Let the builder take what it has in its cache: quicker, but no cold build is measured
    #[arg(long)]
    pub cached: bool,
    /// Leave the rebuilds after edits away
    #[arg(long)]
    pub quick: bool,
    /// The source file to edit before a rebuild, below the build context [default: one that COPY brings]
    #[arg(long, value_name = "FILE", conflicts_with = "quick")]
    pub source: Option<PathBuf>,
    /// The manifest to edit before a rebuild [default: one that a package manager is known to read]
    #[arg(long, value_name = "FILE", conflicts_with = "quick")]
    pub manifest: Option<PathBuf>,

    /// What rewrites the Dockerfile.
    #[command(flatten)]
    pub rewriting: Rewriting,

    /// Build with buildx, docker, podman or buildah [default: the first of them that is there]
    #[arg(long, value_enum, value_name = "BUILDER", hide_possible_values = true, help_heading = "Building")]
    pub builder: Option<Builder>,
    /// A build argument, for both builds
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Building")]
    pub build_arg: Vec<String>,
    /// The stage to build
    #[arg(long, value_name = "STAGE", help_heading = "Building")]
    pub target: Option<String>,
    /// The network of RUN, and of --run
    #[arg(long, value_name = "MODE", help_heading = "Building")]
    pub network: Option<String>,
    /// End a build that takes longer
    #[arg(long, value_name = "SECONDS", default_value = TIMEOUT, help_heading = "Building")]
    pub timeout: NonZeroU64,
    /// Read no image with more bytes than so many million, and copy no larger build context
    #[arg(long, value_name = "MB", default_value = MAX_SIZE, help_heading = "Building")]
    pub max_size: NonZeroU64,

    /// How to print the result: text or json
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    #[arg(help_heading = "Output")]
    pub format: Format,
}

/// The programs that build images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Builder {
    /// `docker buildx build`.
    Buildx,
    /// `docker build`, with BuildKit.
    Docker,
    /// `podman build`.
    Podman,
    /// `buildah build`.
    Buildah,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Text,
    /// One object for programs.
    Json,
}
