//! Shortcuts that talk and mute from anywhere. None is taken unless it was chosen.
//!
//! X11 tells presses and releases, so that a shortcut can be held like the button. Wayland gives no program the keys of
//! another one; there the desktop is asked through its portal, which tells them as well. Where it has none, the desktop's
//! own shortcuts can call the command line.

use std::str::FromStr as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_plugin_global_shortcut::{GlobalShortcutExt as _, Shortcut, ShortcutEvent, ShortcutState as Key};
use tokio::sync::oneshot;
use vivavoce_engine::{Command, Desktop, Handle, TalkInput};

use crate::frontend::View;
#[cfg(target_os = "linux")]
use crate::portal;
use crate::shortcut_rules;
use crate::view::{ShortcutPath, ShortcutState, Shortcuts};

/// The shortcuts that were taken.
#[derive(Default)]
pub(crate) struct Taken(Mutex<Held>);

#[derive(Default)]
struct Held {
    wanted: Option<(Option<String>, Option<String>)>,
    talk: Option<Shortcut>,
    mute: Option<Shortcut>,
    /// What the portal keeps is given back when this is dropped.
    portal: Option<oneshot::Sender<()>>,
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
    held.portal = None;
    let path = path();
    #[cfg(target_os = "linux")]
    if path == ShortcutPath::Portal {
        let (end, ended) = oneshot::channel();
        let task = through_portal(app.clone(), desktop.clone(), ended);
        *held = Held { wanted: Some(wanted), portal: Some(end), ..Held::default() };
        tauri::async_runtime::spawn(task);
        return;
    }
    let take = |keys: Option<&str>| match keys {
        None => (None, ShortcutState::None),
        Some(keys) => match register(app, keys) {
            Ok(shortcut) => (Some(shortcut), ShortcutState::Taken),
            Err(detail) => {
                tracing::warn!(keys, detail, "a shortcut could not be taken");
                (None, ShortcutState::Refused)
            }
        },
    };
    let (talk, talk_state) = take(wanted.0.as_deref());
    let (mute, mute_state) = take(wanted.1.as_deref());
    *held = Held { wanted: Some(wanted), talk, mute, portal: None };
    drop(held);
    view.tell_shortcuts(Shortcuts { path, talk: talk_state, mute: mute_state });
}

/// How programs come by keys here. On a Wayland desktop one that speaks X11 could take them as it does there, but would hear
/// them only while another such program is in front.
fn path() -> ShortcutPath {
    let is_wayland =
        cfg!(target_os = "linux") && std::env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty());
    if is_wayland { ShortcutPath::Portal } else { ShortcutPath::System }
}

/// Asks the desktop for the shortcuts and follows them until `end`.
#[cfg(target_os = "linux")]
async fn through_portal<R: Runtime>(app: AppHandle<R>, desktop: Desktop, mut end: oneshot::Receiver<()>) {
    let view = app.state::<Arc<View>>();
    let allowed = |keys: &Option<String>| keys.clone().filter(|keys| parse(keys).is_ok());
    let (talk, mute) = (allowed(&desktop.talk_shortcut), allowed(&desktop.mute_shortcut));
    let tell = |path, state: &dyn Fn(bool) -> ShortcutState| {
        let of = |asked: &Option<String>, is_talk| asked.as_ref().map_or(ShortcutState::None, |_| state(is_talk));
        view.tell_shortcuts(Shortcuts {
            path,
            talk: of(&desktop.talk_shortcut, true),
            mute: of(&desktop.mute_shortcut, false),
        });
    };
    let connection = match portal::connect().await {
        Ok(connection) => connection,
        Err(error) => {
            tracing::info!(%error, "the desktop has no portal for shortcuts");
            tell(ShortcutPath::Desktop, &|_| ShortcutState::Impossible);
            return;
        }
    };
    // The user is asked now, or has nothing to be asked.
    tell(ShortcutPath::Portal, &|_| ShortcutState::None);
    if talk.is_none() && mute.is_none() {
        tell(ShortcutPath::Portal, &|_| ShortcutState::Refused);
        return;
    }
    let words = view.glance().tongue.words();
    let words = portal::Words { talk: words.talk, mute: words.switch_mute };
    let wanted = portal::Wanted { talk, mute, words };
    let bound = tokio::select! {
        _ = &mut end => return,
        bound = portal::bind(connection, &wanted) => bound,
    };
    let bound = match bound {
        Ok(bound) => bound,
        Err(error) => {
            tracing::warn!(%error, "the desktop gave no shortcuts");
            tell(ShortcutPath::Portal, &|_| ShortcutState::Refused);
            return;
        }
    };
    let granted = bound.granted;
    tell(ShortcutPath::Portal, &|is_talk| {
        let has = if is_talk { granted.talk } else { granted.mute };
        if has { ShortcutState::Taken } else { ShortcutState::Refused }
    });
    let engine = app.state::<Handle>();
    let listened = bound.listen(end, |key| {
        let command = match key {
            portal::Key::TalkDown => Command::Talk(TalkInput::Press),
            portal::Key::TalkUp => Command::Talk(TalkInput::Release),
            portal::Key::MuteDown => Command::SetMuted(!view.is_muted()),
        };
        // An engine that is gone has ended the window, too.
        let _ = engine.send(command);
    });
    if let Err(error) = listened.await {
        tracing::warn!(%error, "the desktop's shortcuts have ended");
    }
}

/// The keys, if they may be taken from everybody else.
fn parse(keys: &str) -> Result<Shortcut, String> {
    let shortcut = Shortcut::from_str(keys).map_err(|error| error.to_string())?;
    match shortcut_rules::refusal(&shortcut) {
        None => Ok(shortcut),
        Some(rule) => Err(format!("not to be taken from everybody else: {rule}")),
    }
}

fn register<R: Runtime>(app: &AppHandle<R>, keys: &str) -> Result<Shortcut, String> {
    let shortcut = parse(keys)?;
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
        Key::Pressed if is_mute => Command::SetMuted(!app.state::<Arc<View>>().is_muted()),
        _ => return,
    };
    // An engine that is gone has ended the window, too.
    let _ = app.state::<Handle>().send(command);
}
