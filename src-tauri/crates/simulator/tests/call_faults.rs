//! Calls that go wrong on purpose: twice, without a name, again, taken back, in floods, beside the end of their turn.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::tools::{V25, V31, V38, V38_THINKING, VERTEX, call, open, respond, told};
use common::voice;
use serde_json::{Value, json};
use vivavoce_simulator::{AroundCall, Fault, FaultAction, ServerConfig};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_dropped_call_may_come_again_with_another_id() {
    let mut client =
        open(ServerConfig::echo().with(FaultAction::ReissueCall { reworded: false }), V38, Some("BLOCKING"));
    let first = call(&mut client);
    client.press();
    client.release();
    client.forget();
    client.text("And now?");
    let again = client.calls().remove(0);
    assert_eq!((&again.name, &again.args), (&first.name, &first.args));
    assert_ne!(again.id, first.id);
    respond(&mut client, &again, &json!({}));
    client.pass(SECOND);
    assert_eq!(told(&client), " get_weather: {\"output\":\"rain\"}");
}

#[test]
fn a_call_that_comes_again_may_say_the_same_in_other_words() {
    let mut client =
        open(ServerConfig::echo().with(FaultAction::ReissueCall { reworded: true }), V38, Some("BLOCKING"));
    client.text("weather {\"city\": \"Oslo\", \"days\": 2, \"at\": \"Europe/Oslo\", \"share\": 0.5, \"deep\": [1]}");
    client.press();
    client.release();
    client.forget();
    client.text("And now?");
    let again = Value::Object(client.calls().remove(0).args);
    assert_eq!(again, json!({"city": "oslo.", "days": 2.0, "at": "Europe/Oslo", "share": 0.5, "deep": [1]}));
}

#[test]
fn a_dropped_call_may_be_cancelled() {
    let mut client =
        open(ServerConfig::echo().with(FaultAction::CancelCall { non_blocking: false }), V38, Some("BLOCKING"));
    let call = call(&mut client);
    client.press();
    let cancelled = client.received.iter().find_map(|(_, message)| message.tool_call_cancellation.clone());
    assert_eq!(cancelled.unwrap().ids, [call.id.unwrap()]);
}

#[test]
fn calls_nobody_waits_for_are_cancelled_when_the_user_begins_where_that_is_asked_for() {
    for (model, idle) in [(V38, vec![]), (V38_THINKING, vec!["turnComplete", "idle"])] {
        let mut client = open(ServerConfig::echo().with(FaultAction::CancelCall { non_blocking: true }), model, None);
        let call = call(&mut client);
        client.forget();
        client.press();
        let expected = [&["voice", "cancellation"][..], &idle, &["handle"]].concat();
        assert_eq!(client.outline(), expected, "{model}: and the session can be resumed again");
        let cancelled = client.received.iter().find_map(|(_, message)| message.tool_call_cancellation.clone());
        assert_eq!(cancelled.unwrap().ids, [call.id.clone().unwrap()]);
        client.release();
        respond(&mut client, &call, &json!({}));
        client.pass(SECOND);
        assert_eq!(told(&client), "", "a late result belongs to nothing");
    }
    let mut client = open(ServerConfig::echo().with(FaultAction::CancelCall { non_blocking: false }), V38, None);
    call(&mut client);
    client.press();
    assert!(client.times("cancellation").is_empty(), "nothing was interrupted");
}

