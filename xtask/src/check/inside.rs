//! Running programs of an unpacked system as if it were this one.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::{setup, shell};

/// Binds what follows two by two into the root, up to `--`, and goes in.
///
/// This happens in a mount namespace of its own: the binds are seen by nobody else, and the system undoes them when the last
/// process inside ends, whatever ended it.
const ENTER: &str = r#"
set -eu
PATH=$PATH:/usr/sbin:/sbin
root=$1; shift
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; fi
  mount --rbind "$1" "$root$2"
  shift 2
done
shift
exec chroot "$root" /usr/bin/env -i "$@"
"#;

/// The same, for programs that leave others running: with processes of its own, so that all end with the first.
const OWN_PROCESSES: &str = r#"mount -t proc proc "$1/proc" || exit"#;

/// An unpacked system and what of this one is seen in it.
pub(crate) struct Inside {
    root: PathBuf,
    binds: Vec<(PathBuf, PathBuf)>,
    variables: Vec<(String, OsString)>,
    is_alone: bool,
}

impl Inside {
    /// A system without anything of this one but its devices and processes.
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            binds: ["/dev", "/proc"].map(|path| (path.into(), path.into())).to_vec(),
            variables: Vec::new(),
            is_alone: false,
        }
    }

    /// Everything the program leaves running ends with it.
    pub(crate) fn alone(mut self) -> Self {
        self.binds.retain(|(_, to)| to != Path::new("/proc"));
        self.is_alone = true;
        self
    }

    /// Shows a folder of this system.
    pub(crate) fn show(mut self, folder: impl Into<PathBuf>, at: impl Into<PathBuf>) -> Self {
        self.binds.push((folder.into(), at.into()));
        self
    }

    /// Sets a variable; no others are passed on.
    pub(crate) fn set(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// A command that runs inside.
    pub(crate) fn command(&self, program: &str, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = shell::command("unshare");
        command.args(namespaces());
        let mut enter = ENTER.to_owned();
        if self.is_alone {
            command.args(["--pid", "--fork", "--kill-child"]);
            enter.insert_str(0, OWN_PROCESSES);
        }
        command.args(["sh", "-c", &enter, "sh"]).arg(&self.root);
        for (from, to) in &self.binds {
            command.arg(from).arg(to);
        }
        command.arg("--");
        for (name, value) in &self.variables {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            command.arg(setting);
        }
        command.arg(program).args(arguments);
        command
    }
}

/// Fails with advice where this user may not have mounts of their own.
pub(crate) fn ensure_allowed() -> Result<()> {
    if !shell::exists("unshare") {
        bail!("`unshare` is missing; it comes with the package util-linux.");
    }
    let tried = shell::output(shell::command("unshare").args(namespaces()).arg("true"));
    if let Err(error) = tried {
        let advice = if setup::is_root() {
            "This container withholds CAP_SYS_ADMIN"
        } else {
            "Run it as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone)"
        };
        bail!("The unpacked tools need mounts of their own, which this system doesn't allow. {advice}. ({error})");
    }
    Ok(())
}

fn namespaces() -> &'static [&'static str] {
    let all = &["--mount", "--propagation", "private", "--map-root-user"];
    if setup::is_root() { &all[..3] } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_root_binds_variables_and_program_in_this_order() {
        let inside = Inside::of(Path::new("/r")).show("/here", "/there").set("NAME", "a b");
        let command = inside.command("cargo", &["--version"]);
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let from_root = words.iter().position(|word| word == "/r").map(|at| &words[at..]);
        let expected =
            ["/r", "/dev", "/dev", "/proc", "/proc", "/here", "/there", "--", "NAME=a b", "cargo", "--version"];
        assert_eq!(from_root, Some(&expected.map(String::from)[..]));
    }
}
