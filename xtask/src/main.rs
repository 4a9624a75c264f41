//! Everything one does with this repository, in one place: set it up, run it, test it, package it.
//!
//! Each command says what it does and why before it does it. None needs anything prepared by hand beyond Rust, a C linker,
//! Node and a network to the package registries.
#![allow(clippy::print_stdout)]

mod bench;
mod bindings;
mod build;
mod check;
mod demo;
mod fuzz;
mod hear;
mod package;
mod run;
mod screenshots;
mod setup;
mod shell;
mod test;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, run, test and package Vivavoce", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install the system packages and Node modules that building and testing need
    Setup {
        /// Do not ask before installing
        #[arg(long)]
        yes: bool,
    },
    /// Build and start the application; without a screen or sound, show it on virtual ones
    Run {
        /// Do not ask before installing
        #[arg(long)]
        yes: bool,
        /// Use the virtual display and sound even where there are real ones
        #[arg(long)]
        demo: bool,
        /// Arguments for the application
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run every check: format, lints, Rust, user interface, sound, SDK and window tests
    Test {
        /// Do not ask before installing
        #[arg(long)]
        yes: bool,
        /// Run these steps only
        #[arg(long, num_args = 1.., value_name = "STEP")]
        only: Vec<test::Name>,
    },
    /// Write the TypeScript types of what crosses between Rust and the window
    Bindings,
    /// Build the .deb and .rpm packages
    Package {
        /// Install the .deb, hold a conversation with the installed program, remove it again
        #[arg(long)]
        verify: bool,
        /// Do not ask before installing
        #[arg(long)]
        yes: bool,
    },
    /// Check the code for other systems: compile it for Windows or macOS, or talk with the Windows program under Wine
    Check {
        system: check::System,
        /// Check the window too
        #[arg(long)]
        all: bool,
    },
    /// Measure latency, losses, cost and start of the release build on virtual devices
    Bench(bench::Options),
    /// Take pictures of every view and state of the real window, in both languages, all looks and three sizes
    Screenshots {
        /// Do not ask before installing
        #[arg(long)]
        yes: bool,
        /// These stages only
        #[arg(value_name = "STAGE")]
        stages: Vec<String>,
    },
    /// Measure what the release build's window costs: start, memory over an hour of turns, processor while it is hidden
    WindowCost {
        /// Do not ask before installing
        #[arg(long)]
        yes: bool,
    },
    /// Feed both ends of the protocol bytes of any kind
    Fuzz {
        /// For how long, each
        #[arg(long, default_value_t = 60, value_name = "N")]
        seconds: u32,
    },
    /// Run a command with virtual sound devices, a virtual display and an empty home
    Rig {
        /// The command and its arguments
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Become the Windows program in a folder (for the check under Wine)
    #[command(hide = true)]
    BecomeWindowsProgram {
        folder: std::path::PathBuf,
        #[arg(last = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Speak a text into a WAV file (for the window tests)
    #[command(hide = true)]
    Speak { text: String, wav: std::path::PathBuf },
    /// Look for one WAV file in another and print what was found as JSON (for the window tests)
    #[command(hide = true)]
    Compare { reference: std::path::PathBuf, heard: std::path::PathBuf },
    /// Be the tray and the notifications of a desktop, obeying lines of JSON (for the window tests)
    #[command(hide = true)]
    Desktop,
}

fn main() -> ExitCode {
    let result = shell::this_program().and_then(|_| obey(Arguments::parse().command));
    result.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn obey(command: Command) -> Result<ExitCode> {
    match command {
        Command::Setup { yes } => setup::everything(yes)?,
        Command::Run { yes, demo, arguments } => run::run(yes, demo, &arguments)?,
        Command::Test { yes, only } => return test::test(yes, &only),
        Command::Bindings => bindings::write()?,
        Command::Package { verify, yes } => package::package(yes, verify)?,
        Command::Check { system, all } => check::check(system, all)?,
        Command::BecomeWindowsProgram { folder, arguments } => check::become_windows_program(&folder, &arguments)?,
        Command::Bench(options) => bench::bench(&options)?,
        Command::Screenshots { yes, stages } => screenshots::take(yes, &stages)?,
        Command::WindowCost { yes } => screenshots::cost(yes)?,
        Command::Fuzz { seconds } => fuzz::fuzz(seconds)?,
        Command::Rig { command } => return demo::on_rig(&command),
        Command::Speak { text, wav } => hear::speak(&text, &wav)?,
        Command::Compare { reference, heard } => hear::compare(&reference, &heard)?,
        Command::Desktop => vivavoce_rig::desktop::serve(std::io::stdin().lock(), std::io::stdout().lock())?,
    }
    Ok(ExitCode::SUCCESS)
}
