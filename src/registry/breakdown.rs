//! What the HTTP library's errors mean. Their own texts are not shown: they may quote what a server sent.

use std::io;

use rustls::CertificateError;
use ureq::Error;

use super::failure::Cause;

/// A connection that was there and is not any more: the one kind of `Unreachable` for which a retry helps.
pub(super) const BROKEN: &str = "the connection was closed";

/// What answers is not TLS: a registry on plain HTTP does so.
pub(super) const NO_TLS: &str = "it does not speak TLS";

/// The cause behind an error of a request.
pub(super) fn cause(error: &Error) -> Cause {
    match error {
        Error::Timeout(_) => Cause::TimedOut,
        Error::HostNotFound => unreachable("the host is not known"),
        Error::Io(error) => of_io(error),
        Error::Rustls(error) => of_tls(error),
        Error::Tls(_) | Error::TlsRequired => unreachable("no TLS connection is possible"),
        Error::ConnectProxyFailed(_) => unreachable("the proxy does not connect"),
        Error::LargeResponseHeader(..) => wrong("its header is too long"),
        Error::BodyExceedsLimit(_) => wrong("it is too long"),
        Error::Protocol(_) | Error::Http(_) | Error::BodyStalled => wrong("it is no HTTP"),
        Error::BadUri(_) => wrong("its address cannot be used"),
        _ => unreachable("the request failed"),
    }
}

fn of_io(error: &io::Error) -> Cause {
    // Both libraries wrap their own errors where only one of `io` fits.
    if let Some(inner) = error.get_ref() {
        if let Some(inner) = inner.downcast_ref::<Error>() {
            return cause(inner);
        }
        if let Some(inner) = inner.downcast_ref::<rustls::Error>() {
            return of_tls(inner);
        }
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Cause::TimedOut,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => unreachable(BROKEN),
        io::ErrorKind::ConnectionRefused => unreachable("connection refused"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            unreachable("there is no route")
        }
        // The standard library has no kind for what `getaddrinfo` says, only this text.
        _ if error.to_string().starts_with("failed to lookup") => unreachable("the host is not known"),
        _ => unreachable("the request failed"),
    }
}

fn of_tls(error: &rustls::Error) -> Cause {
    match error {
        rustls::Error::InvalidCertificate(error) => Cause::Untrusted(of_certificate(error).to_owned()),
        rustls::Error::NoCertificatesPresented => Cause::Untrusted("it has none".to_owned()),
        rustls::Error::InvalidMessage(_) => unreachable(NO_TLS),
        _ => unreachable("no TLS connection is possible"),
    }
}

fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::UnknownIssuer => "its issuer is not known (a CA file can be given)",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host"
        }
        CertificateError::Revoked => "it is revoked",
        _ => "it is not valid",
    }
}

fn unreachable(why: &str) -> Cause {
    Cause::Unreachable(why.to_owned())
}

fn wrong(why: &str) -> Cause {
    Cause::Wrong(why.to_owned())
}
