//! The hosts that may be asked without TLS: this machine, and those that the user names.

use ureq::http::Uri;

use super::address;

/// Names as the user gives them: `host` for all its ports, or `host:port`.
#[derive(Clone, Debug)]
pub(super) struct PlainHosts(pub(super) Vec<String>);

impl PlainHosts {
    /// Whether the host of `uri`, at its port, is one of them.
    pub(super) fn cover(&self, uri: &Uri) -> bool {
        let host = address::bare(uri.host().unwrap_or_default());
        address::is_loopback(host) || self.0.iter().any(|entry| names(entry, host, uri.port_u16()))
    }
}

fn names(entry: &str, host: &str, port: Option<u16>) -> bool {
    // An IPv6 address needs no brackets where it stands alone.
    let Ok(authority) = entry.parse::<ureq::http::uri::Authority>() else {
        return entry.eq_ignore_ascii_case(host);
    };
    let is_host = address::bare(authority.host()).eq_ignore_ascii_case(host);
    is_host && (authority.port_u16().is_none() || authority.port_u16() == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_covered_with_their_ports() {
        let hosts = PlainHosts(
            ["Registry.lan", "other.lan:5000", "fd00::1", "[fd00::2]:80"].map(Into::into).to_vec(),
        );
        for uri in [
            "https://registry.LAN/",
            "http://registry.lan:5000/",
            "http://other.lan:5000/",
            "http://[fd00::1]:5/",
            "http://[fd00::2]:80/",
            "http://localhost:5000/",
            "http://127.0.0.2/",
        ] {
            assert!(hosts.cover(&uri.parse().unwrap()), "{uri}");
        }
        for uri in [
            "http://a.registry.lan/",
            "http://other.lan/",
            "http://other.lan:5001/",
            "http://[fd00::2]:81/",
            "http://10.0.0.1/",
        ] {
            assert!(!hosts.cover(&uri.parse().unwrap()), "{uri}");
        }
    }
}
