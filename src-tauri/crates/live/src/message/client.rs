//! What a client sends: exactly one of five bodies a message.

use serde::{Deserialize, Serialize};

use super::content::{Blob, Content};
use super::setup::Setup;
use super::tool::{FunctionResponse, Tool};
use super::{Empty, nullable};

/// A message of the client. Exactly one body is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientMessage {
    /// Opens the session; the first message, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<Setup>,
    /// Ordered history.
    #[serde(alias = "client_content", skip_serializing_if = "Option::is_none")]
    pub client_content: Option<ClientContent>,
    /// Sound, images, typed text and activity marks, in real time.
    #[serde(alias = "realtime_input", skip_serializing_if = "Option::is_none")]
    pub realtime_input: Option<RealtimeInput>,
    /// Answers to function calls.
    #[serde(alias = "tool_response", skip_serializing_if = "Option::is_none")]
    pub tool_response: Option<ToolResponse>,
    /// New instructions or tools in mid-session.
    #[serde(alias = "context_update", skip_serializing_if = "Option::is_none")]
    pub context_update: Option<ContextUpdate>,
}

impl ClientMessage {
    /// Opens the session.
    pub fn setup(setup: Setup) -> Self {
        Self { setup: Some(setup), ..Self::default() }
    }

    /// Appends `turns` to the history; `turn_complete` asks for a reply.
    pub fn client_content(turns: Vec<Content>, turn_complete: bool) -> Self {
        let content = ClientContent { turns, turn_complete: Some(turn_complete) };
        Self { client_content: Some(content), ..Self::default() }
    }

    /// Real-time input.
    pub fn realtime(input: RealtimeInput) -> Self {
        Self { realtime_input: Some(input), ..Self::default() }
    }

    /// Sound: 16-bit little-endian mono at the rate the media type says.
    pub fn audio(mime_type: impl Into<String>, pcm: Vec<u8>) -> Self {
        Self::realtime(RealtimeInput { audio: Some(Blob::new(mime_type, pcm)), ..RealtimeInput::default() })
    }

    /// Typed text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::realtime(RealtimeInput { text: Some(text.into()), ..RealtimeInput::default() })
    }

    /// One picture: JPEG, PNG or WebP, as the media type says.
    pub fn picture(mime_type: impl Into<String>, data: Vec<u8>) -> Self {
        Self::realtime(RealtimeInput { video: Some(Blob::new(mime_type, data)), ..RealtimeInput::default() })
    }

    /// The user begins to speak (manual detection).
    pub fn activity_start() -> Self {
        Self::realtime(RealtimeInput { activity_start: Some(Empty {}), ..RealtimeInput::default() })
    }

    /// The user has spoken (manual detection).
    pub fn activity_end() -> Self {
        Self::realtime(RealtimeInput { activity_end: Some(Empty {}), ..RealtimeInput::default() })
    }

    /// The microphone was switched off (automatic detection).
    pub fn audio_stream_end() -> Self {
        Self::realtime(RealtimeInput { audio_stream_end: Some(true), ..RealtimeInput::default() })
    }

    /// Answers function calls.
    pub fn tool_response(responses: Vec<FunctionResponse>) -> Self {
        Self { tool_response: Some(ToolResponse { function_responses: responses }), ..Self::default() }
    }

    /// Replaces instructions or tools.
    pub fn context_update(update: ContextUpdate) -> Self {
        Self { context_update: Some(update), ..Self::default() }
    }

    /// How many bodies are set; a valid message has 1.
    pub fn bodies(&self) -> usize {
        usize::from(self.setup.is_some())
            + usize::from(self.client_content.is_some())
            + usize::from(self.realtime_input.is_some())
            + usize::from(self.tool_response.is_some())
            + usize::from(self.context_update.is_some())
    }
}

/// Ordered history. With `turnComplete` it asks for a reply and interrupts one under way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientContent {
    /// What is appended.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Content>,
    /// The user's turn is over; absent means no.
    #[serde(alias = "turn_complete", skip_serializing_if = "Option::is_none")]
    pub turn_complete: Option<bool>,
}

/// Real-time input; exactly one member is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RealtimeInput {
    /// Sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Blob>,
    /// One image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<Blob>,
    /// Typed text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The user begins to speak; manual detection only.
    #[serde(alias = "activity_start", skip_serializing_if = "Option::is_none")]
    pub activity_start: Option<Empty>,
    /// The user has spoken; manual detection only.
    #[serde(alias = "activity_end", skip_serializing_if = "Option::is_none")]
    pub activity_end: Option<Empty>,
    /// The microphone was switched off; automatic detection only.
    #[serde(alias = "audio_stream_end", skip_serializing_if = "Option::is_none")]
    pub audio_stream_end: Option<bool>,
    /// Deprecated form of `audio` and `video`; newer models refuse it.
    #[serde(alias = "media_chunks", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub media_chunks: Vec<Blob>,
}

/// Answers to function calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ToolResponse {
    /// One for each call, or several for a call that continues.
    #[serde(alias = "function_responses", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub function_responses: Vec<FunctionResponse>,
}

/// New instructions or tools in mid-session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContextUpdate {
    /// Replaces the system instruction.
    #[serde(alias = "system_instruction", skip_serializing_if = "Option::is_none")]
    pub system_instruction: Option<Content>,
    /// Replaces the tools; an empty set clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<ToolSet>,
}

/// A whole set of tools.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ToolSet {
    /// The tools; written even when empty, since empty means "none".
    #[serde(deserialize_with = "nullable")]
    pub tools: Vec<Tool>,
}
