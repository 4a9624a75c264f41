//! Shortcuts that talk and mute from anywhere. None is taken unless it was chosen.
//!
//! X11 tells presses and releases, so that a shortcut can be held like the button. Wayland gives no program the keys of
//! another one; there the desktop's own shortcuts have to do.

use std::str::FromStr as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_plugin_global_shortcut::{GlobalShortcutExt as _, Shortcut, ShortcutEvent, ShortcutState as Key};
use vivavoce_engine::{Command, Desktop, Handle, TalkInput};

use crate::frontend::View;
use crate::view::{ShortcutPath, ShortcutState, Shortcuts};

/// The shortcuts that were taken.
#[derive(Default)]
pub(crate) struct Taken(Mutex<Held>);

#[derive(Default)]
struct Held {
    wanted: Option<(Option<String>, Option<String>)>,
    talk: Option<Shortcut>,
    mute: Option<Shortcut>,
}

impl Taken {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens to the keys of all programs, once there is one to listen for.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_global_shortcut::Builder::new().with_handler(press).build()
}

/// Takes the shortcuts that are chosen now and gives back those that were.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, view: &View, desktop: &Desktop) {
    let taken = app.state::<Taken>();
    let mut held = taken.lock();
    let wanted = (desktop.talk_shortcut.clone(), desktop.mute_shortcut.clone());
    if held.wanted.as_ref() == Some(&wanted) {
        return;
    }
    for old in [held.talk.take(), held.mute.take()].into_iter().flatten() {
        if let Err(error) = app.global_shortcut().unregister(old) {
            tracing::warn!(%error, "a shortcut was not given back");
        }
    }
    let path = path();
    let take = |keys: Option<&str>| match (keys, path) {
        (None, _) => (None, ShortcutState::None),
        (Some(_), ShortcutPath::Desktop) => (None, ShortcutState::Impossible),
        (Some(keys), ShortcutPath::System) => match register(app, keys) {
            Ok(shortcut) => (Some(shortcut), ShortcutState::Taken),
            Err(detail) => {
                tracing::warn!(keys, detail, "a shortcut could not be taken");
                (None, ShortcutState::Refused)
            }
        },
    };
    let (talk, talk_state) = take(wanted.0.as_deref());
    let (mute, mute_state) = take(wanted.1.as_deref());
    *held = Held { wanted: Some(wanted), talk, mute };
    drop(held);
    view.tell_shortcuts(Shortcuts { path, talk: talk_state, mute: mute_state });
}

/// Whether programs can take keys here.
fn path() -> ShortcutPath {
    let is_wayland = cfg!(target_os = "linux")
        && std::env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty())
        && std::env::var("GDK_BACKEND").map_or(true, |backend| backend != "x11");
    if is_wayland { ShortcutPath::Desktop } else { ShortcutPath::System }
}

fn register<R: Runtime>(app: &AppHandle<R>, keys: &str) -> Result<Shortcut, String> {
    let shortcut = Shortcut::from_str(keys).map_err(|error| error.to_string())?;
    app.global_shortcut().register(shortcut).map_err(|error| error.to_string())?;
    Ok(shortcut)
}

fn press<R: Runtime>(app: &AppHandle<R>, shortcut: &Shortcut, event: ShortcutEvent) {
    let (is_talk, is_mute) = {
        let taken = app.state::<Taken>();
        let held = taken.lock();
        (held.talk == Some(*shortcut), held.mute == Some(*shortcut))
    };
    let command = match event.state {
        Key::Pressed if is_talk => Command::Talk(TalkInput::Press),
        Key::Released if is_talk => Command::Talk(TalkInput::Release),
        Key::Pressed if is_mute => Command::SetMuted(!app.state::<std::sync::Arc<View>>().is_muted()),
        _ => return,
    };
    // An engine that is gone has ended the window, too.
    let _ = app.state::<Handle>().send(command);
}
