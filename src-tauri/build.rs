//! Hands Tauri our own permission sets.

use tauri_build::{AppManifest, Attributes, try_build};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Tauri watches its configuration only.
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    let manifest = AppManifest::new().permissions_path_pattern("src-tauri/permissions/**/*.toml");
    Ok(try_build(Attributes::new().app_manifest(manifest))?)
}
