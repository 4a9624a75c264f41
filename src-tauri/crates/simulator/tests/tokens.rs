//! Ephemeral tokens: created over HTTP, spent over WebSocket.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use vivavoce_simulator::{Server, ServerConfig, Surroundings, TokenRefusal, TokenStore};
use wire::{CONSTRAINED, PATH, Socket, http, push_to_talk};

/// Noon of the first day of 2030.
const NOON: u64 = 1_893_499_200;
const USED: (u16, &str) = (1011, "Token has been used too many times");

/// A server whose time of day is turned by hand.
struct Bench {
    server: Server,
    seconds: Arc<AtomicU64>,
}

impl Bench {
    fn new(config: ServerConfig) -> Self {
        let seconds = Arc::new(AtomicU64::new(NOON));
        let clock = Arc::clone(&seconds);
        let surroundings = Surroundings {
            clock: Arc::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst))),
            ..Surroundings::default()
        };
        Self { server: Server::bind_in(config, surroundings).unwrap(), seconds }
    }

    fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Status and body of a request for a token.
    async fn ask(&self, version: &str, headers: &str, body: &str) -> (String, Value) {
        let request = format!(
            "POST /{version}/auth_tokens HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (status, body) = http(self.server.address(), &request).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    async fn token(&self, body: &Value) -> String {
        let (status, answer) = self.ask("v1alpha", "x-goog-api-key: any\r\n", &body.to_string()).await;
        assert_eq!(status, "HTTP/1.1 200 OK", "{answer}");
        answer["name"].as_str().unwrap().to_owned()
    }

    /// Connects with a token in the query and sends a setup.
    async fn enter(&self, token: &str, setup: &Value) -> Socket {
        let mut socket = Socket::connect(&self.server, &format!("{CONSTRAINED}?access_token={token}")).await;
        socket.send(&json!({"setup": setup})).await;
        socket
    }

    async fn enters(&self, token: &str) {
        assert!(self.enter(token, &push_to_talk()).await.next_parsed().await.setup_complete.is_some());
    }

    async fn refusal(&self, token: &str) -> (u16, String) {
        self.enter(token, &push_to_talk()).await.closed().await
    }
}

fn invalid() -> (u16, String) {
    let refusal = TokenRefusal::Invalid;
    assert!(refusal.reason().starts_with("Missing or malformed auth token"));
    assert!(refusal.reason().contains("`access_token` query parameter"));
    (refusal.code(), refusal.reason())
}

#[tokio::test]
async fn a_token_opens_one_session_by_query_or_by_either_header() {
    let bench = Bench::new(ServerConfig::echo());
    let (status, answer) = bench.ask("v1beta", "x-goog-api-key: any\r\n", "").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let name = answer["name"].as_str().unwrap();
    assert!(name.starts_with("auth_tokens/") && name.len() > 30, "{name}");
    bench.enters(name).await;

    for header in ["authorization", "x-goog-api-key"] {
        let token = bench.token(&json!({})).await;
        let value = if header == "authorization" { format!("Token {token}") } else { token };
        let mut socket = Socket::connect_with(&bench.server, CONSTRAINED, &[(header, &value)]).await;
        socket.set_up(&push_to_talk()).await;
    }
}

