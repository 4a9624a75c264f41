//! One connection after its upgrade: moves messages between the socket and the peer.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures_util::{SinkExt, StreamExt};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{self, Message};

use super::Shared;
use super::gate::Gate;
use super::http::Bytes;
use super::pong::{self, Delay};
use crate::fault::FaultAction;
use crate::peer::{Access, Output, Peer};
use crate::token::TokenRefusal;

/// Time a client has for its half of the closing handshake.
const PATIENCE: Duration = Duration::from_secs(5);
/// Code the peer uses for "no close frame".
const CUT: u16 = 1006;

/// How a connection began.
pub(super) struct Start {
    /// Path of the request.
    pub(super) path: String,
    /// Version, and key or token.
    pub(super) access: Access,
    /// It came to the method for tokens.
    pub(super) constrained: bool,
    /// Which connection of the server this is, from 1.
    pub(super) number: u64,
    /// What was received after the request.
    pub(super) received: Vec<u8>,
}

/// Serves a connection until it ends.
pub(super) async fn serve(
    stream: impl Bytes,
    start: Start,
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
) -> Result<(), tungstenite::Error> {
    let pongs = Delay::default();
    if shared.config.faults.iter().any(|fault| matches!(fault.action, FaultAction::SlowPong { .. })) {
        converse(pong::interpose(stream, pongs.clone()), start, shared, pongs, stopped).await
    } else {
        converse(stream, start, shared, pongs, stopped).await
    }
}

async fn converse(
    stream: impl Bytes,
    start: Start,
    shared: Arc<Shared>,
    pongs: Delay,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), tungstenite::Error> {
    let Start { path, access, constrained, number, received } = start;
    tracing::info!(number, path, "connected");
    let index = shared.observed.open(&path, &access, Instant::now());
    let gate = Gate::new(shared.tokens.clone(), shared.config.strict, constrained, access.key.as_deref());
    let (config, registry) = (Arc::clone(&shared.config), shared.registry.clone());
    let mut connection = Connection {
        socket: WebSocketStream::from_partially_read(stream, received, Role::Server, None).await,
        peer: Peer::new(config, registry, access, number << 32, Instant::now()),
        gate,
        pongs,
        deaf: false,
        shared: Arc::clone(&shared),
        index,
    };
    let ended = connection.run(&mut stopped).await;
    connection.peer.disconnected(Instant::now());
    shared.observed.close(index, None, "");
    tracing::info!(number, "disconnected");
    ended
}

struct Connection<S> {
    socket: WebSocketStream<S>,
    peer: Peer,
    gate: Gate,
    pongs: Delay,
    /// Nothing is read or sent any more.
    deaf: bool,
    shared: Arc<Shared>,
    index: usize,
}

impl<S: Bytes> Connection<S> {
    async fn run(&mut self, stopped: &mut watch::Receiver<bool>) -> Result<(), tungstenite::Error> {
        loop {
            let Some(due) = self.send_due().await? else { return Ok(()) };
            self.pongs.set(self.peer.socket_faults().slow_pong.unwrap_or_default());
            let expiry = self.time_left().filter(|_| !self.deaf);
            let admitted = tokio::select! {
                message = self.socket.next(), if !self.deaf => match message {
                    Some(message) => self.receive(&message?),
                    None => return Ok(()),
                },
                () = tokio::time::sleep_until(due.into()) => {
                    self.peer.handle_timeout(Instant::now());
                    Ok(())
                }
                () = tokio::time::sleep(expiry.unwrap_or_default()), if expiry.is_some() => {
                    self.gate.check(self.time_of_day())
                }
                _ = stopped.changed() => {
                    return if self.deaf { Ok(()) } else { self.close(CloseCode::Away, "").await };
                }
            };
            if let Err(refusal) = admitted {
                return self.refuse(refusal).await;
            }
        }
    }

    fn receive(&mut self, message: &Message) -> Result<(), TokenRefusal> {
        let bytes = match message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
            Message::Close(frame) => {
                let code = frame.as_ref().map(|frame| frame.code.into());
                let reason = frame.as_ref().map_or("", |frame| frame.reason.as_str());
                self.shared.observed.close(self.index, code, reason);
                return Ok(());
            }
            // Pings are answered by the library; the loop flushes.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
        };
        let admitted = self.gate.admit(bytes, self.time_of_day())?;
        self.peer.handle_message(&admitted, Instant::now());
        Ok(())
    }

    /// Sends all that is due; when the next is, or none if the connection is over.
    async fn send_due(&mut self) -> Result<Option<Instant>, tungstenite::Error> {
        while let Some(note) = self.peer.poll_note() {
            self.shared.observed.note(self.index, note, Instant::now());
        }
        loop {
            match self.peer.poll_output() {
                Output::Send(json) => self.send(json).await?,
                Output::Close { code: CUT, reason } => {
                    self.socket.flush().await?;
                    self.shared.observed.close(self.index, Some(CUT), &reason);
                    return Ok(None);
                }
                Output::Close { code, reason } => {
                    self.shared.observed.close(self.index, Some(code), &reason);
                    self.close(code.into(), &reason).await?;
                    return Ok(None);
                }
                Output::Timeout(due) => {
                    // Once deaf, a flush would still answer pings.
                    if !self.deaf {
                        self.socket.flush().await?;
                    }
                    self.deaf = self.peer.socket_faults().deaf;
                    return Ok(due);
                }
            }
        }
    }

    /// Sends a message, in several frames where a fault asks for it.
    async fn send(&mut self, json: Vec<u8>) -> Result<(), tungstenite::Error> {
        let Some(most) = self.peer.socket_faults().fragments.filter(|most| *most < json.len()) else {
            return self.socket.feed(Message::binary(json)).await;
        };
        let count = json.len().div_ceil(most);
        for (n, piece) in json.chunks(most).enumerate() {
            let kind = if n == 0 { Data::Binary } else { Data::Continue };
            let frame = Frame::message(piece.to_vec(), OpCode::Data(kind), n + 1 == count);
            self.socket.feed(Message::Frame(frame)).await?;
        }
        Ok(())
    }

    async fn refuse(&mut self, refusal: TokenRefusal) -> Result<(), tungstenite::Error> {
        let reason = refusal.reason();
        self.shared.observed.close(self.index, Some(refusal.code()), &reason);
        self.close(refusal.code().into(), &reason).await
    }

    async fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), tungstenite::Error> {
        self.socket.close(Some(CloseFrame { code, reason: reason.into() })).await?;
        let drained = async { while let Some(Ok(_)) = self.socket.next().await {} };
        // A client that never answers the close frame is left alone.
        let _ = timeout(PATIENCE, drained).await;
        Ok(())
    }

    fn time_of_day(&self) -> SystemTime {
        (self.shared.surroundings.clock)()
    }

    /// Until the token expires, if there is one.
    fn time_left(&self) -> Option<Duration> {
        let end = self.gate.closes_at()?;
        Some(end.duration_since(self.time_of_day()).unwrap_or_default())
    }
}
