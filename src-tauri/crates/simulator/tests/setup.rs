//! What the session sends with every option on is what the strict peer takes, whichever the model.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::Client;
use serde_json::json;
use vivavoce_live::message::setup::{
    ActivityHandling, AutomaticActivityDetection, EndSensitivity, MediaResolution, SafetySetting, Setup,
    StartSensitivity, TranslationConfig, TurnCoverage,
};
use vivavoce_live::message::tool::Behavior;
use vivavoce_live::message::{ClientMessage, FunctionDeclaration, Tool};
use vivavoce_live::model::{self, ClientContentUse, Family, ThinkingLevel, needs_alpha};
use vivavoce_live::session::{SessionConfig, TalkMode};
use vivavoce_simulator::{Access, ModelEntry, Profile, ServerConfig, known_models};

const VERTEX: &str = "projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio";
const NEW: &str = "gemini-9-live";

/// Everything there is to ask for.
fn everything(model: &str, mode: TalkMode) -> SessionConfig {
    let mut config = SessionConfig {
        model: model.into(),
        voice: Some("Kore".into()),
        system_instruction: Some("Be brief.".into()),
        mode,
        ..SessionConfig::default()
    };
    let options = &mut config.options;
    options.language_code = Some("ja-JP".into());
    options.input_hints.languages = vec!["ja-JP".into(), "en-US".into()];
    options.input_hints.vocabulary = vec!["Vivavoce".into()];
    options.output_hints = options.input_hints.clone();
    options.compression_trigger = Some(25_000);
    options.compression_target = Some(8_000);
    options.activity_handling = Some(ActivityHandling::NoInterruption);
    options.turn_coverage = Some(TurnCoverage::AudioActivityAndAllVideo);
    options.detection = Some(AutomaticActivityDetection {
        disabled: None,
        start_of_speech_sensitivity: Some(StartSensitivity::Low),
        end_of_speech_sensitivity: Some(EndSensitivity::High),
        prefix_padding_ms: Some(300.into()),
        silence_duration_ms: Some(700.into()),
    });
    options.sampling.temperature = Some(0.7);
    options.sampling.top_p = Some(0.95);
    options.sampling.top_k = Some(40);
    options.sampling.max_output_tokens = Some(65_536);
    options.sampling.presence_penalty = Some(0.5);
    options.sampling.frequency_penalty = Some(-0.5);
    options.sampling.seed = Some(7);
    options.thinking.level = Some(ThinkingLevel::Minimal);
    options.thinking.budget = Some(512);
    options.thinking.summaries = true;
    options.media_resolution = Some(MediaResolution::Medium);
    options.affective_dialog = true;
    options.proactive_audio = true;
    options.safety = vec![SafetySetting {
        category: Some("HARM_CATEGORY_HARASSMENT".into()),
        threshold: Some("BLOCK_ONLY_HIGH".into()),
        method: None,
    }];
    options.translation =
        Some(TranslationConfig { target_language_code: Some("pl".into()), echo_target_language: Some(true) });
    options.tools = vec![
        function("now", None),
        function("wait", Some(Behavior::Blocking)),
        function("start", Some(Behavior::NonBlocking)),
        Tool { google_search: Some(json!({})), code_execution: Some(json!({})), ..Tool::default() },
    ];
    config
}

fn function(name: &str, behavior: Option<Behavior>) -> Tool {
    let function = FunctionDeclaration { name: name.into(), behavior, ..FunctionDeclaration::default() };
    Tool { function_declarations: vec![function], ..Tool::default() }
}

/// The models of the table, one nobody knows that behaves like `new`, and one of Vertex AI's names.
fn server(new: Profile) -> ServerConfig {
    let mut models = known_models();
    models.push(ModelEntry::new(NEW, new));
    ServerConfig { strict: true, models, ..ServerConfig::echo() }
}

fn version(config: &SessionConfig) -> &'static str {
    if needs_alpha(config) { "v1alpha" } else { "v1beta" }
}