#[tokio::test]
async fn creation_needs_a_good_key_and_a_version_that_knows_tokens() {
    let bench = Bench::new(ServerConfig { bad_keys: vec!["wrong".into()], ..ServerConfig::echo() });
    let (status, answer) = bench.ask("v1alpha", "", "").await;
    assert_eq!((status.as_str(), &answer["error"]["status"]), ("HTTP/1.1 403 Forbidden", &json!("PERMISSION_DENIED")));
    let (status, answer) = bench.ask("v1alpha", "x-goog-api-key: wrong\r\n", "").await;
    assert_eq!(status, "HTTP/1.1 400 Bad Request");
    assert_eq!(answer["error"]["details"][0]["reason"], "API_KEY_INVALID");
    assert_eq!(bench.ask("v1", "x-goog-api-key: any\r\n", "").await.0, "HTTP/1.1 404 Not Found");
    let (status, answer) =
        bench.ask("v1beta", "x-goog-api-key: any\r\n", r#"{"expireTime": "2030-01-02T08:00:00Z"}"#).await;
    assert_eq!(status, "HTTP/1.1 400 Bad Request");
    assert_eq!(answer["error"]["status"], "INVALID_ARGUMENT");
    assert!(answer["error"]["message"].as_str().unwrap().contains("20 hours"), "{answer}");
}

#[tokio::test]
async fn a_token_used_too_often_is_refused_after_setup() {
    let bench = Bench::new(ServerConfig::echo());
    let token = bench.token(&json!({"uses": 2})).await;
    bench.enters(&token).await;
    bench.enters(&token).await;
    assert_eq!(bench.refusal(&token).await, (USED.0, USED.1.to_owned()));
    let unlimited = bench.token(&json!({"uses": 0})).await;
    for _ in 0..5 {
        bench.enters(&unlimited).await;
    }
}

#[tokio::test]
async fn a_bogus_token_is_refused_after_setup_and_so_is_none() {
    let bench = Bench::new(ServerConfig::echo());
    assert_eq!(bench.refusal("auth_tokens/bogus").await, invalid());
    let mut keyed = Socket::connect(&bench.server, &format!("{CONSTRAINED}?key=any")).await;
    keyed.send(&json!({"setup": push_to_talk()})).await;
    assert_eq!(keyed.closed().await, invalid());
}

#[tokio::test]
async fn a_token_is_no_key() {
    let bench = Bench::new(ServerConfig::echo());
    let token = bench.token(&json!({})).await;
    let mut socket = Socket::connect(&bench.server, &format!("{PATH}?key={token}")).await;
    socket.send(&json!({"setup": push_to_talk()})).await;
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 1008);
    assert!(reason.starts_with("Method doesn't allow unregistered callers"), "{reason}");
    bench.enters(&token).await;
}

#[tokio::test]
async fn where_tokens_are_required_a_key_opens_nothing() {
    let bench = Bench::new(ServerConfig { tokens_required: true, ..ServerConfig::echo() });
    let mut socket = Socket::connect(&bench.server, &format!("{PATH}?key=any")).await;
    socket.send(&json!({"setup": push_to_talk()})).await;
    assert_eq!(socket.closed().await.0, 1008);
    bench.enters(&bench.token(&json!({})).await).await;
}

#[tokio::test]
async fn after_a_minute_no_session_is_opened_any_more() {
    let bench = Bench::new(ServerConfig::echo());
    let (early, late) = (bench.token(&json!({})).await, bench.token(&json!({})).await);
    bench.pass(59);
    bench.enters(&early).await;
    bench.pass(1);
    assert_eq!(bench.refusal(&late).await, invalid());
}

#[tokio::test]
async fn when_the_token_expires_messages_are_refused() {
    let bench = Bench::new(ServerConfig::echo());
    let token = bench.token(&json!({"expireTime": "2030-01-01T12:10:00Z"})).await;
    let mut socket = bench.enter(&token, &push_to_talk()).await;
    assert!(socket.next_parsed().await.setup_complete.is_some());
    bench.pass(599);
    socket.send(&json!({"realtimeInput": {"text": "still here"}})).await;
    socket.answer().await;
    bench.pass(1);
    socket.send(&json!({"realtimeInput": {"text": "too late"}})).await;
    assert_eq!(socket.closed().await, invalid());
}

#[tokio::test]
async fn a_silent_connection_is_closed_when_its_token_expires() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let soon = time::OffsetDateTime::now_utc() + Duration::from_secs(2);
    let body = json!({"expireTime": soon.format(&time::format_description::well_known::Rfc3339).unwrap()}).to_string();
    let request = format!("POST /v1alpha/auth_tokens?key=any HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (_, answer) = http(server.address(), &request).await;
    let token: Value = serde_json::from_str(&answer).unwrap();
    let target = format!("{CONSTRAINED}?access_token={}", token["name"].as_str().unwrap());
    let mut socket = Socket::connect(&server, &target).await;
    socket.set_up(&push_to_talk()).await;
    assert_eq!(socket.closed().await, invalid());
}

