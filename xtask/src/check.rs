//! `cargo xtask check`: does the code hold on the systems this machine isn't?
//!
//! The tools for it come from Debian's packages, unpacked into `target/check`, where they stay for the next time. They run in
//! there by `chroot`; nothing is installed. `docs/platforms.md` says what this shows and what it can't.

mod compile;
mod debian;
mod demo;
mod inside;
mod wine;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::{build, shell};
use compile::{Compiler, Target};

/// What to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum System {
    /// Everything type-checks for Windows
    Windows,
    /// Everything type-checks for macOS
    Macos,
    /// The Windows program talks under Wine, on virtual devices
    Wine,
}

/// Runs one check; see [`System`]. `all` adds the window.
pub(crate) fn check(system: System, all: bool) -> Result<()> {
    let cache = build::target_folder()?.join("check");
    fs::create_dir_all(&cache)?;
    println!(
        "This takes a few minutes the first time: tools are fetched into {}, and the standard library is compiled.",
        shell::short(&cache)
    );
    let start = Instant::now();
    match system {
        System::Windows => Compiler::for_target(Target::Windows, &cache)?.check(all)?,
        System::Macos => Compiler::for_target(Target::Macos, &cache)?.check(all)?,
        System::Wine => {
            ensure!(!all, "--all adds the window, and Wine has no web view to show it with.");
            wine::converse(&cache)?;
        }
    }
    println!("It holds. That took {} s.", start.elapsed().as_secs());
    Ok(())
}

/// Becomes the Windows program that [`System::Wine`] put into a folder.
pub(crate) fn become_windows_program(folder: &Path, arguments: &[OsString]) -> Result<()> {
    wine::become_program(folder, arguments)
}
