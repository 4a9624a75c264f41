//! The settings file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::file::{self, Reading};
use super::{Settings, SettingsError};

/// Ending of what could not be used.
const DAMAGED: &str = "damaged";
/// As many files are kept beside the settings; nobody needs more.
const MOST_KEPT: u32 = 100;

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

    /// The folder the file is in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The settings, and what was wrong with the file, if anything. A missing file is a first start. What can't be used of a
    /// file is kept beside it before anything is written.
    pub fn load(&self) -> (Settings, Option<SettingsError>) {
        let defaults = Settings::default();
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (defaults, None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return self.set_aside(&error.to_string()),
            Err(source) => return (defaults, Some(self.file_error(source))),
        };
        let Reading { settings, unusable, newer } = match file::read(&text, &defaults) {
            Ok(reading) => reading,
            Err(detail) => return self.set_aside(&detail),
        };
        let path = self.path.clone();
        let fault = match newer {
            Some(version) => self
                .keep_copy(&text, &format!("newer-{version}"))
                .map(|kept| Some(SettingsError::Newer { path, kept, version })),
            None if unusable.is_empty() => Ok(None),
            None => self
                .keep_copy(&text, DAMAGED)
                .map(|kept| Some(SettingsError::PartlyDamaged { path, kept, fields: unusable })),
        };
        (settings, fault.unwrap_or_else(|source| Some(self.file_error(source))))
    }

    /// Writes the whole file or nothing of it.
    pub fn save(&self, settings: &Settings) -> Result<(), SettingsError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(file::write(settings)?.as_bytes())?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|source| self.file_error(source))
    }

    fn set_aside(&self, detail: &str) -> (Settings, Option<SettingsError>) {
        let moved = self
            .names_beside(DAMAGED)
            .find(|name| !name.exists())
            .ok_or_else(|| io::ErrorKind::AlreadyExists.into())
            .and_then(|kept| fs::rename(&self.path, &kept).map(|()| kept));
        let error = match moved {
            Ok(kept) => SettingsError::Damaged { path: self.path.clone(), kept, detail: detail.to_owned() },
            Err(source) => self.file_error(source),
        };
        (Settings::default(), Some(error))
    }

    /// A copy of the file's text beside it; one that is there already is as good.
    fn keep_copy(&self, text: &str, what: &str) -> io::Result<PathBuf> {
        for kept in self.names_beside(what) {
            match OpenOptions::new().write(true).create_new(true).open(&kept) {
                Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| kept),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Err(_) if fs::read_to_string(&kept).is_ok_and(|earlier| earlier == text) => return Ok(kept),
                Err(_) => {}
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Names for what is kept: `settings.json.damaged`, `settings.json.damaged-2` and so on.
    fn names_beside(&self, what: &str) -> impl Iterator<Item = PathBuf> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (path, what) = (self.path.clone(), what.to_owned());
        (1..=MOST_KEPT).map(move |number| {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            path.with_file_name(format!("{name}.{what}{number}"))
        })
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
    fn an_earlier_damaged_file_stays() {
        let (_folder, store) = store();
        store.save(&Settings::default()).unwrap();
        let kept: Vec<_> = ["{ first", "{ second"]
            .map(|text| {
                fs::write(&store.path, text).unwrap();
                let Some(SettingsError::Damaged { kept, .. }) = store.load().1 else { panic!("{text}") };
                kept
            })
            .into();
        assert_eq!(fs::read_to_string(&kept[0]).unwrap(), "{ first");
        assert_eq!(fs::read_to_string(&kept[1]).unwrap(), "{ second");
    }

    #[test]
    fn a_bad_field_is_told_and_the_file_kept_as_it_was() {
        let (_folder, store) = store();
        store.save(&Settings::default()).unwrap();
        let text = r#"{"version":1,"mode":"shout","holdThresholdMs":500}"#;
        fs::write(&store.path, text).unwrap();
        let (loaded, error) = store.load();
        assert_eq!(loaded, Settings { hold_threshold_ms: 500, ..Settings::default() });
        let Some(SettingsError::PartlyDamaged { kept, fields, .. }) = error else { panic!("{error:?}") };
        assert_eq!(fields, ["mode"]);
        store.save(&loaded).unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), text);
        assert!(store.load().1.is_none());
    }

    #[test]
    fn a_newer_file_is_copied_once_before_anything_is_written_and_told() {
        let (folder, store) = store();
        store.save(&Settings::default()).unwrap();
        let text = r#"{"version":4,"theme":"dark","new":true}"#;
        fs::write(&store.path, text).unwrap();
        for _ in 0..2 {
            let Some(SettingsError::Newer { kept, version: 4, .. }) = store.load().1 else { panic!() };
            assert_eq!(kept, folder.path().join("deep/settings.json.newer-4"));
            assert_eq!(fs::read_to_string(kept).unwrap(), text);
        }
        assert_eq!(fs::read_to_string(&store.path).unwrap(), text);
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 2);
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
