//! What leaves a peer: encoded messages, the close frame, and notes for tests.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivavoce_live::message::{ClientMessage, GoAway, ServerMessage, WireDuration};

use super::trouble::{Progress, Strike, Trigger, Troubles};
use crate::config::ServerConfig;
use crate::fault::FaultAction;

/// Longest reason a close frame holds, in bytes; the service cuts its own there, often in mid-word.
const LONGEST_REASON: usize = 123;
/// Code of a connection that ends without a close frame.
const CUT: u16 = 1006;
/// How long a connection that has fallen silent is kept.
const MUTE_LIFE: Duration = Duration::from_hours(1);

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
    /// A frame of video, which belongs to no turn.
    Frame {
        /// Its media type as declared; empty if it was not.
        mime: String,
        /// Length in bytes.
        bytes: usize,
        /// Width and height; none if it could not be decoded and was let pass.
        pixels: Option<(u32, u32)>,
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

/// What the owner of the socket does beside [`Output`]: faults that are below messages. The rest of the faults happen
/// inside the peer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SocketFaults {
    /// Answer pings so late.
    pub slow_pong: Option<Duration>,
    /// Send messages in frames of at most so many bytes.
    pub fragments: Option<usize>,
    /// From now on neither read nor write, and keep the socket open until the peer closes or the server ends.
    pub deaf: bool,
}

/// What waits to be taken.
#[derive(Debug)]
enum Queued {
    Output(Output),
    /// Nothing behind this is taken before then.
    Stall {
        until: Instant,
    },
}

/// What a peer has to say.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: VecDeque<Queued>,
    notes: VecDeque<Note>,
    keep_notes: bool,
    now: Instant,
    closed: bool,
    /// Since then nothing is sent any more.
    mute_since: Option<Instant>,
    deaf: bool,
    troubles: Troubles,
    triggers: Vec<Trigger>,
    progress: Progress,
}

