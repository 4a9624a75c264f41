//! The settings as the configuration of a session. The session itself leaves out what the model doesn't accept.

use vivavoce_live::message::setup::{
    ActivityHandling, AutomaticActivityDetection, EndSensitivity, MediaResolution as WireResolution, SafetySetting,
    StartSensitivity, TranslationConfig, TurnCoverage,
};
use vivavoce_live::model::{self, ThinkingLevel as ModelLevel};
use vivavoce_live::session::{SessionConfig, SetupOptions, TalkMode};

use super::{
    Coverage, Detection, Detector, MediaResolution, Mode, Patience, SafetyThreshold, Sensitivity, Settings,
    ThinkingLevel, Translation,
};

/// The categories a safety threshold is set for.
const HARMS: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];
/// Translated into when neither the settings nor the window's language say more.
const FALLBACK_LANGUAGE: &str = "en";

impl Settings {
    /// The configuration of a session with these settings that begins with `greeting`, if the model can be written to.
    pub(crate) fn session_config(&self, greeting: Option<String>) -> SessionConfig {
        let config = SessionConfig {
            model: self.model.clone(),
            voice: self.answering_voice().map(str::to_owned),
            system_instruction: given(self.instruction()),
            mode: if self.marks_turns() { TalkMode::PushToTalk } else { TalkMode::HandsFree },
            options: self.setup_options(),
            ..SessionConfig::default()
        };
        let greeting = greeting.filter(|_| config.capabilities().text_in);
        SessionConfig { greeting, ..config }
    }

    /// Hands-free, this program says when somebody speaks. A model that takes no marks is left to hear for itself.
    pub(crate) fn detects_locally(&self) -> bool {
        let takes_marks = || model::family_of(&self.model).capabilities().manual_activity;
        self.mode == Mode::HandsFree && self.detection.by == Detector::Local && takes_marks()
    }

    /// Turns begin and end by this program's marks.
    pub(crate) fn marks_turns(&self) -> bool {
        self.mode == Mode::PushToTalk || self.detects_locally()
    }

    /// What is typed for the user when he connects.
    pub(crate) fn own_greeting(&self) -> Option<String> {
        given(&self.greeting)
    }

    fn setup_options(&self) -> SetupOptions {
        let (generation, thinking, detection) = (&self.generation, &self.thinking, &self.detection);
        let mut options = SetupOptions {
            input_transcription: self.transcription.input,
            output_transcription: self.transcription.output,
            compression: self.compression.on,
            compression_trigger: self.compression.trigger_tokens,
            compression_target: self.compression.target_tokens,
            activity_handling: (!detection.interrupts).then_some(ActivityHandling::NoInterruption),
            turn_coverage: detection.coverage.map(wire_coverage),
            detection: tuning(detection).filter(|_| !self.marks_turns()),
            language_code: generation.language.clone(),
            media_resolution: generation.media_resolution.map(wire_resolution),
            affective_dialog: generation.affective_dialog,
            proactive_audio: generation.proactive_audio,
            safety: generation.safety.map(safety_settings).unwrap_or_default(),
            translation: Some(self.translation_config(&self.translation)),
            ..SetupOptions::default()
        };
        options.input_hints.languages.clone_from(&self.transcription.languages);
        options.input_hints.vocabulary.clone_from(&self.transcription.vocabulary);
        options.sampling.temperature = generation.temperature;
        options.sampling.top_p = generation.top_p;
        options.sampling.top_k = generation.top_k;
        options.sampling.max_output_tokens = generation.max_output_tokens;
        options.sampling.presence_penalty = generation.presence_penalty;
        options.sampling.frequency_penalty = generation.frequency_penalty;
        options.sampling.seed = generation.seed;
        options.thinking.level = thinking.level.map(model_level);
        options.thinking.budget = thinking.budget;
        options.thinking.summaries = thinking.show;
        options
    }

