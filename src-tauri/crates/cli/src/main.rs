//! `vivavoce-cli`: Vivavoce without a window, for scripts, remote shells and screen readers.
//!
//! The same engine as the window's, steered by lines on standard input, telling one JSON event a line on standard output.
//! `docs/cli.md` describes both.

mod args;
mod clock;
mod key;
mod output;
mod talk;

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;
use vivavoce_engine::log_filter;

use crate::args::{Args, Task};

fn main() -> ExitCode {
    let args = Args::read();
    // Standard output belongs to the events.
    let asked = std::env::var("VIVAVOCE_LOG").ok();
    let filter = EnvFilter::try_new(log_filter(asked.as_deref())).unwrap_or_else(|_| EnvFilter::new(log_filter(None)));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let result = match args.task {
        Task::Talk(args) => talk::run(*args),
        Task::Devices(args) => output::print_devices(&args),
    };
    result.unwrap_or_else(|error| {
        tracing::debug!(?error);
        eprintln!("vivavoce-cli: {error:#}");
        ExitCode::FAILURE
    })
}
