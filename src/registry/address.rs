//! Where a request goes: schemes, origins, and which hosts are this machine or its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

/// The longest name that DNS has, and a port; what is longer is no host, and would fill a message.
const LONGEST_AUTHORITY: usize = 253 + 6;

/// An absolute `http` or `https` URI without user information; the fragment is gone.
pub(super) fn parse(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let authority = uri.authority()?;
    let port = authority.as_str().strip_prefix(authority.host())?;
    let has_port = port.is_empty() || authority.port_u16().is_some_and(|port| port > 0);
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let fits = authority.as_str().len() <= LONGEST_AUTHORITY;
    (is_http && has_port && fits && !authority.as_str().contains('@')).then_some(uri)
}

/// What a `Location` means where `base` was asked.
pub(super) fn join(base: &Uri, location: &str) -> Option<Uri> {
    if let Some(rest) = location.strip_prefix("//") {
        return parse(&format!("{}://{rest}", base.scheme_str()?));
    }
    if location.starts_with('/') {
        return parse(&format!("{}://{}{location}", base.scheme_str()?, base.authority()?));
    }
    parse(location)
}

/// Scheme, host and port: what credentials are bound to.
pub(super) fn same_origin(one: &Uri, other: &Uri) -> bool {
    let host = |uri: &Uri| uri.host().unwrap_or_default().to_ascii_lowercase();
    one.scheme() == other.scheme() && host(one) == host(other) && port(one) == port(other)
}

pub(super) fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

/// The one that is asked, said or not.
pub(super) fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if is_https(uri) { 443 } else { 80 })
}

/// Host and port as they stand in the URI, for messages: `localhost:5000`.
pub(super) fn authority(uri: &Uri) -> String {
    uri.authority().map(ToString::to_string).unwrap_or_default()
}

/// The host, with a port or without, is this machine: Docker asks these over plain HTTP without being told so
/// (<https://docs.docker.com/reference/cli/dockerd/#insecure-registries>).
pub(super) fn is_loopback(host: &str) -> bool {
    let host = bare(host);
    let is_name = host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
    is_name || host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

/// The host may be on the internet, as far as its name tells: no loopback, link-local or private address. Names
/// are not looked up.
pub(super) fn may_be_public(host: &str) -> bool {
    let name = bare(host);
    match name.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => !is_internal_v4(address),
        Ok(IpAddr::V6(address)) => !is_internal_v6(address),
        Err(_) => !is_loopback(name) && !is_odd_number(name),
    }
}

fn is_internal_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    address.is_loopback() || address.is_private() || address.is_link_local() || first == 0 || is_shared
}

fn is_internal_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

/// `2130706433`, `127.1`, `0x7f.1`: addresses for the resolver, though not written as such.
fn is_odd_number(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_hex = last.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    is_hex || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Without brackets and port.
pub(super) fn bare(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told() {
        for host in
            ["localhost", "LOCALHOST:5000", "a.localhost", "127.0.0.1", "127.9.9.9:80", "::1", "[::1]:5000"]
        {
            assert!(is_loopback(host) && !may_be_public(host), "{host}");
        }
        assert!(is_loopback("[::ffff:127.0.0.1]"));
        for host in ["docker.io", "localhost.example", "128.0.0.1", "10.0.0.1", "[::2]", "127.0.0.1.example"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn internal_addresses_are_told() {
        for host in [
            "10.1.2.3",
            "192.168.0.1:80",
            "172.16.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "[fe80::1]",
            "[fd00::1]:443",
            "[::]",
            "[::ffff:10.0.0.1]",
            "2130706433",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "127.0.0.1.",
        ] {
            assert!(!may_be_public(host), "{host}");
        }
        for host in ["docker.io", "ghcr.io:443", "8.8.8.8", "[2001:4860::8]", "1.example", "172.32.0.1"] {
            assert!(may_be_public(host), "{host}");
        }
    }

    #[test]
    fn only_plain_absolute_uris_are_taken() {
        for text in [
            "",
            "/v2/",
            "ftp://a/",
            "https://user@a/",
            "https://user:word@a/",
            "https:///x",
            "https://a:b/",
            "https://a:/",
            "https://a:99999/",
            "https://a b/",
            "//a/",
            "https://",
            "https://a:0/",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&format!("https://{}/", "a".repeat(300))), None);
        assert!(parse("https://a:5000/x?y=z").is_some());
    }

    #[test]
    fn locations_are_joined_and_origins_compared() {
        let base = parse("https://a:444/v2/x?y").unwrap();
        let joined = |location: &str| join(&base, location).map(|uri| uri.to_string());
        assert_eq!(joined("/b?c=d").as_deref(), Some("https://a:444/b?c=d"));
        assert_eq!(joined("//b/c").as_deref(), Some("https://b/c"));
        assert_eq!(joined("http://b/c").as_deref(), Some("http://b/c"));
        assert_eq!(joined("relative"), None);
        let same = |one: &str, other: &str| same_origin(&parse(one).unwrap(), &parse(other).unwrap());
        assert!(same("https://a/", "https://A:443/x"));
        assert!(!same("https://a/", "http://a/") && !same("https://a/", "https://a:444/"));
        assert!(!same("https://a/", "https://b/") && !same("http://a:443/", "https://a:443/"));
    }
}
