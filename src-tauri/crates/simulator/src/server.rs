//! A [`Peer`](crate::Peer) behind every connection of a loopback listener.
//!
//! The listener starts in [`Server::bind`] and ends, with all its connections, when the [`Server`] is dropped.

mod connection;
mod request;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clip::{Guide, clip};
use crate::config::{Persona, ServerConfig};
use crate::observe::Observed;

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

/// A running simulator.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    observed: Observed,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Listens at once and serves on the current tokio runtime.
    pub fn bind(config: ServerConfig) -> Result<Self, ServerError> {
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
        let observed = Observed::new();
        let (stop, stopped) = watch::channel(false);
        runtime.spawn(accept(listener, Arc::new(config), observed.clone(), stopped));
        tracing::info!(%address, "listening");
        Ok(Self { address, observed, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for clients: `ws://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
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

async fn accept(
    listener: tokio::net::TcpListener,
    config: Arc<ServerConfig>,
    observed: Observed,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = 0u64;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                connections += 1;
                let connection =
                    connection::serve(stream, Arc::clone(&config), observed.clone(), connections, stopped.clone());
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
