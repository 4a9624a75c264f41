//! A list of things that outlives the program, in a file of its own.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a list isn't what it was, or won't be what it is.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// The file makes no sense; the list begins anew and the file was set aside.
    #[error("{path} could not be read and was kept as {kept}: {detail}", path = path.display(), kept = kept.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where its contents are now.
        kept: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The file can't be read or written: the list lasts as long as the program.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The list. Without a file it is kept for this run only.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    items: Vec<T>,
    path: Option<PathBuf>,
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    /// What the file holds; a missing file is an empty list.
    pub(crate) fn open(path: Option<PathBuf>) -> (Self, Option<KeptError>) {
        let Some(path) = path else {
            return (Self { items: Vec::new(), path: None }, None);
        };
        let (items, error) = match fs::read_to_string(&path) {
            Ok(text) => match serde_json::from_str(&text) {
                Ok(items) => (items, None),
                Err(error) => (Vec::new(), Some(set_aside(&path, error.to_string()))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                (Vec::new(), Some(set_aside(&path, error.to_string())))
            }
            // What can't be read must not be written over.
            Err(source) => return (Self { items: Vec::new(), path: None }, Some(KeptError::File { path, source })),
        };
        (Self { items, path: Some(path) }, error)
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    /// Changes the list, here and in the file: in both or in neither.
    pub(crate) fn change<R>(&mut self, change: impl FnOnce(&mut Vec<T>) -> R) -> Result<R, KeptError>
    where
        T: Clone,
    {
        let mut items = self.items.clone();
        let result = change(&mut items);
        if let Some(path) = &self.path {
            write(path, &items).map_err(|source| KeptError::File { path: path.clone(), source })?;
        }
        self.items = items;
        Ok(result)
    }

    /// Changes the list here alone.
    pub(crate) fn change_here<R>(&mut self, change: impl FnOnce(&mut Vec<T>) -> R) -> R {
        change(&mut self.items)
    }
}

/// The whole file or nothing of it.
fn write<T: Serialize>(path: &Path, items: &[T]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(serde_json::to_string_pretty(items)?.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

fn set_aside(path: &Path, detail: String) -> KeptError {
    // Nothing that was set aside before is lost for it.
    let names = (1..=100).map(|number| path.with_extension(format!("json.damaged-{number}")));
    let moved = names
        .into_iter()
        .find(|name| !name.exists())
        .ok_or_else(|| io::ErrorKind::AlreadyExists.into())
        .and_then(|kept| fs::rename(path, &kept).map(|()| kept));
    match moved {
        Ok(kept) => KeptError::Damaged { path: path.to_owned(), kept, detail },
        Err(source) => KeptError::File { path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/list.json");
        let (mut list, error) = Kept::<u32>::open(Some(path.clone()));
        assert!(error.is_none() && list.items().is_empty());
        list.change(|items| items.extend([1, 2])).unwrap();
        assert_eq!(Kept::<u32>::open(Some(path)).0.items(), [1, 2]);
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        for text in ["[1, ", "{}", "\u{feff}nonsense"] {
            fs::write(&path, text).unwrap();
            let (mut list, error) = Kept::<u32>::open(Some(path.clone()));
            let Some(KeptError::Damaged { kept, .. }) = error else { panic!("{error:?}") };
            assert_eq!(fs::read_to_string(kept).unwrap(), text);
            list.change(|items| items.push(1)).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[test]
    fn what_cannot_be_written_is_not_changed_either() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let mut list = Kept { items: vec![1], path: Some(blocked.join("list.json")) };
        assert!(matches!(list.change(|items| items.push(2)), Err(KeptError::File { .. })));
        assert_eq!(list.items(), [1]);
    }
}
