//! A login session of one's own: home, D-Bus and, if wanted, a keyring. Nothing of the user's is within reach.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A bus without services that start by themselves: what isn't started here isn't there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// See the module's documentation. Everything in it ends on drop.
pub struct Session {
    home: tempfile::TempDir,
    bus: Option<Running>,
    keyring: Option<Running>,
}

/// A child that is killed on drop.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Session {
    /// Without a bus, as on a server.
    pub fn bare() -> Self {
        let home = tempfile::Builder::new().prefix("session-").tempdir().unwrap();
        let session = Self { home, bus: None, keyring: None };
        fs::create_dir(session.runtime()).unwrap();
        fs::set_permissions(session.runtime(), fs::Permissions::from_mode(0o700)).unwrap();
        session
    }

    /// With a bus and an open keyring.
    pub fn with_keyring() -> Self {
        let mut session = Self::bare();
        let socket = session.runtime().join("bus");
        let configuration = session.home().join("bus.conf");
        fs::write(&configuration, BUS.replace("SOCKET", socket.to_str().unwrap())).unwrap();
        let mut bus = session.command("dbus-daemon");
        bus.arg("--nofork").arg("--config-file").arg(configuration).stderr(Stdio::null());
        session.bus = Some(Running(bus.spawn().expect("dbus-daemon is needed")));
        wait_until("the bus", || socket.exists());
        session.start_keyring(true);
        session
    }

    /// Starts the keyring anew without its password, as after a log-in by fingerprint.
    pub fn lock(&mut self) {
        self.keyring = None;
        self.start_keyring(false);
    }

    /// The home folder, and all that programs in this session may write to.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where user data go.
    pub fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    fn runtime(&self) -> PathBuf {
        self.home().join("run")
    }

    /// A command that knows this session and nothing else.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.runtime())
            .env("XDG_DATA_HOME", self.data())
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("XDG_CACHE_HOME", self.home().join("cache"))
            .env("XDG_STATE_HOME", self.home().join("state"))
            .env("TMPDIR", self.home());
        if self.bus.is_some() {
            command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/bus", self.runtime().display()));
        }
        command
    }

    fn start_keyring(&mut self, unlock: bool) {
        let mut daemon = self.command("gnome-keyring-daemon");
        daemon.args(["--foreground", "--components=secrets"]);
        if unlock {
            daemon.arg("--unlock");
        }
        let mut child = daemon
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is needed");
        child.stdin.take().unwrap().write_all(b"a password for tests").unwrap();
        self.keyring = Some(Running(child));
    }
}

/// Looks again and again; panics when it takes too long.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for a child's own end, and kills it when that takes too long.
pub fn end_within_limit(child: &mut Child) {
    let deadline = Instant::now() + LIMIT;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
        }
        thread::sleep(Duration::from_millis(10));
    }
}
