//! What the service knows us by. Never printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::Method;

/// What the service knows us by.
#[derive(Clone)]
pub enum Credential {
    /// A Gemini API key.
    ApiKey(SecretString),
    /// An ephemeral token (`auth_tokens/…`).
    Token(SecretString),
    /// An OAuth access token.
    Bearer(SecretString),
}

impl Credential {
    /// An API key given as text; surrounding white space is not part of it.
    pub fn api_key(key: &str) -> Self {
        Self::ApiKey(SecretString::from(key.trim().to_owned()))
    }

    /// Name and value of the header that carries it on the WebSocket upgrade.
    pub fn header(&self) -> (&'static str, SecretString) {
        match self {
            Self::ApiKey(key) => ("x-goog-api-key", key.clone()),
            Self::Token(token) => ("authorization", format!("Token {}", token.expose_secret()).into()),
            Self::Bearer(token) => ("authorization", format!("Bearer {}", token.expose_secret()).into()),
        }
    }

    /// The method it opens.
    pub fn method(&self) -> Method {
        match self {
            Self::ApiKey(_) | Self::Bearer(_) => Method::BidiGenerateContent,
            Self::Token(_) => Method::BidiGenerateContentConstrained,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiKey(_) => "ApiKey(…)",
            Self::Token(_) => "Token(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(credential: &Credential) -> (&'static str, String) {
        let (name, value) = credential.header();
        (name, value.expose_secret().to_owned())
    }

    #[test]
    fn each_kind_travels_in_its_own_header() {
        assert_eq!(header(&Credential::api_key(" AIza-1\n")), ("x-goog-api-key", "AIza-1".into()));
        let token = Credential::Token("auth_tokens/1".to_owned().into());
        assert_eq!(header(&token), ("authorization", "Token auth_tokens/1".into()));
        assert_eq!(token.method(), Method::BidiGenerateContentConstrained);
        let bearer = Credential::Bearer("ya29".to_owned().into());
        assert_eq!(header(&bearer), ("authorization", "Bearer ya29".into()));
    }

    #[test]
    fn printing_a_credential_does_not_print_the_secret() {
        for credential in [
            Credential::api_key("hush"),
            Credential::Token("hush".to_owned().into()),
            Credential::Bearer("hush".to_owned().into()),
        ] {
            assert!(!format!("{credential:?} {:?}", credential.header()).contains("hush"));
        }
    }
}
