//! A client's end of a real connection, and plain HTTP.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared by several tests")]

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};
use vivavoce_live::message::{ClientMessage, ServerMessage};
use vivavoce_simulator::Server;

/// Where keys are taken.
pub(crate) const PATH: &str = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
/// Where tokens are taken.
pub(crate) const CONSTRAINED: &str =
    "/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained";
/// Longest wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for as long as a test may take.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("no {what} in time"))
}

/// One end of a connection.
pub(crate) struct Socket<S = TcpStream> {
    pub(crate) stream: WebSocketStream<S>,
    /// All messages received.
    pub(crate) received: Vec<Message>,
}

impl Socket {
    /// Connects to a server without encryption.
    pub(crate) async fn connect(server: &Server, target: &str) -> Self {
        Self::connect_with(server, target, &[]).await
    }

    /// The same with headers.
    pub(crate) async fn connect_with(server: &Server, target: &str, headers: &[(&'static str, &str)]) -> Self {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        Self::over(stream, &format!("{}{target}", server.url()), headers).await
    }

    /// Connects and opens a session.
    pub(crate) async fn open(server: &Server, setup: &Value) -> Self {
        let mut socket = Self::connect(server, &format!("{PATH}?key=any")).await;
        socket.set_up(setup).await;
        socket
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// Connects over anything.
    pub(crate) async fn over(stream: S, url: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = soon("upgrade", client_async(request, stream)).await.unwrap().0;
        Self { stream, received: Vec::new() }
    }

    /// Sends `setup` and waits for `setupComplete`.
    pub(crate) async fn set_up(&mut self, setup: &Value) {
        self.send(&json!({"setup": setup})).await;
        assert!(self.next_parsed().await.setup_complete.is_some());
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.stream.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Asks `there?`.
    pub(crate) async fn ping(&mut self) {
        self.stream.send(Message::Ping("there?".into())).await.unwrap();
    }

    /// A push-to-talk turn in messages of 20 ms.
    pub(crate) async fn say(&mut self, rate: u32, samples: &[i16]) {
        self.send(&json!({"realtimeInput": {"activityStart": {}}})).await;
        for piece in samples.chunks(rate as usize / 50) {
            let bytes = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let message = ClientMessage::audio(format!("audio/pcm;rate={rate}"), bytes);
            self.stream.send(Message::binary(serde_json::to_vec(&message).unwrap())).await.unwrap();
        }
        self.send(&json!({"realtimeInput": {"activityEnd": {}}})).await;
    }

    /// The next message; none at the end, however it came.
    pub(crate) async fn try_next(&mut self) -> Option<Message> {
        let message = soon("message", self.stream.next()).await?.ok()?;
        self.received.push(message.clone());
        Some(message)
    }

    pub(crate) async fn next(&mut self) -> Message {
        self.try_next().await.expect("an open socket")
    }

    pub(crate) async fn next_parsed(&mut self) -> ServerMessage {
        let Message::Binary(json) = self.next().await else {
            panic!("not a binary message: {:?}", self.received.last())
        };
        assert!(json.ends_with(b"}\n") && json.starts_with(b"{"), "not pretty: {json:?}");
        serde_json::from_slice(&json).unwrap()
    }

    /// Reads until a message says what `look` wants.
    pub(crate) async fn until<T>(&mut self, mut look: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        loop {
            if let Message::Binary(json) = self.next().await
                && let Ok(message) = serde_json::from_slice(&json)
                && let Some(found) = look(&message)
            {
                return found;
            }
        }
    }

    /// Reads until the turn is complete; the bytes of its sound.
    pub(crate) async fn answer(&mut self) -> Vec<u8> {
        let mut sound = Vec::new();
        self.until(|message| {
            let content = message.server_content.as_ref()?;
            let parts = content.model_turn.iter().flat_map(|turn| &turn.parts);
            sound.extend(parts.filter_map(|part| part.inline_data.as_ref()).flat_map(|blob| blob.data.0.clone()));
            content.turn_complete.then_some(())
        })
        .await;
        sound
    }

    /// Reads until the close frame.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.expect("a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// Reads until the connection ends; whether by a close frame.
    pub(crate) async fn ended(&mut self) -> Option<(u16, String)> {
        while let Some(message) = self.try_next().await {
            if let Message::Close(frame) = message {
                return Some(
                    frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.to_string())),
                );
            }
        }
        None
    }

    /// Closes it and waits until the server has, so that the session may be resumed.
    pub(crate) async fn leave(mut self) {
        self.stream.close(None).await.unwrap();
        while self.try_next().await.is_some() {}
    }
}

/// Sends a plain HTTP request; status line and body of the answer.
pub(crate) async fn http(address: SocketAddr, request: &str) -> (String, String) {
    exchange(TcpStream::connect(address).await.unwrap(), request).await
}

/// The same over any stream.
pub(crate) async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin + Debug,
    request: &str,
) -> (String, String) {
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = String::new();
    soon("answer", stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

/// The longest frame with which a server answers a text, read from the bytes of a connection.
pub(crate) async fn longest_frame(server: &Server) -> usize {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let upgrade =
        format!("GET {PATH} HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    stream.write_all(upgrade.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon("head", stream.read_u8()).await.unwrap());
    }
    for message in [json!({"setup": push_to_talk()}), json!({"realtimeInput": {"text": "hello"}})] {
        let text = message.to_string();
        // A client's frame with a mask of noughts.
        let length = (text.len() as u16).to_be_bytes();
        let head = [0x81, 0xfe, length[0], length[1], 0, 0, 0, 0];
        stream.write_all(&[&head, text.as_bytes()].concat()).await.unwrap();
    }
    let (mut longest, mut whole) = (0, Vec::new());
    while !String::from_utf8_lossy(&whole).contains("turnComplete") {
        let [_, length] = [stream.read_u8().await.unwrap(), stream.read_u8().await.unwrap()];
        let length = if length == 126 { stream.read_u16().await.unwrap().into() } else { usize::from(length) };
        let start = whole.len();
        whole.resize(start + length, 0);
        soon("frame", stream.read_exact(&mut whole[start..])).await.unwrap();
        longest = longest.max(length);
    }
    longest
}

/// A setup for push-to-talk.
pub(crate) fn push_to_talk() -> Value {
    json!({"model": "models/gemini-3.8-live",
        "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}})
}
