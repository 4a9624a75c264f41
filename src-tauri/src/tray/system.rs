//! The tray of Windows and the menu bar of macOS, through Tauri.

use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Runtime};

use super::{Face, Line, Order, obey, on_main_thread, told};
use crate::view::TrayState;

/// The edge of the icon, pixels; the system makes it smaller.
const SIZE: u32 = 64;
const ID: &str = "tray";

/// An icon, until it is dropped.
pub(super) struct Icon(Box<dyn Fn(Option<Face>) + Send>);

impl Icon {
    /// Puts the icon into the tray; what becomes of it is told.
    pub(super) fn new<R: Runtime>(app: &AppHandle<R>, face: Face) -> Option<Self> {
        let built = build(app, face).inspect_err(|error| tracing::warn!(%error, "no tray"));
        let state = if built.is_ok() { TrayState::Shown } else { TrayState::Impossible };
        let (news, app) = (app.clone(), app.clone());
        // Not before the caller knows the icon.
        tauri::async_runtime::spawn(async move { on_main_thread(&news, move |app| told(app, state)) });
        let icon = built.ok();
        Some(Self(Box::new(move |face| match (&icon, face) {
            (Some(icon), Some(face)) => {
                if let Err(error) = dress(&app, icon, face) {
                    tracing::warn!(%error, "the tray shows what was");
                }
            }
            (Some(_), None) => drop(app.remove_tray_by_id(ID)),
            (None, _) => {}
        })))
    }

    pub(super) fn draw(&self, face: Face) {
        (self.0)(Some(face));
    }
}

impl Drop for Icon {
    fn drop(&mut self) {
        (self.0)(None);
    }
}

fn build<R: Runtime>(app: &AppHandle<R>, face: Face) -> tauri::Result<TrayIcon<R>> {
    let icon = TrayIconBuilder::with_id(ID)
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .on_menu_event(|app, event| {
            let face = app.state::<super::Tray>().lock().face;
            let at = event.id().as_ref().parse::<usize>().ok();
            let line = at.zip(face).and_then(|(at, face)| face.menu().into_iter().nth(at));
            if let Some(Line::Do(_, order) | Line::Switch(_, _, order)) = line {
                obey(app, order);
            }
        })
        .on_tray_icon_event(|icon, event| {
            let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event
            else {
                return;
            };
            if !cfg!(target_os = "macos") {
                obey(icon.app_handle(), Order::Toggle);
            }
        })
        .build(app)?;
    dress(app, &icon, face)?;
    Ok(icon)
}

fn dress<R: Runtime>(app: &AppHandle<R>, icon: &TrayIcon<R>, face: Face) -> tauri::Result<()> {
    icon.set_icon(Some(Image::new_owned(face.mark().draw(SIZE), SIZE, SIZE)))?;
    icon.set_tooltip(Some(format!("Vivavoce: {}", face.state())))?;
    let menu = Menu::new(app)?;
    for (at, line) in face.menu().into_iter().enumerate() {
        let id = at.to_string();
        match line {
            Line::State(text) => menu.append(&MenuItem::with_id(app, id, text, false, None::<&str>)?)?,
            Line::Do(text, _) => menu.append(&MenuItem::with_id(app, id, text, true, None::<&str>)?)?,
            Line::Switch(text, on, _) => {
                menu.append(&CheckMenuItem::with_id(app, id, text, true, on, None::<&str>)?)?;
            }
            Line::Between => menu.append(&PredefinedMenuItem::separator(app)?)?,
        }
    }
    icon.set_menu(Some(menu))
}
