//! What a server sends: at most one kind of message, with usage and status beside it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::content::Content;
use super::scalar::{LenientInt, WireDuration, string_enum};
use super::setup::{Modality, VoiceConsentSignature};
use super::tool::FunctionCall;
use super::{is_false, nullable};

/// A message of the server. `{}` is legal, arrives often and means nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerMessage {
    /// The session is open; always first.
    #[serde(alias = "setup_complete", skip_serializing_if = "Option::is_none")]
    pub setup_complete: Option<SetupComplete>,
    /// The reply, transcripts and turn marks.
    #[serde(alias = "server_content", skip_serializing_if = "Option::is_none")]
    pub server_content: Option<ServerContent>,
    /// Functions to call.
    #[serde(alias = "tool_call", skip_serializing_if = "Option::is_none")]
    pub tool_call: Option<ToolCall>,
    /// Calls to abandon.
    #[serde(alias = "tool_call_cancellation", skip_serializing_if = "Option::is_none")]
    pub tool_call_cancellation: Option<ToolCallCancellation>,
    /// The connection ends soon.
    #[serde(alias = "go_away", skip_serializing_if = "Option::is_none")]
    pub go_away: Option<GoAway>,
    /// A newer resumption handle.
    #[serde(alias = "session_resumption_update", skip_serializing_if = "Option::is_none")]
    pub session_resumption_update: Option<SessionResumptionUpdate>,
    /// Speech heard by the server's detection.
    #[serde(alias = "voice_activity", skip_serializing_if = "Option::is_none")]
    pub voice_activity: Option<VoiceActivity>,
    /// The same, Vertex AI's form.
    #[serde(alias = "voice_activity_detection_signal", skip_serializing_if = "Option::is_none")]
    pub voice_activity_detection_signal: Option<VoiceActivityDetectionSignal>,
    /// Tokens used.
    #[serde(alias = "usage_metadata", skip_serializing_if = "Option::is_none")]
    pub usage_metadata: Option<UsageMetadata>,
    /// Whether the model is still at it.
    #[serde(alias = "interaction_status", skip_serializing_if = "Option::is_none")]
    pub interaction_status: Option<InteractionStatus>,
}

impl ServerMessage {
    /// The session is open.
    pub fn setup_complete() -> Self {
        Self { setup_complete: Some(SetupComplete::default()), ..Self::default() }
    }

    /// Content.
    pub fn content(content: ServerContent) -> Self {
        Self { server_content: Some(content), ..Self::default() }
    }
}

/// The session is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SetupComplete {
    /// Its id; Vertex AI only.
    #[serde(alias = "session_id", skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Proof of consent to a replicated voice.
    #[serde(alias = "voice_consent_signature", skip_serializing_if = "Option::is_none")]
    pub voice_consent_signature: Option<VoiceConsentSignature>,
}

