//! The program in the tray: its state as an icon, and a menu of what it can be told from there.
//!
//! Linux desktops are spoken to over their message bus, others through Tauri. Both show one [`Face`] and give one [`Order`]
//! back. Where a desktop has no tray, that is told, and the icon appears when one comes.

mod mark;
#[cfg(target_os = "linux")]
#[path = "tray/status_notifier.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
mod system;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::{AppHandle, Manager as _, Runtime};
use vivavoce_engine::{Command, Handle, Phase, TalkInput};

use crate::frontend::{Glance, View};
use crate::view::TrayState;
use crate::window;
use crate::words::Tongue;

use mark::Mark;

/// The icon in the tray, while there is one.
#[derive(Default)]
pub(crate) struct Tray(Mutex<Held>);

#[derive(Default)]
struct Held {
    icon: Option<system::Icon>,
    face: Option<Face>,
    state: TrayState,
}

impl Tray {
    /// Whether a person can reach the program there.
    pub(crate) fn is_shown(&self) -> bool {
        self.lock().state == TrayState::Shown
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that the tray shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Face {
    phase: Phase,
    muted: bool,
    /// The window is on the desktop.
    seen: bool,
    tongue: Tongue,
}

/// What can be told from the tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Talk,
    /// The user's turn ends.
    EndTurn,
    /// The answer is cut, and nothing is listened to any more.
    Stop,
    Mute(bool),
    Show,
    Hide,
    /// A press on the icon itself: to the front, or away from it.
    Toggle,
    Quit,
}

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    State(String),
    Do(&'static str, Order),
    Switch(&'static str, bool, Order),
    Between,
}

impl Face {
    fn state(self) -> String {
        let words = self.tongue.words();
        let phase = (words.phase)(self.phase);
        if self.muted && self.phase != Phase::Paused {
            format!("{phase}{}{}", words.and, words.muted)
        } else {
            phase.to_owned()
        }
    }

    fn mark(self) -> Mark {
        Mark::of(self.phase, self.muted)
    }

    fn menu(self) -> Vec<Line> {
        let words = self.tongue.words();
        let talk = match self.phase {
            Phase::Off | Phase::Ready | Phase::Error => Line::Do(words.talk, Order::Talk),
            Phase::OpeningMicrophone | Phase::Listening | Phase::Paused => Line::Do(words.stop, Order::EndTurn),
            _ => Line::Do(words.stop, Order::Stop),
        };
        let window = if self.seen { (words.hide, Order::Hide) } else { (words.show, Order::Show) };
        vec![
            Line::State(self.state()),
            Line::Between,
            talk,
            Line::Switch(words.mute, self.muted, Order::Mute(!self.muted)),
            Line::Between,
            Line::Do(window.0, window.1),
            Line::Do(words.quit, Order::Quit),
        ]
    }
}

/// Shows the icon as things are now, or takes it away. On the main thread.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, glance: &Glance) {
    let tray = app.state::<Tray>();
    if !glance.desktop.tray {
        let gone = {
            let mut held = tray.lock();
            held.face = None;
            held.icon.take()
        };
        if gone.is_some() {
            drop(gone);
            told(app, TrayState::Off);
        }
        return;
    }
    let face = Face {
        phase: glance.phase,
        muted: glance.muted,
        seen: app.state::<window::Shape>().is_seen(),
        tongue: glance.tongue,
    };
    let mut held = tray.lock();
    if held.face == Some(face) {
        return;
    }
    held.face = Some(face);
    match &held.icon {
        Some(icon) => icon.draw(face),
        None => held.icon = system::Icon::new(app, face),
    }
}

/// Hears what has become of the icon. On the main thread.
fn told<R: Runtime>(app: &AppHandle<R>, state: TrayState) {
    let tray = app.state::<Tray>();
    // News of an icon that was taken away meanwhile.
    let state = if tray.lock().icon.is_some() { state } else { TrayState::Off };
    if std::mem::replace(&mut tray.lock().state, state) == state {
        return;
    }
    tracing::info!(?state, "the tray");
    app.state::<Arc<View>>().tell_tray(state);
    if state != TrayState::Shown {
        window::stay_reachable(app);
    }
}

/// Does what was told from the tray. On the main thread.
fn obey<R: Runtime>(app: &AppHandle<R>, order: Order) {
    let commands = match order {
        Order::Hide => return window::hide(app),
        Order::Toggle if window::is_in_front(app) => return window::hide(app),
        Order::Show | Order::Toggle => return window::show(app),
        Order::Quit => return app.exit(0),
        Order::Talk => vec![Command::Talk(TalkInput::Start)],
        Order::EndTurn => vec![Command::Talk(TalkInput::Stop)],
        Order::Stop => vec![Command::Talk(TalkInput::Stop), Command::Stop],
        Order::Mute(muted) => vec![Command::SetMuted(muted)],
    };
    for command in commands {
        // An engine that is gone ends the program.
        let _ = app.state::<Handle>().send(command);
    }
}

/// What another thread has for the main thread.
fn on_main_thread<R: Runtime>(app: &AppHandle<R>, what: impl FnOnce(&AppHandle<R>) + Send + 'static) {
    let then = app.clone();
    // It fails only when the program is ending.
    let _ = app.run_on_main_thread(move || what(&then));
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Face = Face { phase: Phase::Ready, muted: false, seen: true, tongue: Tongue::English };

    #[test]
    fn the_menu_offers_what_can_be_done_now() {
        let texts = |face: Face| {
            let text = |line: Line| match line {
                Line::State(text) => format!("({text})"),
                Line::Do(text, _) => text.to_owned(),
                Line::Switch(text, on, _) => format!("{text} [{}]", if on { "x" } else { " " }),
                Line::Between => "-".to_owned(),
            };
            face.menu().into_iter().map(text).collect::<Vec<_>>().join("|")
        };
        assert_eq!(texts(FACE), "(Ready)|-|Talk|Mute the microphone [ ]|-|Hide the window|Quit Vivavoce");
        let face = Face { phase: Phase::Listening, muted: true, seen: false, ..FACE };
        assert_eq!(texts(face), "(Listening · muted)|-|Stop|Mute the microphone [x]|-|Show the window|Quit Vivavoce");
        let face = Face { phase: Phase::Paused, muted: true, tongue: Tongue::Japanese, ..FACE };
        assert_eq!(texts(face), "(ミュート中)|-|停止|マイクをミュート [x]|-|ウィンドウを隠す|Vivavoce を終了");
    }

    #[test]
    fn the_switch_turns_what_it_shows() {
        let switch = |muted| Face { muted, ..FACE }.menu().swap_remove(3);
        assert!(matches!(switch(false), Line::Switch(_, false, Order::Mute(true))));
        assert!(matches!(switch(true), Line::Switch(_, true, Order::Mute(false))));
    }
}
