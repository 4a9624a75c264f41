//! Quirks 22 to 31: what must not be in a setup, or must be there, or must come first.

use super::*;
use crate::message::Tool;
use crate::message::setup::MediaResolution;
use crate::model::{self, ThinkingLevel};
use crate::session::setup::Thinking;

const ALL: [&str; 5] = [OLDEST, OLDER, "gemini-3.8-live", "gemini-3.8-live-extended-thinking", "gemini-9"];

fn with(model: &str, change: impl FnOnce(&mut SetupOptions)) -> SessionConfig {
    let mut config = of(model);
    change(&mut config.options);
    config
}

#[test]
fn quirk_22_proactivity_is_asked_of_2_5_only_and_needs_the_alpha_version() {
    for model in ALL {
        let config = with(model, |options| options.proactive_audio = true);
        assert_eq!(setup(&config).get("proactivity").is_some(), model == OLDEST, "{model}");
        assert_eq!(model::needs_alpha(&config), model == OLDEST, "{model}");
        assert!(!model::needs_alpha(&of(model)), "unless it isn't wanted");
    }
}

#[test]
fn quirk_23_affective_dialog_is_off_unless_wanted_and_asked_of_2_5_only() {
    for model in ALL {
        let place = "/generationConfig/enableAffectiveDialog";
        assert_eq!(setup(&of(model)).pointer(place), None, "{model}");
        let config = with(model, |options| options.affective_dialog = true);
        assert_eq!(setup(&config).pointer(place).is_some(), model == OLDEST, "{model}");
        assert_eq!(model::needs_alpha(&config), model == OLDEST, "{model}");
    }
}

#[test]
fn quirk_24_how_answers_are_generated_is_said_in_the_generation_config_and_nowhere_else() {
    let config = with(OLDER, |options| {
        options.thinking = Thinking { level: Some(ThinkingLevel::Low), budget: None, summaries: true };
        options.media_resolution = Some(MediaResolution::Low);
    });
    let setup = setup(&SessionConfig { voice: Some("Kore".into()), ..config });
    for field in ["responseModalities", "thinkingConfig", "mediaResolution", "speechConfig"] {
        assert!(setup["generationConfig"].get(field).is_some(), "{field}");
        assert_eq!(setup.get(field), None, "{field}");
    }
}

#[test]
fn quirk_25_a_handle_there_is_none_of_is_left_out_and_nothing_is_ever_null() {
    fn has_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Object(fields) => fields.values().any(has_null),
            Value::Array(items) => items.iter().any(has_null),
            _ => false,
        }
    }
    for model in ALL {
        let setup = setup(&of(model));
        assert_eq!(setup["sessionResumption"], json!({}), "{model}");
        assert!(!has_null(&setup), "{setup}");
    }
}

#[test]
fn quirk_26_3_1_is_told_history_at_the_beginning_with_the_flag_and_content_never_again() {
    let mut rig = Rig::new(of(OLDER)).ready();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.act(|session, now| session.send_text("typed", now));
    assert_eq!(rig.sent(), ["start", "text typed", "end"], "in mid-session");
    rig.content(json!({"turnComplete": true}));
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), [format!("setup {OLDER} seeded"), "content true What's up? Not much. typed".into()]);

    let mut rig = listening(of(OLDER));
    rig.sound(1);
    rig.act(Session::stop);
    assert_eq!(rig.sent(), Vec::<String>::new(), "nor to silence it");
}

#[test]
fn quirk_27_what_is_said_waits_until_all_of_the_history_is_told() {
    let mut rig = Rig::push_to_talk();
    rig.act(|session, now| session.remember(vec![("Who am I?".into(), "You are you.".into())], now));
    rig.press();
    rig.speak(320);
    rig.accept();
    rig.speak(320);
    assert_eq!(rig.sent(), ["setup gemini-3.8-live seeded"]);
    rig.server(json!({"setupComplete": {}}));
    rig.speak(320);
    assert_eq!(rig.sent(), ["content true Who am I? You are you.", "start", "audio 640", "audio 320"]);
}

#[test]
fn quirk_28_sound_goes_as_audio_and_never_as_media_chunks() {
    for model in ALL {
        let mut rig = Rig::new(of(model)).ready();
        rig.press();
        let sent = wire(&mut rig, |session, now| session.send_audio(&[1; 320], now));
        let input = sent[0]["realtimeInput"].as_object().unwrap();
        assert_eq!(input.keys().collect::<Vec<_>>(), ["audio"], "{model}");
    }
}

#[test]
fn quirk_29_sound_says_the_rate_it_has() {
    let mut rig = resumable();
    rig.press();
    let second = vec![1; usize::try_from(crate::pcm::INPUT_RATE).unwrap()];
    let sent = wire(&mut rig, |session, now| session.send_audio(&second, now));
    let blob = &sent[0]["realtimeInput"]["audio"];
    assert_eq!(blob["mimeType"], "audio/pcm;rate=16000");
    assert_eq!(Base64::decode(blob["data"].as_str().unwrap()).unwrap().len(), 2 * 16_000);
}

#[test]
fn quirk_30_functions_say_what_they_take_and_nothing_a_schema_cannot_say() {
    let tools: Vec<Tool> = serde_json::from_value(json!([{"functionDeclarations": [
        {"name": "bare"},
        {"name": "strict", "parameters": {
            "type": "OBJECT",
            "additionalProperties": false,
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": {"city": {"type": "OBJECT", "additionalProperties": {"type": "STRING"}}},
        }},
        {"name": "in_json_schema", "parametersJsonSchema": {"type": "object", "additionalProperties": false}},
    ]}]))
    .unwrap();
    for model in &ALL[..4] {
        let setup = setup(&with(model, |options| options.tools.clone_from(&tools)));
        let functions = &setup["tools"][0]["functionDeclarations"];
        assert_eq!(functions[0]["parameters"]["type"], "OBJECT", "{model}");
        let city = json!({"type": "OBJECT", "properties": {"city": {"type": "OBJECT"}}});
        assert_eq!(functions[1]["parameters"], city, "{model}");
        assert_eq!(functions[2].get("parameters"), None, "one of the two: {model}");
    }
}

#[test]
fn quirk_31_a_language_is_not_asked_of_2_5_but_its_instructions_may_name_one() {
    let config = with(OLDEST, |options| options.language_code = Some("ja-JP".into()));
    let setup = setup(&SessionConfig { system_instruction: Some("Speak Japanese.".into()), ..config });
    assert_eq!(setup.pointer("/generationConfig/speechConfig/languageCode"), None);
    assert_eq!(setup["systemInstruction"]["parts"][0]["text"], "Speak Japanese.");
}
