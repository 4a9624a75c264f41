//! What the service refuses is refused, by the same code and words.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{Client, MODEL, voice};
use serde_json::{Value, json};
use vivavoce_simulator::{Access, Profile, ServerConfig};

const INVALID: &str = "Request contains an invalid argument.";
const V38: &str = "models/gemini-3.8-live";
const V38_THINKING: &str = "models/gemini-3.8-live-extended-thinking";
const V31: &str = "models/gemini-3.1-flash-live-preview";
const V25: &str = "models/gemini-2.5-flash-native-audio-preview-12-2025";

fn manual() -> Value {
    json!({"automaticActivityDetection": {"disabled": true}})
}

/// How a connection ends that sends these messages.
fn ending(version: &str, messages: &[Value]) -> Option<(u16, String)> {
    let mut client = Client::with_access(ServerConfig::echo(), Access { version: version.into(), key: None });
    for message in messages {
        client.send(message);
    }
    client.closed
}

fn refused(messages: &[Value]) -> (u16, String) {
    ending("v1beta", messages).expect("a refusal")
}

fn setup(model: &str, rest: &Value) -> Value {
    let mut setup = rest.clone();
    setup["model"] = json!(model);
    json!({"setup": setup})
}

fn refused_setup(model: &str, rest: &Value) -> (u16, String) {
    refused(&[setup(model, rest)])
}

fn accepted_setup(model: &str, rest: &Value) {
    assert_eq!(ending("v1beta", &[setup(model, rest)]), None, "{model} {rest}");
}

fn close(code: u16, reason: &str) -> (u16, String) {
    (code, reason.to_owned())
}

#[test]
fn anything_before_setup() {
    assert_eq!(refused(&[json!({"realtimeInput": {"text": "hello"}})]), close(1007, INVALID));
}

#[test]
fn a_second_setup() {
    assert_eq!(refused(&[setup(MODEL, &json!({})), setup(MODEL, &json!({}))]), close(1007, INVALID));
}

#[test]
fn a_second_setup_while_the_first_is_being_answered() {
    let config = ServerConfig { setup_delay: Duration::from_secs(1), ..ServerConfig::echo() };
    let mut client = Client::new(config);
    client.send(&setup(MODEL, &json!({})));
    client.send(&setup(MODEL, &json!({})));
    assert_eq!(client.closed, Some(close(1007, INVALID)));
}

#[test]
fn two_bodies_in_one_message_or_none() {
    let mut both = setup(MODEL, &json!({}));
    both["realtimeInput"] = json!({"text": "hello"});
    assert_eq!(refused(&[both]), close(1007, INVALID));
    assert_eq!(refused(&[setup(MODEL, &json!({})), json!({})]), close(1007, INVALID));
}

#[test]
fn what_is_not_json() {
    let mut client = Client::new(ServerConfig::echo());
    client.send_bytes(b"hello");
    assert_eq!(client.closed, Some(close(1007, "Invalid JSON payload received. Unexpected token.")));
}

#[test]
fn sound_that_is_not_base64() {
    let (code, reason) = refused(&[
        setup(MODEL, &json!({})),
        json!({"realtimeInput": {"audio": {"data": "???", "mimeType": "audio/pcm"}}}),
    ]);
    assert_eq!(code, 1007);
    assert!(reason.starts_with("Invalid JSON payload received. "), "{reason}");
}

#[test]
fn unknown_fields_by_name_and_place() {
    let place = |message: Value| refused(&[message]);
    assert_eq!(
        place(setup(MODEL, &json!({"responseModalities": ["AUDIO"]}))),
        close(
            1007,
            "Invalid JSON payload received. Unknown name \"responseModalities\" at 'setup': Cannot find field."
        )
    );
    assert_eq!(
        place(setup(MODEL, &json!({"generationConfig": {"proactive": true}}))),
        close(
            1007,
            "Invalid JSON payload received. Unknown name \"proactive\" at 'setup.generation_config': Cannot find field."
        )
    );
    let (code, reason) = refused(&[setup(MODEL, &json!({})), json!({"realtimeInput": {"turnComplete": true}})]);
    assert_eq!(code, 1007);
    assert_eq!(
        reason,
        "Invalid JSON payload received. Unknown name \"turnComplete\" at 'realtime_input': Cannot find field."
    );
}

#[test]
fn a_bad_key_only_after_setup() {
    let config = ServerConfig { bad_keys: vec!["wrong".into()], ..ServerConfig::echo() };
    let mut client = Client::with_access(config, Access { version: "v1beta".into(), key: Some("wrong".into()) });
    client.pass(Duration::from_secs(5));
    assert_eq!(client.closed, None);
    client.send(&setup(MODEL, &json!({})));
    assert_eq!(client.closed, Some(close(1007, "API key not valid. Please pass a valid API key.")));
    assert!(client.received.is_empty());
}

