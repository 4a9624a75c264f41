//! What the audio thread knows about how it is going.

use std::time::Duration;

/// What was heard between the opening of a gate and its closing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heard {
    /// How long frames flowed.
    pub length: Duration,
    /// How much of that the local detector took for speech.
    pub speech: Duration,
    /// The highest sample, in dBFS.
    pub peak_dbfs: f32,
}

/// What the local detector thinks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// Nobody speaks.
    #[default]
    None,
    /// Somebody may have begun to.
    Perhaps,
    /// Somebody speaks.
    Sure,
}

/// How well the played sound is taken out of the heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EchoReport {
    /// Whether it works.
    pub state: EchoState,
    /// Echo return loss enhancement in dB: how much of the echo is removed. `None` before anything was played.
    pub removed_db: Option<f32>,
    /// Time from the hand-over of a sample to the speaker's device until its echo arrives, in ms.
    pub delay_ms: Option<u32>,
}

/// Whether echo cancelling works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EchoState {
    /// Nothing was played yet, or cancelling is off.
    #[default]
    Unknown,
    /// Something plays, the canceller is still learning.
    Learning,
    /// The echo is removed, or there is none.
    Converged,
    /// After 5 s of played sound the echo is still heard: half-duplex would help.
    Failing,
}

/// Counters of the streams since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Asked of the microphone as the length of one callback, in ms.
    pub input_period_ms: u32,
    /// Asked of the speaker, in ms.
    pub output_period_ms: u32,
    /// Times the speaker ran dry in mid-answer.
    pub underruns: u64,
    /// Times captured samples were lost.
    pub overruns: u64,
    /// Callbacks that came more than two periods late.
    pub late: u64,
    /// Queued sound that playback waits for before it begins, in ms: follows the network's jitter.
    pub playout_target_ms: u32,
    /// Gaps in an answer that were bridged.
    pub concealed: u64,
    /// Streams opened again after a loss.
    pub reopened: u64,
}
