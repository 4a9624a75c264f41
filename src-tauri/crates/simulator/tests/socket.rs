//! The server over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::voice;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use vivavoce_live::message::{ClientMessage, ServerMessage};
use vivavoce_simulator::{Faults, Server, ServerConfig, ServerError};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATH: &str = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const PATIENCE: Duration = Duration::from_secs(10);

async fn connect(server: &Server, target: &str) -> Socket {
    connect_async(format!("{}{target}", server.url())).await.unwrap().0
}

async fn send(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn next(socket: &mut Socket) -> Message {
    timeout(PATIENCE, socket.next()).await.expect("a message in time").expect("an open socket").unwrap()
}

async fn next_parsed(socket: &mut Socket) -> ServerMessage {
    let Message::Binary(json) = next(socket).await else { panic!("not a binary message") };
    assert!(json.ends_with(b"}\n") && json.starts_with(b"{\n"), "not pretty: {json:?}");
    serde_json::from_slice(&json).unwrap()
}

async fn closed(socket: &mut Socket) -> (u16, String) {
    loop {
        if let Message::Close(frame) = next(socket).await {
            let frame = frame.expect("a code");
            return (frame.code.into(), frame.reason.to_string());
        }
    }
}

/// Status line and body of a plain HTTP answer.
async fn get(address: SocketAddr, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("an answer in time").unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

fn push_to_talk() -> Value {
    json!({"setup": {"model": "models/gemini-3.8-live",
        "realtimeInputConfig": {"automaticActivityDetection": {"disabled": true}}}})
}

#[tokio::test]
async fn a_turn_is_observed_to_the_last_sample_and_answered() {
    let server = Server::bind(ServerConfig { pace: 100.0, ..ServerConfig::echo() }).unwrap();
    let mut socket = connect(&server, &format!("{PATH}?key=secret")).await;
    send(&mut socket, &push_to_talk()).await;
    assert!(next_parsed(&mut socket).await.setup_complete.is_some());
    let said = voice(24_000, 900, 1);
    send(&mut socket, &json!({"realtimeInput": {"activityStart": {}}})).await;
    for piece in said.chunks(480) {
        let bytes = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let message = serde_json::to_vec(&ClientMessage::audio("audio/pcm;rate=24000", bytes)).unwrap();
        socket.send(Message::binary(message)).await.unwrap();
    }
    send(&mut socket, &json!({"realtimeInput": {"activityEnd": {}}})).await;

    let observed = server.observed();
    let turn = timeout(PATIENCE, observed.turn_ended(0, 1)).await.unwrap();
    assert_eq!(turn.pcm(), said);
    assert!(turn.sound.windows(2).all(|two| two[0].at <= two[1].at));
    let connection = &observed.connections()[0];
    assert_eq!(connection.access.key.as_deref(), Some("secret"));
    assert!(!format!("{connection:?}").contains("secret"), "the key stays out of logs");
    assert_eq!(connection.messages.len(), 1 + 1 + said.chunks(480).count() + 1);
    assert_eq!(connection.sent_bytes().len(), said.len() * 2);

    let mut answer = Vec::new();
    loop {
        let message = next_parsed(&mut socket).await;
        let Some(content) = message.server_content else { continue };
        let parts = content.model_turn.into_iter().flat_map(|turn| turn.parts);
        answer.extend(parts.filter_map(|part| part.inline_data).flat_map(|blob| blob.data.0));
        if content.turn_complete {
            break;
        }
    }
    assert_eq!(answer.len(), said.len() * 2);
    assert!(timeout(PATIENCE, observed.turn_answered(0, 1)).await.unwrap().answered_at.is_some());
}

#[tokio::test]
async fn a_bad_key_is_refused_after_setup_by_a_close_frame() {
    let config = ServerConfig { bad_keys: vec!["wrong".into()], ..ServerConfig::echo() };
    let server = Server::bind(config).unwrap();
    let mut request = format!("{}/{PATH}", server.url()).into_client_request().unwrap();
    request.headers_mut().insert("x-goog-api-key", "wrong".parse().unwrap());
    let mut socket = connect_async(request).await.unwrap().0;
    send(&mut socket, &push_to_talk()).await;
    assert_eq!(closed(&mut socket).await, (1007, "API key not valid. Please pass a valid API key.".into()));
    let (code, _) = timeout(PATIENCE, server.observed().closed(0)).await.unwrap();
    assert_eq!(code, Some(1007));
}

#[tokio::test]
async fn the_clients_close_code_is_observed() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut socket = connect(&server, PATH).await;
    socket.close(None).await.unwrap();
    assert_eq!(timeout(PATIENCE, server.observed().closed(0)).await.unwrap(), (None, String::new()));
}

#[tokio::test]
async fn pings_are_answered() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut socket = connect(&server, PATH).await;
    socket.send(Message::Ping("are you there".into())).await.unwrap();
    assert_eq!(next(&mut socket).await, Message::Pong("are you there".into()));
}

#[tokio::test]
async fn a_cut_connection_ends_without_a_close_frame() {
    let faults = Faults { drop_after_messages: Some(1), ..Faults::default() };
    let server = Server::bind(ServerConfig { faults, ..ServerConfig::echo() }).unwrap();
    let mut socket = connect(&server, PATH).await;
    send(&mut socket, &push_to_talk()).await;
    assert!(next_parsed(&mut socket).await.setup_complete.is_some());
    assert!(matches!(timeout(PATIENCE, socket.next()).await.unwrap(), None | Some(Err(_))));
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let address = server.address();
    let mut socket = connect(&server, PATH).await;
    send(&mut socket, &push_to_talk()).await;
    next(&mut socket).await;
    drop(server);
    assert_eq!(closed(&mut socket).await.0, 1001);
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(PATIENCE, refused).await.expect("nobody listens any more");
}

#[tokio::test]
async fn several_clients_talk_at_once() {
    let server = Server::bind(ServerConfig { pace: 100.0, ..ServerConfig::echo() }).unwrap();
    let mut sockets = vec![connect(&server, PATH).await, connect(&server, PATH).await, connect(&server, PATH).await];
    for socket in &mut sockets {
        send(socket, &push_to_talk()).await;
        send(socket, &json!({"realtimeInput": {"text": "hello"}})).await;
    }
    for socket in &mut sockets {
        while !next_parsed(socket).await.server_content.is_some_and(|content| content.turn_complete) {}
    }
    assert_eq!(server.observed().connections().len(), 3);
}

#[tokio::test]
async fn plain_http_gets_the_models_or_a_helpful_sentence() {
    let config = ServerConfig { bad_keys: vec!["wrong".into()], ..ServerConfig::echo() };
    let server = Server::bind(config).unwrap();
    let (status, body) = get(server.address(), "GET /v1beta/models?key=any HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let models: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(models["models"][0]["name"], "models/gemini-3.8-live");
    let (status, body) = get(server.address(), "GET /v1beta/models HTTP/1.1\r\nx-goog-api-key: wrong\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 400 Bad Request");
    assert!(body.contains("API_KEY_INVALID"));
    let (status, body) = get(server.address(), "GET /favicon.ico HTTP/1.1\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    assert!(body.contains("Vivavoce simulator"));
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
