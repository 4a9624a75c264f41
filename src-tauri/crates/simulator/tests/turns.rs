//! Turns in virtual time: push-to-talk and automatic, answers, interruption.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{Client, correlation, silence, voice};
use serde_json::{Value, json};
use vivavoce_live::message::{LenientInt, TurnCompleteReason};
use vivavoce_simulator::{Guide, Language, Note, Profile, ServerConfig, TurnComplete, clip};

const SECOND: Duration = Duration::from_secs(1);

fn guide() -> ServerConfig {
    ServerConfig { record: true, ..ServerConfig::default() }
}

fn slow_echo() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

fn millis(durations: &[Duration]) -> Vec<u128> {
    durations.iter().map(Duration::as_millis).collect()
}

/// Sound recorded for a turn.
fn recorded(client: &mut Client, wanted: u64) -> Vec<i16> {
    let notes = std::iter::from_fn(|| client.peer.poll_note());
    notes
        .filter_map(|note| match note {
            Note::Sound { turn, pcm, .. } if turn == wanted => Some(pcm),
            _ => None,
        })
        .flatten()
        .collect()
}

#[test]
fn setup_complete_comes_first_and_looks_like_the_services() {
    let mut client = Client::new(guide());
    client.send(&json!({"setup": {"model": "models/gemini-2.5-flash-native-audio-preview-12-2025"}}));
    assert_eq!(client.raw, [b"{\n  \"setupComplete\": {}\n}\n"]);
}

#[test]
fn a_handle_follows_setup_on_3_8_and_every_turn() {
    let mut client = Client::open(ServerConfig::echo(), &json!({"sessionResumption": {}}));
    assert_eq!(client.outline(), ["setupComplete", "handle"]);
    client.text("hello");
    client.pass(SECOND);
    assert_eq!(client.outline().last(), Some(&"handle"));
    let handles: Vec<String> = client
        .received
        .iter()
        .filter_map(|(_, message)| message.session_resumption_update.as_ref()?.new_handle.clone())
        .collect();
    assert_eq!(handles.len(), 2);
    assert_ne!(handles[0], handles[1]);
}

#[test]
fn without_session_resumption_there_are_no_handles() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    client.say(16_000, &voice(16_000, 500, 1));
    client.pass(SECOND);
    assert!(!client.outline().contains(&"handle"));
}

#[test]
fn a_push_to_talk_turn_has_every_message_in_order() {
    let mut client = Client::push_to_talk(slow_echo());
    client.forget();
    client.say(16_000, &voice(16_000, 2400, 1));
    client.pass(5 * SECOND);
    assert_eq!(
        client.shape(),
        ["voice", "silence", "heard", "sound", "spoken", "sound", "generationComplete", "turnComplete", "usage"]
    );
    assert_eq!(client.input_transcript(), " (you spoke for 2.4 s)");
    assert_eq!(client.output_transcript(), " (your own voice, 2.4 s)");
    assert_eq!(millis(&client.times("turnComplete")), [2400], "complete when it would have been heard");
    let sizes: Vec<usize> = client
        .received
        .iter()
        .filter_map(|(_, message)| message.server_content.as_ref()?.model_turn.as_ref())
        .map(|content| content.parts[0].inline_data.as_ref().unwrap().data.0.len())
        .collect();
    assert_eq!(sizes[..3], [9600, 11_520, 11_520]);
}

#[test]
fn usage_counts_25_tokens_a_second_each_way() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    client.say(16_000, &voice(16_000, 2000, 1));
    client.pass(5 * SECOND);
    let usage = client.received.iter().find_map(|(_, message)| message.usage_metadata.clone()).unwrap();
    assert_eq!(usage.prompt_token_count, Some(LenientInt(50)));
    assert_eq!(usage.response_token_count, Some(LenientInt(50)));
    assert_eq!(usage.thoughts_token_count, Some(LenientInt(72)));
    assert_eq!(usage.total_token_count, Some(LenientInt(172)));
}

#[test]
fn the_echo_is_complete_at_every_rate() {
    for rate in [8000, 16_000, 24_000, 44_100, 48_000] {
        let mut client = Client::push_to_talk(ServerConfig::echo());
        let said = voice(rate, 1730, 3);
        client.say(rate, &said);
        client.pass(5 * SECOND);
        let answered = client.sound();
        let expected = voice(24_000, 1730, 3);
        assert_eq!(answered.len(), (said.len() as u64 * 24_000).div_ceil(u64::from(rate)) as usize, "{rate} Hz");
        let length = answered.len().min(expected.len());
        let likeness = correlation(&answered[..length], &expected[..length]);
        assert!(likeness >= 0.99, "{rate} Hz: {likeness}");
    }
}

