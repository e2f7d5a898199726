//! The words of a command that installs: options that are known, and operands.

use std::borrow::Cow;

use crate::invocation::Invocation;
use crate::paths::resolve;

use super::super::arguments::{Arguments, clip};
use super::super::{Names, Project, Refusal};

/// The options of a tool.
pub(in super::super) struct Options {
    /// Those that say yes or no, or stand for themselves.
    pub(in super::super) flags: &'static [&'static str],
    /// Those whose value is the next word, or follows an equals sign.
    pub(in super::super) values: &'static [&'static str],
    /// Those whose value is a folder that the tool keeps for itself.
    pub(in super::super) paths: &'static [&'static str],
    /// Those whose value is the folder to install in.
    pub(in super::super) folders: &'static [&'static str],
}

/// What a command says.
#[derive(Debug)]
pub(in super::super) struct CommandLine<'c> {
    /// The words that are no options, without the subcommand.
    pub(in super::super) operands: Vec<Cow<'c, str>>,
    /// The folder to install in: empty for the one where the command runs.
    pub(in super::super) folder: String,
    flags: Vec<&'static str>,
    values: Vec<(&'static str, Cow<'c, str>)>,
}

impl CommandLine<'_> {
    /// True where one of `names` is given, and not as `--name=false`.
    pub(in super::super) fn has(&self, names: &[&str]) -> bool {
        self.flags.iter().any(|flag| names.contains(flag))
    }

    /// The values of the option `name`.
    pub(in super::super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(option, _)| *option == name).map(|(_, value)| value.as_ref())
    }
}

/// Reads the words of `invocation`.
///
/// # Errors
/// Where an option is not known, a value names a file, or a word is not plain text.
pub(in super::super) fn read<'c>(
    invocation: &Invocation<'c>,
    project: &Project<'_>,
    options: &Options,
) -> Result<CommandLine<'c>, Refusal> {
    let with_value = [options.values, options.paths, options.folders].concat();
    let with_value = Names::Given(with_value.into_iter().map(str::to_owned).collect());
    let arguments = Arguments::of(invocation, &with_value)?;
    let operands = arguments.operands.into_iter().skip(1).collect();
    let mut line = CommandLine { operands, folder: String::new(), flags: Vec::new(), values: Vec::new() };
    for (name, value) in arguments.options {
        let find = |names: &'static [&'static str]| names.iter().copied().find(|known| *known == name);
        if let Some(flag) = find(options.flags) {
            match value.as_deref() {
                None | Some("true" | "1") => line.flags.push(flag),
                Some("false" | "0") => line.flags.retain(|other| *other != flag),
                Some(_) => return Err(unknown(&name)),
            }
            continue;
        }
        let is_path = find(options.paths).is_some();
        let option = [options.folders, options.paths, options.values].into_iter().find_map(find);
        let (Some(option), Some(value)) = (option, value) else { return Err(unknown(&name)) };
        if options.folders.contains(&option) {
            line.folder = folder(project, &line.folder, &value);
        } else if is_path && super::exists(project, &value) {
            return Err(Refusal::new(
                format!("the option {} names a folder that is copied", clip(option)),
                "name a folder outside of it",
            ));
        } else {
            line.values.push((option, value));
        }
    }
    Ok(line)
}

/// The folder that `path` names, seen from where the command runs where that is possible.
fn folder(project: &Project<'_>, from: &str, path: &str) -> String {
    let here = project.directory();
    let full = resolve(Some(&project.resolve(from)), path).unwrap_or_else(|| path.to_owned());
    match crate::paths::below(&full, here) {
        Some(inside) => inside.to_owned(),
        None => full,
    }
}

fn unknown(option: &str) -> Refusal {
    Refusal::new(
        format!("what the option {} does to the installation is not known", clip(option)),
        "install by hand, above the sources",
    )
}
