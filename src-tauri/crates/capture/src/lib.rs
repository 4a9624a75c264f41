//! The eyes: pictures for the service, made of whatever a person has.
//!
//! Knows nothing of the service, the sound or the window.

mod change;
mod format;
mod still;

pub use change::ChangeFilter;
pub use still::{Detail, LARGEST_FILE, PictureError, Still, TOKENS};
