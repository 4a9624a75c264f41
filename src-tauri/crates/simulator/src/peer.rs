//! The server's half of one connection: messages and time in, messages and a close frame out. No clock, no socket.
//!
//! Life of a connection: a first message that must be `setup`; the checks that may refuse it; `setupComplete`, perhaps
//! after a delay; then a [`Conversation`] until the client leaves, breaks a rule or falls silent for too long. Call one
//! `handle_*`, then [`Peer::poll_output`] until it says [`Output::Timeout`].

mod conversation;
mod ids;
mod listener;
mod outbox;
mod playback;
mod rules;
mod usage;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use vivavoce_live::message::setup::Setup;
use vivavoce_live::message::unknown::unknown_field;
use vivavoce_live::message::{ClientMessage, ServerMessage};

pub use outbox::{Note, Output};

use crate::config::ServerConfig;
use conversation::Conversation;
use outbox::Outbox;
use rules::Refusal;

/// What is known of a connection before its first message. `Debug` leaves the key out.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// API version in the address: `v1`, `v1beta` or `v1alpha`.
    pub version: String,
    /// Key or token, from the query or a header.
    pub key: Option<String>,
}

impl Default for Access {
    fn default() -> Self {
        Self { version: "v1beta".into(), key: None }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_ref().map(|_| "…");
        f.debug_struct("Access").field("version", &self.version).field("key", &key).finish()
    }
}

/// The server's half of one connection.
#[derive(Debug)]
pub struct Peer {
    config: Arc<ServerConfig>,
    access: Access,
    seed: u64,
    state: State,
    outbox: Outbox,
    heard_at: Instant,
}

#[derive(Debug)]
enum State {
    AwaitingSetup,
    Preparing { setup: Box<Setup>, until: Option<Instant> },
    Open(Box<Conversation>),
}

impl Peer {
    /// A connection that opened at `now`; `seed` is what its ids are made from.
    pub fn new(config: Arc<ServerConfig>, access: Access, seed: u64, now: Instant) -> Self {
        let outbox = Outbox::new(config.faults.drop_after_messages, config.record);
        Self { config, access, seed, state: State::AwaitingSetup, outbox, heard_at: now }
    }

    /// Takes one message of the client, text or binary.
    pub fn handle_message(&mut self, message: &[u8], now: Instant) {
        if self.outbox.is_closed() {
            return;
        }
        self.handle_timeout(now);
        self.heard_at = now;
        if let Err(refusal) = self.take(message, now) {
            self.outbox.close(refusal.code, &refusal.reason);
        }
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.outbox.is_closed() {
            return;
        }
        if now >= self.heard_at + self.config.idle_limit {
            self.outbox.close(1008, "The operation was aborted.");
            return;
        }
        match &mut self.state {
            State::Preparing { setup, until: Some(until) } if now >= *until => {
                let setup = std::mem::take(setup);
                self.open(&setup, now);
            }
            State::Open(conversation) => conversation.advance(now, &mut self.outbox),
            State::AwaitingSetup | State::Preparing { .. } => {}
        }
    }

    /// What is to be done next. After [`Output::Close`] only timeouts without a time follow.
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.outbox.pop() {
            return output;
        }
        if self.outbox.is_closed() {
            return Output::Timeout(None);
        }
        let idle = self.heard_at + self.config.idle_limit;
        let due = match &self.state {
            State::AwaitingSetup => None,
            State::Preparing { until, .. } => *until,
            State::Open(conversation) => conversation.due(),
        };
        Output::Timeout(Some(due.map_or(idle, |due| due.min(idle))))
    }

    /// What the client did since the last call, where the configuration asks for a record.
    pub fn poll_note(&mut self) -> Option<Note> {
        self.outbox.pop_note()
    }

    fn take(&mut self, message: &[u8], now: Instant) -> Result<(), Refusal> {
        let json: Value = serde_json::from_slice(message)
            .map_err(|_| Refusal::new(1007, "Invalid JSON payload received. Unexpected token."))?;
        let unknown = if self.config.strict { unknown_field(&json) } else { None };
        if let Some(field) = unknown {
            return Err(Refusal::new(1007, &field.to_string()));
        }
        let null_handle = self.config.strict && rules::has_null_handle(&json);
        let message: ClientMessage = serde_json::from_value(json)
            .map_err(|error| Refusal::new(1007, &format!("Invalid JSON payload received. {error}")))?;
        self.outbox.note(|| Note::Message(Box::new(message.clone())));
        if message.bodies() != 1 || null_handle {
            return Err(Refusal::invalid_argument());
        }
        match (&mut self.state, message.setup) {
            (State::AwaitingSetup, Some(setup)) => self.prepare(setup, now),
            (State::AwaitingSetup, None) | (State::Preparing { .. } | State::Open(_), Some(_)) => {
                Err(Refusal::invalid_argument())
            }
            (State::Preparing { .. }, None) => Ok(()),
            (State::Open(conversation), None) => {
                conversation.handle(ClientMessage { setup: None, ..message }, now, &mut self.outbox)
            }
        }
    }

    fn prepare(&mut self, setup: Setup, now: Instant) -> Result<(), Refusal> {
        rules::check_key(&self.config, &self.access)?;
        rules::check_setup(&self.config, &self.access, &setup)?;
        if self.config.faults.never_setup {
            self.state = State::Preparing { setup: Box::new(setup), until: None };
        } else if self.config.setup_delay.is_zero() {
            self.open(&setup, now);
        } else {
            self.state = State::Preparing { setup: Box::new(setup), until: Some(now + self.config.setup_delay) };
        }
        Ok(())
    }

    fn open(&mut self, setup: &Setup, now: Instant) {
        let profile = rules::profile_of(&self.config, &setup.model);
        let conversation =
            Conversation::open(Arc::clone(&self.config), profile, setup, self.seed, now, &mut self.outbox);
        self.state = State::Open(Box::new(conversation));
        let faults = &self.config.faults;
        if faults.malformed_after_setup {
            self.outbox.send_raw(b"{\"serverContent\": {\"modelTurn\": [\xff\n".to_vec());
            self.outbox.send(&ServerMessage::default());
        }
        if let Some((code, reason)) = &faults.close_after_setup {
            self.outbox.close(*code, reason);
        }
    }
}
