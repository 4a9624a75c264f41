//! The main window's two shapes: the whole, and a small strip that stays above others and never takes the focus.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, LogicalSize, Manager as _, PhysicalPosition, PhysicalSize, Runtime, WebviewWindow};

/// The one window, as the configuration calls it.
pub(crate) const MAIN: &str = "main";

/// The least the whole window can do with, and the strip; logical pixels.
const LEAST: LogicalSize<f64> = LogicalSize::new(320.0, 480.0);
const LEAST_STRIP: LogicalSize<f64> = LogicalSize::new(280.0, 64.0);
/// The strip to begin with, at the ordinary size of text.
const STRIP: LogicalSize<f64> = LogicalSize::new(360.0, 72.0);

type Place = (PhysicalPosition<i32>, PhysicalSize<u32>);

/// Which shape the window has, and where the other was.
#[derive(Default)]
pub(crate) struct Shape(Mutex<Places>);

#[derive(Default)]
struct Places {
    compact: bool,
    whole: Option<Place>,
    strip: Option<Place>,
}

/// Gives the window its shape, if it has the other one. On the main thread.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, compact: bool, text_percent: u32) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shape = app.state::<Shape>();
    let mut places = shape.0.lock().unwrap_or_else(PoisonError::into_inner);
    if places.compact == compact {
        return;
    }
    places.compact = compact;
    let now = window.outer_position().and_then(|position| Ok((position, window.inner_size()?))).ok();
    let next = if compact {
        places.whole = now;
        places.strip
    } else {
        places.strip = now;
        places.whole
    };
    drop(places);
    let changed = if compact { shrink(&window, next, text_percent) } else { grow(&window, next) };
    if let Err(error) = changed {
        tracing::warn!(%error, compact, "the window kept its shape in part");
    }
}

fn shrink<R: Runtime>(window: &WebviewWindow<R>, place: Option<Place>, text_percent: u32) -> tauri::Result<()> {
    // Large text needs a higher strip.
    let height = STRIP.height * f64::from(text_percent.max(100)) / 100.0;
    window.set_min_size(Some(LEAST_STRIP))?;
    window.set_decorations(false)?;
    window.set_always_on_top(true)?;
    window.set_focusable(false)?;
    match place {
        Some((position, size)) => {
            window.set_size(size)?;
            window.set_position(position)
        }
        None => window.set_size(LogicalSize::new(STRIP.width, height)),
    }
}

fn grow<R: Runtime>(window: &WebviewWindow<R>, place: Option<Place>) -> tauri::Result<()> {
    window.set_focusable(true)?;
    window.set_always_on_top(false)?;
    window.set_decorations(true)?;
    window.set_min_size(Some(LEAST))?;
    match place {
        Some((position, size)) => {
            window.set_size(size)?;
            window.set_position(position)?;
        }
        None => window.set_size(LogicalSize::new(480.0, 780.0))?,
    }
    window.set_focus()
}
