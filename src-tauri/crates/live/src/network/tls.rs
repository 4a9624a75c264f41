//! Encryption, and whom it trusts: Mozilla's roots, the system's, and those of a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;

use super::{NetworkConfig, Stream};
use crate::connect::ConnectFailure;

/// Longest file of certificates, bytes. The systems' own lists have a quarter of a megabyte.
const LONGEST_FILE: u64 = 4 << 20;

/// Encrypts a connection to a host, which is written as in a URL.
pub(super) async fn encrypt(network: &NetworkConfig, host: &str, stream: Stream) -> Result<Stream, ConnectFailure> {
    let failure = |detail: String| ConnectFailure::Tls { detail };
    let extra = network.extra_ca.clone();
    // Reading the system's certificates takes tens of milliseconds of disk.
    let config =
        spawn_blocking(move || config(extra.as_deref())).await.map_err(|error| failure(error.to_string()))??;
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|error| failure(error.to_string()))?;
    let stream = TlsConnector::from(config).connect(name, stream).await.map_err(|error| failure(error.to_string()))?;
    Ok(Stream::new(stream))
}

fn config(extra: Option<&Path>) -> Result<Arc<ClientConfig>, ConnectFailure> {
    static USUAL: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let Some(path) = extra else {
        if let Some(config) = USUAL.get() {
            return Ok(Arc::clone(config));
        }
        let config = trusting(roots().clone())?;
        return Ok(Arc::clone(USUAL.get_or_init(|| config)));
    };
    let mut roots = roots().clone();
    for certificate in certificates(path)? {
        let wrong =
            |error: rustls::Error| in_file(path, &format!("it holds something else than certificates: {error}"));
        roots.add(certificate).map_err(wrong)?;
    }
    trusting(roots)
}

/// Mozilla's roots and the system's, or those of `SSL_CERT_FILE` in place of the system's.
fn roots() -> &'static RootCertStore {
    static ROOTS: OnceLock<RootCertStore> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::warn!(%error, "some certificates could not be read");
        }
        roots.add_parsable_certificates(native.certs);
        roots
    })
}

fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>, ConnectFailure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectFailure::Tls { detail: error.to_string() })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The certificates in a PEM file, at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectFailure> {
    let mut pem = Vec::new();
    let file = File::open(path).map_err(|error| in_file(path, &error.to_string()))?;
    let read = file.take(LONGEST_FILE + 1).read_to_end(&mut pem).map_err(|error| in_file(path, &error.to_string()))?;
    if read as u64 > LONGEST_FILE {
        return Err(in_file(path, "it is too long for a file of certificates"));
    }
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(in_file(path, "there is no certificate in it")),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(in_file(path, &format!("it is damaged: {error}"))),
    }
}

fn in_file(path: &Path, detail: &str) -> ConnectFailure {
    ConnectFailure::CaFile { path: path.to_owned(), detail: detail.to_owned() }
}
