//! The digests of the images that the files of a call name: asked of their registries together, each once, and
//! kept for the next call.

mod asking;
mod cache;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dfopt_analysis::{Digests, Reference, Unresolved};

use crate::registry::{Cause, Client, Failure, Options};
use asking::Asking;
use cache::Cache;

/// How registries are asked: what a `dfopt.toml` says, and the command line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistrySettings {
    /// For all that one reference takes.
    pub timeout: Duration,
    /// How long an answer is used.
    pub keep: Duration,
    /// Hosts that may be asked over plain HTTP.
    pub plain_http: Vec<String>,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// Whether registries may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For what the cache does not know.
    Registries,
    /// For everything: the cache may know older answers.
    Fresh,
    /// Not at all; with what to do about it.
    CacheOnly(&'static str),
}

/// Resolves references for the files of a call.
#[derive(Debug)]
pub struct Resolvers {
    access: Access,
    cache: Option<Cache>,
    resolvers: BTreeMap<RegistrySettings, Resolver>,
}

/// What is known of the registries that are asked in one way.
#[derive(Debug, Default)]
pub struct Resolver {
    answers: BTreeMap<Reference, Result<String, Unresolved>>,
    /// None until something is asked.
    asking: Option<Result<Asking, String>>,
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            keep: Duration::from_secs(24 * 60 * 60),
            plain_http: Vec::new(),
            ca_file: None,
        }
    }
}

impl Resolvers {
    /// With nothing known yet but what is in the user's cache.
    pub fn new(access: Access) -> Self {
        Self { access, cache: Cache::of_user(), resolvers: BTreeMap::new() }
    }

    /// Finds out what is not known yet of all these, together. Afterwards [`Resolvers::of`] has an answer for each,
    /// if only the reason why there is none.
    pub fn resolve<'s>(
        &mut self,
        wanted: impl IntoIterator<Item = (&'s RegistrySettings, BTreeSet<Reference>)>,
    ) {
        let mut groups: BTreeMap<&RegistrySettings, BTreeSet<Reference>> = BTreeMap::new();
        for (settings, references) in wanted {
            groups.entry(settings).or_default().extend(references);
        }
        for (settings, references) in groups {
            let resolver = self.resolvers.entry(settings.clone()).or_default();
            let unknown =
                references.into_iter().filter(|reference| !resolver.answers.contains_key(reference));
            let unknown: Vec<Reference> = unknown.collect();
            resolver.resolve(unknown, settings, self.access, self.cache.as_ref());
        }
    }

    /// What is known where registries are asked so.
    pub fn of(&self, settings: &RegistrySettings) -> Option<&Resolver> {
        self.resolvers.get(settings)
    }
}

impl Resolver {
    fn resolve(
        &mut self,
        mut references: Vec<Reference>,
        settings: &RegistrySettings,
        access: Access,
        cache: Option<&Cache>,
    ) {
        if access != Access::Fresh {
            references.retain(|reference| {
                let kept = cache.and_then(|cache| cache.get(reference, settings.keep));
                let is_open = kept.is_none();
                self.answers.extend(kept.map(|digest| (reference.clone(), Ok(digest))));
                is_open
            });
        }
        if references.is_empty() {
            return;
        }
        if let Access::CacheOnly(help) = access {
            let reason = "its digest is not in the cache".to_owned();
            return self.give_up(references, &Unresolved { reason, help });
        }
        match self.asking.get_or_insert_with(|| asking(settings)) {
            Ok(asking) => {
                for (reference, answer) in asking.ask(references, settings.timeout) {
                    if let (Ok(digest), Some(cache)) = (&answer, cache) {
                        cache.put(&reference, digest);
                    }
                    self.answers.insert(reference, answer.map_err(|failure| unresolved(&failure)));
                }
            }
            Err(reason) => {
                let unusable = Unresolved { reason: reason.clone(), help: "" };
                self.give_up(references, &unusable);
            }
        }
    }

    fn give_up(&mut self, references: Vec<Reference>, why: &Unresolved) {
        self.answers.extend(references.into_iter().map(|reference| (reference, Err(why.clone()))));
    }
}

impl Digests for Resolver {
    fn digest(&self, reference: &Reference) -> Result<String, Unresolved> {
        let unasked = "its registry was not asked: the file names too many images";
        let unknown = || Err(Unresolved { reason: unasked.to_owned(), help: "" });
        self.answers.get(reference).cloned().unwrap_or_else(unknown)
    }
}

fn asking(settings: &RegistrySettings) -> Result<Asking, String> {
    let RegistrySettings { timeout, plain_http, ca_file, .. } = settings.clone();
    let client = Client::new(Options { timeout, ca_file, plain_http, docker_config: None });
    client.map(|client| Asking::new(Arc::new(client))).map_err(|error| error.to_string())
}

fn unresolved(failure: &Failure) -> Unresolved {
    let help = match failure.cause {
        Cause::NotFound(_) => "correct its name",
        Cause::Untrusted(_) => "name the file of its CA with --ca-file",
        Cause::RateLimited(_) => "log in to the registry, or try again later",
        Cause::Status(..) | Cause::TimedOut | Cause::Unreachable(_) => "try again, or use --offline",
        Cause::Unauthorised(_) | Cause::Wrong(_) => "",
    };
    Unresolved { reason: failure.to_string(), help }
}
