//! `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, read as Docker and other Go programs do.
//!
//! Source: <https://pkg.go.dev/golang.org/x/net/http/httpproxy>. `ALL_PROXY` is not among them.

use std::net::IpAddr;

use ureq::http::Uri;
use ureq::{Proxy, ProxyProtocol};

use super::address;

/// The proxies of the environment.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    /// For `https`; the error where the variable cannot be used.
    pub(super) https: Option<Result<Proxy, Unusable>>,
    /// For `http`.
    pub(super) http: Option<Result<Proxy, Unusable>>,
    exceptions: Vec<Exception>,
}

/// A variable that holds no proxy of a kind that is supported. Its value may hold a password, and is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unusable(pub(super) &'static str);

impl Proxies {
    /// From variables, the upper-case name before the lower-case one.
    pub(super) fn from(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |upper: &str| {
            let set = |name: &str| variable(name).filter(|value| !value.is_empty());
            set(upper).or_else(|| set(&upper.to_ascii_lowercase()))
        };
        let proxy = |name: &'static str| Some(parse(&either(name)?).ok_or(Unusable(name)));
        let exceptions = either("NO_PROXY").unwrap_or_default();
        Self {
            https: proxy("HTTPS_PROXY"),
            http: proxy("HTTP_PROXY"),
            exceptions: exceptions.split(',').filter_map(Exception::parse).collect(),
        }
    }

    /// Whether a proxy, if there is one, is passed by. Loopback always is.
    pub(super) fn is_direct(&self, uri: &Uri) -> bool {
        let host = address::bare(uri.host().unwrap_or_default()).to_ascii_lowercase();
        let port = address::port(uri);
        address::is_loopback(&host) || self.exceptions.iter().any(|exception| exception.covers(&host, port))
    }
}

fn parse(value: &str) -> Option<Proxy> {
    let proxy = Proxy::new(value).ok()?;
    matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https).then_some(proxy)
}

/// One entry of `NO_PROXY`.
#[derive(Clone, Debug)]
enum Exception {
    All,
    /// The network of the first so many bits.
    Network(IpAddr, u32),
    /// The name itself (where the flag is set), and what is below it; at this port, or any.
    Name {
        name: String,
        itself: bool,
        port: Option<u16>,
    },
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text == "*" {
            return Some(Self::All);
        }
        if let Some((network, bits)) = text.split_once('/') {
            return Some(Self::Network(network.parse().ok()?, bits.parse().ok()?));
        }
        let bare = address::bare(&text);
        let port =
            text.rsplit_once(':').filter(|_| bare.len() < text.len()).and_then(|(_, port)| port.parse().ok());
        let name = bare.trim_start_matches("*.").trim_start_matches('.');
        let itself = !bare.starts_with(['*', '.']);
        (!name.is_empty()).then(|| Self::Name { name: name.to_owned(), itself, port })
    }

    fn covers(&self, host: &str, port: u16) -> bool {
        match self {
            Self::All => true,
            Self::Network(network, bits) => {
                host.parse().is_ok_and(|address| shares(*network, address, *bits))
            }
            Self::Name { name, itself, port: only } => {
                let is_below = || host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'));
                only.is_none_or(|only| only == port) && ((*itself && host == name) || is_below())
            }
        }
    }
}

/// Both addresses begin with the same bits.
fn shares(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            bits <= 32 && (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            bits <= 128 && (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn variables_are_read() {
        let proxies = with(&[
            ("https_proxy", "proxy.example:3128"),
            ("HTTP_PROXY", "http://u:p@other"),
            ("http_proxy", "x"),
        ]);
        assert_eq!(proxies.https.unwrap().unwrap().port(), 3128);
        assert_eq!(proxies.http.unwrap().unwrap().host(), "other");
        assert!(with(&[("HTTPS_PROXY", "")]).https.is_none());
        for wrong in ["socks5://user:secret@a", "http://", "ftp://a", "::"] {
            assert_eq!(with(&[("HTTPS_PROXY", wrong)]).https, Some(Err(Unusable("HTTPS_PROXY"))), "{wrong}");
        }
    }

    #[test]
    fn exceptions_cover_as_in_go() {
        let direct =
            |exceptions: &str, uri: &str| with(&[("NO_PROXY", exceptions)]).is_direct(&uri.parse().unwrap());
        for (exceptions, uri) in [
            ("", "https://localhost:5000/"),
            ("", "http://127.0.0.1/"),
            ("*", "https://a/"),
            ("x, Example.com", "https://example.com/"),
            ("example.com", "https://a.EXAMPLE.com/"),
            (".example.com", "https://a.example.com/"),
            ("*.example.com", "https://a.b.example.com/"),
            ("example.com:443", "https://example.com/"),
            ("10.0.0.0/8", "https://10.9.8.7/"),
            ("10.1.2.3", "https://10.1.2.3:5000/"),
            ("fd00::/8", "https://[fd12::1]/"),
            ("[fd12::1]:5000", "https://[fd12::1]:5000/"),
        ] {
            assert!(direct(exceptions, uri), "{exceptions} {uri}");
        }
        for (exceptions, uri) in [
            ("", "https://a/"),
            (",", "https://a/"),
            ("example.com", "https://notexample.com/"),
            (".example.com", "https://example.com/"),
            ("example.com:444", "https://example.com/"),
            ("10.0.0.0/8", "https://11.9.8.7/"),
            ("10.0.0.0/99", "https://10.0.0.0/"),
            ("10.0.0.0/8", "https://[fd12::1]/"),
            ("/", "https://a/"),
        ] {
            assert!(!direct(exceptions, uri), "{exceptions} {uri}");
        }
    }
}
