//! An open socket: its reading half, and the task that owns its writing half.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::dial::Socket as WebSocket;
use super::{DriverEvent, now};
use crate::session::Turn;

/// Messages that may wait for a server that doesn't read: more than what waits before a session opens (3,000), and
/// then minutes of live sound.
const MOST_WAITING: usize = 16 * 1024;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// How long a new connection waits for the goodbye of the old one to leave.
const GOODBYE_LEAVES: Duration = Duration::from_millis(200);

pub(super) struct Link {
    pub(super) reader: SplitStream<WebSocket>,
    outgoing: mpsc::Sender<Outgoing>,
    writer: JoinHandle<SplitSink<WebSocket, Message>>,
}

enum Outgoing {
    Message {
        text: String,
        first_audio: Option<Turn>,
    },
    Ping,
    /// Nothing more before the old connection has said goodbye.
    Wait(oneshot::Receiver<()>),
}

impl Link {
    pub(super) fn new(socket: WebSocket, events: mpsc::Sender<DriverEvent>) -> Self {
        let (sink, reader) = socket.split();
        let (outgoing, queued) = mpsc::channel(MOST_WAITING);
        Self { reader, outgoing, writer: tokio::spawn(write(sink, queued, events)) }
    }

    /// Queues a text message. False when too many wait already.
    pub(super) fn send(&self, text: String, first_audio: Option<Turn>) -> bool {
        self.queue(Outgoing::Message { text, first_audio })
    }

    /// Queues a ping. False when too many messages wait already.
    pub(super) fn ping(&self) -> bool {
        self.queue(Outgoing::Ping)
    }

    /// Sends nothing before the goodbye of another connection has left: the service takes the session over from a
    /// connection that is closed only.
    pub(super) fn wait_for(&self, goodbye: oneshot::Receiver<()>) {
        self.queue(Outgoing::Wait(goodbye));
    }

    /// Says goodbye in the background, giving what is queued a moment to leave. Returns when the goodbye has left.
    pub(super) fn close(self) -> oneshot::Receiver<()> {
        let Self { mut reader, outgoing, mut writer } = self;
        drop(outgoing);
        let (said, leaves) = oneshot::channel();
        tokio::spawn(async move {
            let goodbye = async {
                let Ok(mut sink) = (&mut writer).await else {
                    return;
                };
                let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                // Fails where the server said goodbye first; reading then sends the answer it is owed.
                let _ = sink.send(Message::Close(Some(frame))).await;
                // Nobody may be waiting for it.
                let _ = said.send(());
                while let Some(Ok(_)) = reader.next().await {}
            };
            // A server that does not answer is left.
            if timeout(GOODBYE, goodbye).await.is_err() {
                writer.abort();
            }
        });
        leaves
    }

    fn queue(&self, outgoing: Outgoing) -> bool {
        // Where the writer has met an error, the reader is about to meet it too.
        !matches!(self.outgoing.try_send(outgoing), Err(mpsc::error::TrySendError::Full(_)))
    }
}

async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut queued: mpsc::Receiver<Outgoing>,
    events: mpsc::Sender<DriverEvent>,
) -> SplitSink<WebSocket, Message> {
    while let Some(outgoing) = queued.recv().await {
        let (message, first_audio) = match outgoing {
            Outgoing::Message { text, first_audio } => (Message::text(text), first_audio),
            Outgoing::Ping => (Message::Ping(Bytes::new()), None),
            Outgoing::Wait(goodbye) => {
                // An old connection that can't even say goodbye holds nobody up.
                let _ = timeout(GOODBYE_LEAVES, goodbye).await;
                continue;
            }
        };
        if let Err(error) = sink.send(message).await {
            tracing::debug!(%error, "writing failed");
            break;
        }
        if let Some(turn) = first_audio {
            // Nobody listening is found out by the actor.
            let _ = events.send(DriverEvent::FirstAudioSent { turn, at: now() }).await;
        }
    }
    sink
}
