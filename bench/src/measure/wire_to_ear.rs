//! From an answer's first message to its first sound.

use std::f64::consts::TAU;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use vivavoce_rig::{FIRST, Sound};
use vivavoce_simulator::ServerConfig;

use super::{Bench, HEARD};
use crate::clock;
use crate::listener::{Heard, Listener, RATE};
use crate::player::Player;
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::statistics::{Spread, json_of};
use crate::twin::LIMIT;

pub(super) const TITLE: &str = "Wire to ear";

const METHOD: &str = "\
Typed turns, answered by a tone whose first message holds 200 ms and is written at once. A listener on the speaker's monitor \
that asks for the smallest chunks says when the tone's first sample came out. *Floor* is a client that plays silence in the \
same periods and puts a burst into the next one the moment it is told, heard by the same listener, told between the answers; it \
has no network, no decoding and no queue. The stages are told by the twin's events. The first answer of a conversation opens the \
device and is counted apart.";

/// Silence between one answer and the next.
const PAUSE: Duration = Duration::from_millis(150);
/// The share of its peak at which a sound is said to have begun.
const BEGUN: f64 = 0.07;

/// An answer's way, ms.
struct Way {
    total: f64,
    to_twin: f64,
    to_device: f64,
    to_ear: f64,
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let sound = Sound::start()?;
    let service = Service::start(ServerConfig::echo())?;
    let mut talk = bench.twin.talk(&sound, &service.url(), bench.arguments(bench.most_processing()))?;
    talk.wait_for("ready")?;
    let monitor = format!("{}.monitor", FIRST.speaker);
    let listener = Listener::start(&sound, &monitor, bench.listener)?;
    let player = Player::start(&sound, FIRST.speaker, bench.twin.period)?;
    let mut random = bench.random();
    let (mut told, mut answers) = (Vec::new(), Vec::new());
    for turn in 1..=bench.amount(41, 6) {
        thread::sleep(PAUSE.mul_f64(1.0 + random.f64()));
        let at = player.play();
        told.push((at, listener.wait_for_sound(listener.length(), HEARD, LIMIT)?));
        listener.wait_for_silence(PAUSE, HEARD, LIMIT)?;

        thread::sleep(PAUSE.mul_f64(random.f64()));
        let from = listener.length();
        talk.say("say anything")?;
        let received = talk.wait_for("audio_first_received")?.time();
        let handed = talk.wait_for("audio_first_played")?.time();
        let onset = listener.wait_for_sound(from, HEARD, LIMIT)?;
        talk.wait_for("audio_finished")?;
        listener.wait_for_silence(PAUSE, HEARD, LIMIT)?;
        let written = service.turn(turn)?.ended_at.context("the service has not ended the turn")?;
        answers.push((clock::at(written), received, handed, onset));
    }
    talk.quit()?;
    let heard = listener.so_far();
    let lead = tone_lead();
    let ways: Vec<Way> = answers
        .iter()
        .map(|(written, received, handed, near)| {
            let ear = heard.device_time(onset(&heard, *near)) - lead;
            Way {
                total: (ear - written) / 1000.0,
                to_twin: (received - written) / 1000.0,
                to_device: (handed - received) / 1000.0,
                to_ear: (ear - handed) / 1000.0,
            }
        })
        .collect();
    let floor = Spread::of(told.iter().skip(1).map(|(at, near)| {
        let ear = heard.device_time(onset(&heard, *near));
        (ear - at) / 1000.0
    }));
    let chunk_ms = heard.chunk_length() * 1000.0 / f64::from(RATE);
    Ok(section(bench, &ways, floor, chunk_ms))
}

fn section(bench: &Bench, ways: &[Way], floor: Option<Spread>, chunk_ms: f64) -> Section {
    let (first, later) = ways.split_at(1);
    let spread = |part: fn(&Way) -> f64| Spread::of(later.iter().map(part));
    let (total, to_twin) = (spread(|way| way.total), spread(|way| way.to_twin));
    let (to_device, to_ear) = (spread(|way| way.to_device), spread(|way| way.to_ear));
    let period = bench.period_ms();
    let above_period = total.map(|total| total.median - period);
    let above_floor = total.zip(floor).map(|(total, floor)| total.median - floor.median);
    let mut table = Table::of_times("");
    table.times("**first message to first sound**", total);
    table.times("… written to received by the twin", to_twin);
    table.times("… received to handed to the device", to_device);
    table.times("… handed to the device to heard", to_ear);
    table.times("floor: told to heard", floor);
    table.times("the first answer of the conversation", Spread::of(first.iter().map(|way| way.total)));
    let mut above = Table::new(&["median of first message to first sound", "ms"]);
    let number = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.1}"));
    above.row(["above one output period".to_owned(), number(above_period)]);
    above.row(["above the floor".to_owned(), number(above_floor)]);
    Section {
        name: "wire_to_ear",
        title: TITLE,
        method: METHOD,
        tables: vec![table, above],
        promises: vec![
            Promise::at_most("wire to ear: median above one output period", 10.0, above_period, "ms"),
            Promise::at_most("wire to ear: median above the floor", 10.0, above_floor, "ms"),
            Promise::steady("wire to ear: p95 above the median", 15.0, total),
        ],
        data: json!({
            "total_ms": json_of(total),
            "written_to_received_ms": json_of(to_twin),
            "received_to_handed_ms": json_of(to_device),
            "handed_to_heard_ms": json_of(to_ear),
            "floor_ms": json_of(floor),
            "median_above_period_ms": above_period,
            "median_above_floor_ms": above_floor,
            "ratio_to_floor": total.zip(floor).map(|(total, floor)| total.median / floor.median),
            "first_answer_ms": first.first().map(|way| way.total),
            "period_ms": period,
            "listener_chunk_ms": chunk_ms,
        }),
        late_ms: 0.0,
    }
}

/// Where a sound that is loud at `near` begins: at a small share of its peak.
fn onset(heard: &Heard, near: usize) -> usize {
    let reach = RATE as usize / 50;
    let from = near.saturating_sub(reach);
    let part = &heard.samples[from..(near + reach).min(heard.samples.len())];
    let peak = part.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    let begun = (f64::from(peak) * BEGUN) as u16;
    from + part.iter().position(|sample| sample.unsigned_abs() > begun).unwrap_or(reach)
}

/// How long after its first sample the simulator's tone has begun, microseconds: it swells over 10 ms.
fn tone_lead() -> f64 {
    let begun = |index: &usize| {
        let time = *index as f64 / f64::from(RATE);
        (time / 0.01) * (TAU * 440.0 * time).sin().abs() > BEGUN
    };
    (0..RATE as usize / 100).find(begun).unwrap_or(0) as f64 * 1e6 / f64::from(RATE)
}
