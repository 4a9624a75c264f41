//! The places and their order, with a keychain made of memory.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use super::*;

/// A keychain whose content a test can see and whose answers it can spoil.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    key: Option<SecretString>,
    error: Option<KeychainError>,
    asked: Vec<&'static str>,
}

impl Fake {
    fn holding(key: &str) -> Self {
        let fake = Self::default();
        fake.0.lock().unwrap().key = Some(key.into());
        fake
    }

    fn failing(self, error: KeychainError) -> Self {
        self.0.lock().unwrap().error = Some(error);
        self
    }

    fn held(&self) -> Option<String> {
        self.0.lock().unwrap().key.as_ref().map(|key| key.expose_secret().to_owned())
    }

    fn asked(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().asked.clone()
    }

    fn answer<T>(&self, asked: &'static str, act: impl FnOnce(&mut Content) -> T) -> Result<T, KeychainError> {
        let mut content = self.0.lock().unwrap();
        content.asked.push(asked);
        match content.error.clone() {
            Some(error) => Err(error),
            None => Ok(act(&mut content)),
        }
    }
}

impl Keychain for Fake {
    fn probe(&mut self) -> Result<(), KeychainError> {
        self.answer("probe", |_| ())
    }

    fn load(&mut self) -> Result<Option<SecretString>, KeychainError> {
        self.answer("load", |content| content.key.clone())
    }

    fn store(&mut self, key: &SecretString) -> Result<(), KeychainError> {
        self.answer("store", |content| content.key = Some(key.clone()))
    }

    fn forget(&mut self) -> Result<(), KeychainError> {
        self.answer("forget", |content| content.key = None)
    }
}

struct Places {
    folder: tempfile::TempDir,
    keychain: Fake,
}

impl Places {
    fn new(keychain: Fake) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), keychain }
    }

    fn store(&self) -> KeyStore {
        KeyStore::new().with_keychain(self.keychain.clone()).with_file(self.path())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("secret/api-key")
    }

    fn put_file(&self, key: &str) {
        KeyFile::new(self.path()).store(&key.into()).unwrap();
    }

    fn in_file(&self) -> Option<String> {
        KeyFile::new(self.path()).load().unwrap().map(|key| key.expose_secret().to_owned())
    }
}

fn locked() -> KeychainError {
    KeychainError::Locked("dismissed".into())
}

fn missing() -> KeychainError {
    KeychainError::Missing("no bus".into())
}

fn told(kept: &Kept) -> (Option<&str>, Option<KeyPlace>) {
    (kept.key.as_ref().map(ExposeSecret::expose_secret), kept.status.place)
}

#[test]
fn the_environment_goes_before_the_keychain_and_the_keychain_before_the_file() {
    let places = Places::new(Fake::holding("of the keychain"));
    places.put_file("of the file");
    let mut store = places.store().with_environment(Some(" of the environment\n".into()));
    assert_eq!(told(&store.load()), (Some("of the environment"), Some(KeyPlace::Environment)));
    assert_eq!(told(&places.store().load()), (Some("of the keychain"), Some(KeyPlace::Keychain)));
    places.keychain.clone().forget().unwrap();
    assert_eq!(told(&places.store().load()), (Some("of the file"), Some(KeyPlace::File)));
    places.store().forget();
    assert_eq!(told(&places.store().load()), (None, None));
}

#[test]
fn a_blank_key_is_no_key() {
    let places = Places::new(Fake::holding("  "));
    let mut store = places.store().with_environment(Some(" \n".into()));
    let kept = store.load();
    assert_eq!((told(&kept), kept.fault.is_none()), ((None, None), true));
}

#[test]
fn a_key_known_already_opens_no_keychain() {
    let places = Places::new(Fake::default());
    let kept = places.store().with_environment(Some("key".into())).load();
    assert!(kept.status.keychain);
    assert_eq!(places.keychain.asked(), ["probe"]);
}

#[test]
fn a_system_without_a_keychain_is_a_status_and_no_fault() {
    let places = Places::new(Fake::default().failing(missing()));
    let kept = places.store().load();
    assert!(!kept.status.keychain);
    assert!(kept.fault.is_none());
}

