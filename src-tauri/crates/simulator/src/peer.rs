//! The server's half of one connection: messages and time in, messages and a close frame out. No clock, no socket.
//!
//! Life of a connection: a first message that must be `setup`; the checks that may refuse it; `setupComplete`, perhaps
//! after a delay; then a [`Conversation`] until the client leaves, breaks a rule or falls silent for too long. Call one
//! `handle_*`, then [`Peer::poll_output`] until it says [`Output::Timeout`]; and [`Peer::disconnected`] at the end.

mod calls;
mod conversation;
mod ids;
mod listener;
mod memory;
mod outbox;
mod playback;
mod rules;
mod trouble;
mod twist;
mod usage;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use vivavoce_live::message::setup::Setup;
use vivavoce_live::message::unknown::unknown_field;
use vivavoce_live::message::{ClientMessage, GoAway, ServerMessage, WireDuration};

pub use memory::HeardTurn;
pub(crate) use memory::Memory;
pub use outbox::{Note, Output, SocketFaults};

use crate::config::ServerConfig;
use crate::fault::FaultAction;
use crate::registry::{Registry, SessionId};
use conversation::{Conversation, Place};
use ids::Ids;
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
    registry: Registry,
    access: Access,
    ids: Option<Ids>,
    state: State,
    session: Option<SessionId>,
    outbox: Outbox,
    opened_at: Instant,
    heard_at: Instant,
    /// Time of the newest call, for a peer that is dropped.
    now: Instant,
    announced: bool,
}

#[derive(Debug)]
enum State {
    AwaitingSetup,
    Preparing { setup: Box<Setup>, place: Place, until: Option<Instant> },
    Open(Box<Conversation>),
}

impl Peer {
    /// A connection that opened at `now`; `registry` is shared by all connections of a server, and `seed` is what ids
    /// are made from.
    pub fn new(config: Arc<ServerConfig>, registry: Registry, access: Access, seed: u64, now: Instant) -> Self {
        let connection = registry.count_connection();
        let outbox = Outbox::new(&config, connection, now);
        Self {
            config,
            registry,
            access,
            ids: Some(Ids::new(seed, connection)),
            state: State::AwaitingSetup,
            session: None,
            outbox,
            opened_at: now,
            heard_at: now,
            now,
            announced: false,
        }
    }

    /// Takes one message of the client, text or binary.
    pub fn handle_message(&mut self, message: &[u8], now: Instant) {
        self.handle_timeout(now);
        if self.outbox.is_closed() || self.outbox.is_mute() {
            return;
        }
        self.heard_at = now;
        if let Err(refusal) = self.take(message, now) {
            self.outbox.close(refusal.code, &refusal.reason);
        }
        self.settle(now);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        self.outbox.tick(now);
        if !self.outbox.is_closed() && !self.outbox.is_mute() {
            self.act(now);
        }
        self.settle(now);
    }

    /// The socket is gone: the session ends, and can be resumed from now on. Must be called once it is.
    pub fn disconnected(&mut self, now: Instant) {
        if let Some(session) = self.session.take() {
            self.registry.release(session, now);
        }
    }

