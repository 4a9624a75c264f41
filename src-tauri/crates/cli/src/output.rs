//! One JSON event a line on standard output.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use serde_json::{Map, Value, json};
use vivavoce_engine::{Carried, DeviceInfo, Direction, Entry, Event, Frontend, Health};

use crate::args::DevicesArgs;
use crate::clock::Clock;

/// Lines waiting for a slow reader at most; beyond that they are dropped and counted.
const QUEUE: usize = 8192;

/// Writes the engine's events. The engine never waits for whoever reads them.
pub(crate) struct Output {
    clock: Clock,
    lines: SyncSender<String>,
    dropped: u64,
    entries: HashMap<u64, Entry>,
    on_event: Box<dyn FnMut(&Event) + Send>,
}

/// The writing thread; ends when the [`Output`] is gone.
pub(crate) type Writer = JoinHandle<()>;

impl Output {
    /// `on_event` sees each event as well.
    pub(crate) fn new(clock: Clock, on_event: Box<dyn FnMut(&Event) + Send>) -> (Self, Writer) {
        let (lines, queue) = sync_channel(QUEUE);
        let writer = thread::spawn(move || write_lines(&queue));
        (Self { clock, lines, dropped: 0, entries: HashMap::new(), on_event }, writer)
    }

    fn line(&mut self, at: Instant, event: &str, fields: Value) {
        if self.dropped > 0 {
            let dropped = json!({ "event": "events_dropped", "t": self.clock.micros(at), "count": self.dropped });
            if self.lines.try_send(dropped.to_string()).is_ok() {
                self.dropped = 0;
            }
        }
        let mut line = Map::new();
        line.insert("event".into(), event.into());
        line.insert("t".into(), self.clock.micros(at).into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Value::Object(line).to_string()) {
            self.dropped += 1;
        }
    }

    fn transcript(&mut self, entry: Entry, delta: &str) {
        let fields = json!({
            "turn": entry.turn, "speaker": entry.speaker, "delta": delta, "text": entry.text,
            "final": entry.is_final, "interrupted": entry.interrupted, "note": entry.note,
        });
        if let Some(sources) = &entry.sources
            && self.entries.get(&entry.id).is_none_or(|known| known.sources != entry.sources)
        {
            let fields = json!({ "turn": entry.turn, "queries": sources.queries, "pages": sources.pages });
            self.line(Instant::now(), "sources", fields);
        }
        self.entries.insert(entry.id, entry);
        self.line(Instant::now(), "transcript", fields);
    }
}

