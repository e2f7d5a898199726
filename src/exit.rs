//! What the exit status means.

use std::process::ExitCode;

/// How a run ended. The later variant wins where several apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing to do, or all of it done.
    Done = 0,
    /// `--check` found files that would change, `verify` images that differ.
    Found = 1,
    /// Something could not be read, understood or written; everything else was still processed.
    Error = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
