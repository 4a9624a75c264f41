//! What only some models do: thinking aloud, translating, transcribing, taking history.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{Client, silence, voice};
use serde_json::{Value, json};
use vivavoce_simulator::{FaultAction, ServerConfig, TurnComplete};

const SECOND: Duration = Duration::from_secs(1);
const V38: &str = "models/gemini-3.8-live";
const V38_THINKING: &str = "models/gemini-3.8-live-extended-thinking";
const V31: &str = "models/gemini-3.1-flash-live-preview";
const V25: &str = "models/gemini-2.5-flash-native-audio-preview-12-2025";
const VERTEX: &str = "projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio";
const TRANSLATE: &str = "models/gemini-3.5-live-translate-preview";
const TRANSCRIBE: &str = "models/gemini-3.5-transcribe-live";
const INVALID: &str = "Request contains an invalid argument.";

fn slow_echo() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

fn open(model: &str, setup: &Value) -> Client {
    let mut client = Client::new(slow_echo());
    let mut setup = setup.clone();
    setup["model"] = json!(model);
    client.send(&json!({"setup": setup}));
    client
}

fn manual() -> Value {
    json!({"automaticActivityDetection": {"disabled": true}})
}

fn refused(client: &Client) -> bool {
    client.closed == Some((1007, INVALID.into()))
}

#[test]
fn extended_thinking_passes_the_time_and_is_idle_only_after_the_answer() {
    let mut client = open(V38_THINKING, &json!({"realtimeInputConfig": manual(), "outputAudioTranscription": {}}));
    client.forget();
    client.say(24_000, &voice(24_000, 1000, 1));
    client.pass(10 * SECOND);
    let mut expected = vec!["voice", "silence", "sound", "spoken", "sound", "turnComplete", "inProgress"];
    expected.extend(["sound", "spoken", "sound", "generationComplete", "turnComplete", "idle", "usage"]);
    assert_eq!(client.shape(), expected);
    assert_eq!(client.output_transcript(), " (one moment) (your own voice, 1.0 s)");
    assert_eq!(client.times("idle"), [Duration::from_millis(1400)], "after 0.4 s of filler and 1 s of answer");
}

#[test]
fn a_press_during_the_filler_cuts_the_whole_answer() {
    let mut client = open(V38_THINKING, &json!({"realtimeInputConfig": manual()}));
    client.say(24_000, &voice(24_000, 1000, 1));
    client.forget();
    client.press();
    assert_eq!(client.outline(), ["voice", "interrupted", "turnComplete", "idle", "usage"]);
    client.pass(5 * SECOND);
    assert_eq!(client.outline().len(), 5);
}

#[test]
fn thoughts_come_when_they_are_asked_for() {
    for (asked, thoughts) in [(true, 1), (false, 0)] {
        let generation = json!({"thinkingConfig": {"includeThoughts": asked}});
        let mut client = open(V25, &json!({"generationConfig": generation}));
        client.text("hello");
        client.pass(SECOND);
        assert_eq!(client.times("thought").len(), thoughts);
        assert!(client.usage()[0].thoughts_token_count.is_some());
    }
}

#[test]
fn vertex_signals_activity_in_its_own_way_when_asked() {
    let mut client = open(VERTEX, &json!({"realtimeInputConfig": manual(), "explicitVadSignal": true}));
    client.press();
    client.release();
    let signals: Vec<_> =
        client.received.iter().filter_map(|(_, m)| m.voice_activity_detection_signal.clone()).collect();
    let kinds: Vec<_> = signals.iter().map(|signal| signal.vad_signal_type.as_ref().unwrap().as_str()).collect();
    assert_eq!(kinds, ["VAD_SIGNAL_TYPE_SOS", "VAD_SIGNAL_TYPE_EOS"]);
}

#[test]
fn a_translator_needs_to_know_into_what_and_takes_no_orders() {
    let into = || json!({"translationConfig": {"targetLanguageCode": "ja", "echoTargetLanguage": true}});
    assert_eq!(open(TRANSLATE, &json!({"generationConfig": into()})).closed, None);
    assert!(refused(&open(TRANSLATE, &json!({}))));
    assert!(refused(&open(TRANSLATE, &json!({"generationConfig": {"translationConfig": {}}}))));
    for order in
        [json!({"systemInstruction": {"parts": [{"text": "Be brief."}]}}), json!({"tools": [{"googleSearch": {}}]})]
    {
        let mut setup = order;
        setup["generationConfig"] = into();
        assert!(refused(&open(TRANSLATE, &setup)), "{setup}");
    }
    assert!(refused(&open(V38, &json!({"generationConfig": into()}))), "others do not translate");
}

#[test]
fn a_translator_speaks_while_it_listens_and_never_ends_a_turn() {
    let generation = json!({"translationConfig": {"targetLanguageCode": "ja"}});
    let mut client = open(
        TRANSLATE,
        &json!({"generationConfig": generation, "sessionResumption": {},
        "inputAudioTranscription": {}, "outputAudioTranscription": {}}),
    );
    client.forget();
    client.stream(24_000, &silence(24_000, 500));
    let said = voice(24_000, 5000, 1);
    client.stream(24_000, &said);
    assert!(client.sound().len() > 3 * 24_000, "most of it has been repeated by now");
    client.stream(24_000, &silence(24_000, 1500));
    client.pass(5 * SECOND);
    assert!(client.sound().windows(said.len()).any(|window| window == said), "all of it, to the sample");
    for never in ["turnComplete", "generationComplete", "interrupted"] {
        assert!(client.times(never).is_empty(), "{never}");
    }
    assert_eq!((client.usage().len(), client.handles().len()), (1, 1));
    assert!(client.input_transcript().len() > 20 && client.output_transcript().len() > 20);

    client.forget();
    client.stream(24_000, &voice(24_000, 2000, 2));
    client.stream(24_000, &silence(24_000, 1500));
    assert!(client.sound().len() > 2 * 24_000, "and the next utterance follows");
    assert_eq!(client.peer.history().len(), 2);
}

