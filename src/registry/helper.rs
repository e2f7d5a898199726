//! `docker-credential-NAME get`: programs that keep credentials, asked with a time limit.
//!
//! Source: <https://github.com/docker/docker-credential-helpers#development>: the server on standard input, JSON on
//! standard output.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use super::credentials::Credential;
use super::deadline::Deadline;

const LONGEST_OUTPUT: u64 = 64 << 10;

/// What the helper says for `server`: `None` where it knows nothing.
///
/// # Errors
/// In words that go with the helper's name: `cannot be run`.
pub(super) fn get(name: &str, server: &str, deadline: Deadline) -> Result<Option<Credential>, &'static str> {
    if !is_name(name) {
        return Err("has a name that is not used");
    }
    let mut command = Command::new(format!("docker-credential-{name}"));
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| "cannot be run")?;
    let output = exchange(&mut child, server, deadline);
    let is_success = finished(&mut child, deadline);
    let (Some(output), Some(is_success)) = (output, is_success) else {
        // It may be gone already, and then there is nothing to end.
        let _ = child.kill();
        let _ = child.wait();
        return Err("does not answer in time");
    };
    match is_success {
        true => read(&output).map(Some).ok_or("gives an answer that cannot be read"),
        false if knows_nothing(&output) => Ok(None),
        false => Err("fails"),
    }
}

/// Only what cannot lead to another folder or be an option.
fn is_name(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=100).contains(&name.len()) && name.bytes().all(is_inner)
}

/// Writes and reads on a thread of its own: a helper may do neither.
fn exchange(child: &mut Child, server: &str, deadline: Deadline) -> Option<Vec<u8>> {
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let (sender, receiver) = mpsc::channel();
    let server = server.to_owned();
    std::thread::spawn(move || {
        // One that does not read may still answer.
        let _ = stdin.write_all(server.as_bytes());
        drop(stdin);
        let mut output = Vec::new();
        let _ = stdout.take(LONGEST_OUTPUT).read_to_end(&mut output);
        let _ = sender.send(output);
    });
    receiver.recv_timeout(deadline.remaining()).ok()
}

/// Whether it ended well; `None` where it runs on.
fn finished(child: &mut Child, deadline: Deadline) -> Option<bool> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if !deadline.has_passed() => std::thread::sleep(Duration::from_millis(2)),
            _ => return None,
        }
    }
}

/// The texts by which Docker tells it: `credentials/error.go` of docker-credential-helpers.
fn knows_nothing(output: &[u8]) -> bool {
    let output = String::from_utf8_lossy(output);
    output.trim() == "credentials not found in native keychain"
}

/// `{"ServerURL":…,"Username":…,"Secret":…}`; the user `<token>` says that the secret is an identity token.
fn read(output: &[u8]) -> Option<Credential> {
    let answer: Value = serde_json::from_slice(output).ok()?;
    let text = |key: &str| Some(answer.get(key)?.as_str()?.to_owned());
    let (user, secret) = (text("Username")?, text("Secret")?);
    Some(match user.as_str() {
        "<token>" => Credential::IdentityToken(secret),
        _ => Credential::Password { user, password: secret },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let read = |text: &str| read(text.as_bytes());
        let password = Credential::Password { user: "u".into(), password: "p".into() };
        assert!(read(r#"{"ServerURL":"s","Username":"u","Secret":"p"}"#) == Some(password));
        assert!(
            read(r#"{"Username":"<token>","Secret":"t"}"#) == Some(Credential::IdentityToken("t".into()))
        );
        for wrong in
            ["", "{}", "[]", r#"{"Username":"u"}"#, r#"{"Username":1,"Secret":"p"}"#, "{\"Username\""]
        {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn names_stay_names() {
        for name in ["osxkeychain", "ecr-login", "desktop.exe", "a_b"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "../x", "a/b", "a b", "a\0", "a;b", "\u{e9}", &"a".repeat(101)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
