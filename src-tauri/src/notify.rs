//! Notifications of the desktop: what a person has to know while the window can't be seen. The words are the program's own,
//! never the model's, but for the label of a timer that the user has allowed.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager as _, Runtime};
use vivavoce_engine::tools::plain;
use vivavoce_engine::{Advice, Entry, Event, Phase, Problem, ProblemCode, ToolStage};

use crate::frontend::Glance;
use crate::window;
use crate::words::{Message, Words};

/// The problem that was told last.
#[derive(Default)]
pub(crate) struct Told(Mutex<Option<Problem>>);

/// Tells once that a conversation ended with a problem, if nobody sees the window.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, glance: &Glance, words: &Words) {
    let problem = glance.problem.clone().filter(|_| glance.phase == Phase::Error);
    let told = app.state::<Told>();
    let mut told = told.0.lock().unwrap_or_else(PoisonError::into_inner);
    if *told == problem {
        return;
    }
    told.clone_from(&problem);
    drop(told);
    if let Some(problem) = problem.filter(|_| glance.desktop.notifications && !window::is_noticed(app)) {
        send(app, message(&problem, words));
    }
}

fn message<'words>(problem: &Problem, words: &'words Words) -> &'words Message {
    match (problem.advice, problem.code) {
        (Advice::EnterKey, _) => &words.key_refused,
        (Advice::CheckNetwork | Advice::CheckEndpoint, _)
        | (_, ProblemCode::SetupTimeout | ProblemCode::ServiceUnavailable) => &words.no_connection,
        _ => &words.ended,
    }
}

/// Tells that a timer has run out, or that the user is asked for a word, if nobody sees the window.
pub(crate) fn tell<R: Runtime>(app: &AppHandle<R>, event: &Event, glance: &Glance) {
    if !glance.desktop.notifications || window::is_noticed(app) {
        return;
    }
    let words = glance.tongue.words();
    match event {
        Event::TimeIsUp(due) => {
            let title = if due.missed { words.time_was_up } else { words.time_is_up };
            show(app, title, plain(&due.timer.label));
        }
        // What is asked for isn't said here: a card with the whole of it is in the window.
        Event::Entry(Entry { call: Some(call), .. }) if call.stage == ToolStage::Asking => {
            send(app, &words.question);
        }
        _ => {}
    }
}

/// Shows a notification; a press on it brings the window.
pub(crate) fn send<R: Runtime>(app: &AppHandle<R>, message: &Message) {
    show(app, message.title, message.body.to_owned());
}

fn show<R: Runtime>(app: &AppHandle<R>, title: &'static str, body: String) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match system::show(title, &body).await {
            Ok(true) => window::bring(&app),
            Ok(false) => {}
            Err(error) => tracing::info!(%error, title, "the desktop shows no notifications"),
        }
    });
}

/// Notifications as freedesktop.org specifies them.
#[cfg(target_os = "linux")]
mod system {
    use std::collections::HashMap;

    use futures_util::StreamExt as _;
    use zbus::zvariant::Value;
    use zbus::{Connection, Proxy};

    const NAME: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    /// The desktop decides how long it shows.
    const AS_USUAL: i32 = -1;

    /// Resolves when the notification has gone, with whether it was pressed.
    pub(super) async fn show(title: &str, body: &str) -> zbus::Result<bool> {
        let bus = Connection::session().await?;
        let service = Proxy::new(&bus, NAME, PATH, NAME).await?;
        let mut presses = service.receive_signal("ActionInvoked").await?;
        let mut ends = service.receive_signal("NotificationClosed").await?;
        let hints = HashMap::from([("desktop-entry", Value::from("Vivavoce"))]);
        // Few desktops show the name of the default action.
        let actions = ["default", "Vivavoce"];
        // Some read the body as markup.
        let body = body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let id: u32 = service
            .call("Notify", &("Vivavoce", 0_u32, "vivavoce", title, body.as_str(), actions.as_slice(), hints, AS_USUAL))
            .await?;
        loop {
            let (press, end) = (presses.next(), ends.next());
            tokio::select! {
                Some(press) = press => {
                    let (which, _action): (u32, String) = press.body().deserialize()?;
                    if which == id {
                        return Ok(true);
                    }
                }
                Some(end) = end => {
                    let (which, _reason): (u32, u32) = end.body().deserialize()?;
                    if which == id {
                        return Ok(false);
                    }
                }
                else => return Ok(false),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Presses aren't told here.
    pub(super) async fn show(title: &'static str, body: &str) -> Result<bool, notify_rust::error::Error> {
        let body = body.to_owned();
        let shown = tauri::async_runtime::spawn_blocking(move || {
            notify_rust::Notification::new().appname("Vivavoce").summary(title).body(&body).show()
        });
        match shown.await {
            Ok(shown) => shown.map(|_| false),
            // The program is ending.
            Err(_) => Ok(false),
        }
    }
}
