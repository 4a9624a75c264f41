//! Proxies: which one stands before a host, and how it is asked to connect us.
//!
//! A proxy looks names up itself, whichever way it is spoken to: where one is needed, names of the outside are often
//! unknown on the inside.

use std::fmt;
use std::pin::pin;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio_socks::Error as SocksError;
use tokio_socks::tcp::Socks5Stream;
use url::{Host, Url};

use super::http::AGENT;
use super::{NetworkConfig, Stream, tcp, tls};
use crate::connect::ConnectFailure;

/// What stands between this machine and servers elsewhere. Servers on this machine are always reached directly.
#[derive(Debug, Clone, Default)]
pub enum Proxy {
    /// What the environment says (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and where it says nothing, what is set in
    /// macOS or Windows.
    #[default]
    System,
    /// Nothing.
    Direct,
    /// This one.
    Url(ProxyUrl),
}

/// The address of a proxy, with what it knows us by. Printing it leaves that out.
#[derive(Clone)]
pub struct ProxyUrl {
    url: SecretString,
    shown: String,
}

/// Why text is no address of a proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyUrlError {
    /// It isn't a URL, or names no host, or has a path.
    #[error("a proxy's address is written like http://host:3128, with user:password@ before the host if need be")]
    Invalid,
    /// Another kind of proxy.
    #[error("a proxy's scheme must be http, https or socks5, not {scheme}")]
    Scheme {
        /// The scheme it has.
        scheme: String,
    },
}

impl ProxyUrl {
    /// Reads `[http|https|socks5|socks5h://][user:password@]host[:port]`; without a scheme it is `http`.
    pub fn parse(text: &str) -> Result<Self, ProxyUrlError> {
        let text = text.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = Url::parse(&full).map_err(|_| ProxyUrlError::Invalid)?;
        if Scheme::named(url.scheme()).is_none() {
            return Err(ProxyUrlError::Scheme { scheme: url.scheme().to_owned() });
        }
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !bare || url.host_str().is_none_or(str::is_empty) {
            return Err(ProxyUrlError::Invalid);
        }
        let secret = SecretString::from(String::from(url.clone()));
        // Always possible where there is a host.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Ok(Self { url: secret, shown: url.as_str().trim_end_matches('/').to_owned() })
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({})", self.shown)
    }
}

/// A proxy to go through.
pub(super) struct Hop {
    scheme: Scheme,
    host: String,
    port: u16,
    login: Login,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    Socks5,
}

enum Login {
    None,
    Header(HeaderValue),
    User(String, SecretString),
}

/// The proxy before `host`, if there is one.
pub(super) fn hop(
    proxy: &Proxy,
    host: &Host<&str>,
    system: impl FnOnce() -> Matcher,
) -> Result<Option<Hop>, ConnectFailure> {
    let matcher = match proxy {
        Proxy::Direct => return Ok(None),
        Proxy::System => system(),
        Proxy::Url(url) => Matcher::builder().all(url.url.expose_secret()).build(),
    };
    let uri = Uri::builder().scheme("https").authority(host.to_string()).path_and_query("/").build();
    let uri = uri.map_err(|error| ConnectFailure::Unreachable { detail: error.to_string() })?;
    match (matcher.intercept(&uri), proxy) {
        (Some(intercept), _) => Hop::new(&intercept).map(Some),
        (None, Proxy::Url(url)) => Err(permanent(&url.shown, "is no address of a proxy")),
        (None, _) => Ok(None),
    }
}

/// Has the proxy connect us to a host, which is written as in a URL.
pub(super) async fn through(
    hop: &Hop,
    network: &NetworkConfig,
    host: &str,
    port: u16,
) -> Result<Stream, ConnectFailure> {
    tracing::debug!(proxy = %hop.shown(), scheme = ?hop.scheme, "going through a proxy");
    let tcp = tcp::connect(&hop.host, hop.port).await.map_err(|failure| hop.unreached(failure))?;
    match hop.scheme {
        Scheme::Http => hop.tunnel(Stream::new(tcp), host, port).await,
        Scheme::Https => {
            let stream = tls::encrypt(network, &hop.host, Stream::new(tcp)).await;
            hop.tunnel(stream.map_err(|failure| hop.unreached(failure))?, host, port).await
        }
        Scheme::Socks5 => hop.socks(Stream::new(tcp), host, port).await,
    }
}

impl Scheme {
    fn named(name: &str) -> Option<Self> {
        match name {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            "socks5" | "socks5h" => Some(Self::Socks5),
            _ => None,
        }
    }

    fn usual_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks5 => 1080,
        }
    }
}

