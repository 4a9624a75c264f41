//! A named pipe. The system gives others no right to write to it, and none at all from other machines.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};

use super::name_of;

/// All instances of the pipe are spoken to, `ERROR_PIPE_BUSY`.
const BUSY: i32 = 231;

/// Where one profile's program is found.
#[derive(Debug)]
pub(crate) struct Place {
    pipe: String,
}

/// The place is this program's, until it ends.
#[derive(Debug)]
pub struct Listener {
    pipe: String,
    next: NamedPipeServer,
}

/// A connection to a later start.
pub(crate) type Peer = NamedPipeServer;

impl Place {
    /// The place of the profile whose settings are in `folder`.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        Ok(Self { pipe: format!(r"\\.\pipe\vivavoce-{}", name_of(folder)) })
    }

    /// Takes the place; nothing if somebody has it.
    pub(crate) fn claim(&self) -> io::Result<Option<Listener>> {
        let runtime = tauri::async_runtime::handle();
        let _inside = runtime.inner().enter();
        match ServerOptions::new().first_pipe_instance(true).create(&self.pipe) {
            Ok(next) => Ok(Some(Listener { pipe: self.pipe.clone(), next })),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether nobody has the place.
    pub(crate) fn is_free(&self) -> io::Result<bool> {
        Ok(self.claim()?.is_some())
    }

    /// Sends a line to whoever has the place and returns the answer, of at most `longest` bytes. `NotFound` or
    /// `ConnectionRefused` if nobody listens.
    pub(crate) fn exchange(&self, line: &[u8], longest: usize, patience: Duration) -> io::Result<Vec<u8>> {
        let (path, line) = (self.pipe.clone(), line.to_vec());
        let (answer, answered) = mpsc::channel();
        // A pipe that is opened as a file knows no timeouts.
        thread::spawn(move || {
            let opened = OpenOptions::new().read(true).write(true).open(path).map_err(|error| {
                if error.raw_os_error() == Some(BUSY) { io::ErrorKind::ConnectionRefused.into() } else { error }
            });
            let told = opened.and_then(|pipe| crate::steer::client::converse(pipe, &line, longest));
            // Whoever asked may have lost patience.
            let _ = answer.send(told);
        });
        answered.recv_timeout(patience).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Listener {
    /// Makes it ready to be waited on; within a tokio runtime.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) fn into_waiting(self) -> io::Result<Waiting> {
        Ok(Waiting(self))
    }
}

/// A [`Listener`] of the runtime's.
pub(crate) struct Waiting(Listener);

impl Waiting {
    /// The next later start.
    pub(crate) async fn accept(&mut self) -> io::Result<Peer> {
        self.0.next.connect().await?;
        let next = ServerOptions::new().create(&self.0.pipe)?;
        Ok(std::mem::replace(&mut self.0.next, next))
    }
}
