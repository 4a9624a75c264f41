//! Sessions that outlive their connections: handles, snapshots, limits.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Client, silence, voice};
use serde_json::{Value, json};
use vivavoce_live::message::WireDuration;
use vivavoce_simulator::{Access, FaultAction, HeardTurn, Limits, Profile, Registry, ServerConfig, TurnComplete, When};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

fn slow_echo() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

/// A server without a socket: connections that share sessions and a clock.
struct Service {
    config: Arc<ServerConfig>,
    registry: Registry,
    model: &'static str,
    now: Instant,
}

impl Service {
    fn new(config: ServerConfig) -> Self {
        Self { config: Arc::new(config), registry: Registry::default(), model: common::MODEL, now: Instant::now() }
    }

    /// A connection that has sent its setup, with a handle or without.
    fn connect(&self, handle: Option<&str>) -> Client {
        self.connect_with(self.model, handle, &json!({}))
    }

    fn connect_with(&self, model: &str, handle: Option<&str>, more: &Value) -> Client {
        let mut client = Client::connect(&self.config, &self.registry, Access::default(), self.now);
        let mut setup = json!({"model": model, "sessionResumption": {},
            "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}});
        if let Some(handle) = handle {
            setup["sessionResumption"] = json!({"handle": handle});
        }
        for (name, value) in more.as_object().unwrap() {
            setup[name] = value.clone();
        }
        client.send(&json!({"setup": setup}));
        client
    }

    /// Ends a connection and takes over its clock.
    fn end(&mut self, mut client: Client) {
        client.disconnect();
        self.now = client.now;
    }
}

fn texts(history: &[Arc<HeardTurn>]) -> Vec<&str> {
    history.iter().map(|turn| turn.text.as_str()).collect()
}

/// Types and waits for the answer; the handle that follows it.
fn say(client: &mut Client, text: &str) -> String {
    client.text(text);
    client.pass(SECOND);
    client.handles().pop().expect("a handle")
}

#[test]
fn a_resumed_session_remembers_every_answered_turn_to_the_sample() {
    let mut service = Service::new(ServerConfig::echo());
    let mut first = service.connect(None);
    let (one, two) = (voice(16_000, 1300, 1), voice(24_000, 700, 2));
    first.say(16_000, &one);
    first.pass(5 * SECOND);
    let handle = first.handles().pop().unwrap();
    service.end(first);

    let mut second = service.connect(Some(&handle));
    assert_eq!(second.outline(), ["setupComplete", "handle"]);
    second.say(24_000, &two);
    second.pass(5 * SECOND);
    let history = second.peer.history();
    assert_eq!(history.len(), 2);
    assert_eq!((&history[0].sound, &history[1].sound), (&vec![(16_000, one)], &vec![(24_000, two)]));
    assert!(history.iter().all(|turn| turn.answered && !turn.interrupted && turn.seeded.is_none()));
    assert_eq!(service.registry.histories(), [history]);
}

#[test]
fn the_context_goes_on_too() {
    let mut service = Service::new(ServerConfig::echo());
    let mut first = service.connect(None);
    first.say(16_000, &voice(16_000, 4000, 1));
    first.pass(5 * SECOND);
    let handle = first.handles().pop().unwrap();
    service.end(first);
    let instruction = json!({"systemInstruction": {"parts": [{"text": "Be brief."}]}});
    let mut second = service.connect_with(service.model, Some(&handle), &instruction);
    second.say(16_000, &voice(16_000, 2000, 1));
    second.pass(5 * SECOND);
    let prompts: Vec<i64> = second.usage().iter().map(|usage| usage.prompt_token_count.unwrap().0).collect();
    assert_eq!(prompts, [3 + 100 + 100 + 50], "instruction, both sides of the first turn, the second");
}

#[test]
fn an_older_handle_loses_what_came_after_it() {
    let mut service = Service::new(ServerConfig::echo());
    let mut first = service.connect(None);
    let empty = first.handles().pop().unwrap();
    let after_one = say(&mut first, "one");
    say(&mut first, "two");
    service.end(first);

    let mut second = service.connect(Some(&after_one));
    say(&mut second, "three");
    assert_eq!(texts(&second.peer.history()), ["one", "three"]);
    service.end(second);
    assert!(service.connect(Some(&empty)).peer.history().is_empty());
}

#[test]
fn what_was_not_answered_is_not_in_a_handle() {
    let mut service = Service::new(slow_echo());
    let mut first = service.connect(None);
    first.say(16_000, &voice(16_000, 500, 1));
    first.pass(SECOND);
    let handle = first.handles().pop().unwrap();
    first.say(16_000, &voice(16_000, 3000, 2));
    first.pass(SECOND);
    assert_eq!(first.handles().last(), Some(&handle), "none while the answer is under way");
    assert_eq!(first.peer.history().iter().map(|turn| turn.answered).collect::<Vec<_>>(), [true, false]);
    service.end(first);

    let mut second = service.connect(Some(&handle));
    assert_eq!(second.peer.history().len(), 1);
    second.press();
    second.speak(16_000, &voice(16_000, 500, 3));
    assert_eq!(second.peer.history().len(), 1, "an activity that is not over is not part of it");
}

#[test]
fn a_cut_turn_is_in_the_handle_that_follows_it_and_the_turn_that_cuts_is_not() {
    let mut service = Service::new(slow_echo());
    let mut first = service.connect(None);
    first.say(16_000, &voice(16_000, 3000, 1));
    first.press();
    first.speak(16_000, &voice(16_000, 500, 2));
    let handle = first.handles().pop().unwrap();
    service.end(first);
    let history = service.connect(Some(&handle)).peer.history();
    assert_eq!(history.len(), 1);
    assert!(history[0].answered && history[0].interrupted);
}

#[test]
fn updates_say_when_the_session_cannot_be_resumed() {
    let service = Service::new(slow_echo());
    let mut client = service.connect(None);
    client.forget();
    client.text("hello");
    client.pass(5 * SECOND);
    assert_eq!(client.shape(), ["busy", "sound", "generationComplete", "turnComplete", "usage", "handle"]);
}

#[test]
fn older_models_send_their_first_handle_after_the_first_turn_and_in_another_form() {
    let mut service = Service::new(ServerConfig::echo());
    service.model = "models/gemini-2.5-flash-native-audio-preview-12-2025";
    let mut client = service.connect(None);
    assert_eq!(client.handles(), Vec::<String>::new());
    let handle = say(&mut client, "one");
    assert!(handle.len() > 40 && !handle.contains(' '), "{handle}");
    service.end(client);
    let resumed = service.connect(Some(&handle));
    assert_eq!(resumed.outline(), ["setupComplete"]);
    assert_eq!(texts(&resumed.peer.history()), ["one"]);
}

#[test]
fn an_unknown_handle_is_refused() {
    let client = Service::new(ServerConfig::echo()).connect(Some("never-issued"));
    assert_eq!(client.closed, Some((1007, "Invalid session handle".into())));
}

#[test]
fn a_handle_lives_two_hours_after_the_end_of_its_session() {
    for (later, refused) in [(7199, false), (7200, true)] {
        let mut service = Service::new(ServerConfig::echo());
        let mut first = service.connect(None);
        first.pass(100 * SECOND);
        let handle = first.handles().pop().unwrap();
        service.end(first);
        service.now += later * SECOND;
        assert_eq!(service.connect(Some(&handle)).closed.is_some(), refused, "{later} s");
    }
}

#[test]
fn a_session_whose_socket_is_open_is_refused_without_a_word() {
    let mut service = Service::new(ServerConfig::echo());
    let first = service.connect(None);
    let handle = first.handles().pop().unwrap();
    assert_eq!(service.connect(Some(&handle)).closed, Some((1011, String::new())));
    service.end(first);
    assert_eq!(service.connect(Some(&handle)).closed, None);
}

#[test]
fn a_session_the_service_closed_can_be_resumed_at_once() {
    let mut service = Service::new(ServerConfig::echo());
    let mut first = service.connect(None);
    let handle = first.handles().pop().unwrap();
    first.pass(150 * SECOND);
    assert_eq!(first.closed, Some((1008, "The operation was aborted.".into())));
    service.now = first.now;
    assert_eq!(service.connect(Some(&handle)).closed, None);
}

#[test]
fn the_model_stays_and_everything_else_may_change() {
    let mut service = Service::new(ServerConfig::echo());
    let first = service.connect(None);
    let handle = first.handles().pop().unwrap();
    service.end(first);
    let other = service.connect_with("models/gemini-3.8-live-extended-thinking", Some(&handle), &json!({}));
    assert_eq!(other.closed, Some((1007, "Request contains an invalid argument.".into())));
    let changes = json!({"tools": [{"googleSearch": {}}], "outputAudioTranscription": {},
        "systemInstruction": {"parts": [{"text": "Be brief."}]}, "realtimeInputConfig": {}});
    assert_eq!(service.connect_with(service.model, Some(&handle), &changes).closed, None);
}

#[test]
fn seeded_history_is_part_of_what_was_heard() {
    let service = Service::new(ServerConfig::echo());
    let mut client =
        service.connect_with(service.model, None, &json!({"historyConfig": {"initialHistoryInClientContent": true}}));
    client.send(&json!({"clientContent": {"turns": [
        {"role": "user", "parts": [{"text": "My name is Ada."}]},
        {"role": "model", "parts": [{"text": "Hello, Ada."}]}], "turnComplete": true}}));
    client.pass(SECOND);
    assert_eq!(client.contents().count(), 0, "and it is not answered");
    say(&mut client, "Who am I?");
    let history = client.peer.history();
    assert_eq!(texts(&history), ["My name is Ada.", "Hello, Ada.", "Who am I?"]);
    let roles: Vec<Option<&str>> = history.iter().map(|turn| turn.seeded.as_deref()).collect();
    assert_eq!(roles, [Some("user"), Some("model"), None]);
}

#[test]
fn speech_found_by_the_server_is_heard_in_whole() {
    let service = Service::new(ServerConfig::echo());
    let mut client = service.connect_with(service.model, None, &json!({"realtimeInputConfig": {}}));
    let said = voice(16_000, 1500, 2);
    client.stream(16_000, &silence(16_000, 500));
    client.stream(16_000, &said);
    client.stream(16_000, &silence(16_000, 1500));
    client.pass(5 * SECOND);
    let history = client.peer.history();
    assert_eq!(history.len(), 1);
    assert!(history[0].pcm().windows(said.len()).any(|window| window == said));
}

#[test]
fn go_away_comes_fifty_seconds_before_the_end() {
    let mut client = Client::open(slow_echo(), &json!({}));
    for _ in 0..9 {
        client.pass(MINUTE);
        client.text("hello");
    }
    client.pass(9 * SECOND);
    assert!(client.times("goAway").is_empty());
    client.pass(SECOND);
    let left: Vec<_> = client.received.iter().filter_map(|(_, message)| message.go_away.clone()).collect();
    assert_eq!(left.iter().map(|go_away| go_away.time_left).collect::<Vec<_>>(), [Some(WireDuration(50 * SECOND))]);
    assert_eq!(client.times("goAway"), [550 * SECOND]);
    client.pass(49 * SECOND);
    assert_eq!(client.closed, None);
    client.pass(SECOND);
    assert_eq!(client.closed, Some((1011, "Deadline expired before operation could complete.".into())));
}

#[test]
fn go_away_may_never_come() {
    let limits = Limits { connection: 20 * SECOND, go_away: None, ..Limits::default() };
    let mut client = Client::open(ServerConfig { limits, ..ServerConfig::echo() }, &json!({}));
    client.pass(20 * SECOND);
    assert_eq!((client.times("goAway"), client.closed.unwrap().0), (vec![], 1011));
}

#[test]
fn a_connection_may_be_cut_in_its_ninth_minute_without_a_warning() {
    let cut = FaultAction::Drop { when: When::after(523 * SECOND) };
    let mut client = Client::open(ServerConfig::echo().with(cut), &json!({}));
    for _ in 0..8 {
        client.pass(MINUTE);
        client.text("hello");
    }
    client.pass(42 * SECOND);
    assert_eq!(client.closed, None);
    client.pass(SECOND);
    assert_eq!((client.times("goAway"), client.closed), (vec![], Some((1006, String::new()))));
}

#[test]
fn ten_minutes_are_no_limit_to_a_session() {
    let mut service = Service::new(slow_echo());
    let (mut handle, mut said) = (None::<String>, Vec::new());
    for connection in 0..13u64 {
        let mut client = service.connect(handle.as_deref());
        assert_eq!(client.closed, None, "connection {connection}");
        while client.times("goAway").is_empty() {
            let words = voice(16_000, 900, connection + said.len() as u64);
            client.say(16_000, &words);
            client.pass(MINUTE);
            said.push(words);
        }
        handle = client.handles().pop();
        service.end(client);
    }
    let heard: Vec<Vec<i16>> =
        service.connect(handle.as_deref()).peer.history().iter().map(|turn| turn.pcm()).collect();
    assert!(said.len() >= 120, "{}", said.len());
    assert!(heard == said, "every sample of two hours, in order, once");
}

#[test]
fn compression_keeps_a_session_alive_that_would_end_without_it() {
    let limits = Limits { context_tokens: 300, ..Limits::default() };
    let run = |setup: &Value| {
        let mut client = Client::open(ServerConfig { limits, ..ServerConfig::echo() }, setup);
        let mut turns = 0;
        while client.closed.is_none() && turns < 20 {
            client.text(&"word ".repeat(80));
            client.pass(SECOND);
            turns += 1;
        }
        (turns, client.closed)
    };
    assert_eq!(run(&json!({})), (3, Some((1007, "Request contains an invalid argument.".into()))));
    let window = json!({"contextWindowCompression": {"triggerTokens": "250", "slidingWindow": {"targetTokens": 150}}});
    assert_eq!(run(&window), (20, None));
}

#[test]
fn profiles_agree_on_how_sessions_are_kept() {
    for profile in [Profile::Gemini25, Profile::Gemini31, Profile::Gemini38, Profile::Gemini38Thinking, Profile::Vertex]
    {
        let mut service = Service::new(ServerConfig { profile: Some(profile), ..ServerConfig::echo() });
        let mut first = service.connect(None);
        let handle = say(&mut first, "one");
        service.end(first);
        let mut second = service.connect(Some(&handle));
        say(&mut second, "two");
        assert_eq!(texts(&second.peer.history()), ["one", "two"], "{profile:?}");
    }
}
