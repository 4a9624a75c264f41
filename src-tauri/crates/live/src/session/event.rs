//! What goes into a session and what comes out.

use std::time::{Duration, Instant};

use super::Turn;
use crate::close::CloseReason;
use crate::connect::ConnectFailure;
use crate::message::{FunctionCall, Grounding, Setup, UsageMetadata};

/// Names one WebSocket of a session; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket(pub u64);

/// What happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// The WebSocket is open.
    Connected(Socket),
    /// It could not be opened.
    ConnectFailed(Socket, ConnectFailure),
    /// A message came, in a text or a binary frame.
    Message(Socket, &'a [u8]),
    /// The other side answered a ping.
    Pong(Socket),
    /// The WebSocket was closed by the other side or broke.
    Closed {
        /// Which.
        socket: Socket,
        /// The close frame's code, if there was a close frame.
        code: Option<u16>,
        /// Its reason, or what the system says.
        reason: String,
    },
    /// The machine has another network now, or woke up: what is waited for may be had at once, and what seems open may
    /// be dead.
    NetworkChanged,
    /// The time of [`Output::Timeout`] has come.
    Timeout,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "short-lived, and rarely more than a few at a time")]
pub enum Output {
    /// Open a WebSocket; answer with [`Input::Connected`] or [`Input::ConnectFailed`].
    Connect {
        /// Its name from now on.
        socket: Socket,
        /// What it is going to be set up with, but for the handle: what a token for it may be locked to.
        setup: Box<Setup>,
    },
    /// Send a text message. What goes to a new WebSocket must not overtake the goodbye of an old one.
    Send {
        /// Where.
        socket: Socket,
        /// The message.
        text: String,
    },
    /// Send a ping; answer with [`Input::Pong`].
    Ping(Socket),
    /// Close the WebSocket, or stop dialling; nothing of it is of interest any more.
    Close(Socket),
    /// Tell the user's side.
    Event(Event),
    /// Nothing to do; give [`Input::Timeout`] at that time if nothing happens before.
    Timeout(Option<Instant>),
}

/// What a new connection knows of the conversation so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// All of it: the service resumed the session.
    Everything,
    /// Its words, as text; the voices and pictures are lost.
    Words {
        /// So many of the oldest exchanges were left out.
        left_out: usize,
    },
    /// Nothing: the model takes no history, or there is none in words.
    Nothing,
}

/// What the conversation tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A connection is being made.
    Connecting,
    /// The session is open.
    Ready {
        /// Its id, where the service tells one.
        session_id: Option<String>,
    },
    /// The conversation goes on over another connection, which has just become ready.
    Continued {
        /// What it knows.
        carried: Carried,
    },
    /// The connection was lost; it is made again by itself, and what is said meanwhile waits.
    Reconnecting {
        /// Why it was lost, or why the last try failed.
        reason: CloseReason,
        /// Tries since it was last good, this one included.
        attempt: u32,
        /// How long until the next one begins.
        delay: Duration,
    },
    /// The session is off because that was asked for.
    Disconnected,
    /// The session is off for any other reason. A press opens a new one.
    Closed(CloseReason),
    /// The user's side of a turn is open.
    TurnStarted {
        /// The turn.
        turn: Turn,
    },
    /// A turn is sent again on another connection because it wasn't answered, or not to the end: its words and its
    /// answer begin anew.
    Repeated {
        /// The turn.
        turn: Turn,
        /// It holds speech, whose words will be transcribed again.
        spoken: bool,
    },
    /// What the user seems to be saying so far, in place of what this event said before.
    InterimTranscript {
        /// The turn.
        turn: Turn,
        /// All of it so far.
        text: String,
    },
    /// Words of the user, to append.
    InputTranscript {
        /// The turn.
        turn: Turn,
        /// The fragment.
        text: String,
    },
    /// Words of the model, to append.
    OutputTranscript {
        /// The turn being answered.
        turn: Turn,
        /// The fragment.
        text: String,
    },
    /// What the model thinks; not part of its answer.
    Thought {
        /// The turn being answered.
        turn: Turn,
        /// The fragment.
        text: String,
    },
    /// Sound of the reply.
    Audio {
        /// The turn being answered.
        turn: Turn,
        /// Mono samples.
        pcm: Vec<i16>,
        /// Their rate in Hz.
        rate: u32,
    },
    /// Silence now, for every turn up to this one. May be repeated.
    Flush {
        /// The newest turn to silence.
        turn: Turn,
    },
    /// The model has said everything; playback may go on.
    GenerationComplete {
        /// The turn being answered.
        turn: Turn,
    },
    /// The model's turn is over; sound may still be playing, and even arriving.
    TurnComplete {
        /// The turn that was answered.
        turn: Turn,
        /// Why, where it isn't the usual.
        reason: Option<String>,
        /// The reply was cut.
        interrupted: bool,
    },
    /// The model has spoken and is still at work; more follows without being asked.
    Working {
        /// The turn being answered.
        turn: Turn,
    },
    /// The user's side is over and the reply hasn't begun.
    Waiting {
        /// The turn.
        turn: Turn,
    },
    /// Tokens used.
    Usage {
        /// The turn that used them.
        turn: Turn,
        /// How many.
        usage: UsageMetadata,
    },
    /// The server will end the connection soon.
    GoAway {
        /// How soon.
        time_left: Duration,
    },
    /// The service heard speech begin or end.
    VoiceActivity {
        /// Begin, rather than end.
        start: bool,
    },
    /// The model asks for functions to be called.
    ToolCall {
        /// The calls.
        calls: Vec<FunctionCall>,
    },
    /// Calls the model no longer wants.
    ToolCallsCancelled {
        /// Their ids.
        ids: Vec<String>,
    },
    /// Where an answer comes from, in place of what was told of the same turn before.
    Sources {
        /// The turn being answered.
        turn: Turn,
        /// What was searched for and found.
        grounding: Grounding,
    },
    /// Whether the session could be resumed now.
    Resumption {
        /// It could.
        resumable: bool,
    },
    /// A message could not be read and was passed over.
    MalformedMessage {
        /// How many there have been.
        count: u64,
        /// What is wrong with this one.
        detail: String,
    },
    /// Sound of the user was dropped: too much had to wait, or the connection failed with it unsent.
    AudioDropped {
        /// How many samples at 16 kHz.
        frames: u64,
    },
}
