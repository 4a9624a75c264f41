//! Why something can't be seen.

use std::io;

/// Named by what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// The program runs where there is no screen. Nothing will help but starting it elsewhere.
    #[error("there is no display")]
    NoDisplay,
    /// The person can allow it in the system's settings.
    #[error("the system doesn't allow it")]
    NotPermitted,
    /// Another program has the camera. It can be closed and this tried again.
    #[error("another program uses it")]
    Busy,
    /// It was closed or unplugged, or never was there. Another source can be chosen.
    #[error("it isn't there")]
    Gone,
    /// It can't work on this system or with this device, however often it is tried.
    #[error("not supported: {why}")]
    Unsupported {
        /// What is missing; for logs and for people who look closer.
        why: &'static str,
    },
    /// What the system says.
    #[error("{0}")]
    System(String),
}

impl From<io::Error> for CaptureError {
    fn from(error: io::Error) -> Self {
        // Numbers of POSIX, which Rust's stable error kinds don't tell apart: ENXIO and ENODEV.
        const NO_SUCH_DEVICE: [i32; 2] = [6, 19];
        match error.kind() {
            io::ErrorKind::NotFound => Self::Gone,
            io::ErrorKind::PermissionDenied => Self::NotPermitted,
            io::ErrorKind::ResourceBusy => Self::Busy,
            _ if cfg!(unix) && error.raw_os_error().is_some_and(|code| NO_SUCH_DEVICE.contains(&code)) => Self::Gone,
            _ => Self::System(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_the_system_says_becomes_what_can_be_done() {
        for (code, expected) in [
            (1, CaptureError::NotPermitted),
            (2, CaptureError::Gone),
            (6, CaptureError::Gone),
            (13, CaptureError::NotPermitted),
            (16, CaptureError::Busy),
            (19, CaptureError::Gone),
        ] {
            assert_eq!(CaptureError::from(io::Error::from_raw_os_error(code)), expected);
        }
        assert!(matches!(io::Error::from_raw_os_error(5).into(), CaptureError::System(_)));
    }
}
