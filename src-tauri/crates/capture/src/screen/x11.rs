//! Screens and windows of an X server, which has them as pictures for whoever asks.

use image::RgbImage;
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError};
use x11rb::protocol::ErrorKind;
use x11rb::protocol::randr::{ConnectionExt as _, MonitorInfo};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Drawable, ImageFormat, Screen, Window};
use x11rb::rust_connection::RustConnection;

use super::pixels::Layout;
use crate::error::CaptureError;
use crate::eye::{Eye, Glance};
use crate::source::{Source, SourceId};

mod window;

pub(super) use window::WindowEye;

/// No title is longer, characters.
const LONGEST_NAME: usize = 200;

x11rb::atom_manager! {
    /// What window managers call things.
    Atoms: AtomsCookie {
        UTF8_STRING,
        _NET_CLIENT_LIST,
        _NET_WM_NAME,
        _NET_WM_PID,
        _NET_WM_WINDOW_TYPE,
        _NET_WM_WINDOW_TYPE_DESKTOP,
        _NET_WM_WINDOW_TYPE_DOCK,
    }
}

/// A connection to an X server.
pub(super) struct Display {
    connection: RustConnection,
    number: usize,
    atoms: Atoms,
}

impl Display {
    /// The one with this name, or else the one that the environment names.
    pub(super) fn connect(name: Option<&str>) -> Result<Self, CaptureError> {
        let (connection, number) = x11rb::connect(name).map_err(|error| match error {
            ConnectError::SetupFailed(_) | ConnectError::SetupAuthenticate(_) => CaptureError::NotPermitted,
            ConnectError::IoError(_) | ConnectError::DisplayParsingError(_) => CaptureError::NoDisplay,
            other => CaptureError::System(other.to_string()),
        })?;
        let atoms = Atoms::new(&connection)?.reply()?;
        Ok(Self { connection, number, atoms })
    }

    /// The monitors, the first one first.
    pub(super) fn screens(&self) -> Result<Vec<Source>, CaptureError> {
        let mut monitors = self.monitors()?;
        monitors.sort_by_key(|(_, monitor)| !monitor.primary);
        let source = |(name, monitor): (String, MonitorInfo)| Source {
            id: SourceId::Screen(name.clone()),
            name,
            size: Some((monitor.width.into(), monitor.height.into())),
        };
        Ok(monitors.into_iter().map(source).collect())
    }

    /// The windows that the window manager knows, the newest last, without those of a process.
    pub(super) fn windows(&self, without: u32) -> Result<Vec<Source>, CaptureError> {
        let atoms = &self.atoms;
        let root = self.screen()?.root;
        let mut windows = self.numbers(root, atoms._NET_CLIENT_LIST, AtomEnum::WINDOW.into())?;
        windows.retain(|window| {
            // One that was closed meanwhile has none of this and is left out below, as it has no size.
            let kinds = self.numbers(*window, atoms._NET_WM_WINDOW_TYPE, AtomEnum::ATOM.into()).unwrap_or_default();
            let process = self.numbers(*window, atoms._NET_WM_PID, AtomEnum::CARDINAL.into()).unwrap_or_default();
            let is_furniture =
                |kind: &u32| [atoms._NET_WM_WINDOW_TYPE_DESKTOP, atoms._NET_WM_WINDOW_TYPE_DOCK].contains(kind);
            !process.contains(&without) && !kinds.iter().any(is_furniture)
        });
        Ok(windows.into_iter().filter_map(|window| self.window(window).ok()).collect())
    }

    fn window(&self, window: Window) -> Result<Source, CaptureError> {
        let size = self.connection.get_geometry(window)?.reply()?;
        let mut name = self.text(window, self.atoms._NET_WM_NAME, self.atoms.UTF8_STRING)?;
        if name.is_empty() {
            name = self.text(window, AtomEnum::WM_NAME.into(), AtomEnum::ANY.into())?;
        }
        Ok(Source { id: SourceId::Window(window), name, size: Some((size.width.into(), size.height.into())) })
    }

    fn monitors(&self) -> Result<Vec<(String, MonitorInfo)>, CaptureError> {
        let monitors = self.connection.randr_get_monitors(self.screen()?.root, true)?.reply()?.monitors;
        let name = |atom| -> Result<String, CaptureError> {
            Ok(String::from_utf8_lossy(&self.connection.get_atom_name(atom)?.reply()?.name).into_owned())
        };
        monitors.into_iter().map(|monitor| Ok((name(monitor.name)?, monitor))).collect()
    }

