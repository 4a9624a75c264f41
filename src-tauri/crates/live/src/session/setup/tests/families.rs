//! Every family and every option: what is sent is what the model accepts.

use super::*;
use crate::message::setup::{EndSensitivity, StartSensitivity};
use crate::message::tool::{Behavior, FunctionDeclaration};
use crate::model::Family;

/// A model of the family.
pub(super) fn model_of(family: Family) -> String {
    let known = model::known().into_iter().find(|model| model.family == family);
    known.map_or_else(|| "gemini-9-live".to_owned(), |model| model.id)
}

fn function(name: &str, behavior: Option<Behavior>) -> Tool {
    let function = FunctionDeclaration { name: name.into(), behavior, ..FunctionDeclaration::default() };
    Tool { function_declarations: vec![function], ..Tool::default() }
}

/// One thing that can be asked for.
struct Wish {
    name: &'static str,
    ask: fn(&mut SessionConfig),
    /// Where it is in the message.
    path: &'static str,
    value: fn() -> Value,
    accepted: fn(&Capabilities) -> bool,
}

/// All of them.
#[expect(clippy::too_many_lines, reason = "a table")]
fn wishes() -> Vec<Wish> {
    macro_rules! wish {
        ($name:literal, $path:literal, $value:expr, $accepted:expr, $ask:expr) => {
            Wish { name: $name, ask: $ask, path: $path, value: || json!($value), accepted: $accepted }
        };
    }
    vec![
        wish!(
            "voice",
            "/generationConfig/speechConfig/voiceConfig/prebuiltVoiceConfig/voiceName",
            "Kore",
            |row| row.voice,
            |c| {
                c.voice = Some("Kore".into());
            }
        ),
        wish!("language", "/generationConfig/speechConfig/languageCode", "ja-JP", |row| row.language_code, |c| {
            c.options.language_code = Some("ja-JP".into());
        }),
        wish!("instruction", "/systemInstruction/parts/0/text", "Be brief.", |row| row.system_instruction, |c| {
            c.system_instruction = Some("Be brief.".into());
        }),
        wish!("temperature", "/generationConfig/temperature", 0.5, |row| row.sampling, |c| {
            c.options.sampling.temperature = Some(0.5);
        }),
        wish!("top-p", "/generationConfig/topP", 0.9, |row| row.sampling, |c| {
            c.options.sampling.top_p = Some(0.9);
        }),
        wish!("top-k", "/generationConfig/topK", 40.0, |row| row.sampling, |c| {
            c.options.sampling.top_k = Some(40);
        }),
        wish!("answer length", "/generationConfig/maxOutputTokens", 512, |row| row.sampling, |c| {
            c.options.sampling.max_output_tokens = Some(512);
        }),
        wish!("presence penalty", "/generationConfig/presencePenalty", -0.5, |row| row.sampling, |c| {
            c.options.sampling.presence_penalty = Some(-0.5);
        }),
        wish!("frequency penalty", "/generationConfig/frequencyPenalty", 0.25, |row| row.sampling, |c| {
            c.options.sampling.frequency_penalty = Some(0.25);
        }),
        wish!("seed", "/generationConfig/seed", -7, |row| row.sampling, |c| {
            c.options.sampling.seed = Some(-7);
        }),
        wish!("safety", "/safetySettings/0/threshold", "OFF", |row| row.safety, |c| {
            let threshold = SafetySetting { threshold: Some("OFF".into()), ..SafetySetting::default() };
            c.options.safety = vec![threshold];
        }),
        wish!(
            "thinking level",
            "/generationConfig/thinkingConfig/thinkingLevel",
            "LOW",
            |row| row.thinking_levels.contains(&ThinkingLevel::Low),
            |c| c.options.thinking.level = Some(ThinkingLevel::Low)
        ),
        wish!(
            "thinking budget",
            "/generationConfig/thinkingConfig/thinkingBudget",
            -1,
            |row| row.thinking_budget,
            |c| c.options.thinking.budget = Some(-1)
        ),
        wish!("thoughts", "/generationConfig/thinkingConfig/includeThoughts", true, |row| row.thoughts, |c| {
            c.options.thinking.summaries = true;
        }),
        wish!(
            "media resolution",
            "/generationConfig/mediaResolution",
            "MEDIA_RESOLUTION_HIGH",
            |row| row.media_resolution,
            |c| c.options.media_resolution = Some(MediaResolution::High)
        ),
        wish!("affective dialog", "/generationConfig/enableAffectiveDialog", true, |row| row.affective_dialog, |c| c
            .options
            .affective_dialog =
            true),
        wish!("proactive audio", "/proactivity/proactiveAudio", true, |row| row.proactive_audio, |c| {
            c.options.proactive_audio = true;
        }),
        wish!(
            "detection",
            "/realtimeInputConfig/automaticActivityDetection/silenceDurationMs",
            700,
            |row| row.turn_options,
            |c| {
                c.options.detection = Some(AutomaticActivityDetection {
                    start_of_speech_sensitivity: Some(StartSensitivity::Low),
                    end_of_speech_sensitivity: Some(EndSensitivity::Low),
                    prefix_padding_ms: Some(300.into()),
                    silence_duration_ms: Some(700.into()),
                    ..AutomaticActivityDetection::default()
                });
            }
        ),
        wish!(
            "activity handling",
            "/realtimeInputConfig/activityHandling",
            "NO_INTERRUPTION",
            |row| row.turn_options,
            |c| c.options.activity_handling = Some(ActivityHandling::NoInterruption)
        ),
        wish!(
            "coverage",
            "/realtimeInputConfig/turnCoverage",
            "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
            |row| row.turn_options,
            |c| c.options.turn_coverage = Some(TurnCoverage::AudioActivityAndAllVideo)
        ),
        wish!("user's words", "/inputAudioTranscription", json!({}), |row| row.input_transcription, |c| {
            c.options.input_transcription = true;
        }),
        wish!("model's words", "/outputAudioTranscription", json!({}), |row| row.output_transcription, |c| {
            c.options.output_transcription = true;
        }),
        wish!(
            "languages to expect",
            "/inputAudioTranscription/languageCodes",
            ["ja-JP", "en-US"],
            |row| row.transcription_hints,
            |c| {
                c.options.input_transcription = true;
                c.options.input_hints.languages = vec!["ja-JP".into(), " ".into(), "en-US".into()];
            }
        ),
        wish!(
            "words to expect",
            "/inputAudioTranscription/customVocabulary",
            ["Vivavoce"],
            |row| row.transcription_vocabulary,
            |c| {
                c.options.input_transcription = true;
                c.options.input_hints.vocabulary = vec!["Vivavoce".into()];
            }
        ),
        wish!("resumption", "/sessionResumption", json!({}), |row| row.resumption, |c| c.options.resumption = true),
        wish!("compression", "/contextWindowCompression/triggerTokens", 25_000, |row| row.compression, |c| {
            c.options.compression = true;
            c.options.compression_trigger = Some(25_000);
        }),
        wish!(
            "compression's target",
            "/contextWindowCompression/slidingWindow/targetTokens",
            8_000,
            |row| row.compression,
            |c| {
                c.options.compression = true;
                c.options.compression_target = Some(8_000);
            }
        ),
        wish!(
            "translation",
            "/generationConfig/translationConfig",
            json!({"targetLanguageCode": "pl", "echoTargetLanguage": true}),
            |row| row.translation,
            |c| {
                c.options.translation = Some(TranslationConfig {
                    target_language_code: Some(" pl ".into()),
                    echo_target_language: Some(true),
                });
            }
        ),
        wish!("a function", "/tools/0/functionDeclarations/0/name", "open", |row| row.tools, |c| {
            c.options.tools = vec![function("open", None), c.options.tools.pop().unwrap_or_default()];
        }),
        wish!("search", "/tools/1/googleSearch", json!({}), |row| row.google_search, |c| {
            let search = Tool { google_search: Some(json!({})), ..Tool::default() };
            c.options.tools = vec![function("open", None), search];
        }),
    ]
}

