//! How the dependencies of an application are installed, one entry for each tool, and which files of the
//! application an installation reads.
//!
//! An entry is data: how its command is recognised, what it reads, what it writes, what makes it unsafe to
//! run it before the sources are there. What takes reading a manifest (workspaces, local packages, scripts
//! of the project) is the entry's `inspect`. A check that cannot tell refuses.

mod arguments;
mod builds;
mod bun;
mod bundler;
mod cargo;
mod composer;
mod dotnet;
mod go;
mod gradle;
mod maven;
mod mix;
mod node;
mod npm;
mod pnpm;
mod project;
mod python;
pub(crate) mod recognise;
mod tree;
mod versions;
mod words;
mod xml;
mod yarn;

pub use builds::Builder;
pub use project::{Project, Refusal};
pub use tree::Tree;

use std::borrow::Cow;

use crate::invocation::Invocation;

/// The entries of the tools that are known.
pub const ALL: &[&Ecosystem] = &[
    &go::MODULES,
    &go::SOURCES,
    &bundler::INSTALL,
    &bundler::CONFIG,
    &composer::COMPOSER,
    &mix::DEPENDENCIES,
    &mix::TOOLS,
    &mix::SEVERAL,
    &cargo::CARGO,
    &python::PIP,
    &python::SETUP,
    &python::PIP_SYNC,
    &python::COMPILE,
    &python::UV_SYNC,
    &python::UV_PIP,
    &python::POETRY,
    &python::PIPENV,
    &python::CONDA,
    &python::CONDA_CREATE,
    &dotnet::RESTORE,
    &dotnet::TOOLS,
    &gradle::DEPENDENCIES,
    &maven::DEPENDENCIES,
    &npm::NPM,
    &yarn::YARN,
    &pnpm::PNPM,
    &bun::BUN,
];

/// One tool that installs dependencies.
#[derive(Clone, Debug)]
pub struct Ecosystem {
    /// The name: what messages and the configuration call it.
    pub name: Cow<'static, str>,
    /// The commands that install, as program and subcommands: `npm ci`. Options may stand between them.
    pub commands: Names,
    /// True where the commands only prepare an installation: not worth a change alone.
    pub prepares: bool,
    /// What else tells its commands from others of the same program.
    pub only: Option<fn(&Invocation<'_>) -> bool>,
    /// The options whose value is the next word.
    pub value_options: Names,
    /// The files that must be there, in the folder where the command runs.
    pub manifests: Names,
    /// The files and folders that are read where they are there.
    pub extras: Names,
    /// The folders that the command fills, in the folder where it runs.
    pub outputs: Names,
    /// What the variables that configure the tool start with.
    pub variables: Names,
    /// Texts in a manifest that make it unsafe.
    pub unsafe_texts: Cow<'static, [UnsafeText]>,
    /// What else has to be looked at.
    pub inspect: Option<Inspect>,
    /// The options that make the command install nothing but what the manifests name, where it does more
    /// by itself: run with them first, then as it is once the sources are there.
    pub first_with: Option<Cow<'static, str>>,
}

/// Looks at what a command and the manifests say, and tells the project which files are needed.
///
/// # Errors
/// Why the command cannot run before the sources are there.
pub type Inspect = fn(&Invocation<'_>, &mut Project<'_>) -> Result<(), Refusal>;

/// A text that must not be in a manifest.
#[derive(Clone, Debug)]
pub struct UnsafeText {
    /// The manifest, in the folder where the command runs.
    pub file: Cow<'static, str>,
    /// The text.
    pub contains: Cow<'static, str>,
    /// What it means.
    pub reason: Cow<'static, str>,
}

/// Words: of a table, or of the configuration.
#[derive(Clone, Debug)]
pub enum Names {
    /// Of a table.
    Known(&'static [&'static str]),
    /// Of the configuration.
    Given(Vec<String>),
}

impl Names {
    /// None.
    pub const NONE: Self = Self::Known(&[]);

