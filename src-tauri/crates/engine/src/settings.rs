//! What the user has chosen, and the file it is kept in. No secret is ever part of it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vivavoce_live::model;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What the model is told to be.
    pub system_instruction: String,
    /// How turns begin and end.
    pub mode: Mode,
    /// Input device id; the system's default when absent.
    pub input_device: Option<String>,
    /// Output device id; the system's default when absent.
    pub output_device: Option<String>,
    /// Colours.
    pub theme: Theme,
    /// Language.
    pub language: Language,
    /// A press at least this long is a hold, ms (100 to 2000).
    pub hold_threshold_ms: u32,
    /// Sound still captured after the release, ms (0 to 1000).
    pub release_tail_ms: u32,
    /// The first-start page has been answered.
    pub welcomed: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            service: Service::Demo,
            endpoint: None,
            model: model::DEFAULT_MODEL.to_owned(),
            voice: None,
            system_instruction: String::new(),
            mode: Mode::PushToTalk,
            input_device: None,
            output_device: None,
            theme: Theme::System,
            language: Language::System,
            hold_threshold_ms: 350,
            release_tail_ms: 200,
            welcomed: false,
        }
    }
}

impl Settings {
    /// These settings with the patch's fields in place of their own. Values out of range are brought into it.
    pub fn patched(&self, patch: &SettingsPatch) -> Result<Self, SettingsError> {
        let invalid = |field: &str, detail: String| SettingsError::Invalid { field: field.to_owned(), detail };
        let Ok(Value::Object(mut fields)) = serde_json::to_value(self) else {
            return Err(invalid("", "settings are not an object".into()));
        };
        for (name, value) in &patch.0 {
            if fields.insert(name.clone(), value.clone()).is_none() {
                return Err(invalid(name, "there is no such setting".into()));
            }
            // One at a time, so that the error can name the field.
            if let Err(error) = serde_json::from_value::<Self>(Value::Object(fields.clone())) {
                return Err(invalid(name, error.to_string()));
            }
        }
        let mut settings: Self =
            serde_json::from_value(Value::Object(fields)).map_err(|error| invalid("", error.to_string()))?;
        settings.bring_into_range();
        Ok(settings)
    }

    fn bring_into_range(&mut self) {
        self.hold_threshold_ms = self.hold_threshold_ms.clamp(100, 2000);
        self.release_tail_ms = self.release_tail_ms.min(1000);
        let model = self.model.trim().trim_start_matches("models/");
        self.model = if model.is_empty() { model::DEFAULT_MODEL } else { model }.to_owned();
        for text in [&mut self.endpoint, &mut self.voice, &mut self.input_device, &mut self.output_device] {
            *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        }
    }
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
    /// The file can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The settings file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The settings file.
#[derive(Debug, Clone)]
pub struct SettingsStore {
    path: PathBuf,
}

impl SettingsStore {
    /// Settings at `path`; nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The settings, and what was wrong with the file, if anything. A missing file is a first start.
    pub fn load(&self) -> (Settings, Option<SettingsError>) {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Settings::default(), None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return self.set_aside(&error.to_string()),
            Err(source) => return (Settings::default(), Some(self.file_error(source))),
        };
        match serde_json::from_str::<Settings>(&text) {
            Ok(mut settings) => {
                settings.bring_into_range();
                (settings, None)
            }
            Err(error) => self.set_aside(&error.to_string()),
        }
    }

    /// Writes the whole file or nothing of it.
    pub fn save(&self, settings: &Settings) -> Result<(), SettingsError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, settings)?;
            file.write_all(b"\n")?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|source| self.file_error(source))
    }

    fn set_aside(&self, detail: &str) -> (Settings, Option<SettingsError>) {
        let kept = self.path.with_extension("json.damaged");
        let error = match fs::rename(&self.path, &kept) {
            Ok(()) => SettingsError::Damaged { path: self.path.clone(), kept, detail: detail.to_owned() },
            Err(source) => self.file_error(source),
        };
        (Settings::default(), Some(error))
    }

    fn file_error(&self, source: io::Error) -> SettingsError {
        SettingsError::File { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn store() -> (tempfile::TempDir, SettingsStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SettingsStore::new(folder.path().join("deep/settings.json"));
        (folder, store)
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let (_folder, store) = store();
        let settings =
            Settings { model: "gemini-x".into(), mode: Mode::HandsFree, welcomed: true, ..Settings::default() };
        store.save(&settings).unwrap();
        let (loaded, error) = store.load();
        assert!(error.is_none());
        assert_eq!(loaded, settings);
    }

    #[test]
    fn a_first_start_has_the_defaults() {
        let (_folder, store) = store();
        let (loaded, error) = store.load();
        assert!(error.is_none());
        assert_eq!(loaded, Settings::default());
    }

    #[test]
    fn a_damaged_file_is_kept_aside_and_the_program_goes_on() {
        let (_folder, store) = store();
        store.save(&Settings::default()).unwrap();
        fs::write(&store.path, "{ \"model\": ").unwrap();
        let (loaded, error) = store.load();
        assert_eq!(loaded, Settings::default());
        let Some(SettingsError::Damaged { kept, .. }) = error else { panic!("{error:?}") };
        assert_eq!(fs::read_to_string(kept).unwrap(), "{ \"model\": ");
        assert!(store.load().1.is_none());
    }

    #[test]
    fn a_file_of_another_version_keeps_what_is_known() {
        let (_folder, store) = store();
        fs::create_dir_all(store.path.parent().unwrap()).unwrap();
        fs::write(&store.path, r#"{"model":"models/gemini-x","fromTheFuture":[1],"holdThresholdMs":5}"#).unwrap();
        let (loaded, error) = store.load();
        assert!(error.is_none());
        assert_eq!((loaded.model.as_str(), loaded.hold_threshold_ms), ("gemini-x", 100));
    }

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
}
