//! Cameras of Linux: Video4Linux.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use image::RgbImage;
use linuxvideo::format::{PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, BufTypes, Device};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::Timespec;

use super::raw::{self, Yuv};
use crate::error::CaptureError;
use crate::eye::{Eye, Glance};
use crate::source::{Source, SourceId};

/// What is asked of a camera; it gives the nearest it has. Twice what is sent at medium detail.
const SIZE: (u32, u32) = (1280, 720);

/// A camera that is on gives a picture every 33 to 200 ms, and its first within two seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The first pictures are dark until the camera has found its exposure.
const ADJUSTING: Duration = Duration::from_millis(700);

/// How many pictures the library lets wait.
const WAITING: u32 = 2;

const SPEAKS_NO_FORMAT: CaptureError = CaptureError::Unsupported { why: "the camera gives neither MJPEG nor YUYV" };

/// Which cameras there are. None is opened for longer than a question, so no lamp goes on.
pub(crate) fn cameras() -> Result<Vec<Source>, CaptureError> {
    let devices = match fs::read_dir("/sys/class/video4linux") {
        Ok(devices) => devices,
        // Made with the first camera that is plugged in.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut names: Vec<_> = devices.flatten().filter_map(|device| device.file_name().into_string().ok()).collect();
    names.sort_by_key(|name| (name.len(), name.clone()));
    Ok(names.into_iter().filter(|name| is_camera(name)).map(source).collect())
}

/// Whether pictures come from it: most cameras have a second device for notes about them. One that can't be asked now, since it
/// is in use or not permitted, is listed: choosing it tells why.
fn is_camera(name: &str) -> bool {
    name.starts_with("video")
        && Device::open(path(name))
            .map_or(true, |device| device.supported_buf_types().contains(BufTypes::VIDEO_CAPTURE))
}

fn source(id: String) -> Source {
    let name = fs::read(format!("/sys/class/video4linux/{id}/name"));
    let name = name.map_or_else(|_| id.clone(), |name| String::from_utf8_lossy(&name).trim().to_owned());
    Source { id: SourceId::Camera(id), name, size: None }
}

fn path(name: &str) -> String {
    format!("/dev/{name}")
}

/// Switches a camera on.
pub(crate) fn open(name: &str) -> Result<Box<dyn Eye>, CaptureError> {
    // A name and no path: what is written as a source must not open other files.
    if !name.starts_with("video") || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(CaptureError::Gone);
    }
    Ok(Box::new(Camera::open(Path::new(&path(name)))?))
}

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Mjpeg,
    Yuyv { stride: usize },
}

struct Camera {
    stream: ReadStream,
    format: Format,
    size: (u32, u32),
    on_since: Instant,
}

impl Camera {
    fn open(path: &Path) -> Result<Self, CaptureError> {
        let device = Device::open(path).map_err(refused)?;
        if !device.supported_buf_types().contains(BufTypes::VIDEO_CAPTURE) {
            return Err(SPEAKS_NO_FORMAT);
        }
        let given: Vec<_> =
            device.formats(BufType::VIDEO_CAPTURE).flatten().map(|format| format.pixel_format()).collect();
        // Uncompressed pictures of this size don't fit a USB 2 line at the usual rate; MJPEG does.
        let wanted = [PixelFormat::MJPG, PixelFormat::YUYV].into_iter().find(|format| given.contains(format));
        let capture = device.video_capture(PixFormat::new(SIZE.0, SIZE.1, wanted.ok_or(SPEAKS_NO_FORMAT)?))?;
        let agreed = capture.format();
        let format = match agreed.pixel_format() {
            PixelFormat::MJPG => Format::Mjpeg,
            PixelFormat::YUYV => Format::Yuyv { stride: agreed.bytes_per_line() as usize },
            _ => return Err(SPEAKS_NO_FORMAT),
        };
        let size = (agreed.width(), agreed.height());
        Ok(Self { stream: capture.into_stream()?, format, size, on_since: Instant::now() })
    }

    /// Waits for the next picture and reads it.
    fn next(&mut self) -> Result<Option<RgbImage>, CaptureError> {
        let limit = Timespec { tv_sec: LONGEST_WAIT.as_secs() as i64, tv_nsec: 0 };
        let mut device = [PollFd::new(&self.stream, PollFlags::IN)];
        let ready = poll(&mut device, Some(&limit)).map_err(io::Error::from)?;
        if ready == 0 {
            return Err(CaptureError::System("the camera gives no pictures".to_owned()));
        }
        let (format, size) = (self.format, self.size);
        // A picture that was damaged on its way is left out.
        Ok(self.stream.dequeue(|view| Ok(if view.is_error() { None } else { decode(format, size, &view) }))?)
    }
}

impl Eye for Camera {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        // What waits was taken after the last look; what comes after it is new.
        for _ in 0..WAITING {
            if self.stream.will_block()? {
                break;
            }
            self.stream.dequeue(|_| Ok(()))?;
        }
        let deadline = Instant::now() + LONGEST_WAIT;
        while Instant::now() < deadline {
            if let Some(picture) = self.next()?
                && self.on_since.elapsed() > ADJUSTING
            {
                return Ok(Glance::Picture(picture));
            }
        }
        Err(CaptureError::System("the camera gives no usable pictures".to_owned()))
    }
}

/// One picture, or nothing if it is damaged.
fn decode(format: Format, (width, height): (u32, u32), bytes: &[u8]) -> Option<RgbImage> {
    match format {
        Format::Mjpeg => raw::mjpeg(bytes).ok(),
        Format::Yuyv { stride } => Yuv { width, height, is_full_range: false }.woven(bytes, stride),
    }
}

/// Something that is no camera doesn't know what it was asked: ENOTTY.
fn refused(error: io::Error) -> CaptureError {
    const NOT_ITS_LANGUAGE: i32 = 25;
    if error.raw_os_error() == Some(NOT_ITS_LANGUAGE) { SPEAKS_NO_FORMAT } else { error.into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_camera_that_is_not_there_is_gone() {
        for name in ["video999", "", "video", "nonsense", "../dev/null", "video0/../null"] {
            assert_eq!(open(name).err(), Some(CaptureError::Gone), "{name}");
        }
    }

    #[test]
    fn what_is_no_camera_is_told() {
        assert_eq!(Camera::open(Path::new("/dev/null")).err(), Some(SPEAKS_NO_FORMAT));
    }

    #[test]
    fn a_list_can_be_had_wherever_this_runs() {
        for camera in cameras().unwrap() {
            assert!(matches!(&camera.id, SourceId::Camera(id) if id.starts_with("video")), "{camera:?}");
        }
    }

    #[test]
    fn a_damaged_picture_is_left_out() {
        assert_eq!(decode(Format::Mjpeg, (4, 4), b"\xff\xd8"), None);
        assert_eq!(decode(Format::Yuyv { stride: 8 }, (4, 4), &[0; 31]), None);
        assert_eq!(decode(Format::Yuyv { stride: 8 }, (4, 4), &[128; 32]).unwrap().dimensions(), (4, 4));
    }
}
