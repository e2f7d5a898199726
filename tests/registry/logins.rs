//! Registries that want a password.

use dfopt::registry::{Cause, Client};
use serde_json::json;

use super::script::{Reply, Request, Server};
use super::{
    INDEX, PASSWORD, USER, ask, basic, check_message, logged_in, options, reference, sha256, with_config,
};

/// A registry that gives the digest to who shows the password.
fn closed() -> Server {
    Server::start(|request: &Request| match request.header("authorization") == Some(&basic()) {
        true => Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], ""),
        false => Reply::new(401, &[("www-authenticate", "Basic realm=\"Closed\"")], ""),
    })
}

#[test]
fn the_stored_password_opens() {
    let server = closed();
    let (_folder, options) = logged_in(&server.domain());
    let client = Client::new(options).unwrap();
    assert_eq!(client.digest(&reference(&server.domain())).unwrap().digest, sha256(INDEX));
    assert_eq!(server.seen()[0].header("authorization"), None, "only who asks for it gets it");
    assert_eq!(server.lines().len(), 2);
    client.digest(&reference(&server.domain())).unwrap();
    assert_eq!(server.lines().len(), 3, "the second time it is known");
}

#[test]
fn user_and_password_may_stand_in_plain_text() {
    let server = closed();
    let entry = json!({"username": USER, "password": PASSWORD});
    let (_folder, options) =
        with_config(&json!({"auths": {format!("http://{}/v2/", server.domain()): entry}}));
    assert_eq!(ask(options, &server.domain()).unwrap().digest, sha256(INDEX));
}

#[test]
fn without_a_password_the_way_to_log_in_is_told() {
    let server = closed();
    let failure = ask(options(), &server.domain()).unwrap_err();
    let domain = server.domain();
    let told =
        format!("{domain} refuses access: no such image, or it needs a login: `docker login {domain}`");
    assert_eq!(failure.to_string(), told);
    assert_eq!(server.lines().len(), 1);
    // That of another registry is none.
    let (_folder, options) = logged_in("other.example");
    assert!(matches!(ask(options, &server.domain()).unwrap_err().cause, Cause::Unauthorised(_)));
    assert!(server.seen().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_config_that_cannot_be_read_is_told_of_where_it_matters() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), format!("{{\"auths\": {PASSWORD}")).unwrap();
    let mut options = options();
    options.docker_config = Some(folder.path().to_owned());
    let failure = ask(options.clone(), &closed().domain()).unwrap_err();
    assert!(failure.to_string().ends_with("; Docker's config.json is no JSON"), "{failure}");
    let open = Server::start(|_: &Request| Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], ""));
    assert!(ask(options, &open.domain()).is_ok());
}

#[test]
fn what_is_shown_of_a_client_holds_no_secret() {
    let server = closed();
    let (_folder, options) = logged_in(&server.domain());
    let client = Client::new(options).unwrap();
    client.digest(&reference(&server.domain())).unwrap();
    let shown = format!("{client:?}");
    for secret in [PASSWORD, &basic(), &basic()["Basic ".len()..]] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn kinds_of_login_that_are_not_known_are_refused() {
    for challenge in ["Negotiate", "Digest realm=\"r\", nonce=\"n\"", "", "Bearer", "Bearer service=\"s\""] {
        let server =
            Server::start(move |_: &Request| Reply::new(401, &[("www-authenticate", challenge)], ""));
        let (_folder, options) = logged_in(&server.domain());
        let failure = ask(options, &server.domain()).unwrap_err();
        assert!(matches!(failure.cause, Cause::Wrong(_)), "{failure}");
        assert!(server.seen().iter().all(|request| request.header("authorization").is_none()));
        check_message(&failure);
    }
}
