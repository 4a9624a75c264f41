//! `cargo xtask package`: what people install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::setup::{self, Purpose};
use crate::{build, shell, verify};

/// The size a package may have, in bytes.
const LIMIT: u64 = 15_000_000;

/// Builds the packages, and with `verify` installs, tries and removes the .deb.
pub(crate) fn package(yes: bool, verify: bool) -> Result<()> {
    let purposes: &[Purpose] = if verify { &Purpose::ALL } else { &[Purpose::Window, Purpose::Sound] };
    setup::prepare(purposes, yes)?;
    setup::node_modules(setup::UI)?;
    let bundles = build::target_folder()?.join("release/bundle");
    // Packages of an earlier version would be taken for the new ones.
    for kind in ["deb", "rpm"] {
        let old = bundles.join(kind);
        if old.exists() {
            std::fs::remove_dir_all(old)?;
        }
    }
    println!("Building the packages with full optimisation. This takes some minutes.");
    shell::run(shell::command("npx").args(["--prefix", setup::UI, "tauri", "build", "--bundles", "deb,rpm"]))?;
    let deb = check(&bundles, "deb")?;
    check(&bundles, "rpm")?;
    if verify { verify::verify(&deb) } else { Ok(()) }
}

/// Finds the package of a kind and fails when it is too big.
fn check(bundles: &Path, kind: &str) -> Result<PathBuf> {
    let folder = bundles.join(kind);
    let path = std::fs::read_dir(&folder)
        .with_context(|| format!("{} was not made", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == kind))
        .with_context(|| format!("there is no .{kind} in {}", folder.display()))?;
    let size = std::fs::metadata(&path)?.len();
    println!("  {:.1} MB  {}", size as f64 / 1e6, shell::short(&path));
    ensure!(size <= LIMIT, "the .{kind} has {size} bytes; {LIMIT} are allowed");
    Ok(path)
}
