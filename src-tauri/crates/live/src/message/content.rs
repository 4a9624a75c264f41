//! Content: what a user or the model says, as parts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scalar::{Base64, string_enum};
use super::tool::{FunctionCall, FunctionResponse};
use super::{is_false, nullable};

/// One side's contribution: parts in order, and whose they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Content {
    /// The pieces in order; may be missing or empty.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// `user` or `model`; often missing, then `user` from a client and `model` from a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl Content {
    /// Content of one text part with the role `user`.
    pub fn user(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::text(text)], role: Some("user".into()) }
    }

    /// Content of the given parts with the role `model`.
    pub fn model(parts: Vec<Part>) -> Self {
        Self { parts, role: Some("model".into()) }
    }

    /// The texts of all parts that are not thoughts, joined.
    pub fn text(&self) -> String {
        self.parts.iter().filter(|part| !part.thought).filter_map(|part| part.text.as_deref()).collect()
    }
}

/// One piece of a [`Content`]; at most one of its kinds is set, none when the kind is unknown to this version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Part {
    /// Text; a thought when `thought` is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The text is the model's thinking, not its answer.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_false")]
    pub thought: bool,
    /// Opaque signature of a thought.
    #[serde(alias = "thought_signature", skip_serializing_if = "Option::is_none")]
    pub thought_signature: Option<Base64>,
    /// Audio or an image.
    #[serde(alias = "inline_data", skip_serializing_if = "Option::is_none")]
    pub inline_data: Option<Blob>,
    /// A reference to stored data.
    #[serde(alias = "file_data", skip_serializing_if = "Option::is_none")]
    pub file_data: Option<FileData>,
    /// Code the model wrote to be run.
    #[serde(alias = "executable_code", skip_serializing_if = "Option::is_none")]
    pub executable_code: Option<ExecutableCode>,
    /// What running it gave.
    #[serde(alias = "code_execution_result", skip_serializing_if = "Option::is_none")]
    pub code_execution_result: Option<CodeExecutionResult>,
    /// A function call; some models repeat here what `toolCall` says.
    #[serde(alias = "function_call", skip_serializing_if = "Option::is_none")]
    pub function_call: Option<FunctionCall>,
    /// The answer to a function call, in seeded history.
    #[serde(alias = "function_response", skip_serializing_if = "Option::is_none")]
    pub function_response: Option<FunctionResponse>,
    /// Which stretch of a video the part is.
    #[serde(alias = "video_metadata", skip_serializing_if = "Option::is_none")]
    pub video_metadata: Option<Value>,
    /// Resolution asked for this part's image.
    #[serde(alias = "media_resolution", skip_serializing_if = "Option::is_none")]
    pub media_resolution: Option<Value>,
}

impl Part {
    /// A text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    /// A part of the model's thinking.
    pub fn thought(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), thought: true, ..Self::default() }
    }

    /// A part of inline bytes.
    pub fn inline(mime_type: impl Into<String>, data: Vec<u8>) -> Self {
        Self { inline_data: Some(Blob::new(mime_type, data)), ..Self::default() }
    }
}

/// Bytes with their media type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Blob {
    /// The bytes.
    #[serde(deserialize_with = "nullable")]
    pub data: Base64,
    /// For example `audio/pcm;rate=16000` or `image/jpeg`.
    #[serde(alias = "mime_type", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// A name for people.
    #[serde(alias = "display_name", skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

impl Blob {
    /// A blob of `data` typed `mime_type`.
    pub fn new(mime_type: impl Into<String>, data: Vec<u8>) -> Self {
        Self { data: Base64(data), mime_type: Some(mime_type.into()), display_name: None }
    }

    /// Whether the media type says audio.
    pub fn is_audio(&self) -> bool {
        self.mime_type.as_deref().is_none_or(|mime| mime.trim_start().starts_with("audio/"))
    }
}

/// A reference to stored data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileData {
    /// Where it is.
    #[serde(alias = "file_uri", skip_serializing_if = "Option::is_none")]
    pub file_uri: Option<String>,
    /// Its media type.
    #[serde(alias = "mime_type", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// A name for people.
    #[serde(alias = "display_name", skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// Code the model wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecutableCode {
    /// For example `PYTHON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Identifies the run its result belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// What running code gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeExecutionResult {
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What it printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The code it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

string_enum! {
    /// How a run of code ended.
    Outcome {
        Ok = "OUTCOME_OK",
        Failed = "OUTCOME_FAILED",
        DeadlineExceeded = "OUTCOME_DEADLINE_EXCEEDED",
    }
}
