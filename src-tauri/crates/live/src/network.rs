//! The network as it is: proxies, certificate authorities of one's own, two kinds of address, and changes of all that.
//!
//! `connect` makes the one kind of connection everything here runs over, encrypted unless it stays on this machine.
//! `http` asks a single question over it. [`Changes`] tells when connections should be doubted.

mod change;
pub(crate) mod http;
mod proxy;
mod stream;
mod tcp;
mod tls;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

pub use change::Changes;
pub use proxy::{Proxy, ProxyUrl, ProxyUrlError};
pub(crate) use stream::Stream;

use crate::connect::ConnectFailure;
use crate::endpoint::is_loopback;

/// How the machine reaches servers. Printing it shows no password.
#[derive(Debug, Clone, Default)]
pub struct NetworkConfig {
    /// What stands between.
    pub proxy: Proxy,
    /// A PEM file with certificate authorities that are trusted besides the system's.
    pub extra_ca: Option<PathBuf>,
}

/// Connects to the server `url` names, whose scheme says whether that is encrypted: `https`, `wss`; `http`, `ws`.
pub(crate) async fn connect(network: &NetworkConfig, url: &Url) -> Result<Stream, ConnectFailure> {
    connect_with(network, url, Matcher::from_system).await
}

/// The same, with the system's proxies as an argument.
async fn connect_with(
    network: &NetworkConfig,
    url: &Url,
    system: impl FnOnce() -> Matcher,
) -> Result<Stream, ConnectFailure> {
    let (Some(host), Some(port)) = (url.host(), port(url)) else {
        return Err(ConnectFailure::Unreachable { detail: "the address names no host".into() });
    };
    let encrypted = matches!(url.scheme(), "https" | "wss");
    let local = is_loopback(&host);
    if !encrypted && !local {
        return Err(ConnectFailure::PlainTextToRemote);
    }
    let hop = if local { None } else { proxy::hop(&network.proxy, &host, system)? };
    // As URLs write it: an IPv6 address is in brackets.
    let host = host.to_string();
    let stream = match hop {
        Some(hop) => proxy::through(&hop, network, &host, port).await?,
        None => Stream::new(tcp::connect(&host, port).await?),
    };
    if encrypted { tls::encrypt(network, &host, stream).await } else { Ok(stream) }
}

fn port(url: &Url) -> Option<u16> {
    // The crate knows the ports of all four schemes.
    url.port_or_known_default()
}
