//! Devices, echo and the sound streams, as the window knows them.

use serde::Serialize;
use ts_rs::TS;
use vivavoce_engine::{DeviceInfo, Direction};

/// A microphone or loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Device {
    /// Stable over restarts.
    pub id: String,
    /// For people.
    pub name: String,
    /// The system's own choice.
    pub is_default: bool,
    /// Not a microphone but what a loudspeaker plays.
    pub is_monitor: bool,
    /// It is connected by Bluetooth.
    pub is_bluetooth: bool,
}

/// How well the played sound is taken out of the heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EchoReport {
    /// Whether it works.
    pub state: EchoState,
    /// How much of the echo is removed, dB; absent before anything was played.
    pub removed_db: Option<f32>,
    /// Time until the echo arrives, ms.
    pub delay_ms: Option<u32>,
}

/// Whether echo cancelling works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum EchoState {
    /// Nothing was played yet, or cancelling is off.
    #[default]
    Unknown,
    /// It is learning the room.
    Learning,
    /// The echo is removed, or there is none.
    Converged,
    /// The echo is still heard.
    Failing,
}

impl From<&vivavoce_engine::EchoReport> for EchoReport {
    fn from(report: &vivavoce_engine::EchoReport) -> Self {
        let state = match report.state {
            vivavoce_engine::EchoState::Unknown => EchoState::Unknown,
            vivavoce_engine::EchoState::Learning => EchoState::Learning,
            vivavoce_engine::EchoState::Converged => EchoState::Converged,
            vivavoce_engine::EchoState::Failing => EchoState::Failing,
        };
        Self { state, removed_db: report.removed_db, delay_ms: report.delay_ms }
    }
}

/// Counters of the sound streams since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Health {
    /// Length of the microphone's callbacks, ms.
    pub input_period_ms: u32,
    /// Length of the loudspeaker's callbacks, ms.
    pub output_period_ms: u32,
    /// Times the loudspeaker ran dry in mid-answer.
    #[ts(type = "number")]
    pub underruns: u64,
    /// Times captured samples were lost.
    #[ts(type = "number")]
    pub overruns: u64,
    /// Callbacks that came more than two periods late.
    #[ts(type = "number")]
    pub late: u64,
    /// Queued sound that playback waits for before it begins, ms.
    pub playout_target_ms: u32,
    /// Gaps in an answer that were bridged.
    #[ts(type = "number")]
    pub concealed: u64,
    /// Streams opened again after a loss.
    #[ts(type = "number")]
    pub reopened: u64,
}

impl From<&vivavoce_engine::Health> for Health {
    fn from(health: &vivavoce_engine::Health) -> Self {
        Self {
            input_period_ms: health.input_period_ms,
            output_period_ms: health.output_period_ms,
            underruns: health.underruns,
            overruns: health.overruns,
            late: health.late,
            playout_target_ms: health.playout_target_ms,
            concealed: health.concealed,
            reopened: health.reopened,
        }
    }
}

/// All devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Devices {
    /// Microphones, the default first.
    pub inputs: Vec<Device>,
    /// Loudspeakers, the default first.
    pub outputs: Vec<Device>,
}

impl From<&[DeviceInfo]> for Devices {
    fn from(devices: &[DeviceInfo]) -> Self {
        let of = |direction: Direction| {
            let devices = devices.iter().filter(|device| device.direction == direction);
            devices
                .map(|device| Device {
                    id: device.id.to_string(),
                    name: device.name.clone(),
                    is_default: device.is_default,
                    is_monitor: device.is_monitor,
                    is_bluetooth: device.is_bluetooth,
                })
                .collect()
        };
        Self { inputs: of(Direction::Input), outputs: of(Direction::Output) }
    }
}
