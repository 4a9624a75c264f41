//! Ephemeral tokens: what a client may connect with instead of a key, for a while, a few times, and with some of the setup
//! decided beforehand.
//!
//! A token is created from a request body ([`TokenStore::create`]) and spent by the first message of a connection
//! ([`TokenStore::admit`]). There is no clock here: the time of day is an argument.

mod lock;
mod request;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::Value;

use lock::Lock;
pub use request::TokenRequestError;

/// Tokens kept at most; the oldest gives way.
const MOST_TOKENS: usize = 10_000;
/// What every token begins with.
const PREFIX: &str = "auth_tokens/";

/// All tokens of one server; clones share them. `Debug` leaves them out.
#[derive(Clone)]
pub struct TokenStore {
    tokens: Arc<Mutex<Tokens>>,
}

impl fmt::Debug for TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenStore").field("tokens", &self.lock().by_name.len()).finish()
    }
}

struct Tokens {
    by_name: HashMap<String, Token>,
    created: u64,
    seed: u64,
}

/// One token.
struct Token {
    number: u64,
    /// Until when messages are taken.
    expires_at: SystemTime,
    /// Until when sessions may be opened.
    opens_until: SystemTime,
    /// Sessions it may still open; `None` is any number.
    uses_left: Option<u64>,
    lock: Lock,
}

/// A connection that a token lets in.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    /// The setup that counts: the client's, the token's, or a mixture.
    pub setup: Value,
    /// From when on messages are refused.
    pub expires_at: SystemTime,
}

/// Why a connection with a token, or without the one it needs, is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// It opened all the sessions it may: create another.
    #[error("Token has been used too many times")]
    Used,
    /// There is no such token, or it has expired: create another.
    #[error(
        "Missing or malformed auth token: expected one in the `access_token` query parameter or the Authorization header."
    )]
    Invalid,
    /// A token on the method for keys: connect to the constrained method.
    #[error(
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."
    )]
    Unregistered,
}

impl TokenRefusal {
    /// Reason of the close frame; 123 bytes hold no more than its beginning.
    pub fn reason(self) -> String {
        let reason = self.to_string();
        reason[..reason.floor_char_boundary(123)].to_owned()
    }

    /// Code of the close frame.
    pub fn code(self) -> u16 {
        match self {
            Self::Used => 1011,
            Self::Invalid => 1007,
            Self::Unregistered => 1008,
        }
    }
}

impl TokenStore {
    /// No tokens yet; `seed` is what their names are made from.
    pub fn new(seed: u64) -> Self {
        Self { tokens: Arc::new(Mutex::new(Tokens { by_name: HashMap::new(), created: 0, seed })) }
    }

    /// Makes a token as the body of a creation request asks; empty asks for nothing special. Gives its name, which is the
    /// token itself. A `strict` store refuses unknown fields.
    pub fn create(&self, body: &[u8], strict: bool, now: SystemTime) -> Result<String, TokenRequestError> {
        let wanted = request::read(body, strict, now)?;
        let mut tokens = self.lock();
        tokens.make_room(now);
        tokens.created += 1;
        let name = tokens.name();
        let token = Token {
            number: tokens.created,
            expires_at: wanted.expires_at,
            opens_until: wanted.opens_until,
            uses_left: wanted.uses,
            lock: wanted.lock,
        };
        tokens.by_name.insert(name.clone(), token);
        Ok(name)
    }

    /// Spends one use of the token `name` on a session with the client's `setup`; a setup that resumes a session needs none.
    pub fn admit(&self, name: &str, setup: Value, now: SystemTime) -> Result<Admission, TokenRefusal> {
        let mut tokens = self.lock();
        let token = tokens.by_name.get_mut(name).filter(|token| token.expires_at > now).ok_or(TokenRefusal::Invalid)?;
        let setup = token.lock.apply(setup);
        if !resumes(&setup) {
            if token.opens_until <= now {
                return Err(TokenRefusal::Invalid);
            }
            match &mut token.uses_left {
                Some(0) => return Err(TokenRefusal::Used),
                Some(left) => *left -= 1,
                None => {}
            }
        }
        Ok(Admission { setup, expires_at: token.expires_at })
    }

    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    /// Forgets what has expired, and the oldest if that is not enough.
    fn make_room(&mut self, now: SystemTime) {
        if self.by_name.len() < MOST_TOKENS {
            return;
        }
        self.by_name.retain(|_, token| token.expires_at > now);
        if self.by_name.len() >= MOST_TOKENS {
            let oldest = self.by_name.iter().min_by_key(|(_, token)| token.number).map(|(name, _)| name.clone());
            oldest.and_then(|name| self.by_name.remove(&name));
        }
    }

    /// A name nobody guesses who does not know the seed.
    fn name(&self) -> String {
        let mut random = fastrand::Rng::with_seed(self.seed ^ self.created.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let opaque: String = std::iter::repeat_with(|| random.alphanumeric()).take(40).collect();
        format!("{PREFIX}{opaque}")
    }
}

/// Whether this is a token rather than a key.
pub(crate) fn is_token(key: &str) -> bool {
    key.starts_with(PREFIX)
}

fn resumes(setup: &Value) -> bool {
    let handle = lock::get(setup, "sessionResumption").and_then(|resumption| lock::get(resumption, "handle"));
    handle.and_then(Value::as_str).is_some_and(|handle| !handle.is_empty())
}
