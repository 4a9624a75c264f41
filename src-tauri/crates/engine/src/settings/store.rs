//! The settings file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Settings, SettingsError};

/// The settings file.
#[derive(Debug, Clone)]
pub struct SettingsStore {
    path: PathBuf,
}

impl SettingsStore {
    /// Settings at `path`; nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The settings, and what was wrong with the file, if anything. A missing file is a first start.
    pub fn load(&self) -> (Settings, Option<SettingsError>) {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Settings::default(), None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return self.set_aside(&error.to_string()),
            Err(source) => return (Settings::default(), Some(self.file_error(source))),
        };
        match serde_json::from_str::<Settings>(&text) {
            Ok(mut settings) => {
                settings.bring_into_range();
                (settings, None)
            }
            Err(error) => self.set_aside(&error.to_string()),
        }
    }

    /// Writes the whole file or nothing of it.
    pub fn save(&self, settings: &Settings) -> Result<(), SettingsError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, settings)?;
            file.write_all(b"\n")?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|source| self.file_error(source))
    }

    fn set_aside(&self, detail: &str) -> (Settings, Option<SettingsError>) {
        let kept = self.path.with_extension("json.damaged");
        let error = match fs::rename(&self.path, &kept) {
            Ok(()) => SettingsError::Damaged { path: self.path.clone(), kept, detail: detail.to_owned() },
            Err(source) => self.file_error(source),
        };
        (Settings::default(), Some(error))
    }

    fn file_error(&self, source: io::Error) -> SettingsError {
        SettingsError::File { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::settings::Mode;

    fn store() -> (tempfile::TempDir, SettingsStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SettingsStore::new(folder.path().join("deep/settings.json"));
        (folder, store)
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let (_folder, store) = store();
        let settings =
            Settings { model: "gemini-x".into(), mode: Mode::HandsFree, welcomed: true, ..Settings::default() };
        store.save(&settings).unwrap();
        let (loaded, error) = store.load();
        assert!(error.is_none());
        assert_eq!(loaded, settings);
    }

    #[test]
    fn a_first_start_has_the_defaults() {
        let (_folder, store) = store();
        let (loaded, error) = store.load();
        assert!(error.is_none());
        assert_eq!(loaded, Settings::default());
    }

    #[test]
    fn a_damaged_file_is_kept_aside_and_the_program_goes_on() {
        let (_folder, store) = store();
        store.save(&Settings::default()).unwrap();
        fs::write(&store.path, "{ \"model\": ").unwrap();
        let (loaded, error) = store.load();
        assert_eq!(loaded, Settings::default());
        let Some(SettingsError::Damaged { kept, .. }) = error else { panic!("{error:?}") };
        assert_eq!(fs::read_to_string(kept).unwrap(), "{ \"model\": ");
        assert!(store.load().1.is_none());
    }

    #[test]
    fn a_file_of_another_version_keeps_what_is_known() {
        let (_folder, store) = store();
        fs::create_dir_all(store.path.parent().unwrap()).unwrap();
        fs::write(&store.path, r#"{"model":"models/gemini-x","fromTheFuture":[1],"holdThresholdMs":5}"#).unwrap();
        let (loaded, error) = store.load();
        assert!(error.is_none());
        assert_eq!((loaded.model.as_str(), loaded.hold_threshold_ms), ("gemini-x", 100));
    }
}
