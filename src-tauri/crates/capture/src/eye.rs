//! The seam between what looks and what is looked at.

use image::RgbImage;

use crate::camera;
use crate::error::CaptureError;
use crate::screen;
use crate::source::SourceId;

/// What one look gave.
#[derive(Debug)]
pub(crate) enum Glance {
    /// At least one pixel.
    Picture(RgbImage),
    /// It is there and can't be seen now: a minimised window.
    Hidden,
}

/// Something open that can be looked at again and again; dropping it closes it. Stays on one thread: what some systems give
/// can't change it.
pub(crate) trait Eye {
    /// Blocks until there is a picture that was taken after the call, as a rule for less than 100 ms and never for ever.
    fn look(&mut self) -> Result<Glance, CaptureError>;
}

/// Opens a source. A camera's lamp goes on.
pub(crate) fn open(id: &SourceId) -> Result<Box<dyn Eye>, CaptureError> {
    match id {
        SourceId::Screen(name) => screen::open_screen(name),
        SourceId::Window(number) => screen::open_window(*number),
        SourceId::Camera(name) => camera::open(name),
        SourceId::Pattern => Ok(Box::new(camera::Pattern::default())),
        SourceId::File(path) => camera::open_film(path),
    }
}
