//! What a registry serves now for an image reference: the digest that `image@sha256:…` would pin.
//!
//! Source: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>. HEAD goes first:
//! registries that count pulls do not count it
//! (<https://docs.docker.com/docker-hub/usage/pulls/#pull-definition>).

mod access;
mod address;
mod breakdown;
mod challenge;
mod credentials;
mod deadline;
mod exchange;
mod failure;
mod helper;
mod manifest;
mod plain_hosts;
mod proxies;
mod retry_after;
mod schemes;
mod token;
mod trust;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result as AnyResult;
use dfopt_analysis::Reference;
use ureq::http::Uri;

use access::Access;
use credentials::Credentials;
use deadline::Deadline;
use exchange::{Exchange, Method, Question};
pub use failure::{Cause, Failure};
use plain_hosts::PlainHosts;
use proxies::Proxies;
use schemes::Schemes;

/// How registries are asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// For all that one reference takes: tokens, retries, and every byte of the answers.
    pub timeout: Duration,
    /// Certificates in PEM form that are trusted, in addition to those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// Hosts (`host` or `host:port`) that may be asked over plain HTTP. Loopback always may.
    pub plain_http: Vec<String>,
    /// The folder of Docker's `config.json`; by default `DOCKER_CONFIG`, or `.docker` in the home folder.
    pub docker_config: Option<PathBuf>,
}

/// Asks registries. Threads may share it, and then share tokens and connections.
#[derive(Debug)]
pub struct Client {
    timeout: Duration,
    exchange: Exchange,
    access: Access,
    schemes: Schemes,
}

/// What a registry serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `sha256:…`, of the index where the image has one.
    pub digest: String,
}

impl Client {
    /// Does nothing yet but read the CA file.
    ///
    /// # Errors
    /// Where that file cannot be read or holds no certificate.
    pub fn new(options: Options) -> AnyResult<Self> {
        let certificates = options.ca_file.as_deref().map(trust::certificates).transpose()?;
        let proxies = Proxies::from(|name| std::env::var(name).ok());
        let plain = PlainHosts(options.plain_http);
        Ok(Self {
            timeout: options.timeout,
            exchange: Exchange::new(certificates.unwrap_or_default(), proxies, plain),
            access: Access::with(Credentials::of(options.docker_config.or_else(docker_config))),
            schemes: Schemes::default(),
        })
    }

    /// The digest that the tag of `reference` has now. A digest that it names itself plays no role.
    ///
    /// # Errors
    /// Where the registry cannot be asked in time, or gives no answer that can be trusted.
    pub fn digest(&self, reference: &Reference) -> Result<Answer, Failure> {
        let deadline = Deadline::after(self.timeout);
        let uri = self.manifest_uri(reference, deadline)?;
        let head = self.ask(&Method::Head, &uri, reference, deadline)?;
        let is_manifest = head.header("content-type").is_none_or(manifest::is_media_type);
        if head.status.as_u16() == 200
            && is_manifest
            && let Some(digest) = claimed(&head)?
        {
            return Ok(Answer { digest });
        }
        // No digest, or no HEAD at all (405).
        let get = self.ask(&Method::Get, &uri, reference, deadline)?;
        if get.status.as_u16() != 200 {
            return Err(failed(&get.uri, Cause::Status(get.status.as_u16(), None)));
        }
        from_body(get)
    }

    fn manifest_uri(&self, reference: &Reference, deadline: Deadline) -> Result<Uri, Failure> {
        let Reference { domain, path, .. } = reference;
        let host = if domain == "docker.io" { "registry-1.docker.io" } else { domain };
        let uri =
            address::parse(&format!("https://{host}/v2/{path}/manifests/{}", reference.tag_or_latest()));
        let no_uri =
            || Failure { host: host.to_owned(), cause: Cause::Unreachable("it is no address".into()) };
        Ok(self.schemes.settle(&self.exchange, uri.ok_or_else(no_uri)?, deadline))
    }

    /// The answer to HEAD or GET, of status 200 or 405, after one login where one is wanted.
    fn ask(
        &self,
        method: &Method,
        uri: &Uri,
        reference: &Reference,
        deadline: Deadline,
    ) -> Result<exchange::Answer, Failure> {
        let ask = |authorization: Option<&str>| {
            let question = Question {
                method: method.clone(),
                uri: uri.clone(),
                accept: manifest::ACCEPT,
                authorization,
            };
            self.exchange.ask(&question, deadline)
        };
        let mut answer = ask(self.access.known(uri, &reference.path).as_deref())?;
        // Who is asked after a redirect gets no credential, so its challenge is not met either.
        if answer.status.as_u16() == 401 && address::same_origin(&answer.uri, uri) {
            let lines =
                answer.headers.get_all("www-authenticate").iter().filter_map(|line| line.to_str().ok());
            let challenge = challenge::parse(lines);
            let authorization =
                self.access.earn(&self.exchange, uri, challenge.as_ref(), reference, deadline)?;
            answer = ask(Some(&authorization))?;
        }
        let cause = match answer.status.as_u16() {
            200 | 405 => return Ok(answer),
            401 | 403 => Cause::Unauthorised(self.access.advice(reference, deadline)),
            404 => Cause::NotFound(format!("{}:{}", reference.path, reference.tag_or_latest())),
            status => Cause::Status(status, None),
        };
        Err(failed(&answer.uri, cause))
    }
}

/// `DOCKER_CONFIG`, or `.docker` in the home folder, as Docker has it.
fn docker_config() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("DOCKER_CONFIG").or_else(|| Some(std::env::home_dir()?.join(".docker")))
}

/// The digest that the header names; it must look like one.
fn claimed(answer: &exchange::Answer) -> Result<Option<String>, Failure> {
    let Some(value) = answer.headers.get("docker-content-digest") else { return Ok(None) };
    match value.to_str() {
        Ok(digest) if manifest::is_digest(digest) => Ok(Some(digest.to_owned())),
        _ => Err(failed(&answer.uri, Cause::Wrong("its Docker-Content-Digest is no SHA-256 digest".into()))),
    }
}

/// The digest of the manifest itself.
fn from_body(answer: exchange::Answer) -> Result<Answer, Failure> {
    let uri = answer.uri.clone();
    let wrong = |why: &str| failed(&uri, Cause::Wrong(why.to_owned()));
    let claimed = claimed(&answer)?;
    let content_type = answer.header("content-type").map(str::to_owned);
    let body = answer.read(manifest::LONGEST)?;
    let digest = manifest::digest_of(&body);
    if claimed.is_some_and(|claimed| claimed != digest) {
        return Err(wrong("its Docker-Content-Digest is not that of the manifest"));
    }
    manifest::check(&body, content_type.as_deref()).map_err(wrong)?;
    Ok(Answer { digest })
}

fn failed(uri: &Uri, cause: Cause) -> Failure {
    Failure { host: address::authority(uri), cause }
}
