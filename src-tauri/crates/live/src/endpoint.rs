//! Where the service is: a base URL with the meaning it has in the official SDKs.

use url::{Host, Url};

/// The location that stands for all of them.
const GLOBAL: &str = "global";

/// Longest location, bytes; the longest there is has 23.
const LONGEST_LOCATION: usize = 40;

/// A server that speaks the Live API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    version: ApiVersion,
    location: Option<String>,
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
    /// It is no location of Google Cloud.
    #[error("a location is written like us-central1 or global, not {location}")]
    Location {
        /// What was given for one.
        location: String,
    },
}

impl Endpoint {
    /// Google's own.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a constant")]
    pub fn gemini() -> Self {
        let base = Url::parse("wss://generativelanguage.googleapis.com/").expect("the constant is a URL");
        Self { base, version: ApiVersion::default(), location: None }
    }

    /// Google Cloud's (Vertex AI) in a location such as `us-central1`, or in `global`.
    pub fn vertex(location: &str) -> Result<Self, EndpointError> {
        let location = location.trim();
        let host = if location == GLOBAL {
            "aiplatform.googleapis.com".to_owned()
        } else {
            format!("{location}-aiplatform.googleapis.com")
        };
        // A location that would change the host is refused below.
        let base = Url::parse(&format!("wss://{host}/")).map_err(|_| wrong_location(location))?;
        Self { base, version: ApiVersion::default(), location: None }.with_location(location)
    }

    /// The same server, spoken to as Google Cloud in `location`: a gateway in front of it.
    pub fn with_location(self, location: &str) -> Result<Self, EndpointError> {
        let location = location.trim();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if location.is_empty() || location.len() > LONGEST_LOCATION || !location.bytes().all(fits) {
            return Err(wrong_location(location));
        }
        Ok(Self { location: Some(location.to_owned()), ..self })
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
        Ok(Self { base, version: ApiVersion::default(), location: None })
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

    /// Where in Google Cloud it is; none is the Gemini API.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// What a model is called here: in Google Cloud by the project it is paid by. A full name stays as it is.
    pub fn model_name(&self, project: &str, model: &str) -> String {
        let model = model.trim();
        let id = model.strip_prefix("models/").unwrap_or(model);
        match &self.location {
            Some(location) if !id.contains('/') => {
                format!("projects/{}/locations/{location}/publishers/google/models/{id}", project.trim())
            }
            None if !id.contains('/') => format!("models/{id}"),
            _ => model.to_owned(),
        }
    }

    /// The WebSocket's URL. It holds no secret: the credential travels in a header.
    pub fn websocket_url(&self, method: Method) -> Url {
        let (version, method) = (self.version.as_str(), method.as_str());
        self.below_base(&match self.location {
            None => format!("ws/google.ai.generativelanguage.{version}.GenerativeService.{method}"),
            // The only method and the only stable version there are.
            Some(_) => "ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent".to_owned(),
        })
    }

    /// The URL of something that is asked for over plain HTTP: `v1beta`, `models`.
    pub fn rest_url(&self, version: ApiVersion, path: &str) -> Url {
        let mut url = self.below_base(&format!("{}/{path}", version.as_str()));
        // Always possible: ws ↔ http and wss ↔ https are of the same kind.
        let _ = url.set_scheme(if self.is_encrypted() { "https" } else { "http" });
        url
    }

    fn below_base(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let prefix = self.base.path().trim_end_matches('/');
        url.set_path(&format!("{prefix}/{path}"));
        url
    }
}

fn wrong_location(location: &str) -> EndpointError {
    EndpointError::Location { location: location.chars().take(LONGEST_LOCATION).collect() }
}

/// Whether the host is this machine, by its name alone.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
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
    fn google_cloud_is_named_by_its_location() {
        let url = |endpoint: &Endpoint| endpoint.websocket_url(Method::default()).to_string();
        let path = "/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent";
        let iowa = Endpoint::vertex(" us-central1 ").unwrap();
        assert_eq!(url(&iowa), format!("wss://us-central1-aiplatform.googleapis.com{path}"));
        assert_eq!(url(&Endpoint::vertex("global").unwrap()), format!("wss://aiplatform.googleapis.com{path}"));
        let gateway = Endpoint::parse("http://127.0.0.1:1/gate").unwrap().with_location("europe-west4").unwrap();
        assert_eq!(url(&gateway), format!("ws://127.0.0.1:1/gate{path}"));
    }

    #[test]
    fn a_location_cannot_change_the_host() {
        for bad in ["", "evil.example/", "us@evil.example#", "US-central1", "a b", &"a".repeat(99)] {
            let error = Endpoint::vertex(bad).unwrap_err();
            assert!(matches!(error, EndpointError::Location { .. }), "{bad}: {error}");
        }
    }

    #[test]
    fn a_model_is_named_by_project_and_location_in_google_cloud_only() {
        let cloud = Endpoint::vertex("us-central1").unwrap();
        let full = "projects/p-1/locations/us-central1/publishers/google/models/m";
        assert_eq!(cloud.model_name("p-1", "m"), full);
        assert_eq!(cloud.model_name("p-1", "models/m"), full);
        assert_eq!(cloud.model_name("p-1", full), full);
        assert_eq!(Endpoint::gemini().model_name("p-1", "m"), "models/m");
        assert_eq!(Endpoint::gemini().model_name("", "models/m"), "models/m");
    }

    #[test]
    fn plain_http_keeps_base_and_encryption() {
        let local = Endpoint::parse("ws://localhost:8/base/").unwrap();
        assert_eq!(local.rest_url(ApiVersion::V1Beta, "models").as_str(), "http://localhost:8/base/v1beta/models");
        let gemini = Endpoint::gemini().rest_url(ApiVersion::V1Alpha, "auth_tokens");
        assert_eq!(gemini.as_str(), "https://generativelanguage.googleapis.com/v1alpha/auth_tokens");
    }
}
