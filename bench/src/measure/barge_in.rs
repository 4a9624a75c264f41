//! From `stop` to silence.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use vivavoce_rig::{FIRST, Sound};
use vivavoce_simulator::{Fault, FaultAction, ServerConfig, TurnComplete};

use super::{Bench, HEARD};
use crate::listener::{Heard, Listener};
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::statistics::{Spread, json_of};
use crate::twin::LIMIT;

pub(super) const TITLE: &str = "Barge-in to silence";

const METHOD: &str = "\
`stop` is written at a random moment of an answer of four seconds that came in one burst. A listener on the speaker's monitor \
says when the last sound louder than -50 dBFS came out. The way from the program to the monitor is the same for every sample \
of an answer, so it is taken out by the answer's own start: the twin's event says when its first sample was given to the \
device, the listener when it was heard. *As heard* is the whole time, with that way.";

/// The fade that avoids a click, ms.
const FADE: f64 = 5.0;
/// Length of an answer, s.
const ANSWER: u64 = 4;
/// Nothing may be heard for this long after a cut.
const QUIET: Duration = Duration::from_millis(150);

/// One try; times in microseconds of the monotonic clock.
struct Try {
    given: f64,
    onset: usize,
    stopped: f64,
    told: f64,
    /// Where the next one begins in what was heard.
    end: usize,
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let sound = Sound::start()?;
    let long = Fault { connection: None, turn: None, action: FaultAction::Burst { seconds: Some(ANSWER) } };
    let config = ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() };
    let service = Service::start(config.with(long))?;
    let mut talk = bench.twin.talk(&sound, &service.url(), bench.arguments(bench.most_processing()))?;
    talk.wait_for("ready")?;
    let listener = Listener::start(&sound, &format!("{}.monitor", FIRST.speaker), bench.listener)?;
    let mut random = bench.random();
    let count = bench.amount(100, 6);
    let mut tries = Vec::new();
    // The first answer on a stream is given away earlier than all others.
    for _ in 0..=count {
        let from = listener.length();
        talk.say("say anything")?;
        let given = talk.wait_for("audio_first_played")?.time();
        let onset = listener.wait_for_sound(from, HEARD, LIMIT)?;
        thread::sleep(Duration::from_secs_f64(0.2 + 0.3 * random.f64()));
        let stopped = talk.say("stop")?;
        let told = talk.wait_for("interrupted")?.time();
        // What is heard after this long would be heard as well if it were measured to the answer's end.
        thread::sleep(QUIET * 3);
        tries.push(Try { given, onset, stopped, told, end: listener.length() });
    }
    talk.quit()?;
    let heard = listener.so_far();
    tries.remove(0);
    Ok(section(bench, &heard, &tries))
}

fn section(bench: &Bench, heard: &Heard, tries: &[Try]) -> Section {
    let silence = |one: &Try| heard.device_time(last_sound(heard, one) + 1);
    let whole = Spread::of(tries.iter().map(|one| (silence(one) - one.stopped) / 1000.0));
    let way = Spread::of(tries.iter().map(|one| (heard.device_time(one.onset) - one.given) / 1000.0));
    let took: Vec<f64> = tries
        .iter()
        .map(|one| (silence(one) - one.stopped - (heard.device_time(one.onset) - one.given)) / 1000.0)
        .collect();
    let told = Spread::of(tries.iter().map(|one| (one.told - one.stopped) / 1000.0));
    let limit = bench.period_ms() + FADE;
    let within = took.iter().filter(|took| **took <= limit).count();
    let tries_ms = took.clone();
    let took = Spread::of(took);
    let mut table = Table::of_times("");
    table.times("**`stop` to silence**", took);
    table.times("as heard", whole);
    table.times("way from the program to the monitor", way);
    table.times("`stop` to the event `interrupted`", told);
    Section {
        name: "barge_in",
        title: TITLE,
        method: METHOD,
        tables: vec![table],
        promises: vec![
            Promise::at_most("barge-in to silence: longest", limit, took.map(|took| took.most), "ms"),
            Promise {
                what: "barge-in to silence within one period and the fade".into(),
                limit: format!("{0} of {0}", tries.len()),
                measured: format!("{within} of {}", tries.len()),
                kept: within == tries.len(),
            },
        ],
        data: json!({
            "took_ms": json_of(took),
            "tries_ms": tries_ms,
            "as_heard_ms": json_of(whole),
            "way_ms": json_of(way),
            "told_ms": json_of(told),
            "limit_ms": limit,
            "within": within,
            "median_above_limit_ms": took.map(|took| took.median - limit),
            "max_above_limit_ms": took.map(|took| took.most - limit),
        }),
        late_ms: 0.0,
    }
}

/// The last sample of a try that was heard.
fn last_sound(heard: &Heard, one: &Try) -> usize {
    let level = (HEARD * 32_768.0) as u16;
    let part = &heard.samples[one.onset..one.end.min(heard.samples.len())];
    one.onset + part.iter().rposition(|sample| sample.unsigned_abs() > level).unwrap_or(0)
}