#[test]
fn the_echo_of_the_answers_own_rate_is_exact() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let said = voice(24_000, 1234, 5);
    client.say(24_000, &said);
    client.pass(5 * SECOND);
    assert_eq!(client.sound(), said);
}

#[test]
fn every_sample_between_the_marks_is_recorded_and_none_outside() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let said = voice(16_000, 777, 2);
    client.speak(16_000, &[1000; 3200]);
    client.say(16_000, &said);
    client.speak(16_000, &[1000; 3200]);
    assert_eq!(recorded(&mut client, 1), said);
}

#[test]
fn samples_split_between_messages_are_put_together() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let said = voice(24_000, 100, 2);
    let bytes: Vec<u8> = said.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    client.press();
    for piece in bytes.chunks(333) {
        client.send_message(&vivavoce_live::message::ClientMessage::audio("audio/pcm;rate=24000", piece.to_vec()));
    }
    client.release();
    client.pass(SECOND);
    assert_eq!(client.sound(), said);
}

#[test]
fn automatic_detection_finds_the_turn_in_a_stream() {
    let mut client = Client::open(slow_echo(), &json!({"inputAudioTranscription": {}}));
    client.forget();
    client.stream(24_000, &silence(24_000, 1000));
    let said = voice(24_000, 2000, 4);
    client.stream(24_000, &said);
    client.stream(24_000, &silence(24_000, 2000));
    client.pass(5 * SECOND);
    assert_eq!(client.shape(), ["voice", "silence", "heard", "sound", "generationComplete", "turnComplete", "usage"]);
    let heard_after = client.times("voice")[0];
    assert!((1080..1400).contains(&heard_after.as_millis()), "{heard_after:?}");
    let ended = client.times("silence")[0];
    assert!((3700..3900).contains(&ended.as_millis()), "{ended:?}");
    let answered = client.sound();
    assert!(answered.windows(said.len()).any(|window| window == said), "the whole utterance is in the echo");
    assert!(answered.len() < said.len() + 24_000 * 7 / 10, "with little silence around it");
}

#[test]
fn offsets_are_on_the_clock_of_the_stream() {
    let mut client = Client::open(ServerConfig::echo(), &json!({}));
    client.stream(16_000, &silence(16_000, 1500));
    client.stream(16_000, &voice(16_000, 1000, 4));
    let offset = client
        .received
        .iter()
        .find_map(|(_, message)| message.voice_activity.as_ref()?.audio_offset)
        .expect("a voice activity message");
    assert!((1500..1600).contains(&offset.0.as_millis()), "{offset:?}");
}

#[test]
fn a_stream_that_ends_ends_the_turn_on_older_models_only() {
    for (profile, turns) in [(Profile::Gemini25, 1), (Profile::Gemini31, 1), (Profile::Gemini38, 0)] {
        let config = ServerConfig { profile: Some(profile), ..ServerConfig::echo() };
        let mut client = Client::open(config, &json!({}));
        client.stream(16_000, &silence(16_000, 500));
        client.stream(16_000, &voice(16_000, 1000, 4));
        client.send(&json!({"realtimeInput": {"audioStreamEnd": true}}));
        client.pass(3 * SECOND);
        assert_eq!(client.times("turnComplete").len(), turns, "{profile:?}");
    }
}

#[test]
fn the_configured_silence_ends_a_turn_sooner() {
    let hasty = json!({"realtimeInputConfig": {"automaticActivityDetection": {"silenceDurationMs": 200}}});
    let mut client = Client::open(ServerConfig::echo(), &hasty);
    client.stream(16_000, &silence(16_000, 500));
    client.stream(16_000, &voice(16_000, 1000, 4));
    client.stream(16_000, &silence(16_000, 500));
    let ended = client.times("silence")[0].as_millis();
    assert!((1600..1800).contains(&ended), "{ended}");
}

