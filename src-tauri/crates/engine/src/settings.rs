//! What the user has chosen, and the file it is kept in. No secret is ever part of it.

mod file;
mod options;
mod persona;
mod range;
mod session;
mod sound;
mod store;
mod tools;
mod transfer;
mod window;

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vivavoce_live::model;

pub use options::{
    Access, AccessKind, Compression, Coverage, Detection, Detector, Generation, MediaResolution, Network, Patience,
    SafetyThreshold, Sensitivity, Thinking, ThinkingLevel, Transcription, Translation,
};
pub use sound::Sound;
pub use store::SettingsStore;
pub use tools::Tools;
pub use transfer::Import;
pub use window::{Appearance, Contrast, Desktop, IntroStep, Motion, Persona};

/// How a turn begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// The user says when, by button or key.
    PushToTalk,
    /// The service hears when.
    HandsFree,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Service {
    /// The built-in simulator.
    Demo,
    /// Google's Gemini Live API, with the user's key.
    Gemini,
    /// A server of the user's choice that speaks the same protocol.
    Custom,
}

/// Colours of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop is.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Language of the window and of the demo's guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// As the desktop is.
    System,
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// Its BCP 47 tag; none for the desktop's.
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::En => Some("en"),
            Self::Ja => Some("ja"),
        }
    }
}

/// Everything the user can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Who answers.
    pub service: Service,
    /// Base URL of a custom service.
    pub endpoint: Option<String>,
    /// Model id, without `models/`.
    pub model: String,
    /// Prebuilt voice; the service's default when absent.
    pub voice: Option<String>,
    /// What the model is told to be; a chosen persona has its own.
    pub system_instruction: String,
    /// Instructions and voices under names.
    pub personas: Vec<Persona>,
    /// Id of the chosen persona; none when absent.
    pub persona: Option<String>,
    /// Typed for the user when he connects, so that the model speaks first; nothing when empty.
    pub greeting: String,
    /// How answers are generated.
    pub generation: Generation,
    /// How much the model thinks.
    pub thinking: Thinking,
    /// How the service detects speech.
    pub detection: Detection,
    /// What is written down.
    pub transcription: Transcription,
    /// What happens when the context is full.
    pub compression: Compression,
    /// Live translation.
    pub translation: Translation,
    /// What the model may call.
    pub tools: Tools,
    /// As whom the service is entered.
    pub access: Access,
    /// How the service is reached.
    pub network: Network,
    /// How sound goes in and out.
    pub sound: Sound,
    /// How turns begin and end.
    pub mode: Mode,
    /// Input device id; the system's default when absent.
    pub input_device: Option<String>,
    /// Output device id; the system's default when absent.
    pub output_device: Option<String>,
    /// Colours.
    pub theme: Theme,
    /// How the window looks besides.
    pub appearance: Appearance,
    /// How the program lives on the desktop.
    pub desktop: Desktop,
    /// Language.
    pub language: Language,
    /// A press at least this long is a hold, ms (100 to 2000).
    pub hold_threshold_ms: u32,
    /// Sound still captured after the release, ms (0 to 1000).
    pub release_tail_ms: u32,
    /// The introduction is over, finished or skipped.
    pub welcomed: bool,
    /// Where the introduction is.
    pub intro: IntroStep,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            service: Service::Demo,
            endpoint: None,
            model: model::DEFAULT_MODEL.to_owned(),
            voice: None,
            system_instruction: String::new(),
            personas: Vec::new(),
            persona: None,
            greeting: String::new(),
            generation: Generation::default(),
            thinking: Thinking::default(),
            detection: Detection::default(),
            transcription: Transcription::default(),
            compression: Compression::default(),
            translation: Translation::default(),
            tools: Tools::default(),
            access: Access::default(),
            network: Network::default(),
            sound: Sound::default(),
            mode: Mode::PushToTalk,
            input_device: None,
            output_device: None,
            theme: Theme::System,
            appearance: Appearance::default(),
            desktop: Desktop::default(),
            language: Language::System,
            hold_threshold_ms: 350,
            release_tail_ms: 200,
            welcomed: false,
            intro: IntroStep::default(),
        }
    }
}

