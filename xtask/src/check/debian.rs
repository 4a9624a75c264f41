//! Programs of another Debian release, unpacked into a folder: no package script runs and nothing is installed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::shell;

/// Signs every Debian release.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// What a folder is to hold.
pub(crate) struct Contents {
    /// The folder's name.
    pub(crate) name: &'static str,
    /// The release's code name.
    pub(crate) suite: &'static str,
    /// Packages, each with the reason it is needed. What they depend on comes along.
    pub(crate) packages: &'static [(&'static str, &'static str)],
    /// Does what the packages' own scripts would have done.
    pub(crate) finish: fn(&Path) -> Result<()>,
}

impl Contents {
    /// Where the unpacked system is, below `cache`; downloads and unpacks it unless it is there.
    pub(crate) fn provide(&self, cache: &Path) -> Result<PathBuf> {
        let (folder, root) = (cache.join(self.name), cache.join(self.name).join("root"));
        let stamp = folder.join("packages");
        if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == self.stamp()) {
            return Ok(root);
        }
        let mirror = mirror()?;
        self.announce(&mirror, &root);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} can't be cleared", folder.display()))?;
        }
        let downloads = self.download(&mirror, &folder.join("apt"))?;
        fs::create_dir_all(&root)?;
        println!("  unpacking {} packages", downloads.len());
        for package in &downloads {
            shell::output(shell::command("dpkg-deb").arg("--extract").arg(package).arg(&root))?;
        }
        link(&root, "usr/bin/sh", "bash")?;
        (self.finish)(&root)?;
        fs::remove_dir_all(folder.join("apt"))?;
        fs::write(stamp, self.stamp())?;
        Ok(root)
    }

    fn announce(&self, mirror: &str, root: &Path) {
        println!(
            "These packages of Debian's release {} are downloaded from {mirror}, with what they depend on, and unpacked \
             into {}. Nothing is installed; delete the folder to have them made anew.",
            self.suite,
            shell::short(root)
        );
        for (name, reason) in self.packages {
            println!("    {name:28} {reason}");
        }
    }

    /// Downloads the packages and all they depend on; the system's own package lists aren't touched.
    fn download(&self, mirror: &str, folder: &Path) -> Result<Vec<PathBuf>> {
        for part in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part))?;
        }
        fs::write(folder.join("status"), "")?;
        fs::write(
            folder.join("sources.list"),
            format!("deb [signed-by={KEYRING}] {mirror} {suite} main\n", suite = self.suite),
        )?;
        let apt_get = || {
            let mut command = shell::command("apt-get");
            for (option, value) in [
                ("Dir::Etc::sourcelist", "sources.list"),
                ("Dir::Etc::sourceparts", "none"),
                ("Dir::Etc::preferences", "none"),
                ("Dir::Etc::preferencesparts", "none"),
                ("Dir::State::lists", "lists"),
                ("Dir::State::status", "status"),
                ("Dir::State::extended_states", "extended_states"),
                ("Dir::Cache", "cache"),
            ] {
                command.arg("-o").arg(format!("{option}={}", folder.join(value).display()));
            }
            command.args(["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root", "-qq"]);
            command
        };
        shell::output(apt_get().args(["update", "--error-on=any"])).with_context(|| {
            format!("{mirror} could not be asked for Debian's release {}: check it in a browser", self.suite)
        })?;
        let names = self.packages.iter().map(|(name, _)| name);
        let install = ["install", "--yes", "--download-only", "--no-install-recommends"];
        shell::output(apt_get().args(install).args(names))?;
        let mut packages = Vec::new();
        for file in fs::read_dir(folder.join("cache/archives"))? {
            packages.push(file?.path());
        }
        packages.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
        packages.sort();
        ensure!(!packages.is_empty(), "apt-get said it went well, but there are no packages");
        Ok(packages)
    }

    fn stamp(&self) -> String {
        let names: Vec<_> = self.packages.iter().map(|(name, _)| *name).collect();
        format!("{} {}\n", self.suite, names.join(" "))
    }
}

/// Makes `path` below `root` a link, unless something is there.
pub(crate) fn link(root: &Path, path: &str, to: &str) -> Result<()> {
    let path = root.join(path);
    if path.symlink_metadata().is_err() {
        symlink(to, &path).with_context(|| format!("{} can't be made", path.display()))?;
    }
    Ok(())
}

/// Writes a program at `path` below `root`.
pub(crate) fn script(root: &Path, path: &str, text: &str) -> Result<()> {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, text)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// The Debian mirror this system gets its own packages from.
fn mirror() -> Result<String> {
    for tool in ["apt-get", "dpkg-deb"] {
        ensure!(
            shell::exists(tool),
            "This check takes its tools from Debian's packages, and there is no {tool} here. It runs on Debian."
        );
    }
    ensure!(
        Path::new(KEYRING).is_file(),
        "{KEYRING} is missing, so Debian's packages can't be verified: install debian-archive-keyring."
    );
    let listing = shell::output(shell::command("apt-get").args([
        "indextargets",
        "--format",
        "$(REPO_URI) $(LABEL)",
        "Created-By: Packages",
    ]))?;
    let Some(mirror) = mirror_of(&listing) else {
        bail!(
            "No Debian mirror is among this system's package sources (/etc/apt): this check takes its tools from one."
        );
    };
    Ok(mirror.to_owned())
}

/// The first repository that calls itself Debian or, where the lists haven't been fetched yet, is named so.
fn mirror_of(listing: &str) -> Option<&str> {
    let entries = || listing.lines().filter_map(|line| line.split_once(' '));
    let labelled = entries().find(|(_, label)| *label == "Debian");
    let named = || entries().find(|(uri, _)| uri.trim_end_matches('/').ends_with("/debian"));
    labelled.or_else(named).map(|(uri, _)| uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_one_labelled_debian() {
        let listing = "https://tools.example/apt/ Tools\n\
                       http://deb.example/debian-security/ Debian-Security\n\
                       http://mirror.example/pub/linux/ Debian\n";
        assert_eq!(mirror_of(listing), Some("http://mirror.example/pub/linux/"));
    }

    #[test]
    fn without_labels_the_mirror_is_known_by_its_path() {
        let listing = "http://deb.example/debian-security/ $(LABEL)\nhttp://deb.example/debian/ $(LABEL)\n";
        assert_eq!(mirror_of(listing), Some("http://deb.example/debian/"));
    }

    #[test]
    fn a_relative_of_debian_has_no_mirror() {
        assert_eq!(mirror_of("http://archive.example/ubuntu/ Ubuntu\n"), None);
    }
}
