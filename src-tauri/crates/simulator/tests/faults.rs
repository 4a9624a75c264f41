//! Things that go wrong on purpose, each where it was ordered and nowhere else.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Client, voice};
use serde_json::{Value, json};
use vivavoce_live::message::TurnCompleteReason;
use vivavoce_simulator::{Access, Fault, FaultAction, Registry, ServerConfig, SocketFaults, TurnComplete, When};

const SECOND: Duration = Duration::from_secs(1);
/// An ordinary answer to a press, without the marks of the press.
const ANSWER: [&str; 7] = ["heard", "sound", "spoken", "sound", "generationComplete", "turnComplete", "usage"];

fn slow_echo() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

fn millis(durations: &[Duration]) -> Vec<u128> {
    durations.iter().map(Duration::as_millis).collect()
}

/// A push-to-talk session with this fault, and nothing received yet.
fn session(fault: impl Into<Fault>) -> Client {
    let mut client = Client::push_to_talk(slow_echo().with(fault));
    client.forget();
    client
}

/// Speaks for two seconds and waits long enough for any answer.
fn turn(client: &mut Client) {
    client.say(24_000, &voice(24_000, 2000, 1));
    client.pass(10 * SECOND);
}

/// The answer to one turn, without the marks of the press.
fn answer(fault: impl Into<Fault>) -> Client {
    let mut client = session(fault);
    turn(&mut client);
    client
}

fn shape(client: &Client) -> Vec<&'static str> {
    let mut shape = client.outline();
    shape.retain(|word| !["voice", "silence"].contains(word));
    shape.dedup();
    shape
}