    /// What is to be done next. After [`Output::Close`] only timeouts without a time follow.
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.outbox.pop() {
            return output;
        }
        if let Some(until) = self.outbox.stalled_until() {
            return Output::Timeout(Some(until));
        }
        if self.outbox.is_closed() {
            return Output::Timeout(None);
        }
        Output::Timeout(self.due())
    }

    /// What the client did since the last call, where the configuration asks for a record.
    pub fn poll_note(&mut self) -> Option<Note> {
        self.outbox.pop_note()
    }

    /// Everything the session has heard, on this connection and on those it was resumed from, in order: answered turns,
    /// then what waits for its answer. Sound that belongs to no ended turn is not in it. Empty unless the configuration
    /// asks for a record.
    pub fn history(&self) -> Vec<Arc<HeardTurn>> {
        match &self.state {
            State::AwaitingSetup => Vec::new(),
            State::Preparing { place, .. } => {
                place.memory.as_ref().map(|memory| memory.history.clone()).unwrap_or_default()
            }
            State::Open(conversation) => conversation.history(),
        }
    }

    /// Faults the owner of the socket carries out; to be asked again after every [`Peer::poll_output`].
    pub fn socket_faults(&self) -> SocketFaults {
        self.outbox.socket_faults()
    }

    fn act(&mut self, now: Instant) {
        let limits = &self.config.limits;
        let age = now.saturating_duration_since(self.opened_at);
        if age >= limits.connection {
            self.outbox.close(1011, "Deadline expired before operation could complete.");
        } else if now.saturating_duration_since(self.heard_at) >= limits.idle {
            self.outbox.close(1008, "The operation was aborted.");
        }
        match std::mem::replace(&mut self.state, State::AwaitingSetup) {
            State::Preparing { setup, place, until: Some(until) } if now >= until => self.open(&setup, place),
            state => self.state = state,
        }
        if let State::Open(conversation) = &mut self.state {
            conversation.advance(now, &mut self.outbox);
        }
        if let (State::Open(_), Some(notice), false) = (&self.state, self.config.limits.go_away, self.announced)
            && age >= self.config.limits.connection.saturating_sub(notice)
        {
            self.announced = true;
            let go_away = GoAway { time_left: Some(WireDuration(notice)) };
            self.outbox.send(&ServerMessage { go_away: Some(go_away), ..ServerMessage::default() });
        }
    }

    fn due(&self) -> Option<Instant> {
        if self.outbox.is_mute() {
            return self.outbox.due();
        }
        let limits = &self.config.limits;
        let notice = limits.go_away.filter(|_| !self.announced && matches!(self.state, State::Open(_)));
        let announcement =
            notice.and_then(|notice| self.opened_at.checked_add(limits.connection.saturating_sub(notice)));
        let own = match &self.state {
            State::AwaitingSetup => None,
            State::Preparing { until, .. } => *until,
            State::Open(conversation) => conversation.due(),
        };
        let ends = [self.opened_at.checked_add(limits.connection), self.heard_at.checked_add(limits.idle)];
        ends.into_iter().chain([announcement, own, self.outbox.due()]).flatten().min()
    }

    /// A session ends with the close frame, whether or not the socket has gone yet.
    fn settle(&mut self, now: Instant) {
        if self.outbox.is_closed() {
            self.disconnected(now);
        }
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
        let place = self.place(&setup, now)?;
        self.session = Some(place.session);
        let slow = self.outbox.troubles().find(0, |action| match action {
            FaultAction::SlowSetup { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        let delay = self.config.setup_delay + slow.unwrap_or_default();
        if self.outbox.troubles().strike(0, &FaultAction::NeverSetup) {
            self.state = State::Preparing { setup: Box::new(setup), place, until: None };
        } else if delay.is_zero() {
            self.open(&setup, place);
        } else {
            self.state = State::Preparing { setup: Box::new(setup), place, until: Some(now + delay) };
        }
        Ok(())
    }

    /// A new session, or the one a handle leads back to.
    fn place(&self, setup: &Setup, now: Instant) -> Result<Place, Refusal> {
        let handle = setup.session_resumption.as_ref().and_then(|resumption| resumption.handle.as_deref());
        let Some(handle) = handle.filter(|handle| !handle.is_empty()) else {
            let session = self.registry.open(&setup.model);
            return Ok(Place { registry: self.registry.clone(), session, memory: None });
        };
        let refused = self.outbox.troubles().find(0, |action| match action {
            FaultAction::InvalidHandle { code } => Some(*code),
            _ => None,
        });
        if let Some(code) = refused {
            return Err(Refusal::invalid_handle(code));
        }
        let (session, memory) = self.registry.resume(handle, &setup.model, self.config.limits.handle_life, now)?;
        Ok(Place { registry: self.registry.clone(), session, memory: Some(memory) })
    }

    fn open(&mut self, setup: &Setup, place: Place) {
        let Some(ids) = self.ids.take() else { return };
        let profile = rules::profile_of(&self.config, &setup.model);
        let conversation = Conversation::open(Arc::clone(&self.config), profile, setup, place, ids, &mut self.outbox);
        self.outbox.set_up();
        Conversation::send_nonsense(None, &mut self.outbox);
        self.state = State::Open(Box::new(conversation));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.disconnected(self.now);
    }
}
