//! Sessions with functions: to be called, and to answer calls.

use std::time::Duration;

use serde_json::{Value, json};
use vivavoce_live::message::FunctionCall;
use vivavoce_simulator::{ServerConfig, TurnComplete};

use super::Client;

pub(crate) const V38: &str = "models/gemini-3.8-live";
pub(crate) const V38_THINKING: &str = "models/gemini-3.8-live-extended-thinking";
pub(crate) const V31: &str = "models/gemini-3.1-flash-live-preview";
pub(crate) const V25: &str = "models/gemini-2.5-flash-native-audio-preview-12-2025";
pub(crate) const VERTEX: &str = "projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio";
const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn slow_echo() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

/// A session with `get_weather` (and `set_light`), declared to behave so or without a word about it.
pub(crate) fn open(config: ServerConfig, model: &str, behavior: Option<&str>) -> Client {
    let mut client = Client::new(config);
    let mut weather = json!({"name": "get_weather", "parameters": {"type": "OBJECT", "properties": {}}});
    if let Some(behavior) = behavior {
        weather["behavior"] = json!(behavior);
    }
    client.send(&json!({"setup": {"model": model, "outputAudioTranscription": {}, "sessionResumption": {},
        "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}},
        "tools": [{"googleSearch": {}}, {"functionDeclarations": [weather, {"name": "set_light"}]}]}}));
    assert_eq!(client.closed, None);
    client.forget();
    client
}

/// Asks for the weather; the call.
pub(crate) fn call(client: &mut Client) -> FunctionCall {
    client.text("What is the weather? {\"city\": \"Oslo\"}");
    client.pass(SECOND);
    let mut calls = client.calls();
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

/// Answers a call and forgets what came before.
pub(crate) fn respond(client: &mut Client, call: &FunctionCall, more: &Value) {
    let mut response = json!({"name": call.name, "response": {"output": "rain"}});
    if let Some(id) = &call.id {
        response["id"] = json!(id);
    }
    for (name, value) in more.as_object().unwrap() {
        response[name] = value.clone();
    }
    client.forget();
    client.send(&json!({"toolResponse": {"functionResponses": [response]}}));
}

pub(crate) fn told(client: &Client) -> String {
    client.output_transcript()
}