#[test]
fn a_missing_key_where_one_is_needed() {
    let mut client = Client::new(ServerConfig { require_key: true, ..ServerConfig::echo() });
    client.send(&setup(MODEL, &json!({})));
    let (code, reason) = client.closed.unwrap();
    assert_eq!((code, reason.len()), (1008, 123));
    assert!(reason.starts_with("Method doesn't allow unregistered callers (callers without established identity)."));
}

#[test]
fn a_model_that_is_not_there() {
    assert_eq!(
        refused_setup("models/nope", &json!({})),
        close(
            1008,
            "models/nope is not found for API version v1beta, or is not supported for bidiGenerateContent. Call \
             ListModels to see the li"
        )
    );
    let (code, reason) = ending("v1", &[setup("models/gemini-2.0-flash-live-001", &json!({}))]).unwrap();
    assert_eq!((code, reason.len()), (1008, 123));
    assert!(reason.starts_with("models/gemini-2.0-flash-live-001 is not found for API version v1, or"), "{reason}");
}

#[test]
fn a_setup_without_a_model() {
    assert_eq!(refused(&[json!({"setup": {}})]), close(1007, INVALID));
}

#[test]
fn modalities_other_than_sound() {
    let text = json!({"generationConfig": {"responseModalities": ["TEXT"]}});
    let no_voices = close(1007, "Cannot extract voices from a non-audio request.");
    assert_eq!(refused_setup(V25, &text), no_voices);
    assert_eq!(refused_setup(V38, &text), no_voices);
    assert_eq!(refused_setup(V31, &text), close(1011, "Internal error encountered."));
    let both = json!({"generationConfig": {"responseModalities": ["AUDIO", "TEXT"]}});
    assert_eq!(refused_setup(V38, &both), close(1007, INVALID));
    accepted_setup(V38, &json!({"generationConfig": {"responseModalities": ["audio"]}}));
}

#[test]
fn activity_marks_beside_automatic_detection() {
    let expected =
        close(1007, "Explicit activity control is not supported when automatic activity detection is enabled.");
    for mark in ["activityStart", "activityEnd"] {
        assert_eq!(refused(&[setup(MODEL, &json!({})), json!({"realtimeInput": {mark: {}}})]), expected);
    }
}

#[test]
fn media_chunks_on_newer_models() {
    let chunk = json!({"realtimeInput": {"mediaChunks": [{"data": "AAAA", "mimeType": "audio/pcm;rate=16000"}]}});
    let expected = close(1007, "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.");
    assert_eq!(refused(&[setup(V38, &json!({})), chunk.clone()]), expected);
    assert_eq!(refused(&[setup(V31, &json!({})), chunk.clone()]), expected);
    assert_eq!(ending("v1beta", &[setup(V25, &json!({})), chunk]), None);
}

#[test]
fn history_in_mid_session_on_3_1() {
    let history =
        json!({"clientContent": {"turns": [{"role": "user", "parts": [{"text": "hi"}]}], "turnComplete": true}});
    assert_eq!(refused(&[setup(V31, &json!({})), history.clone()]), close(1007, INVALID));
    assert_eq!(ending("v1beta", &[setup(V38, &json!({})), history.clone()]), None);
    let seeded = json!({"historyConfig": {"initialHistoryInClientContent": true}});
    assert_eq!(ending("v1beta", &[setup(V31, &seeded), history.clone()]), None);
    assert_eq!(refused(&[setup(V31, &seeded), history.clone(), history]), close(1007, INVALID));
}

#[test]
fn real_time_input_before_the_history_is_complete() {
    let seeded = json!({"historyConfig": {"initialHistoryInClientContent": true}});
    let text = json!({"realtimeInput": {"text": "hi"}});
    assert_eq!(refused(&[setup(V31, &seeded), text]), close(1007, INVALID));
}

#[test]
fn thinking_other_than_the_models_own() {
    let thinking = |config: Value| json!({"generationConfig": {"thinkingConfig": config}});
    let (level, minimal) = (thinking(json!({"thinkingLevel": "LOW"})), thinking(json!({"thinkingLevel": "MINIMAL"})));
    let (budget, shown) = (thinking(json!({"thinkingBudget": 512})), thinking(json!({"includeThoughts": true})));
    for (model, accepted, refused) in [
        (V38, vec![], vec![&level, &minimal, &budget, &shown]),
        (V38_THINKING, vec![&level, &shown], vec![&minimal, &budget]),
        (V31, vec![&level, &minimal, &shown], vec![&budget]),
        (V25, vec![&budget, &shown], vec![&level]),
    ] {
        for setup in accepted {
            accepted_setup(model, setup);
        }
        for setup in refused {
            assert_eq!(refused_setup(model, setup), close(1007, INVALID), "{setup}");
        }
    }
}

#[test]
fn affective_dialog() {
    let affective = json!({"generationConfig": {"enableAffectiveDialog": true}});
    assert_eq!(
        refused_setup(V25, &affective),
        close(
            1007,
            "Invalid JSON payload received. Unknown name \"enableAffectiveDialog\" at 'setup.generation_config': Cannot \
             find field."
        )
    );
    assert_eq!(ending("v1alpha", &[setup(V25, &affective)]), None);
    assert_eq!(refused_setup(V31, &affective), close(1011, "Internal error encountered."));
    assert_eq!(refused_setup(V38, &affective), close(1007, INVALID));
}

