//! What has to be on the machine: Debian packages, tools, Node modules, Python packages.

mod packages;
mod python;

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::shell;
pub(crate) use packages::{Purpose, apt_get, as_root};
pub(crate) use python::python_packages;

/// The oldest Node that the user interface's tools run on.
const NODE: (u32, u32) = (20, 0);
/// The oldest compiler; the same as `rust-version` in Cargo.toml.
const RUST: (u32, u32) = (1, 91);
/// Folders with a package.json: the user interface, and the tests that run in Node.
pub(crate) const UI: &str = "ui";
pub(crate) const WINDOW_TESTS: &str = "tests/window";
pub(crate) const SDK_TESTS: &str = "tests/sdk";
/// The folder of the tests that run in Python.
pub(crate) const PYTHON_SDK_TESTS: &str = "tests/sdk-python";

/// The whole set-up.
pub(crate) fn everything(yes: bool) -> Result<()> {
    prepare(&Purpose::ALL, yes)?;
    for folder in [UI, WINDOW_TESTS, SDK_TESTS] {
        node_modules(folder)?;
    }
    python_packages(PYTHON_SDK_TESTS)?;
    println!("Everything is in place. Next: `cargo xtask run` or `cargo xtask test`.");
    Ok(())
}

/// Tools and system packages for some purposes.
pub(crate) fn prepare(purposes: &[Purpose], yes: bool) -> Result<()> {
    check_tools(purposes.contains(&Purpose::Testing))?;
    packages::install(purposes, yes)
}

/// Installs the Node modules of a folder unless they are as new as its lock file.
pub(crate) fn node_modules(folder: &str) -> Result<()> {
    let folder_path = shell::root().join(folder);
    if are_current(&folder_path) {
        return Ok(());
    }
    println!("The Node modules in {folder} are missing or older than their lock file: installing them.");
    shell::run(shell::command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder_path))
}

/// Asks a yes-or-no question; root and `--yes` have answered it already.
fn agreed(question: &str, yes: bool) -> Result<bool> {
    if yes || is_root() {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        bail!("{question} There is nobody to ask: run it again with --yes to agree.");
    }
    print!("{question} [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

/// Whether this is the superuser: the owner of `/proc/self` is the user of this process.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

fn are_current(folder: &Path) -> bool {
    let changed = |path: &str| std::fs::metadata(folder.join(path)).and_then(|meta| meta.modified());
    match (changed("package-lock.json"), changed("node_modules/.package-lock.json")) {
        (Ok(lock), Ok(installed)) => installed >= lock,
        _ => false,
    }
}

fn check_tools(testing: bool) -> Result<()> {
    let rust = version("rustc", "Install Rust from https://rustup.rs.")?;
    ensure!(
        rust >= RUST,
        "rustc is version {}.{}, and Vivavoce needs {}.{} or newer: run `rustup update stable`.",
        rust.0,
        rust.1,
        RUST.0,
        RUST.1
    );
    let node = version("node", "Install Node 20 or newer from https://nodejs.org.")?;
    ensure!(
        node >= NODE,
        "node is version {}.{}, and the user interface needs {} or newer: see https://nodejs.org.",
        node.0,
        node.1,
        NODE.0
    );
    version("npm", "It comes with Node from https://nodejs.org.")?;
    if testing {
        for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
            ensure!(
                shell::output(shell::cargo().args([tool, "--version"])).is_ok(),
                "`cargo {tool}` is missing: run `rustup component add {component}`."
            );
        }
    }
    Ok(())
}

/// Major and minor version of a tool; `advice` says where to get one that is missing.
fn version(tool: &str, advice: &str) -> Result<(u32, u32)> {
    let said =
        shell::output(shell::command(tool).arg("--version")).with_context(|| format!("{tool} is missing. {advice}"))?;
    parse_version(&said).with_context(|| format!("`{tool} --version` said {said:?}"))
}

fn parse_version(said: &str) -> Option<(u32, u32)> {
    let number = said
        .split_whitespace()
        .find(|word| word.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit()))?;
    let mut parts = number.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_tools_print_them() {
        assert_eq!(parse_version("rustc 1.95.0 (59807616e 2026-04-14)\n"), Some((1, 95)));
        assert_eq!(parse_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse_version("11.19.1\n"), Some((11, 19)));
        assert_eq!(parse_version("no number here"), None);
    }

    #[test]
    fn the_compiler_asked_for_is_the_one_in_the_manifest() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("rust-version = \"{}.{}\"", RUST.0, RUST.1)));
    }
}
