//! What the models are and can do, as data.

/// The model a new user gets.
pub const DEFAULT_MODEL: &str = "gemini-3.8-live";

/// The voice the service uses when none is named.
pub const DEFAULT_VOICE: &str = "Puck";

/// A model that can hold a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its id, without `models/`.
    pub id: &'static str,
    /// What it can do.
    pub family: Family,
    /// How far along it is.
    pub status: Status,
}

/// How far along a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Here to stay.
    Stable,
    /// May change or go.
    Preview,
    /// Will go.
    Deprecated,
}

/// Models that behave alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// 2.5 with native audio.
    Native25,
    /// 3.1.
    Live31,
    /// 3.8.
    Live38,
    /// 3.8 with extended thinking.
    Thinking38,
    /// Live translation.
    Translate,
    /// Transcription; text only.
    Transcribe,
    /// Not in the table; taken to be like the newest.
    Unknown,
}

impl Family {
    /// Whether `clientContent` is accepted in mid-session.
    pub fn accepts_client_content(self) -> bool {
        !matches!(self, Self::Live31)
    }

    /// Whether `audioStreamEnd` ends a turn; where not, only trailing silence does.
    pub fn stream_end_ends_turn(self) -> bool {
        matches!(self, Self::Native25 | Self::Live31)
    }

    /// Whether `generationConfig.thinkingConfig` is accepted.
    pub fn accepts_thinking_config(self) -> bool {
        !matches!(self, Self::Live38)
    }

    /// Whether `speechConfig.languageCode` is accepted.
    pub fn accepts_language_code(self) -> bool {
        matches!(self, Self::Live31)
    }

    /// Tokens the context holds.
    pub fn context_tokens(self) -> u32 {
        131_072
    }
}

/// The models offered, the default first.
pub const MODELS: &[ModelInfo] = &[
    ModelInfo { id: DEFAULT_MODEL, family: Family::Live38, status: Status::Stable },
    ModelInfo { id: "gemini-3.8-live-extended-thinking", family: Family::Thinking38, status: Status::Preview },
    ModelInfo { id: "gemini-3.1-flash-live-preview", family: Family::Live31, status: Status::Preview },
    ModelInfo {
        id: "gemini-2.5-flash-native-audio-preview-12-2025",
        family: Family::Native25,
        status: Status::Preview,
    },
    ModelInfo { id: "gemini-2.5-flash-native-audio-latest", family: Family::Native25, status: Status::Preview },
    ModelInfo {
        id: "gemini-2.5-flash-native-audio-preview-09-2025",
        family: Family::Native25,
        status: Status::Deprecated,
    },
];

/// The family of a model id, with or without `models/` or a longer path before it.
pub fn family_of(id: &str) -> Family {
    let id = id.rsplit('/').next().unwrap_or(id);
    if let Some(known) = MODELS.iter().find(|model| model.id == id) {
        return known.family;
    }
    let newer_thinking = id.contains("extended-thinking");
    match id {
        _ if id.contains("translate") => Family::Translate,
        _ if id.contains("transcribe") => Family::Transcribe,
        _ if id.contains("2.5") => Family::Native25,
        _ if id.contains("3.1") => Family::Live31,
        _ if id.contains("3.8") && newer_thinking => Family::Thinking38,
        _ if id.contains("3.8") => Family::Live38,
        _ => Family::Unknown,
    }
}

/// A prebuilt voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoiceInfo {
    /// Its name, which is also its id.
    pub id: &'static str,
    /// The service's one word for it.
    pub descriptor: &'static str,
}

const fn voice(id: &'static str, descriptor: &'static str) -> VoiceInfo {
    VoiceInfo { id, descriptor }
}

/// The prebuilt voices.
pub const VOICES: [VoiceInfo; 30] = [
    voice("Zephyr", "Bright"),
    voice("Puck", "Upbeat"),
    voice("Charon", "Informative"),
    voice("Kore", "Firm"),
    voice("Fenrir", "Excitable"),
    voice("Leda", "Youthful"),
    voice("Orus", "Firm"),
    voice("Aoede", "Breezy"),
    voice("Callirrhoe", "Easy-going"),
    voice("Autonoe", "Bright"),
    voice("Enceladus", "Breathy"),
    voice("Iapetus", "Clear"),
    voice("Umbriel", "Easy-going"),
    voice("Algieba", "Smooth"),
    voice("Despina", "Smooth"),
    voice("Erinome", "Clear"),
    voice("Algenib", "Gravelly"),
    voice("Rasalgethi", "Informative"),
    voice("Laomedeia", "Upbeat"),
    voice("Achernar", "Soft"),
    voice("Alnilam", "Firm"),
    voice("Schedar", "Even"),
    voice("Gacrux", "Mature"),
    voice("Pulcherrima", "Forward"),
    voice("Achird", "Friendly"),
    voice("Zubenelgenubi", "Casual"),
    voice("Vindemiatrix", "Gentle"),
    voice("Sadachbia", "Lively"),
    voice("Sadaltager", "Knowledgeable"),
    voice("Sulafat", "Warm"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_and_voices_are_not_repeated() {
        assert_eq!(MODELS.iter().map(|model| model.id).collect::<BTreeSet<_>>().len(), MODELS.len());
        assert_eq!(VOICES.iter().map(|voice| voice.id).collect::<BTreeSet<_>>().len(), VOICES.len());
        assert!(VOICES.iter().any(|voice| voice.id == DEFAULT_VOICE));
        assert_eq!(MODELS[0].id, DEFAULT_MODEL);
    }

    #[test]
    fn the_family_is_found_under_any_form_of_the_name() {
        for (id, family) in [
            ("models/gemini-3.8-live", Family::Live38),
            ("gemini-3.8-live-extended-thinking-preview", Family::Thinking38),
            ("projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio", Family::Native25),
            ("gemini-3.1-flash-live-preview", Family::Live31),
            ("gemini-3.5-live-translate-preview", Family::Translate),
            ("gemini-3.5-transcribe-live", Family::Transcribe),
            ("gemini-9-live", Family::Unknown),
        ] {
            assert_eq!(family_of(id), family, "{id}");
        }
    }
}
