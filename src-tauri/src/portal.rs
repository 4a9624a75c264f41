//! Shortcuts through the desktop's portal, where the desktop has one: it asks the user, keeps the keys, and tells presses and
//! releases. Wayland gives them to programs in no other way.

use ashpd::desktop::Session;
use ashpd::desktop::global_shortcuts::{Activated, BindShortcutsOptions, Deactivated, GlobalShortcuts, NewShortcut};
use ashpd::zbus::Connection;
use futures_util::StreamExt as _;
use tokio::sync::oneshot;

/// What the desktop calls the two, and shows nobody.
const TALK: &str = "talk";
const MUTE: &str = "mute";

/// Where the desktop has its portals.
const SERVICE: &str = "org.freedesktop.portal.Desktop";
const OBJECT: &str = "/org/freedesktop/portal/desktop";
const INTERFACE: &str = "org.freedesktop.portal.GlobalShortcuts";

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Keys to propose for talking, such as `Ctrl+Alt+V`; none to do without.
    pub(crate) talk: Option<String>,
    /// The same for muting.
    pub(crate) mute: Option<String>,
    /// What the desktop shows the user for each.
    pub(crate) words: Words,
}

/// What the desktop calls the shortcuts when it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) talk: &'static str,
    pub(crate) mute: &'static str,
}

/// What the user did, with whatever keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    TalkDown,
    TalkUp,
    MuteDown,
}

/// Which of the shortcuts the user has agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) talk: bool,
    pub(crate) mute: bool,
}

/// Shortcuts that the desktop keeps until this is closed.
pub(crate) struct Bound {
    portal: GlobalShortcuts,
    session: Session<GlobalShortcuts>,
    /// What the user agreed to.
    pub(crate) granted: Granted,
}

/// A connection to the desktop, for one set of shortcuts; an error if it has no portal for them.
pub(crate) async fn connect() -> Result<Connection, ashpd::Error> {
    let connection = Connection::session().await?;
    exists(&connection).await?;
    Ok(connection)
}

async fn exists(connection: &Connection) -> Result<(), ashpd::Error> {
    let portal = ashpd::zbus::Proxy::new(connection, SERVICE, OBJECT, INTERFACE).await?;
    portal.get_property::<u32>("version").await?;
    Ok(())
}

/// Asks for the shortcuts. The user may take as long as they like to answer.
pub(crate) async fn bind(connection: Connection, wanted: &Wanted) -> Result<Bound, ashpd::Error> {
    let portal = GlobalShortcuts::with_connection(connection).await?;
    let session = portal.create_session(ashpd::desktop::CreateSessionOptions::default()).await?;
    let asked = [(TALK, &wanted.talk, wanted.words.talk), (MUTE, &wanted.mute, wanted.words.mute)];
    let shortcuts: Vec<NewShortcut> = asked
        .into_iter()
        .filter_map(|(id, keys, words)| {
            Some(NewShortcut::new(id, words).preferred_trigger(trigger(keys.as_ref()?).as_str()))
        })
        .collect();
    let request = portal.bind_shortcuts(&session, &shortcuts, None, BindShortcutsOptions::default()).await?;
    let answer = match request.response() {
        Ok(answer) => answer,
        Err(error) => {
            // The desktop may keep a session although nothing came of it.
            let _ = session.close().await;
            return Err(error);
        }
    };
    let has = |id| answer.shortcuts().iter().any(|shortcut| shortcut.id() == id);
    Ok(Bound { granted: Granted { talk: has(TALK), mute: has(MUTE) }, portal, session })
}

impl Bound {
    /// Tells of every press and release, until `end` comes, or whoever would send it is gone. Then the keys are given back.
    pub(crate) async fn listen(
        self,
        mut end: oneshot::Receiver<()>,
        mut on_key: impl FnMut(Key),
    ) -> Result<(), ashpd::Error> {
        let mut pressed = Box::pin(self.portal.receive_activated().await?);
        let mut released = Box::pin(self.portal.receive_deactivated().await?);
        let mut is_down = false;
        loop {
            tokio::select! {
                _ = &mut end => break,
                signal = pressed.next() => match signal.as_ref().map(Activated::shortcut_id) {
                    Some(TALK) => {
                        is_down = true;
                        on_key(Key::TalkDown);
                    }
                    Some(MUTE) => on_key(Key::MuteDown),
                    Some(_) => {}
                    None => break,
                },
                signal = released.next() => match signal.as_ref().map(Deactivated::shortcut_id) {
                    Some(TALK) => {
                        is_down = false;
                        on_key(Key::TalkUp);
                    }
                    Some(_) => {}
                    None => break,
                },
            }
        }
        if is_down {
            // Nobody is left to tell of the release.
            on_key(Key::TalkUp);
        }
        self.session.close().await
    }
}

/// Keys as the desktops' common notation has them: `CTRL+ALT+v`. The user may choose others.
fn trigger(keys: &str) -> String {
    let (held, name) = keys.rsplit_once('+').map_or(("", keys), |(held, name)| (held, name));
    let held = held.split('+').filter(|part| !part.is_empty()).map(|part| match part {
        "Super" => "LOGO".to_owned(),
        other => other.to_ascii_uppercase(),
    });
    let name = match name {
        "Space" => "space",
        "Enter" => "Return",
        "Backspace" => "BackSpace",
        "PageUp" => "Page_Up",
        "PageDown" => "Page_Down",
        "ScrollLock" => "Scroll_Lock",
        "-" => "minus",
        "=" => "equal",
        "[" => "bracketleft",
        "]" => "bracketright",
        "\\" => "backslash",
        ";" => "semicolon",
        "'" => "apostrophe",
        "`" => "grave",
        "," => "comma",
        "." => "period",
        "/" => "slash",
        other => other,
    };
    let name = if name.len() == 1 { name.to_ascii_lowercase() } else { name.to_owned() };
    held.chain([name]).collect::<Vec<_>>().join("+")
}

#[cfg(test)]
mod tests;
