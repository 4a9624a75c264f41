//! What the service knows us by, and where that is had from for each connection.

mod google_cloud;
mod mint;
mod token_url;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::SystemTime;

use secrecy::SecretString;

pub use google_cloud::{BearerSource, GoogleCloud};
pub use token_url::{TokenUrl, TokenUrlError};

use crate::connect::ConnectFailure;
use crate::credential::Credential;
use crate::endpoint::Endpoint;
use crate::message::Setup;
use crate::network::NetworkConfig;

/// What the service knows us by, or where that is had from. Printing it shows no secret.
#[derive(Clone, Default)]
pub enum Access {
    /// Nothing: the server wants to know nobody.
    #[default]
    None,
    /// A Gemini API key, sent with every connection.
    Key(SecretString),
    /// A Gemini API key that stays out of connections: it buys an ephemeral token for each of them, good for one
    /// session of the settings at hand within half an hour.
    Minted {
        /// The key.
        key: SecretString,
    },
    /// A token from an organisation's own server, for each connection.
    TokenUrl(TokenUrl),
    /// An account of Google Cloud.
    GoogleCloud(GoogleCloud),
}

impl Access {
    /// A Gemini API key given as text; surrounding white space is not part of it.
    pub fn key(key: &str) -> Self {
        Self::Key(key.trim().to_owned().into())
    }

    /// What opens the next connection. May ask servers and run programs, up to half a minute; `now` is the time on the
    /// wall.
    pub(crate) async fn credential(
        &self,
        endpoint: &Endpoint,
        network: &NetworkConfig,
        setup: &Setup,
        now: SystemTime,
    ) -> Result<Option<Credential>, ConnectFailure> {
        match self {
            Self::None => Ok(None),
            Self::Key(key) => Ok(Some(Credential::ApiKey(key.clone()))),
            Self::Minted { key } => {
                mint::mint(endpoint, network, key, setup, now).await.map(|token| Some(Credential::Token(token)))
            }
            Self::TokenUrl(url) => token_url::fetch(url, network, endpoint.location().is_some()).await.map(Some),
            Self::GoogleCloud(cloud) => cloud.bearer().await.map(|token| Some(Credential::Bearer(token))),
        }
    }

    /// Further headers that go with the credential.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let project = match self {
            Self::GoogleCloud(cloud) => cloud.quota_project.as_deref(),
            _ => None,
        };
        project.map(|project| ("x-goog-user-project", project)).into_iter()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Key(_) => f.write_str("Key(…)"),
            Self::Minted { .. } => f.write_str("Minted(…)"),
            Self::TokenUrl(url) => f.debug_tuple("TokenUrl").field(url).finish(),
            Self::GoogleCloud(cloud) => cloud.fmt(f),
        }
    }
}

/// There is no token, and no use in asking again.
fn no_token(detail: impl Into<String>) -> ConnectFailure {
    ConnectFailure::TokenUnavailable { detail: detail.into(), temporary: false }
}

/// There is no token, and there may be one the next time.
fn no_token_yet(detail: impl Into<String>) -> ConnectFailure {
    ConnectFailure::TokenUnavailable { detail: detail.into(), temporary: true }
}

/// Whether text can be a token: no server gives longer ones, and white space means it is something else.
fn is_token(text: &str) -> bool {
    const LONGEST: usize = 16 << 10;
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}
