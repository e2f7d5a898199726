//! What is found in a RUN.

use std::collections::BTreeSet;

use crate::reordering::{Cut, Declined};

/// What a RUN is found to be.
pub(super) enum Found {
    /// It can run before what sinks.
    Installation(Installation),
    /// It cannot.
    Declined(Declined),
    /// It could, if these did not sink.
    Pinned(Vec<usize>),
}

/// Dependencies that can be installed before the sources are there.
pub(super) struct Installation {
    /// The RUN.
    pub(super) index: usize,
    /// What must be copied before it, and is not there without what sinks.
    pub(super) first: Vec<First>,
    /// What becomes of the RUN.
    pub(super) rest: Rest,
    /// True where it only prepares another installation.
    pub(super) prepares: bool,
    /// The commands that install, as written.
    pub(super) commands: Vec<String>,
}

/// What becomes of a RUN that installs.
pub(super) enum Rest {
    /// All of it installs.
    None,
    /// It is taken apart: the second part runs below the sources.
    Cut(Cut),
    /// It stays below the sources as it is, and a RUN of this code installs what the manifests name.
    All(String),
}

/// A file or folder that is copied first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct First {
    /// The COPY that brings it now.
    pub(super) copy: usize,
    /// The destination, as it is to be written.
    pub(super) destination: String,
    /// Its path in the build context.
    pub(super) source: String,
    /// True for a folder: its content is copied.
    pub(super) is_folder: bool,
}

impl Installation {
    /// What the rewrite does, for a person.
    pub(super) fn title(&self) -> String {
        let names: BTreeSet<&str> = self.first.iter().map(|first| first.source.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let first = match names.as_slice() {
            [] => "before the sources are copied".to_owned(),
            [one] => format!("after {one}, before the sources are copied"),
            [a, b] => format!("after {a} and {b}, before the sources are copied"),
            [a, b, rest @ ..] => {
                format!("after {a}, {b} and {} more, before the sources are copied", rest.len())
            }
        };
        format!("run `{}` {first}", self.commands.join("` and `"))
    }
}
