//! Docker's `config.json`: who one is at which registry.
//!
//! Source: <https://docs.docker.com/reference/cli/docker/login/#credential-stores>, and `cli/config` of `docker/cli`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::deadline::Deadline;
use super::helper;

/// What proves who one is. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credential {
    Password {
        user: String,
        password: String,
    },
    /// What a token server gave at login, for more tokens.
    IdentityToken(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credential")
    }
}

/// What is stored for a registry, and what kept us from knowing more.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) credential: Option<Credential>,
    pub(super) problem: Option<String>,
}

/// The credentials of `config.json`, read when they are first asked for.
pub(super) struct Credentials {
    folder: Option<PathBuf>,
    config: OnceLock<Result<Value, String>>,
    /// `None` while somebody asks a helper: it may ask its user in turn, so nobody asks twice.
    answers: Mutex<BTreeMap<String, Option<Stored>>>,
    answered: Condvar,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Credentials of {:?}", self.folder)
    }
}

const LONGEST_CONFIG: u64 = 1 << 20;

impl Credentials {
    /// Those of a folder like `~/.docker`.
    pub(super) fn of(folder: Option<PathBuf>) -> Self {
        Self { folder, config: OnceLock::new(), answers: Mutex::default(), answered: Condvar::new() }
    }

    /// What is stored for the registry `domain` (`docker.io`, `localhost:5000`).
    pub(super) fn find(&self, domain: &str, deadline: Deadline) -> Stored {
        let config = match self.config.get_or_init(|| read(self.folder.as_deref())) {
            Ok(config) => config,
            Err(problem) => return Stored { problem: Some(problem.clone()), credential: None },
        };
        let helper = match lookup(config, domain) {
            Place::Here(credential) => return Stored { credential, problem: None },
            Place::Helper(helper) => helper,
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(answer) = answers.get(domain) {
            match answer {
                Some(stored) => return stored.clone(),
                None if deadline.has_passed() => return Stored::default(),
                None => {
                    let woken = self.answered.wait_timeout(answers, deadline.remaining());
                    answers = woken.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        answers.insert(domain.to_owned(), None);
        drop(answers);
        let stored = ask(&helper, domain, deadline);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(domain.to_owned(), Some(stored.clone()));
        self.answered.notify_all();
        stored
    }
}

/// The object of the file; an empty one where there is no file.
fn read(folder: Option<&Path>) -> Result<Value, String> {
    let Some(folder) = folder else { return Ok(Value::Null) };
    let mut text = Vec::new();
    let file = match std::fs::File::open(folder.join("config.json")) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Value::Null),
        Err(_) => return Err("Docker's config.json cannot be read".into()),
    };
    // A pipe or a device would never end.
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file || file.take(LONGEST_CONFIG).read_to_end(&mut text).is_err() {
        return Err("Docker's config.json cannot be read".into());
    }
    serde_json::from_slice(&text).map_err(|_| "Docker's config.json is no JSON".into())
}

enum Place {
    Here(Option<Credential>),
    /// With a program of this name.
    Helper(String),
}

/// A helper for this registry goes before what the file holds, and that before the helper for all.
fn lookup(config: &Value, domain: &str) -> Place {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(helper) = entry(config, "credHelpers", domain).and_then(text) {
        return Place::Helper(helper);
    }
    if let Some(credential) = entry(config, "auths", domain).and_then(credential) {
        return Place::Here(Some(credential));
    }
    config.get("credsStore").and_then(text).map_or(Place::Here(None), Place::Helper)
}

fn entry<'c>(config: &'c Value, table: &str, domain: &str) -> Option<&'c Value> {
    let table = config.get(table)?.as_object()?;
    let exact = table.get(server(domain));
    exact.or_else(|| table.iter().find(|(key, _)| is_key(key, domain)).map(|(_, value)| value))
}

/// Keys are hosts, or addresses as old versions wrote them: `https://registry.example/v1/`. Longer paths belong to
/// something else: Docker Desktop keeps `https://index.docker.io/v1/access-token`.
fn is_key(key: &str, domain: &str) -> bool {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let (host, path) = key.split_once('/').unwrap_or((key, ""));
    let is_hub = domain == "docker.io" && matches!(host, "index.docker.io" | "registry-1.docker.io");
    matches!(path.trim_end_matches('/'), "" | "v1" | "v2") && (host.eq_ignore_ascii_case(domain) || is_hub)
}

/// What Docker calls the registry in its configuration.
fn server(domain: &str) -> &str {
    if domain == "docker.io" { "https://index.docker.io/v1/" } else { domain }
}

