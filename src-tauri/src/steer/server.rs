//! The first start: hears the later ones.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Runtime};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::act;
use super::place::Listener;
use super::protocol::{self, Answer, Order, Refusal, Request};

/// How long one may take to say what it wants and to hear the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many are heard at once; others wait.
const AT_ONCE: usize = 16;

/// After trouble that may last.
const PAUSE: Duration = Duration::from_millis(100);

/// Hears later starts until the program ends.
pub(crate) fn listen<R: Runtime>(app: &AppHandle<R>, listener: Listener) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = hear(&app, listener).await {
            tracing::error!(%error, "the program can't be steered from outside");
        }
    });
}

async fn hear<R: Runtime>(app: &AppHandle<R>, listener: Listener) -> io::Result<()> {
    let mut listener = listener.into_waiting()?;
    let seats = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else { return Ok(()) };
        match listener.accept().await {
            Ok(peer) => {
                let app = app.clone();
                tokio::spawn(async move {
                    let _seat = seat;
                    let answer = |request: Request| act::act(&app, &request);
                    // Whoever asked for the end has been answered.
                    if heard(peer, PATIENCE, answer).await == Some(Order::Quit) {
                        app.exit(0);
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a later start was not heard");
                sleep(PAUSE).await;
            }
        }
    }
}

/// What one orders who is quick enough.
async fn heard(
    peer: impl AsyncRead + AsyncWrite + Unpin,
    patience: Duration,
    answer: impl FnOnce(Request) -> Answer,
) -> Option<Order> {
    match timeout(patience, exchange(peer, answer)).await {
        Ok(Ok(order)) => order,
        Ok(Err(error)) => {
            tracing::debug!(%error, "a later start went away");
            None
        }
        Err(_) => None,
    }
}

/// Reads a line, answers it, and returns what was ordered if it was understood.
async fn exchange(
    peer: impl AsyncRead + AsyncWrite + Unpin,
    answer: impl FnOnce(Request) -> Answer,
) -> io::Result<Option<Order>> {
    let mut peer = BufReader::new(peer);
    let mut line = Vec::new();
    (&mut peer).take(protocol::LONGEST as u64).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        // Somebody only looked whether anybody is there.
        return Ok(None);
    }
    let request = if line.ends_with(b"\n") { Request::read(&line) } else { Err(Refusal::NotUnderstood) };
    let order = request.as_ref().ok().map(|request| request.order);
    let answer = request.map_or_else(Answer::Refused, answer);
    peer.write_all(&protocol::line(&answer)).await?;
    peer.shutdown().await?;
    Ok(order)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::duplex;

    use super::*;

    /// What one hears who sends these bytes and then nothing more.
    async fn told(sent: &[u8]) -> Answer {
        let (mut near, far) = duplex(2 * protocol::LONGEST);
        let server = tokio::spawn(exchange(far, |_| Answer::Done));
        near.write_all(sent).await.unwrap();
        near.shutdown().await.unwrap();
        let mut answer = Vec::new();
        near.read_to_end(&mut answer).await.unwrap();
        let _ = server.await.unwrap();
        serde_json::from_slice(&answer).unwrap()
    }

    #[tokio::test]
    async fn a_request_is_done_and_told_so() {
        let request = protocol::line(&Request { version: 1, order: Order::Quit, activation: None });
        assert_eq!(told(&request).await, Answer::Done);
    }

    #[tokio::test]
    async fn nonsense_is_refused() {
        assert_eq!(told(b"hello\n").await, Answer::Refused(Refusal::NotUnderstood));
        assert_eq!(told(b"{\"version\":7,\"order\":\"fly\"}\n").await, Answer::Refused(Refusal::OtherVersion));
    }

    #[tokio::test]
    async fn a_line_that_is_cut_off_is_refused() {
        let request = protocol::line(&Request { version: 1, order: Order::Quit, activation: None });
        assert_eq!(told(&request[..request.len() - 1]).await, Answer::Refused(Refusal::NotUnderstood));
    }

    #[tokio::test]
    async fn a_line_without_end_is_refused_before_it_ends() {
        let (mut near, far) = duplex(4 * protocol::LONGEST);
        let server = tokio::spawn(exchange(far, |_| Answer::Done));
        near.write_all(&vec![b' '; protocol::LONGEST]).await.unwrap();
        let mut answer = Vec::new();
        near.read_to_end(&mut answer).await.unwrap();
        assert_eq!(serde_json::from_slice::<Answer>(&answer).unwrap(), Answer::Refused(Refusal::NotUnderstood));
        assert_eq!(server.await.unwrap().unwrap(), None);
    }

    #[tokio::test]
    async fn whoever_says_nothing_is_left() {
        let (near, far) = duplex(64);
        let heard = heard(far, Duration::from_millis(20), |_| panic!("nothing was asked")).await;
        assert_eq!(heard, None);
        drop(near);
    }

    #[tokio::test]
    async fn whoever_goes_at_once_does_nothing() {
        let (near, far) = duplex(64);
        drop(near);
        assert_eq!(exchange(far, |_| panic!("nothing was asked")).await.unwrap(), None);
    }
}
