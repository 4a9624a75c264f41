//! A conversation with the service as a state machine, without clock or socket.
//!
//! Call one operation or [`Session::handle_input`], then [`Session::poll_output`] until it gives [`Output::Timeout`];
//! wait for the earliest of command, message and that time; repeat. Every call takes the time as an argument.
//!
//! Operations are allowed in any state. What the user says before the session is open waits in order, by turns, and is
//! sent once it is. A press opens the connection when there is none.

mod event;
mod operation;
mod queue;
mod receive;
mod setup;
mod turn;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

pub use event::{Event, Input, Output};
pub use setup::{SessionConfig, SetupOptions, TalkMode};
pub use turn::Turn;

use crate::close::CloseReason;
use crate::codec::{self, AudioEncoder};
use crate::connect::ConnectFailure;
use crate::message::ClientMessage;
use crate::pcm::PcmReader;
use queue::{Item, Pending, Queue};
use turn::Turns;

/// One frame of the silence that follows speech in hands-free mode.
const SILENCE: [i16; 320] = [0; 320];
const SILENCE_EVERY: Duration = Duration::from_millis(20);
/// One second: some models end a turn on trailing silence of about 0.8 s and on nothing else.
const SILENCE_FRAMES: u32 = 50;

/// A conversation with the service.
#[derive(Debug)]
pub struct Session {
    /// For the next connection.
    config: SessionConfig,
    /// Of this connection.
    active: SessionConfig,
    link: Link,
    /// When dialling or opening has taken too long.
    deadline: Option<Instant>,
    turns: Turns,
    queue: Queue,
    /// The button is held, or listening is on.
    held: bool,
    /// `activityStart` was sent on this connection and `activityEnd` wasn't.
    activity_open: bool,
    /// The user asked for this connection, rather than a press having needed it.
    greet: bool,
    tail: Option<Tail>,
    encoder: AudioEncoder,
    reader: PcmReader,
    /// The turn the reader's half sample belongs to.
    reading: Option<Turn>,
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
    Connecting,
    /// Connected, `setup` sent.
    Opening,
    Ready,
}

/// Silence being sent after speech.
#[derive(Debug, Clone, Copy)]
struct Tail {
    left: u32,
    next: Instant,
}

#[derive(Debug)]
struct Queued {
    output: Output,
    first_audio: Option<Turn>,
}

impl Session {
    /// A session that is off.
    pub fn new(config: SessionConfig) -> Self {
        Self {
            turns: Turns::new(config.mode),
            active: config.clone(),
            config,
            link: Link::Off,
            deadline: None,
            queue: Queue::default(),
            held: false,
            activity_open: false,
            greet: false,
            tail: None,
            encoder: AudioEncoder::default(),
            reader: PcmReader::default(),
            reading: None,
            transcribed: None,
            sound_sent: None,
            malformed: 0,
            outputs: VecDeque::new(),
            first_audio: None,
        }
    }

    /// Whether the session is open: what is said now is sent now.
    pub fn is_ready(&self) -> bool {
        self.link == Link::Ready
    }

    /// Takes what happened outside.
    pub fn handle_input(&mut self, input: Input<'_>, now: Instant) {
        match (input, self.link) {
            (Input::Connected, Link::Connecting) => {
                self.link = Link::Opening;
                self.deadline = Some(now + self.active.setup_timeout);
                self.send(&ClientMessage::setup(self.active.to_setup()));
            }
            (Input::ConnectFailed(failure), Link::Connecting) => self.fail(CloseReason::connect_failed(failure)),
            (Input::Message(bytes), Link::Opening | Link::Ready) => self.receive(bytes, now),
            (Input::Closed { code, reason }, Link::Connecting | Link::Opening | Link::Ready) => {
                self.fail(CloseReason::from_frame(code, &reason));
            }
            (Input::Timeout, _) => self.handle_timeout(now),
            // Left over from a connection that is no longer ours.
            _ => {}
        }
    }

    /// The next thing to do; [`Output::Timeout`] when there is nothing left to do until then.
    pub fn poll_output(&mut self) -> Output {
        let Some(Queued { output, first_audio }) = self.outputs.pop_front() else {
            let silence = self.tail.map(|tail| tail.next);
            return Output::Timeout([self.deadline, silence].into_iter().flatten().min());
        };
        self.first_audio = first_audio;
        output
    }