#[test]
fn proactivity() {
    let proactive = |on: bool| json!({"proactivity": {"proactiveAudio": on}});
    assert_eq!(
        refused_setup(V25, &proactive(true)),
        close(1007, "Invalid JSON payload received. Unknown name \"proactivity\" at 'setup': Cannot find field.")
    );
    assert_eq!(ending("v1alpha", &[setup(V25, &proactive(true))]), None);
    assert_eq!(refused_setup(V31, &proactive(true)), close(1007, INVALID));
    assert_eq!(refused_setup(V38, &proactive(false)), close(1007, INVALID));
    accepted_setup(V38, &proactive(true));
}

#[test]
fn language_codes_on_2_5() {
    let language = json!({"generationConfig": {"speechConfig": {"languageCode": "en-US"}}});
    assert_eq!(refused_setup(V25, &language), close(1007, "Unsupported language code 'en-US'."));
    accepted_setup(V31, &language);
}

#[test]
fn a_null_handle() {
    assert_eq!(refused_setup(V31, &json!({"sessionResumption": {"handle": null}})), close(1007, INVALID));
    accepted_setup(V31, &json!({"sessionResumption": {}}));
}

#[test]
fn vertex_has_its_own_coverage() {
    let all_video = json!({"realtimeInputConfig": {"turnCoverage": "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO"}});
    let model = "projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio";
    assert_eq!(refused_setup(model, &all_video), close(1007, INVALID));
    accepted_setup(V38, &all_video);
}

#[test]
fn sound_of_another_kind() {
    let expected = close(
        1007,
        "error when processing input audio, please check if the inputaudio is in valid format: 16khz s16le pcm, mono channel",
    );
    for mime in ["audio/opus", "audio/pcm;rate=many", "audio/pcm;rate=0"] {
        let sound = json!({"realtimeInput": {"audio": {"data": "AAAA", "mimeType": mime}}});
        let (code, reason) = refused(&[setup(MODEL, &json!({})), sound]);
        assert_eq!(code, expected.0);
        assert!(reason.starts_with(&expected.1), "{reason}");
    }
}

#[test]
fn silence_for_150_seconds() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    client.pass(Duration::from_secs(100));
    client.say(16_000, &voice(16_000, 500, 1));
    client.pass(Duration::from_millis(149_999));
    assert_eq!(client.closed, None);
    client.pass(Duration::from_millis(1));
    assert_eq!(client.closed, Some(close(1008, "The operation was aborted.")));
}

#[test]
fn nothing_harmless() {
    let harmless = [
        json!({"realtimeInput": {"activityEnd": {}}}),
        json!({"realtimeInput": {"audio": {"data": "AAAA", "mimeType": "audio/pcm;rate=16000"}}}),
        json!({"realtimeInput": {"activityStart": {}}}),
        json!({"realtimeInput": {"activityStart": {}}}),
        json!({"realtimeInput": {"activityEnd": {}}}),
        json!({"realtimeInput": {"audioStreamEnd": true}}),
        json!({"toolResponse": {"functionResponses": [{"id": "none", "name": "f", "response": {}}]}}),
        json!({"contextUpdate": {"tools": {"tools": []}}}),
    ];
    for model in [V38, V38_THINKING, V31, V25] {
        let mut client = Client::new(ServerConfig::echo());
        client.send(&setup(model, &json!({"realtimeInputConfig": manual()})));
        client.forget();
        for message in &harmless {
            client.send(message);
        }
        client.pass(Duration::from_secs(30));
        assert_eq!(client.closed, None, "{model}");
        let answered = client.outline().into_iter().any(|word| word == "turnComplete" || word == "sound");
        assert!(!answered, "{model}: {:?}", client.outline());
    }
}

#[test]
fn a_forced_profile_rules_every_model() {
    let config = ServerConfig { profile: Some(Profile::Gemini31), ..ServerConfig::echo() };
    let mut client = Client::new(config);
    client.send(&setup(V38, &json!({"generationConfig": {"responseModalities": ["TEXT"]}})));
    assert_eq!(client.closed, Some(close(1011, "Internal error encountered.")));
}

#[test]
fn nothing_that_is_only_strict_when_permissive() {
    let mut client = Client::new(ServerConfig { strict: false, ..ServerConfig::echo() });
    client.send(&setup(
        "models/anything",
        &json!({"generationConfig": {"responseModalities": ["TEXT", "AUDIO"], "thinkingConfig": {}}, "novelty": 1}),
    ));
    client.send(&json!({"realtimeInput": {"activityStart": {}, "mediaChunks": []}}));
    assert_eq!(client.closed, None);
    assert!(client.received[0].1.setup_complete.is_some());
}
