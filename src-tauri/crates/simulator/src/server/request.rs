//! The first HTTP request of a connection: what it asks for, and the plain answers.

use std::borrow::Cow;

use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::form_urlencoded;

use crate::config::ServerConfig;
use crate::peer::Access;

const VERSIONS: [&str; 4] = ["v1", "v1beta", "v1alpha", "v1beta1"];

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
    /// A WebSocket: this response, then messages.
    Live { response: String, access: Access },
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
        let live = self.path.ends_with("BidiGenerateContent") || self.path.ends_with("BidiGenerateContentConstrained");
        match self.version() {
            Some(version) if live => self.upgrade(version),
            Some(_) if self.method == "GET" && self.path.ends_with("/models") => Route::Plain(self.list_models(config)),
            _ => Route::Plain(plain(404, "Not Found", "text/plain; charset=utf-8", NOT_FOUND)),
        }
    }

    fn upgrade(&self, version: &str) -> Route {
        let websocket = self.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        let Some(key) = self.header("sec-websocket-key").filter(|_| websocket) else {
            let sentence = "This address speaks WebSocket: connect with ws:// and send a setup message.\n";
            return Route::Plain(plain(426, "Upgrade Required", "text/plain; charset=utf-8", sentence));
        };
        let response = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        Route::Live { response, access: Access { version: version.to_owned(), key: self.key() } }
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

    /// The models, or what is wrong with the key: the answer a client checks a key by.
    fn list_models(&self, config: &ServerConfig) -> String {
        match self.key() {
            Some(key) if config.bad_keys.contains(&key) => error(
                400,
                "Bad Request",
                &json!({"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.",
                    "status": "INVALID_ARGUMENT",
                    "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                        "domain": "googleapis.com"}]}}),
            ),
            None if config.require_key => error(
                403,
                "Forbidden",
                &json!({"error": {"code": 403, "message": "Method doesn't allow unregistered callers (callers without \
                    established identity). Please use API Key or other form of API consumer identity to call this API.",
                    "status": "PERMISSION_DENIED"}}),
            ),
            Some(_) | None => {
                let models: Vec<_> = config
                    .models
                    .iter()
                    .map(|model| {
                        json!({"name": format!("models/{}", model.id), "displayName": model.id,
                            "inputTokenLimit": 131_072, "supportedGenerationMethods": ["bidiGenerateContent"]})
                    })
                    .collect();
                error(200, "OK", &json!({"models": models}))
            }
        }
    }
}

const NOT_FOUND: &str = "This is the Vivavoce simulator, a Gemini Live server for demos and tests.\n\
    WebSocket: /ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent (also v1 and v1alpha)\n\
    Models: GET /v1beta/models\n";

fn error(status: u16, phrase: &str, body: &serde_json::Value) -> String {
    plain(status, phrase, "application/json; charset=UTF-8", &format!("{body:#}\n"))
}

fn plain(status: u16, phrase: &str, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} {phrase}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
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
            Route::Plain(response) => panic!("{response}"),
        }
    }

    fn status(line: &str, headers: &str, config: &ServerConfig) -> String {
        match request(line, headers).route(config) {
            Route::Live { .. } => panic!("an upgrade"),
            Route::Plain(response) => response.split(' ').nth(1).unwrap().to_owned(),
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
}
