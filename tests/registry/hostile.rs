//! Registries that mean harm: each gets a clear refusal, in time.

use dfopt::registry::{Cause, Options};

use super::script::{Reply, Request, Server};
use super::{INDEX_TYPE, TOKEN, ask, basic, hasty, logged_in, options};

/// What is said of a registry that answers everything with this.
fn refused(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Cause {
    refused_within(options(), reply)
}

fn refused_within(options: Options, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Cause {
    let server = Server::start(move |_: &Request| reply());
    ask(options, &server.domain()).unwrap_err().cause
}

/// What is said of one that answers `HEAD` without a digest, and `GET` with this.
fn refused_body(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Cause {
    let server = Server::start(move |request: &Request| match request.is("HEAD") {
        true => Reply::new(200, &[], ""),
        false => reply(),
    });
    ask(options(), &server.domain()).unwrap_err().cause
}

fn is_wrong(cause: &Cause) -> bool {
    matches!(cause, Cause::Wrong(_))
}

#[test]
fn silence_and_drips_end_with_the_time_limit() {
    let head = || b"HTTP/1.1 200 OK\r\n".to_vec();
    assert_eq!(refused_within(hasty(), || Reply::Silence), Cause::TimedOut);
    assert_eq!(
        refused_within(hasty(), || Reply::Drip(b"HTTP/1.1 200 ".to_vec(), b"OK".to_vec())),
        Cause::TimedOut
    );
    assert_eq!(
        refused_within(hasty(), move || Reply::Drip(head(), b"X-Long: yes\r\n".to_vec())),
        Cause::TimedOut
    );
    assert_eq!(
        refused_within(hasty(), || Reply::Drip(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())),
        Cause::TimedOut
    );
    let server = Server::start(|request: &Request| match request.is("HEAD") {
        true => Reply::new(200, &[], ""),
        false => Reply::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"{ ".to_vec()),
    });
    assert_eq!(ask(hasty(), &server.domain()).unwrap_err().cause, Cause::TimedOut);
}

#[test]
fn endless_headers_are_cut_off() {
    for (start, more) in [
        ("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"),
        ("HTTP/1.1 200 OK\r\nX-Long: ", "aaaaaaaaaaaaaaaa"),
        ("", "HTTP/1.1 "),
        ("HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=\"", "http://"),
    ] {
        let cause = refused(move || Reply::Endless(start.into(), more.into()));
        assert!(is_wrong(&cause), "{start:?} {more:?}: {cause:?}");
    }
    // These are answers on the way to the real one, which never comes.
    let cause =
        refused_within(hasty(), || Reply::Endless(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100)));
    assert!(matches!(cause, Cause::TimedOut | Cause::Wrong(_)), "{cause:?}");
}

#[test]
fn huge_headers_are_refused() {
    let huge = "a".repeat(40 << 10);
    let digest = format!("sha256:{}", "a".repeat(64));
    let reply = move || Reply::new(200, &[("docker-content-digest", &digest), ("x-huge", &huge)], "");
    assert!(is_wrong(&refused(reply)));
}

#[test]
fn endless_bodies_are_cut_off() {
    let head =
        |more: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: {INDEX_TYPE}\r\n{more}\r\n").into_bytes();
    let spaces = || vec![b' '; 8192];
    let chunks = || [b"2000\r\n".to_vec(), vec![b' '; 8192], b"\r\n".to_vec()].concat();
    for cause in [
        refused_body(move || Reply::Endless(head(""), spaces())),
        refused_body(move || Reply::Endless(head("Content-Length: 999999999999\r\n"), spaces())),
        refused_body(move || Reply::Endless(head("Transfer-Encoding: chunked\r\n"), chunks())),
    ] {
        assert_eq!(cause, Cause::Wrong("it is too long".into()));
    }
}

#[test]
fn bodies_that_end_too_early_are_refused() {
    let head =
        |more: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: {INDEX_TYPE}\r\n{more}\r\n").into_bytes();
    let index = || br#"{"schemaVersion":2,"manifests":[]}"#.to_vec();
    let cause = refused_body(move || Reply::Bytes([head("Content-Length: 50\r\n"), index()].concat()));
    assert!(matches!(cause, Cause::Unreachable(_)), "{cause:?}");
    let cause = refused_body(move || {
        Reply::Bytes([head("Transfer-Encoding: chunked\r\n"), b"22\r\n".to_vec(), index()].concat())
    });
    assert!(matches!(cause, Cause::Unreachable(_)), "{cause:?}");
}

#[test]
fn answers_that_are_no_http_are_refused() {
    for text in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDocker-Content-Digest: a\u{0}b\r\n\r\n",
        "\r\n\r\n\r\n",
    ] {
        let cause = refused(move || Reply::Bytes(text.into()));
        assert!(!matches!(cause, Cause::NotFound(_) | Cause::Unauthorised(_)), "{text:?}: {cause:?}");
    }
    assert!(is_wrong(&refused(|| Reply::Bytes(b"<html>no such thing</html>\r\n\r\n".to_vec()))));
}

