//! `cargo xtask package --verify`: is the package what a user gets a working program from, and rid of again?

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::setup::{apt_get, as_root};
use crate::{demo, shell};

/// Installs a .deb, holds a conversation with the installed program, and removes it.
pub(crate) fn verify(deb: &Path) -> Result<()> {
    let name = field(deb, "Package")?;
    describe(deb)?;
    println!("Installing {name} with what it depends on.");
    let path = deb.to_str().context("the package's path is not UTF-8")?;
    apt_get(&["install", "-y", "-q", "--no-install-recommends", "--reinstall", path])?;
    let files = installed_files(&name)?;
    let tried = try_out(&files);
    println!("Removing {name}.");
    let removed = as_root("dpkg", &["-r", &name]);
    tried?;
    removed?;
    let left: Vec<_> = files.iter().filter(|path| path.exists()).map(|path| path.display().to_string()).collect();
    ensure!(left.is_empty(), "removing the package left these files behind: {}", left.join(", "));
    println!("Installed, held a conversation, removed: {} files came and went.", files.len());
    Ok(())
}

/// Fails when the package lacks what a software centre shows or what the program needs.
fn describe(deb: &Path) -> Result<()> {
    for name in ["Version", "Maintainer", "Section", "Depends", "Description"] {
        let value = field(deb, name)?;
        ensure!(!value.is_empty(), "the package has no {name}");
        println!("  {name}: {}", value.lines().next().unwrap_or_default());
    }
    let depends = field(deb, "Depends")?;
    for library in ["libwebkit2gtk-4.1-0", "libgtk-3-0", "libasound2"] {
        ensure!(depends.contains(library), "the package does not depend on {library}");
    }
    let description = field(deb, "Description")?;
    ensure!(description.lines().count() > 1, "the package has no long description");
    Ok(())
}

/// Starts the program as the desktop's menu would, and talks with it.
fn try_out(files: &[PathBuf]) -> Result<()> {
    let entry = files
        .iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "desktop"))
        .context("the package has no desktop entry")?;
    let text = std::fs::read_to_string(entry)?;
    for key in ["Name", "Comment", "Categories"] {
        ensure!(!value(&text, key).unwrap_or_default().is_empty(), "the desktop entry has no {key}");
    }
    let icon = value(&text, "Icon").context("the desktop entry has no icon")?;
    let icons = files.iter().filter(|path| path.to_string_lossy().contains("/icons/hicolor/"));
    let sizes = icons.filter(|path| path.file_stem().is_some_and(|stem| stem.to_string_lossy() == icon)).count();
    ensure!(sizes >= 3, "the icon {icon} is there in {sizes} sizes; 3 are expected");
    let exec = value(&text, "Exec").context("the desktop entry starts nothing")?;
    let Some(program) = exec.split_whitespace().next() else { bail!("the desktop entry's Exec is empty") };
    let program = shell::find(program).with_context(|| format!("{program} is not installed"))?;
    println!("The menu entry {} starts {}.", entry.display(), program.display());
    demo::hold(&program, &shell::root().join("out/package"))
}

/// What the package put on the machine, without folders.
fn installed_files(package: &str) -> Result<Vec<PathBuf>> {
    let list = shell::output(shell::command("dpkg").args(["-L", package]))?;
    Ok(list.lines().map(PathBuf::from).filter(|path| path.is_file()).collect())
}

fn field(deb: &Path, name: &str) -> Result<String> {
    let value = shell::output(shell::command("dpkg-deb").arg("-f").arg(deb).arg(name))?;
    Ok(value.trim().to_owned())
}

/// The value of a key in a desktop entry.
fn value<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desktop_entry_is_read_by_key() {
        let entry = "[Desktop Entry]\nName=Vivavoce\nNameless=x\nExec=vivavoce %U\n";
        assert_eq!(value(entry, "Exec"), Some("vivavoce %U"));
        assert_eq!(value(entry, "Name"), Some("Vivavoce"));
        assert_eq!(value(entry, "Icon"), None);
    }
}