impl Settings {
    /// These settings with the patch's fields in place of their own; of a group, the fields that are given. Values out
    /// of range are brought into it.
    pub fn patched(&self, patch: &SettingsPatch) -> Result<Self, SettingsError> {
        let invalid = |field: &str, detail: String| SettingsError::Invalid { field: field.to_owned(), detail };
        let Ok(Value::Object(mut fields)) = serde_json::to_value(self) else {
            return Err(invalid("", "settings are not an object".into()));
        };
        for (name, value) in &patch.0 {
            match (fields.get(name), value) {
                (None, _) => return Err(invalid(name, "there is no such setting".into())),
                (Some(Value::Object(group)), Value::Object(parts)) => {
                    let mut group = group.clone();
                    for (part, value) in parts {
                        let path = format!("{name}.{part}");
                        if group.insert(part.clone(), value.clone()).is_none() {
                            return Err(invalid(&path, "there is no such setting".into()));
                        }
                        fields.insert(name.clone(), Value::Object(group.clone()));
                        possible(&fields).map_err(|detail| invalid(&path, detail))?;
                    }
                }
                (Some(_), value) => {
                    fields.insert(name.clone(), value.clone());
                    possible(&fields).map_err(|detail| invalid(name, detail))?;
                }
            }
        }
        let mut settings = possible(&fields).map_err(|detail| invalid("", detail))?;
        if let Some((field, detail)) = settings.fault() {
            return Err(invalid(field, detail));
        }
        settings.bring_into_range();
        Ok(settings)
    }
}

/// Settings with these fields. Asked after each field of a patch, so that an error can name it.
fn possible(fields: &Map<String, Value>) -> Result<Settings, String> {
    serde_json::from_value(Value::Object(fields.clone())).map_err(|error| error.to_string())
}

/// Some fields of [`Settings`], by their camelCase names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct SettingsPatch(pub Map<String, Value>);

impl SettingsPatch {
    /// This patch with one more field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0.insert(field.to_owned(), value.into());
        self
    }
}

/// Why settings could not be taken, read or written.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A field doesn't exist or can't have that value.
    #[error("setting {field:?}: {detail}")]
    Invalid {
        /// Its name.
        field: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The file is damaged; it was set aside and the defaults are used.
    #[error("{path} could not be read and was kept as {kept}: {detail}", path = path.display(), kept = kept.display())]
    Damaged {
        /// The settings file.
        path: PathBuf,
        /// Where its contents are now.
        kept: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Some fields of the file can't be what they are; they have their defaults, and the file was kept as it was.
    #[error("{path}: no usable value for {fields}; kept as {kept}", path = path.display(), fields = fields.join(", "),
        kept = kept.display())]
    PartlyDamaged {
        /// The settings file.
        path: PathBuf,
        /// Where its contents are kept.
        kept: PathBuf,
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// The file was written by a newer version of the program; it was kept as it was.
    #[error("{path} has version {version}; kept as {kept}", path = path.display(), kept = kept.display())]
    Newer {
        /// The settings file.
        path: PathBuf,
        /// Where its contents are kept.
        kept: PathBuf,
        /// Its version.
        version: u64,
    },
    /// The file can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The settings file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_changes_its_fields_only() {
        let patch = SettingsPatch::default().with("inputDevice", "x:y").with("holdThresholdMs", 99_999);
        let patched = Settings::default().patched(&patch).unwrap();
        let expected = Settings { input_device: Some("x:y".into()), hold_threshold_ms: 2000, ..Settings::default() };
        assert_eq!(patched, expected);
        let back = patched.patched(&SettingsPatch::default().with("inputDevice", Value::Null)).unwrap();
        assert_eq!(back.input_device, None);
    }

    #[test]
    fn a_patch_with_an_unknown_or_impossible_field_is_refused_by_name() {
        for (field, value) in
            [("colour", Value::from("red")), ("mode", Value::from("shout")), ("holdThresholdMs", Value::from(-1))]
        {
            let error = Settings::default().patched(&SettingsPatch::default().with(field, value)).unwrap_err();
            let SettingsError::Invalid { field: named, .. } = error else { panic!("{error}") };
            assert_eq!(named, field);
        }
    }

    #[test]
    fn a_patch_of_a_group_changes_its_fields_only() {
        let first = SettingsPatch::default().with("generation", json!({"temperature": 0.5, "seed": 7}));
        let second = SettingsPatch::default().with("generation", json!({"temperature": null, "topK": 40}));
        let settings = Settings::default().patched(&first).unwrap().patched(&second).unwrap();
        let generation = Generation { seed: Some(7), top_k: Some(40), ..Generation::default() };
        assert_eq!(settings, Settings { generation, ..Settings::default() });
    }

    #[test]
    fn a_bad_field_of_a_group_is_refused_by_its_whole_name() {
        for (group, part, value) in [
            ("generation", "temperature", json!("hot")),
            ("generation", "colour", json!("red")),
            ("thinking", "level", json!("deep")),
            ("detection", "silenceMs", json!(-1)),
            ("compression", "on", json!(null)),
        ] {
            let patch = SettingsPatch::default().with(group, json!({ part: value }));
            let error = Settings::default().patched(&patch).unwrap_err();
            let SettingsError::Invalid { field, .. } = error else { panic!("{error}") };
            assert_eq!(field, format!("{group}.{part}"));
        }
    }
}
