#![allow(clippy::unwrap_used, clippy::expect_used)]

mod families;

use serde_json::{Value, json};

use super::*;
use crate::codec::{AudioEncoder, encode, parse_client};
use crate::message::{ClientMessage, RealtimeInput};

fn sent(config: &SessionConfig) -> Value {
    serde_json::from_str(&encode(&ClientMessage::setup(config.to_setup(None, false)))).unwrap()
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
        ClientMessage::setup(config.to_setup(None, false)),
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
    let ours = [ClientMessage::setup(config.to_setup(None, false)), audio(), audio()];
    for case in ["js-seed", "py-seed", "v1.34-js-seed", "v1.56-py-seed"] {
        let theirs: Vec<_> = captured(case).into_iter().map(with_rate).collect();
        assert_eq!(theirs, ours, "{case}");
    }
}
