//! A command whose words are known as far as they can be.

use std::cell::Cell;

use dfopt_syntax::shell::{self as ast, Pipeline, SimpleCommand};

use crate::effects::{Effects, Files, Lookup};
use crate::invocation::Invocation;
use crate::paths::{resolve, split};

use super::options::{Parsed, Role};
use super::surroundings::Surroundings;
use super::values::{Value, values};

/// A command, the folder it runs in and what is around it.
pub(super) struct Command<'b, 'd, 's> {
    pub(super) surroundings: &'s Surroundings<'b, 'd>,
    pub(super) invocation: &'s Invocation<'s>,
    /// The program, without its folder.
    pub(super) program: &'s str,
    /// The words after it.
    pub(super) arguments: Vec<Value>,
    directory: Option<&'s str>,
    pipeline: &'s Pipeline,
    looks_at_directory: Cell<bool>,
}

impl<'b, 'd, 's> Command<'b, 'd, 's> {
    pub(super) fn new(
        surroundings: &'s Surroundings<'b, 'd>,
        invocation: &'s Invocation<'s>,
        pipeline: &'s Pipeline,
        directory: Option<&'s str>,
    ) -> Self {
        Self {
            surroundings,
            invocation,
            program: &invocation.program,
            arguments: values(surroundings, invocation.arguments),
            directory,
            pipeline,
            looks_at_directory: Cell::new(false),
        }
    }

    /// True where it was asked for a path that depends on the working directory.
    pub(super) fn looks_at_directory(&self) -> bool {
        self.looks_at_directory.get()
    }

    /// The folder it runs in, for one who minds by himself that it depends on the working directory.
    pub(super) fn folder(&self) -> Option<&'s str> {
        self.directory
    }

    /// The folder it runs in.
    pub(super) fn directory(&self) -> Option<&'s str> {
        self.looks_at_directory.set(true);
        self.directory
    }

    /// The folder it runs in, as a set of files.
    pub(super) fn current_folder(&self) -> Files {
        Files::at(self.directory().map(str::to_owned))
    }

    /// The file or folder that `value` names: the folder that it is in, where only its start is known.
    pub(super) fn files(&self, value: &Value) -> Files {
        let path = match value {
            Value::Known(path) => path.as_str(),
            Value::Starts(start) => match split(start).0 {
                "" if start.starts_with('/') => "/",
                "" => ".",
                folder => folder,
            },
            Value::Unknown => return Files::all(),
        };
        self.at(path)
    }

    /// The file or folder at `path`.
    pub(super) fn at(&self, path: &str) -> Files {
        if path.starts_with('/') {
            return Files::at(resolve(None, path));
        }
        Files::at(resolve(self.directory(), path))
    }

    /// What `echo` or `printf` says to it, as written, where it stands right before it in the pipeline.
    pub(super) fn echoed_to_it(&self) -> Option<String> {
        let text = self.surroundings.text();
        let (program, words) = self.piped_from()?.words.split_first()?;
        if !matches!(program.literal(text)?.as_ref(), "echo" | "printf") {
            return None;
        }
        let span = words.first()?.span.cover(words.last()?.span);
        Some(String::from_utf8_lossy(span.of(text)).into_owned())
    }

    /// The simple command right before it in its pipeline.
    pub(super) fn piped_from(&self) -> Option<&'s SimpleCommand> {
        let is_own = |other: &ast::Command| matches!(other, ast::Command::Simple(simple) if std::ptr::eq(simple, self.invocation.command));
        let at = self.pipeline.commands.iter().position(is_own)?;
        match self.pipeline.commands.get(at.checked_sub(1)?)? {
            ast::Command::Simple(before) => Some(before),
            _ => None,
        }
    }

    /// What it does with the files that the values of its options name.
    pub(super) fn of_options(&self, parsed: &Parsed) -> Option<Effects> {
        let mut effects = Effects::default();
        for (role, value) in parsed.options.iter().filter_map(|(_, value)| value.as_ref()) {
            effects.extend(self.of_value(*role, value)?);
        }
        Some(effects)
    }

    /// What it does with the file that `value` names. None where that is not a file.
    pub(super) fn of_value(&self, role: Role, value: &Value) -> Option<Effects> {
        // Standard input and output.
        if value.known() == Some("-") {
            return Some(Effects::default());
        }
        Some(match role {
            Role::Text => Effects::default(),
            Role::Reads => Effects::reading(self.files(value)),
            Role::Writes => Effects::uses(self.files(value)),
            Role::NameOrLocation if !value.start().contains('/') && *value != Value::Unknown => {
                Effects::default()
            }
            Role::Location | Role::NameOrLocation => match value.start() {
                start if start.starts_with("file:") => return None,
                start if start.contains("://") => Effects::default(),
                _ => Effects::reading(self.files(value)),
            },
        })
    }

    /// It looks whether these files are in the folder it runs in.
    pub(super) fn looks_for(&self, names: &[(&str, Option<&'static str>)], effects: &mut Effects) {
        if names.is_empty() {
            return;
        }
        let Some(directory) = self.directory() else {
            effects.reads.files.extend(Files::all());
            return;
        };
        for (name, text) in names {
            effects.reads.files.extend(Files::lookup(directory, name, *text));
        }
    }

    /// The same, in the folders above, too.
    pub(super) fn looks_up_for(&self, names: &[(&str, Option<&'static str>)], effects: &mut Effects) {
        if names.is_empty() {
            return;
        }
        let Some(mut folder) = self.directory() else {
            effects.reads.files.extend(Files::all());
            return;
        };
        for _ in 0..MAX_DEPTH {
            for (name, text) in names {
                effects.reads.files.extend(Files::lookup(folder, name, *text));
            }
            if folder == "/" {
                return;
            }
            folder = split(folder).0;
        }
        effects.reads.files.extend(Files::all());
    }
}

/// The most folders above one that are looked into.
const MAX_DEPTH: usize = 64;

impl Files {
    fn lookup(folder: &str, name: &str, text: Option<&'static str>) -> Self {
        let path = format!("{}/{name}", folder.trim_end_matches('/'));
        Self { lookups: vec![Lookup { path, text }], ..Self::default() }
    }
}
