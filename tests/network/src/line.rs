//! A line that fails: TCP on loopback in front of a server, with what networks do to connections.
//!
//! Every connection draws its weather from the line's seed, its own number and its direction.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, sleep_until, timeout};

/// Chunks under way in one direction; more wait in the sender's socket.
const UNDER_WAY: usize = 64;

/// How long a stall lasts, ms.
const STALL: std::ops::Range<u64> = 200..2000;

/// What every byte has to go through.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weather {
    /// Each way.
    pub(crate) delay: Duration,
    /// The share of chunks that stall, and all behind them with them.
    pub(crate) stalls: f64,
}

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Both ends get a reset.
    Reset,
    /// Both ends get an orderly end of the stream.
    Finish,
    /// Nothing comes through any more, and nobody is told; the server has lost the connection all the same.
    Silence,
    /// The same, and the server holds on to it.
    SilenceBothWays,
}

/// What answers a new connection.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Server(SocketAddr),
    /// Somebody in between, with these bytes.
    Stranger(&'static [u8]),
}

/// A line to a server. Clients connect to [`Line::address`].
pub(crate) struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    seed: u64,
    weather: Weather,
    answer: Mutex<Answer>,
    connections: Mutex<Vec<oneshot::Sender<Fault>>>,
    accepted: watch::Sender<usize>,
    stalls: AtomicUsize,
}

impl Line {
    /// A line to `server`.
    pub(crate) async fn to(server: SocketAddr, weather: Weather, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            seed,
            weather,
            answer: Mutex::new(Answer::Server(server)),
            connections: Mutex::default(),
            accepted: watch::Sender::new(0),
            stalls: AtomicUsize::new(0),
        });
        let listening = Some(tokio::spawn(accept(listener, Arc::clone(&shared))));
        Self { address, shared, listening }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections that were made to the server so far.
    pub(crate) fn accepted(&self) -> watch::Receiver<usize> {
        self.shared.accepted.subscribe()
    }

    /// Chunks that stalled so far.
    pub(crate) fn stalls(&self) -> usize {
        self.shared.stalls.load(Ordering::Relaxed)
    }

    /// Does this to every connection there is. Returns how many there were.
    pub(crate) fn strike(&self, fault: Fault) -> usize {
        let connections = std::mem::take(&mut *lock(&self.shared.connections));
        connections.into_iter().filter_map(|connection| connection.send(fault).ok()).count()
    }

    /// From now on nobody listens.
    pub(crate) async fn refuse(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            // Cancelled or not: when it has ended, the port is closed.
            let _ = listening.await;
        }
    }

    /// Listens again, where it did.
    pub(crate) async fn accept_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.listening = Some(tokio::spawn(accept(listener, Arc::clone(&self.shared))));
    }

    /// From now on somebody else answers new connections, with these bytes.
    pub(crate) fn answer_with(&self, bytes: &'static [u8]) {
        *lock(&self.shared.answer) = Answer::Stranger(bytes);
    }

    /// From now on new connections lead to `server`.
    pub(crate) fn lead_to(&self, server: SocketAddr) {
        *lock(&self.shared.answer) = Answer::Server(server);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let answer = *lock(&shared.answer);
        match answer {
            Answer::Stranger(bytes) => drop(tokio::spawn(misunderstand(client, bytes))),
            Answer::Server(server) => {
                let (strike, struck) = oneshot::channel();
                lock(&shared.connections).push(strike);
                shared.accepted.send_modify(|count| *count += 1);
                let seed = shared.seed.wrapping_mul(1000).wrapping_add(2 * *shared.accepted.borrow() as u64);
                tokio::spawn(carry(client, server, Arc::clone(&shared), seed, struck));
            }
        }
    }
}

/// Answers whatever is asked first with something else.
async fn misunderstand(mut client: TcpStream, bytes: &'static [u8]) -> io::Result<()> {
    let mut question = [0; 4096];
    let _ = client.read(&mut question).await?;
    client.write_all(bytes).await?;
    finish(&mut client).await
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    shared: Arc<Shared>,
    seed: u64,
    struck: oneshot::Receiver<Fault>,
) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let struck = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            ended = async {
                tokio::try_join!(
                    pump(from_client, to_server, &shared, fastrand::Rng::with_seed(seed)),
                    pump(from_server, to_client, &shared, fastrand::Rng::with_seed(seed + 1)),
                )
            } => return ended.map(|_| ()),
            struck = struck => struck,
        }
    };
    match struck {
        Ok(Fault::Reset) => {
            client.set_zero_linger()?;
            server.set_zero_linger()
        }
        Ok(Fault::Finish) => tokio::try_join!(finish(&mut client), finish(&mut server)).map(|_| ()),
        Ok(Fault::Silence) => {
            drop(server);
            pending().await
        }
        Ok(Fault::SilenceBothWays) => pending().await,
        // The test is over.
        Err(_) => Ok(()),
    }
}

/// Ends a stream in order: what the other side still says is read, so that it gets no reset for it.
async fn finish(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut rest = [0; 4096];
    let drained = async {
        while stream.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    // An end that never hangs up is left.
    timeout(Duration::from_secs(1), drained).await.unwrap_or(Ok(()))
}

/// Carries one direction to its end.
async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    shared: &Shared,
    mut random: fastrand::Rng,
) -> io::Result<()> {
    let (sent, mut under_way) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let Weather { delay, stalls } = shared.weather;
    let takes = async move {
        let mut chunk = vec![0; 16 << 10];
        loop {
            let length = from.read(&mut chunk).await?;
            if random.f64() < stalls {
                shared.stalls.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(random.u64(STALL))).await;
            }
            let over = sent.send((Instant::now() + delay, chunk[..length].to_vec())).await.is_err();
            if over || length == 0 {
                return io::Result::Ok(());
            }
        }
    };
    let gives = async move {
        while let Some((due, chunk)) = under_way.recv().await {
            sleep_until(due.into()).await;
            if chunk.is_empty() {
                return to.shutdown().await;
            }
            to.write_all(&chunk).await?;
        }
        Ok(())
    };
    tokio::try_join!(takes, gives).map(|_| ())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
