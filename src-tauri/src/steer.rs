//! One program at a time, steered from outside: by its own command line, by links and by the desktop's shortcuts.
//!
//! Whoever is first takes a place among the user's own run-time files and listens there. Whoever comes later tells the first
//! what it was started for, and ends. See [`place`] for how only one can be first.

mod act;
mod client;
mod link;
mod place;
mod protocol;
mod server;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use directories::BaseDirs;
use tauri::{AppHandle, Manager as _, Runtime};

use crate::args::{Args, Task};
use crate::frontend::View;
use crate::view::Part;
use client::{Begun, Failure};
use protocol::{Answer, Order, Request};

pub(crate) use link::Link;
pub use place::Listener;
pub(crate) use protocol::{MuteOrder, TalkOrder};

/// The application's identifier, which its folders are named by.
const IDENTIFIER: &str = "org.vivavoce.Vivavoce";

/// What to do after the command line was read.
pub enum Outcome {
    /// Start the program.
    Start(Start),
    /// There is nothing more to do.
    Done(ExitCode),
}

/// How the program starts.
#[derive(Default)]
pub struct Start {
    /// Without showing the window.
    pub hidden: bool,
    /// Where later starts and commands are heard; nowhere if the place couldn't be made.
    pub listener: Option<Listener>,
    /// What the window shows first; the ordinary view when absent.
    pub part: Option<Part>,
}

/// Exit code where there is no program to be steered.
const NOT_RUNNING: u8 = 3;

/// Does what the command line asks for, or says that the program has to be started for it.
pub fn begin(args: &Args) -> Outcome {
    let place = BaseDirs::new()
        .ok_or_else(|| std::io::Error::other("there is no home directory"))
        .and_then(|folders| place::Place::of(&folders.config_dir().join(IDENTIFIER)));
    let place = match (place, &args.task) {
        (Ok(place), _) => place,
        // Better twice than not at all.
        (Err(error), None) => {
            eprintln!("vivavoce: {}", words::failure(&Failure::Broken(error)));
            return Outcome::Start(Start { hidden: args.hidden, listener: None, part: part(args) });
        }
        (Err(error), Some(_)) => return Outcome::Done(failed(&Failure::Broken(error))),
    };
    match args.task {
        None => start(&place, args),
        Some(task) => Outcome::Done(steer(&place, task)),
    }
}

/// Shows what the start was for, and hears later ones until the program ends.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, part: Option<Part>, listener: Option<Listener>) {
    if let Some(part) = part {
        app.state::<Arc<View>>().ask(part);
    }
    if let Some(listener) = listener {
        server::listen(app, listener);
    }
}

fn part(args: &Args) -> Option<Part> {
    args.link.and_then(|link| link.0)
}

fn start(place: &place::Place, args: &Args) -> Outcome {
    let order = if args.hidden { Order::Status } else { Order::Show(part(args)) };
    match client::first_or_tell(place, &Request::new(order)) {
        Ok(Begun::First(listener)) => {
            Outcome::Start(Start { hidden: args.hidden, listener: Some(listener), part: part(args) })
        }
        Ok(Begun::Told(Answer::Refused(refusal))) => Outcome::Done(failed(&Failure::Refused(refusal))),
        Ok(Begun::Told(_)) => Outcome::Done(ExitCode::SUCCESS),
        Err(Failure::Broken(error)) => {
            eprintln!("vivavoce: {}", words::failure(&Failure::Broken(error)));
            Outcome::Start(Start { hidden: args.hidden, listener: None, part: part(args) })
        }
        Err(failure) => Outcome::Done(failed(&failure)),
    }
}

fn steer(place: &place::Place, task: Task) -> ExitCode {
    let order = match task {
        Task::Talk { action } => Order::Talk(action),
        Task::Mute { state } => Order::Mute(state),
        Task::Status { .. } => Order::Status,
        Task::Show => Order::Show(None),
        Task::Quit => Order::Quit,
    };
    let is_json = matches!(task, Task::Status { json: true });
    match client::tell(place, &Request::new(order)) {
        Ok(Answer::Done) => {
            if matches!(order, Order::Quit) {
                client::wait_until_free(place);
            }
            ExitCode::SUCCESS
        }
        Ok(Answer::Status(status)) => words::print(&if is_json { status.json() } else { words::status(&status) }),
        Ok(Answer::Refused(refusal)) => failed(&Failure::Refused(refusal)),
        Err(Failure::NotRunning) => {
            if is_json {
                // Scripts are told by the code as well.
                words::print("{\"running\":false}");
            } else {
                eprintln!("vivavoce: {}", words::failure(&Failure::NotRunning));
            }
            ExitCode::from(NOT_RUNNING)
        }
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    eprintln!("vivavoce: {}", words::failure(failure));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_is_the_windows() {
        let configuration = include_str!("../../tauri.conf.json");
        assert!(configuration.contains(&format!("\"identifier\": \"{IDENTIFIER}\"")));
    }
}
