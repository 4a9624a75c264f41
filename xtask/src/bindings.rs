//! The TypeScript types generated from Rust, and whether they are what is committed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::shell;

/// Where the generated types live.
const FOLDER: &str = "ui/src/bindings";

/// The generated files: path from the root, and contents.
pub(crate) type Snapshot = BTreeMap<PathBuf, Vec<u8>>;

/// Writes the types by running the tests that export them.
pub(crate) fn write() -> Result<()> {
    println!("Exporting the types of what crosses between Rust and the window to {FOLDER}.");
    shell::run(shell::cargo().args(["test", "--quiet", "--package", "vivavoce", "--lib", "export_bindings"]))
}

/// The generated files as they are now.
pub(crate) fn snapshot() -> Result<Snapshot> {
    let folder = shell::root().join(FOLDER);
    let mut files = Snapshot::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                files.insert(path.clone(), std::fs::read(path)?);
            }
        }
    }
    Ok(files)
}

/// Fails when the tests have exported something else than was there before.
pub(crate) fn compare(before: &Snapshot) -> Result<()> {
    let after = snapshot()?;
    if after.is_empty() {
        bail!("{FOLDER} is empty: the exporting tests did not run");
    }
    let changed: Vec<String> = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| shell::short(path))
        .collect();
    if !changed.is_empty() {
        bail!("these generated types were not up to date and have been rewritten; commit them: {}", changed.join(", "));
    }
    println!("  {} generated files, all as committed", after.len());
    Ok(())
}
