//! Who may come in: the token, if any, is looked at when the first message arrives.

use std::borrow::Cow;
use std::time::SystemTime;

use serde_json::Value;
use vivavoce_live::message::unknown::unknown_field;

use crate::token::{Admission, TokenRefusal, TokenStore, is_token};

/// The gate of one connection.
#[derive(Debug)]
pub(super) struct Gate {
    tokens: TokenStore,
    strict: bool,
    pass: Pass,
}

/// What a connection has to show. Not `Debug` with its token.
enum Pass {
    /// A token, at the first message.
    Token(Option<String>),
    /// Nothing more.
    Open,
    /// Nothing more until the token expires.
    Until(SystemTime),
    /// It is on the wrong method.
    Never,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Open => "Open",
            Self::Until(_) => "Until",
            Self::Never => "Never",
        })
    }
}

impl Gate {
    /// The gate of a connection to the method for tokens (`constrained`) or to the one for keys, with this key or token.
    pub(super) fn new(tokens: TokenStore, strict: bool, constrained: bool, key: Option<&str>) -> Self {
        let pass = match key {
            _ if constrained => Pass::Token(key.map(str::to_owned)),
            Some(key) if is_token(key) => Pass::Never,
            Some(_) | None => Pass::Open,
        };
        Self { tokens, strict, pass }
    }

    /// The message as the session is to see it: with the setup the token allows.
    pub(super) fn admit<'a>(&mut self, message: &'a [u8], now: SystemTime) -> Result<Cow<'a, [u8]>, TokenRefusal> {
        match &self.pass {
            Pass::Open => Ok(message.into()),
            Pass::Until(_) => self.check(now).map(|()| message.into()),
            // What is no setup is refused by the session, in its own words.
            Pass::Never | Pass::Token(_) => match self.with_setup(message) {
                None => Ok(message.into()),
                Some(message) => self.open(message, now).map(Cow::Owned),
            },
        }
    }

    /// Refuses a connection whose token has expired.
    pub(super) fn check(&self, now: SystemTime) -> Result<(), TokenRefusal> {
        match self.pass {
            Pass::Until(end) if end <= now => Err(TokenRefusal::Invalid),
            _ => Ok(()),
        }
    }

    /// From when on nothing is let in any more.
    pub(super) fn closes_at(&self) -> Option<SystemTime> {
        if let Pass::Until(end) = self.pass { Some(end) } else { None }
    }

    /// Spends the token on a message with a setup.
    fn open(&mut self, mut message: Value, now: SystemTime) -> Result<Vec<u8>, TokenRefusal> {
        let token = match &self.pass {
            Pass::Token(token) => token.as_deref().ok_or(TokenRefusal::Invalid)?,
            _ => return Err(TokenRefusal::Unregistered),
        };
        let Admission { setup, expires_at } = self.tokens.admit(token, message["setup"].take(), now)?;
        self.pass = Pass::Until(expires_at);
        message["setup"] = setup;
        Ok(message.to_string().into_bytes())
    }

    /// The message, if it has a setup and nothing that would be refused as unknown.
    fn with_setup(&self, message: &[u8]) -> Option<Value> {
        let message: Value = serde_json::from_slice(message).ok()?;
        let known = !self.strict || unknown_field(&message).is_none();
        Some(message).filter(|message| known && message.get("setup").is_some_and(Value::is_object))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn setup() -> Vec<u8> {
        json!({"setup": {"model": "models/a"}}).to_string().into_bytes()
    }

    #[test]
    fn a_key_on_its_own_method_passes_everything_as_it_is() {
        for key in [None, Some("any")] {
            let mut gate = Gate::new(TokenStore::new(1), true, false, key);
            assert_eq!(gate.admit(b"anything", NOW).unwrap(), b"anything".as_slice());
            assert_eq!(gate.admit(&setup(), NOW).unwrap(), setup());
            assert_eq!(gate.closes_at(), None);
        }
    }

    #[test]
    fn a_token_lets_in_until_it_expires() {
        let tokens = TokenStore::new(1);
        let name = tokens.create(b"{\"bidiGenerateContentSetup\": {\"model\": \"models/b\"}}", true, NOW).unwrap();
        let mut gate = Gate::new(tokens, true, true, Some(&name));
        let seen: Value = serde_json::from_slice(&gate.admit(&setup(), NOW).unwrap()).unwrap();
        assert_eq!(seen, json!({"setup": {"model": "models/b"}}));
        let end = NOW + Duration::from_mins(30);
        assert_eq!(gate.closes_at(), Some(end));
        assert!(gate.admit(b"{}", end - Duration::from_millis(1)).is_ok());
        assert_eq!(gate.admit(b"{}", end), Err(TokenRefusal::Invalid));
    }

    #[test]
    fn what_the_session_refuses_anyway_spends_no_token() {
        let tokens = TokenStore::new(1);
        let name = tokens.create(b"", true, NOW).unwrap();
        let mut gate = Gate::new(tokens, true, true, Some(&name));
        for message in ["not JSON", "{}", r#"{"setup": null}"#, r#"{"setup": {"tone": 1}}"#] {
            assert_eq!(gate.admit(message.as_bytes(), NOW).unwrap(), message.as_bytes(), "{message}");
        }
        assert!(gate.admit(&setup(), NOW).is_ok());
    }

    #[test]
    fn the_wrong_pass_is_refused_at_the_first_setup() {
        for (constrained, key, refusal) in [
            (false, Some("auth_tokens/a"), TokenRefusal::Unregistered),
            (true, Some("auth_tokens/a"), TokenRefusal::Invalid),
            (true, Some("a key"), TokenRefusal::Invalid),
            (true, None, TokenRefusal::Invalid),
        ] {
            let mut gate = Gate::new(TokenStore::new(1), true, constrained, key);
            assert_eq!(gate.admit(&setup(), NOW), Err(refusal), "{constrained} {key:?}");
        }
    }
}
