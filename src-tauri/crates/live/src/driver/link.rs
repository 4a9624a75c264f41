//! An open socket: its reading half, and the task that owns its writing half.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::dial::Socket;
use super::{DriverEvent, now};
use crate::session::Turn;

/// Messages that may wait for a server that doesn't read: more than what waits before a session opens (3,000), and
/// then minutes of live sound.
const MOST_WAITING: usize = 16 * 1024;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

pub(super) struct Link {
    pub(super) reader: SplitStream<Socket>,
    outgoing: mpsc::Sender<(String, Option<Turn>)>,
    writer: JoinHandle<SplitSink<Socket, Message>>,
}

impl Link {
    pub(super) fn new(socket: Socket, events: mpsc::Sender<DriverEvent>) -> Self {
        let (sink, reader) = socket.split();
        let (outgoing, queued) = mpsc::channel(MOST_WAITING);
        Self { reader, outgoing, writer: tokio::spawn(write(sink, queued, events)) }
    }

    /// Queues a text message. False when too many wait already.
    pub(super) fn send(&self, text: String, first_audio: Option<Turn>) -> bool {
        // Where the writer has met an error, the reader is about to meet it too.
        !matches!(self.outgoing.try_send((text, first_audio)), Err(mpsc::error::TrySendError::Full(_)))
    }

    /// Says goodbye in the background, giving what is queued a moment to leave.
    pub(super) fn close(self) {
        let Self { mut reader, outgoing, mut writer } = self;
        drop(outgoing);
        tokio::spawn(async move {
            let goodbye = async {
                let Ok(mut sink) = (&mut writer).await else {
                    return;
                };
                let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                // Fails where the server said goodbye first; reading then sends the answer it is owed.
                let _ = sink.send(Message::Close(Some(frame))).await;
                while let Some(Ok(_)) = reader.next().await {}
            };
            // A server that does not answer is left.
            if timeout(GOODBYE, goodbye).await.is_err() {
                writer.abort();
            }
        });
    }
}

async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut queued: mpsc::Receiver<(String, Option<Turn>)>,
    events: mpsc::Sender<DriverEvent>,
) -> SplitSink<Socket, Message> {
    while let Some((text, first_audio)) = queued.recv().await {
        if let Err(error) = sink.send(Message::text(text)).await {
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
