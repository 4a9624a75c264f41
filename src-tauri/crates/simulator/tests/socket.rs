//! The server over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod wire;

use std::time::Duration;

use common::voice;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use vivavoce_simulator::{FaultAction, Server, ServerConfig, ServerError, Surroundings, When};
use wire::{PATH, Socket, exchange, http, push_to_talk, soon};

#[tokio::test]
async fn a_turn_is_observed_to_the_last_sample_and_answered() {
    let server = Server::bind(ServerConfig { pace: 100.0, ..ServerConfig::echo() }).unwrap();
    let mut socket = Socket::connect(&server, &format!("{PATH}?key=secret")).await;
    socket.set_up(&push_to_talk()).await;
    let said = voice(24_000, 900, 1);
    socket.say(24_000, &said).await;

    let observed = server.observed();
    let turn = soon("turn", observed.turn_ended(0, 1)).await;
    assert_eq!(turn.pcm(), said);
    assert!(turn.sound.windows(2).all(|two| two[0].at <= two[1].at));
    let connection = &observed.connections()[0];
    assert_eq!(connection.access.key.as_deref(), Some("secret"));
    assert!(!format!("{connection:?}").contains("secret"), "the key stays out of logs");
    assert_eq!(connection.messages.len(), 1 + 1 + said.chunks(480).count() + 1);
    assert_eq!(connection.sent_bytes().len(), said.len() * 2);

    assert_eq!(socket.answer().await.len(), said.len() * 2);
    assert!(soon("answer", observed.turn_answered(0, 1)).await.answered_at.is_some());
}

#[tokio::test]
async fn a_bad_key_is_refused_after_setup_by_a_close_frame() {
    let config = ServerConfig { bad_keys: vec!["wrong".into()], ..ServerConfig::echo() };
    let server = Server::bind(config).unwrap();
    let mut socket = Socket::connect_with(&server, &format!("/{PATH}"), &[("x-goog-api-key", "wrong")]).await;
    socket.send(&json!({"setup": push_to_talk()})).await;
    assert_eq!(socket.closed().await, (1007, "API key not valid. Please pass a valid API key.".into()));
    let (code, _) = soon("end", server.observed().closed(0)).await;
    assert_eq!(code, Some(1007));
}

#[tokio::test]
async fn the_clients_close_code_is_observed() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    Socket::connect(&server, PATH).await.leave().await;
    assert_eq!(soon("end", server.observed().closed(0)).await, (None, String::new()));
}

#[tokio::test]
async fn a_session_is_free_to_be_resumed_once_its_socket_is_gone() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut setup = push_to_talk();
    setup["sessionResumption"] = json!({});
    let mut first = Socket::open(&server, &setup).await;
    setup["sessionResumption"]["handle"] =
        first.until(|message| message.session_resumption_update.clone()?.new_handle).await.into();
    let mut early = Socket::connect(&server, PATH).await;
    early.send(&json!({"setup": setup})).await;
    assert_eq!(early.closed().await, (1011, String::new()));
    drop(first);
    soon("end", server.observed().closed(0)).await;
    Socket::open(&server, &setup).await;
}

#[tokio::test]
async fn pings_are_answered() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut socket = Socket::connect(&server, PATH).await;
    socket.ping().await;
    assert_eq!(socket.next().await, Message::Pong("there?".into()));
}

#[tokio::test]
async fn messages_may_be_binary() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut socket = Socket::connect(&server, PATH).await;
    let setup = json!({"setup": push_to_talk()}).to_string();
    socket.stream.send(Message::binary(setup)).await.unwrap();
    assert!(socket.next_parsed().await.setup_complete.is_some());
}

#[tokio::test]
async fn a_cut_connection_ends_without_a_close_frame() {
    let cut = FaultAction::Drop { when: When::after_messages(1) };
    let server = Server::bind(ServerConfig::echo().with(cut)).unwrap();
    assert_eq!(Socket::open(&server, &push_to_talk()).await.ended().await, None);
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let address = server.address();
    let mut socket = Socket::open(&server, &push_to_talk()).await;
    drop(server);
    assert_eq!(socket.closed().await.0, 1001);
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    soon("refusal", refused).await;
}

#[tokio::test]
async fn several_clients_talk_at_once() {
    let server = Server::bind(ServerConfig { pace: 100.0, ..ServerConfig::echo() }).unwrap();
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::open(&server, &push_to_talk()).await;
        socket.send(&json!({"realtimeInput": {"text": "hello"}})).await;
        sockets.push(socket);
    }
    for socket in &mut sockets {
        socket.answer().await;
    }
    assert_eq!(server.observed().connections().len(), 3);
}

#[tokio::test]
async fn plain_http_gets_the_models_or_a_helpful_sentence() {
    let config = ServerConfig { bad_keys: vec!["wrong".into()], ..ServerConfig::echo() };
    let server = Server::bind(config).unwrap();
    let (status, body) = http(server.address(), "GET /v1beta/models?key=any HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let models: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(models["models"][0]["name"], "models/gemini-3.8-live");
    let (status, body) = http(server.address(), "GET /v1beta/models HTTP/1.1\r\nx-goog-api-key: wrong\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 400 Bad Request");
    assert!(body.contains("API_KEY_INVALID"));
    let (status, body) = http(server.address(), "GET /favicon.ico HTTP/1.1\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    assert!(body.contains("Vivavoce simulator"));
}

#[tokio::test]
async fn requests_without_end_are_refused() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(20_000));
    assert_eq!(http(server.address(), &endless).await.0, "HTTP/1.1 431 Request Header Fields Too Large");
    let long =
        format!("POST /v1beta/auth_tokens?key=k HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n{}", "x".repeat(99_999));
    assert_eq!(http(server.address(), &long).await.0, "HTTP/1.1 413 Content Too Large");
    assert_eq!(http(server.address(), "what is this\r\n\r\n").await.0, "HTTP/1.1 400 Bad Request");
}

#[tokio::test]
async fn slow_requests_are_given_up() {
    let surroundings = Surroundings { patience: Duration::from_millis(50), ..Surroundings::default() };
    let server = Server::bind_in(ServerConfig::echo(), surroundings).unwrap();
    assert_eq!(http(server.address(), "GET /v1beta/mod").await.0, "HTTP/1.1 408 Request Timeout");
    let unfinished = "POST /v1beta/auth_tokens?key=k HTTP/1.1\r\nContent-Length: 20\r\n\r\n{";
    assert_eq!(http(server.address(), unfinished).await.0, "HTTP/1.1 408 Request Timeout");
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_send_its_body() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = "POST /v1beta/auth_tokens?key=k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut word = [0; 25];
    soon("word", tokio::io::AsyncReadExt::read_exact(&mut stream, &mut word)).await.unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(exchange(stream, "{}").await.0, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn other_machines_are_not_served() {
    let config = ServerConfig { bind: "0.0.0.0:0".parse().unwrap(), ..ServerConfig::default() };
    assert!(matches!(Server::bind(config), Err(ServerError::NotLoopback(_))));
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let first = Server::bind(ServerConfig::echo()).unwrap();
    let second = Server::bind(ServerConfig { bind: first.address(), ..ServerConfig::echo() });
    assert!(matches!(second, Err(ServerError::Bind { .. })));
}

#[test]
fn without_a_runtime_there_is_no_server() {
    assert!(matches!(Server::bind(ServerConfig::echo()), Err(ServerError::NoRuntime)));
}
