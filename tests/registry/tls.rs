//! HTTPS: who is trusted, and that nothing is said to anybody else.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dfopt::registry::{Cause, Client, Options};

use super::certificates::Authority;
use super::script::{Reply, Request, Server};
use super::{INDEX, PASSWORD, USER, ask, basic, hasty, logged_in, options, sha256};

fn digest() -> Reply {
    Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], "")
}

#[test]
fn the_ca_file_is_trusted_and_nobody_else() {
    let authority = Authority::new();
    let server = Server::with_tls(authority.certify("127.0.0.1").server(), |_: &Request| digest());
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert!(matches!(failure.cause, Cause::Untrusted(_)), "{failure}");
    assert!(failure.to_string().contains("its issuer is not known"), "{failure}");
    assert!(server.lines().is_empty(), "not a word before the certificate is trusted");
    let trusting = Options { ca_file: Some(authority.file()), ..options() };
    assert_eq!(ask(trusting, &server.domain()).unwrap().digest, sha256(INDEX));
    let stranger = Authority::new();
    let other = Options { ca_file: Some(stranger.file()), ..options() };
    assert!(matches!(ask(other, &server.domain()).unwrap_err().cause, Cause::Untrusted(_)));
}

#[test]
fn certificates_of_others_or_of_the_past_are_not_trusted() {
    let authority = Authority::new();
    for (certified, why) in [
        (authority.certify("127.0.0.2"), "another host"),
        (authority.certify_until("127.0.0.1", 2000), "expired"),
    ] {
        let server = Server::with_tls(certified.server(), |_: &Request| digest());
        let trusting = Options { ca_file: Some(authority.file()), ..options() };
        let failure = ask(trusting, &server.domain()).unwrap_err();
        assert!(
            matches!(failure.cause, Cause::Untrusted(_)) && failure.to_string().contains(why),
            "{failure}"
        );
        assert!(server.lines().is_empty());
    }
}

#[test]
fn a_password_goes_to_whom_it_belongs() {
    let authority = Authority::new();
    let server = Server::with_tls(authority.certify("127.0.0.1").server(), |request: &Request| {
        if request.header("authorization") == Some(&basic()) {
            return digest();
        }
        Reply::new(401, &[("www-authenticate", "Basic realm=\"r\"")], "")
    });
    let (_folder, mut options) = logged_in(&server.domain());
    options.ca_file = Some(authority.file());
    assert_eq!(ask(options, &server.domain()).unwrap().digest, sha256(INDEX));
}

#[test]
fn from_https_nobody_is_sent_to_http() {
    let other = Server::start(|_: &Request| digest());
    let location = format!("http://{}/v2/", other.domain());
    let authority = Authority::new();
    let redirecting = Server::with_tls(authority.certify("127.0.0.1").server(), {
        let location = location.clone();
        move |_: &Request| Reply::new(302, &[("location", &location)], "")
    });
    let naming = Server::with_tls(authority.certify("127.0.0.1").server(), move |_: &Request| {
        Reply::new(401, &[("www-authenticate", &format!("Bearer realm=\"{location}\""))], "")
    });
    for server in [redirecting, naming] {
        let (_folder, mut options) = logged_in(&server.domain());
        options.ca_file = Some(authority.file());
        let failure = ask(options, &server.domain()).unwrap_err();
        assert!(failure.to_string().contains("it leads to plain HTTP"), "{failure}");
    }
    assert!(other.lines().is_empty());
}

/// The handshake itself, dripped or never finished.
#[test]
fn a_handshake_has_its_time_too() {
    for is_silent in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let domain = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                std::thread::spawn(move || {
                    let mut hello = [0; 4096];
                    let _ = stream.read(&mut hello);
                    let is_tls = hello[0] == 0x16;
                    // A record of 16 KiB that never comes to its end.
                    let _ = stream.write_all(if is_tls { &[22, 3, 3, 63, 255, 2, 0, 63, 251] } else { &[] });
                    while is_tls && !is_silent && stream.write_all(&[3]).is_ok() {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    let _ = stream.read(&mut hello);
                });
            }
        });
        let failure = ask(hasty(), &domain).unwrap_err();
        assert_eq!(failure.cause, Cause::TimedOut, "{failure}");
    }
}

#[test]
fn a_ca_file_must_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let refused = |why: &str| {
        let error =
            Client::new(Options { ca_file: Some(file.clone()), ..options() }).unwrap_err().to_string();
        assert!(error.contains("ca.pem") && error.contains(why), "{error}");
    };
    refused("no such file");
    for (text, why) in [
        ("", "holds no certificate"),
        ("not PEM", "holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "not a PEM file"),
    ] {
        std::fs::write(&file, text).unwrap();
        refused(why);
    }
}

/// Whoever does not take it gets it once.
#[test]
fn the_same_password_is_not_tried_twice() {
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let authority = Authority::new();
    let server = Server::with_tls(authority.certify("127.0.0.1").server(), move |_: &Request| {
        count.fetch_add(1, Ordering::SeqCst);
        Reply::new(401, &[("www-authenticate", "Basic realm=\"r\"")], "")
    });
    let (_folder, mut options) = logged_in(&server.domain());
    options.ca_file = Some(authority.file());
    let failure = ask(options, &server.domain()).unwrap_err();
    assert!(failure.to_string().ends_with("the stored credential is not taken for this image"), "{failure}");
    assert!(!failure.to_string().contains(USER) && !failure.to_string().contains(PASSWORD));
    // Whether it speaks TLS, without the password, and with it.
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}
