//! The window's executable: reads the command line, and starts the window unless that is for one that runs already.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use vivavoce::{Args, Outcome};

fn main() -> ExitCode {
    vivavoce::prepare_environment();
    match vivavoce::begin(&Args::read()) {
        Outcome::Done(code) => code,
        Outcome::Start(start) => match vivavoce::run(start) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(%error, "Vivavoce could not start");
                ExitCode::FAILURE
            }
        },
    }
}
