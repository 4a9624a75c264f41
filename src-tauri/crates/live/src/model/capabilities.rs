//! What a row of the table says.

use std::time::Duration;

use crate::message::Modality;
use crate::message::setup::TurnCoverage;
use crate::message::tool::Behavior;

/// What a family of models accepts, does, holds and costs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a table of yes and no")]
pub struct Capabilities {
    /// `speechConfig.voiceConfig` with a prebuilt voice.
    pub voice: bool,
    /// `speechConfig.languageCode`.
    pub language_code: bool,
    /// `systemInstruction`.
    pub system_instruction: bool,
    /// Turns marked by `activityStart` and `activityEnd`.
    pub manual_activity: bool,
    /// The service's own detection of speech.
    pub automatic_activity: bool,
    /// `activityHandling` and `turnCoverage`: the model has turns that can be cut and covered.
    pub turn_options: bool,
    /// Temperature, top-p, top-k, penalties, seed and the length of answers.
    pub sampling: bool,
    /// `safetySettings`.
    pub safety: bool,
    /// Levels `thinkingConfig.thinkingLevel` may have; empty where it has no levels.
    pub thinking_levels: &'static [ThinkingLevel],
    /// `thinkingConfig.thinkingBudget`.
    pub thinking_budget: bool,
    /// `thinkingConfig.includeThoughts`.
    pub thoughts: bool,
    /// `mediaResolution`.
    pub media_resolution: bool,
    /// `enableAffectiveDialog`.
    pub affective_dialog: bool,
    /// `proactivity`, a choice whether it may stay silent; newer models always may and take no such choice.
    pub proactive_audio: bool,
    /// Affective dialog and proactivity are unknown fields outside `v1alpha`.
    pub preview_needs_alpha: bool,
    /// `inputAudioTranscription`.
    pub input_transcription: bool,
    /// `outputAudioTranscription`.
    pub output_transcription: bool,
    /// Languages to expect in transcripts.
    pub transcription_hints: bool,
    /// Words to expect in transcripts.
    pub transcription_vocabulary: bool,
    /// `translationConfig`.
    pub translation: bool,
    /// `sessionResumption`.
    pub resumption: bool,
    /// `contextWindowCompression`.
    pub compression: bool,
    /// When `clientContent` may be sent.
    pub client_content: ClientContentUse,
    /// `historyConfig.initialHistoryInClientContent` goes into a setup that is followed by history.
    pub initial_history_flag: bool,
    /// `contextUpdate`: new instructions or tools in mid-session.
    pub context_update: bool,
    /// `realtimeInput.text`.
    pub text_in: bool,
    /// `realtimeInput.video`: pictures.
    pub images_in: bool,
    /// Functions of one's own.
    pub tools: bool,
    /// Functions the model waits for.
    pub blocking_tools: bool,
    /// Functions the model doesn't wait for.
    pub non_blocking_tools: bool,
    /// A function that doesn't say which of the two it is isn't waited for.
    pub non_blocking_by_default: bool,
    /// Sound may go on while the model waits for a function; elsewhere that ends the session.
    pub input_during_blocking_call: bool,
    /// Google Search.
    pub google_search: bool,
    /// Answers in sound rather than text only.
    pub audio_out: bool,
    /// `audioStreamEnd` ends a turn; where not, only trailing silence of about 0.8 s does.
    pub stream_end_ends_turn: bool,
    /// `turnComplete` comes; where not, what is said goes on as one stream.
    pub turn_ends: bool,
    /// `voiceActivity` messages come.
    pub voice_activity: bool,
    /// `interactionStatus` comes, and only `IDLE` means that the model is done.
    pub interaction_status: bool,
    /// What belongs to a turn unless the setup says otherwise.
    pub default_coverage: CoverageDefault,
    /// Tokens the context holds.
    pub context_tokens: u32,
    /// Longest answer in tokens.
    pub output_tokens: u32,
    /// How long a connection lasts, whatever happens.
    pub connection_limit: Duration,
    /// How long a session of sound lasts without compression; none where nothing is known.
    pub session_limit: Option<Duration>,
    /// What tokens cost; none where nothing is known.
    pub prices: Option<Prices>,
}

impl Capabilities {
    /// What it answers in.
    pub fn modality(&self) -> Modality {
        if self.audio_out { Modality::Audio } else { Modality::Text }
    }

    /// Whether anything of `thinkingConfig` is accepted.
    pub fn thinks(&self) -> bool {
        !self.thinking_levels.is_empty() || self.thinking_budget || self.thoughts
    }

    /// Whether functions may behave so.
    pub fn has_behavior(&self, behavior: &Behavior) -> bool {
        match behavior {
            Behavior::Blocking => self.blocking_tools,
            Behavior::NonBlocking => self.non_blocking_tools,
            Behavior::Other(_) => false,
        }
    }

    /// How functions behave that don't say how.
    pub fn default_behavior(&self) -> Behavior {
        if self.non_blocking_by_default { Behavior::NonBlocking } else { Behavior::Blocking }
    }

    /// How a function declared so really behaves: as declared if the model can, else as the model's functions do.
    pub fn behavior(&self, declared: Option<&Behavior>) -> Behavior {
        declared.filter(|behavior| self.has_behavior(behavior)).cloned().unwrap_or_else(|| self.default_behavior())
    }
}

/// When `clientContent` may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientContentUse {
    /// All session long.
    AnyTime,
    /// As the history a session begins with, and never again.
    InitialOnly,
    /// Not at all.
    Never,
}

/// What belongs to a turn of the user unless the setup says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverageDefault {
    /// What comes while the user is active.
    OnlyActivity,
    /// Sound while the user is active, and all pictures.
    AudioActivityAndAllVideo,
}

impl CoverageDefault {
    /// As the setup would say it.
    pub fn as_coverage(self) -> TurnCoverage {
        match self {
            Self::OnlyActivity => TurnCoverage::OnlyActivity,
            Self::AudioActivityAndAllVideo => TurnCoverage::AudioActivityAndAllVideo,
        }
    }
}

/// How much a model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThinkingLevel {
    /// Hardly at all.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// A lot.
    High,
}

/// US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Text in.
    pub text_in: Option<f64>,
    /// Sound in.
    pub audio_in: Option<f64>,
    /// Pictures in, still and moving.
    pub image_in: Option<f64>,
    /// Text out, thoughts among it.
    pub text_out: Option<f64>,
    /// Sound out.
    pub audio_out: Option<f64>,
}