/// The close code and reason of what isn't taken.
fn refusal(server: ServerConfig, version: &str, setup: Setup) -> Option<(u16, String)> {
    let mut client = Client::with_access(server, Access { version: version.into(), ..Access::default() });
    client.send_message(&ClientMessage::setup(setup));
    let is_open = client.received.first().is_some_and(|(_, message)| message.setup_complete.is_some());
    assert_eq!(is_open, client.closed.is_none(), "open or closed, one of the two");
    client.closed.clone()
}

fn models() -> Vec<String> {
    model::known().into_iter().map(|model| model.id).chain([VERTEX.to_owned()]).collect()
}

#[test]
fn every_model_takes_what_the_session_makes_of_every_option() {
    for model in models() {
        for mode in [TalkMode::PushToTalk, TalkMode::HandsFree] {
            for seeds_history in [false, true] {
                let config = everything(&model, mode);
                let setup = config.to_setup(None, seeds_history);
                let refused = refusal(server(Profile::Gemini38), version(&config), setup);
                assert_eq!(refused, None, "{model}, {mode:?}, seeds history: {seeds_history}");
            }
        }
    }
}

#[test]
fn every_level_of_thinking_is_taken_or_left_out() {
    for model in models() {
        for level in [ThinkingLevel::Minimal, ThinkingLevel::Low, ThinkingLevel::Medium, ThinkingLevel::High] {
            let mut config = everything(&model, TalkMode::PushToTalk);
            config.options.thinking.level = Some(level);
            let refused = refusal(server(Profile::Gemini38), version(&config), config.to_setup(None, false));
            assert_eq!(refused, None, "{model}, {level:?}");
        }
    }
}

#[test]
fn a_model_nobody_knows_takes_it_whichever_of_the_known_it_is_like() {
    for profile in [Profile::Gemini25, Profile::Gemini31, Profile::Gemini38, Profile::Gemini38Thinking, Profile::Vertex]
    {
        let config = everything(NEW, TalkMode::PushToTalk);
        assert_eq!(refusal(server(profile), version(&config), config.to_setup(None, true)), None, "{profile:?}");
    }
}

#[test]
fn another_model_s_setup_is_refused() {
    // Otherwise the tests above would prove nothing.
    let id_of = |family| model::known().into_iter().find(|model| model.family == family).unwrap().id;
    for (from, to) in [
        (Family::Native25, Family::Live31),
        (Family::Live31, Family::Live38),
        (Family::Live31, Family::Native25),
        (Family::Live38, Family::Translate),
        (Family::Translate, Family::Transcribe),
        (Family::Thinking38, Family::Live38),
    ] {
        let mut setup = everything(&id_of(from), TalkMode::HandsFree).to_setup(None, false);
        setup.model = format!("models/{}", id_of(to));
        let refused = refusal(server(Profile::Gemini38), "v1alpha", setup);
        assert!(refused.is_some(), "a setup for {from:?} sent to {to:?}");
    }
}

#[test]
fn preview_fields_are_refused_by_the_ordinary_version() {
    let config = everything("gemini-2.5-flash-native-audio-latest", TalkMode::PushToTalk);
    assert!(needs_alpha(&config));
    let (code, reason) = refusal(server(Profile::Gemini38), "v1beta", config.to_setup(None, false)).unwrap();
    assert_eq!(code, 1007);
    assert!(reason.contains("Unknown name"), "{reason}");
}

#[test]
fn history_is_taken_where_the_table_says_so() {
    for model in models() {
        let config = everything(&model, TalkMode::PushToTalk);
        if config.capabilities().client_content == ClientContentUse::Never {
            continue;
        }
        let access = Access { version: version(&config).into(), ..Access::default() };
        let mut client = Client::with_access(server(Profile::Gemini38), access);
        client.send_message(&ClientMessage::setup(config.to_setup(None, true)));
        client.send(&json!({"clientContent": {"turns": [
            {"role": "user", "parts": [{"text": "Hello."}]}, {"role": "model", "parts": [{"text": "Hello."}]}],
            "turnComplete": true}}));
        assert_eq!(client.closed, None, "{model}");
    }
}
