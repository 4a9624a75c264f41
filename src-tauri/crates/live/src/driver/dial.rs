//! From a target to an open WebSocket.

use std::io;
use std::time::SystemTime;

use secrecy::ExposeSecret;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use crate::access::Access;
use crate::connect::ConnectFailure;
use crate::credential::Credential;
use crate::endpoint::ApiVersion;
use crate::message::Setup;
use crate::network::http::AGENT;
use crate::network::{Stream, connect};
use crate::target::Target;

/// Longest message taken. A burst of a minute of sound is about 4 MiB.
const LONGEST_MESSAGE: usize = 64 << 20;

pub(super) type Socket = WebSocketStream<Stream>;

/// Opens a WebSocket to `target`, on which `setup` will be sent. Has no time limit of its own.
pub(super) async fn open(target: &Target, setup: &Setup) -> Result<Socket, ConnectFailure> {
    let Target { endpoint, access, network } = target;
    let credential = access.credential(endpoint, network, setup, wall_clock()).await?;
    let endpoint = match &credential {
        // The one version everything that deals with ephemeral tokens agrees on.
        Some(Credential::Token(_)) => endpoint.clone().with_version(ApiVersion::V1Alpha),
        _ => endpoint.clone(),
    };
    let url = endpoint.websocket_url(credential.as_ref().map(Credential::method).unwrap_or_default());
    let request = request(&url, credential.as_ref(), access)?;
    let stream = connect(network, &url).await?;
    let config =
        WebSocketConfig::default().max_message_size(Some(LONGEST_MESSAGE)).max_frame_size(Some(LONGEST_MESSAGE));
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(upgrade_failure)?;
    Ok(socket)
}

fn request(url: &Url, credential: Option<&Credential>, access: &Access) -> Result<Request, ConnectFailure> {
    let mut request = url.as_str().into_client_request().map_err(upgrade_failure)?;
    let headers = request.headers_mut();
    headers.insert("user-agent", HeaderValue::from_static(AGENT));
    for (name, value) in access.headers() {
        let value = HeaderValue::from_str(value).map_err(|_| ConnectFailure::CredentialUnusable)?;
        headers.insert(HeaderName::from_static(name), value);
    }
    if let Some((name, value)) = credential.map(Credential::header) {
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| ConnectFailure::CredentialUnusable)?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(request)
}

#[expect(clippy::disallowed_methods, reason = "tokens are bought until a time on the wall")]
fn wall_clock() -> SystemTime {
    SystemTime::now()
}

fn upgrade_failure(error: Error) -> ConnectFailure {
    match error {
        Error::Http(response) => ConnectFailure::HttpStatus { status: response.status().as_u16() },
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => ConnectFailure::Timeout,
        other => ConnectFailure::NotWebSocket { detail: other.to_string() },
    }
}
