//! `realtimeInputConfig`: how the user's activity is detected and handled.

use serde::{Deserialize, Serialize};

use super::scalar::{LenientInt, string_enum};

/// How the user's activity is detected and handled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RealtimeInputConfig {
    /// The server's detection of speech.
    #[serde(alias = "automatic_activity_detection", skip_serializing_if = "Option::is_none")]
    pub automatic_activity_detection: Option<AutomaticActivityDetection>,
    /// Whether activity cuts the reply.
    #[serde(alias = "activity_handling", skip_serializing_if = "Option::is_none")]
    pub activity_handling: Option<ActivityHandling>,
    /// What belongs to a turn.
    #[serde(alias = "turn_coverage", skip_serializing_if = "Option::is_none")]
    pub turn_coverage: Option<TurnCoverage>,
    /// Times on interim transcripts; transcription models.
    #[serde(alias = "interim_transcript_timestamp_enabled", skip_serializing_if = "Option::is_none")]
    pub interim_transcript_timestamp_enabled: Option<bool>,
}

/// The server's detection of speech.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AutomaticActivityDetection {
    /// `true`: the client marks activity itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// How readily speech is heard.
    #[serde(alias = "start_of_speech_sensitivity", skip_serializing_if = "Option::is_none")]
    pub start_of_speech_sensitivity: Option<StartSensitivity>,
    /// How readily its end is.
    #[serde(alias = "end_of_speech_sensitivity", skip_serializing_if = "Option::is_none")]
    pub end_of_speech_sensitivity: Option<EndSensitivity>,
    /// Speech needed before its start is committed, in ms.
    #[serde(alias = "prefix_padding_ms", skip_serializing_if = "Option::is_none")]
    pub prefix_padding_ms: Option<LenientInt>,
    /// Silence needed before its end is committed, in ms.
    #[serde(alias = "silence_duration_ms", skip_serializing_if = "Option::is_none")]
    pub silence_duration_ms: Option<LenientInt>,
}

string_enum! {
    /// How readily speech is heard.
    StartSensitivity {
        High = "START_SENSITIVITY_HIGH",
        Low = "START_SENSITIVITY_LOW",
    }
}

string_enum! {
    /// How readily the end of speech is heard.
    EndSensitivity {
        High = "END_SENSITIVITY_HIGH",
        Low = "END_SENSITIVITY_LOW",
    }
}

string_enum! {
    /// Whether the user's activity cuts the reply.
    ActivityHandling {
        StartOfActivityInterrupts = "START_OF_ACTIVITY_INTERRUPTS",
        NoInterruption = "NO_INTERRUPTION",
    }
}

string_enum! {
    /// What belongs to a turn.
    TurnCoverage {
        OnlyActivity = "TURN_INCLUDES_ONLY_ACTIVITY",
        AllInput = "TURN_INCLUDES_ALL_INPUT",
        AudioActivityAndAllVideo = "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
    }
}
