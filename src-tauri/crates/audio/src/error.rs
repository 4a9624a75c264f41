//! What can go wrong with sound, named by what a person can do about it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::device::{DeviceId, Direction};

/// A failure of a device, of the sound system, or of a file standing in for a device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum AudioError {
    /// The system has no device at all for this direction (monitors of outputs don't count).
    #[error("there is no {direction} device")]
    NoDevice {
        /// Which side is missing.
        direction: Direction,
    },
    /// The chosen device isn't among those present.
    #[error("the device {id} is not present")]
    DeviceNotFound {
        /// The chosen id.
        id: DeviceId,
    },
    /// The system doesn't let this program use the device (privacy settings, group membership).
    #[error("the system refused access to {name}: {detail}")]
    Refused {
        /// The device's readable name.
        name: String,
        /// The system's own words.
        detail: String,
    },
    /// Another program holds the device.
    #[error("{name} is in use by another program")]
    Busy {
        /// The device's readable name.
        name: String,
    },
    /// The device offers no format this program can use.
    #[error("{name} does not support a usable format: {detail}")]
    Unsupported {
        /// The device's readable name.
        name: String,
        /// The system's own words.
        detail: String,
    },
    /// The device went away and could not be opened again.
    #[error("{name} was lost")]
    Lost {
        /// The device's readable name.
        name: String,
    },
    /// A WAV file that stands in for a device can't be used.
    #[error("the WAV file {}: {problem}", path.display())]
    Wav {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: WavProblem,
    },
    /// The sound system (PulseAudio, PipeWire, ALSA, Core Audio, WASAPI) can't be reached.
    #[error("the sound system is unavailable: {detail}")]
    HostUnavailable {
        /// The system's own words.
        detail: String,
    },
    /// Anything else the sound system reported.
    #[error("{name}: {detail}")]
    Backend {
        /// The device's readable name.
        name: String,
        /// The system's own words.
        detail: String,
    },
}

/// What is wrong with a WAV file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum WavProblem {
    /// There is no such file.
    #[error("not found")]
    NotFound,
    /// The file exists but isn't RIFF/WAVE.
    #[error("not a WAV file")]
    NotWav,
    /// RIFF/WAVE with an encoding other than PCM 8/16/24/32 bit or 32-bit float.
    #[error("unsupported encoding ({detail})")]
    Unsupported {
        /// What it holds instead.
        detail: String,
    },
    /// A valid header and no sample.
    #[error("holds no sound")]
    Empty,
    /// It exists and can't be read.
    #[error("can't be read ({detail})")]
    Unreadable {
        /// The system's own words.
        detail: String,
    },
    /// It can't be created or written.
    #[error("can't be written ({detail})")]
    Unwritable {
        /// The system's own words.
        detail: String,
    },
}

impl AudioError {
    /// Turns what cpal says while a stream of `name` is opened or running into a named cause.
    pub(crate) fn from_cpal(error: &cpal::Error, name: &str, id: &DeviceId) -> Self {
        let name = name.to_owned();
        let detail = error.to_string();
        match error.kind() {
            // Windows' E_ACCESSDENIED, which cpal has no kind for: the microphone's privacy switch.
            cpal::ErrorKind::BackendError if detail.contains("(os error -2147024891)") => {
                Self::Refused { name, detail }
            }
            cpal::ErrorKind::DeviceNotAvailable => Self::DeviceNotFound { id: id.clone() },
            cpal::ErrorKind::DeviceBusy => Self::Busy { name },
            cpal::ErrorKind::PermissionDenied => Self::Refused { name, detail },
            cpal::ErrorKind::UnsupportedConfig
            | cpal::ErrorKind::UnsupportedOperation
            | cpal::ErrorKind::InvalidInput => Self::Unsupported { name, detail },
            cpal::ErrorKind::HostUnavailable | cpal::ErrorKind::StreamInvalidated => Self::HostUnavailable { detail },
            _ => Self::Backend { name, detail },
        }
    }

    /// A default that can't be found means that there is nothing at all.
    pub(crate) fn of_default(self, id: &DeviceId, direction: Direction) -> Self {
        match self {
            Self::DeviceNotFound { .. } if id.is_default() => Self::NoDevice { direction },
            other => other,
        }
    }
}
