//! The desktop around the program: browser and clipboard.

use std::sync::{Mutex, PoisonError};

use arboard::{Clipboard, Error};
use url::Url;

use crate::tool::Fault;

/// What lies outside of the program. Every method may block; the errors are for the model, which tells the user.
pub trait Outside: Send + Sync {
    /// Shows a page in the user's browser.
    fn open_link(&self, url: &Url) -> Result<(), String>;

    /// The text the user has copied; none if it is something else than text, or nothing.
    fn read_clipboard(&self) -> Result<Option<String>, String>;

    /// Puts a text in its place.
    fn write_clipboard(&self, text: &str) -> Result<(), String>;
}

/// The desktop this program runs on.
#[derive(Default)]
pub struct Desktop {
    /// Kept: on X11 and Wayland a text is there for as long as its owner is.
    clipboard: Mutex<Option<Clipboard>>,
}

impl Desktop {
    fn with_clipboard<T>(&self, use_it: impl FnOnce(&mut Clipboard) -> Result<T, Error>) -> Result<T, Error> {
        let mut kept = self.clipboard.lock().unwrap_or_else(PoisonError::into_inner);
        let clipboard = match kept.as_mut() {
            Some(clipboard) => clipboard,
            None => kept.insert(Clipboard::new()?),
        };
        use_it(clipboard)
    }
}

impl Outside for Desktop {
    fn open_link(&self, url: &Url) -> Result<(), String> {
        open::that_detached(url.as_str()).map_err(|error| format!("No browser could be started: {error}"))
    }

    fn read_clipboard(&self) -> Result<Option<String>, String> {
        match self.with_clipboard(Clipboard::get_text) {
            Ok(text) => Ok(Some(text)),
            Err(Error::ContentNotAvailable) => Ok(None),
            Err(error) => Err(format!("The clipboard can't be read: {error}")),
        }
    }

    fn write_clipboard(&self, text: &str) -> Result<(), String> {
        let written = self.with_clipboard(|clipboard| clipboard.set_text(text));
        written.map_err(|error| format!("The clipboard can't be written: {error}"))
    }
}

/// Does something that may block, away from everything else.
pub(crate) async fn outside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Fault::Failed(error.to_string()))?.map_err(Fault::Failed)
}

#[cfg(test)]
pub(crate) mod fake {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A desktop that remembers what was done to it.
    #[derive(Default)]
    pub(crate) struct Fake {
        opened: Mutex<Vec<String>>,
        copied: Mutex<Option<String>>,
    }

    impl Fake {
        pub(crate) fn opened(&self) -> Vec<String> {
            self.opened.lock().unwrap().clone()
        }

        pub(crate) fn copy(&self, text: &str) {
            *self.copied.lock().unwrap() = Some(text.to_owned());
        }

        pub(crate) fn copied(&self) -> Option<String> {
            self.copied.lock().unwrap().clone()
        }
    }

    impl Outside for Fake {
        fn open_link(&self, url: &Url) -> Result<(), String> {
            self.opened.lock().unwrap().push(url.to_string());
            Ok(())
        }

        fn read_clipboard(&self) -> Result<Option<String>, String> {
            Ok(self.copied())
        }

        fn write_clipboard(&self, text: &str) -> Result<(), String> {
            self.copy(text);
            Ok(())
        }
    }
}
