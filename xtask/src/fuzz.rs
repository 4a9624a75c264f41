//! `cargo xtask fuzz`: libFuzzer on the protocol's two ends.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{build, shell};

/// The tool, in the version this was tried with.
const TOOL: [&str; 3] = ["cargo-fuzz", "--version", "0.13.2"];

const TARGETS: [&str; 2] = ["server_messages", "client_messages"];

/// Largest case, bytes: some messages with a second of sound.
const LARGEST: &str = "-max_len=65536";

/// Runs each target for so many seconds, from the committed cases and those found earlier. What is new stays below the
/// target folder; a case that fails is kept in `fuzz/artifacts`.
pub(crate) fn fuzz(seconds: u32) -> Result<()> {
    let work = build::target_folder()?.join("fuzz");
    let tool = tool(&work.join("tools"))?;
    for target in TARGETS {
        let found = work.join("corpus").join(target);
        std::fs::create_dir_all(&found)?;
        println!("Fuzzing {target} for {seconds} s.");
        shell::run(
            shell::command(&tool)
                // The flags libFuzzer needs are not among the stable ones.
                .env("RUSTC_BOOTSTRAP", "1")
                .args(["fuzz", "run", "--sanitizer", "none", target])
                .arg("--target-dir")
                .arg(work.join("build"))
                .arg(found)
                .arg(shell::root().join("fuzz/corpus").join(target))
                .args(["--", LARGEST, "-timeout=10", "-print_final_stats=1"])
                .arg(format!("-max_total_time={seconds}")),
        )?;
    }
    Ok(())
}

/// cargo-fuzz, installed beside what is built if it isn't there.
fn tool(folder: &Path) -> Result<PathBuf> {
    if let Some(installed) = shell::find(TOOL[0]) {
        return Ok(installed);
    }
    let tool = folder.join("bin").join(TOOL[0]);
    if !tool.is_file() {
        println!("cargo-fuzz is missing: building it into {}.", shell::short(folder));
        shell::run(shell::cargo().arg("install").args(TOOL).args(["--locked", "--quiet", "--root"]).arg(folder))?;
    }
    Ok(tool)
}
