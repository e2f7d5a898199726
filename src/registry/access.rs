//! How a registry is let know who asks: passwords, and tokens from the server that it names.
//!
//! Source: <https://distribution.github.io/distribution/spec/auth/token/>.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dfopt_analysis::Reference;
use ureq::http::Uri;

use super::address;
use super::challenge::Challenge;
use super::credentials::{Credential, Credentials, Stored};
use super::deadline::Deadline;
use super::exchange::Exchange;
use super::failure::{Cause, Failure};
use super::token::TokenRequest;

/// The credentials, and what was got for them.
#[derive(Debug)]
pub(super) struct Access {
    credentials: Credentials,
    /// By origin and repository: tokens are for one repository.
    granted: Mutex<BTreeMap<(String, String), Granted>>,
}

/// A value of the `Authorization` header.
struct Granted {
    authorization: String,
    until: Instant,
}

impl std::fmt::Debug for Granted {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Granted {{ until: {:?} }}", self.until)
    }
}

/// For how many seconds a password that was taken is sent without being asked for.
const PASSWORD_LIFE: u64 = 3600;

impl Access {
    pub(super) fn with(credentials: Credentials) -> Self {
        Self { credentials, granted: Mutex::default() }
    }

    /// What was granted before.
    pub(super) fn known(&self, registry: &Uri, path: &str) -> Option<String> {
        let granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        let granted = granted.get(&key(registry, path)).filter(|granted| granted.until > Instant::now());
        granted.map(|granted| granted.authorization.clone())
    }

    /// The value of the header that meets `challenge`, which `registry` itself must have made.
    pub(super) fn earn(
        &self,
        exchange: &Exchange,
        registry: &Uri,
        challenge: Option<&Challenge>,
        reference: &Reference,
        deadline: Deadline,
    ) -> Result<String, Failure> {
        let host = address::authority(registry);
        let stored = if may_have_passwords(registry) {
            self.credentials.find(&reference.domain, deadline)
        } else {
            Stored { credential: None, problem: Some("no password is sent over plain HTTP".to_owned()) }
        };
        let (authorization, life) = match (challenge, &stored.credential) {
            (Some(Challenge::Bearer { realm, service }), credential) => {
                let realm = realm_of(exchange, registry, realm)?;
                let service = service.as_deref().unwrap_or_default();
                let request = TokenRequest { realm, service, path: &reference.path };
                request
                    .token(exchange, credential.as_ref(), deadline)
                    .map_err(|failure| told(failure, &stored, reference))?
            }
            (Some(Challenge::Basic), Some(Credential::Password { user, password })) => {
                (basic(user, password), PASSWORD_LIFE)
            }
            (Some(Challenge::Basic), _) => {
                return Err(Failure { host, cause: Cause::Unauthorised(advice(&stored, reference)) });
            }
            (None, _) => {
                return Err(Failure {
                    host,
                    cause: Cause::Wrong("it wants a login of a kind that is not known".into()),
                });
            }
        };
        let until = Instant::now() + Duration::from_secs(life);
        let granted = Granted { authorization: authorization.clone(), until };
        self.granted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key(registry, &reference.path), granted);
        Ok(authorization)
    }

    /// What to tell where the registry did not take what it got.
    pub(super) fn advice(&self, reference: &Reference, deadline: Deadline) -> String {
        advice(&self.credentials.find(&reference.domain, deadline), reference)
    }
}

/// True where nobody on the way sees a password. A `dfopt.toml` may ask for plain HTTP, and may come from anyone.
fn may_have_passwords(registry: &Uri) -> bool {
    address::is_https(registry) || address::is_loopback(registry.host().unwrap_or_default())
}

fn key(registry: &Uri, path: &str) -> (String, String) {
    (
        format!("{}://{}", registry.scheme_str().unwrap_or_default(), address::authority(registry)),
        path.to_owned(),
    )
}

fn advice(stored: &Stored, reference: &Reference) -> String {
    if stored.credential.is_some() {
        return "the stored credential is not taken for this image".to_owned();
    }
    let domain = if reference.domain == "docker.io" { "" } else { &reference.domain };
    let mut advice =
        format!("no such image, or it needs a login: `{}`", format!("docker login {domain}").trim_end());
    if let Some(problem) = &stored.problem {
        // Writing to a string cannot fail.
        let _ = write!(advice, "; {problem}");
    }
    advice
}

/// A token server does not know what to advise.
fn told(failure: Failure, stored: &Stored, reference: &Reference) -> Failure {
    match failure.cause {
        Cause::Unauthorised(_) => {
            Failure { cause: Cause::Unauthorised(advice(stored, reference)), ..failure }
        }
        _ => failure,
    }
}

/// The address of the token server. Credentials go there, so it must be at least as safe as the registry.
fn realm_of(exchange: &Exchange, registry: &Uri, realm: &str) -> Result<Uri, Failure> {
    let refused =
        |why: &str| Failure { host: address::authority(registry), cause: Cause::Wrong(why.to_owned()) };
    let realm = address::parse(realm).ok_or_else(|| refused("its token server has no address of HTTP"))?;
    match exchange.objection(registry, &realm) {
        Some(why) => Err(refused(&format!("it names a token server, but {why}"))),
        None => Ok(realm),
    }
}

/// A value of the `Authorization` header.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_for_registries_that_nobody_listens_in_to() {
        let may = |uri: &str| may_have_passwords(&uri.parse().unwrap());
        assert!(
            may("https://registry.lan/v2/") && may("http://127.0.0.1:5000/v2/") && may("http://localhost/")
        );
        assert!(!may("http://registry.lan/v2/") && !may("http://10.0.0.7:5000/v2/"));
    }
}
