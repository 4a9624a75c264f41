//! The window's executable: nothing but the start.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    vivavoce::prepare_environment();
    match vivavoce::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "Vivavoce could not start");
            ExitCode::FAILURE
        }
    }
}
