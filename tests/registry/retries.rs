//! Registries that are busy, broken for a moment, or for ever.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dfopt::registry::Cause;

use super::script::{Reply, Request, Server};
use super::{INDEX, ask, options, sha256};

/// A registry that gives `refusal` so many times, and then the digest.
fn at_first(times: usize, refusal: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start(move |_: &Request| match asked.fetch_add(1, Ordering::SeqCst) < times {
        true => refusal(),
        false => Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], ""),
    })
}

#[test]
fn what_may_pass_is_tried_again() {
    for server in [
        at_first(1, || Reply::new(429, &[("retry-after", "0")], "slow down")),
        at_first(2, || Reply::new(503, &[], "")),
        at_first(1, || Reply::new(500, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], "")),
        at_first(2, || Reply::Close),
        at_first(1, || Reply::Bytes(b"HTTP/1.1 200 OK\r\nDocker-Con".to_vec())),
    ] {
        assert_eq!(ask(options(), &server.domain()).unwrap().digest, sha256(INDEX));
    }
}

#[test]
fn there_is_an_end_to_it() {
    for (status, is_limit) in [(429, true), (500, false), (503, false)] {
        let server = at_first(9, move || Reply::new(status, &[("retry-after", "0")], ""));
        let failure = ask(options(), &server.domain()).unwrap_err();
        assert_eq!(matches!(failure.cause, Cause::RateLimited(_)), is_limit, "{failure}");
        assert!(!failure.is_lasting());
        assert_eq!(server.lines().len(), 3);
    }
    let server = at_first(9, || Reply::Close);
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert!(failure.to_string().ends_with("the connection was closed"), "{failure}");
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn nobody_waits_longer_than_there_is_time() {
    let server = at_first(1, || Reply::new(429, &[("retry-after", "3600")], ""));
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert_eq!(failure.cause, Cause::RateLimited(Some(Duration::from_secs(3600))));
    assert!(failure.to_string().ends_with("limits how often it is asked; try again in 3600 s"), "{failure}");
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    for status in [400, 403, 404, 410, 418] {
        let server = at_first(9, move || Reply::new(status, &[], ""));
        assert!(ask(options(), &server.domain()).unwrap_err().is_lasting());
        assert_eq!(server.lines().len(), 1, "{status}");
    }
}
