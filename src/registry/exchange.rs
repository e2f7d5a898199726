//! Requests and answers over HTTP: within the deadline, with retries, and with redirects that give nothing away.

use std::io::Read as _;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use ureq::http::{HeaderMap, Request, StatusCode, Uri, header};
use ureq::tls::{Certificate, TlsConfig};
use ureq::{Agent, Body, Proxy};

use super::deadline::Deadline;
use super::failure::{Cause, Failure};
use super::plain_hosts::PlainHosts;
use super::proxies::{Proxies, Unusable};
use super::{address, breakdown, retry_after, trust};

/// What goes out.
#[derive(Clone, Debug)]
pub(super) struct Question<'q> {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) accept: &'static str,
    /// Only for the origin of `uri`.
    pub(super) authorization: Option<&'q str>,
}

#[derive(Clone, Debug)]
pub(super) enum Method {
    Head,
    Get,
    /// With a body of `application/x-www-form-urlencoded`.
    Post(String),
}

/// What comes back; the body waits to be read.
#[derive(Debug)]
pub(super) struct Answer {
    /// Who answered, after redirects.
    pub(super) uri: Uri,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    body: Body,
}

/// Connections, made when they are first needed: reading the system's certificates takes milliseconds.
#[derive(Debug)]
pub(super) struct Exchange {
    certificates: Vec<Certificate<'static>>,
    agents: OnceLock<Agents>,
    proxies: Proxies,
    plain: PlainHosts,
}

#[derive(Debug)]
struct Agents {
    direct: Agent,
    /// Through the proxy of each scheme, where there is one.
    https: Option<Result<Agent, Unusable>>,
    http: Option<Result<Agent, Unusable>>,
}

const MOST_RETRIES: u32 = 2;
const MOST_REDIRECTS: u32 = 5;
const LONGEST_HEADER: usize = 32 << 10;
/// Before the first retry where the registry says nothing; twice that before the second.
const PAUSE: Duration = Duration::from_millis(200);

impl Exchange {
    pub(super) fn new(certificates: Vec<Certificate<'static>>, proxies: Proxies, plain: PlainHosts) -> Self {
        Self { certificates, agents: OnceLock::new(), proxies, plain }
    }

    /// Whether `uri` may be asked over plain HTTP.
    pub(super) fn allows_plain(&self, uri: &Uri) -> bool {
        self.plain.cover(uri)
    }