    fn screen(&self) -> Result<&Screen, CaptureError> {
        self.connection.setup().roots.get(self.number).ok_or(CaptureError::NoDisplay)
    }

    /// A part of a window or what it is drawn on; `visual` is how its pixels are meant.
    fn picture(&self, of: Drawable, visual: u32, [x, y, width, height]: [i32; 4]) -> Result<RgbImage, CaptureError> {
        const UNKNOWN: CaptureError = CaptureError::Unsupported { why: "the display has pixels of less than 24 bits" };
        let setup = self.connection.setup();
        let mut visuals = self.screen()?.allowed_depths.iter().flat_map(|depth| &depth.visuals);
        let visual = visuals.find(|known| known.visual_id == visual).ok_or(UNKNOWN)?;
        let layout = Layout::of(visual, setup.image_byte_order).ok_or(UNKNOWN)?;
        let (width, height) = (width as u16, height as u16);
        let all_planes = u32::MAX;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, of, x as i16, y as i16, width, height, all_planes)?
            .reply()?;
        let bits = setup.pixmap_formats.iter().find(|format| format.depth == image.depth);
        if bits.is_none_or(|format| format.bits_per_pixel != 32) {
            return Err(UNKNOWN);
        }
        layout
            .picture(&image.data, width.into(), height.into())
            .ok_or_else(|| CaptureError::System("the display sent too little".to_owned()))
    }

    /// A property that is a list of numbers; empty where there is none.
    fn numbers(&self, window: Window, property: u32, kind: u32) -> Result<Vec<u32>, CaptureError> {
        let most = 4096;
        let reply = self.connection.get_property(false, window, property, kind, 0, most)?.reply()?;
        Ok(reply.value32().map(Iterator::collect).unwrap_or_default())
    }

    /// A property that is text, made one line without characters that can't be seen.
    fn text(&self, window: Window, property: u32, kind: u32) -> Result<String, CaptureError> {
        let most = LONGEST_NAME as u32;
        let reply = self.connection.get_property(false, window, property, kind, 0, most)?.reply()?;
        let text = String::from_utf8_lossy(&reply.value).into_owned();
        Ok(text.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect())
    }
}

/// One monitor, with everything on it but the pointer.
pub(super) struct ScreenEye {
    display: Display,
    name: String,
}

impl ScreenEye {
    pub(super) fn open(display: Display, name: &str) -> Result<Self, CaptureError> {
        let eye = Self { display, name: name.to_owned() };
        eye.place()?;
        Ok(eye)
    }

    /// Where it is now: monitors are plugged and turned.
    fn place(&self) -> Result<[i32; 4], CaptureError> {
        let monitors = self.display.monitors()?;
        let (_, monitor) = monitors.into_iter().find(|(name, _)| *name == self.name).ok_or(CaptureError::Gone)?;
        Ok([monitor.x.into(), monitor.y.into(), monitor.width.into(), monitor.height.into()])
    }
}

impl Eye for ScreenEye {
    fn look(&mut self) -> Result<Glance, CaptureError> {
        let place = self.place()?;
        let screen = self.display.screen()?;
        match self.display.picture(screen.root, screen.root_visual, place) {
            Ok(picture) => Ok(Glance::Picture(picture)),
            // It was made smaller between the two questions.
            Err(_) if self.place()? != place => Ok(Glance::Hidden),
            Err(error) => Err(error),
        }
    }
}

impl From<ConnectionError> for CaptureError {
    fn from(error: ConnectionError) -> Self {
        match error {
            // The server ended, and everything on it.
            ConnectionError::IoError(_) => Self::Gone,
            ConnectionError::UnsupportedExtension => {
                Self::Unsupported { why: "the display lacks the extension RandR or Composite" }
            }
            other => Self::System(other.to_string()),
        }
    }
}

impl From<ReplyError> for CaptureError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            ReplyError::X11Error(error) => match error.error_kind {
                ErrorKind::Window | ErrorKind::Drawable => Self::Gone,
                ErrorKind::Access => Self::NotPermitted,
                _ => Self::System(format!("the display refuses: {:?}", error.error_kind)),
            },
        }
    }
}

#[cfg(test)]
mod tests;
