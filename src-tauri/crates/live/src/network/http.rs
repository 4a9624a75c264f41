//! One question over plain HTTP, on a connection of its own: answers are bounded in size and time, redirections are not
//! followed, since what we send is secret.

use std::pin::pin;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;
use url::{Position, Url};

use super::{NetworkConfig, connect};
use crate::connect::ConnectFailure;

/// What we call ourselves.
pub(crate) const AGENT: &str = concat!("vivavoce/", env!("CARGO_PKG_VERSION"));

/// How long everything may take, from looking the name up to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A question.
pub(crate) struct Question<'a> {
    /// Where to.
    pub(crate) url: &'a Url,
    /// What the server knows us by.
    pub(crate) credential: Option<(&'static str, SecretString)>,
    /// JSON to post; without it the question is a `GET`.
    pub(crate) json: Option<Vec<u8>>,
    /// Longest answer that is taken, bytes.
    pub(crate) longest: usize,
}

/// An answer.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// What it says.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HttpFailure {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectFailure),
    /// The connection broke before the answer was complete.
    #[error("the connection broke: {detail}")]
    Broken {
        /// How.
        detail: String,
    },
    /// What came is no answer.
    #[error("the answer makes no sense: {detail}")]
    Nonsense {
        /// What is wrong with it.
        detail: String,
    },
}

impl HttpFailure {
    /// Whether trying again, with nothing changed, may help.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Connect(failure) => failure.is_retryable(),
            Self::Broken { .. } => true,
            Self::Nonsense { .. } => false,
        }
    }
}

/// Asks.
pub(crate) async fn ask(network: &NetworkConfig, question: Question<'_>) -> Result<Answer, HttpFailure> {
    timeout(PATIENCE, ask_patiently(network, question)).await.unwrap_or(Err(ConnectFailure::Timeout.into()))
}

async fn ask_patiently(network: &NetworkConfig, question: Question<'_>) -> Result<Answer, HttpFailure> {
    let longest = question.longest;
    let url = question.url;
    let request = request(question)?;
    let stream = connect(network, url).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| failure(&error))?;
    let mut connection = pin!(connection);
    let mut exchange = pin!(async {
        let response = sender.send_request(request).await.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), longest).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                return HttpFailure::Nonsense { detail: format!("it is longer than {longest} bytes") };
            }
            error.downcast_ref().map_or_else(|| HttpFailure::Broken { detail: error.to_string() }, failure)
        })?;
        Ok(Answer { status, body: body.to_bytes().into() })
    });
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // It may have delivered all that the exchange still has to take.
        _ = &mut connection => exchange.await,
    }
}

fn request(question: Question<'_>) -> Result<Request<Full<Bytes>>, HttpFailure> {
    let Question { url, credential, json, .. } = question;
    let nonsense = |error: hyper::http::Error| HttpFailure::Nonsense { detail: error.to_string() };
    let mut request = Request::builder()
        .method(if json.is_some() { Method::POST } else { Method::GET })
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "application/json");
    if json.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    if let Some((name, value)) = credential {
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| ConnectFailure::CredentialUnusable)?;
        value.set_sensitive(true);
        request = request.header(HeaderName::from_static(name), value);
    }
    request.body(Full::from(json.unwrap_or_default())).map_err(nonsense)
}

fn failure(error: &hyper::Error) -> HttpFailure {
    if error.is_parse() {
        HttpFailure::Nonsense { detail: error.to_string() }
    } else {
        HttpFailure::Broken { detail: error.to_string() }
    }
}
