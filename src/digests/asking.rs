//! Asks registries for many references at once.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dfopt_analysis::Reference;

use crate::registry::{Cause, Client, Failure};

/// The most references that are asked for at once.
const AT_ONCE: usize = 32;

/// How long an answer may be late before it is given up: looking up a name cannot be interrupted.
const GRACE: Duration = Duration::from_millis(500);

/// A client, and the registries that it found to be away.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    client: Arc<Client>,
    /// Domain -> why it is not asked again in this call.
    away: Arc<Mutex<BTreeMap<String, Failure>>>,
}

impl Asking {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client, away: Arc::default() }
    }

    /// The digest of each, or why there is none.
    pub(super) fn ask(
        &self,
        references: Vec<Reference>,
        timeout: Duration,
    ) -> BTreeMap<Reference, Result<String, Failure>> {
        let count = references.len().min(AT_ONCE);
        let queue = Arc::new(Mutex::new(references.clone().into_iter()));
        let (sender, answers) = mpsc::channel();
        for _ in 0..count {
            let (asking, queue, sender) = (self.clone(), Arc::clone(&queue), sender.clone());
            // Not scoped: a thread that hangs must not hold up the call. Fewer threads do as well.
            let _ = thread::Builder::new().spawn(move || {
                while let Some(reference) = next(&queue) {
                    let answer = asking.ask_one(&reference);
                    if sender.send((reference, answer)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut found = BTreeMap::new();
        while let Ok((reference, answer)) = answers.recv_timeout(timeout + GRACE) {
            found.insert(reference, answer);
        }
        for reference in references {
            let host = reference.domain.clone();
            found.entry(reference).or_insert(Err(Failure { host, cause: Cause::TimedOut }));
        }
        found
    }

    /// A registry that is away, or had enough, is not asked for the next image.
    fn ask_one(&self, reference: &Reference) -> Result<String, Failure> {
        let away = || self.away.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = away().get(&reference.domain) {
            return Err(failure.clone());
        }
        let answer = self.client.digest(reference);
        if let Err(failure) = &answer
            && matches!(failure.cause, Cause::TimedOut | Cause::Unreachable(_) | Cause::RateLimited(_))
        {
            away().insert(reference.domain.clone(), failure.clone());
        }
        answer.map(|answer| answer.digest)
    }
}

fn next(queue: &Mutex<impl Iterator<Item = Reference>>) -> Option<Reference> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}
