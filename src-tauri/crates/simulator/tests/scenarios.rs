//! Every scenario file, loaded and played.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod wire;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Client, voice};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use vivavoce_live::message::{FunctionCall, TurnCompleteReason};
use vivavoce_simulator::{Access, FAULTS, Persona, Registry, Scenario, Server, ServerConfig};

const SECOND: Duration = Duration::from_secs(1);
/// An ordinary answer to a press, without the marks of the press.
const ANSWER: [&str; 7] = ["heard", "sound", "spoken", "sound", "generationComplete", "turnComplete", "usage"];

/// One test for each file, in virtual time.
macro_rules! scenarios {
    ($($file:literal $sentence:ident $play:expr;)*) => {
        const PLAYED: &[&str] = &[$($file),*];
        $(
            #[test]
            fn $sentence() {
                let play: fn(ServerConfig) = $play;
                play(config($file));
            }
        )*
    };
}

/// Those that need a socket.
const ON_SOCKETS: &[&str] = &["slow-pong", "fragments", "deaf"];

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "scenarios"].iter().collect()
}

/// The scenario, answered by an exact echo.
fn config(file: &str) -> ServerConfig {
    let scenario =
        Scenario::load(&folder().join(file).with_extension("toml")).unwrap_or_else(|error| panic!("{error}"));
    assert!(scenario.about.ends_with('.'), "{file} says in a sentence what it is for");
    ServerConfig { persona: Persona::Echo, record: true, ..scenario.config }
}

/// A push-to-talk session, and nothing received yet.
fn session(config: ServerConfig) -> Client {
    let mut client = Client::push_to_talk(config);
    client.forget();
    client
}

/// Speaks for two seconds and waits long enough for the answer; what came, without the marks of the press.
fn turn(client: &mut Client) -> Vec<&'static str> {
    client.forget();
    client.say(24_000, &voice(24_000, 2000, 1));
    client.pass(10 * SECOND);
    shape(client)
}

fn shape(client: &Client) -> Vec<&'static str> {
    let mut shape = client.outline();
    shape.retain(|word| !["voice", "silence"].contains(word));
    shape.dedup();
    shape
}

/// The first of two turns is answered so, the second as ever.
fn first_turn_then_normal(config: ServerConfig, expected: &[&str]) {
    let mut client = session(config);
    assert_eq!(turn(&mut client), expected);
    assert_eq!(turn(&mut client), ANSWER);
}

/// What comes of an answer cut by a press.
fn cut(config: ServerConfig) -> Client {
    let mut client = session(config);
    client.say(16_000, &voice(16_000, 3000, 1));
    client.forget();
    client.press();
    client
}

/// What is left of the raw messages after those a client understands.
fn strange(client: &Client) -> usize {
    client
        .raw
        .iter()
        .filter(|raw| serde_json::from_slice::<Value>(raw).map_or(true, |it| it.get("novelty").is_some()))
        .count()
}

