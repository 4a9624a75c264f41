//! Functions and searches: calls out, results in, on every kind of model.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::tools::{V25, V31, V38, V38_THINKING, VERTEX, call, open, respond, slow_echo, told};
use common::{Client, voice};
use serde_json::{Value, json};
use vivavoce_live::message::FunctionCall;
use vivavoce_simulator::ServerConfig;

const SECOND: Duration = Duration::from_secs(1);
const INVALID: &str = "Request contains an invalid argument.";

#[test]
fn a_blocking_call_leaves_the_model_silent_until_it_is_answered() {
    for (model, behavior) in [(V25, None), (V31, None), (V31, Some("BLOCKING")), (V38, Some("BLOCKING"))] {
        let mut client = open(ServerConfig::echo(), model, behavior);
        let call = call(&mut client);
        client.pass(30 * SECOND);
        assert_eq!(client.outline(), ["busy", "call"], "{model}");
        assert_eq!(Value::Object(call.args.clone()), json!({"city": "Oslo"}));
        respond(&mut client, &call, &json!({}));
        client.pass(SECOND);
        assert_eq!(
            client.shape(),
            ["sound", "spoken", "sound", "generationComplete", "turnComplete", "usage", "handle"],
            "{model}"
        );
        assert_eq!(told(&client), " get_weather: {\"output\":\"rain\"}");
        assert!(client.usage()[0].tool_use_prompt_token_count.is_some());
    }
}

#[test]
fn vertex_completes_its_generation_with_the_call() {
    let mut client = open(ServerConfig::echo(), VERTEX, None);
    call(&mut client);
    assert_eq!(client.outline(), ["busy", "call", "generationComplete"]);
}

#[test]
fn real_time_input_while_an_older_model_waits_ends_the_connection() {
    for (model, refused) in [(V25, true), (V31, true), (V38, false)] {
        let behavior = (model == V38).then_some("BLOCKING");
        let mut client = open(ServerConfig::echo(), model, behavior);
        call(&mut client);
        client.press();
        let expected = (1008, "Operation is not implemented, or supported, or enabled.".to_owned());
        assert_eq!(client.closed, refused.then_some(expected), "{model}");
    }
}

#[test]
fn an_interruption_drops_a_blocking_call_and_its_late_answer_is_ignored() {
    let mut client = open(ServerConfig::echo(), V38, Some("BLOCKING"));
    let call = call(&mut client);
    client.forget();
    client.press();
    assert_eq!(client.outline(), ["voice", "interrupted", "turnComplete", "usage", "handle"]);
    client.release();
    respond(&mut client, &call, &json!({}));
    client.pass(5 * SECOND);
    assert_eq!(client.outline(), Vec::<&str>::new());
}

#[test]
fn a_model_that_thinks_is_in_progress_while_any_call_is_open() {
    let mut client = open(slow_echo(), V38_THINKING, None);
    client.text("get_weather and set_light");
    client.pass(5 * SECOND);
    let calls = client.calls();
    respond(&mut client, &calls[0], &json!({}));
    client.pass(5 * SECOND);
    assert_eq!(client.outline().last(), Some(&"usage"));
    assert!(client.outline().contains(&"inProgress"), "one is still open: {:?}", client.outline());
    respond(&mut client, &calls[1], &json!({}));
    client.pass(5 * SECOND);
    assert!(client.outline().contains(&"idle") && client.outline().contains(&"handle"), "{:?}", client.outline());
}

#[test]
fn a_model_that_thinks_and_calls_nothing_says_when_it_is_idle() {
    let mut client = open(slow_echo(), V38_THINKING, None);
    client.text("hello");
    client.pass(5 * SECOND);
    let filled = ["busy", "sound", "spoken", "sound", "turnComplete", "inProgress"];
    let answered = ["sound", "spoken", "sound", "generationComplete", "turnComplete", "idle", "usage", "handle"];
    assert_eq!(client.shape(), [&filled[..], &answered].concat());
}

