//! The key: from the environment, or where the window keeps it.

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use directories::BaseDirs;
use vivavoce_engine::{KeyStore, SystemKeychain};

/// The application's identifier, which its folders are named by.
const IDENTIFIER: &str = "org.vivavoce.Vivavoce";

/// A keychain may ask for a password first; nobody may be there to answer.
const LIMIT: Duration = Duration::from_mins(1);

/// The key for this run. It is an error to have none where it is `needed`.
pub(crate) fn find(needed: bool) -> anyhow::Result<KeyStore> {
    let mut places = KeyStore::new().with_environment(std::env::var("GEMINI_API_KEY").ok());
    let known = places.known();
    if known.key.is_some() {
        return Ok(KeyStore::new().with_session(known.key));
    }
    places = places.with_keychain(SystemKeychain);
    if let Some(file) = file() {
        places = places.with_file(file);
    }
    let (sender, answer) = channel();
    thread::spawn(move || sender.send(places.load()));
    let found = answer.recv_timeout(LIMIT);
    let (key, fault) = found.map_or_else(
        |_| (None, Some("the system's keychain didn't answer".to_owned())),
        |kept| (kept.key, kept.fault.map(|fault| fault.to_string())),
    );
    if let Some(fault) = &fault {
        eprintln!("vivavoce-cli: {fault}");
    }
    if key.is_none() && needed {
        anyhow::bail!(
            "there is no API key: put one into GEMINI_API_KEY, or try it without one: vivavoce-cli talk --demo"
        );
    }
    Ok(KeyStore::new().with_session(key))
}

/// Where the window keeps a key that the user wants in a file.
fn file() -> Option<PathBuf> {
    Some(BaseDirs::new()?.data_local_dir().join(IDENTIFIER).join("secret").join("api-key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_is_the_windows() {
        let configuration = include_str!("../../../../tauri.conf.json");
        assert!(configuration.contains(&format!("\"identifier\": \"{IDENTIFIER}\"")));
    }
}
