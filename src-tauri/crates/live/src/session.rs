//! A conversation with the service as a state machine, without clock or socket.
//!
//! Call one operation or [`Session::handle_input`], then [`Session::poll_output`] until it gives [`Output::Timeout`];
//! wait for the earliest of command, message and that time; repeat. Every call takes the time as an argument, and the
//! only randomness comes from a seed.
//!
//! Operations are allowed in any state. A session outlives its connections: one that is about to end is replaced by
//! another at a moment when nobody speaks, one that breaks is made again, and what the user said meanwhile, or had said
//! in vain, is sent in order and once. What the new connection knows of the conversation is told by
//! [`Event::Continued`].

mod backoff;
mod event;
mod history;
mod link;
mod liveness;
mod operation;
mod queue;
mod receive;
mod resume;
mod rotation;
mod setup;
mod speak;
mod tools;
mod turn;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Instant;

pub use event::{Carried, Event, Input, Output, Socket};
pub use setup::{SessionConfig, SetupOptions, TalkMode};
pub use turn::Turn;

use crate::codec::{self, AudioEncoder};
use crate::message::ClientMessage;
use crate::model::{self, Capabilities};
use crate::pcm::PcmReader;
use backoff::Backoff;
use history::History;
use liveness::{Liveness, Verdict};
use queue::Queue;
use resume::Resumption;
use rotation::Rotation;
use speak::Tail;
use tools::Tools;
use turn::Turns;

/// A conversation with the service.
#[derive(Debug)]
pub struct Session {
    /// For the next connection.
    config: SessionConfig,
    /// Of this connection.
    active: SessionConfig,
    link: Link,
    /// The connection's, while it is connecting or later.
    socket: Socket,
    /// How many WebSockets there have been.
    sockets: u64,
    /// When dialling or opening has taken too long.
    deadline: Option<Instant>,
    /// When this connection became ready.
    opened: Option<Instant>,
    /// The last time anybody said anything.
    active_at: Option<Instant>,
    /// This service has been reached before: a failure now is a failure of the moment.
    established: bool,
    backoff: Backoff,
    resumption: Resumption,
    rotation: Option<Rotation>,
    liveness: Liveness,
    turns: Turns,
    /// What waits to be sent.
    queue: Queue,
    /// What was sent and isn't answered.
    sent: Queue,
    history: History,
    tools: Tools,
    /// The button is held, or listening is on.
    held: bool,
    /// The service's detection hears speech.
    voice: bool,
    /// `activityStart` was sent on this connection and `activityEnd` wasn't.
    activity_open: bool,
    /// The user asked for this connection, rather than a press having needed it.
    greet: bool,
    /// This connection resumes a session.
    resuming: bool,
    /// It is told in words what it doesn't know, which its setup announces where the model wants that.
    telling: bool,
    seeding: bool,
    /// The next try must not be made early.
    waits_for_quota: bool,
    tail: Option<Tail>,
    /// When a reply of a model that doesn't end its turns is taken to be over.
    segment_end: Option<Instant>,
    encoder: AudioEncoder,
    reader: PcmReader,
    /// The turn the reader's half sample belongs to.
    reading: Option<Turn>,
    /// The reply that has come whole, though its turn may not be complete.
    generated: Option<Turn>,
    /// The reply that has come with a transcript, so that its text parts would repeat it.
    transcribed: Option<Turn>,
    /// Highest turn whose first sound was sent.
    sound_sent: Option<Turn>,
    malformed: u64,
    outputs: VecDeque<Queued>,
    first_audio: Option<Turn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Off,
    /// Lost; the next try begins then.
    Waiting(Instant),
    Connecting,
    /// Connected, `setup` sent.
    Opening,
    Ready,
}

#[derive(Debug)]
struct Queued {
    output: Output,
    first_audio: Option<Turn>,
}

impl Session {
    /// A session that is off. `seed` is what the tries after a failure are spread by.
    pub fn new(config: SessionConfig, seed: u64) -> Self {
        let config = config.fitting_the_model();
        Self {
            turns: Turns::new(config.mode),
            active: config.clone(),
            config,
            link: Link::Off,
            socket: Socket(0),
            sockets: 0,
            deadline: None,
            opened: None,
            active_at: None,
            established: false,
            backoff: Backoff::new(seed),
            resumption: Resumption::default(),
            rotation: None,
            liveness: Liveness::default(),
            queue: Queue::default(),
            sent: Queue::default(),
            history: History::default(),
            tools: Tools::default(),
            held: false,
            voice: false,
            activity_open: false,
            greet: false,
            resuming: false,
            telling: false,
            seeding: false,
            waits_for_quota: false,
            tail: None,
            segment_end: None,
            encoder: AudioEncoder::default(),
            reader: PcmReader::default(),
            reading: None,
            generated: None,
            transcribed: None,
            sound_sent: None,
            malformed: 0,
            outputs: VecDeque::new(),
            first_audio: None,
        }
    }

