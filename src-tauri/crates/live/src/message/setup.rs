//! `setup`: the first message, everything a session is opened with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::activity::{
    ActivityHandling, AutomaticActivityDetection, EndSensitivity, RealtimeInputConfig, StartSensitivity, TurnCoverage,
};
use super::content::Content;
use super::scalar::{Base64, LenientInt, string_enum};
use super::tool::Tool;
use super::{Empty, nullable};

/// Opens a session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Setup {
    /// `models/…`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// How to generate: modality, voice, sampling.
    #[serde(alias = "generation_config", skip_serializing_if = "Option::is_none")]
    pub generation_config: Option<GenerationConfig>,
    /// Instructions; text parts only.
    #[serde(alias = "system_instruction", skip_serializing_if = "Option::is_none")]
    pub system_instruction: Option<Content>,
    /// What the model may call.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// How the user's activity is detected and handled.
    #[serde(alias = "realtime_input_config", skip_serializing_if = "Option::is_none")]
    pub realtime_input_config: Option<RealtimeInputConfig>,
    /// Present: the server sends resumption handles.
    #[serde(alias = "session_resumption", skip_serializing_if = "Option::is_none")]
    pub session_resumption: Option<SessionResumption>,
    /// Present: old turns are dropped instead of the session ending.
    #[serde(alias = "context_window_compression", skip_serializing_if = "Option::is_none")]
    pub context_window_compression: Option<ContextWindowCompression>,
    /// Present: the user's words come back as text.
    #[serde(alias = "input_audio_transcription", skip_serializing_if = "Option::is_none")]
    pub input_audio_transcription: Option<TranscriptionConfig>,
    /// Present: the model's words come as text too.
    #[serde(alias = "output_audio_transcription", skip_serializing_if = "Option::is_none")]
    pub output_audio_transcription: Option<TranscriptionConfig>,
    /// Whether the model may stay silent or speak unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proactivity: Option<Proactivity>,
    /// How initial history is given.
    #[serde(alias = "history_config", skip_serializing_if = "Option::is_none")]
    pub history_config: Option<HistoryConfig>,
    /// Asks for `voiceActivityDetectionSignal` messages.
    #[serde(alias = "explicit_vad_signal", skip_serializing_if = "Option::is_none")]
    pub explicit_vad_signal: Option<bool>,
    /// A talking picture.
    #[serde(alias = "avatar_config", skip_serializing_if = "Option::is_none")]
    pub avatar_config: Option<AvatarConfig>,
    /// Thresholds of the safety filters.
    #[serde(alias = "safety_settings", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub safety_settings: Vec<SafetySetting>,
    /// Labels for billing and abuse tracing.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Turns kept at the head of the window through compression.
    #[serde(alias = "prefix_turns", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub prefix_turns: Vec<Content>,
}

/// How to generate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GenerationConfig {
    /// Exactly one of audio and text.
    #[serde(alias = "response_modalities", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub response_modalities: Vec<Modality>,
    /// Voice and language.
    #[serde(alias = "speech_config", skip_serializing_if = "Option::is_none")]
    pub speech_config: Option<SpeechConfig>,
    /// Sampling temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    #[serde(alias = "top_p", skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Top-k sampling.
    #[serde(alias = "top_k", skip_serializing_if = "Option::is_none")]
    pub top_k: Option<f64>,
    /// Longest answer in tokens.
    #[serde(alias = "max_output_tokens", skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<LenientInt>,
    /// Alternatives generated.
    #[serde(alias = "candidate_count", skip_serializing_if = "Option::is_none")]
    pub candidate_count: Option<LenientInt>,
    /// Penalty on tokens that have appeared.
    #[serde(alias = "presence_penalty", skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Penalty growing with how often they did.
    #[serde(alias = "frequency_penalty", skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// Seed of the sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<LenientInt>,
    /// Resolution images are read at.
    #[serde(alias = "media_resolution", skip_serializing_if = "Option::is_none")]
    pub media_resolution: Option<MediaResolution>,
    /// How much the model thinks.
    #[serde(alias = "thinking_config", skip_serializing_if = "Option::is_none")]
    pub thinking_config: Option<ThinkingConfig>,
    /// Answer in the mood of the user's voice.
    #[serde(alias = "enable_affective_dialog", skip_serializing_if = "Option::is_none")]
    pub enable_affective_dialog: Option<bool>,
    /// Live translation.
    #[serde(alias = "translation_config", skip_serializing_if = "Option::is_none")]
    pub translation_config: Option<TranslationConfig>,
    /// In the schema, documented as unsupported here.
    #[serde(alias = "response_logprobs", skip_serializing_if = "Option::is_none")]
    pub response_logprobs: Option<bool>,
    /// In the schema, documented as unsupported here.
    #[serde(alias = "response_mime_type", skip_serializing_if = "Option::is_none")]
    pub response_mime_type: Option<String>,
    /// In the schema, documented as unsupported here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<LenientInt>,
    /// In the schema, documented as unsupported here.
    #[serde(alias = "response_schema", skip_serializing_if = "Option::is_none")]
    pub response_schema: Option<Value>,
    /// In the schema, documented as unsupported here.
    #[serde(alias = "stop_sequences", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// In the schema, documented as unsupported here.
    #[serde(alias = "routing_config", skip_serializing_if = "Option::is_none")]
    pub routing_config: Option<Value>,
    /// In the schema, documented as unsupported here.
    #[serde(alias = "audio_timestamp", skip_serializing_if = "Option::is_none")]
    pub audio_timestamp: Option<bool>,
}

