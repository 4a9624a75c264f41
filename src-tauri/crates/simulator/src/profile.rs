//! How the model families differ on the wire, as a table.

/// A family of models with the same behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Profile {
    /// Gemini 2.5 native audio.
    #[value(name = "2.5")]
    Gemini25,
    /// Gemini 3.1 Flash Live.
    #[value(name = "3.1")]
    Gemini31,
    /// Gemini 3.8 Live.
    #[value(name = "3.8")]
    Gemini38,
    /// Gemini 3.8 Live, extended thinking.
    #[value(name = "3.8-thinking")]
    Gemini38Thinking,
    /// Vertex AI: other names and forms for the same things.
    #[value(name = "vertex")]
    Vertex,
}

/// A model of the simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelEntry {
    /// Its id without `models/`.
    pub id: String,
    /// How it behaves.
    pub profile: Profile,
}

impl ModelEntry {
    /// A model `id` that behaves like `profile`.
    pub fn new(id: impl Into<String>, profile: Profile) -> Self {
        Self { id: id.into(), profile }
    }
}

/// The dialogue models the service had in November 2026.
pub fn known_models() -> Vec<ModelEntry> {
    [
        ("gemini-3.8-live", Profile::Gemini38),
        ("gemini-3.8-live-extended-thinking", Profile::Gemini38Thinking),
        ("gemini-3.1-flash-live-preview", Profile::Gemini31),
        ("gemini-2.5-flash-native-audio-preview-12-2025", Profile::Gemini25),
        ("gemini-2.5-flash-native-audio-preview-09-2025", Profile::Gemini25),
        ("gemini-2.5-flash-native-audio-latest", Profile::Gemini25),
        ("gemini-live-2.5-flash-native-audio", Profile::Vertex),
    ]
    .map(|(id, profile)| ModelEntry::new(id, profile))
    .into()
}

/// What a profile does not take, as close code and reason; `None` is accepted.
pub(crate) type Objection = Option<(u16, &'static str)>;

pub(crate) const INVALID_ARGUMENT: &str = "Request contains an invalid argument.";
const INTERNAL_ERROR: &str = "Internal error encountered.";
const NON_AUDIO: &str = "Cannot extract voices from a non-audio request.";
const MEDIA_CHUNKS: &str = "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.";

/// Whether a preview setting is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preview {
    /// Accepted.
    Accepted,
    /// Known on `v1alpha` only, an unknown field elsewhere.
    AlphaOnly,
    /// Refused so.
    Refused(u16, &'static str),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// `modelTurn` says its role.
    pub(crate) role: bool,
    /// `setupComplete` has a session id.
    pub(crate) session_id: bool,
    /// Media type of answers.
    pub(crate) audio_mime: &'static str,
    /// `voiceActivity` messages are sent.
    pub(crate) voice_activity: bool,
    /// `interactionStatus` is sent.
    pub(crate) interaction_status: bool,
    /// Answers are counted as `candidates…`.
    pub(crate) candidates: bool,
    /// `audioStreamEnd` ends the user's turn.
    pub(crate) stream_end_ends_turn: bool,
    /// Near-silent turns are answered by `RESPONSE_REJECTED` alone.
    pub(crate) rejects_silence: bool,
    /// A resumption handle comes right after `setupComplete`.
    pub(crate) handle_after_setup: bool,
    pub(crate) text_modality: Objection,
    pub(crate) thinking_config: Objection,
    pub(crate) language_code: bool,
    pub(crate) media_chunks: Objection,
    pub(crate) client_content: Objection,
    pub(crate) all_video_coverage: Objection,
    pub(crate) affective: Preview,
    pub(crate) proactivity: Preview,
}

const GEMINI_25: Traits = Traits {
    role: false,
    session_id: false,
    audio_mime: "audio/pcm;rate=24000",
    voice_activity: false,
    interaction_status: false,
    candidates: false,
    stream_end_ends_turn: true,
    rejects_silence: false,
    handle_after_setup: false,
    text_modality: Some((1007, NON_AUDIO)),
    thinking_config: None,
    language_code: false,
    media_chunks: None,
    client_content: None,
    all_video_coverage: None,
    affective: Preview::AlphaOnly,
    proactivity: Preview::AlphaOnly,
};

const GEMINI_31: Traits = Traits {
    role: true,
    rejects_silence: true,
    text_modality: Some((1011, INTERNAL_ERROR)),
    language_code: true,
    media_chunks: Some((1007, MEDIA_CHUNKS)),
    client_content: Some((1007, INVALID_ARGUMENT)),
    affective: Preview::Refused(1011, INTERNAL_ERROR),
    proactivity: Preview::Refused(1007, INVALID_ARGUMENT),
    ..GEMINI_25
};

const GEMINI_38: Traits = Traits {
    voice_activity: true,
    stream_end_ends_turn: false,
    handle_after_setup: true,
    text_modality: Some((1007, NON_AUDIO)),
    thinking_config: Some((1007, INVALID_ARGUMENT)),
    client_content: None,
    affective: Preview::Refused(1007, INVALID_ARGUMENT),
    proactivity: Preview::Accepted,
    ..GEMINI_31
};

const GEMINI_38_THINKING: Traits = Traits { interaction_status: true, thinking_config: None, ..GEMINI_38 };

const VERTEX: Traits = Traits {
    role: true,
    session_id: true,
    audio_mime: "audio/pcm",
    candidates: true,
    all_video_coverage: Some((1007, INVALID_ARGUMENT)),
    affective: Preview::Accepted,
    proactivity: Preview::Accepted,
    ..GEMINI_25
};

impl Profile {
    /// The row of this profile.
    pub(crate) fn traits(self) -> &'static Traits {
        match self {
            Self::Gemini25 => &GEMINI_25,
            Self::Gemini31 => &GEMINI_31,
            Self::Gemini38 => &GEMINI_38,
            Self::Gemini38Thinking => &GEMINI_38_THINKING,
            Self::Vertex => &VERTEX,
        }
    }
}
