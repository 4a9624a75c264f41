//! What goes in and out of the audio thread: commands, events, one capture frame.

use std::time::{Duration, Instant};

use crate::{
    device::{DeviceId, DeviceInfo, Direction},
    error::AudioError,
};

/// Rate of every [`CaptureFrame`] in Hz: what the Live API hears.
pub const CAPTURE_RATE: u32 = 16_000;

/// Samples in a full [`CaptureFrame`]: 20 ms at [`CAPTURE_RATE`].
pub const FRAME_SAMPLES: usize = 320;

/// The level of silence in dBFS; meters never go below it.
pub const FLOOR_DBFS: f32 = -90.0;

/// How the audio thread uses the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplexConfig {
    /// The microphone to begin with.
    pub input: DeviceId,
    /// The speaker to begin with.
    pub output: DeviceId,
    /// Asked from the device as the length of one callback.
    pub period: Duration,
    /// A sensible `tail` for [`AudioCommand::CloseGate`]: people release the button while the last
    /// syllable still sounds.
    pub release_tail: Duration,
    /// How long a device stays open after its last use, so that the next press hears at once.
    pub keep_open: Duration,
}

impl Default for DuplexConfig {
    fn default() -> Self {
        Self {
            input: DeviceId::default(),
            output: DeviceId::default(),
            period: Duration::from_millis(20),
            release_tail: Duration::from_millis(200),
            keep_open: Duration::from_secs(30),
        }
    }
}

/// An order to the audio thread.
#[derive(Clone, Debug, PartialEq)]
pub enum AudioCommand {
    /// Use this microphone from now on; an open one is exchanged at once.
    SelectInput(DeviceId),
    /// Use this speaker from now on; an open one is exchanged at once.
    SelectOutput(DeviceId),
    /// Frames flow from the first sample captured after this instant; opens the microphone if it
    /// is shut. During the tail of a [`AudioCommand::CloseGate`] the tail ends here first.
    OpenGate,
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
    GateClosed,
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
