//! Does what a later start asks for, by the same ways as the window's own buttons.

use std::sync::Arc;

use tauri::{AppHandle, Manager as _, Runtime};
use vivavoce_engine::{Command, Handle, TalkInput};

use super::protocol::{Answer, MuteOrder, Order, Refusal, Request, Status, TalkOrder};
use crate::frontend::View;
use crate::view::Part;
use crate::window;

/// Does it, or begins to; the end of the program is left to the caller.
pub(super) fn act<R: Runtime>(app: &AppHandle<R>, request: &Request) -> Answer {
    let view = app.state::<Arc<View>>();
    let commands = match request.order {
        Order::Talk(TalkOrder::Start | TalkOrder::Toggle) if !view.settings().welcomed => {
            bring_up(app, None, request.activation.clone());
            return Answer::Refused(Refusal::NotIntroduced);
        }
        Order::Talk(TalkOrder::Start) => vec![Command::Talk(TalkInput::Start)],
        Order::Talk(TalkOrder::Stop) => vec![Command::Talk(TalkInput::Stop)],
        // A click: with what is latched or held the engine knows best what it means.
        Order::Talk(TalkOrder::Toggle) => vec![Command::Talk(TalkInput::Press), Command::Talk(TalkInput::Release)],
        Order::Mute(order) => vec![Command::SetMuted(match order {
            MuteOrder::On => true,
            MuteOrder::Off => false,
            MuteOrder::Toggle => !view.is_muted(),
        })],
        Order::Status => return Answer::Status(view.status()),
        Order::Show(part) => {
            bring_up(app, part, request.activation.clone());
            return Answer::Done;
        }
        Order::Quit => return Answer::Done,
    };
    let engine = app.state::<Handle>();
    let sent: Result<Vec<()>, _> = commands.into_iter().map(|command| engine.send(command)).collect();
    sent.map_or(Answer::Refused(Refusal::Ending), |_| Answer::Done)
}

/// Shows the window, in front, and a part of it; `activation` is the desktop's leave to do so, where one is needed.
pub(crate) fn bring_up<R: Runtime>(app: &AppHandle<R>, part: Option<Part>, activation: Option<String>) {
    let then = app.clone();
    let asked = app.run_on_main_thread(move || {
        #[cfg(target_os = "linux")]
        if let Some(token) = activation {
            use gtk::prelude::GtkWindowExt as _;
            // Without the desktop's leave a window in the background only asks for attention.
            if let Some(Ok(window)) = then.get_webview_window(window::MAIN).map(|window| window.gtk_window()) {
                window.set_startup_id(&token);
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = activation;
        window::show(&then);
        if let Some(part) = part {
            then.state::<Arc<View>>().ask(part);
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the window isn't shown");
    }
}

impl View {
    /// How things are, for whoever asks from outside.
    fn status(&self) -> Status {
        self.with(|snapshot, phase_since| Status {
            running: true,
            version: snapshot.version.clone(),
            phase: name(&snapshot.phase),
            phase_seconds: phase_since.elapsed().as_secs(),
            muted: snapshot.muted,
            latched: snapshot.latched,
            service: name(&snapshot.settings.service),
            model: snapshot.settings.model.clone(),
            microphone: snapshot.input.as_ref().map(|input| input.name.clone()),
            problem: snapshot.problem.as_ref().map(|problem| name(&problem.code)),
        })
    }
}

/// What a value without fields is called in JSON.
fn name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use vivavoce_engine::{Phase, Settings};

    use super::*;

    #[test]
    fn the_status_uses_the_words_of_the_terminal() {
        let status = View::new("1.2.3".into(), Settings::default(), Vec::new()).status();
        assert_eq!((status.running, status.phase.as_str(), status.version.as_str()), (true, "off", "1.2.3"));
        assert_eq!(name(&Phase::OpeningMicrophone), "openingMicrophone");
        assert!(!status.service.is_empty());
    }
}
