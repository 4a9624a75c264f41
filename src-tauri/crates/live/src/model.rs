//! What the models are and can do, as data.
//!
//! A model belongs to a [`Family`]; what a family accepts, does and costs is one row of the table in `model/table.rs`.
//! The service's own list of models is read by [`from_service`] and joined with the ones known here by [`merged`]; a
//! model that nobody knows gets a row in which nothing preview-like or model-specific is sent.

mod capabilities;
mod listing;
mod speech;
mod table;

pub use capabilities::{Capabilities, ClientContentUse, CoverageDefault, Prices, ThinkingLevel};
pub use listing::{ListingError, from_service, merged};
pub use speech::{LANGUAGES, VOICES, VoiceInfo};
pub use table::known;

use crate::session::SessionConfig;

/// The model a new user gets.
pub const DEFAULT_MODEL: &str = "gemini-3.8-live";

/// The voice the service uses when none is named.
pub const DEFAULT_VOICE: &str = "Puck";

/// A model that can hold a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its id, without `models/`.
    pub id: String,
    /// What it can do.
    pub family: Family,
    /// How far along it is.
    pub status: Status,
    /// The service's own name for people.
    pub display_name: Option<String>,
    /// Tokens its context holds, as the service says.
    pub input_tokens: Option<u32>,
    /// Whether the service offers it to this user.
    pub availability: Availability,
}

impl ModelInfo {
    /// A model of which nothing but its id and standing is known.
    pub fn new(id: impl Into<String>, family: Family, status: Status) -> Self {
        Self {
            id: id.into(),
            family,
            status,
            display_name: None,
            input_tokens: None,
            availability: Availability::default(),
        }
    }

    /// Tokens its context holds: the service's word before the table's.
    pub fn context_tokens(&self) -> u32 {
        self.input_tokens.unwrap_or_else(|| self.family.capabilities().context_tokens)
    }
}

/// Whether the service offers a model to this user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Availability {
    /// The service has not been asked.
    #[default]
    Unasked,
    /// It is in the service's list.
    Listed,
    /// The service's list was read, and it isn't there.
    Missing,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Not in the table.
    Unknown,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Native25,
        Self::Live31,
        Self::Live38,
        Self::Thinking38,
        Self::Translate,
        Self::Transcribe,
        Self::Unknown,
    ];

    /// Its row of the table.
    pub fn capabilities(self) -> &'static Capabilities {
        table::row(self)
    }
}

/// The family of a model id, with or without `models/` or a longer path before it.
pub fn family_of(id: &str) -> Family {
    let id = id.trim().rsplit('/').next().unwrap_or(id);
    if let Some(family) = table::known_family(id) {
        return family;
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

/// Whether a model's full name is one of Vertex AI's, where all fields are known without an alpha version.
pub fn is_vertex_name(model: &str) -> bool {
    model.contains("publishers/google/models/")
}

/// Whether the setup of this session has fields that the service knows under `v1alpha` only.
pub fn needs_alpha(config: &SessionConfig) -> bool {
    let capabilities = family_of(&config.model).capabilities();
    let options = &config.options;
    let preview = (options.affective_dialog && capabilities.affective_dialog)
        || (options.proactive_audio && capabilities.proactive_audio);
    capabilities.preview_needs_alpha && preview && !is_vertex_name(&config.model)
}

#[cfg(test)]
mod tests;
