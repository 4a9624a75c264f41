//! The network against real sockets on loopback: proxies, made-up authorities, hosts of two addresses.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod addresses;
mod authority;
mod proxies;
mod questions;

use std::sync::Arc;

use rustls::ServerConfig;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::loopback::{listen, soon};

/// A name no resolver knows.
const HOST: &str = "service.invalid";

/// A certificate authority of our own, in a file.
struct Authority {
    file: NamedTempFile,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.pem()).unwrap();
        Self { file, issuer: rcgen::Issuer::new(parameters, key) }
    }

    /// The network of someone who trusts it.
    fn trusted(&self) -> NetworkConfig {
        NetworkConfig { proxy: Proxy::Direct, extra_ca: Some(self.file.path().to_owned()) }
    }

    /// What a server called `host` shows and uses.
    fn acceptor(&self, host: &str) -> TlsAcceptor {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Greets whoever completes a handshake.
async fn greet(listener: TcpListener, acceptor: TlsAcceptor) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            // A client that has seen enough may be gone.
            let _ = stream.write_all(b"hello").await;
            let _ = stream.shutdown().await;
        }
    }
}

async fn greeting(stream: &mut Stream) -> String {
    let mut read = [0; 5];
    soon(stream.read_exact(&mut read)).await.unwrap();
    String::from_utf8(read.to_vec()).unwrap()
}

fn nothing_set() -> Matcher {
    Matcher::builder().build()
}

async fn reach(network: &NetworkConfig, url: &str) -> Result<Stream, ConnectFailure> {
    soon(connect_with(network, &Url::parse(url).unwrap(), nothing_set)).await
}
