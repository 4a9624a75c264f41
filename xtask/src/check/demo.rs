//! One spoken turn with the demo's guide, who lives in the program itself and gives people their own voice back.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use vivavoce_rig::{FIRST, Process, Signal, Sound, compare, speak};

const SENTENCE: &str = "Good morning. Can you hear what I am saying?";
/// From here on the voice that comes back counts as the one that went in.
const SAME: f64 = 0.99;
/// For starting, hearing the answer, ending.
const LIMIT: Duration = Duration::from_mins(1);

/// Starts the program, talks, and listens for the voice in what the speaker played.
pub(crate) fn converse(program: &Path) -> Result<()> {
    let sound = Sound::start()?;
    let speaker = sound.record(FIRST.speaker)?;
    let mut talk = Talk::start(&sound, program)?;
    talk.wait_for("ready", |event| event["event"] == "ready")?;
    talk.say("talk on")?;
    talk.wait_for("the microphone", |event| event["event"] == "state" && event["state"] == "listening")?;
    let voice = speak(SENTENCE)?;
    sound.feed(&voice, FIRST.mic_feed)?.wait()?;
    talk.say("talk off")?;
    talk.wait_for("the answer", |event| event["event"] == "audio_finished" && event["turn"] == 1)?;
    let heard = speaker.wait_for("silence after the answer", LIMIT, |heard| {
        compare::silent_from(heard, compare::last_sound(heard, -60.0)?, Duration::from_millis(300), -60.0)
            .map(|_| heard.clone())
    })?;
    talk.end()?;
    judge(&voice, &heard)
}

fn judge(voice: &Signal, heard: &Signal) -> Result<()> {
    let Some(found) = compare::find(voice, heard) else { bail!("the speaker was silent") };
    println!(
        "  the voice came back with a correlation of {:.4}, {} samples astray, in an answer of {:.1} s",
        found.correlation,
        found.drift,
        heard.length().as_secs_f64() - found.delay.as_secs_f64()
    );
    ensure!(found.correlation >= SAME, "the guide's answer doesn't hold what it was told");
    Ok(())
}

/// `vivavoce-cli talk --demo` in another process.
struct Talk {
    process: Process,
    lines: Receiver<String>,
}

impl Talk {
    fn start(sound: &Sound, program: &Path) -> Result<Self> {
        let mut command = sound.command(program);
        // Processing changes the sound on purpose: what came back could not be compared with what was said.
        command.args(["talk", "--demo", "--processing", "off"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Process::start(&mut command)?;
        let output = process.child().stdout.take().context("the program has no output")?;
        // A full queue makes the reader wait, and then the program.
        let (push, lines) = sync_channel(1024);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if push.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, lines })
    }

    fn say(&mut self, line: &str) -> Result<()> {
        let input = self.process.child().stdin.as_mut().context("the program has no input")?;
        writeln!(input, "{line}").with_context(|| format!("{line:?} could not be said"))
    }

    /// Reads events until one matches; a problem the program tells of ends it.
    fn wait_for(&mut self, what: &str, matches: impl Fn(&Value) -> bool) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).with_context(|| format!("waited in vain: {what}"))?;
            let event: Value = serde_json::from_str(&line).with_context(|| format!("the program said {line:?}"))?;
            if matches(&event) {
                return Ok(());
            }
            ensure!(event["event"] != "error", "while waiting for {what}, the program told of {event}");
        }
    }

    fn end(mut self) -> Result<()> {
        self.say("quit")?;
        let status = self.process.wait(LIMIT)?;
        ensure!(status.success(), "the program ended with {status}");
        Ok(())
    }
}
