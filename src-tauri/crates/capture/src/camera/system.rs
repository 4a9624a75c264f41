//! Cameras of Windows (Media Foundation) and macOS (AVFoundation).

use std::time::{Duration, Instant};

use cameras::{Error, PixelFormat, Resolution, StreamConfig};
use image::RgbImage;

use crate::error::CaptureError;
use crate::eye::{Eye, Glance};
use crate::source::{Source, SourceId};

/// What is asked of a camera. Twice what is sent at medium detail.
const WANTED: StreamConfig = StreamConfig {
    resolution: Resolution { width: 1280, height: 720 },
    framerate: 30,
    pixel_format: PixelFormat::Bgra8,
};

/// A camera that is on gives a picture every 33 to 200 ms, and its first within two seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The first pictures are dark until the camera has found its exposure.
const ADJUSTING: Duration = Duration::from_millis(700);

/// Which cameras there are. macOS asks the person first.
pub(crate) fn cameras() -> Result<Vec<Source>, CaptureError> {
    let devices = cameras::devices()?;
    Ok(devices
        .into_iter()
        .map(|device| Source { id: SourceId::Camera(device.id.0), name: device.name, size: None })
        .collect())
}

/// Switches a camera on.
pub(crate) fn open(name: &str) -> Result<Box<dyn Eye>, CaptureError> {
    let device = cameras::devices()?.into_iter().find(|device| device.id.0 == name).ok_or(CaptureError::Gone)?;
    let given = cameras::best_format(&cameras::probe(&device)?, &WANTED)
        .ok_or(CaptureError::Unsupported { why: "the camera gives no format" })?;
    let config = StreamConfig {
        resolution: given.resolution,
        framerate: given.framerate_range.max.min(f64::from(WANTED.framerate)) as u32,
        pixel_format: given.pixel_format,
    };
    let camera = cameras::open(&device, config)?;
    Ok(Box::new(Camera { camera, name: name.to_owned(), on_since: Instant::now() }))
}

struct Camera {
    camera: cameras::Camera,
    name: String,
    on_since: Instant,
}

impl Eye for Camera {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        self.next().map_err(|error| {
            // What is said of a camera that was unplugged differs from system to system; the list doesn't.
            let is_there = cameras::devices().map_or(true, |all| all.iter().any(|device| device.id.0 == self.name));
            if is_there { error } else { CaptureError::Gone }
        })
    }
}

impl Camera {
    fn next(&self) -> Result<Glance, CaptureError> {
        // What waits was taken after the last look; what comes after it is new.
        while let Some(old) = cameras::try_next_frame(&self.camera) {
            old?;
        }
        loop {
            let frame = cameras::next_frame(&self.camera, LONGEST_WAIT)?;
            if self.on_since.elapsed() > ADJUSTING {
                let picture = RgbImage::from_raw(frame.width, frame.height, cameras::to_rgb8(&frame)?);
                let picture = picture.filter(|picture| !picture.is_empty());
                return picture.map(Glance::Picture).ok_or_else(|| {
                    CaptureError::System("the camera's picture has another size than it says".to_owned())
                });
            }
        }
    }
}

impl From<Error> for CaptureError {
    fn from(error: Error) -> Self {
        match error {
            Error::PermissionDenied => Self::NotPermitted,
            Error::DeviceInUse => Self::Busy,
            Error::DeviceNotFound(_) | Error::StreamEnded => Self::Gone,
            Error::FormatNotSupported => Self::Unsupported { why: "the camera doesn't give the format it offered" },
            other => Self::System(other.to_string()),
        }
    }
}
