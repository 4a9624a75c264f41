//! What goes in and out of the audio thread: commands, events, one capture frame.

use std::time::{Duration, Instant};

use crate::{
    device::{DeviceId, DeviceInfo, Direction},
    error::AudioError,
    options::{Cue, GateMode, Processing, Tuning},
    report::{EchoReport, Health, Heard, Voice},
};

/// Rate of every [`CaptureFrame`] in Hz: what the Live API hears.
pub const CAPTURE_RATE: u32 = 16_000;

/// Samples in a full [`CaptureFrame`]: 20 ms at [`CAPTURE_RATE`].
pub const FRAME_SAMPLES: usize = 320;

/// The level of silence in dBFS; meters never go below it.
pub const FLOOR_DBFS: f32 = -90.0;

/// How the audio thread uses the devices.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplexConfig {
    /// The microphones to begin with, see [`AudioCommand::SelectInput`].
    pub input: Vec<DeviceId>,
    /// The speakers to begin with, see [`AudioCommand::SelectOutput`].
    pub output: Vec<DeviceId>,
    /// Asked from the device as the length of one callback; longer ones are asked for when it has trouble.
    pub period: Duration,
    /// What is done to the microphone's sound.
    pub processing: Processing,
    /// Gain and channel of the microphone.
    pub tuning: Tuning,
    /// Volume of the speaker in dB, -60 to 0.
    pub volume_db: f32,
    /// See [`AudioCommand::Arm`].
    pub armed: Option<Duration>,
    /// A sensible `tail` for [`AudioCommand::CloseGate`]: people release the button while the last
    /// syllable still sounds.
    pub release_tail: Duration,
    /// How long a device stays open after its last use, so that the next press hears at once.
    pub keep_open: Duration,
}

impl Default for DuplexConfig {
    fn default() -> Self {
        Self {
            input: Vec::new(),
            output: Vec::new(),
            period: Duration::from_millis(20),
            processing: Processing::OFF,
            tuning: Tuning::default(),
            volume_db: 0.0,
            armed: None,
            release_tail: Duration::from_millis(200),
            keep_open: Duration::from_secs(30),
        }
    }
}

/// An order to the audio thread.
#[derive(Clone, Debug, PartialEq)]
pub enum AudioCommand {
    /// Use the first of these microphones that is there, from now on; the system's default when none is (or the list is
    /// empty). A better one that comes (back) is taken up at once.
    SelectInput(Vec<DeviceId>),
    /// The same for speakers.
    SelectOutput(Vec<DeviceId>),
    /// What to do to the microphone's sound from the next block on.
    Process(Processing),
    /// Gain and channel of the microphone from the next block on.
    Tune(Tuning),
    /// Volume of the speaker in dB, -60 to 0, from the next callback on.
    Volume(f32),
    /// Keep the microphone open and this much of its sound (at most 500 ms) in memory, nowhere else, for the next press to
    /// begin with; `None` stops it.
    Arm(Option<Duration>),
    /// Open the speaker now, so that an answer that comes soon is heard at once.
    Warm,
    /// Play a short sound now. [`Cue::Start`] waits for the first captured sample.
    Play(Cue),
    /// Lower what is being played by 12 dB (or no more): somebody may be speaking over it.
    Duck(bool),
    /// Record `seconds` of the microphone as the service would hear it, then play it back (also the end of a running
    /// recording). Ends with [`AudioEvent::RecordingPlayed`]. Refused during a press or an answer.
    RecordTest {
        /// Its length.
        seconds: f32,
    },
    /// Play these mono samples of `rate` Hz while the microphone runs, to see how much of them the canceller removes.
    TestEcho {
        /// The test phrase.
        pcm: Vec<i16>,
        /// Its rate in Hz.
        rate: u32,
    },
    /// Frames flow from the first sample captured after this instant (earlier by what [`AudioCommand::Arm`] asks);
    /// opens the microphone if it is shut, and the speaker. During the tail of a [`AudioCommand::CloseGate`] the tail ends
    /// here first.
    OpenGate(GateMode),
    /// Frames flow for `tail` more, then the resampler is drained and one
    /// [`AudioEvent::GateClosed`] follows. With the gate shut it follows at once.
    CloseGate {
        /// How much longer to listen.
        tail: Duration,
    },
    /// While muted an open gate sends silence.
    SetMuted(bool),
    /// Sound of a turn to play, after what is queued. A turn up to the last flushed one is dropped.
    Push {
        /// Whose sound it is.
        turn: u64,
        /// Mono samples.
        pcm: Vec<i16>,
        /// Their rate in Hz.
        rate: u32,
    },
    /// No more sound will come for this turn.
    EndTurn {
        /// Which turn.
        turn: u64,
    },
    /// Be silent at once about every turn up to this one, and drop what comes late for them.
    Flush {
        /// The last turn to silence.
        up_to_turn: u64,
    },
    /// A 440 Hz tone at -20 dBFS, the first half on the left, the second on the right.
    TestTone {
        /// Its length.
        seconds: f32,
    },
    /// The settings page wants the input level while nobody talks.
    MonitorInput(bool),
    /// Look at the devices now.
    RefreshDevices,
}