/// Nothing asked for, and the service listens.
pub(super) fn plain(family: Family) -> SessionConfig {
    SessionConfig {
        model: model_of(family),
        mode: TalkMode::HandsFree,
        options: SetupOptions {
            input_transcription: false,
            output_transcription: false,
            resumption: false,
            compression: false,
            ..SetupOptions::default()
        },
        ..SessionConfig::default()
    }
}

#[test]
fn an_option_is_sent_to_the_models_that_accept_it_and_to_no_other() {
    for family in Family::ALL {
        let row = family.capabilities();
        for wish in wishes() {
            let mut config = plain(family);
            (wish.ask)(&mut config);
            let message = sent(&config);
            let expected = (wish.accepted)(row).then(wish.value);
            assert_eq!(message["setup"].pointer(wish.path).cloned(), expected, "{family:?}, {}", wish.name);
            if expected.is_none() && !wish.path.starts_with("/inputAudioTranscription/") {
                assert_eq!(message, sent(&plain(family)), "{family:?}, {}: no trace of it", wish.name);
            }
        }
    }
}

#[test]
fn everything_at_once_is_everything_the_model_accepts() {
    for family in Family::ALL {
        let row = family.capabilities();
        let mut config = plain(family);
        for wish in wishes() {
            (wish.ask)(&mut config);
        }
        let message = sent(&config);
        let missing: Vec<_> = wishes()
            .iter()
            .filter(|wish| message["setup"].pointer(wish.path).is_some() != (wish.accepted)(row))
            .map(|wish| wish.name)
            .collect();
        assert_eq!(missing, Vec::<&str>::new(), "{family:?}");
    }
}