#[tokio::test]
async fn a_whole_setup_in_the_token_is_the_one_that_counts() {
    let bench = Bench::new(ServerConfig::echo());
    let token = bench.token(&json!({"bidiGenerateContentSetup": push_to_talk()})).await;
    let mut socket =
        bench.enter(&token, &json!({"model": "models/gemini-0.1-mute", "inputAudioTranscription": {}})).await;
    assert!(socket.next_parsed().await.setup_complete.is_some(), "the unknown model is ignored");
    socket.say(24_000, &vec![1000; 24_000]).await;
    socket.answer().await;
    let seen = bench.server.observed().connections()[0].messages[0].message.setup.clone().unwrap();
    assert_eq!(seen.model, "models/gemini-3.8-live");
    assert!(seen.input_audio_transcription.is_none());
}

#[tokio::test]
async fn a_mask_forces_its_fields_and_leaves_the_others_to_the_client() {
    let bench = Bench::new(ServerConfig::echo());
    let token = bench
        .token(&json!({"bidi_generate_content_setup": {"model": "models/gemini-3.1-flash-live-preview",
            "generationConfig": {"temperature": 0.3}}, "fieldMask": "model,generationConfig.temperature,system_instruction"}))
        .await;
    let mut socket = bench
        .enter(
            &token,
            &json!({"model": "models/gemini-3.8-live", "generation_config": {"temperature": 1.5, "top_p": 0.5},
                "systemInstruction": {"parts": [{"text": "Be rude."}]}, "outputAudioTranscription": {}}),
        )
        .await;
    assert!(socket.next_parsed().await.setup_complete.is_some());
    let seen = bench.server.observed().connections()[0].messages[0].message.setup.clone().unwrap();
    assert_eq!(seen.model, "models/gemini-3.1-flash-live-preview");
    let generation = seen.generation_config.unwrap();
    assert_eq!((generation.temperature, generation.top_p), (Some(0.3), Some(0.5)));
    assert!(seen.system_instruction.is_none(), "what the token leaves out is unset");
    assert!(seen.output_audio_transcription.is_some());
}

#[tokio::test]
async fn resuming_spends_no_use() {
    let bench = Bench::new(ServerConfig::echo());
    let token = bench.token(&json!({})).await;
    let mut setup = push_to_talk();
    setup["sessionResumption"] = json!({});
    let mut socket = bench.enter(&token, &setup).await;
    let handle = socket.until(|message| message.session_resumption_update.clone()?.new_handle).await;
    socket.leave().await;
    bench.pass(120);
    setup["sessionResumption"] = json!({"handle": handle});
    let mut resumed = bench.enter(&token, &setup).await;
    assert!(resumed.next_parsed().await.setup_complete.is_some());
    resumed.leave().await;
    assert_eq!(bench.refusal(&token).await, invalid(), "but nothing new is opened after a minute");
}

#[test]
fn tokens_stay_out_of_debug_output() {
    let store = TokenStore::new(1);
    let name = store.create(b"", true, SystemTime::UNIX_EPOCH).unwrap();
    assert!(!format!("{store:?}").contains(name.trim_start_matches("auth_tokens/")));
}

#[test]
fn old_tokens_give_way_to_new_ones() {
    let store = TokenStore::new(1);
    let admitted = |name: &str| store.admit(name, json!({}), SystemTime::UNIX_EPOCH).is_ok();
    let names: Vec<String> =
        (0..=10_000).map(|_| store.create(br#"{"uses": 0}"#, true, SystemTime::UNIX_EPOCH).unwrap()).collect();
    assert!(!admitted(&names[0]));
    assert!(admitted(&names[1]) && admitted(&names[10_000]));
}