/// What the audio thread tells.
#[derive(Clone, Debug, PartialEq)]
pub enum AudioEvent {
    /// The first callback of a microphone has come: it hears.
    InputLive {
        /// Readable name.
        name: String,
        /// Native rate in Hz.
        rate: u32,
        /// Native channels.
        channels: u16,
    },
    /// The microphone was shut (idle, exchanged or lost).
    InputClosed,
    /// 20 ms of the speaker's voice.
    Frame(CaptureFrame),
    /// The last frame of a press has been given out.
    GateClosed {
        /// What there was to hear.
        heard: Heard,
    },
    /// [`GateMode::Voice`]: somebody began to speak; the frames of it follow.
    SpeechStarted {
        /// When, as far as the detector can tell.
        at: Instant,
    },
    /// [`GateMode::Voice`]: the pause was long enough; the last frame has been given out.
    SpeechEnded {
        /// What there was to hear.
        heard: Heard,
    },
    /// [`GateMode::Held`], or a shut gate with an open microphone: the local detector's word on whether somebody speaks.
    /// Told when it changes.
    Voice(Voice),
    /// Somebody has been speaking for a while although the microphone is muted. Once a muting.
    MutedSpeech,
    /// For a second of an open gate every sample was zero: the system may be blocking the microphone. Once a press.
    InputBlocked,
    /// How echo cancelling goes; when it changes, at most twice a second, while something is played.
    Echo(EchoReport),
    /// A [`AudioCommand::RecordTest`] was played back to its end.
    RecordingPlayed {
        /// The highest sample in dBFS.
        peak_dbfs: f32,
    },
    /// How the streams have been doing, when it changed, at most once a second.
    Health(Health),
    /// The first callback of a speaker has come.
    OutputLive {
        /// Readable name.
        name: String,
        /// Native rate in Hz.
        rate: u32,
        /// Native channels.
        channels: u16,
    },
    /// The first sample of a turn was handed to the device.
    PlaybackStarted {
        /// Which turn.
        turn: u64,
        /// When its first sample was handed over.
        at: Instant,
    },
    /// The last sample of an ended turn was handed to the device. A turn that ended without any
    /// sound gives this with `played` zero and no [`AudioEvent::PlaybackStarted`].
    PlaybackFinished {
        /// Which turn.
        turn: u64,
        /// How much of it was heard.
        played: Duration,
    },
    /// A turn was cut; the device is silent.
    PlaybackFlushed {
        /// Which turn.
        turn: u64,
        /// How much of it was heard.
        played: Duration,
        /// How much was queued and is gone.
        dropped: Duration,
    },
    /// Peak levels since the last such event, in dBFS from [`FLOOR_DBFS`] to 0; at most 15 a second.
    Levels {
        /// What an open, unmuted gate (or the monitor) hears; the floor otherwise.
        input_dbfs: f32,
        /// What was handed to the speaker.
        output_dbfs: f32,
    },
    /// The devices differ from the last such list.
    DevicesChanged(Vec<DeviceInfo>),
    /// A device in use, or chosen, is gone. Another takes its place or [`AudioEvent::Failed`] follows.
    DeviceLost {
        /// Which side.
        direction: Direction,
        /// Readable name.
        name: String,
    },
    /// This side is out of use; while it is wanted, it is tried again every second.
    Failed {
        /// Which side.
        direction: Direction,
        /// Why.
        error: AudioError,
    },
    /// Captured samples were lost because the audio thread came late.
    Overrun {
        /// Device samples since the last such event.
        frames: u64,
    },
    /// The device asked for more than there was in the middle of a turn.
    Underrun {
        /// Device samples since the last such event.
        frames: u64,
    },
}

/// A piece of what the microphone heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureFrame {
    /// Counts frames without a gap, over all presses of one [`crate::Duplex`].
    pub seq: u64,
    /// When its first sample was captured.
    pub captured_at: Instant,
    /// [`FRAME_SAMPLES`] mono samples at [`CAPTURE_RATE`]; the last frame of a press may be shorter.
    pub pcm: Vec<i16>,
}