fn setup() -> Value {
    json!({"setup": {"model": common::MODEL, "sessionResumption": {},
        "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}})
}

fn connect(config: &Arc<ServerConfig>, registry: &Registry, setup: &Value) -> Client {
    let mut client = Client::connect(config, registry, Access::default(), Instant::now());
    client.send(setup);
    client
}

#[test]
fn a_slow_setup_loses_what_is_sent_too_early() {
    let delayed = ServerConfig { setup_delay: Duration::from_millis(1500), ..ServerConfig::echo() };
    for config in [delayed, ServerConfig::echo().with(FaultAction::SlowSetup { ms: 1500 })] {
        let mut client = Client::new(config);
        client.send(&json!({"setup": {"model": common::MODEL,
            "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}));
        client.say(16_000, &voice(16_000, 500, 1));
        client.pass(Duration::from_millis(1499));
        assert_eq!(client.outline(), Vec::<&str>::new());
        client.pass(5 * SECOND);
        assert_eq!(client.outline(), ["setupComplete"]);
        assert_eq!(millis(&client.times("setupComplete")), [1500]);
    }
}

#[test]
fn setup_is_never_answered() {
    let mut client = Client::new(slow_echo().with(FaultAction::NeverSetup));
    client.send(&setup());
    client.pass(60 * SECOND);
    assert_eq!((client.raw.len(), client.closed), (0, None));
}

#[test]
fn a_close_frame_comes_when_it_was_ordered() {
    let reason = "Internal error encountered.";
    let close = |when| FaultAction::Close { code: 1011, reason: reason.into(), when };
    let mut client = Client::new(slow_echo().with(close(When::START)));
    client.send(&setup());
    assert_eq!(client.outline()[0], "setupComplete");
    assert_eq!(client.closed, Some((1011, reason.into())));

    let mut client = session(Fault::from(close(When::after(SECOND))).in_turn(2));
    turn(&mut client);
    assert_eq!(client.closed, None);
    client.say(24_000, &voice(24_000, 2000, 1));
    client.pass(Duration::from_millis(999));
    assert_eq!(client.closed, None);
    client.pass(Duration::from_millis(1));
    assert_eq!(client.closed, Some((1011, reason.into())));
}

#[test]
fn a_connection_is_cut_after_messages_or_sound_or_time() {
    let mut client = Client::new(slow_echo().with(FaultAction::Drop { when: When::after_messages(5) }));
    client.send(&setup());
    turn(&mut client);
    assert_eq!((client.raw.len(), client.closed), (5, Some((1006, String::new()))));

    let cut = FaultAction::Drop { when: When::after_audio(Duration::from_millis(700)) };
    let mut client = session(Fault::from(cut).in_turn(2));
    turn(&mut client);
    assert_eq!(client.closed, None);
    client.forget();
    turn(&mut client);
    assert_eq!((client.sound().len(), client.closed), (4800 + 3 * 5760, Some((1006, String::new()))));

    let mut client = session(FaultAction::Drop { when: When::after(9 * SECOND) });
    client.pass(9 * SECOND);
    assert_eq!(client.closed, Some((1006, String::new())));
}

#[test]
fn only_the_connection_it_was_ordered_for_is_struck() {
    let cut = Fault::from(FaultAction::Drop { when: When::START }).on_connection(2);
    let (config, registry) = (Arc::new(slow_echo().with(cut)), Registry::default());
    let ends = [(); 3].map(|()| connect(&config, &registry, &setup()).closed.is_some());
    assert_eq!(ends, [false, true, false]);
}

#[test]
fn after_go_away_there_may_be_silence() {
    let mut client = session(FaultAction::GoAwayThenSilence { when: When::after(5 * SECOND) });
    client.pass(5 * SECOND);
    assert_eq!(client.outline(), ["goAway"]);
    turn(&mut client);
    client.pass(1000 * SECOND);
    assert_eq!((client.outline(), client.closed), (vec!["goAway"], None));

    let mut client = session(FaultAction::GoAwayThenSilence { when: When::START });
    for _ in 0..6 {
        client.text("hello");
        client.pass(100 * SECOND);
    }
    assert_eq!((client.times("goAway"), client.closed), (vec![550 * SECOND], None));
}

#[test]
fn a_stall_holds_everything_back_and_then_lets_it_go() {
    let stall = FaultAction::Stall { ms: 3000, when: When::after_audio(Duration::from_millis(200)) };
    let mut client = session(stall);
    client.say(24_000, &voice(24_000, 2000, 1));
    client.pass(Duration::from_millis(2999));
    assert_eq!(client.sound().len(), 4800);
    client.pass(Duration::from_millis(1));
    assert_eq!(client.sound().len(), 48_000);
    assert_eq!(shape(&client), ANSWER);
}

#[test]
fn a_deaf_service_takes_nothing_and_says_nothing_but_keeps_the_socket() {
    let deaf = Fault::from(FaultAction::Deaf { when: When::after_audio(Duration::from_millis(200)) });
    let mut client = session(deaf.in_turn(2));
    turn(&mut client);
    assert!(!client.peer.socket_faults().deaf);
    client.forget();
    turn(&mut client);
    assert_eq!(client.sound().len(), 4800);
    assert!(client.peer.socket_faults().deaf);
    client.pass(600 * SECOND);
    assert_eq!(client.closed, None);
}

#[test]
fn a_session_behind_a_deaf_socket_stays_taken_until_the_socket_is_gone() {
    let deaf = Fault::from(FaultAction::Deaf { when: When::after(SECOND) }).on_connection(1);
    let (config, registry) = (Arc::new(slow_echo().with(deaf)), Registry::default());
    let mut first = connect(&config, &registry, &setup());
    let handle = first.handles().remove(0);
    first.pass(2 * SECOND);
    let mut resume = setup();
    resume["setup"]["sessionResumption"] = json!({"handle": handle});
    assert_eq!(connect(&config, &registry, &resume).closed, Some((1011, String::new())));
    first.disconnect();
    assert_eq!(connect(&config, &registry, &resume).closed, None);
}

#[test]
fn what_lies_below_messages_is_left_to_the_socket() {
    let config = slow_echo().with(FaultAction::SlowPong { ms: 1000 }).with(FaultAction::Fragments { bytes: 100 });
    let client = Client::push_to_talk(config);
    let faults = SocketFaults { slow_pong: Some(SECOND), fragments: Some(100), deaf: false };
    assert_eq!(client.peer.socket_faults(), faults);
    assert_eq!(session(FaultAction::Reject).peer.socket_faults(), SocketFaults::default());
}

#[test]
fn handles_are_refused_in_both_ways_the_service_has() {
    for (code, reason) in [(1007, "Invalid session handle"), (1008, "BidiGenerateContent session not found")] {
        let config = Arc::new(slow_echo().with(FaultAction::InvalidHandle { code }));
        let registry = Registry::default();
        let mut first = connect(&config, &registry, &setup());
        let handle = first.handles().remove(0);
        first.disconnect();
        let mut resume = setup();
        resume["setup"]["sessionResumption"] = json!({"handle": handle});
        assert_eq!(connect(&config, &registry, &resume).closed, Some((code, reason.into())));
    }
}

#[test]
fn messages_nobody_understands_stand_among_the_others() {
    for (fault, json) in [(FaultAction::Malformed, false), (FaultAction::UnknownMessage, true)] {
        let mut client = Client::push_to_talk(slow_echo().with(fault.clone()));
        let strange = |raw: &[Vec<u8>]| {
            raw.iter().position(|message| match serde_json::from_slice::<Value>(message) {
                Ok(message) => message.get("novelty").is_some(),
                Err(_) => true,
            })
        };
        let found = strange(&client.raw).expect("after setupComplete");
        assert_eq!(serde_json::from_slice::<Value>(&client.raw[found]).is_ok(), json);
        client.forget();
        turn(&mut client);
        assert_eq!(strange(&client.raw), None);
        assert_eq!(shape(&client), ANSWER, "and the session goes on");

        let mut client = session(Fault::from(fault).in_turn(1));
        turn(&mut client);
        assert!(strange(&client.raw).is_some());
    }
}

#[test]
fn fields_and_values_nobody_knows_change_nothing_else() {
    let client = answer(FaultAction::UnknownField);
    assert_eq!(shape(&client), ANSWER);
    assert!(client.raw.iter().all(|message| String::from_utf8_lossy(message).contains("novelty")));

    let client = answer(FaultAction::UnknownEnum);
    assert_eq!(shape(&client), ANSWER);
    let reason = client.contents().find_map(|content| content.turn_complete_reason.clone());
    assert_eq!(reason, Some(TurnCompleteReason::Other("NOVEL_REASON".into())));
    let modalities = client.usage()[0].prompt_tokens_details.iter().filter_map(|count| count.modality.clone()).count();
    assert_eq!(modalities, 2);
}

#[test]
fn empty_messages_may_stand_between_all_others() {
    let client = answer(FaultAction::EmptyNoise);
    assert_eq!(shape(&client), ANSWER);
    assert!(client.raw.chunks(2).all(|two| two[1] == b"{}\n"));
}

#[test]
fn a_burst_sends_a_long_answer_at_once() {
    let mut client = Client::push_to_talk(ServerConfig { burst: true, ..slow_echo() });
    client.say(24_000, &voice(24_000, 20_000, 1));
    assert_eq!(client.sound().len(), 20 * 24_000);
    assert!(client.times("turnComplete").is_empty());
    client.pass(20 * SECOND);
    assert_eq!(millis(&client.times("turnComplete")), [20_000]);

    let mut client = session(FaultAction::Burst { seconds: Some(60) });
    client.say(24_000, &voice(24_000, 1000, 1));
    assert_eq!(client.sound().len(), 60 * 24_000);
}

#[test]
fn sound_of_a_cut_answer_may_come_late_or_with_the_interruption() {
    let cut = |fault| {
        let mut client = session(fault);
        client.say(16_000, &voice(16_000, 3000, 1));
        client.forget();
        client.press();
        client
    };
    assert_eq!(cut(FaultAction::LateAudio).outline(), ["voice", "interrupted", "sound", "turnComplete", "usage"]);
    let together = cut(FaultAction::InterruptedWithAudio);
    assert_eq!(together.outline(), ["voice", "interrupted", "sound", "turnComplete", "usage"]);
    let content = together.contents().find(|content| content.interrupted).unwrap();
    assert!(content.model_turn.is_some());
}

#[test]
fn a_press_may_be_answered_by_an_interruption_of_nothing() {
    let mut client = session(Fault::from(FaultAction::SpuriousInterrupted).in_turn(2));
    turn(&mut client);
    assert_eq!(shape(&client), ANSWER);
    client.forget();
    turn(&mut client);
    assert_eq!(client.shape()[..4], ["voice", "interrupted", "turnComplete", "silence"]);
    assert_eq!(client.sound().len(), 48_000, "and the turn is answered all the same");
}

#[test]
fn a_turn_may_be_complete_before_its_last_sound() {
    let client = answer(FaultAction::CompleteBeforeLastAudio);
    let outline = client.outline();
    let complete = outline.iter().position(|word| *word == "turnComplete").unwrap();
    let late: Vec<_> = outline[complete..].iter().filter(|word| **word == "sound").collect();
    assert_eq!(late.len(), 2);
    assert_eq!(client.sound().len(), 48_000);
    assert_eq!(client.times("turnComplete").len(), 1);
}

#[test]
fn a_press_after_an_early_end_interrupts_nothing_and_ends_the_late_sound() {
    let mut client = session(FaultAction::CompleteBeforeLastAudio);
    client.say(24_000, &voice(24_000, 2000, 1));
    while client.times("turnComplete").is_empty() {
        client.pass(Duration::from_millis(1));
    }
    client.forget();
    client.press();
    client.pass(SECOND);
    assert_eq!(client.outline(), ["voice"]);
}

#[test]
fn an_answer_may_stop_in_the_middle_of_a_sentence() {
    let client = answer(FaultAction::PrematureComplete);
    assert_eq!(*shape(&client).last().unwrap(), "usage");
    let heard = client.sound().len();
    assert!((20_000..28_000).contains(&heard), "{heard}");
}

#[test]
fn an_answer_may_be_nothing() {
    assert_eq!(shape(&answer(FaultAction::EmptyTurn)), ["turnComplete", "usage"]);
    let rejected = answer(FaultAction::Reject);
    assert_eq!(shape(&rejected), ["turnComplete", "usage"]);
    let reason = rejected.contents().find_map(|content| content.turn_complete_reason.clone());
    assert_eq!(reason, Some(TurnCompleteReason::ResponseRejected));
}

#[test]
fn there_may_be_no_answer_and_the_next_turn_has_one() {
    let mut client = session(Fault::from(FaultAction::NoAnswer).in_turn(1));
    turn(&mut client);
    assert_eq!(shape(&client), Vec::<&str>::new());
    turn(&mut client);
    assert_eq!(shape(&client), ANSWER);
    let answered: Vec<bool> = client.peer.history().iter().map(|turn| turn.answered).collect();
    assert_eq!(answered, [false, true]);
}

#[test]
fn transcripts_may_come_late_or_not_or_spoiled() {
    let late = answer(FaultAction::TranscriptAfterTurn);
    assert_eq!(shape(&late), ["sound", "generationComplete", "turnComplete", "usage", "heard", "spoken"]);
    assert_eq!(late.input_transcript(), " (you spoke for 2.0 s)");

    assert_eq!(shape(&answer(FaultAction::NoTranscript)), ["sound", "generationComplete", "turnComplete", "usage"]);

    let spoiled = answer(FaultAction::CtrlTokens);
    assert_eq!(spoiled.input_transcript(), " <noise> (you spoke for 2.0 s)");
    assert_eq!(spoiled.output_transcript(), "<ctrl46> (your own voice, 2.0 s)");
}

#[test]
fn an_answer_may_be_written_instead_of_spoken() {
    let client = answer(FaultAction::TextOnly);
    assert_eq!(shape(&client), ["heard", "text", "generationComplete", "turnComplete", "usage"]);
    assert!(client.usage()[0].response_token_count.unwrap().0 > 0);
}

#[test]
fn thoughts_come_unasked() {
    assert_eq!(shape(&answer(FaultAction::Thoughts))[..3], ["heard", "thought", "sound"]);
}

#[test]
fn pieces_of_sound_may_have_odd_sizes() {
    let client = answer(FaultAction::OddChunks);
    let sizes: Vec<usize> = client
        .contents()
        .filter_map(|content| content.model_turn.as_ref())
        .map(|content| content.parts[0].inline_data.as_ref().unwrap().data.0.len())
        .collect();
    assert!(sizes[..sizes.len() - 1].iter().all(|size| size % 2 == 1), "{sizes:?}");
    let bytes: Vec<u8> = client
        .contents()
        .filter_map(|content| content.model_turn.as_ref())
        .flat_map(|content| content.parts[0].inline_data.as_ref().unwrap().data.0.clone())
        .collect();
    let samples: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(samples, voice(24_000, 2000, 1));
}

#[test]
fn the_rate_may_be_missing() {
    let client = answer(FaultAction::NoRate);
    let turn = client.contents().find_map(|content| content.model_turn.clone()).unwrap();
    assert_eq!(turn.parts[0].inline_data.as_ref().unwrap().mime_type.as_deref(), Some("audio/pcm"));
}

#[test]
fn faults_may_come_together() {
    let config = slow_echo()
        .with(FaultAction::EmptyNoise)
        .with(FaultAction::OddChunks)
        .with(FaultAction::Thoughts)
        .with(Fault::from(FaultAction::Stall { ms: 500, when: When::START }).in_turn(1))
        .with(Fault::from(FaultAction::Drop { when: When::after_audio(SECOND) }).in_turn(2));
    let mut client = Client::push_to_talk(config);
    client.forget();
    turn(&mut client);
    assert_eq!(client.times("turnComplete").len(), 1);
    turn(&mut client);
    assert_eq!(client.closed, Some((1006, String::new())));
}
