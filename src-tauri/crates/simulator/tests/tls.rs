//! The server behind encryption.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::sync::Arc;

use rcgen::CertifiedKey;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use vivavoce_simulator::{FaultAction, Server, ServerConfig, Surroundings, Tls, TlsError, When};
use wire::{PATH, Socket, exchange, push_to_talk, soon};

/// A certificate for this machine, made for this test, as PEM with its key.
fn pair() -> (CertificateDer<'static>, String, String) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    (cert.der().clone(), cert.pem(), signing_key.serialize_pem())
}

struct Bench {
    server: Server,
    trusted: CertificateDer<'static>,
}

impl Bench {
    fn new(config: ServerConfig) -> Self {
        let (trusted, certificate, key) = pair();
        let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let surroundings = Surroundings { tls: Some(tls), ..Surroundings::default() };
        Self { server: Server::bind_in(config, surroundings).unwrap(), trusted }
    }

    async fn connect(&self, trusted: Option<&CertificateDer<'static>>) -> std::io::Result<Box<TlsStream<TcpStream>>> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.unwrap_or(&self.trusted).clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let client = client.with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(self.server.address()).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        soon("handshake", TlsConnector::from(Arc::new(client)).connect(name, stream)).await.map(Box::new)
    }

    async fn socket(&self) -> Socket<Box<TlsStream<TcpStream>>> {
        Socket::over(self.connect(None).await.unwrap(), &format!("{}{PATH}", self.server.url()), &[]).await
    }
}

#[tokio::test]
async fn a_turn_goes_through_encryption_to_the_last_sample() {
    let bench = Bench::new(ServerConfig { pace: 100.0, ..ServerConfig::echo() });
    assert!(bench.server.url().starts_with("wss://127.0.0.1:"));
    let mut socket = bench.socket().await;
    socket.set_up(&push_to_talk()).await;
    let said: Vec<i16> = (0..24_000).map(|n| n % 3000).collect();
    socket.say(24_000, &said).await;
    let bytes: Vec<u8> = said.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_eq!(socket.answer().await, bytes);
    let (status, body) =
        exchange(bench.connect(None).await.unwrap(), "GET /v1beta/models?key=k HTTP/1.1\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(body.contains("models/gemini-3.8-live"));
}

#[tokio::test]
async fn a_certificate_nobody_trusts_is_refused_by_the_client_and_the_server_goes_on() {
    let bench = Bench::new(ServerConfig::echo());
    assert!(bench.connect(Some(&pair().0)).await.is_err());
    bench.socket().await.set_up(&push_to_talk()).await;
}

#[tokio::test]
async fn a_client_without_encryption_gets_no_answer_and_is_let_go() {
    let bench = Bench::new(ServerConfig::echo());
    let mut plain = TcpStream::connect(bench.server.address()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = soon("end", plain.read_to_end(&mut answer)).await;
    assert!(!answer.starts_with(b"HTTP"));
}

#[tokio::test]
async fn an_encrypted_connection_is_cut_without_a_close_frame_too() {
    let cut = FaultAction::Drop { when: When::after_messages(1) };
    let bench = Bench::new(ServerConfig::echo().with(cut));
    let mut socket = bench.socket().await;
    socket.set_up(&push_to_talk()).await;
    assert_eq!(socket.ended().await, None);
}

#[test]
fn what_is_no_certificate_or_no_key_is_named() {
    let (_, certificate, key) = pair();
    let other = pair().2;
    let tls = |certificate: &str, key: &str| Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
    assert!(matches!(tls("", &key), TlsError::Certificate(_)));
    assert!(matches!(tls(&key, &key), TlsError::Certificate(_)));
    assert!(matches!(tls(&certificate, &certificate), TlsError::Key(_)));
    assert!(matches!(tls(&certificate, &other), TlsError::Pair(_)));
    let good = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    assert_eq!(format!("{good:?}"), "Tls", "the key stays out of logs");
}
