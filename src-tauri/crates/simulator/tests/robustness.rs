//! Whatever a client sends, in whatever order and whatever goes wrong, the peer keeps its own rules.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Client, voice};
use proptest::prelude::*;
use serde_json::json;
use vivavoce_simulator::{Access, FAULTS, Fault, Note, Profile, Registry, ServerConfig, TurnComplete};

/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGO4oKAAAALUARHMX99WAAAAAElFTkSuQmCC";

/// What a client might do next.
#[derive(Debug, Clone)]
enum Step {
    Press,
    Release,
    Speak(u64),
    Text,
    Content(bool),
    Frame,
    /// The newest call is answered, if there was one.
    Respond,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Press),
        Just(Step::Release),
        (20u64..600).prop_map(Step::Speak),
        Just(Step::Text),
        any::<bool>().prop_map(Step::Content),
        Just(Step::Frame),
        Just(Step::Respond),
        (1u64..1500).prop_map(Step::Wait),
    ]
}

/// One of all faults, with `number` for whatever it wants to know.
fn fault(index: usize, turn: Option<u64>, number: u64) -> Fault {
    let (name, keys) = FAULTS[index];
    let mut table = json!({"do": name});
    if let Some(turn) = turn {
        table["turn"] = json!(turn);
    }
    for key in keys {
        table[key] = match *key {
            "reason" | "name" => json!("why"),
            "args" => json!({"number": number}),
            "place" => json!(["before", "between", "after"][number as usize % 3]),
            "reworded" | "non-blocking" => json!(number.is_multiple_of(2)),
            "code" => json!(1011),
            "after-seconds" => json!(number as f64 / 100.0),
            "times" | "after-messages" => json!(number / 100),
            "seconds" => json!(number / 1000),
            _ => json!(number),
        };
    }
    serde_json::from_value(table).unwrap()
}

fn act(client: &mut Client, step: &Step) {
    match step {
        Step::Press => client.press(),
        Step::Release => client.release(),
        Step::Speak(millis) => client.speak(16_000, &voice(16_000, *millis, 1)),
        Step::Text => client.text("hello"),
        Step::Content(complete) => {
            client.send(&json!({"clientContent": {"turns": [{"parts": [{"text": "hi"}]}], "turnComplete": complete}}));
        }
        Step::Frame => client.send(&json!({"realtimeInput": {"video": {"mimeType": "image/png", "data": PIXEL}}})),
        Step::Respond => {
            let Some(call) = client.calls().pop() else { return };
            let response = json!({"id": call.id, "name": call.name, "response": {"output": "yes"}});
            client.send(&json!({"toolResponse": {"functionResponses": [response]}}));
        }
        Step::Wait(millis) => client.pass(Duration::from_millis(*millis)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_turn_is_answered_once_and_nothing_follows_an_interruption(
        steps in prop::collection::vec(step(), 1..30),
        interruptions in any::<bool>(),
    ) {
        let config = ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() };
        let handling = if interruptions { "START_OF_ACTIVITY_INTERRUPTS" } else { "NO_INTERRUPTION" };
        let mut client = Client::open(config, &json!({"realtimeInputConfig":
            {"automaticActivityDetection": {"disabled": true}, "activityHandling": handling}}));
        for step in &steps {
            act(&mut client, step);
        }
        client.release();
        client.pass(Duration::from_secs(100));
        prop_assert_eq!(&client.closed, &None);

        let outline = client.outline();
        prop_assert_eq!(outline.iter().filter(|word| **word == "setupComplete").count(), 1);
        let marks: Vec<_> = outline.into_iter().filter(|word| *word != "voice" && *word != "silence").collect();
        for two in marks.windows(2).filter(|two| two[0] == "interrupted") {
            prop_assert_eq!(two[1], "turnComplete");
        }
        let (mut ended, mut answered) = (Vec::new(), Vec::new());
        while let Some(note) = client.peer.poll_note() {
            match note {
                Note::TurnEnded { turn } => ended.push(turn),
                Note::Answered { turn, .. } => answered.push(turn),
                _ => {}
            }
        }
        prop_assert_eq!(&ended, &answered);
        prop_assert_eq!(client.times("turnComplete").len(), ended.len());
    }

    #[test]
    fn whatever_goes_wrong_time_passes_and_the_session_can_be_taken_up_again(
        steps in prop::collection::vec(step(), 1..20),
        faults in prop::collection::vec((0..FAULTS.len(), prop::option::of(1u64..3), 0u64..3000), 0..4),
        profile in prop::sample::select(vec![
            Profile::Gemini25, Profile::Gemini31, Profile::Gemini38, Profile::Gemini38Thinking, Profile::Vertex,
        ]),
    ) {
        let faults: Vec<Fault> = faults.into_iter().map(|(index, turn, number)| fault(index, turn, number)).collect();
        let config = ServerConfig { profile: Some(profile), faults, turn_complete: TurnComplete::Playback, ..ServerConfig::echo() };
        let (config, registry) = (Arc::new(config), Registry::default());
        let mut client = Client::connect(&config, &registry, Access::default(), Instant::now());
        let mut setup = json!({"model": common::MODEL, "sessionResumption": {}, "tools": [{"functionDeclarations": [{"name": "say_hello"}]}],
            "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}});
        client.send(&json!({"setup": setup}));
        for step in &steps {
            act(&mut client, step);
        }
        client.pass(Duration::from_secs(8000));
        prop_assert!(client.closed.is_some(), "no connection lives for ever");
        prop_assert!(client.received.iter().all(|(at, _)| *at <= client.now - client.start));

        let Some(handle) = client.handles().pop() else { return Ok(()) };
        let known = client.peer.history();
        client.disconnect();
        setup["sessionResumption"] = json!({"handle": handle});
        let mut next = Client::connect(&config, &registry, Access::default(), client.now);
        next.send(&json!({"setup": setup}));
        let resumed = next.peer.history();
        prop_assert!(resumed.len() <= known.len());
        prop_assert_eq!(&known[..resumed.len()], &resumed[..]);
    }

    #[test]
    fn bytes_of_any_kind_end_in_a_close_frame_at_worst(message in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut client = Client::new(ServerConfig::echo());
        client.send_bytes(&message);
        prop_assert_eq!(client.closed.map(|(code, _)| code), Some(1007));
    }
}
