//! TCP to a host that may have several addresses of two kinds.
//!
//! Addresses of the kind the resolver prefers come first; after 300 ms without success those of the other kind are tried
//! beside them, and the first connection wins.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;

use crate::connect::ConnectFailure;

/// How long all addresses of a host together may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long what we send may stay unacknowledged. A dead connection is found after this while the user speaks; left to
/// itself, Linux gives up after a quarter of an hour.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// When a silent connection is asked whether it is still there. Routers forget silent ones after a few minutes.
const SILENCE: Duration = Duration::from_secs(30);
const BETWEEN_PROBES: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;

/// Connects to a host, which is written as in a URL.
pub(super) async fn connect(host: &str, port: u16) -> Result<TcpStream, ConnectFailure> {
    connect_with(SystemResolver, host, port).await
}

/// The same with a given resolver.
pub(super) async fn connect_with<R>(resolver: R, host: &str, port: u16) -> Result<TcpStream, ConnectFailure>
where
    R: Service<Name> + Clone + Send + Sync + 'static,
    R::Response: Iterator<Item = SocketAddr>,
    R::Error: Into<Box<dyn Error + Send + Sync>>,
    R::Future: Send,
{
    let uri = Uri::builder()
        .scheme("http")
        .authority(format!("{host}:{port}"))
        .path_and_query("/")
        .build()
        .map_err(|error| ConnectFailure::Unreachable { detail: error.to_string() })?;
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.set_connect_timeout(Some(PATIENCE));
    // Sound goes out in small messages that must not wait for each other.
    connector.set_nodelay(true);
    connector.set_keepalive(Some(SILENCE));
    connector.set_keepalive_interval(Some(BETWEEN_PROBES));
    connector.set_keepalive_retries(Some(PROBES));
    #[cfg(target_os = "linux")]
    connector.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    let connected = async {
        poll_fn(|context| connector.poll_ready(context)).await?;
        connector.call(uri).await
    };
    match connected.await {
        Ok(stream) => Ok(stream.into_inner()),
        Err(error) => Err(failure(&error, host)),
    }
}

/// Finds what the system said below what the connector says.
fn failure(error: &(dyn Error + 'static), host: &str) -> ConnectFailure {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(LookupError(error)) = error.downcast_ref() {
            // What resolvers say when there is no network, as opposed to no such name.
            return if error.to_string().contains("emporary failure") {
                unreachable(error)
            } else {
                ConnectFailure::HostUnknown { host: host.to_owned() }
            };
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return match error.kind() {
                io::ErrorKind::ConnectionRefused => ConnectFailure::Refused,
                io::ErrorKind::TimedOut => ConnectFailure::Timeout,
                _ => unreachable(error),
            };
        }
        cause = error.source();
    }
    ConnectFailure::Unreachable { detail: error.to_string() }
}

fn unreachable(error: &io::Error) -> ConnectFailure {
    ConnectFailure::Unreachable { detail: error.to_string() }
}

/// A name could not be looked up.
#[derive(Debug, thiserror::Error)]
#[error("looking up the name failed")]
pub(super) struct LookupError(pub(super) io::Error);

/// The system's resolver.
#[derive(Debug, Clone)]
struct SystemResolver;

impl Service<Name> for SystemResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = LookupError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, LookupError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), LookupError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            // The connector puts in the port.
            let addresses: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await.map_err(LookupError)?.collect();
            if addresses.is_empty() {
                return Err(LookupError(io::Error::from(io::ErrorKind::NotFound)));
            }
            Ok(addresses.into_iter())
        })
    }
}
