//! The wire types against captured traffic of the official SDKs and against shapes seen in the field.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;

struct Captured {
    file: String,
    from_client: bool,
    json: Value,
}

/// Every WebSocket message of every capture.
fn captures() -> Vec<Captured> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/sdk-captures");
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).expect("captures are part of the repository") {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            if line["type"] == "text" || line["type"] == "binary" {
                all.push(Captured {
                    file: file.clone(),
                    from_client: line["dir"] == "c2s",
                    json: line["json"].clone(),
                });
            }
        }
    }
    assert!(all.len() > 150, "only {} messages captured", all.len());
    all
}

fn client(json: Value) -> ClientMessage {
    serde_json::from_value(json).unwrap()
}

fn server(json: Value) -> ServerMessage {
    serde_json::from_value(json).unwrap()
}

#[test]
fn every_captured_client_message_has_one_body_and_survives_a_round_trip() {
    for captured in captures().into_iter().filter(|captured| captured.from_client) {
        let message = client(captured.json.clone());
        assert_eq!(message.bodies(), 1, "{}: {}", captured.file, captured.json);
        let again: ClientMessage = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
        assert_eq!(again, message, "{}", captured.file);
    }
}

#[test]
fn no_captured_client_message_has_an_unknown_field() {
    for captured in captures().into_iter().filter(|captured| captured.from_client) {
        assert_eq!(unknown_field(&captured.json), None, "{}: {}", captured.file, captured.json);
    }
}

#[test]
fn no_field_of_a_captured_client_message_is_lost() {
    for captured in captures().into_iter().filter(|captured| captured.from_client) {
        let written = serde_json::to_value(client(captured.json.clone())).unwrap();
        assert_eq!(leaves(&written), leaves(&captured.json), "{}: {}", captured.file, captured.json);
    }
}

/// How many scalars a value holds.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

#[test]
fn the_same_configuration_parses_to_the_same_setup_from_every_sdk() {
    let setup = |file: &str| {
        captures()
            .into_iter()
            .filter(|captured| captured.file == file && captured.from_client)
            .find_map(|captured| client(captured.json).setup)
            .unwrap()
    };
    for case in ["ptt", "seed"] {
        let reference = setup(&format!("js-{case}"));
        for other in ["py", "v1.34-js", "v1.56-py"] {
            assert_eq!(setup(&format!("{other}-{case}")), reference, "{other}-{case}");
        }
    }
    let mut javascript = setup("js-full");
    let mut python = setup("py-full");
    // Each SDK orders tools its own way, and the JavaScript one drops historyConfig.
    javascript.tools.sort_by_key(|tool| tool.function_declarations.is_empty());
    python.tools.sort_by_key(|tool| tool.function_declarations.is_empty());
    python.history_config = None;
    assert_eq!(javascript, python);
}

#[test]
fn images_parse_to_the_same_bytes_from_either_base64_alphabet() {
    let image = |file: &str| {
        captures()
            .into_iter()
            .filter(|captured| captured.file == file && captured.from_client)
            .find_map(|captured| client(captured.json).realtime_input.and_then(|input| input.video))
            .unwrap()
    };
    assert_eq!(image("py-full"), image("js-full"));
    assert_eq!(&image("py-full").data.0[..3], [0xff, 0xd8, 0xff]);
}

#[test]
fn every_captured_server_message_parses_and_survives_a_round_trip() {
    for captured in captures().into_iter().filter(|captured| !captured.from_client) {
        let message = server(captured.json.clone());
        let again: ServerMessage = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
        assert_eq!(again, message, "{}", captured.file);
    }
}

#[test]
fn a_server_message_reads_the_same_in_snake_case() {
    let camel = json!({"serverContent": {
        "modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": "AAEC"}},
            {"executableCode": {"language": "PYTHON", "code": "1"}}, {"thoughtSignature": "AA=="}]},
        "generationComplete": true, "turnComplete": true, "waitingForInput": true,
        "inputTranscription": {"text": "a", "languageCode": "en-US", "speakerLabel": "1", "startOffset": "0.500s"},
        "turnCompleteReason": "NEED_MORE_INPUT", "interactionStatus": "IDLE"},
        "usageMetadata": {"promptTokenCount": 3, "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 3}]},
        "goAway": {"timeLeft": "50s"}, "voiceActivity": {"type": "ACTIVITY_START", "audioOffset": "1.200s"},
        "sessionResumptionUpdate": {"newHandle": "h", "resumable": true, "lastConsumedClientMessageIndex": 7},
        "toolCall": {"functionCalls": [{"id": "1", "name": "f", "partialArgs": [1], "willContinue": true}]}});
    let snake = json!({"server_content": {
        "model_turn": {"parts": [{"inline_data": {"mime_type": "audio/pcm;rate=24000", "data": "AAEC"}},
            {"executable_code": {"language": "PYTHON", "code": "1"}}, {"thought_signature": "AA=="}]},
        "generation_complete": true, "turn_complete": true, "waiting_for_input": true,
        "input_transcription": {"text": "a", "language_code": "en-US", "speaker_label": "1", "start_offset": "0.5s"},
        "turn_complete_reason": "NEED_MORE_INPUT", "interaction_status": "IDLE"},
        "usage_metadata": {"prompt_token_count": "3", "prompt_tokens_details": [{"modality": "AUDIO", "token_count": 3.0}]},
        "go_away": {"time_left": "50s"}, "voice_activity": {"voice_activity_type": "ACTIVITY_START", "audio_offset": "1.2s"},
        "session_resumption_update": {"new_handle": "h", "resumable": true, "last_consumed_client_message_index": "7"},
        "tool_call": {"function_calls": [{"id": "1", "name": "f", "partial_args": [1], "will_continue": true}]}});
    let message = server(camel.clone());
    assert_eq!(server(snake), message);
    assert_eq!(serde_json::to_value(&message).unwrap(), camel, "and is written in camelCase with nothing added");
}

