//! What the conversation tells a front end.

use std::time::{Duration, Instant};

use serde::Serialize;
use vivavoce_audio::{DeviceInfo, EchoReport, Health, Voice};
use vivavoce_live::message::server::UsageMetadata;
use vivavoce_live::model::ModelInfo;
use vivavoce_live::session::Carried;
use vivavoce_tools::{Due, Timer};

use crate::latency::Latency;
use crate::problem::Problem;
use crate::secret::{KeyCheck, KeyStatus};
use crate::settings::Settings;
use crate::transcript::Entry;
use crate::usage::UsageReport;

/// Who is told. Called on the engine's task: must return at once.
pub trait Frontend: Send + 'static {
    /// One event, in order.
    fn emit(&mut self, event: &Event);
}

impl<F: FnMut(&Event) + Send + 'static> Frontend for F {
    fn emit(&mut self, event: &Event) {
        self(event);
    }
}

/// What the conversation is doing, in one word; the same word in the window and in the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Not connected; the next press connects.
    Off,
    /// Talking has begun, the microphone hasn't delivered yet.
    OpeningMicrophone,
    /// The connection is being made.
    Connecting,
    /// Connected, nobody speaks.
    Ready,
    /// The microphone is being listened to (what is said before the connection stands is kept and sent).
    Listening,
    /// The user's turn has ended, no answer yet.
    Waiting,
    /// The model is using tools.
    Thinking,
    /// The answer is being heard.
    Speaking,
    /// The connection was lost and is being made again.
    Reconnecting,
    /// Talking is on, but muted.
    Paused,
    /// Something needs the user; see the [`Problem`].
    Error,
}

/// A microphone that hears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LiveInput {
    /// For people.
    pub name: String,
    /// Samples a second.
    pub rate: u32,
    /// How many there are to listen to.
    pub channels: u16,
}

/// One thing that happened. Times are the engine's monotonic clock.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "the settings are told seldom, and an event lives for a moment")]
pub enum Event {
    /// The session is set up; talking goes straight through.
    Ready {
        /// The service's own name for the session, if it gives one.
        session_id: Option<String>,
    },
    /// The connection was lost and is made again by itself; what is said meanwhile waits.
    Reconnecting {
        /// Tries since it was last good.
        attempt: u32,
        /// How long until the next one begins.
        delay: Duration,
    },
    /// The conversation goes on over another connection.
    Continued {
        /// What that knows of it.
        carried: Carried,
    },
    /// The connection was closed as asked, or the service ended an idle one.
    Disconnected,
    /// The phase, or whether talking is locked on by a click, has changed.
    Phase {
        /// What it is now.
        phase: Phase,
        /// Talking goes on without anything being held.
        latched: bool,
    },
    /// A transcript entry is new or has changed otherwise than by appending.
    Entry(Entry),
    /// More text for an entry.
    Append {
        /// The entry's id.
        id: u64,
        /// To be appended as it is.
        text: String,
        /// To the thoughts, rather than the words.
        thought: bool,
    },
    /// The transcript was cleared.
    Cleared,
    /// Peak levels of both directions since the last event, dBFS from −90 to 0, at most 15 a second.
    Levels {
        /// Microphone.
        input_dbfs: f32,
        /// Loudspeaker.
        output_dbfs: f32,
    },
    /// The devices that exist now.
    Devices(Vec<DeviceInfo>),
    /// A microphone hears, or none does any more.
    Input(Option<LiveInput>),
    /// How echo cancelling goes.
    Echo(EchoReport),
    /// How the sound streams have been doing.
    Health(Health),
    /// Whether the local detector thinks that somebody speaks.
    Voice(Voice),
    /// Hands-free with the local detector: what is said from here on is sent.
    SpeechStarted {
        /// When it began.
        at: Instant,
    },
    /// Hands-free with the local detector: the pause was long enough.
    SpeechEnded,
    /// Somebody speaks into the muted microphone.
    MutedSpeech,
    /// A test recording was played back.
    RecordingPlayed {
        /// Its highest sample, dBFS.
        peak_dbfs: f32,
    },
    /// The microphone was muted or unmuted.
    Muted(bool),
    /// Settings, presence of a key, or presence of the chosen devices have changed.
    Settings {
        /// All settings.
        settings: Settings,
        /// Whether an API key is known, and where it is kept (the key itself is never told).
        key: KeyStatus,
        /// Name or id of the chosen input when it isn't connected.
        input_missing: Option<String>,
        /// Name or id of the chosen output when it isn't connected.
        output_missing: Option<String>,
    },
    /// Something needs the user's attention, or no longer does.
    Problem(Option<Problem>),
    /// The first audio message of a user turn was written to the socket.
    AudioFirstSent {
        /// The user's turn.
        turn: u64,
        /// When.
        at: Instant,
        /// When the first sample of the turn was captured.
        captured_at: Option<Instant>,
    },
    /// The first audio of the answer to a turn arrived.
    AudioFirstReceived {
        /// The turn answered.
        turn: u64,
        /// When.
        at: Instant,
    },
    /// The first sample of an answer was handed to the device.
    AudioFirstPlayed {
        /// The turn answered.
        turn: u64,
        /// When.
        at: Instant,
    },
    /// How long that took since the question ended. Not told where the service decides when it does.
    Latency {
        /// The turn answered.
        turn: u64,
        /// Whose share was how long.
        latency: Latency,
    },
    /// The answer was heard to its end.
    AudioFinished {
        /// The turn answered.
        turn: u64,
        /// How much of it was played.
        played: Duration,
    },
    /// The answer was cut and the loudspeaker is silent.
    Interrupted {
        /// The turn answered.
        turn: u64,
        /// How much of the answer was heard.
        heard: Duration,
        /// How much had arrived and was thrown away.
        dropped: Duration,
    },
    /// The service has finished a turn.
    TurnComplete {
        /// The turn answered.
        turn: u64,
        /// The service's reason when the turn was not a normal one.
        reason: Option<String>,
        /// Whether it was cut.
        interrupted: bool,
    },
    /// A timer or reminder has run out.
    TimeIsUp(Due),
    /// The timers that run now, the next one first.
    Timers(Vec<Timer>),
    /// What a turn has used.
    Usage {
        /// The turn answered.
        turn: u64,
        /// The service's own figures.
        usage: UsageMetadata,
        /// The same by kind, with the sum of the conversation and what it cost.
        report: UsageReport,
    },
    /// Counting begins anew.
    UsageReset(UsageReport),
    /// The models to choose from have changed: the service has told its own.
    Models(Vec<ModelInfo>),
    /// How far the check of a key has come (the key itself is never told).
    KeyCheck(KeyCheck),
    /// The last event: the engine has stopped.
    Stopped,
}
