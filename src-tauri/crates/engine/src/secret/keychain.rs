//! The system's keychain: Secret Service, macOS Keychain or Windows Credential Manager.

use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use secrecy::{ExposeSecret as _, SecretString};

/// What the key is filed under.
const SERVICE: &str = "vivavoce";
const USER: &str = "gemini-api-key";

/// Longest message of the system that is passed on, characters.
const LONGEST_DETAIL: usize = 200;

/// A keychain that holds one key. Every call may block, and may ask the user for a password first.
pub trait Keychain: Send + 'static {
    /// Whether it is there; never asks for a password.
    fn probe(&mut self) -> Result<(), KeychainError>;
    /// The key, if it holds one.
    fn load(&mut self) -> Result<Option<SecretString>, KeychainError>;
    /// Keeps a key in place of the one it may hold.
    fn store(&mut self, key: &SecretString) -> Result<(), KeychainError>;
    /// Lets go of what it holds; holding nothing is no error.
    fn forget(&mut self) -> Result<(), KeychainError>;
}

/// Why the keychain didn't do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// Start one, or keep the key elsewhere.
    #[error("the system has no keychain: {0}")]
    Missing(String),
    /// Unlock it, then try again.
    #[error("the keychain is locked: {0}")]
    Locked(String),
    /// Keep the key elsewhere.
    #[error("the keychain refused: {0}")]
    Refused(String),
    /// Look for a prompt of the system that waits for an answer.
    #[error("the keychain didn't answer")]
    Silent,
}

/// The keychain of the user's session. Reached anew by every call, so that one started or unlocked later is found.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeychain;

impl SystemKeychain {
    fn entry() -> Result<Entry, KeychainError> {
        let missing = |error: Error| KeychainError::Missing(detail(&error));
        open().map_err(missing)?.build(SERVICE, USER, None).map_err(missing)
    }
}

impl Keychain for SystemKeychain {
    fn probe(&mut self) -> Result<(), KeychainError> {
        Self::entry().map(|_| ())
    }

    fn load(&mut self) -> Result<Option<SecretString>, KeychainError> {
        let found = match Self::entry()?.get_password() {
            // Another program may have filed something under the same names: the first is as good as any.
            Err(Error::Ambiguous(entries)) => entries.first().map_or(Err(Error::NoEntry), Entry::get_password),
            found => found,
        };
        match found {
            Ok(key) => Ok(Some(key.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failure(&error)),
        }
    }

    fn store(&mut self, key: &SecretString) -> Result<(), KeychainError> {
        let entry = Self::entry()?;
        let stored = match entry.set_password(key.expose_secret()) {
            Err(Error::Ambiguous(entries)) => {
                delete(&entries)?;
                entry.set_password(key.expose_secret())
            }
            stored => stored,
        };
        stored.map_err(|error| failure(&error))
    }

    fn forget(&mut self) -> Result<(), KeychainError> {
        match Self::entry()?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(Error::Ambiguous(entries)) => delete(&entries),
            Err(error) => Err(failure(&error)),
        }
    }
}

fn delete(entries: &[Entry]) -> Result<(), KeychainError> {
    entries.iter().try_for_each(|entry| match entry.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failure(&error)),
    })
}

fn failure(error: &Error) -> KeychainError {
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked(detail(error)),
        _ => KeychainError::Refused(detail(error)),
    }
}

/// The system's words. `Display` of these errors names no secret; their `Debug` may.
fn detail(error: &Error) -> String {
    error.to_string().chars().take(LONGEST_DETAIL).collect()
}

type Store = Arc<dyn CredentialStoreApi + Send + Sync>;

#[cfg(all(unix, not(target_os = "macos")))]
fn open() -> Result<Store, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn open() -> Result<Store, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn open() -> Result<Store, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_inside_an_error_is_not_passed_on() {
        let error = Error::BadEncoding(b"hush".to_vec());
        let told = failure(&error);
        assert!(!format!("{told} {told:?}").contains("hush"));
        assert!(!format!("{told:?}").contains("104, 117"), "{told:?}");
    }

    #[test]
    fn a_long_message_of_the_system_is_cut() {
        let error = Error::NotSupportedByStore("x".repeat(10_000));
        assert_eq!(detail(&error).chars().count(), LONGEST_DETAIL);
    }
}