    /// Whether the session is open: what is said now is sent now, unless a function call has to be answered first.
    pub fn is_ready(&self) -> bool {
        self.link == Link::Ready
    }

    /// Takes what happened outside.
    pub fn handle_input(&mut self, input: Input<'_>, now: Instant) {
        match input {
            Input::Connected(socket) => self.connected(socket, now),
            Input::ConnectFailed(socket, failure) => self.connect_failed(socket, failure, now),
            Input::Message(socket, bytes) if self.is_current(socket) => {
                self.liveness.heard(now);
                self.receive(bytes, now);
            }
            Input::Pong(socket) if self.is_current(socket) => self.liveness.heard(now),
            Input::Closed { socket, code, reason } => self.closed(socket, code, &reason, now),
            Input::NetworkChanged => self.network_changed(now),
            // A message or pong of a connection that is no longer ours means nothing.
            Input::Timeout | Input::Message(..) | Input::Pong(_) => {}
        }
        self.handle_time(now);
    }

    /// The next thing to do; [`Output::Timeout`] when there is nothing left to do until then.
    pub fn poll_output(&mut self) -> Output {
        let Some(Queued { output, first_audio }) = self.outputs.pop_front() else {
            return Output::Timeout(self.due());
        };
        self.first_audio = first_audio;
        output
    }

    /// The turn whose first sound is in the [`Output::Send`] that [`Self::poll_output`] has just given.
    pub fn take_first_audio(&mut self) -> Option<Turn> {
        self.first_audio.take()
    }

    fn due(&self) -> Option<Instant> {
        let retry = match self.link {
            Link::Waiting(until) => Some(until),
            _ => None,
        };
        let silence = self.tail.map(|tail| tail.next);
        let alive = (self.link == Link::Ready).then(|| self.liveness.due(self.is_turn_open())).flatten();
        [self.deadline, retry, silence, alive, self.segment_end, self.rotation_due()].into_iter().flatten().min()
    }

    fn handle_time(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.took_too_long(now);
        }
        if matches!(self.link, Link::Waiting(until) if now >= until) {
            self.dial(now);
        }
        while let Some(tail) = self.tail.filter(|tail| now >= tail.next) {
            self.send_silence(tail);
        }
        if let Some(end) = self.segment_end.filter(|end| now >= *end) {
            self.end_segment(end);
        }
        if self.link == Link::Ready {
            match self.liveness.check(self.is_turn_open(), now) {
                Verdict::Fine => {}
                Verdict::Ask => self.output(Output::Ping(self.socket)),
                Verdict::Gone => self.went_silent(now),
            }
        }
        self.rotate(now);
    }

    /// Whether the service is expected to say something.
    fn is_turn_open(&self) -> bool {
        self.activity_open
            || self.turns.is_awaiting()
            || self.turns.reply().is_some()
            || (self.held && self.active.mode == TalkMode::HandsFree)
    }

    /// Whether what is said now can be sent now.
    fn is_open(&self) -> bool {
        self.link == Link::Ready && !self.is_gated()
    }

    /// Whether the service would close the connection if anything but the answer to its call was sent.
    fn is_gated(&self) -> bool {
        self.tools.is_blocked() && !self.capabilities().input_during_blocking_call
    }

    fn is_current(&self, socket: Socket) -> bool {
        socket == self.socket && matches!(self.link, Link::Connecting | Link::Opening | Link::Ready)
    }

    fn capabilities(&self) -> &'static Capabilities {
        model::family_of(&self.active.model).capabilities()
    }

    fn send(&mut self, message: &ClientMessage) {
        let text = codec::encode(message);
        self.output(Output::Send { socket: self.socket, text });
    }

    fn event(&mut self, event: Event) {
        self.output(Output::Event(event));
    }

    fn output(&mut self, output: Output) {
        self.outputs.push_back(Queued { output, first_audio: None });
    }
}
