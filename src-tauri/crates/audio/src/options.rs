//! What can be chosen about the sound.

use std::time::Duration;

/// What is done to the microphone's sound before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processing {
    /// What the speaker plays is taken out of what the microphone hears.
    pub echo: bool,
    /// Steady noise is lowered.
    pub noise: bool,
    /// The voice is brought to an even level.
    pub gain: bool,
    /// Rumble below the voice is taken out.
    pub high_pass: bool,
}

impl Processing {
    /// The sound as it is, sample for sample.
    pub const OFF: Self = Self { echo: false, noise: false, gain: false, high_pass: false };
    /// Everything.
    pub const ALL: Self = Self { echo: true, noise: true, gain: true, high_pass: true };
}

/// The microphone's own adjustments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tuning {
    /// Added to what the device delivers, in dB, -20 to 30.
    pub gain_db: f32,
    /// The device's channel to listen to, from 0; the mean of all when `None` or when there is no such channel.
    pub channel: Option<u16>,
}

/// Who says when the gate lets sound through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GateMode {
    /// The gate's owner: everything flows from the opening to the closing.
    #[default]
    Held,
    /// The local voice detector: after the opening, frames flow only while somebody speaks, between
    /// [`SpeechStarted`](crate::AudioEvent::SpeechStarted) and [`SpeechEnded`](crate::AudioEvent::SpeechEnded). The first frames are from before the detection, so
    /// that no first syllable is missing.
    Voice {
        /// How long a pause ends the speech.
        patience: Duration,
    },
}

/// A short sound of the program's own. It never reaches the service: it is part of what the echo canceller takes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    /// The microphone hears. Plays after the first captured sample of a press.
    Start,
    /// The press is over.
    Stop,
    /// Somebody speaks and the microphone is muted.
    Muted,
    /// Something went wrong.
    Error,
    /// The user is asked for a word.
    Question,
    /// A timer has run out.
    TimeIsUp,
}
