//! The eyes: pictures for the service, made of whatever a person has.
//!
//! A [`Still`] is one picture, ready to be sent. [`sources`] lists the screens, windows and cameras there are, [`thumbnail`] helps
//! to choose, and [`Sharing`] looks at one of them again and again until it is dropped: it tells what is new ([`ChangeFilter`]), and
//! when the source has gone.
//!
//! Linux: X11 and Video4Linux; Wayland's screens are refused with the reason. Windows and macOS: their own ways, through libraries.
//! A film or a test picture stands in for a camera anywhere.
//!
//! Knows nothing of the service, the sound or the window.

mod camera;
mod change;
mod error;
mod eye;
mod format;
mod screen;
mod sharing;
mod source;
mod still;

pub use change::ChangeFilter;
pub use error::CaptureError;
pub use sharing::{Frame, Options, SHORTEST_INTERVAL, Seen, Sharing};
pub use source::{Kind, NotASource, Source, SourceId, sources, thumbnail};
pub use still::{Detail, LARGEST_FILE, PictureError, Still, THUMBNAIL_SIDE, TOKENS};
