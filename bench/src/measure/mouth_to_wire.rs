//! From a sound at the microphone to the message that carries it.

use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};
use vivavoce_rig::{FIRST, Sound};
use vivavoce_simulator::{ServerConfig, TurnRecord};

use super::{Bench, Processing};
use crate::bursts;
use crate::clock;
use crate::listener::{Heard, Listener, RATE};
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::statistics::{Spread, json_of};

pub(super) const TITLE: &str = "Mouth to wire";

const METHOD: &str = "\
Bursts of 1 kHz that begin sharply, at random phase against the 20 ms messages, in several held turns. The time of a burst \
at the device is taken from a listener on the same microphone that asks for the smallest chunks: arrival of a chunk less what of \
it came after the onset, by the chunks of the second around that came soonest. *To the message* ends when the service has \
the message that holds the onset. *Filling* is the part of it that a message of 20 ms takes to be full, which depends on the \
phase alone; *pipeline* is the rest: device, processing, resampling, encoding and socket. *Floor* is how long after the \
onset the listener itself had it. Processing changes a burst's shape, so where each was sent is taken from the median of its \
turn: what one turn's bursts are late by is the same for all, or something was lost. *First message* is told by the twin's events, once a turn. A virtual device runs in steps of the \
smallest chunk that any of its clients asks for, so the same is measured once more with a listener that asks for the twin's \
own period: then the device itself has that period.";

/// Bursts of a turn.
const BURSTS: usize = 12;

/// A burst's way, ms.
struct Way {
    total: f64,
    filling: f64,
    floor: f64,
    /// How much later it began at the service than the median of its turn: noise of finding it, or a loss.
    displaced: f64,
}

/// The first message of a turn, ms.
struct First {
    captured_to_sent: f64,
    sent_to_arrived: f64,
}

/// All ways of one run.
struct Ways {
    bursts: Vec<Way>,
    firsts: Vec<First>,
    lost: usize,
    /// How much later the second half of a turn's bursts came than the first, by the medians, at most, in samples at 16 kHz:
    /// what is lost in between moves all that follows.
    drift: f64,
    chunk_ms: f64,
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section {
        name: "mouth_to_wire",
        title: TITLE,
        method: METHOD,
        tables: Vec::new(),
        promises: Vec::new(),
        data: json!({}),
        late_ms: 0.0,
    };
    let mut data = Map::new();
    for processing in bench.processings() {
        for (step, name) in steps(bench) {
            let ways = run(bench, *processing, step)?;
            let title = format!("{}, device in steps of {} ms", processing.title(), step.as_millis());
            let limit = if *processing == Processing::On { 33.0 } else { 25.0 };
            let numbers = ways.describe(&title, limit, &mut section);
            data.insert(format!("{}_{name}", processing.name()), numbers);
        }
    }
    section.data = data.into();
    Ok(section)
}

/// What the listener asks for, with names for programs.
fn steps(bench: &Bench) -> Vec<(Duration, &'static str)> {
    let mut steps = vec![(bench.listener, "fine")];
    if bench.twin.period != bench.listener {
        steps.push((bench.twin.period, "period"));
    }
    steps
}

fn run(bench: &Bench, processing: Processing, step: Duration) -> Result<Ways> {
    let sound = Sound::start()?;
    let service = Service::start(ServerConfig::echo())?;
    let mut talk = bench.twin.talk(&sound, &service.url(), bench.arguments(processing))?;
    talk.wait_for("ready")?;
    let listener = Listener::start(&sound, FIRST.mic, step)?;
    let mut random = bench.random();
    let mut turns = Vec::new();
    for turn in 1..=bench.amount(6, 2) {
        talk.say("talk on")?;
        talk.wait_for_state("listening")?;
        let from = clock::now();
        sound.feed(&bursts::train(BURSTS, &mut random), FIRST.mic_feed)?.wait()?;
        let to = clock::now();
        talk.say("talk off")?;
        let sent = talk.wait_for("audio_first_sent")?;
        turns.push((from, to, sent, service.turn(turn)?));
        // The answer is the same bursts; nobody needs to hear them.
        talk.say("stop")?;
        thread::sleep(Duration::from_millis(300));
    }
    talk.quit()?;
    let heard = listener.so_far();
    let mut ways = Ways {
        bursts: Vec::new(),
        firsts: Vec::new(),
        lost: 0,
        drift: 0.0,
        chunk_ms: heard.chunk_length() * 1000.0 / f64::from(RATE),
    };
    for (from, to, sent, turn) in turns {
        ways.follow(&heard, heard.index_at(from)..heard.index_at(to), &turn)?;
        let arrived = turn.sound.first().map_or(f64::NAN, |first| clock::at(first.at));
        ways.firsts.push(First {
            captured_to_sent: (sent.time() - sent.number("captured_t")) / 1000.0,
            sent_to_arrived: (arrived - sent.time()) / 1000.0,
        });
    }
    Ok(ways)
}

impl Way {
    fn json(&self) -> Value {
        let round = |value: f64| (value * 100.0).round() / 100.0;
        let Self { total, filling, floor, displaced } = *self;
        json!([round(total), round(filling), round(floor), round(displaced)])
    }
}