impl Outbox {
    pub(super) fn new(config: &ServerConfig, connection: u64, now: Instant) -> Self {
        let troubles = Troubles::new(&config.faults, connection);
        Self {
            queue: VecDeque::new(),
            notes: VecDeque::new(),
            keep_notes: config.record,
            now,
            closed: false,
            mute_since: None,
            deaf: false,
            triggers: troubles.triggers(&config.limits),
            troubles,
            progress: Progress::new(now),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether nothing is sent any more though the connection is open.
    pub(super) fn is_mute(&self) -> bool {
        self.mute_since.is_some()
    }

    pub(super) fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    pub(super) fn socket_faults(&self) -> SocketFaults {
        let pong = |action: &FaultAction| match action {
            FaultAction::SlowPong { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        };
        let fragments = |action: &FaultAction| match action {
            FaultAction::Fragments { bytes } => Some((*bytes).max(1)),
            _ => None,
        };
        let answer = self.progress.answer();
        SocketFaults {
            slow_pong: self.troubles.find(answer, pong),
            fragments: self.troubles.find(answer, fragments),
            deaf: self.deaf,
        }
    }

    /// It is `now`: what waited for it happens.
    pub(super) fn tick(&mut self, now: Instant) {
        self.now = now;
        if self.mute_since.is_some_and(|since| now >= since + MUTE_LIFE) {
            self.mute_since = None;
            self.close(CUT, "");
        }
        self.strike();
    }

    /// When it wants to be told the time again.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.is_mute() {
            return self.mute_since.map(|since| since + MUTE_LIFE);
        }
        let triggers = self.triggers.iter().filter_map(|trigger| trigger.due(&self.progress));
        triggers.filter(|due| *due > self.now).min()
    }

    /// Until when what is to be sent waits, if it does.
    pub(super) fn stalled_until(&self) -> Option<Instant> {
        match self.queue.front() {
            Some(Queued::Stall { until }) => Some(*until),
            Some(Queued::Output(_)) | None => None,
        }
    }

    /// `setup` has been answered.
    pub(super) fn set_up(&mut self) {
        self.progress.set_up();
        self.strike();
    }

    /// Answer `turn` begins.
    pub(super) fn begin_answer(&mut self, turn: u64) {
        self.progress.begin_answer(turn, self.now);
        self.strike();
    }

    /// The next message holds so much sound.
    pub(super) fn sound(&mut self, length: Duration) {
        self.progress.sound(length);
    }

    pub(super) fn send(&mut self, message: &ServerMessage) {
        let answer = self.progress.answer();
        let strange = [FaultAction::UnknownField, FaultAction::UnknownEnum];
        let json = if strange.iter().any(|fault| self.troubles.strike(answer, fault)) {
            let plain = serde_json::to_value(message);
            plain.and_then(|plain| serde_json::to_vec_pretty(&dress(plain, &self.troubles, answer)))
        } else {
            serde_json::to_vec_pretty(message)
        };
        match json {
            Ok(mut json) => {
                json.push(b'\n');
                self.send_raw(json);
            }
            Err(error) => tracing::error!(%error, "a server message cannot be written"),
        }
    }

    pub(super) fn send_raw(&mut self, message: Vec<u8>) {
        if self.closed || self.is_mute() {
            return;
        }
        self.queue.push_back(Queued::Output(Output::Send(message)));
        self.progress.message();
        if self.troubles.strike(self.progress.answer(), &FaultAction::EmptyNoise) {
            self.queue.push_back(Queued::Output(Output::Send(b"{}\n".to_vec())));
        }
        self.strike();
    }

    pub(super) fn close(&mut self, code: u16, reason: &str) {
        if self.closed || self.is_mute() {
            return;
        }
        self.closed = true;
        let reason = reason[..reason.floor_char_boundary(LONGEST_REASON)].to_owned();
        tracing::debug!(code, reason, "closing");
        self.queue.push_back(Queued::Output(Output::Close { code, reason }));
    }

    pub(super) fn pop(&mut self) -> Option<Output> {
        loop {
            match self.queue.pop_front()? {
                Queued::Output(output) => return Some(output),
                Queued::Stall { until } if until > self.now => {
                    self.queue.push_front(Queued::Stall { until });
                    return None;
                }
                Queued::Stall { .. } => {}
            }
        }
    }

    pub(super) fn note(&mut self, note: impl FnOnce() -> Note) {
        if self.keep_notes {
            self.notes.push_back(note());
        }
    }

    pub(super) fn pop_note(&mut self) -> Option<Note> {
        self.notes.pop_front()
    }

    fn strike(&mut self) {
        while let Some(due) = self.triggers.iter().position(|trigger| trigger.is_due(&self.progress, self.now)) {
            match self.triggers.swap_remove(due).strike {
                Strike::Close { code, reason } => self.close(code, &reason),
                Strike::Stall(time) => {
                    if let Some(until) = self.now.checked_add(time) {
                        self.queue.push_back(Queued::Stall { until });
                    }
                }
                Strike::Deaf => {
                    self.deaf = true;
                    self.mute_since.get_or_insert(self.now);
                }
                Strike::GoAway { time_left } => {
                    let go_away = GoAway { time_left: Some(WireDuration(time_left)) };
                    self.send(&ServerMessage { go_away: Some(go_away), ..ServerMessage::default() });
                    self.mute_since.get_or_insert(self.now);
                }
            }
        }
    }
}

/// Adds what nobody knows where a fault asks for it.
fn dress(mut message: Value, troubles: &Troubles, answer: u64) -> Value {
    if troubles.strike(answer, &FaultAction::UnknownField) {
        message["novelty"] = json!({"since": 2027});
        if let Some(Value::Object(content)) = message.get_mut("serverContent") {
            content.insert("noveltyScore".into(), json!(0.5));
        }
    }
    if troubles.strike(answer, &FaultAction::UnknownEnum) {
        if message.pointer("/serverContent/turnComplete").is_some() {
            message["serverContent"]["turnCompleteReason"] = json!("NOVEL_REASON");
        }
        if let Some(Value::Object(usage)) = message.get_mut("usageMetadata") {
            let details = usage.entry("promptTokensDetails").or_insert_with(|| json!([]));
            if let Value::Array(details) = details {
                details.push(json!({"modality": "NOVEL_MODALITY", "tokenCount": 1}));
            }
        }
    }
    message
}
