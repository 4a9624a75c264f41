//! How sound goes in and out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use vivavoce_audio::{DeviceId, Processing, Tuning};

use super::Settings;

/// What is done to the sound of both directions, and which devices are used in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Sound {
    /// What the loudspeaker plays is taken out of what the microphone hears.
    pub echo_cancellation: bool,
    /// Steady noise is lowered.
    pub noise_suppression: bool,
    /// The voice is brought to an even level.
    pub gain_control: bool,
    /// Rumble below the voice is taken out.
    pub high_pass: bool,
    /// Added to what the microphone delivers, dB (-20 to 30).
    pub input_gain_db: i32,
    /// Channel of the microphone, from 0; the mean of all when absent.
    pub input_channel: Option<u16>,
    /// Volume of the loudspeaker, dB (-60 to 0).
    pub output_volume_db: i32,
    /// Sound kept in memory for the next press to begin with, ms (0 to 500).
    pub pre_roll_ms: u32,
    /// Short sounds when talking begins and ends.
    pub cues: bool,
    /// Hands-free, the microphone is deaf while an answer plays.
    pub half_duplex: bool,
    /// Input devices to use, in this order, when the chosen one isn't there.
    pub input_preferences: Vec<String>,
    /// Output devices to use, in this order, when the chosen one isn't there.
    pub output_preferences: Vec<String>,
}

impl Default for Sound {
    fn default() -> Self {
        Self {
            echo_cancellation: true,
            noise_suppression: true,
            gain_control: true,
            high_pass: true,
            input_gain_db: 0,
            input_channel: None,
            output_volume_db: 0,
            pre_roll_ms: 0,
            cues: true,
            half_duplex: false,
            input_preferences: Vec::new(),
            output_preferences: Vec::new(),
        }
    }
}

/// Devices that are remembered at most, each direction.
pub(super) const MOST_DEVICES: usize = 16;

impl Sound {
    /// What is done to the microphone's sound.
    pub(crate) fn processing(&self) -> Processing {
        Processing {
            echo: self.echo_cancellation,
            noise: self.noise_suppression,
            gain: self.gain_control,
            high_pass: self.high_pass,
        }
    }

    /// Gain and channel of the microphone.
    pub(crate) fn tuning(&self) -> Tuning {
        Tuning { gain_db: self.input_gain_db as f32, channel: self.input_channel }
    }

    /// Volume of the loudspeaker in dB.
    pub(crate) fn volume_db(&self) -> f32 {
        self.output_volume_db as f32
    }

    /// What is kept from before a press.
    pub(crate) fn pre_roll(&self) -> Option<Duration> {
        (self.pre_roll_ms > 0).then(|| Duration::from_millis(u64::from(self.pre_roll_ms)))
    }
}

impl Settings {
    /// Microphones in the order they are wanted; empty for the system's choice.
    pub(crate) fn inputs(&self) -> Vec<DeviceId> {
        in_order(self.input_device.as_deref(), &self.sound.input_preferences)
    }

    /// The same for loudspeakers.
    pub(crate) fn outputs(&self) -> Vec<DeviceId> {
        in_order(self.output_device.as_deref(), &self.sound.output_preferences)
    }
}

/// The chosen device, then the preferred ones. Whoever has chosen none follows the system, which always has one.
fn in_order(chosen: Option<&str>, preferences: &[String]) -> Vec<DeviceId> {
    let Some(chosen) = chosen else { return Vec::new() };
    let all = std::iter::once(chosen).chain(preferences.iter().map(String::as_str));
    all.filter_map(|id| id.parse().ok()).collect()
}
