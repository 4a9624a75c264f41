//! What the service refuses, with its own codes and words.

use serde_json::Value;
use vivavoce_live::message::setup::{GenerationConfig, Modality, Setup, ThinkingConfig, ThinkingLevel, TurnCoverage};
use vivavoce_live::message::tool::Behavior;
use vivavoce_live::message::unknown::UnknownField;
use vivavoce_live::message::{ClientContent, Content, FunctionDeclaration, RealtimeInput, Tool};

use super::Access;
use crate::config::ServerConfig;
use crate::profile::{Calls, INVALID_ARGUMENT, Objection, Preview, Profile, Thinking, Trade, Traits};
use crate::registry::NotResumed;

const KEY_INVALID: &str = "API key not valid. Please pass a valid API key.";
const KEY_MISSING: &str = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";
/// How ephemeral tokens begin.
const TOKEN: &str = "auth_tokens/";
const ACTIVITY_IN_AUTOMATIC_MODE: &str =
    "Explicit activity control is not supported when automatic activity detection is enabled.";
const BAD_AUDIO: &str = "error when processing input audio, please check if the inputaudio is in valid format: 16khz s16le pcm, mono channel.; Error";

/// Most functions a session may declare.
const MOST_FUNCTIONS: usize = 512;
/// Longest name of a function, in bytes.
const LONGEST_NAME: usize = 128;

/// A close frame in the making; its reason is cut when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) reason: String,
}

/// A session that cannot be taken up again.
impl From<NotResumed> for Refusal {
    fn from(reason: NotResumed) -> Self {
        match reason {
            NotResumed::Unknown => Self::invalid_handle(1007),
            NotResumed::Open => Self::new(1011, ""),
            NotResumed::OtherModel => Self::invalid_argument(),
        }
    }
}

impl Refusal {
    pub(super) fn new(code: u16, reason: &str) -> Self {
        Self { code, reason: reason.to_owned() }
    }

    pub(super) fn invalid_argument() -> Self {
        Self::new(1007, INVALID_ARGUMENT)
    }

    /// The two ways a handle is refused.
    pub(super) fn invalid_handle(code: u16) -> Self {
        match code {
            1008 => Self::new(1008, "BidiGenerateContent session not found"),
            code => Self::new(code, "Invalid session handle"),
        }
    }

    pub(super) fn not_implemented() -> Self {
        Self::new(1008, "Operation is not implemented, or supported, or enabled.")
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

/// Refuses connections without a key or a token where one is needed, and keys listed as bad.
pub(super) fn check_key(config: &ServerConfig, access: &Access) -> Result<(), Refusal> {
    match &access.key {
        Some(key) if config.bad_keys.contains(key) => Err(Refusal::new(1007, KEY_INVALID)),
        Some(key) if config.tokens_required && !key.starts_with(TOKEN) => Err(Refusal::new(1008, KEY_MISSING)),
        None if config.require_key || config.tokens_required => Err(Refusal::new(1008, KEY_MISSING)),
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
    let generation = setup.generation_config.clone().unwrap_or_default();
    check_generation(traits, access, &generation)?;
    check_trade(traits, setup, &generation)?;
    check_tools(traits, &setup.tools)?;
    if let Some(proactivity) = &setup.proactivity {
        check_preview(traits.proactivity, access, "proactivity", "setup")?;
        if traits.proactivity == Preview::Accepted && proactivity.proactive_audio == Some(false) {
            return Err(Refusal::invalid_argument());
        }
    }
    let coverage = setup.realtime_input_config.as_ref().and_then(|input| input.turn_coverage.as_ref());
    object(traits.all_video_coverage, coverage == Some(&TurnCoverage::AudioActivityAndAllVideo))
}

/// Whether the model converses; others translate or transcribe.
pub(super) fn is_dialogue(traits: &Traits) -> bool {
    traits.trade == Trade::Dialogue
}

fn check_generation(traits: &Traits, access: &Access, generation: &GenerationConfig) -> Result<(), Refusal> {
    if generation.response_modalities.len() > 1 {
        return Err(Refusal::invalid_argument());
    }
    object(traits.text_modality, generation.response_modalities.contains(&Modality::Text))?;
    if let Some(thinking) = &generation.thinking_config {
        check_thinking(traits.thinking, thinking)?;
    }
    if generation.enable_affective_dialog.is_some() {
        check_preview(traits.affective, access, "enableAffectiveDialog", "setup.generation_config")?;
    }
    let language = generation.speech_config.as_ref().and_then(|speech| speech.language_code.as_deref());
    match language {
        Some(code) if !traits.language_code => Err(Refusal::new(1007, &format!("Unsupported language code '{code}'."))),
        Some(_) | None => Ok(()),
    }
}

/// Refuses thinking where the model decides, and the member meant for other models.
fn check_thinking(wanted: Thinking, thinking: &ThinkingConfig) -> Result<(), Refusal> {
    let (level, budget) = (&thinking.thinking_level, thinking.thinking_budget);
    let accepted = match wanted {
        Thinking::Refused => false,
        Thinking::Level => budget.is_none(),
        Thinking::LevelAboveMinimal => budget.is_none() && *level != Some(ThinkingLevel::Minimal),
        Thinking::Budget => level.is_none(),
    };
    if accepted { Ok(()) } else { Err(Refusal::invalid_argument()) }
}

/// Refuses what only another kind of model has a use for.
fn check_trade(traits: &Traits, setup: &Setup, generation: &GenerationConfig) -> Result<(), Refusal> {
    let translation = generation.translation_config.as_ref();
    let to_somewhere = translation.is_some_and(|translation| translation.target_language_code.is_some());
    let directed = setup.system_instruction.is_some() || !setup.tools.is_empty();
    let accepted = match traits.trade {
        Trade::Dialogue => translation.is_none(),
        Trade::Translation => to_somewhere && !directed,
        Trade::Transcription => {
            translation.is_none() && !directed && !generation.response_modalities.contains(&Modality::Audio)
        }
    };
    if accepted { Ok(()) } else { Err(Refusal::invalid_argument()) }
}

/// Refuses tools no Live model has, names that are none, and behaviours the model does not have.
fn check_tools(traits: &Traits, tools: &[Tool]) -> Result<(), Refusal> {
    let foreign =
        |tool: &Tool| tool.code_execution.is_some() || tool.url_context.is_some() || tool.google_maps.is_some();
    let functions: Vec<_> = tools.iter().flat_map(|tool| &tool.function_declarations).collect();
    let misfit = |function: &&FunctionDeclaration| match traits.calls {
        Calls::BlockingOnly => function.behavior == Some(Behavior::NonBlocking),
        Calls::NonBlockingOnly => function.behavior == Some(Behavior::Blocking),
        Calls::Blocking | Calls::NonBlocking => false,
    };
    if tools.iter().any(foreign)
        || functions.len() > MOST_FUNCTIONS
        || functions.iter().any(|function| !is_function_name(&function.name) || misfit(function))
    {
        return Err(Refusal::invalid_argument());
    }
    Ok(())
}

fn is_function_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.:-".contains(letter))
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

/// Refuses history by anybody but the user and the model.
pub(super) fn check_roles(content: &ClientContent) -> Result<(), Refusal> {
    let known = |turn: &Content| matches!(turn.role.as_deref(), None | Some("user" | "model"));
    if content.turns.iter().all(known) { Ok(()) } else { Err(Refusal::invalid_argument()) }
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
