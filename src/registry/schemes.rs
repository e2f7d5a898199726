//! HTTPS or plain HTTP, for the hosts that may be asked over either.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ureq::http::Uri;

use super::address;
use super::deadline::Deadline;
use super::exchange::{Exchange, Method, Question};
use super::failure::Cause;

/// Which hosts speak TLS, as far as is known.
#[derive(Debug, Default)]
pub(super) struct Schemes(Mutex<BTreeMap<String, bool>>);

/// What a host gets to answer in TLS: some servers of plain HTTP wait for more.
const LONGEST_TRY: Duration = Duration::from_secs(1);

impl Schemes {
    /// `uri`, which is `https`, or the same in `http` where that is allowed and the host does not speak TLS. Docker
    /// does so too: <https://docs.docker.com/reference/cli/dockerd/#insecure-registries>. But a certificate
    /// that is not trusted is no reason to go on without one.
    pub(super) fn settle(&self, exchange: &Exchange, uri: Uri, deadline: Deadline) -> Uri {
        if !exchange.allows_plain(&uri) {
            return uri;
        }
        let host = address::authority(&uri);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&host).copied();
        let speaks_tls = known.unwrap_or_else(|| {
            let speaks_tls = speaks_tls(exchange, &uri, deadline);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone(), speaks_tls);
            speaks_tls
        });
        let plain = || address::parse(&format!("http://{host}{}", uri.path()));
        if speaks_tls { uri } else { plain().unwrap_or(uri) }
    }
}

fn speaks_tls(exchange: &Exchange, uri: &Uri, deadline: Deadline) -> bool {
    let Some(base) = address::join(uri, "/v2/") else { return true };
    let question = Question { method: Method::Head, uri: base, accept: "*/*", authorization: None };
    let limit = (deadline.remaining() / 2).min(LONGEST_TRY);
    match exchange.once(&question, Deadline::after(limit)) {
        Ok(_) => true,
        Err(failure) => matches!(failure.cause, Cause::Untrusted(_)),
    }
}