impl Frontend for Output {
    fn emit(&mut self, event: &Event) {
        (self.on_event)(event);
        let now = Instant::now();
        match event {
            Event::Ready { session_id } => self.line(now, "ready", json!({ "session": session_id })),
            Event::Disconnected => self.line(now, "disconnected", json!({})),
            Event::Phase { phase, latched } => self.line(now, "state", json!({ "state": phase, "latched": latched })),
            Event::Entry(Entry { call: Some(call), turn, .. }) => {
                let mut fields = json!(call);
                fields["turn"] = json!(turn);
                self.line(now, "tool", fields);
            }
            Event::Entry(entry) => {
                let known = self.entries.get(&entry.id).map_or(0, |known| known.text.len());
                let delta = entry.text.get(known..).unwrap_or_default().to_owned();
                self.transcript(entry.clone(), &delta);
            }
            Event::Append { id, text, thought: false } => {
                if let Some(mut entry) = self.entries.remove(id) {
                    entry.text.push_str(text);
                    self.transcript(entry, text);
                }
            }
            Event::Append { id, text, thought: true } => {
                let turn = self.entries.get(id).map(|entry| entry.turn);
                self.line(now, "thought", json!({ "turn": turn, "delta": text }));
            }
            Event::Cleared => self.entries.clear(),
            Event::Levels { input_dbfs, output_dbfs } => {
                let fields = json!({ "input_dbfs": round(*input_dbfs), "output_dbfs": round(*output_dbfs) });
                self.line(now, "levels", fields);
            }
            Event::Devices(devices) => self.line(now, "devices", devices_json(devices)),
            Event::Input(input) => self.line(now, "input", json!({ "input": input })),
            Event::Echo(report) => {
                let fields = json!({
                    "state": format!("{:?}", report.state).to_lowercase(),
                    "removed_db": report.removed_db.map(round),
                    "delay_ms": report.delay_ms,
                });
                self.line(now, "echo", fields);
            }
            Event::Health(health) => self.line(now, "health", health_json(health)),
            Event::Voice(voice) => {
                self.line(now, "voice", json!({ "voice": format!("{voice:?}").to_lowercase() }));
            }
            Event::SpeechStarted { at } => self.line(*at, "speech_started", json!({})),
            Event::SpeechEnded => self.line(now, "speech_ended", json!({})),
            Event::MutedSpeech => self.line(now, "muted_speech", json!({})),
            Event::RecordingPlayed { peak_dbfs } => {
                self.line(now, "recording_played", json!({ "peak_dbfs": round(*peak_dbfs) }));
            }
            Event::Muted(muted) => self.line(now, "muted", json!({ "muted": muted })),
            // Here settings come from the command line and don't change, and nothing is cleared.
            Event::Settings { .. } | Event::UsageReset(_) | Event::KeyCheck(_) => {}
            Event::Problem(Some(problem)) => self.line(now, "error", json!(problem)),
            Event::Problem(None) => self.line(now, "error_cleared", json!({})),
            Event::AudioFirstSent { turn, at, captured_at } => {
                let captured = captured_at.map(|at| self.clock.micros(at));
                self.line(*at, "audio_first_sent", json!({ "turn": turn, "captured_t": captured }));
            }
            Event::AudioFirstReceived { turn, at } => self.line(*at, "audio_first_received", json!({ "turn": turn })),
            Event::AudioFirstPlayed { turn, at } => self.line(*at, "audio_first_played", json!({ "turn": turn })),
            Event::Latency { turn, latency } => {
                let fields =
                    json!({ "turn": turn, "service_ms": latency.service_ms, "playback_ms": latency.playback_ms });
                self.line(now, "latency", fields);
            }
            Event::AudioFinished { turn, played } => {
                self.line(now, "audio_finished", json!({ "turn": turn, "played_ms": played.as_millis() as u64 }));
            }
            Event::Interrupted { turn, heard, dropped } => {
                let fields = json!({ "turn": turn, "heard_ms": heard.as_millis() as u64, "dropped_ms": dropped.as_millis() as u64 });
                self.line(now, "interrupted", fields);
            }
            Event::TurnComplete { turn, reason, interrupted } => {
                let fields = json!({ "turn": turn, "reason": reason, "interrupted": interrupted });
                self.line(now, "turn_complete", fields);
            }
            Event::TimeIsUp(due) => self.line(now, "time_is_up", json!({ "timer": due.timer, "missed": due.missed })),
            Event::Timers(timers) => self.line(now, "timers", json!({ "timers": timers })),
            Event::Usage { turn, usage, report } => {
                self.line(now, "usage", json!({ "turn": turn, "usage": usage, "report": report }));
            }
            Event::Reconnecting { attempt, delay } => {
                let fields = json!({ "attempt": attempt, "delay_ms": delay.as_millis() as u64 });
                self.line(now, "reconnecting", fields);
            }
            Event::Continued { carried } => {
                let (kept, left_out) = match carried {
                    Carried::Everything => ("everything", 0),
                    Carried::Words { left_out } => ("words", *left_out),
                    Carried::Nothing => ("nothing", 0),
                };
                self.line(now, "continued", json!({ "kept": kept, "left_out": left_out }));
            }
            Event::Models(models) => {
                let ids: Vec<_> = models.iter().map(|model| &model.id).collect();
                self.line(now, "models", json!({ "models": ids }));
            }
            Event::Stopped => self.line(now, "stopped", json!({})),
        }
    }
}

