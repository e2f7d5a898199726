//! Without a login: which digest is taken from which answer.

use dfopt::registry::{Cause, Client};

use super::script::{Reply, Request, Server};
use super::{INDEX, INDEX_TYPE, ask, hasty, options, reference, sha256};

const PATH: &str = "/v2/library/app/manifests/1";

/// A registry that serves `INDEX` with these headers, of which `HEAD` gets the first ones only.
fn serving(
    head: &'static [(&'static str, &'static str)],
    get: &'static [(&'static str, &'static str)],
) -> Server {
    Server::start(move |request: &Request| match request.is("HEAD") {
        true => Reply::new(200, head, ""),
        false => Reply::new(200, get, INDEX),
    })
}

fn cause(server: &Server) -> Cause {
    ask(options(), &server.domain()).unwrap_err().cause
}

#[test]
fn head_is_enough() {
    let digest = sha256(INDEX);
    let served = digest.clone();
    let server = Server::start(move |_: &Request| {
        Reply::new(200, &[("docker-content-digest", &served), ("content-type", INDEX_TYPE)], "")
    });
    assert_eq!(ask(options(), &server.domain()).unwrap().digest, digest);
    let seen = server.seen();
    assert_eq!(server.lines(), [format!("HEAD {PATH}")]);
    assert_eq!(seen[0].header("user-agent"), Some(concat!("dfopt/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(seen[0].header("authorization"), None);
    let accepted: Vec<&str> = seen[0].header("accept").unwrap().split(", ").collect();
    assert_eq!(
        accepted,
        [
            INDEX_TYPE,
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
        ]
    );
}

#[test]
fn each_of_several_tags_takes_one_request() {
    let digest = sha256(INDEX);
    let served = digest.clone();
    let server = Server::start(move |_: &Request| Reply::new(200, &[("Docker-Content-Digest", &served)], ""));
    let client = Client::new(options()).unwrap();
    std::thread::scope(|scope| {
        for image in 0..8 {
            let (client, server, digest) = (&client, &server, &digest);
            scope.spawn(move || {
                let mut reference = reference(&server.domain());
                reference.path = format!("library/app{image}");
                assert_eq!(client.digest(&reference).unwrap().digest, *digest);
            });
        }
    });
    assert_eq!(server.lines().len(), 8);
}

#[test]
fn the_manifest_is_hashed_where_head_tells_no_digest() {
    for head in [&[][..], &[("content-type", INDEX_TYPE)]] {
        let server = serving(head, &[("content-type", INDEX_TYPE)]);
        assert_eq!(ask(options(), &server.domain()).unwrap().digest, sha256(INDEX));
        assert_eq!(server.lines(), [format!("HEAD {PATH}"), format!("GET {PATH}")]);
    }
}

#[test]
fn the_manifest_is_hashed_where_head_is_of_another_type_or_not_allowed() {
    let html = Server::start(|request: &Request| match request.is("HEAD") {
        true => {
            Reply::new(200, &[("content-type", "text/html"), ("docker-content-digest", &sha256("x"))], "")
        }
        false => Reply::new(200, &[("content-type", INDEX_TYPE)], INDEX),
    });
    let no_head = Server::start(|request: &Request| match request.is("HEAD") {
        true => Reply::new(405, &[], ""),
        false => Reply::new(200, &[("content-type", INDEX_TYPE)], INDEX),
    });
    for server in [html, no_head] {
        assert_eq!(ask(options(), &server.domain()).unwrap().digest, sha256(INDEX));
    }
}

#[test]
fn a_header_that_is_not_of_the_body_is_refused() {
    let matching = Server::start(|request: &Request| match request.is("HEAD") {
        true => Reply::new(200, &[], ""),
        false => {
            Reply::new(200, &[("docker-content-digest", &sha256(INDEX)), ("content-type", INDEX_TYPE)], INDEX)
        }
    });
    assert_eq!(ask(options(), &matching.domain()).unwrap().digest, sha256(INDEX));
    let lying = Server::start(|request: &Request| match request.is("HEAD") {
        true => Reply::new(200, &[], ""),
        false => Reply::new(
            200,
            &[("docker-content-digest", &sha256("other")), ("content-type", INDEX_TYPE)],
            INDEX,
        ),
    });
    let Cause::Wrong(why) = cause(&lying) else { panic!("{:?}", cause(&lying)) };
    assert!(why.contains("Docker-Content-Digest"), "{why}");
}

#[test]
fn digests_of_another_form_are_refused() {
    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for digest in [
        String::new(),
        HEX.to_owned(),
        "sha256:".to_owned(),
        format!("sha256:{}", &HEX[1..]),
        format!("sha256:{HEX}0"),
        format!("sha256:{}", HEX.to_uppercase()),
        format!("sha512:{HEX}{HEX}"),
        format!("sha256:{HEX}, sha256:{HEX}"),
        format!("sha256:{}\u{1b}[2J", &HEX[4..]),
        format!("sha256:{}\"", &HEX[1..]),
    ] {
        let served = digest.clone();
        let server =
            Server::start(move |_: &Request| Reply::new(200, &[("docker-content-digest", &served)], ""));
        assert!(matches!(cause(&server), Cause::Wrong(_)), "{digest}: {:?}", cause(&server));
    }
}

#[test]
fn bodies_that_are_no_manifest_are_refused() {
    for body in
        ["", "{", "<html>", "[]", "null", "{\"schemaVersion\":1}", "\u{1b}]0;x\u{7}", "{\"schemaVersion\":2}"]
    {
        let server = Server::start(move |request: &Request| match request.is("HEAD") {
            true => Reply::new(200, &[], ""),
            false => Reply::new(200, &[("content-type", INDEX_TYPE)], body),
        });
        assert!(matches!(cause(&server), Cause::Wrong(_)), "{body}: {:?}", cause(&server));
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = Server::start(|_: &Request| Reply::new(404, &[], ""));
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert_eq!(failure.cause, Cause::NotFound("library/app:1".into()));
    assert_eq!(failure.to_string(), format!("{} has no image library/app:1", server.domain()));
    assert!(failure.is_lasting());
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_redirect_is_followed() {
    let server = Server::start(|request: &Request| match request.line.contains("/elsewhere") {
        true => Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], ""),
        false => Reply::new(307, &[("location", "/elsewhere?x=y")], ""),
    });
    assert_eq!(ask(options(), &server.domain()).unwrap().digest, sha256(INDEX));
    assert_eq!(server.lines()[1], "HEAD /elsewhere?x=y");
}

#[test]
fn nobody_there_is_said() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let failure = ask(options(), &format!("127.0.0.1:{port}")).unwrap_err();
    assert_eq!(failure.to_string(), format!("cannot connect to 127.0.0.1:{port}: connection refused"));
    assert!(!failure.is_lasting());
    // A port beyond all ports, and a name that is reserved for nobody (RFC 6761).
    assert!(matches!(ask(options(), "localhost:99999").unwrap_err().cause, Cause::Unreachable(_)));
    let failure = ask(hasty(), "registry.invalid").unwrap_err();
    assert!(matches!(failure.cause, Cause::Unreachable(_) | Cause::TimedOut), "{failure}");
}
