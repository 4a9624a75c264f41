//! The beginning of a connection: encryption if wanted, one HTTP request, and its answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

use super::connection::{self, Start};
use super::request::{Request, Route};
use super::{Shared, answer};

/// Longest request head read.
const LONGEST_HEAD: usize = 16 * 1024;
/// Most that is read and thrown away after an answer.
const MOST_IGNORED: u64 = 1024 * 1024;

/// A connection's bytes, encrypted or not.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Bytes for T {}

/// Serves a connection until it ends.
pub(super) async fn serve(
    stream: TcpStream,
    shared: Arc<Shared>,
    number: u64,
    stopped: watch::Receiver<bool>,
) -> Result<(), tungstenite::Error> {
    stream.set_nodelay(true)?;
    match &shared.surroundings.tls {
        None => take_request(stream, shared, number, stopped).await,
        Some(tls) => {
            let Ok(encrypted) = timeout(shared.surroundings.patience, tls.acceptor().accept(stream)).await else {
                return Ok(());
            };
            take_request(encrypted?, shared, number, stopped).await
        }
    }
}

async fn take_request(
    mut stream: impl Bytes,
    shared: Arc<Shared>,
    number: u64,
    stopped: watch::Receiver<bool>,
) -> Result<(), tungstenite::Error> {
    let patience = shared.surroundings.patience;
    let head = match timeout(patience, read_head(&mut stream)).await {
        Ok(head) => head?,
        Err(_) => Head::Refused(answer::too_slow()),
    };
    let (request, rest) = match head {
        Head::Read(request, rest) => (request, rest),
        Head::Refused(response) => return Ok(finish(&mut stream, &response, patience).await?),
        Head::Gone => return Ok(()),
    };
    let response = match request.route(&shared.config) {
        Route::Plain(response) => response,
        Route::CreateToken { length, expected } => {
            match timeout(patience, read_body(&mut stream, rest, length, expected)).await {
                Ok(body) => create_token(&shared, &body?),
                Err(_) => answer::too_slow(),
            }
        }
        Route::Live { response, access, constrained } => {
            stream.write_all(response.as_bytes()).await?;
            stream.flush().await?;
            let start = Start { path: request.path, access, constrained, number, received: rest };
            return connection::serve(stream, start, shared, stopped).await;
        }
    };
    Ok(finish(&mut stream, &response, patience).await?)
}

/// What became of a request's head.
enum Head {
    /// It was read, and so much of what follows.
    Read(Request, Vec<u8>),
    /// It is answered with this.
    Refused(String),
    /// The client has left.
    Gone,
}

/// Reads up to the empty line.
async fn read_head(stream: &mut impl Bytes) -> io::Result<Head> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(Head::Gone);
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok(match Request::parse(&bytes) {
                Some(request) => Head::Read(request, rest),
                None => Head::Refused(answer::bad_request("This is no HTTP request.")),
            });
        }
        if bytes.len() > LONGEST_HEAD {
            return Ok(Head::Refused(answer::head_too_large(LONGEST_HEAD)));
        }
    }
}

async fn read_body(stream: &mut impl Bytes, mut body: Vec<u8>, length: usize, expected: bool) -> io::Result<Vec<u8>> {
    if expected && body.len() < length {
        stream.write_all(answer::CONTINUE.as_bytes()).await?;
        stream.flush().await?;
    }
    body.truncate(length);
    let mut missing = stream.take((length - body.len()) as u64);
    missing.read_to_end(&mut body).await?;
    Ok(body)
}

fn create_token(shared: &Shared, body: &[u8]) -> String {
    let now = (shared.surroundings.clock)();
    match shared.tokens.create(body, shared.config.strict, now) {
        Ok(name) => answer::ok(&json!({"name": name})),
        Err(error) => answer::bad_request(&error.to_string()),
    }
}

/// Answers, and hears the client out: a connection closed over unread bytes takes the answer with it.
async fn finish(stream: &mut impl Bytes, response: &str, patience: Duration) -> io::Result<()> {
    let exchange = async {
        stream.write_all(response.as_bytes()).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(MOST_IGNORED), &mut tokio::io::sink()).await
    };
    // Whether the client takes it, breaks off or stalls: it has been answered.
    let _ = timeout(patience, exchange).await;
    Ok(())
}