#[test]
fn unknown_fields_values_and_kinds_are_not_errors() {
    let message = server(json!({"futureMessage": {"x": 1}, "serverContent": {"futureField": [], "modelTurn": {
        "parts": [{"futureKind": {"y": 2}}, {}, {"text": "seen"}]},
        "turnCompleteReason": "SOME_NEW_REASON", "interactionStatus": 4}}));
    let content = message.server_content.unwrap();
    assert_eq!(content.turn_complete_reason, Some(TurnCompleteReason::Other("SOME_NEW_REASON".into())));
    assert_eq!(content.interaction_status, Some(InteractionStatus::Other("4".into())));
    assert_eq!(content.model_turn.unwrap().text(), "seen");
}

#[test]
fn null_and_absence_read_alike() {
    let message = server(json!({"setupComplete": null, "serverContent": {"modelTurn": {"parts": null, "role": null},
        "turnComplete": null, "outputTranscription": {}}, "toolCall": {"functionCalls": [{"name": "f", "args": null}]}}));
    let content = message.server_content.unwrap();
    assert_eq!(content.model_turn, Some(Content::default()));
    assert!(!content.turn_complete);
    assert_eq!(content.output_transcription, Some(Transcription::default()));
    assert!(message.tool_call.unwrap().function_calls[0].args.is_empty());
}

#[test]
fn an_empty_message_is_a_message() {
    assert_eq!(server(json!({})), ServerMessage::default());
}

#[test]
fn integers_are_read_from_numbers_strings_and_floats() {
    for written in [json!(25600), json!("25600"), json!(25600.0), json!("25600.0")] {
        assert_eq!(serde_json::from_value::<LenientInt>(written).unwrap(), LenientInt(25600));
    }
    assert!(serde_json::from_value::<LenientInt>(json!("many")).is_err());
}

#[test]
fn bytes_are_read_from_both_alphabets_with_and_without_padding() {
    let bytes = vec![0xfb, 0xef, 0xff, 0x00];
    for written in ["++//AA==", "++//AA", "--__AA==", "--__AA", "+-/_AA"] {
        assert_eq!(serde_json::from_value::<Base64>(json!(written)).unwrap().0, bytes, "{written}");
    }
    assert_eq!(serde_json::to_value(Base64(bytes)).unwrap(), json!("++//AA=="));
    assert!(serde_json::from_value::<Base64>(json!("not base64!")).is_err());
}

#[test]
fn durations_are_decimal_seconds() {
    for (written, millis) in [("50s", 50_000), ("9.500s", 9_500), ("0.200s", 200), ("0s", 0), ("4.1s", 4_100)] {
        let read: WireDuration = serde_json::from_value(json!(written)).unwrap();
        assert_eq!(read.0.as_millis(), millis, "{written}");
        assert_eq!(serde_json::from_value::<WireDuration>(serde_json::to_value(read).unwrap()).unwrap(), read);
    }
}

#[test]
fn empty_sub_messages_are_written() {
    assert_eq!(
        serde_json::to_string(&ClientMessage::activity_start()).unwrap(),
        r#"{"realtimeInput":{"activityStart":{}}}"#
    );
    assert_eq!(serde_json::to_string(&ServerMessage::setup_complete()).unwrap(), r#"{"setupComplete":{}}"#);
    let cleared =
        ClientMessage::context_update(ContextUpdate { tools: Some(ToolSet::default()), ..Default::default() });
    assert_eq!(serde_json::to_string(&cleared).unwrap(), r#"{"contextUpdate":{"tools":{"tools":[]}}}"#);
}

#[test]
fn an_unknown_field_is_named_with_its_place_in_snake_case() {
    let named = |json: Value| unknown_field(&json).map(|field| field.to_string());
    let refused = |rest: &str| Some(format!("Invalid JSON payload received. Unknown name {rest}: Cannot find field."));
    assert_eq!(named(json!({"setup": {"proactivty": {}}})), refused("\"proactivty\" at 'setup'"));
    assert_eq!(
        named(json!({"setup": {"generationConfig": {"voice": 1}}})),
        refused("\"voice\" at 'setup.generation_config'")
    );
    let with_tool = json!({"setup": {"tools": [{}, {"functionDeclarations": [{"name": "f", "parameters":
        {"type": "OBJECT", "additionalProperties": false}}]}]}});
    assert_eq!(
        named(with_tool),
        refused("\"additionalProperties\" at 'setup.tools[1].function_declarations[0].parameters'")
    );
    assert_eq!(
        named(json!({"realtimeInput": {"turnComplete": true}})),
        refused("\"turnComplete\" at 'realtime_input'")
    );
    assert_eq!(named(json!({"hello": 1})), refused("\"hello\""));
    assert_eq!(
        named(json!({"setup": {"responseModalities": ["AUDIO"]}})),
        refused("\"responseModalities\" at 'setup'")
    );
    assert_eq!(named(json!({"setup": {"tools": [{"googleSearch": {"anything": 1}}]}})), None);
}
