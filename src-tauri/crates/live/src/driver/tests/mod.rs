//! The driver against real sockets on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::needless_pass_by_value)]

mod conversation;
mod dialling;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::*;
use crate::access::Access;
use crate::close::CloseKind;
use crate::connect::ConnectFailure;
use crate::endpoint::Endpoint;
use crate::session::TalkMode;

/// Far more than anything here takes; only reached when something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it happens soon")
}

/// A driver and a listening server.
struct Rig {
    handle: DriverHandle,
    events: mpsc::Receiver<DriverEvent>,
    listener: TcpListener,
}

impl Rig {
    async fn new() -> Self {
        Self::with(SessionConfig::default()).await
    }

    async fn with(config: SessionConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::parse(&format!("http://{}/base", listener.local_addr().unwrap())).unwrap();
        let (handle, events) = Driver::spawn(config, Target::new(endpoint, Access::key("key-1")));
        Self { handle, events, listener }
    }

    fn tell(&self, command: DriverCommand) {
        self.handle.send(command).unwrap();
    }

    /// Takes the connection and its setup.
    async fn accept(&mut self) -> Server {
        let (stream, _) = soon(self.listener.accept()).await.unwrap();
        let mut server = Server(soon(tokio_tungstenite::accept_async(stream)).await.unwrap());
        assert!(server.message().await.get("setup").is_some());
        server
    }

    /// Connected and set up.
    async fn ready(&mut self) -> Server {
        self.tell(DriverCommand::Connect);
        let mut server = self.accept().await;
        server.say(json!({"setupComplete": {}})).await;
        self.until(|event| matches!(event, Event::Ready { .. })).await;
        server
    }

    async fn next(&mut self) -> DriverEvent {
        soon(self.events.recv()).await.expect("the driver lives")
    }

    /// The next session event that satisfies `wanted`.
    async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        loop {
            if let DriverEvent::Session(event, _) = self.next().await
                && wanted(&event)
            {
                return event;
            }
        }
    }

    /// Why it is tried again.
    async fn reconnecting(&mut self) -> CloseKind {
        match self.until(|event| matches!(event, Event::Reconnecting { .. })).await {
            Event::Reconnecting { reason, .. } => reason.kind,
            _ => unreachable!(),
        }
    }

    async fn closed(&mut self) -> CloseKind {
        match self.until(|event| matches!(event, Event::Closed(_))).await {
            Event::Closed(reason) => reason.kind,
            _ => unreachable!(),
        }
    }
}

struct Server(WebSocketStream<TcpStream>);

impl Server {
    async fn frame(&mut self) -> Message {
        soon(self.0.next()).await.expect("the client is there").unwrap()
    }

    /// The next message, skipping what isn't one.
    async fn message(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed instead: {frame:?}"),
                _ => {}
            }
        }
    }

    async fn say(&mut self, message: Value) {
        let pretty = serde_json::to_vec_pretty(&message).unwrap();
        self.0.send(Message::binary(pretty)).await.unwrap();
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        self.0.send(Message::Close(Some(frame))).await.unwrap();
    }

    /// Reads until the client says goodbye. Returns its code.
    async fn goodbye(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.expect("with a code").code.into();
            }
        }
    }
}