/// A session whose function is called; the call.
fn call(config: ServerConfig, behavior: &str) -> (Client, FunctionCall) {
    let tools = json!([{"functionDeclarations": [{"name": "get_weather", "behavior": behavior}]}]);
    let mut client = Client::open(
        config,
        &json!({"tools": tools,
        "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}),
    );
    client.text("What is the weather? {\"city\": \"Oslo\"}");
    client.pass(SECOND);
    let call = client.calls().remove(0);
    (client, call)
}

/// Connections of one server, each opened when the one before it has ended.
struct Connections {
    config: Arc<ServerConfig>,
    registry: Registry,
}

impl Connections {
    fn new(config: ServerConfig) -> Self {
        Self { config: Arc::new(config), registry: Registry::default() }
    }

    fn connect(&self, resumption: &Value) -> Client {
        let mut client = Client::connect(&self.config, &self.registry, Access::default(), Instant::now());
        client.send(&json!({"setup": {"model": common::MODEL, "sessionResumption": resumption,
            "inputAudioTranscription": {}, "outputAudioTranscription": {},
            "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}}));
        client
    }
}

scenarios! {
    "drop" a_cut_in_the_second_answer_spares_the_next_connection |config| {
        let server = Connections::new(config);
        let mut first = server.connect(&json!({}));
        turn(&mut first);
        assert_eq!(first.closed, None);
        turn(&mut first);
        assert_eq!(first.closed, Some((1006, String::new())));
        assert!(!first.sound().is_empty() && first.sound().len() < 48_000, "in the middle of it");
        let mut second = server.connect(&json!({}));
        turn(&mut second);
        assert_eq!(turn(&mut second).last(), Some(&"handle"), "answered to its end");
    };
    "drop-without-warning" a_cut_in_the_ninth_minute_is_not_announced |config| {
        let mut client = session(config);
        for _ in 0..5 {
            client.text("still here");
            client.pass(105 * SECOND);
        }
        assert_eq!(client.closed, None);
        client.pass(3 * SECOND);
        assert_eq!((client.times("goAway").len(), client.closed), (0, Some((1006, String::new()))));
    };
    "short-connections" a_connection_of_a_minute_is_announced_in_time |config| {
        let mut client = session(config);
        client.pass(60 * SECOND);
        assert_eq!(client.times("goAway"), [45 * SECOND]);
        assert_eq!(client.closed.unwrap(), (1011, "Deadline expired before operation could complete.".into()));
    };
    "go-away-then-silence" nothing_comes_after_go_away |config| {
        let mut client = session(config);
        client.pass(60 * SECOND);
        assert_eq!(client.outline(), ["goAway"]);
        assert!(turn(&mut client).is_empty());
        client.pass(100 * SECOND);
        assert_eq!(client.closed, None);
    };
    "close" an_internal_error_ends_the_first_connection_only |config| {
        let server = Connections::new(config);
        let mut first = server.connect(&json!({}));
        first.pass(30 * SECOND);
        assert_eq!(first.closed, Some((1011, "Internal error encountered.".into())));
        let mut second = server.connect(&json!({}));
        second.pass(60 * SECOND);
        assert_eq!(second.closed, None);
    };
    "quota" a_used_up_quota_ends_every_session_at_once |config| {
        let server = Connections::new(config);
        for _ in 0..3 {
            let (code, reason) = server.connect(&json!({})).closed.expect("a close frame");
            assert_eq!(code, 1011);
            assert!(reason.starts_with("You exceeded your current quota"), "{reason}");
        }
    };
    "late-audio" sound_arrives_after_the_interruption |config| {
        assert_eq!(cut(config).outline(), ["voice", "interrupted", "sound", "turnComplete", "usage"]);
    };
    "interrupted-with-audio" sound_arrives_with_the_interruption |config| {
        let client = cut(config);
        let content = client.contents().find(|content| content.interrupted).unwrap();
        assert!(content.model_turn.is_some());
    };
    "spurious-interrupted" a_press_interrupts_nothing |config| {
        let mut client = session(config);
        client.press();
        assert_eq!(client.outline()[..3], ["voice", "interrupted", "turnComplete"]);
    };
    "complete-before-last-audio" sound_arrives_after_the_end_of_the_turn |config| {
        let mut client = session(config);
        turn(&mut client);
        let outline = client.outline();
        let complete = outline.iter().position(|word| *word == "turnComplete").unwrap();
        assert!(outline[complete..].contains(&"sound"), "{outline:?}");
        assert_eq!(client.sound().len(), 48_000, "and nothing is missing");
    };
    "premature-complete" the_first_answer_stops_in_mid_sentence |config| {
        let mut client = session(config);
        turn(&mut client);
        let heard = client.sound().len();
        assert!((10_000..30_000).contains(&heard), "{heard}");
        turn(&mut client);
        assert_eq!(client.sound().len(), 48_000);
    };
    "empty-turn" the_first_answer_is_empty |config| {
        first_turn_then_normal(config, &["turnComplete", "usage"]);
    };
    "reject" the_first_turn_is_rejected |config| {
        let mut client = session(config);
        assert_eq!(turn(&mut client), ["turnComplete", "usage"]);
        let reason = client.contents().find_map(|content| content.turn_complete_reason.clone());
        assert_eq!(reason, Some(TurnCompleteReason::ResponseRejected));
        assert_eq!(turn(&mut client), ANSWER);
    };
    "no-answer" the_first_turn_has_no_answer |config| first_turn_then_normal(config, &[]);
    "transcript-after-turn" transcripts_come_after_the_turn |config| {
        assert_eq!(turn(&mut session(config))[3..], ["usage", "heard", "spoken"]);
    };
    "no-transcript" no_transcripts_come |config| {
        assert_eq!(turn(&mut session(config)), ["sound", "generationComplete", "turnComplete", "usage"]);
    };
    "ctrl-tokens" transcripts_are_spoiled |config| {
        let mut client = session(config);
        turn(&mut client);
        assert!(client.output_transcript().contains("<ctrl46>"), "{}", client.output_transcript());
        assert!(client.input_transcript().contains("<noise>"), "{}", client.input_transcript());
    };
    "empty-noise" every_other_message_is_empty |config| {
        let mut client = session(config);
        assert_eq!(turn(&mut client), ANSWER);
        assert_eq!(client.raw.iter().filter(|raw| *raw == b"{}\n").count() * 2, client.raw.len());
    };
    "malformed" one_message_is_no_json |config| {
        let mut client = Client::push_to_talk(config);
        assert_eq!(client.raw.iter().filter(|raw| serde_json::from_slice::<Value>(raw).is_err()).count(), 1);
        assert_eq!(turn(&mut client), ANSWER);
    };
    "unknown-message" one_message_is_of_an_unknown_kind |config| {
        let mut client = Client::push_to_talk(config);
        assert_eq!(strange(&client), 1);
        assert_eq!(turn(&mut client), ANSWER);
    };
    "unknown-field" every_message_has_unknown_fields |config| {
        let mut client = session(config);
        assert_eq!(turn(&mut client), ANSWER);
        assert_eq!(strange(&client), client.raw.len());
    };
    "unknown-enum" turns_end_for_unknown_reasons |config| {
        let mut client = session(config);
        assert_eq!(turn(&mut client), ANSWER);
        let reason = client.contents().find_map(|content| content.turn_complete_reason.clone());
        assert!(matches!(reason, Some(TurnCompleteReason::Other(_))), "{reason:?}");
    };
    "odd-chunks" samples_are_split_between_messages |config| {
        let mut client = session(config);
        assert_eq!(turn(&mut client), ANSWER);
        let parts = client.contents().flat_map(|content| content.model_turn.iter().flat_map(|turn| &turn.parts));
        let lengths: Vec<usize> = parts.filter_map(|part| Some(part.inline_data.as_ref()?.data.0.len())).collect();
        assert!(lengths.iter().any(|length| length % 2 == 1));
        assert_eq!(lengths.iter().sum::<usize>(), 96_000);
    };
    "no-rate" sound_does_not_say_its_rate |config| {
        let mut client = session(config);
        turn(&mut client);
        let mut parts = client.contents().flat_map(|content| content.model_turn.iter().flat_map(|turn| &turn.parts));
        assert!(parts.all(|part| part.inline_data.as_ref().unwrap().mime_type.as_deref() == Some("audio/pcm")));
    };
    "text-only" the_first_answer_is_written |config| {
        first_turn_then_normal(config, &["heard", "text", "generationComplete", "turnComplete", "usage"]);
    };
    "thoughts" thoughts_come_before_the_answer |config| {
        assert!(turn(&mut session(config)).starts_with(&["heard", "thought", "sound"]));
    };
    "burst" a_minute_of_sound_comes_at_once |config| {
        let mut client = session(config);
        client.say(24_000, &voice(24_000, 2000, 1));
        assert_eq!(client.sound().len(), 60 * 24_000);
    };
    "duplicate-call" a_call_comes_twice |config| {
        let (client, call) = call(config, "NON_BLOCKING");
        let mut parts = client.contents().flat_map(|content| content.model_turn.iter().flat_map(|turn| &turn.parts));
        assert!(parts.any(|part| part.function_call.as_ref() == Some(&call)));
    };
    "call-without-id" a_call_has_no_id |config| assert_eq!(call(config, "NON_BLOCKING").1.id, None);
    "call-without-args" a_call_has_no_arguments |config| assert!(call(config, "NON_BLOCKING").1.args.is_empty());
    "reissue-call" a_dropped_call_comes_again_under_another_id |config| {
        let (mut client, first) = call(config, "BLOCKING");
        client.press();
        client.release();
        client.forget();
        client.text("And now?");
        let again = client.calls().remove(0);
        assert_eq!(again.name, first.name);
        assert_ne!(again.id, first.id);
        assert_eq!(Value::Object(again.args), json!({"city": "oslo."}));
    };
    "call" the_second_answer_makes_a_hostile_call |config| {
        let (mut client, asked) = call(config, "NON_BLOCKING");
        assert_eq!(asked.name, "get_weather");
        client.forget();
        client.say(24_000, &voice(24_000, 500, 1));
        let made = client.calls().remove(0);
        assert_eq!((made.name.as_str(), made.args.len()), ("open_link", 2));
        assert_eq!(made.args["url"], "file:///etc/passwd");
    };
    "flood-calls" a_call_comes_two_hundred_times |config| {
        let (client, first) = call(config, "NON_BLOCKING");
        let calls = client.calls();
        assert!(calls.iter().all(|call| (&call.name, &call.args) == (&first.name, &first.args)));
        let ids: BTreeSet<_> = calls.iter().map(|call| call.id.clone().unwrap()).collect();
        assert_eq!((calls.len(), ids.len(), client.times("call").len()), (200, 200, 1));
    };
    "mixed-ids" ids_of_calls_differ_in_form |config| {
        let (mut client, _) = call(config, "NON_BLOCKING");
        for _ in 0..3 {
            client.text("weather");
        }
        let ids: Vec<String> = client.calls().into_iter().map(|call| call.id.unwrap()).collect();
        assert!(ids[0].starts_with("function-call-") && ids[1].starts_with("fc_") && ids[2].starts_with("call_"));
        assert_eq!((ids.len(), ids[3].len()), (4, 36));
    };
    "complete-around-call" a_turn_ends_anywhere_beside_its_call |config| {
        let (mut client, first) = call(config, "BLOCKING");
        let marks = ["generationComplete", "turnComplete", "usage"];
        assert_eq!(client.outline()[1..], [&marks[..], &["call"]].concat());
        client.forget();
        client.send(&json!({"toolResponse": {"functionResponses": [{"id": first.id, "name": first.name,
            "response": {"output": "rain"}}]}}));
        client.pass(SECOND);
        assert_eq!(client.outline().last(), Some(&"usage"), "told in a turn of its own, which is the second");
        client.forget();
        client.text("weather");
        assert_eq!(client.outline(), [&["call"], &marks[..]].concat());
    };
    "close-on-result" the_first_two_connections_end_with_a_result |config| {
        let server = Connections::new(config);
        let end = |expected: Option<(u16, &str)>| {
            let mut client = server.connect(&json!({}));
            client.send(&json!({"contextUpdate": {"tools": {"tools": [{"functionDeclarations": [{"name": "f"}]}]}}}));
            client.text("f");
            let call = client.calls().remove(0);
            client.send(&json!({"toolResponse": {"functionResponses": [{"id": call.id, "name": "f"}]}}));
            assert_eq!(client.closed, expected.map(|(code, reason)| (code, reason.to_owned())));
        };
        end(Some((1011, "Internal error encountered.")));
        end(Some((1008, "Requested entity was not found.")));
        end(None);
    };
    "cancel-call" a_dropped_call_is_cancelled |config| {
        let (mut client, call) = call(config, "BLOCKING");
        client.press();
        let cancelled = client.received.iter().find_map(|(_, message)| message.tool_call_cancellation.clone());
        assert_eq!(cancelled.unwrap().ids, [call.id.unwrap()]);
    };
    "invalid-handle" the_second_connection_cannot_resume_and_the_third_can |config| {
        let server = Connections::new(config);
        let mut first = server.connect(&json!({}));
        let handle = json!({"handle": first.handles().remove(0)});
        first.pass(60 * SECOND);
        assert_eq!(first.closed.unwrap().0, 1011, "connections are short here");
        assert_eq!(server.connect(&handle).closed, Some((1007, "Invalid session handle".into())));
        assert_eq!(server.connect(&handle).closed, None);
    };
    "slow-setup" setup_takes_eight_seconds |config| {
        let mut client = Connections::new(config).connect(&json!({}));
        client.pass(Duration::from_millis(7999));
        assert!(client.raw.is_empty());
        client.pass(Duration::from_millis(1));
        assert_eq!(client.outline()[0], "setupComplete");
    };
    "never-setup" setup_is_never_answered_on_the_first_connection |config| {
        let server = Connections::new(config);
        let mut first = server.connect(&json!({}));
        first.pass(100 * SECOND);
        assert!(first.raw.is_empty());
        assert_eq!(server.connect(&json!({})).outline()[0], "setupComplete");
    };
    "stall" the_second_answer_stalls_and_then_comes_at_once |config| {
        let mut client = session(config);
        assert_eq!(turn(&mut client), ANSWER);
        client.forget();
        client.say(24_000, &voice(24_000, 2000, 1));
        client.pass(3 * SECOND);
        assert!(client.sound().len() < 24_000);
        client.pass(2 * SECOND);
        assert_eq!(client.sound().len(), 48_000);
    };
}

/// A running server with this scenario, and a push-to-talk session on it.
async fn served(file: &str) -> (Server, wire::Socket) {
    let server = Server::bind(ServerConfig { pace: 100.0, ..config(file) }).unwrap();
    let socket = wire::Socket::open(&server, &wire::push_to_talk()).await;
    (server, socket)
}

#[tokio::test]
async fn pings_are_answered_a_second_late_and_messages_in_time() {
    let (_server, mut socket) = served("slow-pong").await;
    let asked = Instant::now();
    socket.ping().await;
    socket.send(&json!({"realtimeInput": {"text": "hello"}})).await;
    socket.until(|message| message.server_content.as_ref()?.model_turn.clone()).await;
    assert!(!socket.received.contains(&Message::Pong("there?".into())), "the answer overtakes the pong");
    while socket.next().await != Message::Pong("there?".into()) {}
    assert!(asked.elapsed() >= SECOND);
}

#[tokio::test]
async fn messages_come_in_frames_of_five_hundred_bytes() {
    let (server, mut socket) = served("fragments").await;
    let said = voice(24_000, 1000, 1);
    socket.say(24_000, &said).await;
    let bytes: Vec<u8> = said.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_eq!(socket.answer().await, bytes, "the library puts them together again");
    let longest = wire::longest_frame(&server).await;
    assert!((400..=500).contains(&longest), "{longest}");
}

#[tokio::test]
async fn a_half_open_connection_neither_answers_nor_ends() {
    let (server, mut socket) = served("deaf").await;
    let said = voice(24_000, 1000, 1);
    socket.say(24_000, &said).await;
    assert_eq!(socket.answer().await.len(), 48_000);
    socket.say(24_000, &said).await;
    for _ in 0..2 {
        socket.until(|message| message.server_content.as_ref()?.model_turn.clone()).await;
    }
    socket.ping().await;
    let answer = tokio::time::timeout(Duration::from_millis(300), socket.try_next()).await;
    assert!(answer.is_err(), "{answer:?}");
    let mut next = wire::Socket::open(&server, &wire::push_to_talk()).await;
    next.say(24_000, &said).await;
    assert_eq!(next.answer().await.len(), 48_000, "another connection is a good one");
    drop(server);
    while socket.try_next().await.is_some() {}
}

#[test]
fn every_file_is_played_and_every_fault_has_one() {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let found: BTreeSet<String> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let played: BTreeSet<String> = PLAYED.iter().chain(ON_SOCKETS).map(|file| (*file).to_owned()).collect();
    assert_eq!(found, played);
    for (fault, _) in FAULTS {
        assert!(found.contains(fault), "there is no scenario for {fault}");
        let text = fs::read_to_string(folder().join(fault).with_extension("toml")).unwrap();
        assert!(text.contains(&format!("do = \"{fault}\"")), "{fault}.toml is about something else");
    }
}
