//! Where the running program is found, by nobody but its own user; and how only one can be there.
//!
//! Each folder of settings has a place of its own, so that two profiles don't meet.
//!
//! On Unix it is a socket in a folder that only the user may enter, beside a file that is locked by whoever listens. The system
//! gives a lock back however its owner ends, so that a socket whose owner was killed is known to be nobody's, and two programs
//! that start at once can't both have it. On Windows the system itself lets only one program make a pipe's first instance.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::Path;

#[cfg(unix)]
pub use unix::Listener;
#[cfg(unix)]
pub(crate) use unix::Place;
#[cfg(windows)]
pub use windows::Listener;
#[cfg(windows)]
pub(crate) use windows::Place;

/// A name for a folder that is the same in every build of the program: 64-bit FNV-1a.
fn name_of(folder: &Path) -> String {
    let bytes = folder.as_os_str().as_encoded_bytes();
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_has_a_name_of_its_own_that_stays() {
        assert_eq!(name_of(Path::new("/home/a/.config")), name_of(Path::new("/home/a/.config")));
        assert_ne!(name_of(Path::new("/home/a/.config")), name_of(Path::new("/home/b/.config")));
        assert_eq!(name_of(Path::new("a")), "af63dc4c8601ec8c");
    }
}
