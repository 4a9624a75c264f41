//! The `setup` message: what was asked for, as far as the model accepts it.

use super::{SessionConfig, TalkMode, TranscriptionHints};
use crate::message::setup::{
    AutomaticActivityDetection, ContextWindowCompression, GenerationConfig, HistoryConfig, PrebuiltVoiceConfig,
    Proactivity, RealtimeInputConfig, SessionResumption, SlidingWindow, SpeechConfig, ThinkingConfig, ThinkingLevel,
    TranscriptionConfig, TranslationConfig, TurnCoverage, VoiceConfig,
};
use crate::message::tool::{FunctionDeclaration, Schema};
use crate::message::{Content, LenientInt, Setup, Tool};
use crate::model::{self, Capabilities};

impl SessionConfig {
    /// The `setup` message. It resumes the session of the handle `resume`; with `seeds_history` the first
    /// `clientContent` will be history, which some models want to be told beforehand.
    pub fn to_setup(&self, resume: Option<&str>, seeds_history: bool) -> Setup {
        let accepts = self.capabilities();
        let options = &self.options;
        let transcription = |wanted: bool, hints| wanted.then(|| transcription_config(accepts, hints));
        Setup {
            model: qualified(&self.model),
            generation_config: Some(self.generation_config(accepts)),
            system_instruction: given(self.system_instruction.as_deref())
                .filter(|_| accepts.system_instruction)
                .map(Content::user),
            tools: options.tools.iter().filter_map(|tool| accepted_tool(accepts, tool)).collect(),
            realtime_input_config: self.realtime_input_config(accepts),
            session_resumption: (options.resumption && accepts.resumption)
                .then(|| SessionResumption { handle: given(resume), transparent: None }),
            context_window_compression: (options.compression && accepts.compression).then(|| self.compression()),
            input_audio_transcription: transcription(
                options.input_transcription && accepts.input_transcription,
                &options.input_hints,
            ),
            output_audio_transcription: transcription(
                options.output_transcription && accepts.output_transcription,
                &options.output_hints,
            ),
            proactivity: (options.proactive_audio && accepts.proactive_audio)
                .then_some(Proactivity { proactive_audio: Some(true), proactive_video: None }),
            history_config: (seeds_history && accepts.initial_history_flag)
                .then_some(HistoryConfig { initial_history_in_client_content: Some(true) }),
            safety_settings: if accepts.safety { options.safety.clone() } else { Vec::new() },
            ..Setup::default()
        }
    }

    fn generation_config(&self, accepts: &Capabilities) -> GenerationConfig {
        let options = &self.options;
        let sampling = if accepts.sampling { options.sampling } else { super::Sampling::default() };
        GenerationConfig {
            response_modalities: vec![accepts.modality()],
            speech_config: self.speech_config(accepts),
            temperature: sampling.temperature,
            top_p: sampling.top_p,
            top_k: sampling.top_k.map(f64::from),
            max_output_tokens: sampling.max_output_tokens.map(|most| integer(most.min(accepts.output_tokens))),
            presence_penalty: sampling.presence_penalty,
            frequency_penalty: sampling.frequency_penalty,
            seed: sampling.seed.map(integer),
            media_resolution: options.media_resolution.clone().filter(|_| accepts.media_resolution),
            thinking_config: self.thinking_config(accepts),
            enable_affective_dialog: (options.affective_dialog && accepts.affective_dialog).then_some(true),
            translation_config: options.translation.as_ref().filter(|_| accepts.translation).map(translation_config),
            ..GenerationConfig::default()
        }
    }

    fn speech_config(&self, accepts: &Capabilities) -> Option<SpeechConfig> {
        let voice_name = given(self.voice.as_deref()).filter(|_| accepts.voice);
        let language_code = given(self.options.language_code.as_deref()).filter(|_| accepts.language_code);
        (voice_name.is_some() || language_code.is_some()).then(|| SpeechConfig {
            voice_config: voice_name.map(|voice_name| VoiceConfig {
                prebuilt_voice_config: Some(PrebuiltVoiceConfig { voice_name: Some(voice_name) }),
                replicated_voice_config: None,
            }),
            language_code,
        })
    }