    /// Why nobody who asked the one may be sent on to the other.
    pub(super) fn objection(&self, from: &Uri, to: &Uri) -> Option<&'static str> {
        let may_be_public = |uri: &Uri| address::may_be_public(uri.host().unwrap_or_default());
        if !address::is_https(to) && (address::is_https(from) || !self.allows_plain(to)) {
            return Some("it leads to plain HTTP");
        }
        (may_be_public(from) && !may_be_public(to)).then_some("it leads into a private network")
    }

    /// The answer to `question`: any status but a redirect, 429 or 5xx.
    pub(super) fn ask(&self, question: &Question<'_>, deadline: Deadline) -> Result<Answer, Failure> {
        let mut question = question.clone();
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.persist(&question, deadline)?;
            if !is_redirect(answer.status) {
                return Ok(answer);
            }
            question = self.redirected(question, &answer)?;
        }
        Err(wrong(&question.uri, "it redirects again and again"))
    }

    /// Asks once more where that may help, as long as there is time.
    fn persist(&self, question: &Question<'_>, deadline: Deadline) -> Result<Answer, Failure> {
        let mut retries = 0;
        loop {
            let failure = match self.once(question, deadline) {
                Ok(answer) => match refusal(&answer) {
                    None => return Ok(answer),
                    Some(cause) => Failure { host: address::authority(&question.uri), cause },
                },
                Err(failure) => failure,
            };
            let pause = pause(&failure.cause, retries).filter(|pause| *pause < deadline.remaining());
            let Some(pause) = pause.filter(|_| retries < MOST_RETRIES) else { return Err(failure) };
            retries += 1;
            std::thread::sleep(pause);
        }
    }

    /// One request, whatever its answer.
    pub(super) fn once(&self, question: &Question<'_>, deadline: Deadline) -> Result<Answer, Failure> {
        let failed = |cause| Failure { host: address::authority(&question.uri), cause };
        let agent = self.agent(&question.uri).map_err(|Unusable(variable)| {
            failed(Cause::Unreachable(format!("{variable} names no HTTP proxy that can be used")))
        })?;
        let limit = deadline.remaining();
        if limit.is_zero() {
            return Err(failed(Cause::TimedOut));
        }
        let mut request = Request::builder().uri(&question.uri).header(header::ACCEPT, question.accept);
        if let Some(authorization) = question.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = match &question.method {
            Method::Head => request.method("HEAD").body(()).map(|it| run(agent, it, limit)),
            Method::Get => request.method("GET").body(()).map(|it| run(agent, it, limit)),
            Method::Post(form) => {
                let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                request.method("POST").body(form.as_str()).map(|it| run(agent, it, limit))
            }
        };
        // A request is only refused where a header has bytes that none may have.
        let answer =
            answer.map_err(|_| failed(Cause::Unauthorised("the credential holds odd bytes".into())))?;
        let (parts, body) = answer.map_err(|error| failed(breakdown::cause(&error)))?.into_parts();
        Ok(Answer { uri: question.uri.clone(), status: parts.status, headers: parts.headers, body })
    }

    /// The question to ask where `answer` points. The credential stays with its origin.
    fn redirected<'q>(&self, question: Question<'q>, answer: &Answer) -> Result<Question<'q>, Failure> {
        let from = &question.uri;
        if matches!(question.method, Method::Post(_)) {
            return Err(wrong(from, "it redirects a request that holds a credential"));
        }
        let Some(to) = answer.header("location").and_then(|location| address::join(from, location)) else {
            return Err(wrong(from, "it redirects to no address of HTTP"));
        };
        if let Some(why) = self.objection(from, &to) {
            return Err(wrong(from, why));
        }
        let authorization = question.authorization.filter(|_| address::same_origin(from, &to));
        Ok(Question { uri: to, authorization, ..question })
    }

    fn agent(&self, uri: &Uri) -> Result<&Agent, Unusable> {
        let agents = self.agents.get_or_init(|| self.agents());
        let proxied = if address::is_https(uri) { &agents.https } else { &agents.http };
        match proxied {
            Some(proxied) if !self.proxies.is_direct(uri) => proxied.as_ref().map_err(|unusable| *unusable),
            _ => Ok(&agents.direct),
        }
    }

    fn agents(&self) -> Agents {
        let tls = trust::tls_config(&self.certificates);
        let through = |proxy: &Option<Result<Proxy, Unusable>>| {
            let proxy = proxy.as_ref()?.as_ref();
            Some(proxy.map(|proxy| agent(&tls, Some(proxy.clone()))).map_err(|unusable| *unusable))
        };
        Agents {
            direct: agent(&tls, None),
            https: through(&self.proxies.https),
            http: through(&self.proxies.http),
        }
    }
}

impl Answer {
    /// A header whose value is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, of at most `limit` bytes.
    pub(super) fn read(self, limit: u64) -> Result<Vec<u8>, Failure> {
        let host = address::authority(&self.uri);
        let mut bytes = Vec::new();
        let mut reader = self.body.into_with_config().limit(u64::MAX).reader().take(limit + 1);
        if let Err(error) = reader.read_to_end(&mut bytes) {
            return Err(Failure { host, cause: breakdown::cause(&ureq::Error::from(error)) });
        }
        if bytes.len() as u64 > limit {
            return Err(Failure { host, cause: Cause::Wrong("it is too long".into()) });
        }
        Ok(bytes)
    }
}

fn agent(tls: &TlsConfig, proxy: Option<Proxy>) -> Agent {
    Agent::config_builder()
        .tls_config(tls.clone())
        .proxy(proxy)
        .user_agent(concat!("dfopt/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(LONGEST_HEADER)
        .build()
        .new_agent()
}

fn run(
    agent: &Agent,
    request: Request<impl ureq::AsSendBody>,
    limit: Duration,
) -> Result<ureq::http::Response<Body>, ureq::Error> {
    agent.run(agent.configure_request(request).timeout_global(Some(limit)).build())
}

/// Asked too often, or out of order.
fn refusal(answer: &Answer) -> Option<Cause> {
    let wait = || answer.header("retry-after").and_then(|value| retry_after::parse(value, SystemTime::now()));
    match answer.status.as_u16() {
        429 => Some(Cause::RateLimited(wait())),
        status @ 500.. => Some(Cause::Status(status, wait())),
        _ => None,
    }
}

/// How long to wait before the next try; `None` where it would not help.
fn pause(cause: &Cause, retries: u32) -> Option<Duration> {
    match cause {
        Cause::RateLimited(wait) | Cause::Status(500.., wait) => Some(wait.unwrap_or(PAUSE * (retries + 1))),
        Cause::Unreachable(why) if why == breakdown::BROKEN => Some(PAUSE * (retries + 1)),
        _ => None,
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn wrong(uri: &Uri, why: &str) -> Failure {
    Failure { host: address::authority(uri), cause: Cause::Wrong(why.to_owned()) }
}
