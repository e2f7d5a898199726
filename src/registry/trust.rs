//! Whose certificates are believed: those the system believes (or `SSL_CERT_FILE` and `SSL_CERT_DIR` name), and
//! those of the CA file.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::messages::{about, reason};

/// The certificates of a PEM file.
///
/// # Errors
/// Where the file cannot be read, or holds no certificate.
pub(super) fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>> {
    let text = std::fs::read(file).map_err(|error| about(file, &reason(&error)))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&text) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(about(file, "not a PEM file of certificates")),
        }
    }
    if certificates.is_empty() {
        return Err(about(file, "holds no certificate; certificates in PEM form are expected"));
    }
    Ok(certificates)
}

/// TLS 1.2 and 1.3 by ring. What of the system's certificates cannot be read is left out: then what they vouch for is
/// not trusted.
pub(super) fn tls_config(own: &[Certificate<'static>]) -> TlsConfig {
    let system = rustls_native_certs::load_native_certs().certs;
    let system = system.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
    let roots: Vec<Certificate<'static>> = system.chain(own.iter().cloned()).collect();
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}
