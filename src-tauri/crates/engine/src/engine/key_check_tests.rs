//! A key is checked over real sockets, by a whole engine and by itself.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use vivavoce_audio::HostChoice;

use super::*;
use crate::command::Command;
use crate::engine::{Engine, EngineConfig};
use crate::secret::{KeyPlace, KeyStore};
use crate::settings::Network;

/// What must be found in no event.
const KEY: &str = "AIza-canary-0123456789";

/// Far more than anything here takes; only reached when something is wrong.
const LIMIT: Duration = Duration::from_secs(20);

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Takes a connection and answers its only request, which it gives.
async fn serve(listener: &TcpListener, status: u16, body: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} Word\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(head).unwrap()
}

/// A refusal in the service's form, which quotes the key.
fn refusal(status: u16, words: &str, reason: &str) -> String {
    let message = format!("{words} ({KEY})");
    json!({ "error": { "code": status, "message": message, "details": [{ "reason": reason }] } }).to_string()
}

fn settings(address: SocketAddr) -> Settings {
    Settings {
        service: Service::Custom,
        endpoint: Some(format!("http://{address}")),
        network: Network { proxy: Some("direct".into()), ..Network::default() },
        ..Settings::default()
    }
}

/// An engine, and what it tells: of each event all that it says, and of a check the check.
fn engine(settings: Settings) -> (Engine, mpsc::UnboundedReceiver<KeyCheck>, Arc<Mutex<String>>) {
    let (sender, checks) = mpsc::unbounded_channel();
    let told = Arc::new(Mutex::new(String::new()));
    let all = Arc::clone(&told);
    let config = EngineConfig {
        toolbox: crate::Toolbox::open(None, None),
        settings,
        store: None,
        settings_fault: None,
        keys: KeyStore::new(),
        demo: Box::new(|_| Err("not here".into())),
        phrase: Box::new(|| (Vec::new(), 24_000)),
        host: HostChoice::System,
        period: Duration::from_millis(20),
    };
    let engine = Engine::spawn(config, move |event: &Event| {
        writeln!(all.lock().unwrap(), "{event:?}").unwrap();
        if let Event::KeyCheck(check) = event {
            all.lock().unwrap().push_str(&serde_json::to_string(check).unwrap());
            sender.send(check.clone()).unwrap();
        }
    });
    (engine, checks, told)
}

/// What an engine tells of the key when the server answers this.
async fn checked(status: u16, body: &str) -> KeyCheck {
    let (listener, address) = listen().await;
    let (engine, mut checks, told) = engine(settings(address));
    engine.handle().send(Command::CheckKey(KEY.into())).unwrap();
    let asked = timeout(LIMIT, serve(&listener, status, body)).await.unwrap();
    assert!(asked.starts_with("GET /v1beta/models?"), "{asked}");
    assert!(asked.to_lowercase().contains(&format!("x-goog-api-key: {}", KEY.to_lowercase())), "{asked}");
    assert_eq!(checks.recv().await, Some(KeyCheck::Checking));
    let check = timeout(LIMIT, checks.recv()).await.unwrap().unwrap();
    timeout(LIMIT, engine.shut_down()).await.unwrap();
    let told = told.lock().unwrap();
    assert!(!told.contains("canary"), "{told}");
    assert!(!told.contains("place: Some"), "it was kept: {told}");
    check
}

fn code(check: &KeyCheck) -> Option<ProblemCode> {
    match check {
        KeyCheck::Refused { problem } | KeyCheck::Unreachable { problem } => Some(problem.code),
        KeyCheck::Checking | KeyCheck::Good => None,
    }
}

