//! A private X server with a window manager.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::Variable;
use crate::process::{Process, wait_until};

const START_LIMIT: Duration = Duration::from_secs(20);

/// A virtual display of 1280×900 with openbox; ends on drop.
#[derive(Debug)]
pub struct Display {
    // Fields drop in this order: the window manager ends before its display.
    _manager: Process,
    _server: Process,
    number: u32,
    _folder: TempDir,
}

impl Display {
    /// Starts the server on a free display number and waits until windows are managed.
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("rig-display-").tempdir_in("/tmp")?;
        let mut server = Process::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let pipe = server.child().stdout.take().context("Xvfb has no output")?;
        let mut line = String::new();
        // Ends without a number when Xvfb ends, so this cannot hang.
        BufReader::new(pipe).read_line(&mut line)?;
        let number = line.trim().parse().context("Xvfb found no free display")?;

        let ready = folder.path().join("ready");
        let manager = Process::start(
            Command::new("openbox")
                .args(["--sm-disable", "--startup"])
                .arg(format!("touch {}", ready.display()))
                .env("DISPLAY", format!(":{number}"))
                .env("HOME", folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )?;
        wait_until("the window manager to start", START_LIMIT, || ready.exists().then_some(()))?;
        Ok(Self { _manager: manager, _server: server, number, _folder: folder })
    }

    /// What a child process needs to open its windows here.
    pub fn environment(&self) -> Vec<Variable> {
        vec![
            ("DISPLAY", format!(":{}", self.number).into()),
            ("GDK_BACKEND", "x11".into()),
            ("NO_AT_BRIDGE", "1".into()),
        ]
    }

    /// Writes a picture of the whole display.
    pub fn screenshot(&self, path: &Path) -> Result<()> {
        let status = Command::new("import")
            .args(["-window", "root"])
            .arg(path)
            .envs(self.environment())
            .status()
            .context("could not start import; is imagemagick installed?")?;
        ensure!(status.success(), "import ended with {status}");
        Ok(())
    }
}
