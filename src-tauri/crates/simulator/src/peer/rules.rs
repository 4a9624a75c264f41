//! What the service refuses, with its own codes and words.

use serde_json::Value;
use vivavoce_live::message::RealtimeInput;
use vivavoce_live::message::setup::{GenerationConfig, Modality, Setup, TurnCoverage};
use vivavoce_live::message::unknown::UnknownField;

use super::Access;
use crate::config::ServerConfig;
use crate::profile::{INVALID_ARGUMENT, Objection, Preview, Profile, Traits};

const KEY_INVALID: &str = "API key not valid. Please pass a valid API key.";
const KEY_MISSING: &str = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";
const ACTIVITY_IN_AUTOMATIC_MODE: &str =
    "Explicit activity control is not supported when automatic activity detection is enabled.";
const BAD_AUDIO: &str = "error when processing input audio, please check if the inputaudio is in valid format: 16khz s16le pcm, mono channel.; Error";

/// A close frame in the making; its reason is cut when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Refusal {
    pub(super) fn new(code: u16, reason: &str) -> Self {
        Self { code, reason: reason.to_owned() }
    }

    pub(super) fn invalid_argument() -> Self {
        Self::new(1007, INVALID_ARGUMENT)
    }

    pub(super) fn bad_audio() -> Self {
        Self::new(1007, BAD_AUDIO)
    }
}

/// How `model` behaves.
pub(super) fn profile_of(config: &ServerConfig, model: &str) -> Profile {
    config.profile.or_else(|| table_entry(config, model)).unwrap_or(Profile::Gemini38)
}

/// Whether the handle to resume is an explicit `null`, which must be left out instead.
pub(super) fn has_null_handle(message: &Value) -> bool {
    ["/setup/sessionResumption/handle", "/setup/session_resumption/handle"]
        .iter()
        .any(|path| message.pointer(path) == Some(&Value::Null))
}

/// Refuses connections without a key where one is needed, and keys listed as bad.
pub(super) fn check_key(config: &ServerConfig, access: &Access) -> Result<(), Refusal> {
    match &access.key {
        Some(key) if config.bad_keys.contains(key) => Err(Refusal::new(1007, KEY_INVALID)),
        None if config.require_key => Err(Refusal::new(1008, KEY_MISSING)),
        Some(_) | None => Ok(()),
    }
}

/// Refuses unknown models and settings the model does not take.
pub(super) fn check_setup(config: &ServerConfig, access: &Access, setup: &Setup) -> Result<(), Refusal> {
    if setup.model.is_empty() {
        return Err(Refusal::invalid_argument());
    }
    if !config.strict {
        return Ok(());
    }
    if table_entry(config, &setup.model).is_none() {
        let reason = format!(
            "{} is not found for API version {}, or is not supported for bidiGenerateContent. Call ListModels to see \
             the list of available models and their supported methods.",
            setup.model, access.version
        );
        return Err(Refusal::new(1008, &reason));
    }
    let traits = profile_of(config, &setup.model).traits();
    if let Some(generation) = &setup.generation_config {
        check_generation(traits, access, generation)?;
    }
    if let Some(proactivity) = &setup.proactivity {
        check_preview(traits.proactivity, access, "proactivity", "setup")?;
        if traits.proactivity == Preview::Accepted && proactivity.proactive_audio == Some(false) {
            return Err(Refusal::invalid_argument());
        }
    }
    let coverage = setup.realtime_input_config.as_ref().and_then(|input| input.turn_coverage.as_ref());
    object(traits.all_video_coverage, coverage == Some(&TurnCoverage::AudioActivityAndAllVideo))
}

fn check_generation(traits: &Traits, access: &Access, generation: &GenerationConfig) -> Result<(), Refusal> {
    if generation.response_modalities.len() > 1 {
        return Err(Refusal::invalid_argument());
    }
    object(traits.text_modality, generation.response_modalities.contains(&Modality::Text))?;
    object(traits.thinking_config, generation.thinking_config.is_some())?;
    if generation.enable_affective_dialog.is_some() {
        check_preview(traits.affective, access, "enableAffectiveDialog", "setup.generation_config")?;
    }
    let language = generation.speech_config.as_ref().and_then(|speech| speech.language_code.as_deref());
    match language {
        Some(code) if !traits.language_code => Err(Refusal::new(1007, &format!("Unsupported language code '{code}'."))),
        Some(_) | None => Ok(()),
    }
}

fn check_preview(preview: Preview, access: &Access, name: &str, path: &str) -> Result<(), Refusal> {
    match preview {
        Preview::Refused(code, reason) => Err(Refusal::new(code, reason)),
        Preview::AlphaOnly if access.version != "v1alpha" => {
            let field = UnknownField { name: name.into(), path: path.into() };
            Err(Refusal::new(1007, &field.to_string()))
        }
        Preview::AlphaOnly | Preview::Accepted => Ok(()),
    }
}

/// Refuses activity marks beside automatic detection and what the model has given up.
pub(super) fn check_realtime(traits: &Traits, manual: bool, input: &RealtimeInput) -> Result<(), Refusal> {
    if !manual && (input.activity_start.is_some() || input.activity_end.is_some()) {
        return Err(Refusal::new(1007, ACTIVITY_IN_AUTOMATIC_MODE));
    }
    object(traits.media_chunks, !input.media_chunks.is_empty())
}

/// Refuses history in mid-session on models that take it at the beginning only.
pub(super) fn check_client_content(traits: &Traits) -> Result<(), Refusal> {
    object(traits.client_content, true)
}

fn object(objection: Objection, present: bool) -> Result<(), Refusal> {
    match objection {
        Some((code, reason)) if present => Err(Refusal::new(code, reason)),
        Some(_) | None => Ok(()),
    }
}

fn table_entry(config: &ServerConfig, model: &str) -> Option<Profile> {
    let id = model.strip_prefix("models/").or_else(|| Some(model.rsplit_once("publishers/google/models/")?.1))?;
    config.models.iter().find(|entry| entry.id == id).map(|entry| entry.profile)
}
