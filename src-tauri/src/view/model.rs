//! Models and voices to choose from.

use serde::Serialize;
use ts_rs::TS;
use vivavoce_engine::ThinkingLevel;
use vivavoce_engine::model::{self, Status};
use vivavoce_engine::tools::Risk;

/// A model to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ModelOption {
    /// As the service calls it.
    pub id: String,
    /// For people.
    pub label: String,
    /// Its standing, if it isn't the ordinary one.
    pub note: Option<String>,
    /// What may be set for it; the window offers nothing else.
    pub accepts: ModelFeatures,
}

/// What a model takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ModelFeatures {
    /// A prebuilt voice.
    pub voice: bool,
    /// An explicit language.
    pub language: bool,
    /// Instructions.
    pub instruction: bool,
    /// Turns marked by the user.
    pub push_to_talk: bool,
    /// Temperature and the other sampling settings.
    pub sampling: bool,
    /// Levels of thinking; empty where there are none.
    pub thinking_levels: Vec<ThinkingLevel>,
    /// A budget of thinking.
    pub thinking_budget: bool,
    /// Summaries of thoughts.
    pub thoughts: bool,
    /// Resolution of images.
    pub media_resolution: bool,
    /// Answers in the mood of the user's voice.
    pub affective_dialog: bool,
    /// A choice whether it may stay silent.
    pub proactive_audio: bool,
    /// Languages and words to expect in transcripts.
    pub transcription_hints: bool,
    /// Live translation settings.
    pub translation: bool,
    /// A spoken answer, rather than text only.
    pub speaks: bool,
    /// Pictures.
    pub pictures: bool,
    /// Functions.
    pub tools: bool,
    /// Google Search.
    pub google_search: bool,
    /// Most tokens its context holds.
    pub context_tokens: u32,
}

/// A function the model may be offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FunctionOption {
    /// As the model calls it.
    pub name: String,
    /// What it may do.
    pub risk: Risk,
}

/// A prebuilt voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VoiceOption {
    /// As the service calls it.
    pub id: String,
    /// The service's own word for it.
    pub descriptor: String,
}

/// Models as the window offers them.
pub(crate) fn models(models: &[model::ModelInfo]) -> Vec<ModelOption> {
    let option = |model: &model::ModelInfo| ModelOption {
        id: model.id.clone(),
        label: label(&model.id),
        note: match model.status {
            Status::Stable => None,
            Status::Preview => Some("preview".to_owned()),
            Status::Deprecated => Some("deprecated".to_owned()),
        },
        accepts: features(model),
    };
    models.iter().map(option).collect()
}

fn features(model: &model::ModelInfo) -> ModelFeatures {
    let capabilities = model.family.capabilities();
    let level = |level: &model::ThinkingLevel| match level {
        model::ThinkingLevel::Minimal => ThinkingLevel::Minimal,
        model::ThinkingLevel::Low => ThinkingLevel::Low,
        model::ThinkingLevel::Medium => ThinkingLevel::Medium,
        model::ThinkingLevel::High => ThinkingLevel::High,
    };
    ModelFeatures {
        voice: capabilities.voice,
        language: capabilities.language_code,
        instruction: capabilities.system_instruction,
        push_to_talk: capabilities.manual_activity,
        sampling: capabilities.sampling,
        thinking_levels: capabilities.thinking_levels.iter().map(level).collect(),
        thinking_budget: capabilities.thinking_budget,
        thoughts: capabilities.thoughts,
        media_resolution: capabilities.media_resolution,
        affective_dialog: capabilities.affective_dialog,
        proactive_audio: capabilities.proactive_audio,
        transcription_hints: capabilities.transcription_hints || capabilities.transcription_vocabulary,
        translation: capabilities.translation,
        speaks: capabilities.audio_out,
        pictures: capabilities.images_in,
        tools: capabilities.tools,
        google_search: capabilities.google_search,
        context_tokens: model.context_tokens(),
    }
}

/// The service's prebuilt voices.
pub(crate) fn voices() -> Vec<VoiceOption> {
    let option =
        |voice: &model::VoiceInfo| VoiceOption { id: voice.id.to_owned(), descriptor: voice.descriptor.to_owned() };
    model::VOICES.iter().map(option).collect()
}

/// `gemini-3.8-live` as people write it: each word with a capital.
fn label(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
    });
    words.collect::<Vec<_>>().join(" ")
}
