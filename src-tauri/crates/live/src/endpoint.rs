//! Where the service is: a base URL with the meaning it has in the official SDKs.

use url::{Host, Url};

/// A server that speaks the Live API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    version: ApiVersion,
}

/// Version in the method's path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ApiVersion {
    /// `v1`
    V1,
    /// `v1beta`, the documented default.
    #[default]
    V1Beta,
    /// `v1alpha`, for preview features.
    V1Alpha,
}

impl ApiVersion {
    /// As written in a path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V1Beta => "v1beta",
            Self::V1Alpha => "v1alpha",
        }
    }
}

/// Method of the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// For keys and access tokens.
    #[default]
    BidiGenerateContent,
    /// For ephemeral tokens.
    BidiGenerateContentConstrained,
}

impl Method {
    /// As written in a path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BidiGenerateContent => "BidiGenerateContent",
            Self::BidiGenerateContentConstrained => "BidiGenerateContentConstrained",
        }
    }
}

/// Why a base URL cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It isn't a URL, or names no host.
    #[error("not a base URL: {detail}")]
    Invalid {
        /// What is wrong with it.
        detail: String,
    },
    /// Its scheme is none of `http`, `https`, `ws`, `wss`.
    #[error("the scheme must be https, wss, http or ws, not {scheme}")]
    Scheme {
        /// The scheme it has.
        scheme: String,
    },
    /// It would carry key and voice unencrypted to another machine.
    #[error("unencrypted connections only go to this machine, and {host} is another")]
    PlainTextToRemote {
        /// The other machine.
        host: String,
    },
}

impl Endpoint {
    /// Google's own.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a constant")]
    pub fn gemini() -> Self {
        let base = Url::parse("wss://generativelanguage.googleapis.com/").expect("the constant is a URL");
        Self { base, version: ApiVersion::default() }
    }

    /// Reads `http|https|ws|wss://host[:port][/prefix]`. `http` means `ws` and `https` means `wss`; the unencrypted
    /// ones are for this machine only.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let invalid = |detail: String| EndpointError::Invalid { detail };
        let mut base = Url::parse(text.trim()).map_err(|error| invalid(error.to_string()))?;
        let scheme = match base.scheme() {
            "http" | "ws" => "ws",
            "https" | "wss" => "wss",
            other => return Err(EndpointError::Scheme { scheme: other.to_owned() }),
        };
        if !base.username().is_empty() || base.password().is_some() {
            return Err(invalid("it must not hold a user name or password".into()));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(invalid("it must not hold a query or fragment".into()));
        }
        let Some(host) = base.host() else {
            return Err(invalid("it names no host".into()));
        };
        if scheme == "ws" && !is_loopback(&host) {
            return Err(EndpointError::PlainTextToRemote { host: host.to_string() });
        }
        // http ↔ ws and https ↔ wss are the changes of scheme that URLs allow.
        if base.set_scheme(scheme).is_err() {
            return Err(EndpointError::Scheme { scheme: base.scheme().to_owned() });
        }
        Ok(Self { base, version: ApiVersion::default() })
    }

    /// The same server by another version of the API.
    #[must_use]
    pub fn with_version(self, version: ApiVersion) -> Self {
        Self { version, ..self }
    }

    /// The base URL, its scheme `ws` or `wss`.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The version of the API.
    pub fn version(&self) -> ApiVersion {
        self.version
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.base.scheme() == "wss"
    }

    /// Host and port to dial.
    pub fn host_and_port(&self) -> (String, u16) {
        let host = match self.base.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        (host, self.base.port_or_known_default().unwrap_or(443))
    }

    /// The WebSocket's URL. It holds no secret: the credential travels in a header.
    pub fn websocket_url(&self, method: Method) -> Url {
        let mut url = self.base.clone();
        let prefix = self.base.path().trim_end_matches('/');
        let (version, method) = (self.version.as_str(), method.as_str());
        url.set_path(&format!("{prefix}/ws/google.ai.generativelanguage.{version}.GenerativeService.{method}"));
        url
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn url(text: &str) -> String {
        Endpoint::parse(text).unwrap().websocket_url(Method::BidiGenerateContent).to_string()
    }

    const PATH: &str = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

    #[test]
    fn the_default_is_googles_documented_address() {
        let gemini = Endpoint::gemini();
        let url = gemini.websocket_url(Method::BidiGenerateContent);
        assert_eq!(url.as_str(), format!("wss://generativelanguage.googleapis.com{PATH}"));
        assert_eq!(gemini.host_and_port(), ("generativelanguage.googleapis.com".into(), 443));
        let constrained =
            gemini.with_version(ApiVersion::V1Alpha).websocket_url(Method::BidiGenerateContentConstrained);
        assert!(constrained.as_str().ends_with(".v1alpha.GenerativeService.BidiGenerateContentConstrained"));
    }

    #[test]
    fn http_schemes_mean_websocket_schemes() {
        assert_eq!(url("http://127.0.0.1:8080"), format!("ws://127.0.0.1:8080{PATH}"));
        assert_eq!(url("ws://localhost:8080/"), format!("ws://localhost:8080{PATH}"));
        assert_eq!(url("https://proxy.example"), format!("wss://proxy.example{PATH}"));
        assert_eq!(url(" wss://proxy.example:8443 "), format!("wss://proxy.example:8443{PATH}"));
    }

    #[test]
    fn a_path_becomes_a_prefix() {
        assert_eq!(url("https://proxy.example/live/eu/"), format!("wss://proxy.example/live/eu{PATH}"));
    }

    #[test]
    fn plain_text_goes_to_this_machine_only() {
        for local in ["http://[::1]:1", "ws://127.8.9.1:1", "ws://app.localhost:1", "ws://[::ffff:127.0.0.1]:1"] {
            assert!(Endpoint::parse(local).is_ok(), "{local}");
        }
        for remote in ["http://example.com", "ws://192.168.0.2:80", "ws://localhost.example.com", "ws://0.0.0.0:80"] {
            let error = Endpoint::parse(remote).unwrap_err();
            assert!(matches!(error, EndpointError::PlainTextToRemote { .. }), "{remote}: {error}");
        }
    }

    #[test]
    fn what_is_not_a_base_url_is_refused() {
        for bad in ["", "127.0.0.1", "https://", "https://u:p@host", "https://host/?key=1", "https://host/#x"] {
            let error = Endpoint::parse(bad).unwrap_err();
            assert!(matches!(error, EndpointError::Invalid { .. }), "{bad}: {error}");
        }
        for scheme in ["ftp://host", "host:443", "file:///etc"] {
            assert!(matches!(Endpoint::parse(scheme).unwrap_err(), EndpointError::Scheme { .. }), "{scheme}");
        }
    }

    #[test]
    fn an_ipv6_host_is_dialled_without_brackets() {
        assert_eq!(Endpoint::parse("ws://[::1]:9000").unwrap().host_and_port(), ("::1".into(), 9000));
    }
}
