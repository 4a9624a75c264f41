//! The places a key can be in, and their order.

use std::fmt;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::file::KeyFile;
use super::{KeyError, KeyPlace, KeyStatus, Keychain, KeychainError};

/// What came of loading, keeping or forgetting a key.
#[derive(Debug)]
pub struct Kept {
    /// The key to use in this run.
    pub key: Option<SecretString>,
    /// Where it is.
    pub status: KeyStatus,
    /// What didn't go as it should have.
    pub fault: Option<KeyError>,
}

/// The places a key can be in. At the start the environment goes before the keychain, the keychain before the file. A key
/// is kept in one place: keeping it elsewhere removes it where it was before. Every call may block; see [`Keychain`].
#[derive(Default)]
pub struct KeyStore {
    environment: Option<SecretString>,
    session: Option<SecretString>,
    keychain: Option<Box<dyn Keychain>>,
    has_keychain: bool,
    file: Option<KeyFile>,
}

impl KeyStore {
    /// A store that knows this run's memory only.
    pub fn new() -> Self {
        Self::default()
    }

    /// With what the environment gives; one that is blank is none.
    #[must_use]
    pub fn with_environment(self, key: Option<String>) -> Self {
        Self { environment: key.and_then(cleaned), ..self }
    }

    /// With a key for this run.
    #[must_use]
    pub fn with_session(self, key: Option<SecretString>) -> Self {
        Self { session: key, ..self }
    }

    /// With a keychain.
    #[must_use]
    pub fn with_keychain(self, keychain: impl Keychain) -> Self {
        Self { keychain: Some(Box::new(keychain)), ..self }
    }

    /// With a file that a key may be kept in, if that is asked for. Its folder will be closed to others: it should be
    /// the key's own.
    #[must_use]
    pub fn with_file(self, path: impl Into<PathBuf>) -> Self {
        Self { file: Some(KeyFile::new(path.into())), ..self }
    }

    /// What is known without asking the keychain or the file.
    pub fn known(&self) -> Kept {
        let found = self.environment.clone().map(|key| (key, KeyPlace::Environment));
        self.kept(found.or_else(|| self.session.clone().map(|key| (key, KeyPlace::Session))), None)
    }

    /// The key of the first place that has one. A system without a keychain is not at fault as long as nobody wanted to
    /// keep a key there; one that is locked may hold the key that is missing.
    pub fn load(&mut self) -> Kept {
        let known = self.known();
        if known.key.is_some() {
            // A place to offer, but no reason to ask for a password.
            self.has_keychain = self.keychain.as_mut().is_some_and(|keychain| keychain.probe().is_ok());
            return Kept { status: KeyStatus { keychain: self.has_keychain, ..known.status }, ..known };
        }
        let mut fault = None;
        match self.load_keychain() {
            Ok(Some(key)) => return self.kept(Some((key, KeyPlace::Keychain)), None),
            Ok(None) | Err(KeychainError::Missing(_)) => {}
            Err(error) => fault = Some(error.into()),
        }
        match self.file.as_ref().map_or(Ok(None), KeyFile::load) {
            Ok(Some(key)) => self.kept(Some((key, KeyPlace::File)), None),
            Ok(None) => self.kept(None, fault),
            Err(error) => self.kept(None, Some(fault.unwrap_or(error))),
        }
    }

    /// Keeps a key in `place` and removes it everywhere else. Where that fails, the key is for this run, and what was kept
    /// before stays as it was.
    pub fn set(&mut self, key: SecretString, place: KeyPlace) -> Kept {
        let stored = match place {
            KeyPlace::Keychain => self.store_keychain(&key).map_err(KeyError::from),
            KeyPlace::File => self.file.as_ref().map_or(Err(KeyError::NoSuchPlace), |file| file.store(&key)),
            KeyPlace::Session => Ok(()),
            KeyPlace::Environment => Err(KeyError::NoSuchPlace),
        };
        if let Err(error) = stored {
            let place = if self.file_holds(&key) { KeyPlace::File } else { KeyPlace::Session };
            return self.kept(Some((key, place)), Some(error));
        }
        let fault = self.remove_all_but(place);
        self.kept(Some((key, place)), fault)
    }

    /// Removes the key everywhere. What the environment gives is only forgotten for this run.
    pub fn forget(&mut self) -> Kept {
        (self.environment, self.session) = (None, None);
        let fault = self.remove_all_but(KeyPlace::Session);
        self.kept(None, fault)
    }

    fn remove_all_but(&mut self, place: KeyPlace) -> Option<KeyError> {
        let mut fault = None;
        if place != KeyPlace::Keychain {
            fault = match self.forget_keychain() {
                Ok(()) | Err(KeychainError::Missing(_)) => None,
                Err(error) => Some(error.into()),
            };
        }
        if place != KeyPlace::File {
            fault = fault.or(self.file.as_ref().and_then(|file| file.forget().err()));
        }
        fault
    }

    fn file_holds(&self, key: &SecretString) -> bool {
        let held = self.file.as_ref().and_then(|file| file.load().ok().flatten());
        held.is_some_and(|held| held.expose_secret() == key.expose_secret())
    }

    fn load_keychain(&mut self) -> Result<Option<SecretString>, KeychainError> {
        let loaded = self.keychain.as_mut().map_or_else(|| Err(none()), |keychain| keychain.load());
        self.has_keychain = loaded.is_ok();
        Ok(loaded?.and_then(|key| cleaned(key.expose_secret().to_owned())))
    }

    fn store_keychain(&mut self, key: &SecretString) -> Result<(), KeychainError> {
        let stored = self.keychain.as_mut().map_or_else(|| Err(none()), |keychain| keychain.store(key));
        self.has_keychain = stored.is_ok();
        stored
    }

    fn forget_keychain(&mut self) -> Result<(), KeychainError> {
        let forgotten = self.keychain.as_mut().map_or_else(|| Err(none()), |keychain| keychain.forget());
        self.has_keychain = forgotten.is_ok();
        forgotten
    }

    fn kept(&self, found: Option<(SecretString, KeyPlace)>, fault: Option<KeyError>) -> Kept {
        let (key, place) = found.unzip();
        Kept { key, status: KeyStatus { place, keychain: self.has_keychain }, fault }
    }
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("environment", &self.environment.is_some())
            .field("session", &self.session.is_some())
            .field("keychain", &self.keychain.is_some())
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

fn none() -> KeychainError {
    KeychainError::Missing("this program uses none".into())
}

/// A key without what was copied around it; nothing but white space is no key.
fn cleaned(key: String) -> Option<SecretString> {
    let trimmed = key.trim();
    match trimmed.len() {
        0 => None,
        length if length == key.len() => Some(key.into()),
        _ => Some(trimmed.to_owned().into()),
    }
}

#[cfg(test)]
mod tests;
