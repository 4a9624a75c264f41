//! The configuration of a session; `setup/message.rs` makes the `setup` message from it.
//!
//! A configuration may ask for anything. What the model doesn't accept is left out of the message, so that one
//! configuration serves all models.

mod message;

use std::time::Duration;

use crate::message::Tool;
use crate::message::setup::{
    ActivityHandling, AutomaticActivityDetection, MediaResolution, SafetySetting, TranslationConfig, TurnCoverage,
};
use crate::model::{self, Capabilities, ThinkingLevel};

/// Who says when the user speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TalkMode {
    /// The user, by holding a button.
    #[default]
    PushToTalk,
    /// The service, by listening all the time.
    HandsFree,
}

/// What a session is opened with.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionConfig {
    /// The model, with or without `models/`.
    pub model: String,
    /// A prebuilt voice; none leaves the choice to the service.
    pub voice: Option<String>,
    /// Instructions for the model.
    pub system_instruction: Option<String>,
    /// Who says when the user speaks, if the model leaves a choice.
    pub mode: TalkMode,
    /// Typed for the user once a session he opened himself is ready, so that the model speaks first.
    pub greeting: Option<String>,
    /// How long dialling may take, and then opening the session.
    pub setup_timeout: Duration,
    /// Everything that has a default.
    pub options: SetupOptions,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            model: model::DEFAULT_MODEL.to_owned(),
            voice: None,
            system_instruction: None,
            mode: TalkMode::default(),
            greeting: None,
            setup_timeout: Duration::from_secs(15),
            options: SetupOptions::default(),
        }
    }
}

impl SessionConfig {
    /// What the model accepts.
    pub fn capabilities(&self) -> &'static Capabilities {
        model::family_of(&self.model).capabilities()
    }

    /// Who says when the user speaks with this model: some take no marks of the user's, whatever is wanted.
    pub fn talk_mode(&self) -> TalkMode {
        let capabilities = self.capabilities();
        match self.mode {
            TalkMode::PushToTalk if !capabilities.manual_activity => TalkMode::HandsFree,
            TalkMode::HandsFree if !capabilities.automatic_activity => TalkMode::PushToTalk,
            mode => mode,
        }
    }

    /// The same with turns marked by whom the model lets mark them.
    pub(super) fn fitting_the_model(self) -> Self {
        Self { mode: self.talk_mode(), ..self }
    }

    /// Whether the user's activity cuts the reply.
    pub(super) fn interrupts(&self) -> bool {
        !self.capabilities().turn_options || self.options.activity_handling != Some(ActivityHandling::NoInterruption)
    }
}

/// Everything about a session that has a default.
#[derive(Debug, Clone, PartialEq)]
pub struct SetupOptions {
    /// Ask for the user's words as text.
    pub input_transcription: bool,
    /// Ask for the model's words as text.
    pub output_transcription: bool,
    /// What to expect in the user's words.
    pub input_hints: TranscriptionHints,
    /// What to expect in the model's words.
    pub output_hints: TranscriptionHints,
    /// Ask for resumption handles.
    pub resumption: bool,
    /// Let old turns go instead of ending the session.
    pub compression: bool,
    /// Context length that starts it, tokens; none is 80 % of the context.
    pub compression_trigger: Option<u32>,
    /// Context length afterwards, tokens; none is half of the trigger.
    pub compression_target: Option<u32>,
    /// Whether activity cuts the reply; none leaves it to the service, which cuts.
    pub activity_handling: Option<ActivityHandling>,
    /// What belongs to a turn; none leaves it to the service.
    pub turn_coverage: Option<TurnCoverage>,
    /// Tuning of the service's detection; hands-free only.
    pub detection: Option<AutomaticActivityDetection>,
    /// BCP 47; several models refuse it.
    pub language_code: Option<String>,
    /// How answers are generated.
    pub sampling: Sampling,
    /// How much the model thinks.
    pub thinking: Thinking,
    /// Resolution pictures are read at.
    pub media_resolution: Option<MediaResolution>,
    /// Answer in the mood of the user's voice. See [`model::needs_alpha`].
    pub affective_dialog: bool,
    /// Let the model stay silent when it isn't spoken to. See [`model::needs_alpha`].
    pub proactive_audio: bool,
    /// Thresholds of the safety filters.
    pub safety: Vec<SafetySetting>,
    /// Live translation; only for the models made for it.
    pub translation: Option<TranslationConfig>,
    /// What the model may call.
    pub tools: Vec<Tool>,
}

impl Default for SetupOptions {
    fn default() -> Self {
        Self {
            input_transcription: true,
            output_transcription: true,
            input_hints: TranscriptionHints::default(),
            output_hints: TranscriptionHints::default(),
            resumption: true,
            compression: true,
            compression_trigger: None,
            compression_target: None,
            activity_handling: None,
            turn_coverage: None,
            detection: None,
            language_code: None,
            sampling: Sampling::default(),
            thinking: Thinking::default(),
            media_resolution: None,
            affective_dialog: false,
            proactive_audio: false,
            safety: Vec::new(),
            translation: None,
            tools: Vec::new(),
        }
    }
}

/// What to expect in a transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TranscriptionHints {
    /// Languages, BCP 47.
    pub languages: Vec<String>,
    /// Words, such as names.
    pub vocabulary: Vec<String>,
}

/// How answers are generated; none leaves a choice to the service.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sampling {
    /// Temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    pub top_p: Option<f64>,
    /// Candidates considered for each token.
    pub top_k: Option<u32>,
    /// Longest answer in tokens; what the model can't do is brought down to what it can.
    pub max_output_tokens: Option<u32>,
    /// Penalty on tokens that have appeared, -2 to 2.
    pub presence_penalty: Option<f64>,
    /// Penalty growing with how often they did, -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Seed.
    pub seed: Option<i32>,
}

/// How much the model thinks; none leaves a choice to the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thinking {
    /// For models that take a level; one the model doesn't have isn't sent.
    pub level: Option<ThinkingLevel>,
    /// For models that take a budget: tokens, 0 for none, -1 for as many as the model likes.
    pub budget: Option<i32>,
    /// Ask for summaries of the thoughts.
    pub summaries: bool,
}

#[cfg(test)]
mod tests;
