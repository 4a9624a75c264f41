//! Building the user interface and the programs.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{setup, shell};

/// Makes a debug build carry the built user interface instead of asking the development server for it.
pub(crate) const FEATURES: [&str; 2] = ["--features", "vivavoce/custom-protocol"];

/// Builds the user interface into ui/dist.
pub(crate) fn ui() -> Result<()> {
    setup::node_modules(setup::UI)?;
    println!("Building the user interface.");
    npm(setup::UI, &["run", "build"])
}

/// Builds the application alone and says where it is. The user interface must have been built.
pub(crate) fn app() -> Result<PathBuf> {
    println!("Building the application. The first time takes a few minutes.");
    shell::run(shell::cargo().args(["build", "--package", "vivavoce"]).args(FEATURES))?;
    program("vivavoce")
}

/// Builds every program, library and test with the same settings, so that each is compiled once.
pub(crate) fn everything() -> Result<()> {
    shell::run(shell::cargo().args(["build", "--workspace", "--all-targets"]).args(FEATURES))
}

/// The built tests of some packages: package and executable.
pub(crate) fn test_executables(packages: &[&str]) -> Result<Vec<(String, PathBuf)>> {
    let mut command = shell::cargo();
    command
        .args(["test", "--workspace", "--all-targets", "--no-run", "--quiet", "--message-format=json"])
        .args(FEATURES);
    let mut found = Vec::new();
    for line in shell::output(&mut command)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        let Some(executable) = message["executable"].as_str().filter(|_| message["profile"]["test"] == true) else {
            continue;
        };
        // A package's id ends in `#name@version` where its folder has another name.
        let id = message["package_id"].as_str().unwrap_or_default();
        let name = id.rsplit('#').next().and_then(|end| end.split('@').next());
        if let Some(name) = name.filter(|name| packages.contains(name)) {
            found.push((name.to_owned(), PathBuf::from(executable)));
        }
    }
    ensure!(!found.is_empty(), "there are no tests of {packages:?}");
    Ok(found)
}

/// Where a built debug program is.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    Ok(target_folder()?.join("debug").join(name))
}

/// Cargo's target folder, wherever it was configured to be.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let json = shell::output(shell::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&json)?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// Runs npm in a folder.
pub(crate) fn npm(folder: &str, arguments: &[&str]) -> Result<()> {
    shell::run(shell::command("npm").args(arguments).current_dir(shell::root().join(folder)))
}
