//! A [`Peer`](crate::Peer) behind every connection of a loopback listener.
//!
//! The listener starts in [`Server::bind`] and ends, with all its connections, when the [`Server`] is dropped.

mod answer;
mod connection;
mod gate;
mod http;
mod pong;
mod request;
mod tls;

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clip::{Guide, clip};
use crate::config::{Persona, ServerConfig};
use crate::observe::Observed;
use crate::registry::Registry;
use crate::token::TokenStore;
pub use tls::{Tls, TlsError};

/// Pause after a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is reachable from other machines.
    #[error("{0} is not a loopback address; the simulator listens on this machine only")]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// There is no tokio runtime to run on.
    #[error("the simulator needs a tokio runtime")]
    NoRuntime,
}

/// What a server is given besides its behaviour.
#[derive(Clone)]
pub struct Surroundings {
    /// Encrypts all connections.
    pub tls: Option<Tls>,
    /// The time of day, for the expiry of tokens.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// Time a client has for encryption, for its request and for taking the answer, each.
    pub patience: Duration,
}

impl Default for Surroundings {
    /// No encryption, the system's clock and five seconds of patience.
    fn default() -> Self {
        Self { tls: None, clock: Arc::new(SystemTime::now), patience: Duration::from_secs(5) }
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// A running simulator.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    encrypted: bool,
    registry: Registry,
    observed: Observed,
    stop: watch::Sender<bool>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    config: Arc<ServerConfig>,
    surroundings: Surroundings,
    tokens: TokenStore,
    registry: Registry,
    observed: Observed,
}

impl Server {
    /// Listens at once, unencrypted, and serves on the current tokio runtime.
    pub fn bind(config: ServerConfig) -> Result<Self, ServerError> {
        Self::bind_in(config, Surroundings::default())
    }

    /// The same in other surroundings.
    pub fn bind_in(config: ServerConfig, surroundings: Surroundings) -> Result<Self, ServerError> {
        let runtime = Handle::try_current().map_err(|_| ServerError::NoRuntime)?;
        let wanted = config.bind;
        if !wanted.ip().is_loopback() {
            return Err(ServerError::NotLoopback(wanted));
        }
        let failed = |source| ServerError::Bind { address: wanted, source };
        let listener = TcpListener::bind(wanted).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(failed)?
        };
        if config.persona == Persona::Guide {
            let language = config.language;
            runtime.spawn_blocking(move || clip(language, Guide::Greeting));
        }
        let (registry, observed) = (Registry::default(), Observed::new());
        let encrypted = surroundings.tls.is_some();
        let (stop, stopped) = watch::channel(false);
        let shared = Shared {
            config: Arc::new(config),
            surroundings,
            tokens: TokenStore::new(RandomState::new().build_hasher().finish()),
            registry: registry.clone(),
            observed: observed.clone(),
        };
        runtime.spawn(accept(listener, Arc::new(shared), stopped));
        tracing::info!(%address, encrypted, "listening");
        Ok(Self { address, encrypted, registry, observed, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for clients: `ws://127.0.0.1:PORT`, or `wss://…` when encrypted.
    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "wss" } else { "ws" };
        format!("{scheme}://{}", self.address)
    }

    /// The sessions of its clients.
    pub fn registry(&self) -> Registry {
        self.registry.clone()
    }

    /// What clients did.
    pub fn observed(&self) -> Observed {
        self.observed.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Without a listener task there is nobody to tell.
        let _ = self.stop.send(true);
    }
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut connections = 0u64;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                connections += 1;
                let connection = http::serve(stream, Arc::clone(&shared), connections, stopped.clone());
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection broke");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // The usual cause is a lack of file descriptors, which only time heals.
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
