//! An application whose dependencies a command installs, as an ecosystem's check sees it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::context::Entry;
use crate::paths::{is_application_folder, resolve};
use crate::state::Variable;

use super::Names;
use super::arguments::clip;
use super::tree::Tree;

/// An application in the folder where a command runs. Paths are as the command would read them: relative
/// to that folder, or absolute in the image.
pub struct Project<'a> {
    tree: &'a Tree<'a>,
    directory: &'a str,
    variables: &'a BTreeMap<String, Variable>,
    needed: BTreeSet<String>,
    filled: BTreeSet<String>,
    /// What the variables and assignments that were checked may name.
    named: RefCell<BTreeSet<String>>,
    uses_corepack: bool,
}

/// Why dependencies cannot be installed before the sources are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The precondition that is not proven.
    pub reason: String,
    /// What the user can do about it.
    pub help: String,
    /// True where only the command as it is cannot run: with the entry's `first_with` it could, and all
    /// that it would read then has been added to the project.
    pub first_with: bool,
}

impl Refusal {
    /// A refusal.
    pub fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), first_with: false }
    }

    /// A refusal of the command as it is. With the entry's `first_with` it would do, and all that it would
    /// read then has been added to the project.
    pub fn without_options(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { first_with: true, ..Self::new(reason, help) }
    }
}

impl<'a> Project<'a> {
    /// The project in the folder `directory` of the image, in an environment of `variables`.
    pub fn new(tree: &'a Tree<'a>, directory: &'a str, variables: &'a BTreeMap<String, Variable>) -> Self {
        Self {
            tree,
            directory,
            variables,
            needed: BTreeSet::new(),
            filled: BTreeSet::new(),
            named: RefCell::default(),
            uses_corepack: false,
        }
    }

    /// The same, where corepack may stand in for a tool: it has written into package.json.
    pub fn with_corepack(self, uses_corepack: bool) -> Self {
        Self { uses_corepack, ..self }
    }

    /// True where corepack may run what is called `yarn` or `pnpm`.
    pub fn uses_corepack(&self) -> bool {
        self.uses_corepack
    }

    /// The folder in the image where the command runs.
    pub fn directory(&self) -> &'a str {
        self.directory
    }

    /// The variables that the file declares.
    pub fn variables(&self) -> &'a BTreeMap<String, Variable> {
        self.variables
    }

    /// What stands at `path`.
    pub fn entry(&self, path: &str) -> Entry {
        self.tree.entry(&self.resolve(path))
    }

    /// The text of the file at `path`: none where it is not there, or cannot be read.
    pub fn read(&self, path: &str) -> Option<Cow<'a, str>> {
        self.tree.read(&self.resolve(path))
    }

    /// The names in the folder at `path`; none where they cannot be told.
    pub fn list(&self, path: &str) -> Option<BTreeSet<String>> {
        self.tree.list(&self.resolve(path))
    }

    /// Adds a file that must be there to what is needed, and gives its text.
    ///
    /// # Errors
    /// Where no COPY brings it, or it cannot be read.
    pub fn need(&mut self, path: &str) -> Result<Cow<'a, str>, Refusal> {
        let full = self.resolve(path);
        match self.tree.entry(&full) {
            Entry::File => {}
            Entry::Link => return Err(link(path)),
            Entry::Ignored | Entry::Missing => {
                return Err(Refusal::new(
                    format!("{path} is not among the files that are copied"),
                    "check the build context, or name it with --context",
                ));
            }
            Entry::Directory | Entry::Unknown => {
                return Err(Refusal::new(
                    format!("{path} is no file that can be read"),
                    "check the build context",
                ));
            }
        }
        let text = self.tree.read(&full).ok_or_else(|| {
            Refusal::new(
                format!("{path} cannot be read as text"),
                "make it a readable file of less than 8 MiB in UTF-8",
            )
        })?;
        self.needed.insert(full);
        Ok(text)
    }

    /// Adds the file or folder at `path` to what is needed, where it is there. True where it is.
    ///
    /// # Errors
    /// Where it is a link.
    pub fn take(&mut self, path: &str) -> Result<bool, Refusal> {
        let full = self.resolve(path);
        match self.tree.entry(&full) {
            Entry::Directory if self.tree.is_mixed(&full) => Err(Refusal::new(
                format!("{} is put together from several folders", clip(path)),
                "copy all of it above the installation by hand",
            )),
            Entry::File | Entry::Directory => {
                self.needed.insert(full);
                Ok(true)
            }
            Entry::Link => Err(link(path)),
            Entry::Unknown => {
                Err(Refusal::new(format!("{path} is no file or folder"), "check the build context"))
            }
            Entry::Missing | Entry::Ignored => Ok(false),
        }
    }

    /// Says that the command fills the folder `path`.
    pub fn fills(&mut self, path: &str) {
        let full = self.resolve(path);
        self.filled.insert(full);
    }

    /// The files and folders that are needed, absolute.
    pub fn needed(&self) -> &BTreeSet<String> {
        &self.needed
    }

    /// Files of the application that variables of the tool may name, though no COPY brings them; absolute.
    pub fn named(&self) -> BTreeSet<String> {
        self.named.borrow().clone()
    }

    /// The folders that the command fills, absolute.
    pub fn filled(&self) -> &BTreeSet<String> {
        &self.filled
    }

    /// `path` in the image.
    pub fn resolve(&self, path: &str) -> String {
        resolve(Some(self.directory), path).expect("invariant: resolved from a known folder")
    }

    /// Refuses where a variable that configures the tool names a file, or `PATH` leads into the application.
    pub(super) fn check_variables(&self, prefixes: &Names) -> Result<(), Refusal> {
        for (name, variable) in self.variables {
            let configures = prefixes.iter().any(|prefix| {
                name.len() >= prefix.len() && {
                    let start = name.as_bytes().get(..prefix.len());
                    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
                }
            });
            if !configures {
                continue;
            }
            self.check_value(name, variable.value.as_deref())?;
        }
        Ok(())
    }

    /// Refuses where the variable `name`, which may configure the tool, has a value that is not known or
    /// names a file of the application.
    pub(super) fn check_value(&self, name: &str, value: Option<&str>) -> Result<(), Refusal> {
        let Some(value) = value else {
            return Err(Refusal::new(
                format!("the value of `{name}` is not known, and it configures the installation"),
                "give it a default",
            ));
        };
        if self.names_application_file(value) {
            return Err(Refusal::new(
                format!("`{name}` names a file of the application"),
                "give the file on the command line",
            ));
        }
        Ok(())
    }

    /// The value of a variable that the file declares.
    pub(super) fn variable(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name)?.value.as_deref()
    }

    fn names_application_file(&self, value: &str) -> bool {
        value.split([':', ' ', '=', ',']).filter(|part| !part.is_empty()).any(|part| {
            let path = self.resolve(part.trim_start_matches("file://"));
            if !is_application_folder(&path) || path == self.directory {
                return false;
            }
            // A word such as `true` or `1` is no file either.
            let exists = !matches!(self.tree.entry(&path), Entry::Missing | Entry::Ignored);
            self.named.borrow_mut().insert(path);
            exists
        })
    }
}

fn link(path: &str) -> Refusal {
    Refusal::new(format!("{path} is a symbolic link"), "copy the file itself")
}
