//! Tokens from an organisation's own server, so that its key never leaves it.

use std::fmt;

use serde::Deserialize;
use url::Url;

use super::{is_token, no_token, no_token_yet};
use crate::connect::ConnectFailure;
use crate::credential::Credential;
use crate::endpoint::is_loopback;
use crate::network::NetworkConfig;
use crate::network::http::{Answer, HttpFailure, Question, ask};

/// Longest answer taken, bytes.
const LONGEST_ANSWER: usize = 64 << 10;

/// How the Gemini API's ephemeral tokens begin.
const EPHEMERAL: &str = "auth_tokens/";

/// The address of a server that answers a `GET` with a token, as JSON (`name`, `token` or `access_token`) or as plain
/// text. Printing it leaves out path and query, which may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenUrl(Url);

/// Why text is no address of a token server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenUrlError {
    /// It isn't a URL of `http` or `https`, names no host, or holds a user name.
    #[error("a token server's address is written like https://tokens.example.com/live")]
    Invalid,
    /// Tokens would travel unencrypted between machines.
    #[error("unencrypted connections only go to this machine")]
    PlainTextToRemote,
}

impl TokenUrl {
    /// Reads `https://host[:port]/path?query`; `http` is for this machine only.
    pub fn parse(text: &str) -> Result<Self, TokenUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| TokenUrlError::Invalid)?;
        let host = url.host().ok_or(TokenUrlError::Invalid)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TokenUrlError::Invalid);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&host) => Ok(Self(url)),
            "http" => Err(TokenUrlError::PlainTextToRemote),
            _ => Err(TokenUrlError::Invalid),
        }
    }

    fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl fmt::Debug for TokenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme(), self.host())
    }
}

/// Fetches a token: an ephemeral one, or in Google Cloud, which has none of those, an access token.
pub(super) async fn fetch(url: &TokenUrl, network: &NetworkConfig, cloud: bool) -> Result<Credential, ConnectFailure> {
    let question = Question { url: &url.0, credential: None, json: None, longest: LONGEST_ANSWER };
    let host = url.host();
    let answer = ask(network, question).await.map_err(|failure| match failure {
        HttpFailure::Connect(failure @ (ConnectFailure::Proxy { .. } | ConnectFailure::CaFile { .. })) => failure,
        other => {
            ConnectFailure::TokenUnavailable { detail: format!("{host}: {other}"), temporary: other.is_retryable() }
        }
    })?;
    read(&answer, host, cloud)
}

fn read(answer: &Answer, host: &str, cloud: bool) -> Result<Credential, ConnectFailure> {
    let detail = format!("{host} answered with HTTP status {}", answer.status);
    match answer.status {
        200..300 => {}
        429 | 500.. => return Err(no_token_yet(detail)),
        _ => return Err(no_token(detail)),
    }
    let token = token(&answer.body).filter(|token| is_token(token));
    let token = token.ok_or_else(|| no_token(format!("the answer of {host} holds none")))?;
    if cloud {
        Ok(Credential::Bearer(token.into()))
    } else if token.starts_with(EPHEMERAL) {
        Ok(Credential::Token(token.into()))
    } else {
        Err(no_token(format!("what {host} answers is none: they begin with {EPHEMERAL}")))
    }
}

/// The token in an answer of either form.
fn token(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        name: Option<String>,
        token: Option<String>,
        access_token: Option<String>,
    }
    let text = std::str::from_utf8(body).ok()?.trim();
    if !text.starts_with(['{', '[', '"', '<']) {
        return Some(text.to_owned());
    }
    if let Ok(quoted) = serde_json::from_str::<String>(text) {
        return Some(quoted);
    }
    let named: Named = serde_json::from_str(text).ok()?;
    named.name.or(named.token).or(named.access_token)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use secrecy::ExposeSecret;

    use super::*;

    fn answered(status: u16, body: &str, cloud: bool) -> Result<String, ConnectFailure> {
        let answer = Answer { status, body: body.as_bytes().to_vec() };
        read(&answer, "t.example", cloud).map(|credential| credential.header().1.expose_secret().to_owned())
    }

    #[test]
    fn a_token_is_found_under_any_of_its_names_and_in_plain_text() {
        for body in [
            r#"{"name": "auth_tokens/1"}"#,
            r#"{"token": "auth_tokens/1", "expires": 5}"#,
            r#"{"access_token": "auth_tokens/1"}"#,
            r#""auth_tokens/1""#,
            " auth_tokens/1\r\n",
        ] {
            assert_eq!(answered(200, body, false).unwrap(), "Token auth_tokens/1", "{body}");
        }
    }

    #[test]
    fn google_cloud_takes_any_token_as_a_bearers() {
        assert_eq!(answered(200, r#"{"access_token": "ya29.a"}"#, true).unwrap(), "Bearer ya29.a");
    }

    #[test]
    fn an_answer_without_a_token_is_told_without_telling_the_answer() {
        for body in ["", "{}", "[1]", "<html>hush</html>", "hush hush", r#"{"token": 5}"#, "sk-hush", "\u{e9}hush"] {
            let failure = answered(200, body, false).unwrap_err();
            assert!(failure.to_string().contains("t.example"), "{failure}");
            assert!(!format!("{failure} {failure:?}").contains("hush"), "{failure}");
            assert!(!failure.is_retryable());
        }
    }

    #[test]
    fn a_refusal_is_told_by_its_status_and_only_an_overloaded_server_is_asked_again() {
        for (status, again) in [(301, false), (401, false), (403, false), (404, false), (429, true), (502, true)] {
            let failure = answered(status, "hush", false).unwrap_err();
            assert!(failure.to_string().contains(&status.to_string()), "{failure}");
            assert!(!failure.to_string().contains("hush"), "{failure}");
            assert_eq!(failure.is_retryable(), again, "{status}");
        }
    }

    #[test]
    fn an_address_is_encrypted_or_on_this_machine_and_is_not_printed_in_full() {
        for good in ["https://t.example/live?team=hush", "http://localhost:8080/hush", "http://[::1]:1/hush"] {
            assert!(!format!("{:?}", TokenUrl::parse(good).unwrap()).contains("hush"), "{good}");
        }
        assert_eq!(TokenUrl::parse("http://t.example/").unwrap_err(), TokenUrlError::PlainTextToRemote);
        for bad in ["", "t.example", "ftp://t.example", "https://u:p@t.example", "wss://t.example"] {
            assert_eq!(TokenUrl::parse(bad).unwrap_err(), TokenUrlError::Invalid, "{bad}");
        }
    }
}
