//! Where the API key is kept: the environment, the system's keychain, a file, or this run's memory.
//!
//! [`KeyStore`] knows the places and their order, and may block: a keychain can ask the user for a password first. The
//! engine therefore gives it a thread of its own (`vault`), which owns it until the program ends; nobody waits for it
//! longer than a moment. The key itself travels as a `SecretString`, and no error, status or log line contains it.

mod check;
mod file;
mod keychain;
mod store;
mod vault;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use check::KeyCheck;
pub use keychain::{Keychain, KeychainError, SystemKeychain};
pub use store::{Kept, KeyStore};
pub(crate) use vault::{News, Vault};

use crate::problem::{Problem, ProblemCode};

/// Where an API key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum KeyPlace {
    /// The system's keychain.
    Keychain,
    /// This run's memory.
    Session,
    /// A file only the user can read.
    File,
    /// The environment variable `GEMINI_API_KEY`.
    Environment,
}

/// What is known about the API key, without the key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeyStatus {
    /// Where it is kept; absent where there is none.
    pub place: Option<KeyPlace>,
    /// The system has a keychain that works.
    pub keychain: bool,
}

impl KeyStatus {
    /// Whether there is a key.
    pub fn is_present(self) -> bool {
        self.place.is_some()
    }
}

/// Why a key isn't where it should be. The key is used for this run all the same.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Keep it elsewhere, or see to the keychain and try again.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// Take the rights of others away from the file, or set the key anew.
    #[error("{} can be read by other users, and isn't used", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// See to the file, or set the key anew.
    #[error("{} can't be read: {detail}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// In the system's words.
        detail: String,
    },
    /// See to the folder, or keep the key elsewhere.
    #[error("{} can't be written: {detail}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// In the system's words.
        detail: String,
    },
    /// Keep it elsewhere: nothing was told where a file might be, or the place was the environment.
    #[error("a key can't be kept there")]
    NoSuchPlace,
}

impl From<&KeyError> for Problem {
    fn from(error: &KeyError) -> Self {
        let code = match error {
            KeyError::Keychain(_) => ProblemCode::KeychainUnavailable,
            KeyError::Exposed { .. } | KeyError::Unreadable { .. } => ProblemCode::SettingsUnreadable,
            KeyError::Unwritable { .. } | KeyError::NoSuchPlace => ProblemCode::SettingsUnwritable,
        };
        Self::of(code).with_detail(error.to_string())
    }
}