#[test]
fn odd_statuses_are_told() {
    for status in [100, 101, 103, 199, 204, 206, 299, 300, 304, 306, 402, 451, 499] {
        let cause = refused(move || Reply::new(status, &[], ""));
        let is_told =
            matches!(cause, Cause::Status(..) | Cause::Wrong(_) | Cause::TimedOut | Cause::Unreachable(_));
        assert!(is_told, "{status}: {cause:?}");
    }
    assert_eq!(refused(|| Reply::new(451, &[], "")), Cause::Status(451, None));
}

#[test]
fn redirects_without_end_end() {
    let server = Server::start(|request: &Request| {
        let again = format!("/{}", request.line.len());
        Reply::new(302, &[("location", &again)], "")
    });
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert!(failure.to_string().ends_with("it redirects again and again"), "{failure}");
    assert_eq!(server.lines().len(), 6, "the first, and five more");
}

#[test]
fn redirects_to_nowhere_are_refused() {
    for location in
        ["", "relative", "ftp://a/", "https://", "http://registry.example/", "https://u:p@a/", "\u{1b}[2J"]
    {
        let cause = refused(move || Reply::new(302, &[("location", location)], ""));
        assert!(is_wrong(&cause), "{location}: {cause:?}");
    }
    assert!(is_wrong(&refused(|| Reply::new(302, &[], ""))));
}

/// The registry takes the password, and then sends its owner to another one: that one must not see it.
#[test]
fn credentials_do_not_travel() {
    for (challenge, is_token) in [("Basic realm=\"r\"".to_owned(), false), ("Bearer".to_owned(), true)] {
        let other = Server::start(|_: &Request| {
            Reply::new(401, &[("www-authenticate", "Basic realm=\"give me that\"")], "")
        });
        let location = format!("http://{}/v2/", other.domain());
        let server = Server::start(move |request: &Request| {
            if request.line.contains("/token") {
                return Reply::new(200, &[], &format!("{{\"token\":\"{TOKEN}\"}}"));
            }
            if request.header("authorization").is_some() {
                return Reply::new(307, &[("location", &location)], "");
            }
            let realm = format!("http://{}/token", request.header("host").unwrap());
            let bearer = format!("{challenge} realm=\"{realm}\"");
            Reply::new(401, &[("www-authenticate", if is_token { &bearer } else { &challenge })], "")
        });
        let (_folder, options) = logged_in(&server.domain());
        let failure = ask(options, &server.domain()).unwrap_err();
        assert!(matches!(failure.cause, Cause::Unauthorised(_)), "{failure}");
        assert_eq!(failure.host, other.domain());
        assert_eq!(other.lines().len(), 1, "asked, but not twice");
        assert_eq!(other.seen()[0].header("authorization"), None);
        for secret in [TOKEN, &basic()] {
            assert!(!other.seen()[0].text().contains(secret));
        }
    }
}
