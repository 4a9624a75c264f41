//! `cargo xtask bench`: the promises, measured on release builds.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use clap::Args;
use vivavoce_rig::real_time;

use crate::setup::{self, Purpose};
use crate::{build, shell};

/// Prints what the echo canceller does in synthetic rooms.
const ECHO: [&str; 7] = ["--release", "--quiet", "--package", "vivavoce-audio", "--example", "echo", "--"];
/// The example's source: where it isn't there is nothing to run.
const ECHO_SOURCE: &str = "src-tauri/crates/audio/examples/echo.rs";

/// What to measure and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where performance.md and performance.json go; `docs` after a full run, else below the target folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Measure these only: mouth-to-wire, wire-to-ear, barge-in, jitter, losses, cost, start, echo
    #[arg(long, num_args = 1.., value_name = "WHAT")]
    only: Vec<String>,
    /// Fewer and shorter tries: to see that it works, not how well
    #[arg(long)]
    quick: bool,
    /// Device period the twin asks for, ms
    #[arg(long, default_value_t = 5, value_name = "MS")]
    period_ms: u32,
    /// Chunk the listener asks for, ms
    #[arg(long, default_value_t = 2, value_name = "MS")]
    listener_ms: u32,
    /// Run the twin without real-time priority
    #[arg(long)]
    plain: bool,
    /// Measure this program instead of building one
    #[arg(long, value_name = "PROGRAM")]
    twin: Option<PathBuf>,
    /// Do not ask before installing
    #[arg(long)]
    yes: bool,
}

/// Builds the twin and what measures it, and measures.
pub(crate) fn bench(options: &Options) -> Result<()> {
    setup::prepare(&Purpose::ALL, options.yes)?;
    println!("Building the twin and what measures it, optimised. The first time takes some minutes.");
    let programs = build::target_folder()?.join("release");
    let twin = match &options.twin {
        Some(twin) => twin.clone(),
        None => built("vivavoce-cli", &programs)?,
    };
    let bench = built("vivavoce-bench", &programs)?;
    let scratch = build::target_folder()?.join("bench");
    std::fs::create_dir_all(&scratch)?;
    let is_full = options.only.is_empty() && !options.quick;
    let out = match &options.out {
        Some(out) => std::path::absolute(out)?,
        None if is_full => shell::root().join("docs"),
        None => scratch.clone(),
    };
    let mut command = real_time(bench);
    command.current_dir(shell::root()).arg("--twin").arg(twin).arg("--out").arg(out);
    command.args(["--command", &options.told()]).args(options.passed_on());
    if options.wants("echo")
        && let Some(echo) = echo(&scratch)?
    {
        command.arg("--echo").arg(echo);
    }
    let status = command.status().context("could not start what measures")?;
    ensure!(status.success(), "measuring ended with {status}");
    Ok(())
}

impl Options {
    fn wants(&self, what: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == what)
    }

    fn passed_on(&self) -> Vec<String> {
        let mut words = vec!["--period-ms".to_owned(), self.period_ms.to_string()];
        words.extend(["--listener-ms".to_owned(), self.listener_ms.to_string()]);
        words.extend(self.quick.then(|| "--quick".to_owned()));
        words.extend(self.plain.then(|| "--plain".to_owned()));
        if !self.only.is_empty() {
            words.push("--only".to_owned());
            words.extend(self.only.iter().cloned());
        }
        words
    }

    /// The command that repeats the run.
    fn told(&self) -> String {
        format!("cargo xtask bench {}", self.passed_on().join(" "))
    }
}

/// Builds a program by itself, so that it has the features it is shipped with and no others.
fn built(package: &str, programs: &Path) -> Result<PathBuf> {
    shell::run(shell::cargo().args(["build", "--release", "--package", package]))?;
    Ok(programs.join(package))
}

/// Runs the echo example if there is one; the file with what it printed.
fn echo(folder: &Path) -> Result<Option<PathBuf>> {
    if !shell::root().join(ECHO_SOURCE).is_file() {
        return Ok(None);
    }
    let path = folder.join("echo.json");
    println!("Measuring the echo canceller in synthetic rooms.");
    let mut command = shell::cargo();
    command.arg("run").args(ECHO).arg("--json").stdout(File::create(&path)?).stderr(Stdio::inherit());
    let status = command.status().context("could not start the echo example")?;
    ensure!(status.success(), "the echo example ended with {status}");
    Ok(Some(path))
}
