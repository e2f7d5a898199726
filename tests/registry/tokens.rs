//! Registries that send one to a token server.

use dfopt::registry::{Cause, Client, Options};
use serde_json::json;

use super::script::{Reply, Request, Server};
use super::{INDEX, TOKEN, ask, basic, check_message, logged_in, options, reference, sha256, with_config};

/// A registry with a token server, which gives `TOKEN` to those that `knows` is true of.
fn registry(knows: fn(&Request) -> bool) -> Server {
    Server::start(move |request: &Request| {
        let host = request.header("host").unwrap();
        if request.line.contains("/token") {
            let token = json!({"token": TOKEN, "expires_in": 300}).to_string();
            return if knows(request) { Reply::new(200, &[], &token) } else { Reply::new(401, &[], "") };
        }
        if request.header("authorization") == Some(&format!("Bearer {TOKEN}")) {
            return Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], "");
        }
        // The scope is more than anybody needs, and must not be asked for.
        let challenge = format!(
            r#"Bearer realm="http://{host}/token",service="the registry",scope="repository:all:pull,push""#
        );
        Reply::new(401, &[("www-authenticate", &challenge)], "")
    })
}

#[test]
fn a_token_for_anybody_is_fetched_once_for_each_repository() {
    let server = registry(|request| request.header("authorization").is_none());
    let client = Client::new(options()).unwrap();
    let reference = reference(&server.domain());
    assert_eq!(client.digest(&reference).unwrap().digest, sha256(INDEX));
    let manifest = "HEAD /v2/library/app/manifests/1".to_owned();
    let token = "GET /token?service=the%20registry&scope=repository%3Alibrary%2Fapp%3Apull".to_owned();
    assert_eq!(server.lines(), [manifest.clone(), token, manifest]);
    client.digest(&reference).unwrap();
    assert_eq!(server.lines().len(), 4);
    let other = dfopt_analysis::Reference { path: "library/other".into(), ..reference };
    client.digest(&other).unwrap();
    assert_eq!(server.lines().len(), 7);
}

#[test]
fn the_password_gets_a_token() {
    let server = registry(|request| request.header("authorization") == Some(&basic()));
    let (_folder, options) = logged_in(&server.domain());
    assert_eq!(ask(options, &server.domain()).unwrap().digest, sha256(INDEX));
    let with_password = |request: &&Request| request.header("authorization") == Some(&basic());
    assert_eq!(server.seen().iter().filter(with_password).count(), 1, "only the token server gets it");
}

#[test]
fn an_identity_token_gets_a_token() {
    let server = registry(|request| {
        request.is("POST")
            && request.body
                == "grant_type=refresh_token&client_id=dfopt&service=the%20registry\
                    &scope=repository%3Alibrary%2Fapp%3Apull&refresh_token=id%3D1%20x"
    });
    let entry = json!({"auth": "dTo=", "identitytoken": "id=1 x"});
    let (_folder, options) = with_config(&json!({"auths": {server.domain(): entry}}));
    assert_eq!(ask(options, &server.domain()).unwrap().digest, sha256(INDEX));
    assert!(!server.seen()[0].text().contains("id=1"));
}

#[test]
fn a_token_server_may_refuse() {
    let server = registry(|_| false);
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert!(failure.to_string().contains("or it needs a login: `docker login"), "{failure}");
    let (_folder, options) = logged_in(&server.domain());
    let failure = ask(options, &server.domain()).unwrap_err();
    assert!(failure.to_string().ends_with("the stored credential is not taken for this image"), "{failure}");
}

/// A registry whose token server gives this answer.
fn with_token_answer(reply: fn() -> Reply) -> Server {
    Server::start(move |request: &Request| {
        let host = request.header("host").unwrap();
        let challenge = format!("Bearer realm=\"http://{host}/token\"");
        match request.line.contains("/token") {
            true => reply(),
            false => Reply::new(401, &[("www-authenticate", &challenge)], ""),
        }
    })
}

#[test]
fn answers_without_a_sound_token_are_refused() {
    for reply in [
        || Reply::new(200, &[], ""),
        || Reply::new(200, &[], "{\"token\":"),
        || Reply::new(200, &[], "{\"token\":[]}"),
        || Reply::new(200, &[], "{\"token\":\"a\\r\\nX-Evil: 1\"}"),
        || Reply::new(200, &[], &format!("{{\"token\":\"{}\"}}", "a".repeat(100_000))),
        || Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n{\"token\":\"".to_vec(), vec![b'a'; 4096]),
    ] {
        let failure = ask(options(), &with_token_answer(reply).domain()).unwrap_err();
        assert!(matches!(failure.cause, Cause::Wrong(_)), "{failure}");
    }
}

#[test]
fn asking_for_tokens_without_end_ends() {
    let server = with_token_answer(|| Reply::new(200, &[], &json!({"token": TOKEN}).to_string()));
    let failure = ask(options(), &server.domain()).unwrap_err();
    assert!(matches!(failure.cause, Cause::Unauthorised(_)), "{failure}");
    assert_eq!(server.lines().len(), 3, "one login, and no more");
}

#[test]
fn token_servers_are_as_safe_as_the_registry() {
    for realm in [
        "http://tokens.example/token",
        "http://8.8.8.8/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "/token",
        "",
        "https://user:word@127.0.0.1/",
        "file:///etc/passwd",
        "\u{1b}[31m",
    ] {
        let challenge = format!("Bearer realm=\"{realm}\",service=\"s\"");
        let server =
            Server::start(move |_: &Request| Reply::new(401, &[("www-authenticate", &challenge)], ""));
        let (_folder, options) = logged_in(&server.domain());
        let failure = ask(options, &server.domain()).unwrap_err();
        assert!(matches!(failure.cause, Cause::Wrong(_)), "{realm}: {failure}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[test]
fn a_token_server_that_sends_on_does_not_send_the_password_on() {
    let other = Server::start(|_: &Request| Reply::new(200, &[], "{\"token\":\"x\"}"));
    let location = format!("http://{}/token", other.domain());
    let server = Server::start(move |request: &Request| {
        let challenge = format!("Bearer realm=\"http://{}/token\"", request.header("host").unwrap());
        match request.line.contains("/token") {
            true => Reply::new(307, &[("location", &location)], ""),
            false => Reply::new(401, &[("www-authenticate", &challenge)], ""),
        }
    });
    let (_folder, options) = logged_in(&server.domain());
    ask(options, &server.domain()).unwrap_err();
    assert_eq!(other.lines().len(), 1);
    assert_eq!(other.seen()[0].header("authorization"), None);
    // An identity token would go with the body: there, nobody is sent anywhere.
    let entry = json!({"identitytoken": "the-identity"});
    let (_folder, options) = with_config(&json!({"auths": {server.domain(): entry}}));
    let failure =
        Client::new(Options { ..options }).unwrap().digest(&reference(&server.domain())).unwrap_err();
    check_message(&failure);
    assert!(failure.to_string().contains("redirects a request that holds a credential"), "{failure}");
    assert_eq!(other.lines().len(), 1);
}
