//! The Debian packages, each with the reason it is needed.

use std::path::Path;

use anyhow::{Result, bail, ensure};

use super::{agreed, is_root};
use crate::shell;

/// What a group of packages is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Compiling the application's window.
    Window,
    /// Compiling and using sound.
    Sound,
    /// Virtual devices and driving the window in tests and demonstrations.
    Testing,
}

impl Purpose {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Window, Self::Sound, Self::Testing];

    fn title(self) -> &'static str {
        match self {
            Self::Window => "building the window",
            Self::Sound => "sound",
            Self::Testing => "testing and demonstrations",
        }
    }

    fn packages(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Window => &[
                ("build-essential", "the C compiler and linker that Rust links with"),
                ("pkg-config", "finds the libraries below"),
                ("libwebkit2gtk-4.1-dev", "the web view that shows the window"),
                ("librsvg2-dev", "icons"),
            ],
            Self::Sound => &[
                ("libasound2-dev", "ALSA, the sound system's lowest layer"),
                ("libdbus-1-dev", "asks RealtimeKit for a place before other programs"),
                ("libasound2-plugins", "lets ALSA's default device reach PulseAudio or PipeWire"),
            ],
            Self::Testing => &[
                ("xvfb", "a virtual display"),
                ("openbox", "a window manager for it"),
                ("pulseaudio", "a private sound server with virtual devices"),
                ("pulseaudio-utils", "plays, records and plugs those devices"),
                ("dbus-daemon", "a private message bus"),
                ("gnome-keyring", "a keychain on that bus, to keep a key in"),
                ("espeak-ng", "a voice to speak into the virtual microphone"),
                ("python3-venv", "a place for the official Python SDK"),
                ("xdotool", "keys from outside the window"),
                ("xclip", "what other programs find in the clipboard"),
                ("x11-utils", "what the window manager knows of a window"),
                ("webkit2gtk-driver", "presses the buttons of the real window"),
                ("imagemagick", "pictures of the display"),
                ("fonts-dejavu-core", "letters in those pictures"),
                ("fonts-ipafont-gothic", "Japanese letters in them"),
            ],
        }
    }
}

/// Installs what is missing for some purposes, after saying what and why, and asking.
pub(crate) fn install(purposes: &[Purpose], yes: bool) -> Result<()> {
    if !Path::new("/etc/debian_version").exists() {
        println!(
            "This is not Debian or one of its relatives, so nothing is installed here. Needed are (Debian's names):"
        );
        for purpose in purposes {
            list(*purpose, purpose.packages());
        }
        return Ok(());
    }
    let mut missing = Vec::new();
    for purpose in purposes {
        let group: Vec<_> = purpose.packages().iter().copied().filter(|(name, _)| !is_installed(name)).collect();
        if !group.is_empty() {
            if missing.is_empty() {
                println!("These Debian packages are missing:");
            }
            list(*purpose, &group);
            missing.extend(group.into_iter().map(|(name, _)| name));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !agreed("Install them with apt-get?", yes)? {
        bail!("Vivavoce needs these packages. Install them yourself: apt-get install {}", missing.join(" "));
    }
    apt_get(&["update", "-q"])?;
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(&missing);
    apt_get(&arguments)?;
    let still_missing: Vec<_> = missing.into_iter().filter(|name| !is_installed(name)).collect();
    ensure!(still_missing.is_empty(), "apt-get said it went well, but these are not there: {still_missing:?}");
    Ok(())
}

/// Runs apt-get as the superuser, without questions.
pub(crate) fn apt_get(arguments: &[&str]) -> Result<()> {
    as_root("apt-get", arguments)
}

/// Runs a program as the superuser.
pub(crate) fn as_root(program: &str, arguments: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        shell::command("env")
    } else {
        ensure!(shell::exists("sudo"), "`{program}` needs root, and there is no sudo: run this command as root.");
        let mut command = shell::command("sudo");
        command.arg("env");
        command
    };
    shell::run(command.arg("DEBIAN_FRONTEND=noninteractive").arg(program).args(arguments))
}

fn list(purpose: Purpose, packages: &[(&str, &str)]) {
    println!("  for {}:", purpose.title());
    for (name, reason) in packages {
        println!("    {name:24} {reason}");
    }
}

fn is_installed(package: &str) -> bool {
    shell::output(shell::command("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]))
        .is_ok_and(|status| status.trim() == "installed")
}