    fn translation_config(&self, translation: &Translation) -> TranslationConfig {
        let target = translation.target.as_deref().or(self.language.tag()).unwrap_or(FALLBACK_LANGUAGE);
        TranslationConfig {
            target_language_code: Some(target.to_owned()),
            echo_target_language: translation.echo.then_some(true),
        }
    }
}

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// None when everything is left to the service.
fn tuning(detection: &Detection) -> Option<AutomaticActivityDetection> {
    let tuning = AutomaticActivityDetection {
        disabled: None,
        start_of_speech_sensitivity: detection.start.map(|start| match start {
            Sensitivity::High => StartSensitivity::High,
            Sensitivity::Low => StartSensitivity::Low,
        }),
        end_of_speech_sensitivity: detection.end.map(|end| match end {
            Sensitivity::High => EndSensitivity::High,
            Sensitivity::Low => EndSensitivity::Low,
        }),
        prefix_padding_ms: detection.prefix_padding_ms.map(|ms| i64::from(ms).into()),
        silence_duration_ms: silence_ms(detection).map(|ms| i64::from(ms).into()),
    };
    (tuning != AutomaticActivityDetection::default()).then_some(tuning)
}

/// The pause that was asked for by number, or by any word but the ordinary one, which leaves it to the service.
fn silence_ms(detection: &Detection) -> Option<u32> {
    detection.silence_ms.or((detection.patience != Patience::Normal).then(|| detection.patience.ms()))
}

fn wire_coverage(coverage: Coverage) -> TurnCoverage {
    match coverage {
        Coverage::OnlyActivity => TurnCoverage::OnlyActivity,
        Coverage::AllInput => TurnCoverage::AllInput,
        Coverage::ActivityAndVideo => TurnCoverage::AudioActivityAndAllVideo,
    }
}

fn wire_resolution(resolution: MediaResolution) -> WireResolution {
    match resolution {
        MediaResolution::Low => WireResolution::Low,
        MediaResolution::Medium => WireResolution::Medium,
        MediaResolution::High => WireResolution::High,
    }
}

fn model_level(level: ThinkingLevel) -> ModelLevel {
    match level {
        ThinkingLevel::Minimal => ModelLevel::Minimal,
        ThinkingLevel::Low => ModelLevel::Low,
        ThinkingLevel::Medium => ModelLevel::Medium,
        ThinkingLevel::High => ModelLevel::High,
    }
}

