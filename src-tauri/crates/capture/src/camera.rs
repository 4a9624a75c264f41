//! Cameras, and what stands in for one.

mod film;
#[cfg(target_os = "linux")]
#[path = "camera/linux.rs"]
mod native;
#[cfg(any(windows, target_os = "macos"))]
#[path = "camera/system.rs"]
mod native;
mod pattern;
mod raw;

pub(crate) use film::open_film;
pub(crate) use native::{cameras, open};
pub(crate) use pattern::Pattern;
