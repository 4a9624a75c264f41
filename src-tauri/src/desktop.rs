//! What the program does on the desktop besides its window, kept in step with the engine.

use std::sync::Arc;

use tauri::{AppHandle, Manager as _, Runtime};
use vivavoce_engine::Event;

use crate::frontend::View;
use crate::{autostart, notify, shortcut, tray, window};

/// What this needs to remember.
pub(crate) fn manage<R: Runtime>(app: &AppHandle<R>) {
    app.manage(shortcut::Taken::default());
    app.manage(tray::Tray::default());
    app.manage(autostart::Asked::default());
    app.manage(notify::Told::default());
}

/// Takes a change of the engine's to the desktop. The window's own thread does it, in its time.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    let call = |event: &Event| matches!(event, Event::Entry(entry) if entry.call.is_some());
    if matches!(event, Event::TimeIsUp(_)) || call(event) {
        let (then, event) = (app.clone(), event.clone());
        let told = app.run_on_main_thread(move || {
            if let Some(view) = then.try_state::<Arc<View>>() {
                notify::tell(&then, &event, &view.glance());
            }
        });
        if let Err(error) = told {
            tracing::warn!(%error, "the desktop isn't told");
        }
        return;
    }
    if !matches!(event, Event::Settings { .. } | Event::Phase { .. } | Event::Muted(_) | Event::Problem(_)) {
        return;
    }
    let then = app.clone();
    if let Err(error) = app.run_on_main_thread(move || catch_up(&then)) {
        tracing::warn!(%error, "the desktop doesn't follow the engine");
    }
}

/// Makes the desktop show what the view knows. On the main thread.
pub(crate) fn catch_up<R: Runtime>(app: &AppHandle<R>) {
    let Some(view) = app.try_state::<Arc<View>>() else { return };
    let glance = view.glance();
    let words = glance.tongue.words();
    window::follow(app, glance.compact, glance.text_percent);
    shortcut::follow(app, &view, &glance.desktop);
    tray::follow(app, &glance);
    autostart::follow(app, &glance.desktop, words);
    notify::follow(app, &glance, words);
}
