//! Everything the official SDKs were captured sending is accepted, and means the same whichever sent it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Client;
use serde_json::{Value, json};
use vivavoce_live::message::unknown::unknown_field;
use vivavoce_live::message::{ClientMessage, Content, Tool};
use vivavoce_simulator::ServerConfig;

fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/sdk-captures")
}

/// All capture files.
fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(captures()).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = entries.filter(|file| file.extension().is_some_and(|name| name == "jsonl")).collect();
    assert!(files.len() >= 32, "only {} captures", files.len());
    files
}

/// The client's messages of a capture file, in order.
fn messages(file: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(file).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["dir"] == "c2s" && (line["type"] == "text" || line["type"] == "binary"))
        .map(|line| line["json"].clone())
        .collect()
}

fn parsed(case: &str) -> Vec<ClientMessage> {
    let messages = messages(&captures().join(format!("{case}.jsonl")));
    messages.into_iter().map(|message| normal(serde_json::from_value(message).unwrap())).collect()
}

/// Takes away what the SDKs do differently on purpose: the order of tools, and a role that says what its absence means.
fn normal(mut message: ClientMessage) -> ClientMessage {
    if let Some(setup) = &mut message.setup {
        let mut tools: Vec<Tool> = std::mem::take(&mut setup.tools);
        tools.sort_by_key(|tool| serde_json::to_string(tool).unwrap());
        setup.tools = tools;
    }
    if let Some(content) = &mut message.client_content {
        for turn in &mut content.turns {
            let Content { role, .. } = turn;
            role.get_or_insert_with(|| "user".into());
        }
    }
    for blob in message.realtime_input.iter_mut().flat_map(|input| input.audio.iter_mut()) {
        blob.mime_type = Some("audio/pcm;rate=16000".into());
    }
    message
}

#[test]
fn every_captured_message_is_accepted() {
    for file in files() {
        let mut client = Client::new(ServerConfig { strict: false, ..ServerConfig::echo() });
        for mut message in messages(&file) {
            // The session it leads to was another server's.
            if let Some(Value::Object(resumption)) = message.pointer_mut("/setup/sessionResumption") {
                resumption.remove("handle");
            }
            client.send(&message);
            assert_eq!(client.closed, None, "{} refused {message}", file.display());
        }
        assert!(client.received[0].1.setup_complete.is_some(), "{}", file.display());
    }
}

#[test]
fn no_captured_message_has_a_field_the_service_would_not_know() {
    for file in files() {
        for message in messages(&file) {
            assert_eq!(unknown_field(&message), None, "{}", file.display());
        }
    }
}

#[test]
fn the_same_conversation_parses_to_the_same_whichever_sdk_sent_it() {
    for case in ["seed", "ptt", "badmodel"] {
        assert_eq!(parsed(&format!("js-{case}")), parsed(&format!("py-{case}")), "{case}");
    }
    for case in ["seed", "ptt"] {
        assert_eq!(parsed(&format!("js-{case}")), parsed(&format!("v1.34-js-{case}")), "{case}");
        assert_eq!(parsed(&format!("py-{case}")), parsed(&format!("v1.56-py-{case}")), "{case}");
    }
}

#[test]
fn the_full_configuration_differs_only_in_what_an_sdk_leaves_out() {
    let setup = |case: &str| parsed(case)[0].setup.clone().unwrap();
    let (javascript, mut python) = (setup("js-full"), setup("py-full"));
    assert!(python.history_config.take().is_some(), "the JavaScript SDK drops historyConfig");
    // Python merges all function declarations into one tool and names what JavaScript lists apart.
    assert_eq!(javascript.tools.len(), python.tools.len());
    assert_eq!(javascript, python);
    assert_eq!(setup("v1.34-js-full").realtime_input_config, javascript.realtime_input_config);
    assert_eq!(setup("v1.56-py-full").context_window_compression, javascript.context_window_compression);
}

#[test]
fn the_messages_after_the_full_setup_mean_the_same() {
    let python: Vec<_> = parsed("py-full").into_iter().skip(1).collect();
    let javascript: Vec<_> = parsed("js-full").into_iter().skip(1).collect();
    assert!(javascript.iter().all(|message| python.contains(message)));
    let only_python: Vec<_> = python.iter().filter(|message| !javascript.contains(message)).collect();
    let expected: ClientMessage =
        serde_json::from_value(json!({"contextUpdate": {"tools": {"tools": [{"googleSearch": {}}]}}})).unwrap();
    assert_eq!(only_python, [&expected]);
}
