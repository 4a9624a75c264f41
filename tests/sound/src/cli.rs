//! `vivavoce-cli talk` as a child process: lines in, JSON events out.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use vivavoce_rig::{Process, Sound, wait_until};

/// Longer than anything here may take on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A conversation in another process.
pub(crate) struct Cli {
    process: Process,
    input: ChildStdin,
    events: Arc<Mutex<Vec<Value>>>,
    seen: usize,
}

impl Cli {
    /// Starts `vivavoce-cli talk` with more arguments on the virtual devices.
    pub(crate) fn talk(sound: &Sound, arguments: &[&str]) -> Self {
        let mut command = sound.command(program());
        command
            .arg("talk")
            .args(arguments)
            .env_remove("GEMINI_API_KEY")
            .env_remove("VIVAVOCE_ENDPOINT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = Process::start(&mut command).unwrap();
        let input = process.child().stdin.take().unwrap();
        let output = process.child().stdout.take().unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&events);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("every line is JSON");
                sink.lock().unwrap().push(event);
            }
        });
        Self { process, input, events, seen: 0 }
    }

    /// Writes a command; returns when, in microseconds of the monotonic clock that the events use.
    pub(crate) fn say(&mut self, line: &str) -> u64 {
        let at = now();
        writeln!(self.input, "{line}").unwrap();
        self.input.flush().unwrap();
        at
    }

    /// Waits for an event after the last one waited for.
    pub(crate) fn wait_for(&mut self, what: &str, matches: impl Fn(&Value) -> bool) -> Value {
        let (index, event) = wait_until(what, LIMIT, || {
            let events = self.events.lock().unwrap();
            let found = events.iter().enumerate().skip(self.seen).find(|(_, event)| matches(event));
            found.map(|(index, event)| (index, event.clone()))
        })
        .unwrap_or_else(|error| panic!("{error}; events were:\n{}", self.told()));
        self.seen = index + 1;
        event
    }

    /// Waits for an event of a kind.
    pub(crate) fn wait_for_event(&mut self, kind: &str) -> Value {
        self.wait_for(&format!("the event {kind}"), |event| event["event"] == kind)
    }

    /// Waits until the program says it is in a state.
    pub(crate) fn wait_for_state(&mut self, state: &str) -> Value {
        self.wait_for(&format!("the state {state}"), |event| event["event"] == "state" && event["state"] == state)
    }

    /// Says `quit` and waits for a clean end.
    pub(crate) fn quit(mut self) {
        self.say("quit");
        let status = self.process.wait(LIMIT).unwrap();
        assert!(status.success(), "vivavoce-cli ended with {status}");
    }

    /// Says `quit` and waits for an end that tells that the service was never reached.
    pub(crate) fn end(mut self) {
        self.say("quit");
        let status = self.process.wait(LIMIT).unwrap();
        assert_eq!(status.code(), Some(1), "vivavoce-cli ended with {status}");
    }

    /// Everything it said but the levels, for a failure's message.
    pub(crate) fn told(&self) -> String {
        let events = self.events.lock().unwrap();
        let lines = events.iter().filter(|event| event["event"] != "levels").map(Value::to_string);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The time of an event, microseconds of the monotonic clock.
pub(crate) fn time(event: &Value) -> u64 {
    event["t"].as_u64().expect("every event has a time")
}

/// Now, microseconds of the monotonic clock.
pub(crate) fn now() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1000
}

/// The program under test: `VIVAVOCE_CLI`, or the one built beside this test.
pub(crate) fn program() -> PathBuf {
    let program = std::env::var_os("VIVAVOCE_CLI").map_or_else(
        || {
            let mut path = std::env::current_exe().unwrap();
            path.pop();
            path.pop();
            path.join("vivavoce-cli")
        },
        PathBuf::from,
    );
    assert!(program.is_file(), "{} is missing: cargo build -p vivavoce-cli", program.display());
    program
}
