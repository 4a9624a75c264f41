//! `cargo xtask screenshots` and `cargo xtask window-cost`: what a designer looks at, and what the window takes.

use anyhow::{Context, Result};
use vivavoce_rig::Rig;

use crate::setup::{self, Purpose};
use crate::{build, demo, shell};

/// Where the simulator's ready-made troubles are.
const SCENARIOS: &str = "src-tauri/crates/simulator/scenarios";

/// Brings the window into every state there is and leaves pictures in `out/screens`, a folder for each language.
pub(crate) fn take(yes: bool, stages: &[String]) -> Result<()> {
    setup::prepare(&Purpose::ALL, yes)?;
    setup::node_modules(setup::WINDOW_TESTS)?;
    build::ui()?;
    build::everything()?;
    let rig = Rig::start()?;
    shell::run(
        demo::node(&rig)?
            .arg("screens.mjs")
            .arg("--app")
            .arg(build::program("vivavoce")?)
            .arg("--out")
            .arg(shell::root().join("out/screens"))
            .arg("--scenarios")
            .arg(shell::root().join(SCENARIOS))
            .args(stages)
            .current_dir(shell::root().join(setup::WINDOW_TESTS)),
    )
    .context("not every state could be shown as it should be")
}

/// Measures the release build's window: start, memory, processor.
pub(crate) fn cost(yes: bool) -> Result<()> {
    setup::prepare(&Purpose::ALL, yes)?;
    setup::node_modules(setup::WINDOW_TESTS)?;
    build::ui()?;
    println!("Building the application, optimised. The first time takes some minutes.");
    shell::run(shell::cargo().args(["build", "--release", "--package", "vivavoce"]).args(build::FEATURES))?;
    shell::run(shell::cargo().args(["build", "--package", "vivavoce-simulator"]))?;
    let rig = Rig::start()?;
    shell::run(
        demo::node(&rig)?
            .arg("cost.mjs")
            .arg("--app")
            .arg(build::target_folder()?.join("release/vivavoce"))
            .env("VIVAVOCE_SIMULATOR", build::program("vivavoce-simulator")?)
            .current_dir(shell::root().join(setup::WINDOW_TESTS)),
    )
    .context("the window costs more than it should")
}
