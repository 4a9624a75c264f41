//! `vivavoce-cli talk` as a child process: lines in, JSON events out.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use vivavoce_rig::{Process, Sound};

use crate::clock;

/// Longer than anything here takes.
pub(crate) const LIMIT: Duration = Duration::from_secs(40);

/// How the twin is started.
#[derive(Clone, Debug)]
pub(crate) struct Twin {
    /// The program.
    pub(crate) program: std::path::PathBuf,
    /// Without the priority that a desktop gives to what handles sound.
    pub(crate) plain: bool,
    /// Device period asked for.
    pub(crate) period: Duration,
}

impl Twin {
    /// A conversation with the service at `url`.
    pub(crate) fn talk(&self, sound: &Sound, url: &str, arguments: &[&str]) -> Result<Talk> {
        let mut command = self.command(sound);
        command
            .args(["talk", "--endpoint", url, "--period-ms", &self.period.as_millis().to_string()])
            .args(arguments)
            .env_remove("GEMINI_API_KEY")
            .env_remove("VIVAVOCE_ENDPOINT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        Talk::start(&mut command)
    }

    /// Whether `talk` knows an option.
    pub(crate) fn knows(&self, option: &str) -> Result<bool> {
        let output = Command::new(&self.program).args(["talk", "--help"]).output();
        let output = output.with_context(|| format!("could not start {}", self.program.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).split([' ', '\n', ',']).any(|word| word == option))
    }

    /// Starts the program only to end at once; how long that took, ms.
    pub(crate) fn launch(&self, sound: &Sound) -> Result<f64> {
        let started = clock::now();
        let output = self.command(sound).arg("--version").output().context("could not start the twin")?;
        let took = (clock::now() - started) / 1000.0;
        ensure!(output.status.success(), "the twin does not tell its version");
        Ok(took)
    }

    fn command(&self, sound: &Sound) -> Command {
        if !self.plain {
            return sound.command(&self.program);
        }
        // This program's own priority is inherited otherwise.
        let mut command = Command::new("chrt");
        command.args(["--other", "0"]).arg(OsStr::new(&self.program)).envs(sound.environment());
        command
    }
}

/// A conversation in another process; ends on drop.
pub(crate) struct Talk {
    process: Process,
    input: ChildStdin,
    events: Receiver<(f64, Value)>,
    /// When it was started, microseconds of the monotonic clock.
    pub(crate) started: f64,
}

impl Talk {
    fn start(command: &mut Command) -> Result<Self> {
        let started = clock::now();
        let mut process = Process::start(command)?;
        let input = process.child().stdin.take().context("the twin has no input")?;
        let output = process.child().stdout.take().context("the twin has no output")?;
        let (tell, events) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let at = clock::now();
                let Ok(event) = serde_json::from_str(&line) else { continue };
                if tell.send((at, event)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, input, events, started })
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Writes a line; returns when, microseconds of the monotonic clock.
    pub(crate) fn say(&mut self, line: &str) -> Result<f64> {
        let at = clock::now();
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        Ok(at)
    }

    /// Waits for an event of a kind after the last one waited for.
    pub(crate) fn wait_for(&mut self, kind: &str) -> Result<Event> {
        self.wait_until(kind, |event| event["event"] == kind)
    }

    /// Waits until the program says it is in a state.
    pub(crate) fn wait_for_state(&mut self, state: &str) -> Result<Event> {
        self.wait_until(state, |event| event["event"] == "state" && event["state"] == state)
    }

    fn wait_until(&mut self, what: &str, matches: impl Fn(&Value) -> bool) -> Result<Event> {
        let deadline = Instant::now() + LIMIT;
        let mut told = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok((at, value)) if matches(&value) => return Ok(Event { at, value }),
                Ok((_, value)) => {
                    if value["event"] != "levels" {
                        told.push(value.to_string());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    bail!("the twin did not say {what:?} within {LIMIT:?}; it said:\n{}", told.join("\n"))
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("the twin ended before it said {what:?}; it said:\n{}", told.join("\n"))
                }
            }
        }
    }

    /// Says `quit` and waits for the end.
    pub(crate) fn quit(mut self) -> Result<()> {
        self.say("quit")?;
        self.process.wait(LIMIT).map(drop)
    }
}

/// Something the twin said.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// When the line came, microseconds of the monotonic clock.
    pub(crate) at: f64,
    /// The line.
    pub(crate) value: Value,
}

impl Event {
    /// When it happened, microseconds of the monotonic clock.
    pub(crate) fn time(&self) -> f64 {
        self.number("t")
    }

    /// A number in it.
    pub(crate) fn number(&self, field: &str) -> f64 {
        self.value[field].as_f64().unwrap_or(f64::NAN)
    }
}
