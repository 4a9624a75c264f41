//! `cargo xtask test`: every check, in order, with its time.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::ValueEnum;
use vivavoce_rig::Rig;

use crate::bindings::{self, Snapshot};
use crate::setup::{self, Purpose};
use crate::{build, demo, shell};

/// The steps, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// Rust code is formatted
    Fmt,
    /// The user interface: lints, types, unit tests, build
    Ui,
    /// The core does not depend on the window
    Layers,
    /// No warnings from clippy
    Clippy,
    /// Everything compiles
    Build,
    /// Rust tests
    Rust,
    /// Rust examples in documentation
    Doctests,
    /// The generated TypeScript types are up to date
    Bindings,
    /// Documentation builds without warnings
    Docs,
    /// The official SDKs talk to the simulator
    Sdk,
    /// Secrets: the real keychain
    Secrets,
    /// Sound through virtual devices
    Sound,
    /// The real window on a virtual display
    Window,
}

/// How a step ended.
struct Outcome {
    name: Name,
    took: Duration,
    problem: Option<String>,
}

/// Runs the steps, all or some, and prints a summary as the last thing; the code says whether all passed.
pub(crate) fn test(yes: bool, only: &[Name]) -> Result<ExitCode> {
    setup::prepare(&Purpose::ALL, yes)?;
    let before = bindings::snapshot()?;
    let steps = Name::value_variants().iter().filter(|name| only.is_empty() || only.contains(name));
    let mut outcomes: Vec<Outcome> = Vec::new();
    for name in steps {
        println!("\n==> {}: {}", title(*name), about(*name));
        let start = Instant::now();
        let needed = outcomes.iter().find(|earlier| earlier.problem.is_some() && needs(*name).contains(&earlier.name));
        let result = match needed {
            Some(earlier) => Err(anyhow::anyhow!("not run, because {} failed", title(earlier.name))),
            None => step(*name, &before),
        };
        let problem = result.err().map(|error| format!("{error:#}"));
        if let Some(problem) = &problem {
            println!("  FAILED: {problem}");
        }
        outcomes.push(Outcome { name: *name, took: start.elapsed(), problem });
    }
    Ok(summary(&outcomes))
}

fn step(name: Name, before: &Snapshot) -> Result<()> {
    match name {
        Name::Fmt => shell::run(shell::cargo().args(["fmt", "--all", "--check"])),
        Name::Ui => ui(),
        Name::Layers => layers(),
        Name::Clippy => shell::run(
            shell::cargo()
                .args(["clippy", "--workspace", "--all-targets"])
                .args(build::FEATURES)
                .args(["--", "-D", "warnings"]),
        ),
        Name::Build => build::everything(),
        Name::Rust => rust_tests(),
        Name::Doctests => {
            shell::run(shell::cargo().args(["test", "--workspace", "--doc", "--quiet"]).args(build::FEATURES))
        }
        Name::Bindings => bindings::compare(before),
        Name::Docs => shell::run(
            shell::cargo()
                .args(["doc", "--workspace", "--no-deps", "--quiet"])
                .args(build::FEATURES)
                .env("RUSTDOCFLAGS", "-D warnings"),
        ),
        Name::Sdk => sdk(),
        Name::Secrets => secrets(),
        Name::Sound => sound(),
        Name::Window => window(),
    }
}

/// Steps without which another makes no sense.
fn needs(name: Name) -> &'static [Name] {
    match name {
        Name::Clippy | Name::Build => &[Name::Ui],
        Name::Rust | Name::Doctests | Name::Docs | Name::Sdk | Name::Secrets | Name::Sound | Name::Window => {
            &[Name::Build]
        }
        Name::Bindings => &[Name::Build, Name::Rust],
        Name::Fmt | Name::Ui | Name::Layers => &[],
    }
}

fn ui() -> Result<()> {
    setup::node_modules(setup::UI)?;
    for script in ["lint", "check", "test", "build", "size"] {
        build::npm(setup::UI, &["run", script])?;
    }
    Ok(())
}

