//! A tool that installs by name.

use crate::effects::commands::options::Options;

/// One command of a tool.
pub(super) struct Row {
    /// Where a version may follow, the program ends in `*`.
    pub(super) programs: &'static [&'static str],
    /// The words that say what to do. Empty where the program has one purpose.
    pub(super) commands: &'static [&'static str],
    /// One of these must be given; none where it is empty.
    pub(super) needs: &'static [&'static str],
    pub(super) options: Options,
    pub(super) operands: Operands,
    /// Where it writes, beside the folders of the system.
    pub(super) folders: &'static [&'static str],
    /// The variables that configure it.
    pub(super) variables: &'static [&'static str],
    /// What it looks for in the folder it runs in.
    pub(super) looks_for: &'static [(&'static str, Option<&'static str>)],
    /// What it looks for there and in the folders above.
    pub(super) looks_up_for: &'static [(&'static str, Option<&'static str>)],
    /// True where it takes long.
    pub(super) costly: bool,
}

/// What the words after the command are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    /// Names of packages; a file or folder is not understood.
    Names,
    /// Modules of Go with a version.
    Modules,
    /// Words that name no file.
    Text,
    /// Folders that it fills.
    Folders,
}

pub(super) const ROW: Row = Row {
    programs: &[],
    commands: &[],
    needs: &[],
    options: Options::NONE,
    operands: Operands::Names,
    folders: &[],
    variables: &[],
    looks_for: &[],
    looks_up_for: &[],
    costly: true,
};
