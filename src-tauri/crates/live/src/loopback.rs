//! Servers on this machine for the tests, and what they saw.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// Far more than anything here takes; only reached when something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it happens soon")
}

pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A request as it came over the wire.
#[derive(Debug)]
pub(crate) struct Seen {
    /// For example `GET /path HTTP/1.1`.
    pub(crate) line: String,
    /// The headers, names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads one request and nothing after it.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Seen {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon(stream.read_u8()).await.expect("a whole request"));
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").expect("a header"))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut seen = Seen { line, headers, body: String::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    soon(stream.read_exact(&mut body)).await.unwrap();
    seen.body = String::from_utf8(body).unwrap();
    seen
}

/// Answers with a status and a body.
pub(crate) async fn answer(stream: &mut (impl AsyncWrite + Unpin), status: u16, body: &str) {
    let head = format!("HTTP/1.1 {status} Word\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
}

/// Takes a connection and answers its only request.
pub(crate) async fn serve(listener: &TcpListener, status: u16, body: &str) -> Seen {
    let (mut stream, _) = soon(listener.accept()).await.unwrap();
    let seen = read_request(&mut stream).await;
    answer(&mut stream, status, body).await;
    seen
}
