//! Plain HTTP answers.

use serde_json::{Value, json};

use crate::config::ServerConfig;

const NOT_FOUND: &str = "This is the Vivavoce simulator, a Gemini Live server for demos and tests.\n\
    WebSocket: /ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent (also v1 and v1alpha)\n\
    Models: GET /v1beta/models\n\
    Ephemeral tokens: POST /v1beta/auth_tokens (also v1alpha)\n";
const UNREGISTERED: &str = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";

/// The models, or what is wrong with the key: the answer a client checks a key by.
pub(super) fn models(config: &ServerConfig, key: Option<&str>) -> String {
    if let Some(refusal) = key_refusal(config, key, config.require_key) {
        return refusal;
    }
    let models: Vec<_> = config
        .models
        .iter()
        .map(|model| {
            json!({"name": format!("models/{}", model.id), "displayName": model.id,
                "inputTokenLimit": 131_072, "supportedGenerationMethods": ["bidiGenerateContent"]})
        })
        .collect();
    ok(&json!({"models": models}))
}

/// What a bad key is answered, and none where one is `required`.
pub(super) fn key_refusal(config: &ServerConfig, key: Option<&str>, required: bool) -> Option<String> {
    match key {
        Some(key) if config.bad_keys.iter().any(|bad| bad == key) => Some(json_answer(
            400,
            "Bad Request",
            &json!({"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.",
                "status": "INVALID_ARGUMENT",
                "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com"}]}}),
        )),
        None if required => Some(error(403, "Forbidden", "PERMISSION_DENIED", UNREGISTERED)),
        Some(_) | None => None,
    }
}

/// 200 with a body.
pub(super) fn ok(body: &Value) -> String {
    json_answer(200, "OK", body)
}

/// 400 with what is wrong.
pub(super) fn bad_request(problem: &str) -> String {
    error(400, "Bad Request", "INVALID_ARGUMENT", problem)
}

/// 404 with what there is instead.
pub(super) fn not_found() -> String {
    text(404, "Not Found", NOT_FOUND)
}

/// 408: the request took too long.
pub(super) fn too_slow() -> String {
    text(408, "Request Timeout", "The request did not come in time.\n")
}

/// 411: the body has no length.
pub(super) fn length_required() -> String {
    text(411, "Length Required", "Send the body with a Content-Length.\n")
}

/// 413: the body is longer than so many bytes.
pub(super) fn too_large(most: usize) -> String {
    text(413, "Content Too Large", &format!("A body has at most {most} bytes.\n"))
}

/// 426: no WebSocket was asked for where there is nothing else.
pub(super) fn speaks_websocket() -> String {
    text(426, "Upgrade Required", "This address speaks WebSocket: connect with ws:// and send a setup message.\n")
}

/// 431: the head is longer than so many bytes.
pub(super) fn head_too_large(most: usize) -> String {
    text(431, "Request Header Fields Too Large", &format!("A request's head has at most {most} bytes.\n"))
}

/// The word that a body may be sent.
pub(super) const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

fn error(code: u16, phrase: &str, status: &str, message: &str) -> String {
    json_answer(code, phrase, &json!({"error": {"code": code, "message": message, "status": status}}))
}

fn json_answer(code: u16, phrase: &str, body: &Value) -> String {
    answer(code, phrase, "application/json; charset=UTF-8", &format!("{body:#}\n"))
}

fn text(code: u16, phrase: &str, body: &str) -> String {
    answer(code, phrase, "text/plain; charset=utf-8", body)
}

fn answer(code: u16, phrase: &str, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {code} {phrase}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