#[test]
fn a_non_blocking_call_ends_the_turn_and_its_result_is_told_later() {
    for (model, behavior) in [(V38, None), (V38, Some("NON_BLOCKING")), (V25, Some("NON_BLOCKING"))] {
        let mut client = open(slow_echo(), model, behavior);
        let call = call(&mut client);
        let mut expected = vec!["busy", "call"];
        if model == V25 {
            expected.extend(["sound", "spoken", "sound"]);
        }
        expected.extend(["generationComplete", "turnComplete", "usage"]);
        assert_eq!(client.shape(), expected, "{model}: and no handle while the call is open");
        respond(&mut client, &call, &json!({}));
        client.pass(SECOND);
        assert_eq!(
            client.shape(),
            ["busy", "sound", "spoken", "sound", "generationComplete", "turnComplete", "usage", "handle"]
        );
        assert_eq!(told(&client), " get_weather: {\"output\":\"rain\"}");
    }
}

#[test]
fn a_result_waits_until_the_model_is_idle() {
    for more in [json!({}), json!({"scheduling": "WHEN_IDLE"})] {
        let mut client = open(slow_echo(), V38, None);
        let call = call(&mut client);
        client.say(24_000, &voice(24_000, 3000, 1));
        respond(&mut client, &call, &more);
        client.pass(2 * SECOND);
        assert_eq!(told(&client), "");
        client.pass(2 * SECOND);
        assert_eq!(told(&client), " get_weather: {\"output\":\"rain\"}");
        assert!(client.times("interrupted").is_empty());
    }
}

#[test]
fn a_result_waits_for_the_user_to_finish() {
    let mut client = open(slow_echo(), V38, None);
    let call = call(&mut client);
    client.press();
    client.speak(16_000, &voice(16_000, 500, 1));
    respond(&mut client, &call, &json!({}));
    client.pass(10 * SECOND);
    assert_eq!(told(&client), "");
    client.release();
    client.pass(5 * SECOND);
    assert!(told(&client).ends_with("get_weather: {\"output\":\"rain\"}"), "{}", told(&client));
}

#[test]
fn a_result_may_interrupt_wherever_that_is_said() {
    for more in [
        json!({"scheduling": "INTERRUPT"}),
        json!({"response": {"output": "rain", "scheduling": "INTERRUPT"}}),
        json!({"response": {"output": "rain", "scheduling": "SILENT"}, "scheduling": "INTERRUPT"}),
    ] {
        let mut client = open(slow_echo(), V38, None);
        let call = call(&mut client);
        client.say(24_000, &voice(24_000, 3000, 1));
        respond(&mut client, &call, &more);
        assert_eq!(client.outline()[..2], ["interrupted", "turnComplete"]);
        client.pass(SECOND);
        assert_eq!(told(&client), " get_weather: {\"output\":\"rain\"}");
    }
}

#[test]
fn a_silent_result_is_only_remembered() {
    let mut client = open(slow_echo(), V38, None);
    let call = call(&mut client);
    let before = client.usage().last().unwrap().prompt_token_count.unwrap().0;
    respond(&mut client, &call, &json!({"response": {"output": "rain", "scheduling": "SILENT"}}));
    client.pass(5 * SECOND);
    assert_eq!(client.outline(), ["handle"], "the session can be resumed again");
    client.text("thanks");
    client.pass(5 * SECOND);
    assert!(client.usage()[0].prompt_token_count.unwrap().0 >= before + 8);
}

#[test]
fn a_call_that_continues_takes_several_results() {
    let mut client = open(slow_echo(), V38, None);
    let call = call(&mut client);
    for part in ["first", "second"] {
        respond(&mut client, &call, &json!({"willContinue": true, "response": {"output": part}}));
        client.pass(SECOND);
        assert_eq!(told(&client), format!(" get_weather: {{\"output\":\"{part}\"}}"));
        assert!(client.handles().is_empty(), "the call is still open");
    }
    respond(&mut client, &call, &json!({"scheduling": "SILENT"}));
    assert_eq!(client.handles().len(), 1);
    respond(&mut client, &call, &json!({}));
    client.pass(SECOND);
    assert_eq!(client.outline(), Vec::<&str>::new(), "nothing belongs to it any more");
}