#[test]
fn a_model_nobody_knows_is_sent_nothing_particular() {
    let mut config = plain(Family::Unknown);
    for wish in wishes() {
        (wish.ask)(&mut config);
    }
    assert_eq!(
        sent(&config),
        json!({"setup": {
            "model": "models/gemini-9-live",
            "generationConfig": {"responseModalities": ["AUDIO"],
                "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}},
            "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
            "sessionResumption": {},
            "contextWindowCompression": {"triggerTokens": 25_000, "slidingWindow": {"targetTokens": 8_000}},
            "inputAudioTranscription": {},
            "outputAudioTranscription": {}}})
    );
}

#[test]
fn a_translator_listens_all_the_time_whatever_is_wanted() {
    let config = SessionConfig {
        model: model_of(Family::Translate),
        voice: Some("Kore".into()),
        system_instruction: Some("Be brief.".into()),
        mode: TalkMode::PushToTalk,
        options: SetupOptions {
            translation: Some(TranslationConfig {
                target_language_code: Some("pl".into()),
                echo_target_language: Some(false),
            }),
            tools: vec![function("open", None)],
            ..SetupOptions::default()
        },
        ..SessionConfig::default()
    };
    assert_eq!(config.talk_mode(), TalkMode::HandsFree);
    assert_eq!(
        sent(&config),
        json!({"setup": {
            "model": "models/gemini-3.5-live-translate-preview",
            "generationConfig": {"responseModalities": ["AUDIO"],
                "translationConfig": {"targetLanguageCode": "pl", "echoTargetLanguage": false}},
            "sessionResumption": {},
            "contextWindowCompression": {"slidingWindow": {}},
            "inputAudioTranscription": {},
            "outputAudioTranscription": {}}})
    );
}

#[test]
fn a_transcriber_answers_in_text_and_has_no_voice() {
    let mut config =
        SessionConfig { model: model_of(Family::Transcribe), voice: Some("Kore".into()), ..Default::default() };
    config.options.input_hints =
        TranscriptionHints { languages: vec!["ja-JP".into()], vocabulary: vec!["Sadachbia".into()] };
    assert_eq!(
        sent(&config),
        json!({"setup": {
            "model": "models/gemini-3.5-transcribe-live",
            "generationConfig": {"responseModalities": ["TEXT"]},
            "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}},
            "inputAudioTranscription": {"languageCodes": ["ja-JP"], "customVocabulary": ["Sadachbia"]}}})
    );
}

#[test]
fn a_level_the_model_does_not_have_is_not_sent() {
    let mut config = plain(Family::Thinking38);
    config.options.thinking.level = Some(ThinkingLevel::Minimal);
    assert_eq!(sent(&config), sent(&plain(Family::Thinking38)));
    config.model = model_of(Family::Live31);
    assert_eq!(sent(&config)["setup"]["generationConfig"]["thinkingConfig"], json!({"thinkingLevel": "MINIMAL"}));
}

#[test]
fn an_answer_longer_than_the_model_can_give_is_shortened() {
    let mut config = plain(Family::Native25);
    config.options.sampling.max_output_tokens = Some(60_000);
    assert_eq!(sent(&config)["setup"]["generationConfig"]["maxOutputTokens"], 8_192);
}

#[test]
fn a_function_behaves_as_the_model_can() {
    let behaviors = |family: Family| {
        let mut config = plain(family);
        config.options.tools =
            [Behavior::Blocking, Behavior::NonBlocking].map(|behavior| function("f", Some(behavior))).into();
        let message = sent(&config);
        let sent = |index: usize| {
            message["setup"]["tools"][index]["functionDeclarations"][0]["behavior"].as_str().map(str::to_owned)
        };
        (sent(0), sent(1))
    };
    let (blocking, non_blocking) = (Some("BLOCKING".to_owned()), Some("NON_BLOCKING".to_owned()));
    assert_eq!(behaviors(Family::Native25), (blocking.clone(), non_blocking.clone()));
    assert_eq!(behaviors(Family::Live31), (blocking.clone(), None));
    assert_eq!(behaviors(Family::Live38), (blocking, non_blocking.clone()));
    assert_eq!(behaviors(Family::Thinking38), (None, non_blocking));
    let effective = |family: Family, declared| family.capabilities().behavior(Some(&declared));
    assert_eq!(effective(Family::Live31, Behavior::NonBlocking), Behavior::Blocking);
    assert_eq!(effective(Family::Thinking38, Behavior::Blocking), Behavior::NonBlocking);
    assert_eq!(effective(Family::Live38, Behavior::Blocking), Behavior::Blocking);
}

#[test]
fn tools_no_model_for_speech_has_are_left_out() {
    let mut config = plain(Family::Live38);
    config.options.tools =
        vec![Tool { code_execution: Some(json!({})), google_maps: Some(json!({})), ..Tool::default() }];
    assert_eq!(sent(&config), sent(&plain(Family::Live38)));
}

#[test]
fn a_handle_resumes_and_is_left_out_where_there_is_none() {
    let setup = |family: Family, handle| {
        let config = SessionConfig { model: model_of(family), ..SessionConfig::default() };
        serde_json::to_value(config.to_setup(handle, false)).unwrap()["sessionResumption"].clone()
    };
    assert_eq!(setup(Family::Live38, Some("h")), json!({"handle": "h"}));
    assert_eq!(setup(Family::Live38, None), json!({}), "a handle of null is an error");
    assert_eq!(setup(Family::Live38, Some("")), json!({}));
    assert_eq!(setup(Family::Transcribe, Some("h")), Value::Null);
}

#[test]
fn history_is_announced_to_the_models_that_want_it_so() {
    for family in Family::ALL {
        let config = plain(family);
        let flag = |seeds| config.to_setup(None, seeds).history_config.is_some();
        assert!(!flag(false), "{family:?}");
        assert_eq!(flag(true), family.capabilities().initial_history_flag, "{family:?}");
    }
}

#[test]
fn vertex_ai_is_not_asked_for_the_coverage_it_refuses() {
    let mut config = plain(Family::Native25);
    config.model = "projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio".into();
    config.options.turn_coverage = Some(TurnCoverage::AudioActivityAndAllVideo);
    assert_eq!(sent(&config)["setup"].get("realtimeInputConfig"), None);
    config.options.turn_coverage = Some(TurnCoverage::AllInput);
    assert_eq!(sent(&config)["setup"]["realtimeInputConfig"]["turnCoverage"], "TURN_INCLUDES_ALL_INPUT");
}

/// What the service documents as refused for this model, and labels, for which there is no setting.
fn without_what_it_refuses(mut setup: crate::message::Setup) -> crate::message::Setup {
    let generation = setup.generation_config.as_mut().unwrap();
    generation.translation_config = None;
    generation.speech_config.as_mut().unwrap().language_code = None;
    setup.history_config = None;
    setup.labels.clear();
    for tool in &mut setup.tools {
        (tool.code_execution, tool.url_context, tool.google_maps) = (None, None, None);
    }
    setup.tools.retain(|tool| *tool != Tool::default());
    setup.tools.sort_by_key(|tool| tool.google_search.is_some());
    setup
}

#[test]
fn everything_on_is_what_the_official_sdks_send() {
    let theirs = |case| without_what_it_refuses(captured(case).swap_remove(0).setup.unwrap());
    let mut config = SessionConfig {
        model: seed_model(),
        voice: Some("Kore".into()),
        system_instruction: Some("Be brief.".into()),
        mode: TalkMode::HandsFree,
        ..SessionConfig::default()
    };
    let options = &mut config.options;
    options.language_code = Some("en-US".into());
    options.sampling.temperature = Some(0.7);
    options.sampling.top_p = Some(0.95);
    options.sampling.top_k = Some(40);
    options.sampling.max_output_tokens = Some(2048);
    options.sampling.seed = Some(7);
    options.media_resolution = Some(MediaResolution::Low);
    options.thinking = Thinking { level: Some(ThinkingLevel::High), budget: Some(512), summaries: true };
    options.affective_dialog = true;
    options.proactive_audio = true;
    options.translation =
        Some(TranslationConfig { target_language_code: Some("es".into()), echo_target_language: None });
    options.input_hints.languages = vec!["en-US".into(), "ja-JP".into()];
    options.detection = Some(AutomaticActivityDetection {
        disabled: Some(false),
        start_of_speech_sensitivity: Some(StartSensitivity::Low),
        end_of_speech_sensitivity: Some(EndSensitivity::Low),
        prefix_padding_ms: Some(20.into()),
        silence_duration_ms: Some(500.into()),
    });
    options.activity_handling = Some(ActivityHandling::StartOfActivityInterrupts);
    options.turn_coverage = Some(TurnCoverage::OnlyActivity);
    options.compression_trigger = Some(25_600);
    options.compression_target = Some(12_800);
    options.safety = vec![SafetySetting {
        category: Some("HARM_CATEGORY_HARASSMENT".into()),
        threshold: Some("BLOCK_ONLY_HIGH".into()),
        method: None,
    }];
    options.tools = theirs("js-full").tools;

    let ours = config.to_setup(Some("prev-handle"), false);
    for case in ["js-full", "py-full"] {
        assert_eq!(ours, theirs(case), "{case}");
    }
    // The older ones have no safety settings here; one has no languages to expect.
    let mut older = ours;
    older.safety_settings.clear();
    assert_eq!(older, theirs("v1.34-js-full"));
    older.input_audio_transcription = Some(crate::message::setup::TranscriptionConfig::default());
    assert_eq!(older, theirs("v1.56-py-full"));
}
