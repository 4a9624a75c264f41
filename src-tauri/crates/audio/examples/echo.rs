//! What the echo canceller does in synthetic rooms, as a table or as JSON.
//!
//! `cargo run --release -p vivavoce-audio --example echo [-- --json]`
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vivavoce_audio::{
    Processing,
    sim::room::{Heard, Room},
};

const SECOND: usize = 16_000;

/// Gain control would hide what the rest does to the level.
const CANCEL: Processing = Processing { gain: false, ..Processing::ALL };

const FAR: &str = "The library opens at nine in the morning. You will find the maps on the second floor, next to the window. \
    If you need any help, please ask the person at the desk, who knows where everything is kept.";
const NEAR: &str = "Wait a moment, I would like to ask about the trains to the coast tomorrow.";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let voice = spoken(FAR)?;
    let far: Vec<f32> = voice.iter().cycle().take(24 * SECOND).map(|sample| 0.5 * sample).collect();
    let silence = vec![0.0; far.len()];
    let mut near = silence.clone();
    let words = spoken(NEAR)?;
    let span = 10 * SECOND..10 * SECOND + words.len();
    near[span.clone()].copy_from_slice(&words.iter().map(|sample| 0.5 * sample).collect::<Vec<_>>());
    let begin = Instant::now();
    let mut rooms = Vec::new();
    for (name, room) in rooms_to_try() {
        let alone = room.hold(CANCEL, &far, &silence);
        let together = room.hold(CANCEL, &far, &near);
        let change = decibels(power(&together.sent[span.clone()]) / power(&near[span.clone()]));
        rooms.push(json!({
            "room": name,
            "ERLE 3-10 s, dB": tenths(removed(&alone, 3, 10)),
            "ERLE 15-23 s, dB": tenths(removed(&alone, 15, 23)),
            "double talk: level, dB": tenths(change),
            "double talk: envelope": hundredths(alike(&near[span.clone()], &together.sent[span.clone()])),
        }));
    }
    let blocks = (rooms.len() * 2 * 24 * 100) as f64;
    let cost = begin.elapsed().as_secs_f64() * 1e6 / blocks;
    let cost = json!([{ "processing and simulated room together": "µs per 10 ms", "cost": tenths(cost as f32) }]);
    if std::env::args().any(|argument| argument == "--json") {
        println!("{}", json!({ "rooms": rooms, "cost": cost }));
    } else {
        rooms.iter().chain(cost.as_array().into_iter().flatten()).for_each(|row| println!("{row}"));
    }
    Ok(())
}

fn rooms_to_try() -> Vec<(String, Room)> {
    let mut rooms = Vec::new();
    for echo_db in [-6.0, 0.0] {
        for delay in [20, 60, 120, 200, 300] {
            let period = Duration::from_millis(if delay == 20 { 5 } else { 10 });
            let room = Room { delay: Duration::from_millis(delay), period, echo_db, ..Room::default() };
            rooms.push((format!("{delay} ms, {echo_db} dB"), room));
        }
    }
    for drift_ppm in [-200.0, 200.0] {
        rooms.push((format!("60 ms, clocks {drift_ppm} ppm apart"), Room { drift_ppm, ..Room::default() }));
    }
    let later = Some(Duration::from_millis(200));
    rooms.push(("60 ms, after 12 s 200 ms".to_owned(), Room { later, ..Room::default() }));
    rooms.push(("60 ms, noise of -55 dBFS".to_owned(), Room { noise_dbfs: -55.0, ..Room::default() }));
    rooms
}

fn spoken(text: &str) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
    Ok(vivavoce_rig::speak(text)?.resampled(16_000, 7_000.0).samples)
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32
}

fn decibels(ratio: f32) -> f32 {
    10.0 * ratio.max(1e-12).log10()
}

fn removed(heard: &Heard, from: usize, to: usize) -> f32 {
    let span = from * SECOND..to * SECOND;
    decibels(power(&heard.echo[span.clone()]) / power(&heard.sent[span]))
}

/// How alike two sounds' loudness runs, 20 ms by 20 ms; 1 is the same.
fn alike(a: &[f32], b: &[f32]) -> f32 {
    let envelope = |samples: &[f32]| samples.chunks_exact(320).map(|block| power(block).sqrt()).collect::<Vec<_>>();
    let (a, b) = (envelope(a), envelope(b));
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let covariance: f32 = a.iter().zip(&b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum();
    let spread = |values: &[f32], mean: f32| values.iter().map(|value| (value - mean).powi(2)).sum::<f32>().sqrt();
    covariance / (spread(&a, mean_a) * spread(&b, mean_b))
}

fn tenths(value: f32) -> Value {
    json!((f64::from(value) * 10.0).round() / 10.0)
}

fn hundredths(value: f32) -> Value {
    json!(format!("{value:.2}"))
}
