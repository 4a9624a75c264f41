//! Late pongs.
//!
//! The WebSocket library answers pings by itself and at once. To answer late, a relay stands between it and the client: it
//! passes everything on, except that it keeps the server's pong frames back.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

use super::http::Bytes;

/// Bytes on their way through the relay in each direction.
const BUFFER: usize = 64 * 1024;
/// Opcode of a pong frame.
const PONG: u8 = 0xa;

/// How late pongs are; clones share it. It may change at any time, and counts for the pings that come after.
#[derive(Debug, Clone, Default)]
pub(super) struct Delay(Arc<AtomicU64>);

impl Delay {
    pub(super) fn set(&self, delay: Duration) {
        self.0.store(delay.as_millis() as u64, Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// The server's end of a relay to `client`. It runs until either side closes.
pub(super) fn interpose(client: impl Bytes, delay: Delay) -> DuplexStream {
    let (server, relay) = tokio::io::duplex(BUFFER);
    tokio::spawn(async move {
        if let Err(error) = run(client, relay, &delay).await {
            tracing::debug!(%error, "a relay broke");
        }
    });
    server
}

async fn run(client: impl Bytes, server: DuplexStream, delay: &Delay) -> io::Result<()> {
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (from_server, mut to_server) = tokio::io::split(server);
    let up = async {
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await?;
        // What the server still has to say decides when it is over.
        std::future::pending::<io::Result<()>>().await
    };
    let down = async {
        let mut frames = Frames { source: from_server, bytes: Vec::new() };
        let mut late: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
        loop {
            let due = late.front().map(|(due, _)| *due);
            tokio::select! {
                frame = frames.next() => match frame? {
                    Some(pong) if is_pong(&pong) => late.push_back((Instant::now() + delay.get(), pong)),
                    Some(frame) => to_client.write_all(&frame).await?,
                    None => return Ok(()),
                },
                () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    if let Some((_, pong)) = late.pop_front() {
                        to_client.write_all(&pong).await?;
                    }
                }
            }
            to_client.flush().await?;
        }
    };
    tokio::select! {
        ended = up => ended,
        ended = down => ended,
    }
}

/// Whole frames of a server, which are not masked.
struct Frames<R> {
    source: R,
    bytes: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    /// The next frame, or none at the end. Nothing is lost when the future is dropped.
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(length) = frame_length(&self.bytes).filter(|length| *length <= self.bytes.len()) {
                let rest = self.bytes.split_off(length);
                return Ok(Some(std::mem::replace(&mut self.bytes, rest)));
            }
            if self.source.read_buf(&mut self.bytes).await? == 0 {
                return Ok(None);
            }
        }
    }
}

/// Length of the frame `bytes` begin with, as soon as they tell.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    match *bytes.get(1)? {
        126 => Some(4 + usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            usize::try_from(length).ok()?.checked_add(10)
        }
        length => Some(2 + usize::from(length)),
    }
}

fn is_pong(frame: &[u8]) -> bool {
    frame.first().is_some_and(|first| first & 0xf == PONG)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(opcode: u8, length: usize) -> Vec<u8> {
        let mut frame = vec![0x80 | opcode];
        match length {
            0..126 => frame.push(length as u8),
            126..0x1_0000 => frame.extend([126].into_iter().chain((length as u16).to_be_bytes())),
            _ => frame.extend([127].into_iter().chain((length as u64).to_be_bytes())),
        }
        frame.extend(std::iter::repeat_n(opcode, length));
        frame
    }

    #[tokio::test]
    async fn frames_of_every_length_are_found_in_the_stream() {
        let frames = [frame(2, 0), frame(PONG, 125), frame(2, 126), frame(2, 0xffff), frame(2, 0x1_0000), frame(8, 2)];
        let stream = frames.concat();
        let mut found = Frames { source: stream.as_slice(), bytes: Vec::new() };
        for frame in &frames {
            assert_eq!(found.next().await.unwrap().as_ref(), Some(frame));
        }
        assert_eq!(found.next().await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn only_pongs_are_late_and_they_keep_their_order() {
        let (client, mut there) = tokio::io::duplex(1024);
        let delay = Delay::default();
        delay.set(Duration::from_secs(9));
        let mut server = interpose(client, delay);
        let start = Instant::now();
        let [first, data, second] = [frame(PONG, 1), frame(2, 3), frame(PONG, 2)];
        server.write_all(&[first.clone(), data.clone(), second.clone()].concat()).await.unwrap();
        let mut received = vec![0; data.len()];
        there.read_exact(&mut received).await.unwrap();
        assert_eq!((received, start.elapsed().as_secs()), (data, 0));
        let mut received = vec![0; first.len() + second.len()];
        there.read_exact(&mut received).await.unwrap();
        assert_eq!((received, start.elapsed().as_secs()), ([first, second].concat(), 9));
    }
}
