//! The commands and their permissions, through Tauri's own dispatch without a window.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../src-tauri/crates/cli/tests/secrets/disguise.rs"]
mod disguise;

use disguise::found_in;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager as _, WebviewWindow, WebviewWindowBuilder};
use vivavoce_engine::{HostChoice, KeyStore, SettingsStore};

/// A canary that must come back nowhere.
const KEY: &str = "AIza-canary-0123456789";

struct Stage {
    app: App<MockRuntime>,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = vivavoce::builder(mock_builder()).build(vivavoce::context()).unwrap();
        let store = SettingsStore::new(folder.path().join("settings.json"));
        vivavoce::start_engine(
            app.handle(),
            store,
            KeyStore::new().with_environment(Some(KEY.into())),
            HostChoice::System,
            Box::new(|_| {}),
        );
        Self { app, _folder: folder }
    }

    fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        self.app.get_webview_window(label).unwrap_or_else(|| {
            WebviewWindowBuilder::new(&self.app, label, tauri::WebviewUrl::default()).build().unwrap()
        })
    }

    fn invoke(&self, window: &str, command: &str, body: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(body),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_string(),
        };
        get_ipc_response(&self.window(window), request).map(|body| body.deserialize().unwrap())
    }

    fn snapshot(&self) -> Value {
        self.invoke("main", "subscribe", json!({ "channel": "__CHANNEL__:7" })).unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        vivavoce::stop_engine(self.app.handle());
    }
}

#[test]
fn the_main_window_gets_a_snapshot_without_the_key() {
    let stage = Stage::new();
    let snapshot = stage.snapshot();
    assert_eq!(snapshot["settings"]["service"], "gemini");
    assert!(!snapshot["models"].as_array().unwrap().is_empty());
    assert_eq!(snapshot["voices"].as_array().unwrap().len(), 30);
    assert!(!snapshot.to_string().contains("canary"));
}

#[test]
fn only_addresses_of_the_web_are_opened() {
    let stage = Stage::new();
    for url in ["javascript:alert(1)", "file:///etc/passwd", "https://user@example.com/"] {
        let refused = stage.invoke("main", "open_link", json!({ "url": url })).unwrap_err();
        assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("url")), "{url}");
    }
}

#[test]
fn a_key_and_what_comes_of_it_are_never_told_back() {
    let stage = Stage::new();
    // Port 1 is the multiplexer's, which nobody runs.
    let patch = json!({ "service": "custom", "endpoint": "ws://127.0.0.1:1" });
    stage.invoke("main", "update_settings", json!({ "patch": patch })).unwrap();
    stage.invoke("main", "check_key", json!({ "key": KEY })).unwrap();
    stage.invoke("main", "set_api_key", json!({ "key": KEY, "place": "session" })).unwrap();
    stage.invoke("main", "connect", json!({})).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let snapshot = stage.snapshot();
        assert_eq!(found_in(snapshot.to_string().as_bytes(), KEY), None, "{snapshot}");
        if snapshot["problem"]["code"] == "connectionRefused" && snapshot["key"]["place"] == "session" {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "the connection wasn't refused: {snapshot}");
        std::thread::yield_now();
    }
    let error = stage.invoke("main", "set_api_key", json!({ "key": KEY, "place": "environment" })).unwrap_err();
    assert_eq!((error["code"].as_str(), error["field"].as_str()), (Some("invalid"), Some("place")));
    let error = stage.invoke("main", "set_api_key", json!({ "key": KEY, "place": "elsewhere" })).unwrap_err();
    assert_eq!(found_in(error.to_string().as_bytes(), KEY), None, "{error}");
}

#[test]
fn another_window_is_refused_every_command() {
    let stage = Stage::new();
    for command in ["talk", "subscribe", "set_api_key", "check_key", "update_settings"] {
        let error = stage.invoke("other", command, json!({})).unwrap_err();
        assert!(error.to_string().contains("not allowed"), "{command}: {error}");
    }
}

#[test]
fn the_main_window_is_refused_what_it_has_no_need_of() {
    let stage = Stage::new();
    for command in ["plugin:window|close", "plugin:event|emit", "plugin:app|version"] {
        let error = stage.invoke("main", command, json!({})).unwrap_err();
        assert!(error.to_string().contains("not allowed"), "{command}: {error}");
    }
}

#[test]
fn an_impossible_setting_is_refused_by_name() {
    let stage = Stage::new();
    let error = stage.invoke("main", "update_settings", json!({ "patch": { "mode": "shout" } })).unwrap_err();
    assert_eq!((error["code"].as_str(), error["field"].as_str()), (Some("invalid"), Some("mode")));
}

#[test]
fn a_possible_setting_is_taken() {
    let stage = Stage::new();
    stage.invoke("main", "update_settings", json!({ "patch": { "theme": "dark" } })).unwrap();
    // The engine works on a thread of its own: its answer is the snapshot's next state.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while stage.snapshot()["settings"]["theme"] != "dark" {
        assert!(std::time::Instant::now() < deadline, "the setting didn't arrive");
        std::thread::yield_now();
    }
}

#[test]
fn settings_go_out_as_a_text_and_come_back_without_changing_anything_yet() {
    let stage = Stage::new();
    let before = stage.snapshot()["settings"].clone();
    let text = stage.invoke("main", "settings_text", json!({})).unwrap();
    let text = text.as_str().unwrap().replace("\"theme\": \"system\"", "\"theme\": \"dark\"");
    let import = stage.invoke("main", "read_settings", json!({ "text": text })).unwrap();
    assert_eq!((&import["settings"]["theme"], &import["unusable"]), (&json!("dark"), &json!([])));
    assert_eq!(stage.snapshot()["settings"], before);
    let error = stage.invoke("main", "read_settings", json!({ "text": "hello" })).unwrap_err();
    assert_eq!(error["field"], "import");
}

#[test]
fn an_unknown_talk_action_is_refused() {
    let stage = Stage::new();
    stage.invoke("main", "talk", json!({ "action": "shout" })).unwrap_err();
}