string_enum! {
    /// What the model answers in, and what tokens are counted by.
    Modality {
        Text = "TEXT",
        Audio = "AUDIO",
        Image = "IMAGE",
        Video = "VIDEO",
        Document = "DOCUMENT",
    }
}

string_enum! {
    /// Resolution images are read at.
    MediaResolution {
        Low = "MEDIA_RESOLUTION_LOW",
        Medium = "MEDIA_RESOLUTION_MEDIUM",
        High = "MEDIA_RESOLUTION_HIGH",
    }
}

/// Voice and language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpeechConfig {
    /// Which voice.
    #[serde(alias = "voice_config", skip_serializing_if = "Option::is_none")]
    pub voice_config: Option<VoiceConfig>,
    /// BCP 47; several models refuse it.
    #[serde(alias = "language_code", skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
}

/// Which voice; one of the two is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VoiceConfig {
    /// One of the service's own.
    #[serde(alias = "prebuilt_voice_config", skip_serializing_if = "Option::is_none")]
    pub prebuilt_voice_config: Option<PrebuiltVoiceConfig>,
    /// A voice made from a sample.
    #[serde(alias = "replicated_voice_config", skip_serializing_if = "Option::is_none")]
    pub replicated_voice_config: Option<ReplicatedVoiceConfig>,
}

/// One of the service's own voices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PrebuiltVoiceConfig {
    /// For example `Kore`.
    #[serde(alias = "voice_name", skip_serializing_if = "Option::is_none")]
    pub voice_name: Option<String>,
}

/// A voice made from a sample.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicatedVoiceConfig {
    /// Media type of the sample.
    #[serde(alias = "mime_type", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The sample.
    #[serde(alias = "voice_sample_audio", skip_serializing_if = "Option::is_none")]
    pub voice_sample_audio: Option<Base64>,
    /// The speaker's spoken consent.
    #[serde(alias = "consent_audio", skip_serializing_if = "Option::is_none")]
    pub consent_audio: Option<Base64>,
    /// Proof of an earlier consent.
    #[serde(alias = "voice_consent_signature", skip_serializing_if = "Option::is_none")]
    pub voice_consent_signature: Option<VoiceConsentSignature>,
}

/// Proof of a speaker's consent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VoiceConsentSignature {
    /// Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// How much the model thinks; which member counts depends on the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ThinkingConfig {
    /// Level, newer models.
    #[serde(alias = "thinking_level", skip_serializing_if = "Option::is_none")]
    pub thinking_level: Option<ThinkingLevel>,
    /// Tokens, older models: 0 off, -1 as the model likes.
    #[serde(alias = "thinking_budget", skip_serializing_if = "Option::is_none")]
    pub thinking_budget: Option<LenientInt>,
    /// Send the thoughts as parts.
    #[serde(alias = "include_thoughts", skip_serializing_if = "Option::is_none")]
    pub include_thoughts: Option<bool>,
}

string_enum! {
    /// How much the model thinks.
    ThinkingLevel {
        Minimal = "MINIMAL",
        Low = "LOW",
        Medium = "MEDIUM",
        High = "HIGH",
    }
}

