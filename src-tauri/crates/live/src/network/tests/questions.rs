//! Questions over plain HTTP and what may come back.

use super::super::http::{Answer, HttpFailure, Question, ask};
use super::*;
use crate::loopback::{read_request, serve};

async fn asked(url: &str, longest: usize) -> Result<Answer, HttpFailure> {
    let url = Url::parse(url).unwrap();
    let credential = Some(("x-goog-api-key", "key-1".to_owned().into()));
    let question = Question { url: &url, credential, json: None, longest };
    soon(ask(&NetworkConfig::default(), question)).await
}

/// What comes of an answer as it goes over the wire.
async fn on(answer: &[u8]) -> Result<(u16, String), HttpFailure> {
    let (listener, address) = listen().await;
    let server = async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(answer).await.unwrap();
        // Read on, or closing would cut off what is under way.
        let _ = stream.shutdown().await;
        let _ = stream.read(&mut [0; 16]).await;
    };
    let url = format!("http://{address}/");
    let (answer, ()) = tokio::join!(asked(&url, 100), server);
    answer.map(|answer| (answer.status, String::from_utf8(answer.body).unwrap()))
}

#[tokio::test]
async fn a_question_names_host_and_path_and_carries_the_key_in_a_header() {
    let (listener, address) = listen().await;
    let url = format!("http://{address}/a/b?c=d");
    let (answer, seen) = tokio::join!(asked(&url, 100), serve(&listener, 200, "yes"));
    assert_eq!(answer.unwrap().body, b"yes");
    assert_eq!(seen.line, "GET /a/b?c=d HTTP/1.1");
    assert_eq!(seen.header("host"), Some(address.to_string().as_str()));
    assert_eq!(seen.header("x-goog-api-key"), Some("key-1"));
    assert_eq!(seen.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn answers_of_every_form_are_taken() {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n";
    assert_eq!(on(chunked).await.unwrap(), (200, "yes".into()));
    assert_eq!(on(b"HTTP/1.0 200 OK\r\n\r\nyes").await.unwrap(), (200, "yes".into()), "until the end");
}

#[tokio::test]
async fn a_redirection_is_an_answer_and_not_followed() {
    let away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(on(away).await.unwrap().0, 302);
}

#[tokio::test]
async fn nonsense_and_broken_connections_are_told_apart() {
    let long = format!("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n{:101}", "");
    let long = on(long.as_bytes()).await.unwrap_err();
    assert!(matches!(long, HttpFailure::Nonsense { .. }), "{long:?}");
    let other = on(b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await.unwrap_err();
    assert!(matches!(other, HttpFailure::Nonsense { .. }), "{other:?}");
    assert!(!other.is_retryable());
    let half = on(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf").await.unwrap_err();
    assert!(matches!(half, HttpFailure::Broken { .. }), "{half:?}");
    let none = on(b"").await.unwrap_err();
    assert!(matches!(none, HttpFailure::Broken { .. }) && none.is_retryable(), "{none:?}");
}

#[tokio::test]
async fn an_endless_answer_ends_at_its_limit() {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(&[b'a'; 4096]).await.is_ok() {}
    });
    let endless = asked(&format!("http://{address}/"), 10_000).await.err().unwrap();
    assert!(matches!(endless, HttpFailure::Nonsense { .. }), "{endless:?}");
}
