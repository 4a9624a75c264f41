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
    /// Gemini 3.5 Live Translate: sound in, sound out, no turns.
    #[value(name = "translate")]
    Translate,
    /// Gemini 3.5 Transcribe Live: sound in, text out.
    #[value(name = "transcribe")]
    Transcribe,
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

/// The models the service had in November 2026.
pub fn known_models() -> Vec<ModelEntry> {
    [
        ("gemini-3.8-live", Profile::Gemini38),
        ("gemini-3.8-live-extended-thinking", Profile::Gemini38Thinking),
        ("gemini-3.1-flash-live-preview", Profile::Gemini31),
        ("gemini-2.5-flash-native-audio-preview-12-2025", Profile::Gemini25),
        ("gemini-2.5-flash-native-audio-preview-09-2025", Profile::Gemini25),
        ("gemini-2.5-flash-native-audio-latest", Profile::Gemini25),
        ("gemini-live-2.5-flash-native-audio", Profile::Vertex),
        ("gemini-3.5-live-translate-preview", Profile::Translate),
        ("gemini-3.5-transcribe-live", Profile::Transcribe),
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

/// What a family is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trade {
    /// It answers.
    Dialogue,
    /// It says the same in another language, without turns.
    Translation,
    /// It writes down what it hears.
    Transcription,
}

/// Which member of `thinkingConfig` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// None: the whole of it is refused.
    Refused,
    /// `thinkingLevel`.
    Level,
    /// `thinkingLevel`, but not its lowest value.
    LevelAboveMinimal,
    /// `thinkingBudget`.
    Budget,
}

/// How functions may be declared, and what is so where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calls {
    /// The model waits for every answer.
    BlockingOnly,
    /// It waits unless told otherwise.
    Blocking,
    /// It goes on unless told otherwise.
    NonBlocking,
    /// It never waits.
    NonBlockingOnly,
}

/// How ids of calls look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallIds {
    /// `function-call-` and 19 digits.
    Digits,
    /// `call_…` and `fc_…` in turn.
    Short,
    /// UUIDs.
    Uuid,
}

/// What follows a call the model does not wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterCall {
    /// Its turn ends.
    Nothing,
    /// A few words, then its turn ends.
    Words,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    pub(crate) trade: Trade,
    /// `modelTurn` says its role.
    pub(crate) role: bool,
    /// `setupComplete` has a session id.
    pub(crate) session_id: bool,
    /// Media type of answers.
    pub(crate) audio_mime: &'static str,
    /// `voiceActivity` messages are sent.
    pub(crate) voice_activity: bool,
    /// `voiceActivity` has an empty `serverContent` beside it.
    pub(crate) wrapped_activity: bool,
    /// Answers come in two parts with `interactionStatus`, the first of them a filler.
    pub(crate) interaction_status: bool,
    /// Answers are counted as `candidates…`.
    pub(crate) candidates: bool,
    /// Tokens of thinking in every answer.
    pub(crate) thought_tokens: u64,
    /// Long contexts are cached.
    pub(crate) caches: bool,
    /// `audioStreamEnd` ends the user's turn.
    pub(crate) stream_end_ends_turn: bool,
    /// Near-silent turns are answered by `RESPONSE_REJECTED` alone.
    pub(crate) rejects_silence: bool,
    /// A resumption handle comes right after `setupComplete`.
    pub(crate) handle_after_setup: bool,
    /// Handles are UUIDs, else longer and opaque.
    pub(crate) uuid_handles: bool,
    pub(crate) calls: Calls,
    pub(crate) call_ids: CallIds,
    pub(crate) after_call: AfterCall,
    /// `generationComplete` comes with a call already.
    pub(crate) generated_with_call: bool,
    /// Real-time input while the model waits for an answer ends the connection.
    pub(crate) deaf_while_waiting: bool,
    pub(crate) text_modality: Objection,
    pub(crate) thinking: Thinking,
    pub(crate) language_code: bool,
    pub(crate) media_chunks: Objection,
    pub(crate) client_content: Objection,
    pub(crate) all_video_coverage: Objection,
    pub(crate) affective: Preview,
    pub(crate) proactivity: Preview,
}