impl Hop {
    fn new(intercept: &Intercept) -> Result<Self, ConnectFailure> {
        let uri = intercept.uri();
        let (name, host) = (uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
        let Some(scheme) = Scheme::named(name) else {
            return Err(permanent(host, &format!("is a {name} proxy; only http, https and socks5 are spoken here")));
        };
        let login = match (intercept.basic_auth(), intercept.raw_auth()) {
            (Some(header), _) => Login::Header(header.clone()),
            (None, Some((user, password))) => Login::User(user.to_owned(), password.to_owned().into()),
            (None, None) => Login::None,
        };
        Ok(Self { scheme, host: host.to_owned(), port: uri.port_u16().unwrap_or(scheme.usual_port()), login })
    }

    fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn unreached(&self, failure: ConnectFailure) -> ConnectFailure {
        match failure {
            ConnectFailure::CaFile { .. } => failure,
            other => self.failure(&format!("can't be used: {other}"), other.is_retryable()),
        }
    }

    fn failure(&self, what: &str, temporary: bool) -> ConnectFailure {
        ConnectFailure::Proxy { detail: format!("{} {what}", self.shown()), temporary }
    }

    fn refused_login(&self) -> ConnectFailure {
        let what = match self.login {
            Login::None => "wants a user name and password",
            Login::Header(_) | Login::User(..) => "doesn't accept the user name and password",
        };
        self.failure(what, false)
    }

    /// `CONNECT`.
    async fn tunnel(&self, stream: Stream, host: &str, port: u16) -> Result<Stream, ConnectFailure> {
        let destination = format!("{host}:{port}");
        let mut request = Request::builder()
            .method(Method::CONNECT)
            .uri(&destination)
            .header(HOST, &destination)
            .header(USER_AGENT, AGENT);
        if let Login::Header(header) = &self.login {
            request = request.header(PROXY_AUTHORIZATION, header);
        }
        let request = request.body(Empty::<Bytes>::new());
        let request = request.map_err(|error| ConnectFailure::Unreachable { detail: error.to_string() })?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.broke(&error))?;
        // Driven here and not in a task of its own, so that giving up on us gives up on the proxy.
        let mut connection = pin!(connection.with_upgrades());
        let mut exchange = pin!(async {
            let response = sender.send_request(request).await.map_err(|error| self.broke(&error))?;
            match response.status() {
                status if status.is_success() => {
                    let upgraded = hyper::upgrade::on(response).await.map_err(|error| self.broke(&error))?;
                    Ok(Stream::new(TokioIo::new(upgraded)))
                }
                StatusCode::PROXY_AUTHENTICATION_REQUIRED => Err(self.refused_login()),
                status => {
                    let temporary = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
                    Err(self.failure(&format!("answered with HTTP status {}", status.as_u16()), temporary))
                }
            }
        });
        tokio::select! {
            biased;
            tunnel = &mut exchange => tunnel,
            // Its part ends with the answer.
            _ = &mut connection => exchange.await,
        }
    }

    fn broke(&self, error: &hyper::Error) -> ConnectFailure {
        if error.is_parse() {
            self.failure(&format!("is no HTTP proxy: {error}"), false)
        } else {
            self.failure(&format!("broke off: {error}"), true)
        }
    }

    async fn socks(&self, stream: Stream, host: &str, port: u16) -> Result<Stream, ConnectFailure> {
        let destination = (host.trim_start_matches('[').trim_end_matches(']'), port);
        let connected = match &self.login {
            Login::User(user, password) => {
                let password = password.expose_secret();
                Socks5Stream::connect_with_password_and_socket(stream, destination, user, password).await
            }
            Login::None | Login::Header(_) => Socks5Stream::connect_with_socket(stream, destination).await,
        };
        match connected {
            Ok(stream) => Ok(stream.into_inner()),
            Err(
                SocksError::NoAcceptableAuthMethods
                | SocksError::PasswordAuthFailure(_)
                | SocksError::AuthorizationRequired
                | SocksError::InvalidAuthValues(_),
            ) => Err(self.refused_login()),
            Err(SocksError::Io(error)) => Err(self.failure(&format!("broke off: {error}"), true)),
            Err(
                error @ (SocksError::GeneralSocksServerFailure
                | SocksError::NetworkUnreachable
                | SocksError::HostUnreachable
                | SocksError::ConnectionRefused
                | SocksError::TtlExpired),
            ) => Err(self.failure(&format!("can't reach the server: {error}"), true)),
            Err(error) => Err(self.failure(&format!("doesn't connect us: {error}"), false)),
        }
    }
}

fn permanent(shown: &str, what: &str) -> ConnectFailure {
    ConnectFailure::Proxy { detail: format!("{shown} {what}"), temporary: false }
}