    /// The turn whose first sound is in the [`Output::Send`] that [`Self::poll_output`] has just given.
    pub fn take_first_audio(&mut self) -> Option<Turn> {
        self.first_audio.take()
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            let reason = match self.link {
                Link::Connecting => CloseReason::connect_failed(ConnectFailure::Timeout),
                _ => CloseReason::setup_timeout(),
            };
            self.output(Output::Close);
            self.fail(reason);
        }
        while let Some(tail) = self.tail.filter(|tail| now >= tail.next) {
            self.send_silence(tail);
        }
    }

    fn send_silence(&mut self, tail: Tail) {
        if tail.left > 0 {
            self.send_sound(&SILENCE, None);
            self.tail = Some(Tail { left: tail.left - 1, next: tail.next + SILENCE_EVERY });
        } else {
            self.send(&ClientMessage::audio_stream_end());
            self.tail = None;
        }
    }

    fn begin_connecting(&mut self, now: Instant) {
        if self.active.mode != self.config.mode {
            self.held = false;
            self.turns.release();
            self.queue.discard(false);
        }
        self.active = self.config.clone();
        self.turns.reset(self.active.mode);
        self.link = Link::Connecting;
        self.deadline = Some(now + self.active.setup_timeout);
        self.output(Output::Connect);
        self.event(Event::Connecting);
    }

    /// `setupComplete` has come: everything that waited goes out.
    fn open(&mut self, session_id: Option<String>, now: Instant) {
        self.link = Link::Ready;
        self.deadline = None;
        self.event(Event::Ready { session_id });
        let greeting = self.active.greeting.clone().filter(|_| self.greet && !self.held && self.queue.is_empty());
        self.greet = false;
        if let Some(greeting) = greeting {
            if let Some(turn) = self.turns.greet() {
                self.event(Event::TurnStarted { turn });
            }
            self.send_typed(&greeting, now);
        }
        let mut waiting = self.queue.take();
        let Some(last) = waiting.pop_back() else {
            return;
        };
        if let Some(overtaken) = waiting.back() {
            self.turns.overtaken(overtaken.turn, now);
        }
        for turn in waiting {
            self.send_pending(turn, now, false);
        }
        self.send_pending(last, now, true);
    }

    fn send_pending(&mut self, pending: Pending, now: Instant, is_last: bool) {
        let marks = self.active.mode == TalkMode::PushToTalk;
        if marks {
            self.start_activity();
        }
        for item in pending.items {
            match item {
                Item::Audio(pcm) => self.send_sound(&pcm, Some(pending.turn)),
                Item::Text(text) => self.send(&ClientMessage::text(text)),
            }
        }
        if !pending.ended {
            return;
        }
        if marks {
            self.end_activity();
        }
        if is_last {
            self.await_reply(now);
            if !marks && !self.held {
                self.tail = Some(Tail { left: SILENCE_FRAMES, next: now + SILENCE_EVERY });
            }
        }
    }

    /// Sends typed text; between marks of its own where the service waits for marks.
    fn send_typed(&mut self, text: &str, now: Instant) {
        let marks = self.active.mode == TalkMode::PushToTalk && !self.activity_open;
        if marks {
            self.start_activity();
        }
        self.send(&ClientMessage::text(text));
        if marks {
            self.end_activity();
        }
        self.await_reply(now);
    }

    fn await_reply(&mut self, now: Instant) {
        self.turns.end(now);
        if self.turns.is_awaiting() {
            self.event(Event::Waiting { turn: self.turns.user() });
        }
    }

    fn start_activity(&mut self) {
        if !self.activity_open {
            self.activity_open = true;
            self.send(&ClientMessage::activity_start());
        }
    }

    fn end_activity(&mut self) {
        if self.activity_open {
            self.activity_open = false;
            self.send(&ClientMessage::activity_end());
        }
    }

    /// The connection is gone, or was never made.
    fn fail(&mut self, reason: CloseReason) {
        self.hang_up();
        let push_to_talk = self.active.mode == TalkMode::PushToTalk;
        self.drop_queued(self.held && push_to_talk);
        if self.held && push_to_talk && self.queue.is_empty() {
            self.queue.open(self.turns.user());
        }
        self.event(Event::Closed(reason));
    }

    fn hang_up(&mut self) {
        self.link = Link::Off;
        self.deadline = None;
        self.tail = None;
        self.activity_open = false;
        self.greet = false;
        self.turns.reset(self.active.mode);
        self.reader.reset();
    }

    fn drop_queued(&mut self, only_ended: bool) {
        let frames = self.queue.discard(only_ended) as u64;
        if frames > 0 {
            self.event(Event::AudioDropped { frames });
        }
    }

    fn send_sound(&mut self, pcm: &[i16], turn: Option<Turn>) {
        let mut text = String::new();
        self.encoder.encode(pcm, &mut text);
        let first_audio = turn.filter(|_| turn > self.sound_sent);
        self.sound_sent = self.sound_sent.max(turn);
        self.outputs.push_back(Queued { output: Output::Send(text), first_audio });
    }

    fn send(&mut self, message: &ClientMessage) {
        self.output(Output::Send(codec::encode(message)));
    }

    fn event(&mut self, event: Event) {
        self.output(Output::Event(event));
    }

    fn output(&mut self, output: Output) {
        self.outputs.push_back(Queued { output, first_audio: None });
    }
}