#[test]
fn the_turn_may_be_over_anywhere_beside_its_calls_and_the_results_are_told_all_the_same() {
    let marks = vec!["generationComplete", "turnComplete", "usage"];
    for (place, before, after) in [
        (AroundCall::Before, vec!["busy"], vec!["call"]),
        (AroundCall::Between, vec!["busy", "call"], vec!["call"]),
        (AroundCall::After, vec!["busy", "call"], vec![]),
    ] {
        for (model, behavior) in [(V25, Some("NON_BLOCKING")), (V25, None), (V38, None), (VERTEX, None)] {
            let config = ServerConfig::echo().with(Fault::from(FaultAction::CompleteAroundCall { place }).in_turn(1));
            let mut client = open(config, model, behavior);
            client.text("get_weather and set_light");
            client.pass(5 * SECOND);
            let expected = [&before[..], &marks, &after].concat();
            let mut shape = client.shape();
            // The older models have no handle at the beginning; none of them gives one while calls are open.
            assert!(!shape.contains(&"handle"), "{model} {place:?}: {shape:?}");
            shape.retain(|word| *word != "sound");
            assert_eq!(shape, expected, "{model} {place:?}");
            let calls = client.calls();
            assert_eq!(calls.len(), 2);
            respond(&mut client, &calls[1], &json!({"response": {"on": true}}));
            client.pass(5 * SECOND);
            let waits = behavior.is_none() && model != V38;
            assert_eq!(told(&client).is_empty(), waits, "{model} {place:?}: it waits for the other one");
            client.send(&json!({"toolResponse": {"functionResponses": [
                {"id": calls[0].id, "name": calls[0].name, "response": {"output": "rain"}}]}}));
            client.pass(5 * SECOND);
            assert_eq!(told(&client), " set_light: {\"on\":true} get_weather: {\"output\":\"rain\"}", "{model}");
            assert_eq!(client.outline().last(), Some(&"handle"), "{model} {place:?}");
        }
    }
}

#[test]
fn a_turn_over_before_its_result_leaves_an_older_model_as_deaf_as_ever() {
    let place = AroundCall::After;
    let mut client = open(ServerConfig::echo().with(FaultAction::CompleteAroundCall { place }), V31, None);
    call(&mut client);
    client.press();
    assert_eq!(client.closed.unwrap().0, 1008);
}

#[test]
fn a_model_that_thinks_says_its_turn_is_not_over_though_it_is_complete() {
    let place = AroundCall::Before;
    let mut client = open(ServerConfig::echo().with(FaultAction::CompleteAroundCall { place }), V38_THINKING, None);
    let call = call(&mut client);
    assert!(!client.outline().contains(&"idle"), "{:?}", client.outline());
    respond(&mut client, &call, &json!({}));
    client.pass(SECOND);
    assert!(client.outline().contains(&"idle"));
}

#[test]
fn a_made_up_call_needs_no_text_and_no_declaration() {
    let args = json!({"path": "/", "force": true}).as_object().unwrap().clone();
    let made_up = FaultAction::Call { name: "delete_everything".into(), args: args.clone() };
    let flood = FaultAction::FloodCalls { times: 3 };
    for behavior in [None, Some("BLOCKING")] {
        let config = ServerConfig::echo().with(made_up.clone()).with(flood.clone());
        let mut client = open(config, V38, behavior);
        client.say(24_000, &voice(24_000, 500, 1));
        client.pass(SECOND);
        let calls = client.calls();
        assert!(calls.iter().all(|call| call.name == "delete_everything" && call.args == args));
        assert_eq!((calls.len(), client.outline().contains(&"turnComplete")), (3, true));
    }
    let config = ServerConfig::echo().with(FaultAction::Call { name: "get_weather".into(), args });
    let mut client = open(config, V38, Some("BLOCKING"));
    client.text("hello");
    client.pass(SECOND);
    assert_eq!(client.outline(), ["busy", "call"], "a declared function is as it was declared");
}

#[test]
fn calls_without_an_id_are_answered_by_name() {
    let mut client = open(ServerConfig::echo().with(FaultAction::CallWithoutId), VERTEX, None);
    let call = call(&mut client);
    assert_eq!(call.id, None);
    respond(&mut client, &call, &json!({}));
    client.pass(SECOND);
    assert_eq!(told(&client), " get_weather: {\"output\":\"rain\"}");
}

#[test]
fn arguments_may_be_left_out_and_calls_come_twice() {
    let mut client = open(ServerConfig::echo().with(FaultAction::CallWithoutArgs), V38, None);
    assert!(call(&mut client).args.is_empty());
    let mut client = open(ServerConfig::echo().with(FaultAction::DuplicateCall), V38, None);
    let call = call(&mut client);
    assert_eq!(client.outline()[..3], ["busy", "callPart", "call"]);
    let part = client.contents().find_map(|content| content.model_turn.clone()).unwrap().parts.remove(0);
    assert_eq!(part.function_call, Some(call));
}
