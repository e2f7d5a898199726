//! Why there is no digest, in one line for a person.

use std::fmt;
use std::time::Duration;

/// What went wrong, and with which host. Nothing in it comes from a response but statuses and host names, and
/// nothing from the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The registry or its token server, with a port where it has one.
    pub host: String,
    /// What happened.
    pub cause: Cause,
}

/// The kinds of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The registry does not know the repository or the tag (in canonical form).
    NotFound(String),
    /// The registry wants a login, or does not take the one it got; with what to do about it.
    Unauthorised(String),
    /// Asked too often; `Retry-After`, where it is given.
    RateLimited(Option<Duration>),
    /// A status that is no answer (5xx after all retries, among others), and its `Retry-After`.
    Status(u16, Option<Duration>),
    /// The time limit is over.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable(String),
    /// The certificate is not what the system or the CA file vouch for.
    Untrusted(String),
    /// The answer cannot be right, or asks for what is not done.
    Wrong(String),
}

impl Failure {
    /// Whether asking again soon would give the same answer. The others may be gone in a minute.
    pub fn is_lasting(&self) -> bool {
        match self.cause {
            Cause::NotFound(_) | Cause::Unauthorised(_) | Cause::Untrusted(_) | Cause::Wrong(_) => true,
            Cause::Status(status, _) => status < 500,
            Cause::RateLimited(_) | Cause::TimedOut | Cause::Unreachable(_) => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.escape_default();
        match &self.cause {
            Cause::NotFound(image) => write!(out, "{host} has no image {image}"),
            Cause::Unauthorised(help) => write!(out, "{host} refuses access: {help}"),
            Cause::RateLimited(wait) => write!(out, "{host} limits how often it is asked{}", Again(*wait)),
            Cause::Status(status, wait) => write!(out, "{host} answers with status {status}{}", Again(*wait)),
            Cause::TimedOut => write!(out, "no answer from {host} within the time limit"),
            Cause::Unreachable(why) => write!(out, "cannot connect to {host}: {why}"),
            Cause::Untrusted(why) => write!(out, "the certificate of {host} is not trusted: {why}"),
            Cause::Wrong(why) => write!(out, "the answer of {host} is not used: {why}"),
        }
    }
}

impl std::error::Error for Failure {}

/// When to try again.
struct Again(Option<Duration>);

impl fmt::Display for Again {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(wait) => write!(out, "; try again in {} s", wait.as_secs().max(1)),
            None => Ok(()),
        }
    }
}