#[test]
fn a_press_during_the_answer_cuts_it() {
    let mut client = Client::push_to_talk(slow_echo());
    client.say(16_000, &voice(16_000, 4000, 1));
    client.pass(Duration::from_millis(500));
    client.forget();
    client.press();
    assert_eq!(client.outline(), ["voice", "interrupted", "turnComplete", "usage"]);
    client.pass(10 * SECOND);
    assert!(client.sound().is_empty(), "nothing of the cut answer comes later");
    assert!(client.times("generationComplete").is_empty());
    client.speak(16_000, &voice(16_000, 500, 2));
    client.release();
    client.pass(5 * SECOND);
    assert_eq!(client.sound().len(), 12_000, "the new turn is answered");
}

#[test]
fn a_press_during_assumed_playback_is_an_interruption_too() {
    let mut client = Client::push_to_talk(slow_echo());
    client.say(16_000, &voice(16_000, 4000, 1));
    client.pass(Duration::from_millis(1500));
    assert_eq!(client.times("generationComplete").len(), 1);
    client.forget();
    client.press();
    assert_eq!(client.outline(), ["voice", "interrupted", "turnComplete", "usage"]);
}

#[test]
fn a_press_after_the_turn_interrupts_nothing() {
    let mut client = Client::push_to_talk(slow_echo());
    client.say(16_000, &voice(16_000, 500, 1));
    client.pass(SECOND);
    client.forget();
    client.press();
    assert_eq!(client.outline(), ["voice"]);
}

#[test]
fn an_interrupted_answer_is_billed_as_far_as_it_was_sent() {
    let mut client = Client::push_to_talk(slow_echo());
    client.say(16_000, &voice(16_000, 4000, 1));
    client.pass(Duration::from_millis(100));
    let sent = client.sound().len() as f64 / 24_000.0;
    client.press();
    let usage = client.received.iter().find_map(|(_, message)| message.usage_metadata.clone()).unwrap();
    assert_eq!(usage.response_token_count, Some(LenientInt((sent * 25.0).round() as i64)));
    assert!(sent < 1.0);
}

#[test]
fn speech_interrupts_in_automatic_mode() {
    let mut client = Client::open(slow_echo(), &json!({}));
    client.stream(16_000, &silence(16_000, 500));
    client.stream(16_000, &voice(16_000, 3000, 1));
    client.stream(16_000, &silence(16_000, 900));
    client.forget();
    client.stream(16_000, &voice(16_000, 1000, 2));
    assert!(
        client.shape().windows(3).any(|three| three == ["voice", "interrupted", "turnComplete"]),
        "{:?}",
        client.shape()
    );
}

#[test]
fn without_interruption_the_answers_follow_each_other() {
    let setup = json!({"realtimeInputConfig":
        {"automaticActivityDetection": {"disabled": true}, "activityHandling": "NO_INTERRUPTION"}});
    let mut client = Client::open(slow_echo(), &setup);
    let (first, second) = (voice(24_000, 2000, 1), voice(24_000, 1000, 2));
    client.say(24_000, &first);
    client.pass(Duration::from_millis(200));
    client.say(24_000, &second);
    client.pass(10 * SECOND);
    assert!(!client.outline().contains(&"interrupted"));
    assert_eq!(client.sound(), [first, second].concat());
    assert_eq!(millis(&client.times("turnComplete")), [2000, 3000]);
}

#[test]
fn content_interrupts_and_is_answered_only_when_complete() {
    let mut client = Client::push_to_talk(slow_echo());
    client.say(16_000, &voice(16_000, 4000, 1));
    client.forget();
    let content = |complete: bool| -> Value {
        json!({"clientContent": {"turns": [{"parts": [{"text": "stop"}]}], "turnComplete": complete}})
    };
    client.send(&content(false));
    client.pass(2 * SECOND);
    assert_eq!(client.shape(), ["interrupted", "turnComplete", "usage"]);
    client.forget();
    client.send(&content(true));
    client.pass(2 * SECOND);
    assert_eq!(client.shape(), ["sound", "spoken", "sound", "generationComplete", "turnComplete", "usage"]);
}

#[test]
fn near_silence_is_rejected_on_newer_models() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    client.forget();
    client.say(16_000, &vec![3; 16_000]);
    client.pass(SECOND);
    assert_eq!(client.shape(), ["voice", "silence", "turnComplete", "usage"]);
    let reasons: Vec<_> = client
        .received
        .iter()
        .filter_map(|(_, message)| message.server_content.as_ref()?.turn_complete_reason.clone())
        .collect();
    assert_eq!(reasons, [TurnCompleteReason::ResponseRejected]);
}