/// The reply, transcripts and turn marks; any of them may share a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerContent {
    /// Pieces of the reply.
    #[serde(alias = "model_turn", skip_serializing_if = "Option::is_none")]
    pub model_turn: Option<Content>,
    /// The model has produced everything; absent in interrupted turns.
    #[serde(alias = "generation_complete", deserialize_with = "nullable", skip_serializing_if = "is_false")]
    pub generation_complete: bool,
    /// The model's turn is over; held back until its assumed playback is.
    #[serde(alias = "turn_complete", deserialize_with = "nullable", skip_serializing_if = "is_false")]
    pub turn_complete: bool,
    /// The user's activity cut the reply.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_false")]
    pub interrupted: bool,
    /// The model stays silent since it expects more.
    #[serde(alias = "waiting_for_input", deserialize_with = "nullable", skip_serializing_if = "is_false")]
    pub waiting_for_input: bool,
    /// What the user said, a fragment to append.
    #[serde(alias = "input_transcription", skip_serializing_if = "Option::is_none")]
    pub input_transcription: Option<Transcription>,
    /// What the model says, a fragment to append.
    #[serde(alias = "output_transcription", skip_serializing_if = "Option::is_none")]
    pub output_transcription: Option<Transcription>,
    /// What the user is saying; replaces the one before. Transcription models only.
    #[serde(alias = "interim_input_transcription", skip_serializing_if = "Option::is_none")]
    pub interim_input_transcription: Option<Transcription>,
    /// Sources of the answer.
    #[serde(alias = "grounding_metadata", skip_serializing_if = "Option::is_none")]
    pub grounding_metadata: Option<Value>,
    /// Web addresses read.
    #[serde(alias = "url_context_metadata", skip_serializing_if = "Option::is_none")]
    pub url_context_metadata: Option<Value>,
    /// Why the turn is over; absent on normal turns.
    #[serde(alias = "turn_complete_reason", skip_serializing_if = "Option::is_none")]
    pub turn_complete_reason: Option<TurnCompleteReason>,
    /// Whether the model is still at it.
    #[serde(alias = "interaction_status", skip_serializing_if = "Option::is_none")]
    pub interaction_status: Option<InteractionStatus>,
    /// Whether speech is heard; Vertex AI, deprecated.
    #[serde(alias = "speech_state", skip_serializing_if = "Option::is_none")]
    pub speech_state: Option<SpeechState>,
}

/// Speech as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Transcription {
    /// The fragment; may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Last fragment; hardly ever sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished: Option<bool>,
    /// Its language.
    #[serde(alias = "language_code", skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// Who speaks.
    #[serde(alias = "speaker_label", skip_serializing_if = "Option::is_none")]
    pub speaker_label: Option<String>,
    /// Its words with times.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Value>,
    /// Where it begins on the clock of the audio stream.
    #[serde(alias = "start_offset", skip_serializing_if = "Option::is_none")]
    pub start_offset: Option<WireDuration>,
    /// Where it ends on that clock.
    #[serde(alias = "end_offset", skip_serializing_if = "Option::is_none")]
    pub end_offset: Option<WireDuration>,
}

impl Transcription {
    /// A fragment of text.
    pub fn fragment(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

string_enum! {
    /// Why a turn is over.
    TurnCompleteReason {
        MalformedFunctionCall = "MALFORMED_FUNCTION_CALL",
        ResponseRejected = "RESPONSE_REJECTED",
        NeedMoreInput = "NEED_MORE_INPUT",
        ProhibitedInputContent = "PROHIBITED_INPUT_CONTENT",
        Blocklist = "BLOCKLIST",
        MaxRegenerationReached = "MAX_REGENERATION_REACHED",
    }
}

string_enum! {
    /// Whether the model is still at it.
    InteractionStatus {
        InProgress = "IN_PROGRESS",
        Idle = "IDLE",
        RequiresAction = "REQUIRES_ACTION",
    }
}

string_enum! {
    /// Whether speech is heard.
    SpeechState {
        NonSpeech = "NON_SPEECH",
        Speech = "SPEECH",
    }
}

/// Functions to call; several in one message are normal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ToolCall {
    /// The calls.
    #[serde(alias = "function_calls", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub function_calls: Vec<FunctionCall>,
}

/// Calls to abandon or undo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ToolCallCancellation {
    /// Their ids.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
}

/// The connection ends soon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GoAway {
    /// How soon.
    #[serde(alias = "time_left", skip_serializing_if = "Option::is_none")]
    pub time_left: Option<WireDuration>,
}

/// A newer resumption handle; empty means "not resumable at the moment" and leaves the one before valid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionResumptionUpdate {
    /// The handle.
    #[serde(alias = "new_handle", skip_serializing_if = "Option::is_none")]
    pub new_handle: Option<String>,
    /// Whether the session could be resumed now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumable: Option<bool>,
    /// Last client message the handle covers; transparent mode only.
    #[serde(alias = "last_consumed_client_message_index", skip_serializing_if = "Option::is_none")]
    pub last_consumed_client_message_index: Option<LenientInt>,
}

