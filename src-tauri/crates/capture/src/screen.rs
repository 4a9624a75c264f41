//! Screens and windows.

#[cfg(target_os = "linux")]
#[path = "screen/linux.rs"]
mod native;
#[cfg(any(windows, target_os = "macos"))]
#[path = "screen/system.rs"]
mod native;
#[cfg(target_os = "linux")]
mod pixels;
#[cfg(target_os = "linux")]
mod x11;

pub(crate) use native::{open_screen, open_window, screens, windows};
