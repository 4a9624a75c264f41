//! Why a connection could not be made.

use std::path::PathBuf;

/// Why a connection could not be made. No detail holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectFailure {
    /// No such host.
    #[error("there is no host {host}")]
    HostUnknown {
        /// The name that was looked up.
        host: String,
    },
    /// The host is there and nothing listens.
    #[error("the server refused the connection")]
    Refused,
    /// The host cannot be reached.
    #[error("the server cannot be reached: {detail}")]
    Unreachable {
        /// What the system says.
        detail: String,
    },
    /// The proxy, rather than the server, is what fails.
    #[error("the proxy doesn't help: {detail}")]
    Proxy {
        /// Which proxy, and what it does.
        detail: String,
        /// Whether trying again, with nothing changed, may help.
        temporary: bool,
    },
    /// The file with further certificate authorities can't be used.
    #[error("the certificate file {} can't be used: {detail}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The encrypted connection failed: a certificate, a protocol version.
    #[error("no secure connection: {detail}")]
    Tls {
        /// What failed.
        detail: String,
    },
    /// The server answered the upgrade with an HTTP error.
    #[error("the server answered with HTTP status {status}")]
    HttpStatus {
        /// The status, such as 404.
        status: u16,
    },
    /// What answered is no WebSocket server.
    #[error("what answered is no WebSocket server: {detail}")]
    NotWebSocket {
        /// How it answered.
        detail: String,
    },
    /// Nothing answered in time.
    #[error("the server did not answer in time")]
    Timeout,
    /// Key and voice would travel unencrypted to another machine.
    #[error("unencrypted connections only go to this machine")]
    PlainTextToRemote,
    /// The credential holds characters no header may hold.
    #[error("the credential holds characters that cannot be sent")]
    CredentialUnusable,
    /// The service gives no token for the key.
    #[error("the service refuses the key: {detail}")]
    KeyRefused {
        /// What the service says.
        detail: String,
    },
    /// There is no token to connect with.
    #[error("there is no token to connect with: {detail}")]
    TokenUnavailable {
        /// Where it should come from, and what came instead.
        detail: String,
        /// Whether trying again, with nothing changed, may help.
        temporary: bool,
    },
}

impl ConnectFailure {
    /// Whether trying again, with nothing changed, may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::HostUnknown { .. } | Self::Refused | Self::Unreachable { .. } | Self::Timeout => true,
            Self::HttpStatus { status } => *status == 429 || *status >= 500,
            Self::Proxy { temporary, .. } | Self::TokenUnavailable { temporary, .. } => *temporary,
            Self::CaFile { .. }
            | Self::Tls { .. }
            | Self::NotWebSocket { .. }
            | Self::PlainTextToRemote
            | Self::CredentialUnusable
            | Self::KeyRefused { .. } => false,
        }
    }
}