    fn thinking_config(&self, accepts: &Capabilities) -> Option<ThinkingConfig> {
        let thinking = self.options.thinking;
        let level = thinking.level.filter(|level| accepts.thinking_levels.contains(level));
        let config = ThinkingConfig {
            thinking_level: level.map(|level| match level {
                model::ThinkingLevel::Minimal => ThinkingLevel::Minimal,
                model::ThinkingLevel::Low => ThinkingLevel::Low,
                model::ThinkingLevel::Medium => ThinkingLevel::Medium,
                model::ThinkingLevel::High => ThinkingLevel::High,
            }),
            thinking_budget: thinking.budget.filter(|_| accepts.thinking_budget).map(integer),
            include_thoughts: (thinking.summaries && accepts.thoughts).then_some(true),
        };
        (config != ThinkingConfig::default()).then_some(config)
    }

    fn realtime_input_config(&self, accepts: &Capabilities) -> Option<RealtimeInputConfig> {
        let options = &self.options;
        let automatic_activity_detection = match self.talk_mode() {
            TalkMode::PushToTalk => {
                Some(AutomaticActivityDetection { disabled: Some(true), ..AutomaticActivityDetection::default() })
            }
            TalkMode::HandsFree => options.detection.clone().filter(|_| accepts.turn_options),
        };
        // Vertex AI answers this coverage with 1007.
        let refused = |coverage: &TurnCoverage| {
            *coverage == TurnCoverage::AudioActivityAndAllVideo && model::is_vertex_name(&self.model)
        };
        let config = RealtimeInputConfig {
            automatic_activity_detection,
            activity_handling: options.activity_handling.clone().filter(|_| accepts.turn_options),
            turn_coverage: options.turn_coverage.clone().filter(|coverage| accepts.turn_options && !refused(coverage)),
            interim_transcript_timestamp_enabled: None,
        };
        (config != RealtimeInputConfig::default()).then_some(config)
    }

    fn compression(&self) -> ContextWindowCompression {
        ContextWindowCompression {
            trigger_tokens: self.options.compression_trigger.map(integer),
            sliding_window: Some(SlidingWindow { target_tokens: self.options.compression_target.map(integer) }),
        }
    }
}

fn transcription_config(accepts: &Capabilities, hints: &TranscriptionHints) -> TranscriptionConfig {
    let given = |accepted: bool, texts: &[String]| -> Vec<String> {
        let texts = texts.iter().filter(|_| accepted).filter_map(|text| given(Some(text)));
        texts.collect()
    };
    TranscriptionConfig {
        language_codes: given(accepts.transcription_hints, &hints.languages),
        custom_vocabulary: given(accepts.transcription_vocabulary, &hints.vocabulary),
        ..TranscriptionConfig::default()
    }
}

fn translation_config(wanted: &TranslationConfig) -> TranslationConfig {
    TranslationConfig {
        target_language_code: given(wanted.target_language_code.as_deref()),
        echo_target_language: wanted.echo_target_language,
    }
}

/// The part of a tool that the model accepts. None of the models for speech runs code, reads addresses or knows maps.
fn accepted_tool(accepts: &Capabilities, tool: &Tool) -> Option<Tool> {
    let functions = tool.function_declarations.iter().filter(|_| accepts.tools);
    let tool = Tool {
        function_declarations: functions.map(|function| accepted_function(accepts, function)).collect(),
        google_search: tool.google_search.clone().filter(|_| accepts.google_search),
        ..Tool::default()
    };
    (tool != Tool::default()).then_some(tool)
}

/// A behavior the model doesn't have is left out: it follows its own. Some models refuse a function that says nothing
/// about its parameters.
fn accepted_function(accepts: &Capabilities, function: &FunctionDeclaration) -> FunctionDeclaration {
    FunctionDeclaration {
        parameters: function
            .parameters
            .clone()
            .or_else(|| function.parameters_json_schema.is_none().then(no_parameters)),
        behavior: function.behavior.clone().filter(|behavior| accepts.has_behavior(behavior)),
        ..function.clone()
    }
}

fn no_parameters() -> Schema {
    Schema { kind: Some("OBJECT".to_owned()), ..Schema::default() }
}

fn qualified(model: &str) -> String {
    let model = model.trim();
    if model.contains('/') { model.to_owned() } else { format!("models/{model}") }
}

fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn integer(value: impl Into<i64>) -> LenientInt {
    LenientInt(value.into())
}