impl Ways {
    /// Adds a table and promises to the section; the numbers for programs.
    fn describe(&self, title: &str, limit: f64, section: &mut Section) -> Value {
        let spread = |part: fn(&Way) -> f64| Spread::of(self.bursts.iter().map(part));
        let (total, filling, floor) = (spread(|way| way.total), spread(|way| way.filling), spread(|way| way.floor));
        let pipeline = spread(|way| way.total - way.filling);
        let above = spread(|way| way.total - way.floor);
        let sent = Spread::of(self.firsts.iter().map(|first| first.captured_to_sent));
        let arrived = Spread::of(self.firsts.iter().map(|first| first.sent_to_arrived));
        let mut table = Table::of_times(title);
        table.times("**onset to the message**", total);
        table.times("… filling", filling);
        table.times("… pipeline", pipeline);
        table.times("floor: onset to the listener", floor);
        table.times("onset to the message above the floor", above);
        table.times("first message: captured to sent", sent);
        table.times("first message: sent to arrived", arrived);
        section.tables.push(table);
        let all = self.bursts.len() + self.lost;
        // Processing changes a burst's first milliseconds, and with them where it seems to begin: how far is told, not promised.
        let moves = title.contains("processing on");
        section.promises.extend([
            Promise::at_most(format!("mouth to wire, {title}: median"), limit, total.map(|total| total.median), "ms"),
            Promise::steady(format!("mouth to wire, {title}: p95 above the median"), 15.0, total),
            Promise {
                what: format!("mouth to wire, {title}: bursts lost or moved"),
                limit: if moves { "none lost" } else { "none" }.into(),
                measured: format!("{} of {all} lost, {:.0} samples of drift", self.lost, self.drift),
                kept: self.lost == 0 && (self.drift <= 2.0 || moves),
            },
        ]);
        json!({
            "onset_to_message_ms": json_of(total),
            "bursts_ms": self.bursts.iter().map(Way::json).collect::<Vec<_>>(),
            "filling_ms": json_of(filling),
            "pipeline_ms": json_of(pipeline),
            "floor_ms": json_of(floor),
            "above_floor_ms": json_of(above),
            "ratio_to_floor": total.zip(floor).map(|(total, floor)| total.median / floor.median),
            "first_captured_to_sent_ms": json_of(sent),
            "first_sent_to_arrived_ms": json_of(arrived),
            "lost": self.lost,
            "drift_samples": self.drift,
            "listener_chunk_ms": self.chunk_ms,
        })
    }

    /// Adds the bursts of a turn that the listener heard in `part`.
    fn follow(&mut self, heard: &Heard, part: std::ops::Range<usize>, turn: &TurnRecord) -> Result<()> {
        let rate = turn.sound.first().map_or(16_000, |sound| sound.rate);
        let fed = bursts::onsets(&heard.samples[part.clone()], RATE);
        let fed: Vec<usize> = fed.into_iter().map(|onset| onset + part.start).collect();
        let came = bursts::onsets(&turn.pcm(), rate);
        ensure!(fed.len() == BURSTS, "the listener heard {} of {BURSTS} bursts", fed.len());
        let seconds = |onsets: &[usize], rate: u32| -> Vec<f64> {
            onsets.iter().map(|onset| *onset as f64 / f64::from(rate)).collect()
        };
        let (fed_at, came_at) = (seconds(&fed, RATE), seconds(&came, rate));
        let pairs = bursts::pair(&fed_at, &came_at);
        self.lost += fed.len() - pairs.len();
        let offsets: Vec<f64> = pairs.iter().map(|(one, other)| came_at[*other] - fed_at[*one]).collect();
        let (first, second) = offsets.split_at(offsets.len() / 2);
        let median = |offsets: &[f64]| Spread::of(offsets.iter().copied()).map(|spread| spread.median);
        let moved = median(first).zip(median(second)).map_or(0.0, |(first, second)| (second - first).abs());
        self.drift = self.drift.max(moved * f64::from(rate));
        let Some(offset) = median(&offsets) else { return Ok(()) };
        for ((one, _), own) in pairs.into_iter().zip(offsets) {
            let device = heard.device_time(fed[one]);
            let sent = ((fed_at[one] + offset) * f64::from(rate)).round() as usize;
            let Some((arrived, left)) = message_with(turn, sent) else { continue };
            self.bursts.push(Way {
                total: (arrived - device) / 1000.0,
                filling: left as f64 * 1000.0 / f64::from(rate),
                displaced: (own - offset) * 1000.0,
                floor: (heard.arrival(fed[one]) - device) / 1000.0,
            });
        }
        Ok(())
    }
}

/// When the message with a sample came, microseconds, and how many samples of it are left from there.
fn message_with(turn: &TurnRecord, sample: usize) -> Option<(f64, usize)> {
    let mut end = 0;
    turn.sound.iter().find_map(|sound| {
        end += sound.pcm.len();
        (end > sample).then(|| (clock::at(sound.at), end - sample))
    })
}
