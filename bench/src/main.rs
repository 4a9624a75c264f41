//! Measures the promises on the twin: latency both ways, barge-in, jitter, losses, cost and start.
//!
//! `cargo xtask bench` builds this program and the twin and runs the one on the other. Everything happens on virtual devices of
//! the project's own rig, against the simulator in this process. Where a time depends on the sound server and not on the
//! twin, a client that does nothing else is measured beside it in the same run: the floor.
//!
//! This program itself is best run with real-time priority: it is the ear, and must not be late.
#![allow(clippy::print_stdout)]

mod bursts;
mod clock;
mod cost;
mod line;
mod listener;
mod machine;
mod measure;
mod player;
mod report;
mod service;
mod statistics;
mod twin;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;

use measure::{Bench, Name};
use report::Report;
use twin::Twin;
use vivavoce_rig::Steadiness;

/// Measure the twin on virtual sound devices
#[derive(Debug, Parser)]
#[command(name = "vivavoce-bench", max_term_width = 100)]
struct Arguments {
    /// The twin: a release build of vivavoce-cli
    #[arg(long, value_name = "PROGRAM")]
    twin: PathBuf,
    /// Where performance.md and performance.json go
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Measure these only
    #[arg(long, num_args = 1.., value_name = "WHAT")]
    only: Vec<Name>,
    /// Fewer and shorter tries: to see that it works, not how well
    #[arg(long)]
    quick: bool,
    /// Device period the twin asks for, ms
    #[arg(long, default_value_t = 5, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=100))]
    period_ms: u64,
    /// Chunk the listener asks for, ms: the virtual devices run in steps of the smallest that any client asks for
    #[arg(long, default_value_t = 2, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=100))]
    listener_ms: u64,
    /// Start the twin without real-time priority
    #[arg(long)]
    plain: bool,
    /// What an echo test printed, as JSON, to be taken into the report
    #[arg(long, value_name = "FILE")]
    echo: Option<PathBuf>,
    /// Seed of everything random
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// The command to name in the report
    #[arg(long, default_value = "vivavoce-bench", value_name = "TEXT")]
    command: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // A build under way may put another program in its place, and then a report would tell of two.
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("vivavoce-cli");
    std::fs::copy(&arguments.twin, &program).with_context(|| format!("no twin at {}", arguments.twin.display()))?;
    let twin = Twin { program, plain: arguments.plain, period: Duration::from_millis(arguments.period_ms) };
    let bench = Bench::new(twin, &arguments)?;
    let mut machine = machine::describe();
    machine.push(("twin", machine::program(&bench.twin.program, &arguments.twin)));
    machine.push(("load before", machine::load()));
    let (mut sections, mut failures) = (Vec::new(), Vec::new());
    for name in Name::chosen(&arguments.only) {
        println!("==> {}", name.title());
        let steadiness = Steadiness::watch();
        match name.run(&bench) {
            Ok(Some(mut section)) => {
                section.late_ms = steadiness.worst().as_secs_f64() * 1000.0;
                for promise in &section.promises {
                    let kept = if promise.kept { "kept  " } else { "BROKEN" };
                    println!("  {kept} {}: {} ({})", promise.what, promise.measured, promise.limit);
                }
                sections.push(section);
            }
            Ok(None) => println!("  nothing to measure"),
            Err(error) => {
                println!("  FAILED: {error:#}");
                failures.push((name.title(), format!("{error:#}")));
            }
        }
    }
    machine.push(("load after", machine::load()));
    machine.push(("run", bench.described()));
    let report = Report { machine, command: arguments.command, sections, failures };
    std::fs::create_dir_all(&arguments.out)?;
    std::fs::write(arguments.out.join("performance.md"), report.markdown())?;
    std::fs::write(arguments.out.join("performance.json"), format!("{:#}\n", report.json()))?;
    println!("Written: {}", arguments.out.join("performance.md").display());
    Ok(())
}
