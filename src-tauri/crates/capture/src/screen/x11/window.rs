//! One window, also while others cover it.

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::composite::{ConnectionExt as _, Redirect};
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, MapState, Window};

use super::Display;
use crate::error::CaptureError;
use crate::eye::{Eye, Glance};

/// A window that the server draws aside, so that all of it is there. It ends with the connection.
pub(in crate::screen) struct WindowEye {
    display: Display,
    window: Window,
}

impl WindowEye {
    pub(in crate::screen) fn open(display: Display, window: Window) -> Result<Self, CaptureError> {
        let connection = &display.connection;
        // The server wants to know which version is spoken before anything else is.
        connection.composite_query_version(0, 4)?.reply()?;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        connection.change_window_attributes(window, &events)?.check()?;
        connection.composite_redirect_window(window, Redirect::AUTOMATIC)?.check()?;
        Ok(Self { display, window })
    }

    /// A number that was a window's may become another's; that the window ended is told once.
    fn has_ended(&self) -> Result<bool, CaptureError> {
        while let Some(event) = self.display.connection.poll_for_event()? {
            if matches!(event, Event::DestroyNotify(ended) if ended.window == self.window) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Eye for WindowEye {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        let connection = &self.display.connection;
        let attributes = connection.get_window_attributes(self.window)?.reply()?;
        // Asked after a reply, so that whatever came before it has arrived.
        if self.has_ended()? {
            return Err(CaptureError::Gone);
        }
        if attributes.map_state != MapState::VIEWABLE {
            return Ok(Glance::Hidden);
        }
        let border = connection.get_geometry(self.window)?.reply()?.border_width;
        let pixmap = connection.generate_id().map_err(|error| CaptureError::System(error.to_string()))?;
        if connection.composite_name_window_pixmap(self.window, pixmap)?.check().is_err() {
            // Minimised or closed between the two questions; the next look tells which.
            return Ok(Glance::Hidden);
        }
        let whole = connection.get_geometry(pixmap)?.reply()?;
        let inner = |side: u16| i32::from(side.saturating_sub(2 * border).max(1));
        let place = [border.into(), border.into(), inner(whole.width), inner(whole.height)];
        let picture = self.display.picture(pixmap, attributes.visual, place);
        connection.free_pixmap(pixmap)?;
        picture.map(Glance::Picture)
    }
}