fn layers() -> Result<()> {
    let tree = shell::output(shell::cargo().args(["tree", "--package", "vivavoce-engine", "--invert", "tauri"]));
    match tree {
        Ok(path) => ensure!(path.trim().is_empty(), "the engine depends on the window:\n{path}"),
        // Cargo's way of saying that nothing leads there.
        Err(error) => ensure!(error.to_string().contains("did not match any packages"), "{error:#}"),
    }
    Ok(())
}

/// Those that run anywhere; what is marked `#[ignore]` needs something that only its own step brings.
fn rust_tests() -> Result<()> {
    let mut command = shell::cargo();
    if shell::output(shell::cargo().args(["nextest", "--version"])).is_ok() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    }
    shell::run(command.args(build::FEATURES))
}

/// The ignored tests of the packages that need virtual devices, one after the other, because they keep time.
///
/// Their executables are run without Cargo: choosing packages would choose other features, and compile much again.
fn sound() -> Result<()> {
    for (package, executable) in build::test_executables(&["vivavoce-rig", "vivavoce-sound-tests"])? {
        println!("Sound tests of {package}:");
        shell::run(shell::command(executable).args(["--ignored", "--test-threads", "1"]))?;
    }
    Ok(())
}

/// The ignored tests that bring a message bus of their own, with a keychain or a portal on it.
fn secrets() -> Result<()> {
    let tests = build::test_executables(&["vivavoce-engine", "vivavoce-cli"])?;
    let is_about_keys = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["keychain-", "secrets-"].iter().any(|start| name.starts_with(start))
    };
    for (package, executable) in tests.into_iter().filter(|(_, executable)| is_about_keys(executable)) {
        println!("Keychain tests of {package}:");
        shell::run(shell::command(executable).arg("--ignored"))?;
    }
    // The desktop's portal is asked on a bus of the tests' own as well.
    for (_, executable) in build::test_executables(&["vivavoce"])? {
        shell::run(shell::command(executable).args(["--ignored", "portal::"]))?;
    }
    Ok(())
}

/// Both official SDKs, even if the first finds something.
fn sdk() -> Result<()> {
    let simulator = build::program("vivavoce-simulator")?;
    let javascript = || {
        setup::node_modules(setup::SDK_TESTS)?;
        shell::run(
            shell::command("npm")
                .arg("test")
                .current_dir(shell::root().join(setup::SDK_TESTS))
                .env("VIVAVOCE_SIMULATOR", &simulator),
        )
    };
    let python = || {
        let python = setup::python_packages(setup::PYTHON_SDK_TESTS)?;
        shell::run(
            shell::command(python)
                // The SDK warns that tokens are new.
                .args(["-W", "ignore", "-m", "unittest", "--verbose"])
                .current_dir(shell::root().join(setup::PYTHON_SDK_TESTS))
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .env("VIVAVOCE_SIMULATOR", &simulator),
        )
    };
    let results = [javascript(), python()];
    results.into_iter().collect()
}

fn window() -> Result<()> {
    setup::node_modules(setup::WINDOW_TESTS)?;
    let rig = Rig::start()?;
    shell::run(
        demo::node(&rig)?
            .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .current_dir(shell::root().join(setup::WINDOW_TESTS))
            .env("VIVAVOCE_APP", build::program("vivavoce")?),
    )
}

fn summary(outcomes: &[Outcome]) -> ExitCode {
    println!("\n{:10} {:>8}  result", "step", "time");
    for Outcome { name, took, problem } in outcomes {
        let result = problem.as_deref().map_or("passed", |problem| problem.lines().next().unwrap_or("failed"));
        println!("{:10} {:>6} s  {result}", title(*name), took.as_secs());
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    println!("{:10} {:>6} s", "all", total.as_secs());
    let failed = outcomes.iter().filter(|outcome| outcome.problem.is_some()).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn title(name: Name) -> String {
    name.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn about(name: Name) -> String {
    name.to_possible_value().and_then(|value| Some(value.get_help()?.to_string())).unwrap_or_default()
}
