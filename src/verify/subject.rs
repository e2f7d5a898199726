//! What is verified: a Dockerfile, what became of it, and what the difference may be.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, ensure};
use dfopt_transforms::{ALL, Effect, optimize, references};

use super::contract::Contract;
use crate::cli::Verification;
use crate::context::{Contexts, LazyContext};
use crate::digests::{Access, Resolvers};
use crate::files::facts;
use crate::messages::{about, syntax};
use crate::{run, source};

/// The names that are looked for in a directory.
const NAMES: [&str; 2] = ["Dockerfile", "Containerfile"];

/// A Dockerfile before and after.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) path: PathBuf,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
    pub(crate) contract: Contract,
}

impl Subject {
    /// Reads the Dockerfile and rewrites it, as `dfopt` would do.
    pub(crate) fn of(arguments: &Verification, contexts: &Contexts) -> Result<Self> {
        let path = dockerfile(&arguments.path)?;
        let before = source::read(&path)?.bytes;
        let rewriting = &arguments.rewriting;
        let mut configs = run::configs(rewriting)?;
        let Some(config) = configs.of(&path) else {
            return Err(configs.problems().pop().unwrap_or_else(|| anyhow!("no configuration")));
        };
        let options = run::selection(rewriting)?.over(&config.selection);
        let level = options.level;
        if let Some(other) = &arguments.after {
            let after = source::read(other)?.bytes;
            let hardened_by = ALL.iter().filter(|t| t.effect == Effect::Harden).map(|t| t.id).collect();
            return Ok(Self { path, before, after, contract: Contract { level, hardened_by } });
        }
        let mut registries = config.registries.clone();
        if let Some(file) = &rewriting.ca_file {
            registries.ca_file = Some(file.clone());
        }
        let access = match rewriting.offline {
            true => Access::CacheOnly("run it without --offline"),
            false => Access::Registries,
        };
        let mut resolvers = Resolvers::new(access);
        resolvers.resolve([(&registries, references(&before, &options))]);
        let context = contexts.of(Some(&path), &before);
        let outcome = optimize(&before, &options, facts(&context, resolvers.of(&registries)))
            .map_err(|error| syntax(&path, &before, &error))?;
        ensure!(
            outcome.converged,
            "{}",
            about(&path, "the rewrites do not come to rest; this is a defect in dfopt, please report it")
        );
        let hardens = outcome.applied.iter().filter(|applied| applied.effect == Effect::Harden);
        let hardened_by = hardens.map(|applied| applied.transform).collect();
        Ok(Self { path, before, after: outcome.text, contract: Contract { level, hardened_by } })
    }

    /// The directory that the builder gets.
    pub(crate) fn context_root(&self, arguments: &Verification, context: &LazyContext<'_>) -> PathBuf {
        let found = context.directory().map(|directory| directory.root().to_owned());
        let beside = || match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        arguments.rewriting.context.clone().or(found).unwrap_or_else(beside)
    }
}

/// The Dockerfile that `path` means.
fn dockerfile(path: &Path) -> Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let found = NAMES.iter().map(|name| path.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| about(path, "has no file Dockerfile; name the file"))
}
