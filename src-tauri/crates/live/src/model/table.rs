//! The table: the models known by name, and what each family accepts, does, holds and costs.
//!
//! As of November 2026. A field that a model doesn't know ends the session with close code 1007 or 1011, so a row says
//! yes only where a model is documented or was seen to accept it.

use std::time::Duration;

use super::{Capabilities, ClientContentUse, CoverageDefault, Family, ModelInfo, Prices, Status, ThinkingLevel};

/// The models offered before the service was asked, the default first.
const KNOWN: [(&str, Family, Status); 8] = [
    (super::DEFAULT_MODEL, Family::Live38, Status::Stable),
    ("gemini-3.8-live-extended-thinking", Family::Thinking38, Status::Preview),
    ("gemini-3.1-flash-live-preview", Family::Live31, Status::Preview),
    ("gemini-2.5-flash-native-audio-preview-12-2025", Family::Native25, Status::Preview),
    ("gemini-2.5-flash-native-audio-latest", Family::Native25, Status::Preview),
    ("gemini-2.5-flash-native-audio-preview-09-2025", Family::Native25, Status::Deprecated),
    ("gemini-3.5-live-translate-preview", Family::Translate, Status::Preview),
    ("gemini-3.5-transcribe-live", Family::Transcribe, Status::Stable),
];

/// What all models for dialogue have in common; the rows below say how they differ.
const DIALOGUE: Capabilities = Capabilities {
    voice: true,
    language_code: false,
    system_instruction: true,
    manual_activity: true,
    automatic_activity: true,
    turn_options: true,
    sampling: true,
    safety: true,
    thinking_levels: &[],
    thinking_budget: false,
    thoughts: false,
    media_resolution: true,
    affective_dialog: false,
    proactive_audio: false,
    preview_needs_alpha: false,
    input_transcription: true,
    output_transcription: true,
    transcription_hints: true,
    transcription_vocabulary: false,
    translation: false,
    resumption: true,
    compression: true,
    client_content: ClientContentUse::AnyTime,
    initial_history_flag: true,
    context_update: false,
    text_in: true,
    images_in: true,
    tools: true,
    blocking_tools: true,
    non_blocking_tools: true,
    non_blocking_by_default: false,
    input_during_blocking_call: false,
    google_search: true,
    audio_out: true,
    stream_end_ends_turn: true,
    turn_ends: true,
    voice_activity: false,
    interaction_status: false,
    default_coverage: CoverageDefault::AudioActivityAndAllVideo,
    context_tokens: 131_072,
    output_tokens: 65_536,
    connection_limit: Duration::from_mins(10),
    session_limit: Some(Duration::from_mins(15)),
    prices: Some(Prices {
        text_in: Some(0.75),
        audio_in: Some(3.0),
        image_in: Some(1.0),
        text_out: Some(4.5),
        audio_out: Some(12.0),
    }),
};

/// Every explicit language code ends its session with 1007, and so do affective dialog and proactivity outside `v1alpha`.
const NATIVE_25: Capabilities = Capabilities {
    thinking_budget: true,
    thoughts: true,
    affective_dialog: true,
    proactive_audio: true,
    preview_needs_alpha: true,
    initial_history_flag: false,
    default_coverage: CoverageDefault::OnlyActivity,
    output_tokens: 8_192,
    prices: Some(Prices {
        text_in: Some(0.5),
        audio_in: Some(3.0),
        image_in: None,
        text_out: Some(2.0),
        audio_out: Some(12.0),
    }),
    ..DIALOGUE
};

/// `clientContent` in mid-session ends it with 1007; functions are always waited for.
const LIVE_31: Capabilities = Capabilities {
    language_code: true,
    thinking_levels: &[ThinkingLevel::Minimal, ThinkingLevel::Low, ThinkingLevel::Medium, ThinkingLevel::High],
    thoughts: true,
    client_content: ClientContentUse::InitialOnly,
    non_blocking_tools: false,
    ..DIALOGUE
};

/// Any `thinkingConfig` ends its session with 1007, and so does a choice of proactivity, which is always on.
const LIVE_38: Capabilities = Capabilities {
    context_update: true,
    non_blocking_by_default: true,
    input_during_blocking_call: true,
    stream_end_ends_turn: false,
    voice_activity: true,
    ..DIALOGUE
};

/// `MINIMAL` is left out: the documentation says no to it.
const THINKING_38: Capabilities = Capabilities {
    thinking_levels: &[ThinkingLevel::Low, ThinkingLevel::Medium, ThinkingLevel::High],
    thoughts: true,
    blocking_tools: false,
    interaction_status: true,
    ..LIVE_38
};

/// Translates as it hears: no turns, no text in, no instructions, no tools, and the speaker's own tone for a voice.
const TRANSLATE: Capabilities = Capabilities {
    voice: false,
    system_instruction: false,
    manual_activity: false,
    turn_options: false,
    sampling: false,
    safety: false,
    media_resolution: false,
    transcription_hints: false,
    translation: true,
    client_content: ClientContentUse::Never,
    initial_history_flag: false,
    text_in: false,
    images_in: false,
    tools: false,
    blocking_tools: false,
    non_blocking_tools: false,
    google_search: false,
    turn_ends: false,
    prices: Some(Prices { text_in: None, audio_in: Some(3.5), image_in: None, text_out: None, audio_out: Some(21.0) }),
    ..DIALOGUE
};

/// Writes down what it hears. Its sessions last ten minutes; nobody has seen one resumed.
const TRANSCRIBE: Capabilities = Capabilities {
    manual_activity: true,
    output_transcription: false,
    transcription_hints: true,
    transcription_vocabulary: true,
    translation: false,
    resumption: false,
    compression: false,
    audio_out: false,
    turn_ends: true,
    voice_activity: true,
    session_limit: Some(Duration::from_mins(10)),
    prices: None,
    ..TRANSLATE
};

/// A model nobody knows: what every model for dialogue takes, and nothing else.
const UNKNOWN: Capabilities = Capabilities {
    turn_options: false,
    sampling: false,
    safety: false,
    media_resolution: false,
    transcription_hints: false,
    client_content: ClientContentUse::Never,
    initial_history_flag: false,
    tools: false,
    blocking_tools: false,
    non_blocking_tools: false,
    google_search: false,
    stream_end_ends_turn: false,
    output_tokens: 8_192,
    prices: None,
    ..DIALOGUE
};

/// The row of a family.
pub(super) fn row(family: Family) -> &'static Capabilities {
    match family {
        Family::Native25 => &NATIVE_25,
        Family::Live31 => &LIVE_31,
        Family::Live38 => &LIVE_38,
        Family::Thinking38 => &THINKING_38,
        Family::Translate => &TRANSLATE,
        Family::Transcribe => &TRANSCRIBE,
        Family::Unknown => &UNKNOWN,
    }
}

/// The models known by name, the default first.
pub fn known() -> Vec<ModelInfo> {
    KNOWN.iter().map(|&(id, family, status)| ModelInfo::new(id, family, status)).collect()
}

/// The family of a model known by name.
pub(super) fn known_family(id: &str) -> Option<Family> {
    KNOWN.iter().find(|(known, ..)| *known == id).map(|(_, family, _)| *family)
}