/// The devices as one JSON document or a table.
pub(crate) fn print_devices(args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    let devices = vivavoce_audio::devices()?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{:#}", devices_json(&devices))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (direction, title) in [(Direction::Input, "Microphones"), (Direction::Output, "Loudspeakers")] {
        writeln!(out, "{title}:")?;
        for device in devices.iter().filter(|device| device.direction == direction) {
            let mark = if device.is_default { "*" } else { " " };
            let note = if device.is_monitor { "  (what a loudspeaker plays)" } else { "" };
            writeln!(out, " {mark} {}{note}\n     {}", device.name, device.id)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn devices_json(devices: &[DeviceInfo]) -> Value {
    let of = |direction: Direction| -> Vec<Value> {
        let devices = devices.iter().filter(|device| device.direction == direction);
        devices
            .map(|device| {
                json!({
                    "id": device.id.to_string(), "name": device.name,
                    "default": device.is_default, "monitor": device.is_monitor, "bluetooth": device.is_bluetooth,
                })
            })
            .collect()
    };
    json!({ "inputs": of(Direction::Input), "outputs": of(Direction::Output) })
}

fn health_json(health: &Health) -> Value {
    json!({
        "input_period_ms": health.input_period_ms, "output_period_ms": health.output_period_ms,
        "underruns": health.underruns, "overruns": health.overruns, "late": health.late,
        "playout_target_ms": health.playout_target_ms, "concealed": health.concealed, "reopened": health.reopened,
    })
}

/// Tenths are as much as a level meter means.
fn round(dbfs: f32) -> f64 {
    (f64::from(dbfs) * 10.0).round() / 10.0
}

fn write_lines(queue: &Receiver<String>) {
    let mut out = io::stdout().lock();
    while let Ok(line) = queue.recv() {
        // Nobody reads any more: the events have nowhere to go, the conversation goes on.
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use vivavoce_engine::Speaker;

    use super::*;

    fn lines(events: &[Event]) -> Vec<Value> {
        let (lines, queue) = sync_channel(QUEUE);
        let mut output =
            Output { clock: Clock::start(), lines, dropped: 0, entries: HashMap::new(), on_event: Box::new(|_| {}) };
        for event in events {
            output.emit(event);
        }
        queue.try_iter().map(|line| serde_json::from_str(&line).unwrap()).collect()
    }

    fn entry(text: &str, is_final: bool) -> Event {
        Event::Entry(Entry {
            id: 7,
            turn: 1,
            speaker: Speaker::User,
            text: text.into(),
            thought: String::new(),
            is_final,
            interrupted: false,
            heard_chars: None,
            started_at: 0,
            note: None,
            pictures: Vec::new(),
            call: None,
            sources: None,
        })
    }

    #[test]
    fn a_transcript_line_has_the_new_piece_and_the_whole() {
        let lines = lines(&[
            entry("hel", false),
            Event::Append { id: 7, text: "lo".into(), thought: false },
            entry("hello", true),
        ]);
        let seen: Vec<_> = lines.iter().map(|line| (&line["delta"], &line["text"], &line["final"])).collect();
        assert_eq!(
            seen,
            [
                (&json!("hel"), &json!("hel"), &json!(false)),
                (&json!("lo"), &json!("hello"), &json!(false)),
                (&json!(""), &json!("hello"), &json!(true)),
            ]
        );
        assert_eq!(lines[0]["speaker"], "user");
    }

    #[test]
    fn a_reader_that_is_too_slow_is_told_how_much_it_missed() {
        let (lines, queue) = sync_channel(2);
        let mut output =
            Output { clock: Clock::start(), lines, dropped: 0, entries: HashMap::new(), on_event: Box::new(|_| {}) };
        for _ in 0..5 {
            output.emit(&Event::Disconnected);
        }
        assert_eq!(queue.try_iter().count(), 2);
        output.emit(&Event::Disconnected);
        let first: Value = serde_json::from_str(&queue.recv().unwrap()).unwrap();
        assert_eq!((first["event"].as_str(), first["count"].as_u64()), (Some("events_dropped"), Some(3)));
    }
}
