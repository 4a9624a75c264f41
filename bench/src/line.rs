//! A network line that delivers late and unevenly.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// More than any message of sound has.
const CHUNK: usize = 256 * 1024;
/// Chunks on their way at most; then the sender waits, as behind a full pipe.
const UNDER_WAY: usize = 256;

/// A line to a server; carries connections for as long as its runtime runs.
#[derive(Debug)]
pub(crate) struct Line {
    address: SocketAddr,
}

impl Line {
    /// A line to `server` that takes 0 to `most_ms` milliseconds for each piece the server sends.
    pub(crate) async fn to(server: SocketAddr, most_ms: u64, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, most_ms, random.fork()));
            }
        });
        Ok(Self { address })
    }

    /// Where it begins.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn carry(client: TcpStream, server: SocketAddr, most_ms: u64, random: fastrand::Rng) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let (send, due) = mpsc::channel(UNDER_WAY);
    tokio::spawn(deliver(due, to_client));
    tokio::spawn(delay(from_server, send, most_ms, random));
    copy(&mut from_client, &mut to_server).await.map(drop)
}

async fn delay(
    mut from: OwnedReadHalf,
    send: mpsc::Sender<(Instant, Vec<u8>)>,
    most_ms: u64,
    mut random: fastrand::Rng,
) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let due = Instant::now() + Duration::from_millis(random.u64(0..=most_ms));
        if send.send((due, buffer[..count].to_vec())).await.is_err() {
            return;
        }
    }
}

/// What is late holds up what comes after it: a stream keeps its order.
async fn deliver(mut due: mpsc::Receiver<(Instant, Vec<u8>)>, mut to: OwnedWriteHalf) {
    while let Some((at, bytes)) = due.recv().await {
        sleep_until(at).await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn what_is_late_comes_whole_and_in_order_both_ways() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let line = Line::to(server.local_addr().unwrap(), 20, 1).await.unwrap();
        let mut client = TcpStream::connect(line.address()).await.unwrap();
        let (mut accepted, _) = server.accept().await.unwrap();
        client.write_all(b"question").await.unwrap();
        let mut question = [0; 8];
        accepted.read_exact(&mut question).await.unwrap();
        assert_eq!(&question, b"question");
        let answer: Vec<u8> = (0..100_000_u32).map(|index| (index % 251) as u8).collect();
        for piece in answer.chunks(10_000) {
            accepted.write_all(piece).await.unwrap();
        }
        drop(accepted);
        let mut heard = vec![0; answer.len()];
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, answer);
    }
}
