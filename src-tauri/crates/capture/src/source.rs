//! What can be shown, and its name that is written and read.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::camera;
use crate::error::CaptureError;
use crate::eye::{self, Glance};
use crate::screen;
use crate::still::Still;

/// The longer side of a small picture to choose by, pixels.
const THUMBNAIL: u32 = 320;

/// What can be shown. Written and read as `screen:ID`, `window:ID`, `camera:ID`, `pattern` or `file:PATH`.
///
/// Screens and cameras keep their names while they stay plugged in; windows get others with each start of their program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SourceId {
    /// One monitor, by the system's name for its socket.
    Screen(String),
    /// One window, by the system's number.
    Window(u32),
    /// One camera, by the system's name for it.
    Camera(String),
    /// A moving test picture in place of a camera.
    Pattern,
    /// A film in place of a camera: `.y4m` (YUV4MPEG2) or `.mjpeg` (JPEGs one after the other), from the beginning again
    /// after its end.
    File(PathBuf),
}

/// This is no [`SourceId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sources are screen:ID, window:ID, camera:ID, pattern and file:PATH")]
pub struct NotASource;

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Screen(id) => write!(f, "screen:{id}"),
            Self::Window(id) => write!(f, "window:{id}"),
            Self::Camera(id) => write!(f, "camera:{id}"),
            Self::Pattern => f.write_str("pattern"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl FromStr for SourceId {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        if text == "pattern" {
            return Ok(Self::Pattern);
        }
        match text.split_once(':') {
            Some((_, "")) | None => Err(NotASource),
            Some(("screen", id)) => Ok(Self::Screen(id.to_owned())),
            Some(("window", id)) => id.parse().map(Self::Window).map_err(|_| NotASource),
            Some(("camera", id)) => Ok(Self::Camera(id.to_owned())),
            Some(("file", path)) => Ok(Self::File(path.into())),
            Some(_) => Err(NotASource),
        }
    }
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What to ask for.
    pub id: SourceId,
    /// For people: a window's title, a camera's or monitor's name. Others wrote it; it isn't to be trusted.
    pub name: String,
    /// Width and height, pixels, where they are known without opening it.
    pub size: Option<(u32, u32)>,
}

/// What kind of things to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Monitors.
    Screen,
    /// Windows of other programs, also minimised ones.
    Window,
    /// Cameras.
    Camera,
}

/// What there is to show now. Blocks for some milliseconds; a camera is not switched on for it.
pub fn sources(kind: Kind) -> Result<Vec<Source>, CaptureError> {
    match kind {
        Kind::Screen => screen::screens(),
        Kind::Window => screen::windows(),
        Kind::Camera => camera::cameras(),
    }
}

/// A small picture of it to choose by, or nothing while it can't be seen (a minimised window). Blocks; a camera is switched on
/// for it and off again, which takes a second or more.
pub fn thumbnail(id: &SourceId) -> Result<Option<Still>, CaptureError> {
    match eye::open(id)?.look()? {
        Glance::Picture(picture) => Ok(Some(Still::of_picture_within(&picture.into(), THUMBNAIL))),
        Glance::Hidden => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for id in [
            SourceId::Screen("DP-1".into()),
            SourceId::Screen("a:b".into()),
            SourceId::Window(4_294_967_295),
            SourceId::Camera("video0".into()),
            SourceId::Pattern,
            SourceId::File("/a b/c:d.y4m".into()),
        ] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn other_words_are_no_sources() {
        for text in ["", "screen", "screen:", "window:x", "window:-1", "window:4294967296", "microphone:1", "Pattern"] {
            assert_eq!(text.parse::<SourceId>(), Err(NotASource), "{text}");
        }
    }

    #[test]
    fn a_thumbnail_is_small() {
        let still = thumbnail(&SourceId::Pattern).unwrap().unwrap();
        assert_eq!((still.width, still.height), (320, 240));
        assert!(still.jpeg.len() < 20_000, "{} bytes", still.jpeg.len());
    }

    #[test]
    fn what_is_not_there_is_gone() {
        assert_eq!(thumbnail(&SourceId::File("/nowhere/film.y4m".into())), Err(CaptureError::Gone));
        assert_eq!(thumbnail(&SourceId::Camera("no such camera".into())), Err(CaptureError::Gone));
    }
}
