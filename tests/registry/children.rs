//! What depends on the environment: credential helpers on `PATH`, and proxies. A test cannot change its own
//! environment, so it runs itself again with another one.

use std::net::TcpListener;
use std::process::Command;

use dfopt::registry::{Client, Options};
#[cfg(unix)]
use serde_json::json;
#[cfg(unix)]
use tempfile::TempDir;

#[cfg(unix)]
use super::script::{Reply, Request, Server};
#[cfg(unix)]
use super::{INDEX, PASSWORD, TOKEN, USER, basic, sha256};
use super::{check_message, options, reference};

const DOMAIN: &str = "DFOPT_TEST_DOMAIN";

/// Not a test of its own: what the others run in another environment.
#[test]
fn child() {
    let Ok(domain) = std::env::var(DOMAIN) else { return };
    let timeout = std::env::var("DFOPT_TEST_MILLISECONDS").ok().and_then(|limit| limit.parse().ok());
    let timeout = timeout.map_or(options().timeout, std::time::Duration::from_millis);
    let client = Client::new(Options { docker_config: None, timeout, ..options() }).unwrap();
    match client.digest(&reference(&domain)) {
        Ok(answer) => eprintln!("ANSWER {}", answer.digest),
        Err(failure) => {
            check_message(&failure);
            eprintln!("ANSWER {failure}");
        }
    }
}

/// What the child says of the registry at `domain`.
fn run(domain: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["registry::children::child", "--exact", "--nocapture"]).env_clear().env(DOMAIN, domain);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let (_, answer) = text.split_once("ANSWER ").unwrap_or_else(|| panic!("{text}"));
    answer.lines().next().unwrap().to_owned()
}

/// A home folder whose `config.json` names the helper `test`, and the helper itself, in shell.
#[cfg(unix)]
fn with_helper(script: &str) -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;

    let home = tempfile::tempdir().unwrap();
    let helper = home.path().join("docker-credential-test");
    std::fs::write(&helper, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    std::fs::write(home.path().join(".docker/config.json"), json!({"credsStore": "test"}).to_string())
        .unwrap();
    home
}

#[cfg(unix)]
fn ask_with_helper(domain: &str, home: &TempDir, milliseconds: &str) -> String {
    let home = home.path().to_str().unwrap();
    let path = format!("{home}:{}", std::env::var("PATH").unwrap());
    run(domain, &[("HOME", home), ("PATH", &path), ("DFOPT_TEST_MILLISECONDS", milliseconds)])
}

#[cfg(unix)]
fn closed() -> Server {
    Server::start(|request: &Request| match request.header("authorization") == Some(&basic()) {
        true => Reply::new(200, &[("docker-content-digest", &sha256(INDEX))], ""),
        false => Reply::new(401, &[("www-authenticate", "Basic realm=\"Closed\"")], ""),
    })
}

#[cfg(unix)]
#[test]
fn a_helper_is_asked_for_its_registry() {
    let server = closed();
    let answer = json!({"ServerURL": "x", "Username": USER, "Secret": PASSWORD});
    let home = with_helper(&format!(
        "[ \"$1\" = get ] && [ \"$(cat)\" = {} ] && echo '{answer}'; echo >> \"$HOME/asked\"",
        server.domain()
    ));
    assert_eq!(ask_with_helper(&server.domain(), &home, "30000"), sha256(INDEX));
    assert_eq!(std::fs::read_to_string(home.path().join("asked")).unwrap(), "\n", "once");
}

#[cfg(unix)]
#[test]
fn a_helper_that_does_not_help_is_told_of() {
    let server = closed();
    let asked =
        |script: &str, milliseconds| ask_with_helper(&server.domain(), &with_helper(script), milliseconds);
    let login = format!("no such image, or it needs a login: `docker login {}`", server.domain());
    let nothing = asked("echo 'credentials not found in native keychain'; exit 1", "30000");
    assert!(nothing.ends_with(&login), "{nothing}");
    for (script, milliseconds, why) in [
        (format!("echo '{TOKEN} {PASSWORD}'; exit 3"), "30000", "fails"),
        (format!("echo '{TOKEN} {PASSWORD}'"), "30000", "gives an answer that cannot be read"),
        ("yes".to_owned(), "30000", "fails"),
        ("exec sleep 60".to_owned(), "700", "does not answer in time"),
        ("sleep 60 & exec >&- 2>&- <&-; exec sleep 60".to_owned(), "700", "does not answer in time"),
    ] {
        let said = asked(&script, milliseconds);
        // Where it took all the time, there is none left for the registry.
        let is_told = said.ends_with(&format!("{login}; docker-credential-test {why}"));
        assert!(
            is_told || (said.contains("within the time limit") && milliseconds == "700"),
            "{script}: {said}"
        );
    }
    let missing = with_helper("");
    std::fs::remove_file(missing.path().join("docker-credential-test")).unwrap();
    let said = ask_with_helper(&server.domain(), &missing, "30000");
    assert!(said.ends_with("; docker-credential-test cannot be run"), "{said}");
}

#[test]
fn a_proxy_is_asked_to_connect() {
    use std::io::{Read as _, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://user:secret@{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            text.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let said = run("registry.invalid", &[("https_proxy", &proxy)]);
    assert_eq!(said, "cannot connect to registry.invalid: the proxy does not connect");
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("CONNECT registry.invalid:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="), "{asked}");
}

#[test]
fn a_proxy_that_is_none_is_told_of() {
    let said = run("registry.invalid", &[("HTTPS_PROXY", "socks5://user:secret@127.0.0.1")]);
    assert!(said.ends_with("HTTPS_PROXY names no HTTP proxy that can be used"), "{said}");
    // Loopback, and what NO_PROXY names, is asked without one.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let variables = [("HTTPS_PROXY", "socks5://x"), ("HTTP_PROXY", "socks5://x"), ("NO_PROXY", "invalid")];
    let said = run(&format!("127.0.0.1:{port}"), &variables);
    assert!(said.ends_with("connection refused"), "{said}");
    let said = run("registry.invalid", &variables);
    assert!(!said.contains("PROXY"), "{said}");
}
