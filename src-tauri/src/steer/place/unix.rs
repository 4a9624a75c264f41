//! A socket and a lock in a folder of the user's own.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::getuid;

use super::name_of;

/// Longest path of a socket that all systems take, bytes.
const LONGEST_PATH: usize = 100;

/// Where one profile's program is found.
#[derive(Debug)]
pub(crate) struct Place {
    socket: PathBuf,
    lock: PathBuf,
}

/// The place is this program's, until it ends.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    lock: File,
}

/// A connection to a later start.
pub(crate) type Peer = tokio::net::UnixStream;

impl Place {
    /// The place of the profile whose settings are in `folder`. Makes the folder of sockets if there is none; an error if it
    /// can't be made, or is somebody else's.
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        let name = name_of(folder);
        let own = std::env::temp_dir().join(format!("vivavoce-{}", getuid().as_raw()));
        if let Some(runtime) = runtime {
            let place = Self::within(&runtime.join("vivavoce"), &name);
            if place.as_ref().is_ok_and(|place| place.socket.as_os_str().len() <= LONGEST_PATH) {
                return place;
            }
        }
        Self::within(&own, &name)
    }

    /// A place of that name in a private folder.
    pub(super) fn within(folder: &Path, name: &str) -> io::Result<Self> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Where everybody may make folders, somebody else may have made this one.
        let found = folder.symlink_metadata()?;
        if !found.is_dir() || found.uid() != getuid().as_raw() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the folder of sockets is somebody else's"));
        }
        if found.mode() & 0o077 != 0 {
            std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        }
        Ok(Self { socket: folder.join(format!("{name}.socket")), lock: folder.join(format!("{name}.lock")) })
    }

    /// Takes the place; nothing if somebody has it.
    pub(crate) fn claim(&self) -> io::Result<Option<Listener>> {
        let Some(lock) = self.lock()? else { return Ok(None) };
        // Whoever listened there is gone, for the lock was free.
        match std::fs::remove_file(&self.socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = UnixListener::bind(&self.socket)?;
        std::fs::set_permissions(&self.socket, Permissions::from_mode(0o600))?;
        socket.set_nonblocking(true)?;
        Ok(Some(Listener { socket, lock }))
    }

    /// Whether nobody has the place, not even somebody who is about to listen or to end.
    pub(crate) fn is_free(&self) -> io::Result<bool> {
        Ok(self.lock()?.is_some())
    }

    fn lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Sends a line to whoever has the place and returns the answer, of at most `longest` bytes. `NotFound` or
    /// `ConnectionRefused` if nobody listens.
    pub(crate) fn exchange(&self, line: &[u8], longest: usize, patience: Duration) -> io::Result<Vec<u8>> {
        let stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        crate::steer::client::converse(stream, line, longest)
    }
}

impl Listener {
    /// Makes it ready to be waited on; within a tokio runtime.
    pub(crate) fn into_waiting(self) -> io::Result<Waiting> {
        Ok(Waiting { socket: tokio::net::UnixListener::from_std(self.socket)?, _lock: self.lock })
    }
}

/// A [`Listener`] of the runtime's.
pub(crate) struct Waiting {
    socket: tokio::net::UnixListener,
    _lock: File,
}

impl Waiting {
    /// The next later start; anybody else's is an error.
    pub(crate) async fn accept(&mut self) -> io::Result<Peer> {
        let (stream, _) = self.socket.accept().await?;
        if stream.peer_cred()?.uid() != getuid().as_raw() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(stream)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn only_one_can_have_a_place_and_only_the_user_can_enter() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("sockets");
        let place = Place::within(&folder, "a").unwrap();
        let listener = place.claim().unwrap().unwrap();
        assert!(place.claim().unwrap().is_none());
        assert!(!place.is_free().unwrap());
        assert_eq!((mode(&folder), mode(&place.socket), mode(&place.lock)), (0o700, 0o600, 0o600));
        assert!(Place::within(&folder, "b").unwrap().claim().unwrap().is_some(), "another profile");

        drop(listener);
        assert!(place.is_free().unwrap());
        assert!(place.claim().unwrap().is_some(), "the socket that was left is taken over");
    }

    #[test]
    fn a_folder_that_others_could_enter_is_closed_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("open");
        DirBuilder::new().create(&folder).unwrap();
        std::fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        Place::within(&folder, "a").unwrap();
        assert_eq!(mode(&folder), 0o700);
    }

    #[test]
    fn a_folder_that_leads_elsewhere_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();
        assert!(Place::within(&link, "a").is_err());
    }

    #[test]
    fn of_many_that_start_at_once_one_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::within(&folder.path().join("sockets"), "a").unwrap();
        // A socket was left by one that was killed.
        drop(UnixListener::bind(&place.socket).unwrap());
        for _ in 0..20 {
            let start = std::sync::Barrier::new(8);
            let claimed: Vec<Option<Listener>> = std::thread::scope(|scope| {
                let claim = || {
                    start.wait();
                    place.claim().unwrap()
                };
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(claimed.iter().flatten().count(), 1);
        }
    }
}
