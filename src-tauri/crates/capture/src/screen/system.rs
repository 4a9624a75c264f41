//! Screens and windows of Windows and macOS.

use image::{DynamicImage, RgbaImage};
use xcap::{Monitor, Window, XCapError};

use crate::error::CaptureError;
use crate::eye::{Eye, Glance};
use crate::source::{Source, SourceId};

/// Monitors.
pub(crate) fn screens() -> Result<Vec<Source>, CaptureError> {
    Ok(Monitor::all()?.iter().filter_map(|monitor| screen(monitor).ok()).collect())
}

fn screen(monitor: &Monitor) -> Result<Source, CaptureError> {
    let name = monitor.friendly_name().or_else(|_| monitor.name())?;
    let size = monitor.width().and_then(|width| Ok((width, monitor.height()?))).ok();
    Ok(Source { id: SourceId::Screen(monitor.id()?.to_string()), name, size })
}

/// Windows of other programs. macOS doesn't tell of minimised ones.
pub(crate) fn windows() -> Result<Vec<Source>, CaptureError> {
    let own = std::process::id();
    let others = Window::all()?.into_iter().filter(|window| window.pid().is_ok_and(|pid| pid != own));
    Ok(others.filter_map(|window| window_source(&window).ok()).filter(|source| !source.name.is_empty()).collect())
}

fn window_source(window: &Window) -> Result<Source, CaptureError> {
    let size = window.width().and_then(|width| Ok((width, window.height()?))).ok();
    let title = window.title()?;
    let name = if title.is_empty() { window.app_name()? } else { title };
    Ok(Source { id: SourceId::Window(window.id()?), name, size })
}

/// One monitor.
pub(crate) fn open_screen(name: &str) -> Result<Box<dyn Eye>, CaptureError> {
    find_screen(name)?;
    Ok(Box::new(ScreenEye(name.to_owned())))
}

/// One window.
pub(crate) fn open_window(number: u32) -> Result<Box<dyn Eye>, CaptureError> {
    find_window(number)?;
    Ok(Box::new(WindowEye(number)))
}

struct ScreenEye(String);

impl Eye for ScreenEye {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        // Found anew each time: one that was unplugged is not in the list.
        glance(find_screen(&self.0)?.capture_image()?)
    }
}

struct WindowEye(u32);

impl Eye for WindowEye {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        let window = find_window(self.0)?;
        if window.is_minimized().unwrap_or(false) {
            return Ok(Glance::Hidden);
        }
        glance(window.capture_image()?)
    }
}

fn find_screen(name: &str) -> Result<Monitor, CaptureError> {
    let is_it = |monitor: &Monitor| monitor.id().is_ok_and(|id| id.to_string() == name);
    Monitor::all()?.into_iter().find(is_it).ok_or(CaptureError::Gone)
}

fn find_window(number: u32) -> Result<Window, CaptureError> {
    Window::all()?.into_iter().find(|window| window.id().is_ok_and(|id| id == number)).ok_or(CaptureError::Gone)
}

/// Without its transparency, which some programs leave at nothing.
fn glance(picture: RgbaImage) -> Result<Glance, CaptureError> {
    if picture.is_empty() {
        return Ok(Glance::Hidden);
    }
    Ok(Glance::Picture(DynamicImage::from(picture).into_rgb8()))
}

impl From<XCapError> for CaptureError {
    fn from(error: XCapError) -> Self {
        match error {
            XCapError::NotSupported => Self::Unsupported { why: "this version of the system can't" },
            other => Self::System(other.to_string()),
        }
    }
}
