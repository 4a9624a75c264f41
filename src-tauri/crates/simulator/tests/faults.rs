//! Things that go wrong on purpose.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{Client, voice};
use serde_json::{Value, json};
use vivavoce_simulator::{Faults, ServerConfig, TurnComplete};

const SECOND: Duration = Duration::from_secs(1);

fn slow_echo() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

fn millis(durations: &[Duration]) -> Vec<u128> {
    durations.iter().map(Duration::as_millis).collect()
}

#[test]
fn a_slow_setup_loses_what_is_sent_too_early() {
    let config = ServerConfig { setup_delay: Duration::from_millis(1500), ..ServerConfig::echo() };
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

#[test]
fn faults_happen_when_asked_for() {
    let with = |faults: Faults| Client::new(ServerConfig { faults, ..slow_echo() });
    let setup = json!({"setup": {"model": common::MODEL,
        "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}});

    let mut silent = with(Faults { never_setup: true, ..Faults::default() });
    silent.send(&setup);
    silent.pass(60 * SECOND);
    assert_eq!((silent.raw.len(), silent.closed), (0, None));

    let mut closing =
        with(Faults { close_after_setup: Some((1011, "Internal error encountered.".into())), ..Faults::default() });
    closing.send(&setup);
    assert_eq!(closing.outline(), ["setupComplete"]);
    assert_eq!(closing.closed, Some((1011, "Internal error encountered.".into())));

    let mut malformed = with(Faults { malformed_after_setup: true, ..Faults::default() });
    malformed.send(&setup);
    assert!(malformed.raw.iter().any(|message| serde_json::from_slice::<Value>(message).is_err()));
    malformed.say(16_000, &voice(16_000, 500, 1));
    malformed.pass(SECOND);
    assert_eq!(malformed.times("turnComplete").len(), 1, "and the session goes on");

    let mut cut = with(Faults { drop_after_messages: Some(5), ..Faults::default() });
    cut.send(&setup);
    cut.say(16_000, &voice(16_000, 3000, 1));
    cut.pass(5 * SECOND);
    assert_eq!((cut.raw.len(), cut.closed), (5, Some((1006, String::new()))));

    let mut late = with(Faults { late_audio_after_interrupted: true, ..Faults::default() });
    late.send(&setup);
    late.say(16_000, &voice(16_000, 3000, 1));
    late.forget();
    late.press();
    assert_eq!(late.outline(), ["voice", "interrupted", "sound", "turnComplete", "usage"]);
}

#[test]
fn a_burst_sends_a_long_answer_at_once() {
    let mut client = Client::push_to_talk(ServerConfig { burst: true, ..slow_echo() });
    client.say(24_000, &voice(24_000, 20_000, 1));
    assert_eq!(client.sound().len(), 20 * 24_000);
    assert_eq!(client.times("turnComplete"), []);
    client.pass(20 * SECOND);
    assert_eq!(millis(&client.times("turnComplete")), [20_000]);
}