#[test]
fn a_locked_keychain_is_told_when_the_key_may_be_in_it() {
    let places = Places::new(Fake::holding("key").failing(locked()));
    let kept = places.store().load();
    assert!(matches!(kept.fault, Some(KeyError::Keychain(KeychainError::Locked(_)))));
    places.put_file("key");
    let kept = places.store().load();
    assert_eq!((told(&kept), kept.fault.is_none()), ((Some("key"), Some(KeyPlace::File)), true));
}

#[test]
fn moving_a_key_removes_it_where_it_was() {
    let places = Places::new(Fake::default());
    let mut store = places.store();
    for (place, in_keychain, in_file) in [
        (KeyPlace::Keychain, Some("key"), None),
        (KeyPlace::File, None, Some("key")),
        (KeyPlace::Keychain, Some("key"), None),
        (KeyPlace::Session, None, None),
    ] {
        let kept = store.set("key".into(), place);
        assert_eq!((told(&kept), kept.fault.is_none()), ((Some("key"), Some(place)), true), "{place:?}");
        assert_eq!(places.keychain.held().as_deref(), in_keychain, "{place:?}");
        assert_eq!(places.in_file().as_deref(), in_file, "{place:?}");
    }
}

#[test]
fn a_key_the_keychain_does_not_take_is_for_this_run_and_nothing_is_lost() {
    for error in [locked(), missing(), KeychainError::Refused("full".into())] {
        let places = Places::new(Fake::default().failing(error));
        places.put_file("old");
        let kept = places.store().set("new".into(), KeyPlace::Keychain);
        assert_eq!(told(&kept), (Some("new"), Some(KeyPlace::Session)));
        assert!(!kept.status.keychain);
        assert!(matches!(kept.fault, Some(KeyError::Keychain(_))));
        assert_eq!(places.in_file().as_deref(), Some("old"));
    }
}

#[test]
fn a_key_that_could_not_be_moved_from_the_file_is_still_there() {
    let places = Places::new(Fake::default().failing(missing()));
    places.put_file("key");
    let kept = places.store().set("key".into(), KeyPlace::Keychain);
    assert_eq!(told(&kept), (Some("key"), Some(KeyPlace::File)));
    assert!(kept.fault.is_some());
}

#[test]
fn a_key_kept_without_a_keychain_is_no_fault_of_the_keychain() {
    let places = Places::new(Fake::default().failing(missing()));
    for place in [KeyPlace::File, KeyPlace::Session] {
        assert!(places.store().set("key".into(), place).fault.is_none(), "{place:?}");
    }
}

#[test]
fn an_old_copy_that_can_not_be_removed_is_told() {
    let places = Places::new(Fake::holding("old").failing(locked()));
    let kept = places.store().set("new".into(), KeyPlace::File);
    assert_eq!(told(&kept), (Some("new"), Some(KeyPlace::File)));
    assert!(matches!(kept.fault, Some(KeyError::Keychain(KeychainError::Locked(_)))));
}

#[test]
fn forgetting_removes_the_key_everywhere() {
    let places = Places::new(Fake::holding("key"));
    places.put_file("key");
    let mut store = places.store().with_environment(Some("key".into()));
    let kept = store.forget();
    assert_eq!((told(&kept), kept.fault.is_none()), ((None, None), true));
    assert_eq!((places.keychain.held(), places.in_file()), (None, None));
    assert_eq!(told(&store.load()), (None, None));
}

#[test]
fn the_environment_is_no_place_to_keep_a_key() {
    let kept = Places::new(Fake::default()).store().set("key".into(), KeyPlace::Environment);
    assert_eq!(told(&kept), (Some("key"), Some(KeyPlace::Session)));
    assert!(matches!(kept.fault, Some(KeyError::NoSuchPlace)));
}

#[test]
fn nothing_that_can_be_printed_shows_the_key() {
    let places = Places::new(Fake::holding("hush"));
    let mut store = places.store().with_environment(Some("hush".into())).with_session(Some("hush".into()));
    let kept =
        [store.load(), store.set("hush".into(), KeyPlace::File), store.set("hush".into(), KeyPlace::Environment)];
    assert!(!format!("{store:?} {kept:?}").contains("hush"));
}
