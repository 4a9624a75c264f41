//! The wire: every JSON message of the Live API in both directions, as plain data.
//!
//! A client writes [`ClientMessage`]s and reads [`ServerMessage`]s; a server does the opposite, so all types are both
//! serialisable and deserialisable. What goes out is camelCase with unset fields left out. What comes in may use
//! camelCase or snake_case field by field, carry unknown fields, unknown enum values and unknown part kinds, give
//! integers as numbers, strings or floats, and base64 in either alphabet: none of that is an error.

pub mod activity;
pub mod client;
pub mod content;
pub mod grounding;
pub mod scalar;
pub mod server;
pub mod setup;
pub mod tool;
pub mod unknown;

#[cfg(test)]
mod tests;

pub use client::{ClientContent, ClientMessage, ContextUpdate, RealtimeInput, ToolResponse, ToolSet};
pub use content::{Blob, CodeExecutionResult, Content, ExecutableCode, FileData, Part};
pub use grounding::{Grounding, WebSource};
pub use scalar::{Base64, LenientInt, WireDuration};
pub use server::{
    GoAway, InteractionStatus, ServerContent, ServerMessage, SessionResumptionUpdate, SetupComplete, ToolCall,
    ToolCallCancellation, Transcription, TurnCompleteReason, UsageMetadata, VoiceActivity,
    VoiceActivityDetectionSignal, VoiceActivityType,
};
pub use setup::{Modality, Setup};
pub use tool::{FunctionCall, FunctionDeclaration, FunctionResponse, Schema, Tool};
pub use unknown::{UnknownField, unknown_field};

use serde::{Deserialize, Deserializer, Serialize};

/// A sub-message without fields: its presence is its meaning (`activityStart`, `slidingWindow`, …).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Empty {}

/// `null` reads as the default, as protobuf JSON has it.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !*flag
}