#[tokio::test]
async fn a_good_key_is_good_and_not_kept() {
    assert_eq!(checked(200, r#"{"models": []}"#).await, KeyCheck::Good);
}

#[tokio::test]
async fn a_wrong_key_is_refused_without_being_quoted() {
    let check = checked(400, &refusal(400, "API key not valid.", "API_KEY_INVALID")).await;
    let KeyCheck::Refused { problem } = check else { panic!("{check:?}") };
    assert_eq!((problem.code, problem.detail), (ProblemCode::KeyInvalid, None));
    assert!(problem.at > 0);
}

#[tokio::test]
async fn a_key_without_rights_is_refused() {
    let check = checked(403, &refusal(403, "The caller does not have permission", "")).await;
    assert!(matches!(check, KeyCheck::Refused { .. }), "{check:?}");
    assert_eq!(code(&check), Some(ProblemCode::PreconditionFailed));
}

#[tokio::test]
async fn a_service_in_trouble_says_nothing_of_the_key() {
    let check = checked(503, "{}").await;
    assert!(matches!(check, KeyCheck::Unreachable { .. }), "{check:?}");
    assert_eq!(code(&check), Some(ProblemCode::ServiceUnavailable));
}

#[tokio::test]
async fn a_service_that_is_not_there_says_nothing_of_the_key() {
    let (listener, address) = listen().await;
    drop(listener);
    let (engine, mut checks, _) = engine(settings(address));
    engine.handle().send(Command::CheckKey(KEY.into())).unwrap();
    assert_eq!(checks.recv().await, Some(KeyCheck::Checking));
    let check = timeout(LIMIT, checks.recv()).await.unwrap().unwrap();
    assert!(matches!(check, KeyCheck::Unreachable { .. }), "{check:?}");
    assert_eq!(code(&check), Some(ProblemCode::ConnectionRefused));
    engine.shut_down().await;
}

#[tokio::test]
async fn a_silent_service_is_waited_for_no_longer_than_was_said() {
    let (listener, address) = listen().await;
    let settings = settings(address);
    let key = SecretString::from(KEY);
    let target = target_with(&settings, &key).unwrap();
    let silent = async {
        let (stream, _) = listener.accept().await.unwrap();
        std::future::pending::<()>().await;
        drop(stream);
    };
    let patience = Duration::from_millis(50);
    let check = tokio::select! {
        check = opinion(target, settings, key, patience) => check,
        () = silent => unreachable!(),
    };
    assert_eq!(code(&check), Some(ProblemCode::HostUnreachable));
}

#[tokio::test]
async fn only_the_newest_key_is_told_of() {
    let (listener, address) = listen().await;
    let (engine, mut checks, _) = engine(settings(address));
    engine.handle().send(Command::CheckKey(KEY.into())).unwrap();
    // Is never answered.
    let (_first, _) = timeout(LIMIT, listener.accept()).await.unwrap().unwrap();
    engine.handle().send(Command::CheckKey("another".into())).unwrap();
    timeout(LIMIT, serve(&listener, 200, "{}")).await.unwrap();
    for expected in [KeyCheck::Checking, KeyCheck::Checking, KeyCheck::Good] {
        assert_eq!(timeout(LIMIT, checks.recv()).await.unwrap(), Some(expected));
    }
    engine.shut_down().await;
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_told() {
    let nowhere = Settings { service: Service::Custom, endpoint: None, ..Settings::default() };
    let (engine, mut checks, _) = engine(nowhere);
    engine.handle().send(Command::CheckKey(KEY.into())).unwrap();
    assert_eq!(checks.recv().await, Some(KeyCheck::Checking));
    assert_eq!(code(&checks.recv().await.unwrap()), Some(ProblemCode::EndpointInvalid));
    engine.shut_down().await;
}

#[tokio::test]
async fn a_key_that_was_good_can_be_kept() {
    let (listener, address) = listen().await;
    let (engine, _checks, told) = engine(settings(address));
    engine.handle().send(Command::CheckKey(KEY.into())).unwrap();
    timeout(LIMIT, serve(&listener, 200, "{}")).await.unwrap();
    engine.handle().send(Command::SetApiKey(Some(KEY.into()), KeyPlace::Session)).unwrap();
    let kept = async {
        while !told.lock().unwrap().contains("place: Some(Session)") {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, kept).await.unwrap();
    engine.shut_down().await;
}

#[test]
fn the_rehearsal_asks_gemini_with_the_key_whatever_else_opens_it() {
    let access = AccessSettings { kind: crate::settings::AccessKind::GoogleCloud, ..AccessSettings::default() };
    let rehearsal = Settings { service: Service::Demo, access, ..Settings::default() };
    let target = target_with(&entered_by_key(&rehearsal), &KEY.into()).unwrap();
    assert_eq!(target.endpoint, vivavoce_live::endpoint::Endpoint::gemini());
    assert!(matches!(target.access, Access::Key(_)));
}

#[test]
fn the_proxy_of_the_settings_is_used() {
    let proxy = Network { proxy: Some("socks5://127.0.0.1:9".into()), ..Network::default() };
    let target = target_with(&Settings { network: proxy, ..Settings::default() }, &KEY.into()).unwrap();
    assert!(matches!(target.network.proxy, vivavoce_live::network::Proxy::Url(_)));
}