#[test]
fn a_translator_takes_push_to_talk_too() {
    let generation = json!({"translationConfig": {"targetLanguageCode": "ja"}});
    let mut client = open(TRANSLATE, &json!({"generationConfig": generation, "realtimeInputConfig": manual()}));
    client.forget();
    let said = voice(24_000, 2500, 1);
    client.say(24_000, &said);
    assert_eq!(client.sound(), said);
    assert_eq!(client.shape(), ["voice", "sound", "silence", "usage"]);
}

#[test]
fn a_transcriber_writes_and_does_not_speak() {
    let text = json!({"responseModalities": ["TEXT"]});
    let mut client = open(TRANSCRIBE, &json!({"generationConfig": text, "inputAudioTranscription": {}}));
    client.forget();
    client.stream(16_000, &silence(16_000, 500));
    client.stream(16_000, &voice(16_000, 4000, 1));
    client.stream(16_000, &silence(16_000, 1500));
    assert_eq!(
        client.shape(),
        ["voice", "interim", "heard", "generationComplete", "silence", "heard", "usage"],
        "interim texts, the final one, and an empty one"
    );
    let interims: Vec<String> =
        client.contents().filter_map(|content| content.interim_input_transcription.clone()?.text).collect();
    assert!(interims.len() >= 3 && interims.windows(2).all(|two| two[1].starts_with(&two[0])), "{interims:?}");
    assert!(client.input_transcript().starts_with(" (you spoke for "));
    assert!(client.sound().is_empty() && client.times("turnComplete").is_empty());
}

#[test]
fn a_transcriber_only_marks_the_end_of_a_silent_press() {
    let mut client = open(TRANSCRIBE, &json!({"realtimeInputConfig": manual()}));
    client.forget();
    client.say(16_000, &silence(16_000, 1000));
    client.pass(10 * SECOND);
    assert_eq!(client.outline(), ["silence"]);
    assert!(client.received[0].1.server_content.is_some(), "wrapped beside an empty content");
    client.forget();
    client.say(16_000, &voice(16_000, 500, 1));
    assert_eq!(client.shape(), ["voice", "heard", "generationComplete", "silence", "heard", "usage"]);
}

#[test]
fn a_transcriber_has_no_voice() {
    for setup in [
        json!({"generationConfig": {"responseModalities": ["AUDIO"]}}),
        json!({"tools": [{"googleSearch": {}}]}),
        json!({"systemInstruction": {"parts": [{"text": "Be brief."}]}}),
    ] {
        assert!(refused(&open(TRANSCRIBE, &setup)), "{setup}");
    }
}

#[test]
fn history_ending_with_the_model_gets_no_reply() {
    for model in [V25, V38] {
        let mut client = open(model, &json!({}));
        client.forget();
        client.send(&json!({"clientContent": {"turns": [
            {"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Hello"}]}],
            "turnComplete": true}}));
        client.pass(5 * SECOND);
        assert_eq!(client.outline(), Vec::<&str>::new(), "{model}");
        client.send(&json!({"clientContent": {"turns": [{"role": "user", "parts": [{"text": "Well?"}]}], "turnComplete": true}}));
        client.pass(5 * SECOND);
        assert_eq!(client.times("turnComplete").len(), 1);
        assert_eq!(client.usage()[0].prompt_token_count.unwrap().0, 1 + 2 + 2);
    }
}

#[test]
fn a_completed_turn_without_content_is_answered() {
    let mut client = open(V38, &json!({}));
    client.send(&json!({"clientContent": {"turnComplete": true}}));
    client.pass(5 * SECOND);
    assert_eq!(client.times("turnComplete").len(), 1);
}

#[test]
fn history_by_a_stranger_is_refused() {
    let mut client = open(V38, &json!({}));
    client.send(&json!({"clientContent": {"turns": [{"role": "system", "parts": [{"text": "Obey."}]}]}}));
    assert!(refused(&client));
}

#[test]
fn languages_and_safety_settings_are_accepted_where_the_model_has_them() {
    let setup = json!({"generationConfig": {"speechConfig": {"languageCode": "de-DE"}},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]});
    for model in [V31, V38, V38_THINKING] {
        assert_eq!(open(model, &setup).closed, None, "{model}");
    }
}

#[test]
fn only_tokens_come_in_where_they_are_required() {
    let open = |key: Option<&str>| {
        let config = ServerConfig { tokens_required: true, ..ServerConfig::echo() };
        let access = vivavoce_simulator::Access { version: "v1alpha".into(), key: key.map(str::to_owned) };
        let mut client = Client::with_access(config, access);
        client.send(&json!({"setup": {"model": V38}}));
        client.closed.map(|(code, _)| code)
    };
    assert_eq!([open(None), open(Some("a-key")), open(Some("auth_tokens/abc"))], [Some(1008), Some(1008), None]);
}

#[test]
fn faults_reach_models_without_turns_too() {
    let cut = FaultAction::Drop { when: vivavoce_simulator::When::after_audio(SECOND) };
    let mut client = Client::new(ServerConfig::echo().with(cut));
    client.send(&json!({"setup": {"model": TRANSLATE, "realtimeInputConfig": manual(),
        "generationConfig": {"translationConfig": {"targetLanguageCode": "ja"}}}}));
    client.say(24_000, &voice(24_000, 3000, 1));
    assert_eq!(client.closed, Some((1006, String::new())));
    assert_eq!(client.sound().len(), 24_000);
}
