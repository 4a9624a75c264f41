//! Sound, display and a home folder in one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use tempfile::TempDir;

use crate::Variable;
use crate::display::Display;
use crate::sound::{FIRST, SECOND, Sound};

/// Variables of the caller's own session that must not reach a program under test.
const HIDDEN: [&str; 6] = [
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "XAUTHORITY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "VIVAVOCE_ENDPOINT",
];

/// A machine for one program: virtual sound, a virtual display and an empty home.
#[derive(Debug)]
pub struct Rig {
    /// The sound server.
    pub sound: Sound,
    /// The display.
    pub display: Display,
    home: TempDir,
}

impl Rig {
    /// Starts sound and display.
    pub fn start() -> Result<Self> {
        let home = tempfile::Builder::new().prefix("rig-home-").tempdir_in("/tmp")?;
        Ok(Self { sound: Sound::start()?, display: Display::start()?, home })
    }

    /// The home folder of programs on this rig.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Everything a child process needs, with the names of the virtual devices as `RIG_…` and, in
    /// `RIG_SECOND_MODULES`, one argument list for `pactl load-module` a line, which plugs [`SECOND`] in.
    pub fn environment(&self) -> Vec<Variable> {
        let inside = |name: &str| -> PathBuf { self.home().join(name) };
        let mut variables = self.sound.environment();
        variables.extend(self.display.environment());
        variables.extend([
            ("HOME", self.home().into()),
            ("XDG_CONFIG_HOME", inside(".config").into()),
            ("XDG_DATA_HOME", inside(".local/share").into()),
            ("XDG_STATE_HOME", inside(".local/state").into()),
            ("XDG_CACHE_HOME", inside(".cache").into()),
            ("RIG_SPEAKER", FIRST.speaker.into()),
            ("RIG_MIC", FIRST.mic.into()),
            ("RIG_MIC_FEED", FIRST.mic_feed.into()),
            ("RIG_SECOND_SPEAKER", SECOND.speaker.into()),
            ("RIG_SECOND_MIC", SECOND.mic.into()),
            ("RIG_SECOND_MIC_FEED", SECOND.mic_feed.into()),
            ("RIG_SECOND_SPEAKER_TITLE", SECOND.speaker_title.into()),
            ("RIG_SECOND_MIC_TITLE", SECOND.mic_title.into()),
            ("RIG_SECOND_MODULES", SECOND.modules().join("\n").into()),
        ]);
        variables
    }

    /// A command with [`Rig::environment`] set and the caller's own session hidden.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in HIDDEN {
            command.env_remove(name);
        }
        command.envs(self.environment());
        command
    }
}