/// Live translation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TranslationConfig {
    /// Language to translate into.
    #[serde(alias = "target_language_code", skip_serializing_if = "Option::is_none")]
    pub target_language_code: Option<String>,
    /// Repeat speech that is already in that language.
    #[serde(alias = "echo_target_language", skip_serializing_if = "Option::is_none")]
    pub echo_target_language: Option<bool>,
}

/// Asks for resumption handles, and resumes when one is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionResumption {
    /// The session to resume. Never write `null`: some models refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Asks which client messages a handle covers; Vertex AI only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transparent: Option<bool>,
}

/// Drops old turns instead of ending the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContextWindowCompression {
    /// Context length that starts it, in tokens.
    #[serde(alias = "trigger_tokens", skip_serializing_if = "Option::is_none")]
    pub trigger_tokens: Option<LenientInt>,
    /// Drops from the front.
    #[serde(alias = "sliding_window", skip_serializing_if = "Option::is_none")]
    pub sliding_window: Option<SlidingWindow>,
}

/// Drops from the front of the context.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SlidingWindow {
    /// Context length afterwards, in tokens.
    #[serde(alias = "target_tokens", skip_serializing_if = "Option::is_none")]
    pub target_tokens: Option<LenientInt>,
}

/// How speech becomes text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TranscriptionConfig {
    /// Languages to expect, BCP 47.
    #[serde(alias = "language_codes", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub language_codes: Vec<String>,
    /// Words to expect.
    #[serde(alias = "custom_vocabulary", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub custom_vocabulary: Vec<String>,
    /// Times of words.
    #[serde(alias = "word_timestamp", skip_serializing_if = "Option::is_none")]
    pub word_timestamp: Option<bool>,
    /// Who speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diarization: Option<bool>,
    /// Word for word or tidied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<TranscriptionMode>,
    /// Text of the source language beside a translation.
    #[serde(alias = "source_text", skip_serializing_if = "Option::is_none")]
    pub source_text: Option<Value>,
    /// Deprecated form of `languageCodes`.
    #[serde(alias = "language_hints", skip_serializing_if = "Option::is_none")]
    pub language_hints: Option<LanguageHints>,
    /// Deprecated: find the language.
    #[serde(alias = "language_auto", skip_serializing_if = "Option::is_none")]
    pub language_auto: Option<Empty>,
    /// Deprecated form of `customVocabulary`.
    #[serde(alias = "adaptation_phrases", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub adaptation_phrases: Vec<String>,
}

string_enum! {
    /// Word for word or tidied.
    TranscriptionMode {
        Verbatim = "VERBATIM",
        Smart = "SMART",
    }
}

/// Languages to expect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LanguageHints {
    /// BCP 47.
    #[serde(alias = "language_codes", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub language_codes: Vec<String>,
}

/// Whether the model may stay silent or speak unasked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Proactivity {
    /// On what it hears.
    #[serde(alias = "proactive_audio", skip_serializing_if = "Option::is_none")]
    pub proactive_audio: Option<bool>,
    /// On what it sees.
    #[serde(alias = "proactive_video", skip_serializing_if = "Option::is_none")]
    pub proactive_video: Option<bool>,
}

/// How initial history is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HistoryConfig {
    /// The first `clientContent` is history and gets no reply.
    #[serde(alias = "initial_history_in_client_content", skip_serializing_if = "Option::is_none")]
    pub initial_history_in_client_content: Option<bool>,
}

/// A talking picture; Vertex AI only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AvatarConfig {
    /// One of the service's own.
    #[serde(alias = "avatar_name", skip_serializing_if = "Option::is_none")]
    pub avatar_name: Option<String>,
    /// One's own.
    #[serde(alias = "customized_avatar", skip_serializing_if = "Option::is_none")]
    pub customized_avatar: Option<Value>,
    /// Bits per second of its sound.
    #[serde(alias = "audio_bitrate_bps", skip_serializing_if = "Option::is_none")]
    pub audio_bitrate_bps: Option<LenientInt>,
    /// Bits per second of its picture.
    #[serde(alias = "video_bitrate_bps", skip_serializing_if = "Option::is_none")]
    pub video_bitrate_bps: Option<LenientInt>,
}

/// Threshold of one safety filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SafetySetting {
    /// For example `HARM_CATEGORY_HARASSMENT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// For example `BLOCK_ONLY_HIGH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Severity or probability; Vertex AI only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}
