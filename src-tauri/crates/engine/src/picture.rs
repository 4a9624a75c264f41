//! Pictures to be shown to the model.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vivavoce_capture::{Detail, PictureError, Still};

use crate::settings::MediaResolution;
use crate::transcript::Thumbnail;

/// A picture to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the service gets.
    pub jpeg: Vec<u8>,
    /// What the transcript shows.
    pub thumbnail: Thumbnail,
}

impl Picture {
    /// Of a file's bytes, as large as the settings' resolution is worth. Takes up to a quarter of a second: not for a task that
    /// others wait for.
    pub fn of_file(bytes: &[u8], resolution: Option<MediaResolution>) -> Result<Self, PictureError> {
        Still::of_file(bytes, detail(resolution)).map(Self::from)
    }
}

impl From<Still> for Picture {
    fn from(still: Still) -> Self {
        let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(still.thumbnail().jpeg));
        Self { thumbnail: Thumbnail { url, width: still.width, height: still.height }, jpeg: still.jpeg }
    }
}

/// How much is sent for a resolution pictures are read at.
pub(crate) fn detail(resolution: Option<MediaResolution>) -> Detail {
    match resolution {
        Some(MediaResolution::Low) => Detail::Low,
        Some(MediaResolution::Medium) | None => Detail::Medium,
        Some(MediaResolution::High) => Detail::High,
    }
}
