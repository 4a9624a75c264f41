//! The first HTTP request of a connection: what it asks for.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::form_urlencoded;

use super::answer;
use crate::config::ServerConfig;
use crate::peer::Access;

const VERSIONS: [&str; 4] = ["v1", "v1beta", "v1alpha", "v1beta1"];
/// Longest body read; a setup with instructions and tools has room in it.
const LONGEST_BODY: usize = 256 * 1024;

/// A request head, read as far as it matters here. Not `Debug`, since it may hold a key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Request {
    method: String,
    /// Path of the target.
    pub(super) path: String,
    query: String,
    headers: Vec<(String, String)>,
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// A WebSocket: this response, then messages. `constrained` is the method for tokens.
    Live { response: String, access: Access, constrained: bool },
    /// A token is wanted: a body of so many bytes says which. `expected` asks for a word before it is sent.
    CreateToken { length: usize, expected: bool },
    /// This response and nothing more.
    Plain(String),
}

impl Request {
    /// Reads a head that ends in an empty line; `None` if it is no HTTP.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let head = std::str::from_utf8(head).ok()?;
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target, protocol) = (first.next()?, first.next()?, first.next()?);
        if !protocol.starts_with("HTTP/1.") {
            return None;
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), headers })
    }

    /// What it is answered with.
    pub(super) fn route(&self, config: &ServerConfig) -> Route {
        let Some(version) = self.version() else { return Route::Plain(answer::not_found()) };
        let path = self.path.as_str();
        let constrained = path.ends_with("BidiGenerateContentConstrained");
        // Version 1 of the API knows no tokens.
        let tokens = matches!(version, "v1alpha" | "v1beta");
        if constrained && !tokens && config.strict {
            Route::Plain(answer::not_found())
        } else if constrained || path.ends_with("BidiGenerateContent") {
            self.upgrade(version, constrained)
        } else if self.method == "GET" && path.ends_with("/models") {
            Route::Plain(answer::models(config, self.key().as_deref()))
        } else if self.method == "POST" && path.ends_with("/auth_tokens") && tokens {
            self.create_token(config)
        } else {
            Route::Plain(answer::not_found())
        }
    }

    fn upgrade(&self, version: &str, constrained: bool) -> Route {
        let websocket = self.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        let Some(key) = self.header("sec-websocket-key").filter(|_| websocket) else {
            return Route::Plain(answer::speaks_websocket());
        };
        let response = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        Route::Live { response, access: Access { version: version.to_owned(), key: self.key() }, constrained }
    }

    fn create_token(&self, config: &ServerConfig) -> Route {
        if let Some(refusal) = answer::key_refusal(config, self.key().as_deref(), true) {
            return Route::Plain(refusal);
        }
        let length = match (self.header("content-length"), self.header("transfer-encoding")) {
            (_, Some(_)) => return Route::Plain(answer::length_required()),
            (None, None) => 0,
            (Some(length), None) => match length.parse() {
                Ok(length) => length,
                Err(_) => return Route::Plain(answer::bad_request("The Content-Length is no number.")),
            },
        };
        if length > LONGEST_BODY {
            return Route::Plain(answer::too_large(LONGEST_BODY));
        }
        let expected = self.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
        Route::CreateToken { length, expected }
    }

    /// Key or token: from the query, `x-goog-api-key` or `Authorization`.
    fn key(&self) -> Option<String> {
        let in_query = form_urlencoded::parse(self.query.as_bytes())
            .find(|(name, _)| name == "key" || name == "access_token")
            .map(|(_, value)| value);
        let in_header = || {
            let authorization = self.header("authorization").and_then(|value| Some(value.split_once(' ')?.1));
            self.header("x-goog-api-key").or(authorization).map(Cow::Borrowed)
        };
        in_query.or_else(in_header).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty())
    }

    fn version(&self) -> Option<&'static str> {
        let mut words = self.path.split(['/', '.']);
        words.find_map(|word| VERSIONS.into_iter().find(|version| *version == word))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const LIVE: &str = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

    fn request(line: &str, headers: &str) -> Request {
        Request::parse(format!("{line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes()).unwrap()
    }

    fn access(target: &str, headers: &str) -> Access {
        let upgrade = "Upgrade: WebSocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        match request(&format!("GET {target}"), &format!("{upgrade}{headers}")).route(&ServerConfig::default()) {
            Route::Live { access, .. } => access,
            other => panic!("{other:?}"),
        }
    }

    fn status(line: &str, headers: &str, config: &ServerConfig) -> String {
        match request(line, headers).route(config) {
            Route::Plain(response) => response.split(' ').nth(1).unwrap().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_form_of_the_address_is_accepted() {
        for path in [
            LIVE.to_owned(),
            format!("/{LIVE}"),
            format!("/prefix/{LIVE}"),
            format!("{LIVE}Constrained"),
            "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent".into(),
        ] {
            access(&path, "");
        }
        assert_eq!(access(&LIVE.replace("v1beta", "v1"), "").version, "v1");
        assert_eq!(access(&LIVE.replace("v1beta", "v1alpha"), "").version, "v1alpha");
    }

    #[test]
    fn the_key_is_found_wherever_it_is() {
        for (target, headers) in [
            (format!("{LIVE}?key=secret"), ""),
            (format!("{LIVE}?alt=ws&access_token=secret"), ""),
            (LIVE.to_owned(), "X-Goog-Api-Key: secret\r\n"),
            (LIVE.to_owned(), "Authorization: Token secret\r\n"),
            (LIVE.to_owned(), "Authorization: Token secret\r\nX-Goog-Api-Key: secret\r\n"),
            (LIVE.to_owned(), "authorization: Bearer secret\r\n"),
        ] {
            assert_eq!(access(&target, headers).key.as_deref(), Some("secret"), "{target} {headers}");
        }
        assert_eq!(access(LIVE, "").key, None);
        assert_eq!(
            access(&format!("{LIVE}?access_token=auth_tokens/a-b_c"), "").key.as_deref(),
            Some("auth_tokens/a-b_c")
        );
    }

    #[test]
    fn the_accept_key_is_that_of_the_standard() {
        let headers = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let Route::Live { response, .. } = request(&format!("GET {LIVE}"), headers).route(&ServerConfig::default())
        else {
            panic!("no upgrade");
        };
        assert!(response.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    #[test]
    fn everything_else_gets_a_plain_answer() {
        let config = ServerConfig { bad_keys: vec!["bad".into()], ..ServerConfig::default() };
        assert_eq!(status("GET /", "", &config), "404");
        assert_eq!(status(&format!("GET {}", LIVE.replace("v1beta", "v7")), "", &config), "404");
        assert_eq!(status(&format!("GET {LIVE}"), "", &config), "426");
        assert_eq!(status("GET /v1beta/models?key=good", "", &config), "200");
        assert_eq!(status("GET /v1beta/models", "x-goog-api-key: bad\r\n", &config), "400");
        let strict = ServerConfig { require_key: true, ..config };
        assert_eq!(status("GET /v1/models", "", &strict), "403");
    }

    #[test]
    fn tokens_are_created_with_a_key_on_the_versions_that_know_them() {
        let config = ServerConfig { bad_keys: vec!["bad".into()], ..ServerConfig::default() };
        let route = |line: &str, headers: &str| request(line, headers).route(&config);
        let wanted = |length, expected| Route::CreateToken { length, expected };
        assert_eq!(route("POST /v1alpha/auth_tokens?key=k", ""), wanted(0, false));
        assert_eq!(route("POST /v1beta/auth_tokens", "x-goog-api-key: k\r\nContent-Length: 12\r\n"), wanted(12, false));
        let headers = "x-goog-api-key: k\r\nContent-Length: 2\r\nExpect: 100-continue\r\n";
        assert_eq!(route("POST //v1alpha/auth_tokens", headers), wanted(2, true));
        for (line, headers, expected) in [
            ("POST /v1/auth_tokens?key=k", "", "404"),
            ("GET /v1alpha/auth_tokens?key=k", "", "404"),
            ("POST /v1alpha/auth_tokens", "", "403"),
            ("POST /v1alpha/auth_tokens?key=bad", "", "400"),
            ("POST /v1alpha/auth_tokens?key=k", "Content-Length: many\r\n", "400"),
            ("POST /v1alpha/auth_tokens?key=k", "Content-Length: 262145\r\n", "413"),
            ("POST /v1alpha/auth_tokens?key=k", "Transfer-Encoding: chunked\r\n", "411"),
        ] {
            assert_eq!(status(line, headers, &config), expected, "{line} {headers}");
        }
    }

    #[test]
    fn the_method_for_tokens_is_known_by_its_name_and_missing_in_version_one() {
        let upgrade = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let constrained =
            |target: &str| match request(&format!("GET {target}"), upgrade).route(&ServerConfig::default()) {
                Route::Live { constrained, .. } => constrained,
                other => panic!("{other:?}"),
            };
        assert!(constrained(&format!("{LIVE}Constrained")));
        assert!(!constrained(LIVE));
        let missing = format!("GET {}Constrained", LIVE.replace("v1beta", "v1"));
        assert_eq!(status(&missing, upgrade, &ServerConfig::default()), "404");
    }
}
