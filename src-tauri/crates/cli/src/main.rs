//! `vivavoce-cli`: Vivavoce without a window, for scripts, remote shells and screen readers.
//!
//! The same engine as the window's, steered by lines on standard input, telling one JSON event a line on standard output.
//! `docs/cli.md` describes both.

mod args;
mod clock;
mod output;
mod talk;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;
use vivavoce_engine::DEFAULT_LOG;

use crate::args::{Args, Task};

fn main() -> ExitCode {
    let args = Args::parse();
    // Standard output belongs to the events.
    let filter = EnvFilter::try_from_env("VIVAVOCE_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let result = match args.task {
        Task::Talk(args) => talk::run(args),
        Task::Devices(args) => output::print_devices(&args),
    };
    result.unwrap_or_else(|error| {
        tracing::debug!(?error);
        eprintln!("vivavoce-cli: {error:#}");
        ExitCode::FAILURE
    })
}
