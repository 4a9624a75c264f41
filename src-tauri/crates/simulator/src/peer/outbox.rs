//! What leaves a peer: encoded messages, the close frame, and notes for tests.

use std::collections::VecDeque;
use std::time::Instant;

use vivavoce_live::message::{ClientMessage, ServerMessage};

/// Longest reason a close frame holds, in bytes; the service cuts its own there, often in mid-word.
const LONGEST_REASON: usize = 123;

/// What the owner of a [`Peer`](super::Peer) does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this as one binary message: pretty-printed JSON and a newline.
    Send(Vec<u8>),
    /// Close the connection. 1006 means: cut it without a close frame.
    Close {
        /// Close code.
        code: u16,
        /// Close reason, at most 123 bytes.
        reason: String,
    },
    /// Nothing until this time or the next message; `None` once the connection is closed.
    Timeout(Option<Instant>),
}

/// What a client did, for tests.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// It sent a message that parsed.
    Message(Box<ClientMessage>),
    /// Its turn began. Turns count from 1.
    TurnStarted {
        /// Number of the turn.
        turn: u64,
    },
    /// Sound that belongs to a turn.
    Sound {
        /// Number of the turn.
        turn: u64,
        /// Declared samples per second.
        rate: u32,
        /// The samples.
        pcm: Vec<i16>,
    },
    /// Text that belongs to a turn.
    Text {
        /// Number of the turn.
        turn: u64,
        /// The text.
        text: String,
    },
    /// Its turn is complete.
    TurnEnded {
        /// Number of the turn.
        turn: u64,
    },
    /// The turn held nothing and is not answered.
    TurnDropped {
        /// Number of the turn.
        turn: u64,
    },
    /// `turnComplete` of the answer was sent.
    Answered {
        /// Number of the turn.
        turn: u64,
        /// The answer was cut short.
        interrupted: bool,
    },
}

#[derive(Debug)]
pub(super) struct Outbox {
    outputs: VecDeque<Output>,
    notes: VecDeque<Note>,
    keep_notes: bool,
    sent: usize,
    drop_after: Option<usize>,
    closed: bool,
}

impl Outbox {
    pub(super) fn new(drop_after: Option<usize>, keep_notes: bool) -> Self {
        Self { outputs: VecDeque::new(), notes: VecDeque::new(), keep_notes, sent: 0, drop_after, closed: false }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn send(&mut self, message: &ServerMessage) {
        match serde_json::to_vec_pretty(message) {
            Ok(mut json) => {
                json.push(b'\n');
                self.send_raw(json);
            }
            Err(error) => tracing::error!(%error, "a server message cannot be written"),
        }
    }

    pub(super) fn send_raw(&mut self, message: Vec<u8>) {
        if self.closed {
            return;
        }
        self.outputs.push_back(Output::Send(message));
        self.sent += 1;
        if self.drop_after.is_some_and(|limit| self.sent >= limit) {
            self.close(1006, "");
        }
    }

    pub(super) fn close(&mut self, code: u16, reason: &str) {
        if self.closed {
            return;
        }
        self.closed = true;
        let reason = reason[..reason.floor_char_boundary(LONGEST_REASON)].to_owned();
        tracing::debug!(code, reason, "closing");
        self.outputs.push_back(Output::Close { code, reason });
    }

    pub(super) fn pop(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn note(&mut self, note: impl FnOnce() -> Note) {
        if self.keep_notes {
            self.notes.push_back(note());
        }
    }

    pub(super) fn pop_note(&mut self) -> Option<Note> {
        self.notes.pop_front()
    }
}