#[test]
fn the_guide_greets_repeats_and_explains() {
    let mut client = Client::push_to_talk(guide());
    client.text("hello");
    client.pass(20 * SECOND);
    let greeting = clip(Language::En, Guide::Greeting);
    assert_eq!(client.output_transcript(), greeting.text);
    assert_eq!(client.sound(), greeting.pcm);
    client.forget();

    let said = voice(24_000, 1500, 1);
    client.say(24_000, &said);
    client.pass(20 * SECOND);
    assert_eq!(client.sound(), [&clip(Language::En, Guide::Lead).pcm[..], &said].concat());
    assert_eq!(client.input_transcript(), " (you spoke for 1.5 s)");
    client.forget();

    client.text("can you read?");
    client.pass(20 * SECOND);
    assert_eq!(client.output_transcript(), clip(Language::En, Guide::Typed).text);
    client.forget();

    client.say(16_000, &silence(16_000, 1000));
    client.pass(20 * SECOND);
    assert_eq!(client.output_transcript(), clip(Language::En, Guide::HeardNothing).text);
    assert_eq!(client.input_transcript(), "");
}

#[test]
fn transcripts_come_only_when_asked_for() {
    let setup = json!({"realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}});
    let mut client = Client::open(ServerConfig::echo(), &setup);
    client.forget();
    client.say(16_000, &voice(16_000, 500, 1));
    client.pass(SECOND);
    assert_eq!(client.input_transcript() + &client.output_transcript(), "");
    assert!(!client.outline().contains(&"heard"));
}

#[test]
fn words_are_spread_among_the_sound() {
    let config = ServerConfig { language: Language::Ja, ..guide() };
    let mut client = Client::push_to_talk(config);
    client.text("こんにちは");
    client.pass(20 * SECOND);
    let spoken = client.times("spoken");
    assert!(spoken.len() > 3, "{spoken:?}");
    assert!(*spoken.last().unwrap() > client.times("sound").last().unwrap().mul_f64(0.5));
}

#[test]
fn profiles_differ_in_role_media_type_and_names() {
    let answer = |profile: Profile| {
        let mut client = Client::push_to_talk(ServerConfig { profile: Some(profile), ..ServerConfig::echo() });
        client.say(16_000, &voice(16_000, 500, 1));
        client.pass(SECOND);
        let content = client
            .received
            .iter()
            .find_map(|(_, message)| message.server_content.as_ref()?.model_turn.clone())
            .unwrap();
        let mime = content.parts[0].inline_data.as_ref().unwrap().mime_type.clone().unwrap();
        let usage = client.received.iter().find_map(|(_, message)| message.usage_metadata.clone()).unwrap();
        let session = client.received[0].1.setup_complete.clone().unwrap().session_id.is_some();
        let idle = client.received.iter().any(|(_, message)| {
            message.server_content.as_ref().is_some_and(|content| content.interaction_status.is_some())
        });
        (content.role, mime, usage.candidates_token_count.is_some(), session, client.outline().contains(&"voice"), idle)
    };
    let model = || Some("model".to_owned());
    let pcm = || "audio/pcm;rate=24000".to_owned();
    assert_eq!(answer(Profile::Gemini25), (None, pcm(), false, false, false, false));
    assert_eq!(answer(Profile::Gemini31), (model(), pcm(), false, false, false, false));
    assert_eq!(answer(Profile::Gemini38), (model(), pcm(), false, false, true, false));
    assert_eq!(answer(Profile::Gemini38Thinking), (model(), pcm(), false, false, true, true));
    assert_eq!(answer(Profile::Vertex), (model(), "audio/pcm".into(), true, true, false, false));
}

#[test]
fn a_recorded_voice_is_one_turn() {
    for language in [Language::En, Language::Ja] {
        let mut client = Client::open(ServerConfig::echo(), &json!({}));
        let said = &clip(language, Guide::Lead).pcm;
        client.stream(24_000, &silence(24_000, 700));
        client.stream(24_000, said);
        client.stream(24_000, &silence(24_000, 1200));
        client.pass(5 * SECOND);
        assert_eq!(client.times("turnComplete").len(), 1, "{language:?}");
        let loud = |pcm: &[i16]| pcm.iter().filter(|sample| sample.unsigned_abs() > 300).count();
        assert_eq!(loud(&client.sound()), loud(said), "{language:?}: nothing audible is missing");
    }
}