fn safety_settings(threshold: SafetyThreshold) -> Vec<SafetySetting> {
    let threshold = match threshold {
        SafetyThreshold::Off => "OFF",
        SafetyThreshold::High => "BLOCK_ONLY_HIGH",
        SafetyThreshold::Medium => "BLOCK_MEDIUM_AND_ABOVE",
        SafetyThreshold::Low => "BLOCK_LOW_AND_ABOVE",
    };
    let setting = |category: &str| SafetySetting {
        category: Some(category.to_owned()),
        threshold: Some(threshold.to_owned()),
        method: None,
    };
    HARMS.map(setting).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;
    use crate::settings::{Language, SettingsPatch};

    fn setup(patch: &[(&str, Value)]) -> Value {
        let patch = patch.iter().fold(SettingsPatch::default(), |patch, (name, value)| patch.with(name, value.clone()));
        let config = Settings::default().patched(&patch).unwrap().session_config(None);
        serde_json::to_value(config.to_setup(None, false)).unwrap()
    }

    #[test]
    fn untouched_settings_leave_everything_to_the_service() {
        assert_eq!(
            setup(&[]),
            json!({
                "model": "models/gemini-3.8-live",
                "generationConfig": {"responseModalities": ["AUDIO"]},
                "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}},
                "sessionResumption": {},
                "contextWindowCompression": {"slidingWindow": {}},
                "inputAudioTranscription": {},
                "outputAudioTranscription": {}})
        );
    }

    #[test]
    fn every_group_arrives_in_the_setup() {
        let setup = setup(&[
            ("model", json!("gemini-2.5-flash-native-audio-latest")),
            ("voice", json!("Kore")),
            ("systemInstruction", json!(" Be brief. ")),
            ("mode", json!("handsFree")),
            (
                "generation",
                json!({"temperature": 0.5, "topP": 0.75, "topK": 40, "maxOutputTokens": 512, "presencePenalty": 1.0,
                "frequencyPenalty": -1.0, "seed": 7, "mediaResolution": "medium", "affectiveDialog": true,
                "proactiveAudio": true, "safety": "medium"}),
            ),
            ("thinking", json!({"budget": 0, "show": true})),
            (
                "detection",
                json!({"start": "high", "end": "low", "prefixPaddingMs": 300, "silenceMs": 700, "interrupts": false,
                "coverage": "allInput"}),
            ),
            ("transcription", json!({"input": true, "output": false, "languages": ["ja-JP"]})),
            ("compression", json!({"on": true, "triggerTokens": 25_000, "targetTokens": 8_000})),
        ]);
        let harm = |name: &str| json!({"category": name, "threshold": "BLOCK_MEDIUM_AND_ABOVE"});
        assert_eq!(
            setup,
            json!({
                "model": "models/gemini-2.5-flash-native-audio-latest",
                "generationConfig": {
                    "responseModalities": ["AUDIO"],
                    "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
                    "temperature": 0.5, "topP": 0.75, "topK": 40.0, "maxOutputTokens": 512, "presencePenalty": 1.0,
                    "frequencyPenalty": -1.0, "seed": 7, "mediaResolution": "MEDIA_RESOLUTION_MEDIUM",
                    "thinkingConfig": {"thinkingBudget": 0, "includeThoughts": true}, "enableAffectiveDialog": true},
                "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
                "realtimeInputConfig": {
                    "automaticActivityDetection": {"startOfSpeechSensitivity": "START_SENSITIVITY_HIGH",
                        "endOfSpeechSensitivity": "END_SENSITIVITY_LOW", "prefixPaddingMs": 300,
                        "silenceDurationMs": 700},
                    "activityHandling": "NO_INTERRUPTION", "turnCoverage": "TURN_INCLUDES_ALL_INPUT"},
                "sessionResumption": {},
                "contextWindowCompression": {"triggerTokens": 25_000, "slidingWindow": {"targetTokens": 8_000}},
                "inputAudioTranscription": {"languageCodes": ["ja-JP"]},
                "proactivity": {"proactiveAudio": true},
                "safetySettings": [harm("HARM_CATEGORY_HARASSMENT"), harm("HARM_CATEGORY_HATE_SPEECH"),
                    harm("HARM_CATEGORY_SEXUALLY_EXPLICIT"), harm("HARM_CATEGORY_DANGEROUS_CONTENT")]})
        );
    }

    #[test]
    fn a_level_of_thinking_and_a_language_go_to_the_models_that_take_them() {
        let settings = [("generation", json!({"language": "ja-JP"})), ("thinking", json!({"level": "high"}))];
        let setup_of = |model: &str| setup(&[settings.as_slice(), &[("model", json!(model))]].concat());
        let newer = setup_of("gemini-3.1-flash-live-preview");
        assert_eq!(newer["generationConfig"]["thinkingConfig"], json!({"thinkingLevel": "HIGH"}));
        assert_eq!(newer["generationConfig"]["speechConfig"], json!({"languageCode": "ja-JP"}));
        assert_eq!(setup_of("gemini-3.8-live"), setup(&[]));
    }

    #[test]
    fn a_translator_translates_into_the_window_s_language_unless_told_otherwise() {
        let target = |language: Language, translation: Value| {
            let settings =
                Settings { language, model: "gemini-3.5-live-translate-preview".into(), ..Settings::default() };
            let settings = settings.patched(&SettingsPatch::default().with("translation", translation)).unwrap();
            let config = settings.session_config(None).to_setup(None, false);
            serde_json::to_value(config.generation_config.unwrap().translation_config).unwrap()
        };
        assert_eq!(target(Language::Ja, json!({})), json!({"targetLanguageCode": "ja"}));
        assert_eq!(target(Language::System, json!({})), json!({"targetLanguageCode": "en"}));
        assert_eq!(
            target(Language::Ja, json!({"target": "pl", "echo": true})),
            json!({"targetLanguageCode": "pl", "echoTargetLanguage": true})
        );
    }

    #[test]
    fn only_a_model_that_can_be_written_to_is_greeted() {
        let greeting = |model: &str| {
            let settings = Settings { model: model.into(), greeting: " Hello ".into(), ..Settings::default() };
            settings.session_config(settings.own_greeting()).greeting
        };
        assert_eq!(greeting("gemini-3.8-live").as_deref(), Some("Hello"));
        assert_eq!(greeting("gemini-3.5-live-translate-preview"), None);
        assert_eq!(Settings::default().own_greeting(), None);
    }
}
