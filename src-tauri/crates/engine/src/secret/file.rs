//! A key in a file only its owner can read.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::KeyError;

/// Largest file that is read, bytes: keys have 39, tokens some hundred.
const LARGEST: u64 = 4096;

/// A file with one key in it. On Unix its mode is 0600 and its folder's 0700; elsewhere the rights of the user's own folders
/// keep others out.
#[derive(Debug, Clone)]
pub(super) struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The key; none where there is no file, or nothing in it.
    pub(super) fn load(&self) -> Result<Option<SecretString>, KeyError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unreadable(&error)),
        };
        if is_exposed(&file).map_err(|error| self.unreadable(&error))? {
            return Err(KeyError::Exposed { path: self.path.clone() });
        }
        let mut text = String::new();
        file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| self.unreadable(&error))?;
        if text.len() as u64 > LARGEST {
            return Err(KeyError::Unreadable { path: self.path.clone(), detail: "too large to be a key".into() });
        }
        let key = text.trim();
        Ok((!key.is_empty()).then(|| key.to_owned().into()))
    }

    /// Writes the whole file or nothing of it.
    pub(super) fn store(&self, key: &SecretString) -> Result<(), KeyError> {
        self.write(key).map_err(|error| self.unwritable(&error))
    }

    /// Removes the file; it need not exist.
    pub(super) fn forget(&self) -> Result<(), KeyError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.unwritable(&error)),
            _ => Ok(()),
        }
    }

    fn write(&self, key: &SecretString) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        close_to_others(folder)?;
        // Temporary files are made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(key.expose_secret().as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn unreadable(&self, error: &io::Error) -> KeyError {
        KeyError::Unreadable { path: self.path.clone(), detail: error.to_string() }
    }

    fn unwritable(&self, error: &io::Error) -> KeyError {
        KeyError::Unwritable { path: self.path.clone(), detail: error.to_string() }
    }
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file() -> (tempfile::TempDir, KeyFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("secret/api-key"));
        (folder, file)
    }

    fn loaded(file: &KeyFile) -> Option<String> {
        file.load().unwrap().map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn a_key_is_there_until_it_is_forgotten() {
        let (_folder, file) = file();
        assert_eq!(loaded(&file), None);
        file.store(&"one".into()).unwrap();
        file.store(&"two".into()).unwrap();
        assert_eq!(loaded(&file).as_deref(), Some("two"));
        file.forget().unwrap();
        assert_eq!(loaded(&file), None);
        file.forget().unwrap();
    }

    #[test]
    fn an_empty_file_holds_no_key_and_a_huge_one_is_refused() {
        let (_folder, file) = file();
        file.store(&" \n".into()).unwrap();
        assert_eq!(loaded(&file), None);
        file.store(&"k".repeat(5000).into()).unwrap();
        assert!(matches!(file.load(), Err(KeyError::Unreadable { .. })));
    }

    #[test]
    fn what_is_no_text_is_refused_without_being_repeated() {
        let (_folder, file) = file();
        file.store(&"x".into()).unwrap();
        fs::write(&file.path, b"hush\xff\xfe").unwrap();
        let error = file.load().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"));
    }

    #[cfg(unix)]
    mod rights {
        use std::os::unix::fs::PermissionsExt as _;

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        }

        fn set_mode(path: &Path, mode: u32) {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }

        #[test]
        fn nobody_else_can_read_the_file_or_list_its_folder() {
            let (_folder, file) = file();
            fs::create_dir_all(file.path.parent().unwrap()).unwrap();
            set_mode(file.path.parent().unwrap(), 0o755);
            file.store(&"key".into()).unwrap();
            assert_eq!((mode(&file.path), mode(file.path.parent().unwrap())), (0o600, 0o700));
        }

        #[test]
        fn a_file_others_can_read_is_refused_until_it_is_written_anew() {
            let (_folder, file) = file();
            file.store(&"key".into()).unwrap();
            for exposed in [0o640, 0o604, 0o620] {
                set_mode(&file.path, exposed);
                assert!(matches!(file.load(), Err(KeyError::Exposed { .. })), "{exposed:o}");
            }
            file.store(&"key".into()).unwrap();
            assert_eq!(loaded(&file).as_deref(), Some("key"));
        }

        #[test]
        fn nothing_but_the_key_is_left_in_the_folder() {
            let (_folder, file) = file();
            file.store(&"key".into()).unwrap();
            assert_eq!(fs::read_dir(file.path.parent().unwrap()).unwrap().count(), 1);
        }

        #[test]
        fn a_folder_that_is_a_file_is_an_error() {
            let (folder, file) = file();
            fs::write(folder.path().join("secret"), "").unwrap();
            assert!(matches!(file.store(&"key".into()), Err(KeyError::Unwritable { .. })));
        }
    }
}
