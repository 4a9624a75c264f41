//! The types that cross to the window, besides those of the engine that cross as they are.

mod answer;
mod desktop;
mod model;
mod sound;

use serde::Serialize;
use ts_rs::TS;
use vivavoce_engine::tools::Timer;
use vivavoce_engine::{Entry, KeyCheck, KeyStatus, Latency, LiveInput, Phase, Problem, Settings, UsageReport};

pub use answer::{Attachment, CommandError, PictureRefusal, SettingsImport};
pub use desktop::{Part, ShortcutPath, ShortcutState, Shortcuts, TrayState};
pub use model::{FunctionOption, ModelFeatures, ModelOption, VoiceOption};
pub(crate) use model::{models, voices};
pub use sound::{Device, Devices, EchoReport, EchoState, Health};

/// Everything the window shows, as of event `seq`.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Snapshot {
    /// The last event that is in it.
    #[ts(type = "number")]
    pub seq: u64,
    /// What the conversation is doing.
    pub phase: Phase,
    /// The microphone sends silence.
    pub muted: bool,
    /// Talking goes on without anything being held.
    pub latched: bool,
    /// Whether an API key is known, and where it is kept.
    pub key: KeyStatus,
    /// All settings.
    pub settings: Settings,
    /// What they are before anything was chosen.
    pub defaults: Settings,
    /// All devices.
    pub devices: Devices,
    /// The chosen input when it isn't connected.
    pub input_missing: Option<String>,
    /// The chosen output when it isn't connected.
    pub output_missing: Option<String>,
    /// Models to choose from.
    pub models: Vec<ModelOption>,
    /// Voices to choose from.
    pub voices: Vec<VoiceOption>,
    /// Functions there are.
    pub functions: Vec<FunctionOption>,
    /// Timers that run, the next one first.
    pub timers: Vec<Timer>,
    /// Both sides so far.
    pub transcript: Vec<Entry>,
    /// What needs the user.
    pub problem: Option<Problem>,
    /// What was used so far.
    pub usage: UsageReport,
    /// What the newest answer took; absent before one was timed.
    pub latency: Option<Latency>,
    /// The microphone that hears; absent while it is shut.
    pub input: Option<LiveInput>,
    /// How echo cancelling goes.
    pub echo: EchoReport,
    /// How the sound streams have been doing.
    pub health: Health,
    /// What has become of the shortcuts from anywhere.
    pub shortcuts: Shortcuts,
    /// What has become of the icon in the tray.
    pub tray: TrayState,
    /// The program's version.
    pub version: String,
    /// The desktop's language, BCP 47.
    pub locale: String,
}

/// One change, numbered without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ViewEvent {
    /// One more than the event before.
    #[ts(type = "number")]
    pub seq: u64,
    /// What has changed.
    #[serde(flatten)]
    pub change: ViewChange,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum ViewChange {
    /// What the conversation is doing.
    Phase {
        /// In one word.
        phase: Phase,
        /// Talking goes on without anything being held.
        latched: bool,
    },
    /// Peak levels, dBFS from −90 to 0, at most 15 a second.
    Levels {
        /// Microphone.
        input: f32,
        /// Loudspeaker.
        output: f32,
    },
    /// A transcript entry is new or replaced.
    Entry {
        /// The whole entry.
        entry: Entry,
    },
    /// More text for an entry.
    Append {
        /// The entry's id.
        #[ts(type = "number")]
        id: u64,
        /// To be appended as it is.
        text: String,
        /// To the thoughts, rather than the words.
        thought: bool,
    },
    /// The transcript was cleared.
    Cleared,
    /// Settings, key or chosen devices.
    Settings {
        /// All settings.
        settings: Box<Settings>,
        /// Whether an API key is known, and where it is kept.
        key: KeyStatus,
        /// The chosen input when it isn't connected.
        input_missing: Option<String>,
        /// The chosen output when it isn't connected.
        output_missing: Option<String>,
    },
    /// All devices.
    Devices {
        /// As they are now.
        devices: Devices,
    },
    /// The microphone was muted or unmuted.
    Muted {
        /// Which of the two.
        muted: bool,
    },
    /// Something needs the user, or no longer does.
    Problem {
        /// What.
        problem: Option<Problem>,
    },
    /// What was used so far.
    Usage {
        /// By the newest turn and by all.
        usage: UsageReport,
    },
    /// What the newest answer took.
    Latency {
        /// Whose share was how long.
        latency: Latency,
    },
    /// The timers that run.
    Timers {
        /// All of them, the next one first.
        timers: Vec<Timer>,
    },
    /// The models to choose from.
    Models {
        /// All of them.
        models: Vec<ModelOption>,
    },
    /// A microphone hears, or none does any more.
    Input {
        /// The microphone that hears; absent while it is shut.
        input: Option<LiveInput>,
    },
    /// How echo cancelling goes.
    Echo {
        /// How well it is taken out.
        echo: EchoReport,
    },
    /// How the sound streams have been doing.
    Health {
        /// Of the sound streams.
        health: Health,
    },
    /// Shortcuts from anywhere were taken, given back or refused.
    Shortcuts {
        /// What has become of them.
        shortcuts: Shortcuts,
    },
    /// The icon in the tray came or went.
    Tray {
        /// What has become of it.
        tray: TrayState,
    },
    /// A test recording was played back.
    RecordingPlayed {
        /// The highest sample, dBFS.
        peak_dbfs: f32,
    },
    /// Somebody speaks into the muted microphone.
    MutedSpeech,
    /// The service was asked about a key, or has answered.
    KeyCheck {
        /// What it thinks of it.
        check: KeyCheck,
    },
    /// A part of the window was asked for from outside: it is shown, and nothing more.
    Asked {
        /// Which.
        part: Part,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ts_rs::{Config, TS as _};
    use vivavoce_engine::tools::{Decision, KeptNote, Record};
    use vivavoce_engine::{KeyPlace, TalkInput};

    /// The others are exported with the types that hold them; these only go from the window to here.
    #[test]
    fn export_bindings_of_arguments() {
        TalkInput::export_all(&Config::from_env()).unwrap();
        KeyPlace::export_all(&Config::from_env()).unwrap();
        Decision::export_all(&Config::from_env()).unwrap();
        KeptNote::export_all(&Config::from_env()).unwrap();
        Record::export_all(&Config::from_env()).unwrap();
    }
}