/// Speech heard by the server's detection, or an echo of the client's own marks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VoiceActivity {
    /// Start or end; some surfaces call it `voiceActivityType`.
    #[serde(
        rename = "type",
        alias = "voiceActivityType",
        alias = "voice_activity_type",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<VoiceActivityType>,
    /// When, on the clock of the audio stream.
    #[serde(alias = "audio_offset", skip_serializing_if = "Option::is_none")]
    pub audio_offset: Option<WireDuration>,
}

string_enum! {
    /// Start or end of speech.
    VoiceActivityType {
        Start = "ACTIVITY_START",
        End = "ACTIVITY_END",
    }
}

/// Speech heard, Vertex AI's form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VoiceActivityDetectionSignal {
    /// Start or end.
    #[serde(alias = "vad_signal_type", skip_serializing_if = "Option::is_none")]
    pub vad_signal_type: Option<VadSignalType>,
}

string_enum! {
    /// Start or end of speech, Vertex AI's form.
    VadSignalType {
        StartOfSpeech = "VAD_SIGNAL_TYPE_SOS",
        EndOfSpeech = "VAD_SIGNAL_TYPE_EOS",
    }
}

/// Tokens used by a turn; the prompt count covers the whole context.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UsageMetadata {
    /// Tokens of the context.
    #[serde(alias = "prompt_token_count", skip_serializing_if = "Option::is_none")]
    pub prompt_token_count: Option<LenientInt>,
    /// Of these, from the cache.
    #[serde(alias = "cached_content_token_count", skip_serializing_if = "Option::is_none")]
    pub cached_content_token_count: Option<LenientInt>,
    /// Tokens of the reply.
    #[serde(alias = "response_token_count", skip_serializing_if = "Option::is_none")]
    pub response_token_count: Option<LenientInt>,
    /// Tokens of the reply, Vertex AI's name.
    #[serde(alias = "candidates_token_count", skip_serializing_if = "Option::is_none")]
    pub candidates_token_count: Option<LenientInt>,
    /// Tokens of tool results.
    #[serde(alias = "tool_use_prompt_token_count", skip_serializing_if = "Option::is_none")]
    pub tool_use_prompt_token_count: Option<LenientInt>,
    /// Tokens of thinking.
    #[serde(alias = "thoughts_token_count", skip_serializing_if = "Option::is_none")]
    pub thoughts_token_count: Option<LenientInt>,
    /// All of them.
    #[serde(alias = "total_token_count", skip_serializing_if = "Option::is_none")]
    pub total_token_count: Option<LenientInt>,
    /// The context by modality; need not add up.
    #[serde(alias = "prompt_tokens_details", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub prompt_tokens_details: Vec<ModalityTokenCount>,
    /// The cached part by modality.
    #[serde(alias = "cache_tokens_details", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub cache_tokens_details: Vec<ModalityTokenCount>,
    /// The reply by modality.
    #[serde(alias = "response_tokens_details", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub response_tokens_details: Vec<ModalityTokenCount>,
    /// The reply by modality, Vertex AI's name.
    #[serde(alias = "candidates_tokens_details", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub candidates_tokens_details: Vec<ModalityTokenCount>,
    /// Tool results by modality.
    #[serde(
        alias = "tool_use_prompt_tokens_details",
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tool_use_prompt_tokens_details: Vec<ModalityTokenCount>,
    /// How it is billed; Vertex AI.
    #[serde(alias = "traffic_type", skip_serializing_if = "Option::is_none")]
    pub traffic_type: Option<String>,
    /// Service tier.
    #[serde(alias = "service_tier", skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
}

impl UsageMetadata {
    /// Tokens of the reply, whichever surface named them.
    pub fn reply_tokens(&self) -> Option<u64> {
        self.response_token_count.or(self.candidates_token_count).map(LenientInt::to_u64)
    }
}

/// Tokens of one modality.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModalityTokenCount {
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modality: Option<Modality>,
    /// How many.
    #[serde(alias = "token_count", skip_serializing_if = "Option::is_none")]
    pub token_count: Option<LenientInt>,
}
