//! The configuration of a session, and the `setup` message made from it.

use std::time::Duration;

use crate::message::setup::{
    ActivityHandling, AutomaticActivityDetection, ContextWindowCompression, GenerationConfig, PrebuiltVoiceConfig,
    RealtimeInputConfig, SessionResumption, SlidingWindow, SpeechConfig, TranscriptionConfig, TurnCoverage,
    VoiceConfig,
};
use crate::message::{Content, Modality, Setup, Tool};
use crate::model;

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
    /// Who says when the user speaks.
    pub mode: TalkMode,
    /// Typed for the user once a session he opened himself is ready, so that the model speaks first.
    pub greeting: Option<String>,
    /// How long dialling may take, and then opening the session.
    pub setup_timeout: Duration,
    /// What hardly ever changes.
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

/// The parts of `setup` that hardly ever change.
#[derive(Debug, Clone, PartialEq)]
pub struct SetupOptions {
    /// Ask for the user's words as text.
    pub input_transcription: bool,
    /// Ask for the model's words as text.
    pub output_transcription: bool,
    /// Ask for resumption handles.
    pub resumption: bool,
    /// Let old turns go instead of ending the session.
    pub compression: bool,
    /// Whether activity cuts the reply; none leaves it to the service, which cuts.
    pub activity_handling: Option<ActivityHandling>,
    /// What belongs to a turn; none leaves it to the service.
    pub turn_coverage: Option<TurnCoverage>,
    /// Tuning of the service's detection; hands-free only.
    pub detection: Option<AutomaticActivityDetection>,
    /// BCP 47; several models refuse it.
    pub language_code: Option<String>,
    /// What the model may call.
    pub tools: Vec<Tool>,
}

impl Default for SetupOptions {
    fn default() -> Self {
        Self {
            input_transcription: true,
            output_transcription: true,
            resumption: true,
            compression: true,
            activity_handling: None,
            turn_coverage: None,
            detection: None,
            language_code: None,
            tools: Vec::new(),
        }
    }
}

impl SessionConfig {
    /// The `setup` message.
    pub fn to_setup(&self) -> Setup {
        let options = &self.options;
        let transcription = |wanted: bool| wanted.then(TranscriptionConfig::default);
        Setup {
            model: qualified(&self.model),
            generation_config: Some(GenerationConfig {
                response_modalities: vec![Modality::Audio],
                speech_config: self.speech_config(),
                ..GenerationConfig::default()
            }),
            system_instruction: given(self.system_instruction.as_deref()).map(Content::user),
            tools: options.tools.clone(),
            realtime_input_config: self.realtime_input_config(),
            session_resumption: options.resumption.then(SessionResumption::default),
            context_window_compression: options.compression.then(|| ContextWindowCompression {
                trigger_tokens: None,
                sliding_window: Some(SlidingWindow::default()),
            }),
            input_audio_transcription: transcription(options.input_transcription),
            output_audio_transcription: transcription(options.output_transcription),
            ..Setup::default()
        }
    }

    fn speech_config(&self) -> Option<SpeechConfig> {
        let voice_name = given(self.voice.as_deref());
        let language_code = given(self.options.language_code.as_deref());
        (voice_name.is_some() || language_code.is_some()).then(|| SpeechConfig {
            voice_config: voice_name.map(|voice_name| VoiceConfig {
                prebuilt_voice_config: Some(PrebuiltVoiceConfig { voice_name: Some(voice_name) }),
                replicated_voice_config: None,
            }),
            language_code,
        })
    }

    fn realtime_input_config(&self) -> Option<RealtimeInputConfig> {
        let automatic_activity_detection = match self.mode {
            TalkMode::PushToTalk => {
                Some(AutomaticActivityDetection { disabled: Some(true), ..AutomaticActivityDetection::default() })
            }
            TalkMode::HandsFree => self.options.detection.clone(),
        };
        let config = RealtimeInputConfig {
            automatic_activity_detection,
            activity_handling: self.options.activity_handling.clone(),
            turn_coverage: self.options.turn_coverage.clone(),
            interim_transcript_timestamp_enabled: None,
        };
        (config != RealtimeInputConfig::default()).then_some(config)
    }

    /// Whether the user's activity cuts the reply.
    pub(super) fn interrupts(&self) -> bool {
        self.options.activity_handling != Some(ActivityHandling::NoInterruption)
    }
}

fn qualified(model: &str) -> String {
    let model = model.trim();
    if model.contains('/') { model.to_owned() } else { format!("models/{model}") }
}

fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use serde_json::{Value, json};

    use super::*;
    use crate::codec::{AudioEncoder, encode, parse_client};
    use crate::message::{ClientMessage, RealtimeInput};

    fn sent(config: &SessionConfig) -> Value {
        serde_json::from_str(&encode(&ClientMessage::setup(config.to_setup()))).unwrap()
    }

    #[test]
    fn push_to_talk_marks_activity_itself_and_asks_for_everything_else() {
        let config = SessionConfig {
            voice: Some("Kore".into()),
            system_instruction: Some("Be brief.".into()),
            ..SessionConfig::default()
        };
        assert_eq!(
            sent(&config),
            json!({"setup": {
                "model": "models/gemini-3.8-live",
                "generationConfig": {"responseModalities": ["AUDIO"],
                    "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}},
                "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
                "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}},
                "sessionResumption": {},
                "contextWindowCompression": {"slidingWindow": {}},
                "inputAudioTranscription": {},
                "outputAudioTranscription": {}}})
        );
    }

    #[test]
    fn hands_free_leaves_detection_to_the_service() {
        let config = SessionConfig { mode: TalkMode::HandsFree, ..SessionConfig::default() };
        assert_eq!(sent(&config)["setup"].get("realtimeInputConfig"), None);
    }

    #[test]
    fn blank_settings_are_not_sent() {
        let config = SessionConfig {
            voice: Some(" ".into()),
            system_instruction: Some("\n".into()),
            model: "publishers/google/models/m".into(),
            ..SessionConfig::default()
        };
        let setup = &sent(&config)["setup"];
        assert_eq!(setup["generationConfig"], json!({"responseModalities": ["AUDIO"]}));
        assert_eq!(setup.get("systemInstruction"), None);
        assert_eq!(setup["model"], "publishers/google/models/m", "a full name stays as it is");
    }

    /// What an SDK sent in one of its captures.
    fn captured(case: &str) -> Vec<ClientMessage> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/sdk-captures");
        std::fs::read_to_string(format!("{folder}/{case}.jsonl"))
            .expect("captures are part of the repository")
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|line| line["dir"] == "c2s" && line["type"] == "text")
            .map(|line| parse_client(line["json"].to_string().as_bytes()).unwrap())
            .collect()
    }

    fn audio() -> ClientMessage {
        let mut out = String::new();
        AudioEncoder::default().encode(&[0; 1024], &mut out);
        parse_client(out.as_bytes()).unwrap()
    }

    /// Some captures declare audio without its rate, which means 16 kHz.
    fn with_rate(mut message: ClientMessage) -> ClientMessage {
        if let Some(RealtimeInput { audio: Some(audio), .. }) = &mut message.realtime_input
            && audio.mime_type.as_deref() == Some("audio/pcm")
        {
            audio.mime_type = Some(crate::pcm::INPUT_MIME.into());
        }
        message
    }

    fn seed_model() -> String {
        "gemini-2.5-flash-native-audio-preview-09-2025".into()
    }

    #[test]
    fn a_push_to_talk_conversation_is_what_the_official_sdks_send() {
        let config = SessionConfig {
            model: seed_model(),
            options: SetupOptions {
                activity_handling: Some(ActivityHandling::NoInterruption),
                turn_coverage: Some(TurnCoverage::AllInput),
                ..SetupOptions::default()
            },
            ..SessionConfig::default()
        };
        let ours = [
            ClientMessage::setup(config.to_setup()),
            ClientMessage::activity_start(),
            audio(),
            audio(),
            ClientMessage::activity_end(),
        ];
        for case in ["js-ptt", "py-ptt", "v1.34-js-ptt", "v1.56-py-ptt"] {
            let theirs: Vec<_> = captured(case).into_iter().map(with_rate).collect();
            assert_eq!(theirs, ours, "{case}");
        }
        let raw: Vec<String> = captured("js-ptt").iter().map(encode).collect();
        assert_eq!(raw, ours.iter().map(encode).collect::<Vec<_>>(), "byte for byte");
    }

    #[test]
    fn the_sample_conversation_is_what_the_official_sdks_send() {
        let config = SessionConfig {
            model: seed_model(),
            system_instruction: Some("You are a helpful and friendly AI assistant.".into()),
            mode: TalkMode::HandsFree,
            options: SetupOptions {
                input_transcription: false,
                output_transcription: false,
                resumption: false,
                compression: false,
                ..SetupOptions::default()
            },
            ..SessionConfig::default()
        };
        let ours = [ClientMessage::setup(config.to_setup()), audio(), audio()];
        for case in ["js-seed", "py-seed", "v1.34-js-seed", "v1.56-py-seed"] {
            let theirs: Vec<_> = captured(case).into_iter().map(with_rate).collect();
            assert_eq!(theirs, ours, "{case}");
        }
    }
}
