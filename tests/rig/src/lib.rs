//! Virtual sound devices and a virtual display for tests and demonstrations.
//!
//! [`Sound`] is a private PulseAudio server with a virtual speaker and a virtual microphone; [`Display`] is a private X server
//! with a window manager. Both live in temporary folders and end when they are dropped, also when a test panics. [`Rig`] is
//! the two together with a private home folder, as environment variables for a child process.
//!
//! [`Signal`] and [`compare`] are the ears: they tell whether a recording holds what was played, whole and without gaps.
//!
//! Nothing here knows the application. It needs Debian's `pulseaudio`, `pulseaudio-utils`, `xvfb`, `openbox`, `imagemagick` and
//! `espeak-ng`; what is missing is named in the error.

pub mod compare;
pub mod desktop;
mod display;
mod fft;
mod process;
mod rig;
mod signal;
mod sound;
mod speech;
mod steadiness;

pub use display::Display;
pub use process::{Process, real_time, wait_until};
pub use rig::Rig;
pub use signal::Signal;
pub use sound::{Devices, FIRST, Feed, Module, Recording, SECOND, Sound};
pub use speech::speak;
pub use steadiness::Steadiness;

/// An environment variable for a child process: name and value.
pub type Variable = (&'static str, std::ffi::OsString);
