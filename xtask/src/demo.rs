//! A spoken conversation in the real window, on virtual devices.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use vivavoce_rig::Rig;

use crate::{setup, shell};

/// Starts `app` on a rig, holds the demo conversation through its window, and leaves pictures and sound in `out`.
pub(crate) fn hold(app: &Path, out: &Path) -> Result<()> {
    setup::node_modules(setup::WINDOW_TESTS)?;
    println!("Starting a virtual display, virtual sound devices and the window.");
    let rig = Rig::start()?;
    std::fs::create_dir_all(out)?;
    shell::run(
        node(&rig)?
            .arg("demo.mjs")
            .arg("--app")
            .arg(app)
            .arg("--out")
            .arg(out)
            .current_dir(shell::root().join(setup::WINDOW_TESTS)),
    )
    .context("the demo conversation did not work")
}

/// Node on a rig, with this program at hand for its voice and ears.
pub(crate) fn node(rig: &Rig) -> Result<Command> {
    let mut node = rig.command("node");
    node.env("VIVAVOCE_XTASK", shell::this_program()?);
    Ok(node)
}

/// Runs any command on a rig.
pub(crate) fn on_rig(words: &[String]) -> Result<ExitCode> {
    let [program, arguments @ ..] = words else { bail!("no command was given") };
    let rig = Rig::start()?;
    let status = rig
        .command(program)
        .args(arguments)
        .env("VIVAVOCE_XTASK", shell::this_program()?)
        .status()
        .with_context(|| format!("could not start {program}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