fn credential(entry: &Value) -> Option<Credential> {
    let text = |key: &str| entry.get(key)?.as_str().filter(|text| !text.is_empty());
    if let Some(token) = text("identitytoken") {
        return Some(Credential::IdentityToken(token.to_owned()));
    }
    if let Some((user, password)) = text("auth").and_then(decoded) {
        return Some(Credential::Password { user, password });
    }
    Some(Credential::Password { user: text("username")?.to_owned(), password: text("password")?.to_owned() })
}

/// `user:password` in Base64.
fn decoded(auth: &str) -> Option<(String, String)> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(auth.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    // Docker cuts these off as well: old versions wrote them.
    Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

fn ask(helper: &str, domain: &str, deadline: Deadline) -> Stored {
    match helper::get(helper, server(domain), deadline) {
        Ok(credential) => Stored { credential, problem: None },
        Err(problem) => {
            let name = helper.escape_default();
            Stored { credential: None, problem: Some(format!("docker-credential-{name} {problem}")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn password(user: &str, password: &str) -> Option<Credential> {
        Some(Credential::Password { user: user.to_owned(), password: password.to_owned() })
    }

    fn here(config: &Value, domain: &str) -> Option<Credential> {
        match lookup(config, domain) {
            Place::Here(credential) => credential,
            Place::Helper(helper) => password("helper", &helper),
        }
    }

    #[test]
    fn entries_are_found_by_all_their_names() {
        // `dTpw` is `u:p`.
        for (key, domain) in [
            ("https://index.docker.io/v1/", "docker.io"),
            ("index.docker.io", "docker.io"),
            ("docker.io", "docker.io"),
            ("https://registry-1.docker.io/v2/", "docker.io"),
            ("ghcr.io", "ghcr.io"),
            ("https://GHCR.io", "ghcr.io"),
            ("http://localhost:5000/v2", "localhost:5000"),
        ] {
            let config = json!({"auths": {key: {"auth": "dTpw"}}});
            assert!(here(&config, domain) == password("u", "p"), "{key}");
        }
        for (key, domain) in [
            ("https://index.docker.io/v1/access-token", "docker.io"),
            ("index.docker.io", "index.docker.io.example"),
            ("ghcr.io", "evil.ghcr.io"),
            ("ghcr.io/team", "ghcr.io"),
            ("localhost:5001", "localhost:5000"),
            ("docker.io", "registry-1.docker.io"),
        ] {
            assert!(here(&json!({"auths": {key: {"auth": "dTpw"}}}), domain).is_none(), "{key}");
        }
    }

    #[test]
    fn forms_of_credentials_are_read() {
        let read = |entry: Value| here(&json!({"auths": {"a.io": entry}}), "a.io");
        assert!(read(json!({"auth": "dTpw"})) == password("u", "p"));
        assert!(read(json!({"auth": "dTpwOnE="})) == password("u", "p:q"));
        assert!(read(json!({"auth": "dTpwOnE"})) == password("u", "p:q"));
        assert!(read(json!({"username": "u", "password": "p"})) == password("u", "p"));
        assert!(
            read(json!({"auth": "dTo=", "identitytoken": "t"}))
                == Some(Credential::IdentityToken("t".into()))
        );
        for nothing in [
            json!({}),
            json!(null),
            json!([]),
            json!({"auth": "?"}),
            json!({"auth": "dXA="}),
            json!({"auth": 1}),
            json!({"auth": ""}),
            json!({"username": "u"}),
        ] {
            assert!(read(nothing.clone()).is_none(), "{nothing}");
        }
    }

    #[test]
    fn helpers_have_an_order() {
        let auths = json!({"a.io": {"auth": "dTpw"}});
        let all = json!({"auths": auths, "credHelpers": {"a.io": "own"}, "credsStore": "store"});
        assert!(here(&all, "a.io") == password("helper", "own"));
        assert!(here(&json!({"auths": auths, "credsStore": "store"}), "a.io") == password("u", "p"));
        assert!(
            here(&json!({"auths": {"a.io": {}}, "credsStore": "store"}), "a.io")
                == password("helper", "store")
        );
        assert!(here(&json!({"credsStore": ""}), "a.io").is_none());
        assert!(here(&json!({"credsStore": 1, "auths": 1, "credHelpers": []}), "a.io").is_none());
    }

    #[test]
    fn a_credential_is_not_shown() {
        assert_eq!(format!("{:?}", password("user", "secret")), "Some(Credential)");
    }

    proptest! {
        #[test]
        fn any_file_is_read_without_a_panic(text in any::<Vec<u8>>(), key in any::<String>(), auth in any::<String>()) {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("config.json"), text).unwrap();
            if let Ok(config) = read(Some(folder.path())) {
                lookup(&config, "a.io");
            }
            lookup(&json!({"auths": {&key: {"auth": auth}}, "credHelpers": {key: "x"}}), "a.io");
        }
    }
}
