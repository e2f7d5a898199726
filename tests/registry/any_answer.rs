//! Whatever a registry sends: an answer or a failure, and no panic.

use std::sync::Arc;
use std::sync::Mutex;

use proptest::prelude::*;

use super::script::{Reply, Request, Server};
use super::{ask, hasty};

/// Parts of answers, in any order, so that most get beyond the first line.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("Content-Length: 5".to_owned()),
        Just("Content-Length: 99999999999999999999".to_owned()),
        Just("Transfer-Encoding: chunked".to_owned()),
        Just("Connection: keep-alive".to_owned()),
        Just("Upgrade: h2c".to_owned()),
        Just("Location: /x".to_owned()),
        Just("Retry-After: 0".to_owned()),
        Just("WWW-Authenticate: Bearer realm=\"/\"".to_owned()),
        Just("Content-Type: application/vnd.oci.image.index.v1+json".to_owned()),
        "Docker-Content-Digest: [\\x01-\\xff]{0,20}",
        "WWW-Authenticate: [ -~]{0,40}",
        "Location: [ -~]{0,40}",
        "[ -~]{0,30}",
        any::<String>(),
    ];
    let body = prop_oneof![any::<Vec<u8>>(), Just(b"5\r\nhello\r\n0\r\n\r\n".to_vec()), Just(b"{}".to_vec())];
    (prop_oneof![100..1000_u16, Just(200), Just(401)], prop::collection::vec(line, 0..6), body).prop_map(
        |(status, lines, body)| {
            let mut bytes = format!("HTTP/1.1 {status} Any\r\n").into_bytes();
            for line in lines {
                bytes.extend(line.into_bytes());
                bytes.extend(b"\r\n");
            }
            [bytes, b"\r\n".to_vec(), body].concat()
        },
    )
}

#[test]
fn no_answer_makes_a_panic() {
    let next = Arc::new(Mutex::new(Vec::new()));
    let server = Server::start({
        let next = Arc::clone(&next);
        move |_: &Request| Reply::Bytes(next.lock().unwrap().clone())
    });
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) };
    proptest!(config, |(bytes in answer())| {
        *next.lock().unwrap() = bytes;
        // Only a digest of the right form is ever an answer.
        if let Ok(answer) = ask(hasty(), &server.domain()) {
            prop_assert!(answer.digest.starts_with("sha256:") && answer.digest.len() == 71);
        }
    });
}