#[test]
fn results_of_unknown_calls_are_ignored() {
    let mut client = open(slow_echo(), V38, None);
    let call = call(&mut client);
    let other = FunctionCall { id: Some("function-call-1".into()), ..call };
    respond(&mut client, &other, &json!({}));
    client.pass(5 * SECOND);
    assert_eq!((client.outline(), client.closed), (Vec::<&str>::new(), None));
}

#[test]
fn several_functions_are_called_in_one_message_and_awaited_together() {
    let mut client = open(ServerConfig::echo(), V25, None);
    client.text("get_weather {\"city\": \"Oslo\"} then set_light {\"on\": true}");
    client.pass(SECOND);
    let calls = client.calls();
    assert_eq!(calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(), ["get_weather", "set_light"]);
    assert_eq!(client.times("call").len(), 1);
    respond(&mut client, &calls[1], &json!({"response": {"on": true}}));
    client.pass(SECOND);
    assert_eq!(client.outline(), Vec::<&str>::new(), "one is still open");
    respond(&mut client, &calls[0], &json!({}));
    client.pass(SECOND);
    assert_eq!(told(&client), " set_light: {\"on\":true} get_weather: {\"output\":\"rain\"}");
}

#[test]
fn ids_have_the_form_of_their_model() {
    let id = |model: &str| call(&mut open(ServerConfig::echo(), model, None)).id.unwrap();
    for model in [V25, V31] {
        let id = id(model);
        let digits = id.strip_prefix("function-call-").unwrap();
        assert!(digits.len() == 19 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    }
    assert!(id(V38).starts_with("call_"));
    assert_eq!(id(VERTEX).split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
}

#[test]
fn a_model_that_thinks_says_so_until_the_result_is_told() {
    let mut client = open(slow_echo(), V38_THINKING, None);
    let call = call(&mut client);
    assert_eq!(client.shape(), ["busy", "sound", "spoken", "sound", "turnComplete", "inProgress", "call"]);
    let status = client.received.iter().find_map(|(_, message)| message.tool_call.as_ref().map(|_| message.clone()));
    assert!(status.unwrap().interaction_status.is_some());
    respond(&mut client, &call, &json!({}));
    client.pass(SECOND);
    assert_eq!(
        client.shape(),
        ["busy", "sound", "spoken", "sound", "generationComplete", "turnComplete", "idle", "usage", "handle"]
    );
}

#[test]
fn a_model_that_thinks_is_idle_after_a_silent_result_too() {
    let mut client = open(slow_echo(), V38_THINKING, None);
    let call = call(&mut client);
    respond(&mut client, &call, &json!({"scheduling": "SILENT"}));
    assert_eq!(client.outline(), ["turnComplete", "idle", "handle"]);
}

#[test]
fn behaviours_a_model_does_not_have_are_refused() {
    for (model, behavior) in [(V31, "NON_BLOCKING"), (V38_THINKING, "BLOCKING")] {
        let mut client = Client::new(ServerConfig::echo());
        client.send(&json!({"setup": {"model": model,
            "tools": [{"functionDeclarations": [{"name": "f", "behavior": behavior}]}]}}));
        assert_eq!(client.closed, Some((1007, INVALID.into())), "{model}");
    }
}

#[test]
fn tools_no_live_model_has_and_names_that_are_none_are_refused() {
    let long = "f".repeat(129);
    for tool in [
        json!({"codeExecution": {}}),
        json!({"urlContext": {}}),
        json!({"googleMaps": {}}),
        json!({"functionDeclarations": [{"name": ""}]}),
        json!({"functionDeclarations": [{"name": "1st"}]}),
        json!({"functionDeclarations": [{"name": "get weather"}]}),
        json!({"functionDeclarations": [{"name": long}]}),
        json!({"functionDeclarations": vec![json!({"name": "f"}); 513]}),
    ] {
        let mut client = Client::new(ServerConfig::echo());
        client.send(&json!({"setup": {"model": V38, "tools": [tool]}}));
        assert_eq!(client.closed, Some((1007, INVALID.into())), "{tool}");
    }
}

#[test]
fn a_context_update_changes_the_tools_and_the_instruction() {
    let mut client = open(ServerConfig::echo(), V38, None);
    client.send(&json!({"contextUpdate": {"tools": {"tools": []},
        "systemInstruction": {"parts": [{"text": "Be very brief."}]}}}));
    client.text("weather");
    client.pass(SECOND);
    assert!(client.calls().is_empty());
    assert_eq!(client.usage()[0].prompt_token_count.unwrap().0, 4 + 2);
    client.send(&json!({"contextUpdate": {"tools": {"tools": [{"functionDeclarations": [{"name": "set_clock"}]}]}}}));
    client.text("clock");
    assert_eq!(client.calls()[0].name, "set_clock");
}

#[test]
fn a_search_names_its_sources_and_says_they_are_not_real() {
    let mut client = open(ServerConfig::echo(), V38, None);
    client.text("Please search for the tides");
    client.pass(SECOND);
    assert_eq!(client.shape()[..5], ["busy", "sound", "spoken", "sound", "sources"]);
    let sources = client.contents().find_map(|content| content.grounding_metadata.clone()).unwrap();
    assert_eq!(sources["webSearchQueries"], json!(["Please search for the tides"]));
    let title = sources["groundingChunks"][0]["web"]["title"].as_str().unwrap();
    assert!(title.contains("(simulated)"));
    let address = sources["groundingChunks"][0]["web"]["uri"].as_str().unwrap();
    assert!(address.starts_with("https://example.com/"));
    client.forget();
    client.text("And now without");
    client.pass(SECOND);
    assert!(client.times("sources").is_empty());
}

/// A demo whose functions are declared with what they take, and that has greeted already.
fn guide() -> Client {
    let minutes = json!({"type": "OBJECT", "properties": {"minutes": {"type": "NUMBER"}}});
    let link = json!({"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]});
    let setup = json!({"outputAudioTranscription": {}, "tools": [{"googleSearch": {}}, {"functionDeclarations": [
        {"name": "set_timer", "parameters": minutes}, {"name": "open_link", "parametersJsonSchema": link}]}]});
    let mut client = Client::open(ServerConfig::default(), &setup);
    client.text("hello");
    client.pass(30 * SECOND);
    client.forget();
    client
}

#[test]
fn the_guide_calls_what_a_text_names_and_tells_the_result() {
    let mut client = guide();
    client.text("Please set a timer for 5 minutes");
    client.pass(SECOND);
    let call = client.calls().remove(0);
    assert_eq!((call.name.as_str(), Value::Object(call.args.clone())), ("set_timer", json!({"minutes": 5})));
    assert!(client.sound().is_empty(), "and doesn't explain that it only repeats voices");
    respond(&mut client, &call, &json!({"response": {"output": "rings at 10:05"}}));
    client.pass(SECOND);
    assert_eq!(told(&client), " set_timer: {\"output\":\"rings at 10:05\"}");
    assert!(!client.sound().is_empty());
    client.forget();
    client.text("Open the link https://example.com/");
    assert_eq!(Value::Object(client.calls().remove(0).args), json!({"url": "https://example.com/"}));
}

#[test]
fn the_guide_searches_too() {
    let mut client = guide();
    client.text("Search for the tides");
    client.pass(30 * SECOND);
    let sources = client.contents().find_map(|content| content.grounding_metadata.clone()).unwrap();
    assert!(sources["groundingChunks"][0]["web"]["title"].as_str().unwrap().ends_with("(simulated)"));
}
