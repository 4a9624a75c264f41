//! `vivavoce-cli talk` as a child process: lines in, JSON events out.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    /// Starts `vivavoce-cli talk` with more arguments on the virtual devices. Unless they say more of it, the sound isn't
    /// processed: what is compared sample for sample has to stay what it was.
    pub(crate) fn talk(sound: &Sound, arguments: &[&str]) -> Self {
        let plain = if arguments.contains(&"--processing") { &[][..] } else { &["--processing", "off"] };
        let mut command = sound.command(program());
        command
            .arg("talk")
            .args(arguments)
            .args(plain)
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

    /// Writes a command; returns when, in microseconds of the clock that the events use.
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

    /// How often an event of a kind has come so far.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.events.lock().unwrap().iter().filter(|event| event["event"] == kind).count()
    }

    /// CPU time used so far, over all threads.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.process.id())).unwrap().count()
    }

    /// Everything it said but the levels, for a failure's message.
    pub(crate) fn told(&self) -> String {
        let events = self.events.lock().unwrap();
        let lines = events.iter().filter(|event| event["event"] != "levels").map(Value::to_string);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The time of an event, microseconds of the same clock as [`now`].
pub(crate) fn time(event: &Value) -> u64 {
    event["t"].as_u64().expect("every event has a time")
}

/// Now, microseconds of the clock that the program's events use: the monotonic one, or the system's for a Windows program, of
/// which `VIVAVOCE_CLI_CLOCK=system` tells.
pub(crate) fn now() -> u64 {
    if std::env::var_os("VIVAVOCE_CLI_CLOCK").is_some_and(|clock| clock == "system") {
        return SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64;
    }
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
