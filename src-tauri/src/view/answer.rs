//! What commands answer.

use serde::Serialize;
use ts_rs::TS;
use vivavoce_engine::tools::KeptError;
use vivavoce_engine::{EngineGone, Import, Settings, SettingsError, Thumbnail};

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
    /// A picture can't be taken.
    Picture {
        /// Why.
        reason: PictureRefusal,
        /// What it is instead, by its usual name.
        kind: Option<String>,
    },
    /// The engine has stopped.
    Unavailable,
}

/// Why a picture can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum PictureRefusal {
    /// Something that is known and can't be.
    Unsupported,
    /// Nobody knows what it is.
    NotAPicture,
    /// The file is too large.
    TooLarge,
    /// It has more pixels than any camera.
    TooManyPixels,
    /// It can't be read to its end.
    Damaged,
    /// There are as many as fit into a message.
    TooMany,
}

/// A picture that waits for its message.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Attachment {
    /// Names it when the message is sent.
    #[ts(type = "number")]
    pub id: u64,
    /// What it looks like.
    pub thumbnail: Thumbnail,
    /// What the service will count for it.
    pub tokens: u32,
}

/// What has become of the lists that functions keep.
impl From<KeptError> for CommandError {
    fn from(error: KeptError) -> Self {
        Self::Invalid { field: "list".into(), detail: error.to_string() }
    }
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
