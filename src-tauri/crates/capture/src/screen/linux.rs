//! Which of Linux's two ways there are, and what is possible on them.

use std::env;

use super::x11::{Display, ScreenEye, WindowEye};
use crate::error::CaptureError;
use crate::eye::Eye;
use crate::source::Source;

/// Monitors.
pub(crate) fn screens() -> Result<Vec<Source>, CaptureError> {
    display()?.screens()
}

/// Windows of other programs.
pub(crate) fn windows() -> Result<Vec<Source>, CaptureError> {
    display()?.windows(std::process::id())
}

/// One monitor.
pub(crate) fn open_screen(name: &str) -> Result<Box<dyn Eye>, CaptureError> {
    Ok(Box::new(ScreenEye::open(display()?, name)?))
}

/// One window.
pub(crate) fn open_window(number: u32) -> Result<Box<dyn Eye>, CaptureError> {
    Ok(Box::new(WindowEye::open(display()?, number)?))
}

fn display() -> Result<Display, CaptureError> {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    allowed(is_set("WAYLAND_DISPLAY"), env::var("XDG_SESSION_TYPE").ok().as_deref())?;
    if is_set("DISPLAY") { Display::connect(None) } else { Err(CaptureError::NoDisplay) }
}

/// On Wayland there is an X display too, and it is black where other programs' windows are: better nothing than that.
///
/// What Wayland has instead is a portal that gives a stream of PipeWire, whose library is needed in C with headers and libclang to
/// build against it.
fn allowed(has_wayland: bool, session: Option<&str>) -> Result<(), CaptureError> {
    if has_wayland || session == Some("wayland") {
        return Err(CaptureError::Unsupported { why: "screens and windows of Wayland can't be seen yet; X11's can" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wayland_is_named_as_the_reason() {
        for (has_wayland, session) in [(true, None), (true, Some("x11")), (false, Some("wayland"))] {
            let why = allowed(has_wayland, session).map_err(|error| error.to_string());
            assert!(why.is_err_and(|why| why.contains("Wayland")), "{has_wayland} {session:?}");
        }
        assert_eq!(allowed(false, Some("x11")), Ok(()));
        assert_eq!(allowed(false, None), Ok(()));
    }
}
