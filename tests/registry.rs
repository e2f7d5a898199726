//! The registry client: against servers that follow a script, kind ones and hostile ones, and against a real
//! registry.

mod any_answer;
mod certificates;
mod children;
mod hostile;
mod images;
mod logins;
mod manifests;
mod real;
mod retries;
pub(crate) mod script;
mod tls;
mod tokens;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dfopt::registry::{Answer, Client, Failure, Options};
use dfopt_analysis::Reference;
use ring::digest::{SHA256, digest};
use serde_json::json;
use tempfile::TempDir;

const USER: &str = "somebody";
const PASSWORD: &str = "correct horse";
const TOKEN: &str = "t0ken.of-the_server";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const INDEX: &str = r#"{"schemaVersion":2,"manifests":[]}"#;

/// With nothing of this machine's configuration, and far more time than a healthy server takes.
fn options() -> Options {
    let nowhere = Some("/nonexistent".into());
    Options {
        timeout: Duration::from_secs(30),
        ca_file: None,
        plain_http: Vec::new(),
        docker_config: nowhere,
    }
}

/// With less time than a hostile server wants.
fn hasty() -> Options {
    Options { timeout: Duration::from_millis(500), ..options() }
}

/// A folder with a `config.json`, and the options that use it.
fn with_config(config: &serde_json::Value) -> (TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let options = Options { docker_config: Some(folder.path().to_owned()), ..options() };
    (folder, options)
}

/// With the password of `USER` for the registry at `domain`.
fn logged_in(domain: &str) -> (TempDir, Options) {
    with_config(&json!({"auths": {domain: {"auth": BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}"))}}}))
}

/// The header that proves it.
fn basic() -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")))
}

/// What the client says of `domain/library/app:1`, and that it says it in time and gives nothing away.
fn ask(options: Options, domain: &str) -> Result<Answer, Failure> {
    let limit = options.timeout;
    let client = Client::new(options).unwrap();
    let start = Instant::now();
    let answer = client.digest(&reference(domain));
    // Generous: the machine may be busy.
    assert!(start.elapsed() < limit + Duration::from_secs(4), "{:?}", start.elapsed());
    if let Err(failure) = &answer {
        check_message(failure);
    }
    answer
}

fn reference(domain: &str) -> Reference {
    Reference::parse(&format!("{domain}/library/app:1")).unwrap()
}

/// One line of plain text, without a credential.
fn check_message(failure: &Failure) {
    let text = format!("{failure} {failure:?}");
    for secret in [PASSWORD, TOKEN, &basic()["Basic ".len()..]] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(!failure.to_string().contains(char::is_control), "{text:?}");
}

fn sha256(body: impl AsRef<[u8]>) -> String {
    let hash = digest(&SHA256, body.as_ref());
    let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
