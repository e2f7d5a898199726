//! Tokens, and the server that gives them.
//!
//! Sources: <https://distribution.github.io/distribution/spec/auth/token/>,
//! <https://distribution.github.io/distribution/spec/auth/oauth/>.

use std::fmt::Write as _;

use serde_json::Value;
use ureq::http::Uri;

use super::access::basic;
use super::address;
use super::credentials::Credential;
use super::deadline::Deadline;
use super::exchange::{Exchange, Method, Question};
use super::failure::{Cause, Failure};

const LONGEST_ANSWER: u64 = 256 << 10;
const LONGEST_TOKEN: usize = 32 << 10;
/// What a token lives where its server says nothing, or less, and what it lives at most; in seconds.
const SHORTEST_LIFE: u64 = 60;
const LONGEST_LIFE: u64 = 3600;

/// The right to pull one repository.
pub(super) struct TokenRequest<'r> {
    /// The token server.
    pub(super) realm: Uri,
    /// Empty where the registry names none.
    pub(super) service: &'r str,
    /// The repository.
    pub(super) path: &'r str,
}

impl TokenRequest<'_> {
    /// The header's value, and for how many seconds it is good.
    pub(super) fn token(
        &self,
        exchange: &Exchange,
        credential: Option<&Credential>,
        deadline: Deadline,
    ) -> Result<(String, u64), Failure> {
        let authorization = match credential {
            Some(Credential::Password { user, password }) => Some(basic(user, password)),
            _ => None,
        };
        let (uri, method) = match credential {
            Some(Credential::IdentityToken(token)) => {
                (Some(self.realm.clone()), Method::Post(self.form(token)))
            }
            _ => (self.get(), Method::Get),
        };
        let failed = |cause| Failure { host: address::authority(&self.realm), cause };
        let uri =
            uri.ok_or_else(|| failed(Cause::Wrong("its token server has no address of HTTP".into())))?;
        let question =
            Question { method, uri, accept: "application/json", authorization: authorization.as_deref() };
        let answer = exchange.ask(&question, deadline)?;
        match answer.status.as_u16() {
            200 => {}
            401 | 403 => return Err(failed(Cause::Unauthorised(String::new()))),
            status => return Err(failed(Cause::Status(status, None))),
        }
        let body = answer.read(LONGEST_ANSWER)?;
        read(&body).ok_or_else(|| failed(Cause::Wrong("it holds no token".into())))
    }

    /// Only the right to pull this one repository is asked for, whatever the registry would have us ask.
    fn parameters(&self) -> String {
        let scope = format!("repository:{}:pull", self.path);
        match self.service {
            "" => format!("scope={}", encoded(&scope)),
            service => format!("service={}&scope={}", encoded(service), encoded(&scope)),
        }
    }

    fn get(&self) -> Option<Uri> {
        let mark = if self.realm.query().is_some() { '&' } else { '?' };
        address::parse(&format!("{}{mark}{}", self.realm, self.parameters()))
    }

    fn form(&self, token: &str) -> String {
        format!(
            "grant_type=refresh_token&client_id=dfopt&{}&refresh_token={}",
            self.parameters(),
            encoded(token)
        )
    }
}

/// For a query and for a form: all but the unreserved bytes of RFC 3986 in hex.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// `{"token": …}` or, of OAuth 2, `{"access_token": …}`, and `expires_in` seconds.
fn read(body: &[u8]) -> Option<(String, u64)> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let text = |key: &str| answer.get(key)?.as_str().filter(|token| !token.is_empty());
    let token = text("token").or_else(|| text("access_token"))?;
    let life = answer.get("expires_in").and_then(Value::as_u64).unwrap_or(SHORTEST_LIFE);
    // Ten seconds before the end it may be too late by the time it arrives.
    let life = life.clamp(SHORTEST_LIFE, LONGEST_LIFE) - 10;
    let is_sound = token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_sound.then(|| (format!("Bearer {token}"), life))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_requests_are_encoded() {
        let of = |realm: &str, service| {
            let request = TokenRequest { realm: address::parse(realm).unwrap(), service, path: "library/a" };
            (request.get().unwrap().to_string(), request.form("t&x"))
        };
        let (get, form) = of("https://a/token", "a b&c=d");
        assert_eq!(get, "https://a/token?service=a%20b%26c%3Dd&scope=repository%3Alibrary%2Fa%3Apull");
        assert!(form.ends_with("&refresh_token=t%26x"), "{form}");
        assert_eq!(
            of("https://a/token?x=y#z", "").0,
            "https://a/token?x=y&scope=repository%3Alibrary%2Fa%3Apull"
        );
    }

    #[test]
    fn tokens_are_read() {
        let read = |text: &str| read(text.as_bytes());
        assert_eq!(read(r#"{"token":"a"}"#), Some(("Bearer a".into(), 50)));
        assert_eq!(read(r#"{"access_token":"b","expires_in":300}"#), Some(("Bearer b".into(), 290)));
        assert_eq!(read(r#"{"token":"","access_token":"b","expires_in":-1}"#), Some(("Bearer b".into(), 50)));
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"token":1}"#,
            r#"{"token":""}"#,
            "{\"token\":\"a\\r\\nX: y\"}",
            r#"{"token":"é"}"#,
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
