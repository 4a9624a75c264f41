//! From an endpoint to an open WebSocket.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use crate::connect::ConnectFailure;
use crate::endpoint::Endpoint;

/// Longest message taken. A burst of a minute of sound is about 4 MiB.
const LONGEST_MESSAGE: usize = 64 << 20;

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

pub(super) type Socket = WebSocketStream<Box<dyn Io>>;

/// Opens a WebSocket at `url`, which is one of `endpoint`'s.
pub(super) async fn dial(
    endpoint: &Endpoint,
    url: &Url,
    header: Option<(&'static str, &str)>,
) -> Result<Socket, ConnectFailure> {
    let request = request(url, header)?;
    let (host, port) = endpoint.host_and_port();
    let tcp = connect(&host, port).await?;
    // Sound goes out in small messages that must not wait for each other.
    tcp.set_nodelay(true).map_err(|error| unreachable(&error))?;
    let stream: Box<dyn Io> = if endpoint.is_encrypted() { Box::new(encrypt(tcp, host).await?) } else { Box::new(tcp) };
    let config =
        WebSocketConfig::default().max_message_size(Some(LONGEST_MESSAGE)).max_frame_size(Some(LONGEST_MESSAGE));
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(upgrade_failure)?;
    Ok(socket)
}

fn request(url: &Url, header: Option<(&'static str, &str)>) -> Result<Request, ConnectFailure> {
    let mut request = url.as_str().into_client_request().map_err(upgrade_failure)?;
    let headers = request.headers_mut();
    headers.insert("user-agent", HeaderValue::from_static(concat!("vivavoce/", env!("CARGO_PKG_VERSION"))));
    if let Some((name, value)) = header {
        let mut value = HeaderValue::from_str(value).map_err(|_| ConnectFailure::CredentialUnusable)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(request)
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, ConnectFailure> {
    let addresses: Vec<SocketAddr> = match lookup_host((host, port)).await {
        Ok(addresses) => addresses.collect(),
        // What resolvers say when there is no network, as opposed to no such name.
        Err(error) if error.to_string().contains("emporary failure") => return Err(unreachable(&error)),
        Err(_) => Vec::new(),
    };
    let mut failure = ConnectFailure::HostUnknown { host: host.to_owned() };
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = tcp_failure(&error),
        }
    }
    Err(failure)
}

fn tcp_failure(error: &io::Error) -> ConnectFailure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectFailure::Refused,
        io::ErrorKind::TimedOut => ConnectFailure::Timeout,
        _ => unreachable(error),
    }
}

fn unreachable(error: &io::Error) -> ConnectFailure {
    ConnectFailure::Unreachable { detail: error.to_string() }
}

async fn encrypt(tcp: TcpStream, host: String) -> Result<impl Io, ConnectFailure> {
    let failure = |detail: String| ConnectFailure::Tls { detail };
    // Reading the system's certificates takes tens of milliseconds of disk.
    let config = tokio::task::spawn_blocking(tls_config).await.map_err(|error| failure(error.to_string()))??;
    let name = ServerName::try_from(host).map_err(|error| failure(error.to_string()))?;
    TlsConnector::from(config).connect(name, tcp).await.map_err(|error| failure(error.to_string()))
}

/// Trusts Mozilla's roots and the system's, or those of `SSL_CERT_FILE` in place of the system's.
fn tls_config() -> Result<Arc<ClientConfig>, ConnectFailure> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "some certificates could not be read");
    }
    roots.add_parsable_certificates(native.certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectFailure::Tls { detail: error.to_string() })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))))
}

fn upgrade_failure(error: Error) -> ConnectFailure {
    match error {
        Error::Http(response) => ConnectFailure::HttpStatus { status: response.status().as_u16() },
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => ConnectFailure::Timeout,
        other => ConnectFailure::NotWebSocket { detail: other.to_string() },
    }
}
