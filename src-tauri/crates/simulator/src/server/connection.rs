//! One connection: reads the request, then moves messages between the socket and the peer.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{self, Message};

use super::request::{Request, Route};
use crate::config::ServerConfig;
use crate::observe::Observed;
use crate::peer::{Access, Output, Peer};

/// Longest request head read.
const LONGEST_HEAD: usize = 16 * 1024;
/// Time a client has for its request, and for its half of the closing handshake.
const PATIENCE: Duration = Duration::from_secs(5);
/// Code the peer uses for "no close frame".
const CUT: u16 = 1006;

/// Serves a connection until it ends.
pub(super) async fn serve(
    mut stream: TcpStream,
    config: Arc<ServerConfig>,
    observed: Observed,
    number: u64,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), tungstenite::Error> {
    stream.set_nodelay(true)?;
    let Ok(read) = timeout(PATIENCE, read_head(&mut stream)).await else { return Ok(()) };
    let Some((request, rest)) = read? else { return Ok(()) };
    match request.route(&config) {
        Route::Plain(response) => {
            stream.write_all(response.as_bytes()).await?;
            stream.shutdown().await?;
        }
        Route::Live { response, access } => {
            stream.write_all(response.as_bytes()).await?;
            tracing::info!(number, path = request.path, "connected");
            let index = observed.open(&request.path, &access, Instant::now());
            let socket = WebSocketStream::from_partially_read(stream, rest, Role::Server, None).await;
            let mut connection = Connection { socket, peer: peer(config, access, number), observed, index };
            let ended = connection.run(&mut stopped).await;
            connection.observed.close(index, None, "");
            tracing::info!(number, "disconnected");
            ended?;
        }
    }
    Ok(())
}

fn peer(config: Arc<ServerConfig>, access: Access, number: u64) -> Peer {
    Peer::new(config, access, number << 32, Instant::now())
}

/// Reads up to the empty line: the request, and what came after it.
async fn read_head(stream: &mut TcpStream) -> io::Result<Option<(Request, Vec<u8>)>> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 || bytes.len() > LONGEST_HEAD {
            return Ok(None);
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok(Request::parse(&bytes).map(|request| (request, rest)));
        }
    }
}

struct Connection {
    socket: WebSocketStream<TcpStream>,
    peer: Peer,
    observed: Observed,
    index: usize,
}

impl Connection {
    async fn run(&mut self, stopped: &mut watch::Receiver<bool>) -> Result<(), tungstenite::Error> {
        loop {
            let Some(due) = self.send_due().await? else { return Ok(()) };
            tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(message)) => self.receive(&message),
                    Some(Err(error)) => return Err(error),
                    None => return Ok(()),
                },
                () = tokio::time::sleep_until(due.into()) => self.peer.handle_timeout(Instant::now()),
                _ = stopped.changed() => return self.close(CloseCode::Away, "").await,
            }
        }
    }

    fn receive(&mut self, message: &Message) {
        match message {
            Message::Text(text) => self.peer.handle_message(text.as_bytes(), Instant::now()),
            Message::Binary(bytes) => self.peer.handle_message(bytes, Instant::now()),
            Message::Close(frame) => {
                let code = frame.as_ref().map(|frame| frame.code.into());
                let reason = frame.as_ref().map_or("", |frame| frame.reason.as_str());
                self.observed.close(self.index, code, reason);
            }
            // Pings are answered by the library; the loop flushes.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }

    /// Sends all that is due; when the next is, or none if the connection is over.
    async fn send_due(&mut self) -> Result<Option<Instant>, tungstenite::Error> {
        while let Some(note) = self.peer.poll_note() {
            self.observed.note(self.index, note, Instant::now());
        }
        loop {
            match self.peer.poll_output() {
                Output::Send(json) => self.socket.feed(Message::binary(json)).await?,
                Output::Close { code: CUT, reason } => {
                    self.socket.flush().await?;
                    self.observed.close(self.index, Some(CUT), &reason);
                    return Ok(None);
                }
                Output::Close { code, reason } => {
                    self.observed.close(self.index, Some(code), &reason);
                    self.close(code.into(), &reason).await?;
                    return Ok(None);
                }
                Output::Timeout(due) => {
                    self.socket.flush().await?;
                    return Ok(due);
                }
            }
        }
    }

    async fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), tungstenite::Error> {
        self.socket.close(Some(CloseFrame { code, reason: reason.into() })).await?;
        let drained = async { while let Some(Ok(_)) = self.socket.next().await {} };
        // A client that never answers the close frame is left alone.
        let _ = timeout(PATIENCE, drained).await;
        Ok(())
    }
}