const GEMINI_25: Traits = Traits {
    trade: Trade::Dialogue,
    role: false,
    session_id: false,
    audio_mime: "audio/pcm;rate=24000",
    voice_activity: false,
    wrapped_activity: false,
    interaction_status: false,
    candidates: false,
    thought_tokens: 11,
    caches: false,
    stream_end_ends_turn: true,
    rejects_silence: false,
    handle_after_setup: false,
    uuid_handles: false,
    calls: Calls::Blocking,
    call_ids: CallIds::Digits,
    after_call: AfterCall::Words,
    generated_with_call: false,
    deaf_while_waiting: true,
    text_modality: Some((1007, NON_AUDIO)),
    thinking: Thinking::Budget,
    language_code: false,
    media_chunks: None,
    client_content: None,
    all_video_coverage: None,
    affective: Preview::AlphaOnly,
    proactivity: Preview::AlphaOnly,
};

const GEMINI_31: Traits = Traits {
    role: true,
    thought_tokens: 0,
    rejects_silence: true,
    calls: Calls::BlockingOnly,
    text_modality: Some((1011, INTERNAL_ERROR)),
    thinking: Thinking::Level,
    language_code: true,
    media_chunks: Some((1007, MEDIA_CHUNKS)),
    client_content: Some((1007, INVALID_ARGUMENT)),
    affective: Preview::Refused(1011, INTERNAL_ERROR),
    proactivity: Preview::Refused(1007, INVALID_ARGUMENT),
    ..GEMINI_25
};

const GEMINI_38: Traits = Traits {
    voice_activity: true,
    thought_tokens: 72,
    caches: true,
    stream_end_ends_turn: false,
    handle_after_setup: true,
    uuid_handles: true,
    calls: Calls::NonBlocking,
    call_ids: CallIds::Short,
    after_call: AfterCall::Nothing,
    deaf_while_waiting: false,
    text_modality: Some((1007, NON_AUDIO)),
    thinking: Thinking::Refused,
    client_content: None,
    affective: Preview::Refused(1007, INVALID_ARGUMENT),
    proactivity: Preview::Accepted,
    ..GEMINI_31
};

const GEMINI_38_THINKING: Traits = Traits {
    interaction_status: true,
    thought_tokens: 158,
    calls: Calls::NonBlockingOnly,
    thinking: Thinking::LevelAboveMinimal,
    ..GEMINI_38
};

const VERTEX: Traits = Traits {
    role: true,
    session_id: true,
    audio_mime: "audio/pcm",
    candidates: true,
    call_ids: CallIds::Uuid,
    generated_with_call: true,
    all_video_coverage: Some((1007, INVALID_ARGUMENT)),
    affective: Preview::Accepted,
    proactivity: Preview::Accepted,
    ..GEMINI_25
};

const TRANSLATE: Traits = Traits {
    trade: Trade::Translation,
    thought_tokens: 0,
    rejects_silence: false,
    stream_end_ends_turn: true,
    client_content: Some((1007, INVALID_ARGUMENT)),
    proactivity: Preview::Refused(1007, INVALID_ARGUMENT),
    ..GEMINI_38
};

const TRANSCRIBE: Traits =
    Traits { trade: Trade::Transcription, wrapped_activity: true, text_modality: None, ..TRANSLATE };

impl Profile {
    /// The row of this profile.
    pub(crate) fn traits(self) -> &'static Traits {
        match self {
            Self::Gemini25 => &GEMINI_25,
            Self::Gemini31 => &GEMINI_31,
            Self::Gemini38 => &GEMINI_38,
            Self::Gemini38Thinking => &GEMINI_38_THINKING,
            Self::Vertex => &VERTEX,
            Self::Translate => &TRANSLATE,
            Self::Transcribe => &TRANSCRIBE,
        }
    }
}
