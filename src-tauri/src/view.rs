//! The types that cross to the window, besides those of the engine that cross as they are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vivavoce_engine::model::{self, Status};
use vivavoce_engine::{
    DeviceInfo, Direction, EngineGone, Entry, Import, KeyCheck, KeyStatus, Latency, LiveInput, Phase, Problem,
    Settings, SettingsError, ThinkingLevel, UsageReport,
};

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

/// A part of the window that can be asked for from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Part {
    /// The talk button.
    Talk,
    /// The settings.
    Settings,
}

/// What has become of the shortcuts that were chosen to work from anywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Shortcuts {
    /// By whom they are heard.
    pub path: ShortcutPath,
    /// The one that talks.
    pub talk: ShortcutState,
    /// The one that mutes.
    pub mute: ShortcutState,
}

/// By whom shortcuts from anywhere are heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ShortcutPath {
    /// The system tells of presses and releases.
    #[default]
    System,
    /// The desktop takes them for the program if the user agrees, and tells of presses and releases.
    Portal,
    /// Only the desktop hears them; a program can't ask for any.
    Desktop,
}

/// What has become of one shortcut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ShortcutState {
    /// None was chosen.
    #[default]
    None,
    /// It works.
    Taken,
    /// Another program has it, or there is no such key.
    Refused,
    /// The desktop doesn't let programs have any.
    Impossible,
}

/// What has become of the icon in the tray.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TrayState {
    /// None was wanted.
    #[default]
    Off,
    /// It can be seen.
    Shown,
    /// The desktop has no tray, at least not now.
    Impossible,
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

/// A model to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ModelOption {
    /// As the service calls it.
    pub id: String,
    /// For people.
    pub label: String,
    /// Its standing, if it isn't the ordinary one.
    pub note: Option<String>,
    /// What may be set for it; the window offers nothing else.
    pub accepts: ModelFeatures,
}

/// What a model takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ModelFeatures {
    /// A prebuilt voice.
    pub voice: bool,
    /// An explicit language.
    pub language: bool,
    /// Instructions.
    pub instruction: bool,
    /// Turns marked by the user.
    pub push_to_talk: bool,
    /// Temperature and the other sampling settings.
    pub sampling: bool,
    /// Levels of thinking; empty where there are none.
    pub thinking_levels: Vec<ThinkingLevel>,
    /// A budget of thinking.
    pub thinking_budget: bool,
    /// Summaries of thoughts.
    pub thoughts: bool,
    /// Resolution of images.
    pub media_resolution: bool,
    /// Answers in the mood of the user's voice.
    pub affective_dialog: bool,
    /// A choice whether it may stay silent.
    pub proactive_audio: bool,
    /// Languages and words to expect in transcripts.
    pub transcription_hints: bool,
    /// Live translation settings.
    pub translation: bool,
    /// A spoken answer, rather than text only.
    pub speaks: bool,
    /// Most tokens its context holds.
    pub context_tokens: u32,
}

/// A prebuilt voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VoiceOption {
    /// As the service calls it.
    pub id: String,
    /// The service's own word for it.
    pub descriptor: String,
}

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

/// What a text would make of the settings.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettingsImport {
    /// All settings as they would be.
    pub settings: Settings,
    /// Names of the fields in the text that can't be, and stay as they are.
    pub unusable: Vec<String>,
    /// The text is from a newer version of the program.
    pub newer: bool,
}

impl From<Import> for SettingsImport {
    fn from(Import { settings, unusable, newer }: Import) -> Self {
        Self { settings, unusable, newer }
    }
}

/// Why a command was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "code", rename_all = "camelCase")]
#[ts(export)]
pub enum CommandError {
    /// The window sent something that can't be.
    Invalid {
        /// The field that is wrong.
        field: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The engine has stopped.
    Unavailable,
}

impl From<EngineGone> for CommandError {
    fn from(_: EngineGone) -> Self {
        Self::Unavailable
    }
}

/// The desktop names no folder to write into.
impl From<tauri::Error> for CommandError {
    fn from(error: tauri::Error) -> Self {
        Self::Invalid { field: "folder".into(), detail: error.to_string() }
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Invalid { field, detail } => Self::Invalid { field, detail },
            other => Self::Invalid { field: String::new(), detail: other.to_string() },
        }
    }
}

/// Models as the window offers them.
pub(crate) fn models(models: &[model::ModelInfo]) -> Vec<ModelOption> {
    let option = |model: &model::ModelInfo| ModelOption {
        id: model.id.clone(),
        label: label(&model.id),
        note: match model.status {
            Status::Stable => None,
            Status::Preview => Some("preview".to_owned()),
            Status::Deprecated => Some("deprecated".to_owned()),
        },
        accepts: features(model),
    };
    models.iter().map(option).collect()
}

fn features(model: &model::ModelInfo) -> ModelFeatures {
    let capabilities = model.family.capabilities();
    let level = |level: &model::ThinkingLevel| match level {
        model::ThinkingLevel::Minimal => ThinkingLevel::Minimal,
        model::ThinkingLevel::Low => ThinkingLevel::Low,
        model::ThinkingLevel::Medium => ThinkingLevel::Medium,
        model::ThinkingLevel::High => ThinkingLevel::High,
    };
    ModelFeatures {
        voice: capabilities.voice,
        language: capabilities.language_code,
        instruction: capabilities.system_instruction,
        push_to_talk: capabilities.manual_activity,
        sampling: capabilities.sampling,
        thinking_levels: capabilities.thinking_levels.iter().map(level).collect(),
        thinking_budget: capabilities.thinking_budget,
        thoughts: capabilities.thoughts,
        media_resolution: capabilities.media_resolution,
        affective_dialog: capabilities.affective_dialog,
        proactive_audio: capabilities.proactive_audio,
        transcription_hints: capabilities.transcription_hints || capabilities.transcription_vocabulary,
        translation: capabilities.translation,
        speaks: capabilities.audio_out,
        context_tokens: model.context_tokens(),
    }
}

/// The service's prebuilt voices.
pub(crate) fn voices() -> Vec<VoiceOption> {
    let option =
        |voice: &model::VoiceInfo| VoiceOption { id: voice.id.to_owned(), descriptor: voice.descriptor.to_owned() };
    model::VOICES.iter().map(option).collect()
}

/// `gemini-3.8-live` as people write it: each word with a capital.
fn label(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ts_rs::{Config, TS as _};
    use vivavoce_engine::{KeyPlace, TalkInput};

    /// The others are exported with the types that hold them; these only go from the window to here.
    #[test]
    fn export_bindings_of_arguments() {
        TalkInput::export_all(&Config::from_env()).unwrap();
        KeyPlace::export_all(&Config::from_env()).unwrap();
    }
}