    /// The words, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (known, given): (&[&str], &[String]) = match self {
            Self::Known(names) => (names, &[]),
            Self::Given(names) => (&[], names),
        };
        known.iter().copied().chain(given.iter().map(String::as_str))
    }

    /// True where `word` is one of them.
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|name| name == word)
    }
}

impl Ecosystem {
    /// An entry that says nothing, for those that follow to fill in.
    pub const EMPTY: Self = Self {
        name: Cow::Borrowed(""),
        commands: Names::NONE,
        prepares: false,
        only: None,
        value_options: Names::NONE,
        manifests: Names::NONE,
        extras: Names::NONE,
        outputs: Names::NONE,
        variables: Names::NONE,
        unsafe_texts: Cow::Borrowed(&[]),
        inspect: None,
        first_with: None,
    };

    /// The entry for `invocation`: one that the user gives wins over one that is known.
    pub fn of<'e>(invocation: &Invocation<'_>, given: &'e [Ecosystem]) -> Option<&'e Ecosystem> {
        Self::all(given).find(|entry| entry.recognises(invocation))
    }

    /// Every entry: those that the user gives come first.
    pub fn all(given: &[Ecosystem]) -> impl Iterator<Item = &Ecosystem> {
        given.iter().chain(ALL.iter().copied())
    }

    fn recognises(&self, invocation: &Invocation<'_>) -> bool {
        recognise::matched(invocation, self.commands.iter(), &self.value_options).is_some()
            && self.only.is_none_or(|only| only(invocation))
    }

    /// A word of the command that only the build knows, where there is one.
    pub fn unknown_word(invocation: &Invocation<'_>) -> Option<String> {
        let word =
            invocation.arguments.iter().find(|word| arguments::known_word(invocation, word).is_none())?;
        Some(arguments::clip(&String::from_utf8_lossy(invocation.slice(word.span))).into_owned())
    }

    /// The words that are neither options nor values of options; none for one that is not known.
    pub fn operands<'c>(&self, invocation: &Invocation<'c>) -> Vec<Option<Cow<'c, str>>> {
        let operands = recognise::operands(invocation, &self.value_options);
        operands.into_iter().map(|(_, operand)| operand).collect()
    }

    /// What has to be there for `invocation`, which is this entry's; what is needed is added to `project`.
    ///
    /// # Errors
    /// Why it cannot run before the sources are there.
    pub fn inspect(&self, invocation: &Invocation<'_>, project: &mut Project<'_>) -> Result<(), Refusal> {
        arguments::check_surroundings(invocation, project)?;
        project.check_variables(&self.variables)?;
        for manifest in self.manifests.iter() {
            project.need(manifest)?;
        }
        for text in self.unsafe_texts.iter() {
            if project.read(&text.file).is_some_and(|content| content.contains(&*text.contains)) {
                return Err(Refusal::new(
                    format!("{} holds `{}`: {}", text.file, text.contains, text.reason),
                    "move the installation above the sources by hand",
                ));
            }
        }
        let result = match self.inspect {
            Some(inspect) => inspect(invocation, project),
            None => self.installs_dependencies_alone(invocation),
        };
        // What runs with other options reads and fills the same.
        if result.as_ref().is_err_and(|refusal| !refusal.first_with) {
            return result;
        }
        for extra in self.extras.iter() {
            project.take(extra)?;
        }
        for output in self.outputs.iter() {
            project.fills(output);
        }
        result
    }

    /// An entry without a look of its own: the command installs the project, too, unless it has the options
    /// of `first_with`.
    fn installs_dependencies_alone(&self, invocation: &Invocation<'_>) -> Result<(), Refusal> {
        let Some(options) = self.first_with.as_deref() else { return Ok(()) };
        let is_given = |option: &str| {
            let mut words = invocation.arguments.iter();
            words.any(|word| invocation.literal(word).as_deref() == Some(option))
        };
        if options.split(' ').all(is_given) {
            return Ok(());
        }
        Err(Refusal::without_options(
            "it installs the project itself, too",
            format!("run it with `{}` above the sources", arguments::clip(options)),
        ))
    }
}
