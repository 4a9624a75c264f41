//! Speech that comes over an uneven network, as the service sends it: 200 ms first, then pieces of 40 to 200 ms, each up to
//! 200 ms late, their order kept.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{f64::consts::TAU, time::Duration};

use support::{Rig, speaker};
use vivavoce_audio::{AudioCommand, AudioEvent, DuplexConfig, PlaybackChain, sim::SimHost};

const SEEDS: u64 = 50;

/// The queue's first target: with less in hand it begins to prepare for a gap.
const TARGET_MS: u64 = 60;

const MS: u64 = 1_000_000;

/// A sung vowel without a silent moment: 26 harmonics of 110 to 150 Hz with the hills of an "a".
fn vowel(samples: usize) -> Vec<i16> {
    let mut phase = 0.0;
    let tone = |i: usize| {
        let seconds = i as f64 / 24_000.0;
        phase += TAU * (130.0 + 14.0 * (TAU * 0.7 * seconds).sin() + 6.0 * (TAU * 5.0 * seconds).sin()) / 24_000.0;
        let hill = |hertz: f64, at: f64, wide: f64| (-((hertz - at) / wide).powi(2)).exp();
        let harmonic = |n: u32| {
            let hertz = 130.0 * f64::from(n);
            let strength = 0.1 + hill(hertz, 700.0, 250.0) + 0.5 * hill(hertz, 1_200.0, 300.0);
            strength * (f64::from(n) * phase + f64::from(n * n) * 0.4).sin()
        };
        (2_000.0 * (1..=26).map(harmonic).sum::<f64>()) as i16
    };
    (0..samples).map(tone).collect()
}

struct Message {
    pcm: Vec<i16>,
    at: u64,
}

/// The messages of `whole` and when each comes, in nanoseconds: sent at `pace` times real time, late by up to 200 ms.
fn messages(whole: &[i16], pace: f64, seed: u64) -> Vec<Message> {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut messages, mut begin, mut last) = (Vec::new(), 0, 0);
    while begin < whole.len() {
        let length = if begin == 0 { 200 } else { random.usize(40..=200) };
        let end = (begin + 24 * length).min(whole.len());
        let sent = (begin as f64 / 24_000.0 / pace * 1e9) as u64;
        last = (sent + random.u64(0..=200 * MS)).max(last);
        messages.push(Message { pcm: whole[begin..end].to_vec(), at: last });
        begin = end;
    }
    messages
}

/// The shortest time, in ms, that was left to play when a message came, if it was played as it is.
fn narrowest(messages: &[Message]) -> f64 {
    let mut over = messages[0].at as f64;
    let mut narrowest = f64::MAX;
    for message in messages {
        narrowest = if message.at == messages[0].at { narrowest } else { narrowest.min(over - message.at as f64) };
        over = over.max(message.at as f64) + message.pcm.len() as f64 / 24_000.0 * 1e9;
    }
    narrowest / 1e6
}

struct Heard {
    /// From the first to the last sample, at 48 kHz.
    sound: Vec<f32>,
    events: Vec<AudioEvent>,
}

fn heard(messages: Vec<Message>, period_ms: u64) -> Heard {
    let config = DuplexConfig { period: Duration::from_millis(period_ms), ..DuplexConfig::default() };
    let rig = Rig::with(SimHost::new().with(speaker()), config);
    let (mut now, mut tick) = (0, 0);
    let mut run_to = |at: u64| {
        while now < at {
            tick = if tick <= now { now + 5 * MS } else { tick };
            let next = tick.min(at);
            rig.sim.advance(Duration::from_nanos(next - now));
            rig.handle.settle();
            now = next;
        }
    };
    let last = messages.last().unwrap().at;
    let rest: usize = messages.iter().map(|message| message.pcm.len()).sum();
    for message in messages {
        run_to(message.at);
        rig.push(1, message.pcm);
    }
    rig.send(AudioCommand::EndTurn { turn: 1 });
    run_to(last + rest as u64 * MS / 24 + 500 * MS);
    let played = rig.sim.played("speaker", 0);
    let (begin, end) = (
        played.iter().position(|sample| *sample != 0.0).unwrap(),
        played.iter().rposition(|sample| *sample != 0.0).unwrap(),
    );
    Heard { sound: played[begin..=end].to_vec(), events: rig.news() }
}

/// Whether nothing but the input was heard, and after it only the few milliseconds in which its last sample falls to zero.
fn is_all_of(wanted: &[f32], heard: &[f32]) -> bool {
    heard.starts_with(wanted) && heard.len() <= wanted.len() + 48 * 12
}

/// What the device is given when everything comes at once.
fn untouched(whole: &[i16]) -> Vec<f32> {
    let (mut chain, mut out) = (PlaybackChain::new(48_000), Vec::new());
    chain.push(whole, 24_000, &mut out);
    chain.finish(&mut out);
    let (begin, end) = (out.iter().position(|s| *s != 0.0).unwrap(), out.iter().rposition(|s| *s != 0.0).unwrap());
    out[begin..=end].to_vec()
}

/// The lengths in ms of the stretches below -60 dBFS of a millisecond and more.
fn silences(sound: &[f32]) -> Vec<f64> {
    let quiet = sound.split(|sample| sample.abs() >= 0.001).map(|run| run.len() as f64 / 48.0);
    quiet.filter(|ms| *ms >= 1.0).collect()
}

fn steepest(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

fn played(events: &[AudioEvent]) -> Duration {
    let finished = events.iter().find_map(|event| match event {
        AudioEvent::PlaybackFinished { played, .. } => Some(*played),
        _ => None,
    });
    finished.unwrap()
}

fn spread(name: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    eprintln!("{name}: median {:.1}, worst {:.1}", values[values.len() / 2], values[values.len() - 1]);
}

/// How many of the sound's 40 ms pieces have a pitch of the vowel's, 110 to 150 Hz, and how many have any.
fn in_tune(sound: &[f32]) -> (usize, usize) {
    let sound: Vec<f32> = sound.chunks_exact(4).map(|four| four.iter().sum::<f32>() / 4.0).collect();
    let (mut in_tune, mut all) = (0, 0);
    for piece in sound.windows(480 + 200).step_by(480) {
        let power = |from: usize| piece[from..from + 480].iter().map(|s| s * s).sum::<f32>();
        if power(0).min(power(200)) < 0.25 {
            continue;
        }
        let alike = |lag: usize| -> f32 {
            let product: f32 = piece[..480].iter().zip(&piece[lag..]).map(|(a, b)| a * b).sum();
            product / (power(0) * power(lag)).sqrt()
        };
        let best = (60..150).max_by(|a, b| alike(*a).total_cmp(&alike(*b))).unwrap();
        all += 1;
        in_tune += usize::from((12_000 / 155..=12_000 / 107).contains(&best));
    }
    (in_tune, all)
}

#[test]
fn a_service_faster_than_real_time_is_heard_without_a_gap() {
    let whole = vowel(24_000 * 8);
    let wanted = untouched(&whole);
    for period_ms in [5, 20] {
        let (mut same, mut untroubled) = (0, 0);
        let mut longer = Vec::new();
        for seed in 0..SEEDS {
            let messages = messages(&whole, 4.0, seed);
            let narrowest = narrowest(&messages);
            let heard = heard(messages, period_ms);
            let longest = silences(&heard.sound).into_iter().fold(0.0, f64::max);
            assert!(longest < 3.0, "a gap of {longest} ms, seed {seed}, {period_ms} ms");
            assert_eq!(played(&heard.events), Duration::from_secs(8), "seed {seed}");
            assert!(steepest(&heard.sound) < 1.2 * steepest(&wanted), "a click, seed {seed}, {period_ms} ms");
            let is_same = is_all_of(&wanted, &heard.sound);
            same += u32::from(is_same);
            // The device takes a whole callback at once.
            if narrowest >= (TARGET_MS + period_ms) as f64 {
                untroubled += 1;
                assert!(is_same, "seed {seed} had {narrowest} ms left and was touched, {period_ms} ms");
            }
            longer.push((heard.sound.len() as f64 - wanted.len() as f64) / 48.0);
        }
        eprintln!("4x, {period_ms} ms: {same} of {SEEDS} sample for sample, {untroubled} had to be");
        spread("  longer by ms", longer);
    }
}

#[test]
fn a_service_at_real_time_pauses_once_at_most() {
    let whole = vowel(24_000 * 20);
    let wanted = untouched(&whole);
    assert_eq!((silences(&wanted), in_tune(&wanted)), (vec![], (499, 499)));
    for period_ms in [5, 20] {
        let (mut silent, mut pauses, mut longer, mut off) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for seed in 0..SEEDS {
            let heard = heard(messages(&whole, 1.0, seed), period_ms);
            let silences = silences(&heard.sound);
            let (silence, gaps) =
                (silences.iter().fold(0.0, |a, b| a + b), silences.iter().filter(|ms| **ms >= 3.0).count());
            assert!(silence <= 100.0 && gaps <= 1, "{gaps} pauses, {silence} ms, seed {seed}, {period_ms} ms");
            silent.push(silence);
            pauses.push(gaps as f64);
            longer.push((heard.sound.len() as f64 - wanted.len() as f64) / 48.0);
            let (in_tune, all) = in_tune(&heard.sound);
            assert!(in_tune + 3 >= all, "{in_tune} of {all} in tune, seed {seed}, {period_ms} ms");
            off.push((all - in_tune) as f64);
            assert_eq!(played(&heard.events), Duration::from_secs(20), "seed {seed}");
            assert!(steepest(&heard.sound) < 1.2 * steepest(&wanted), "a click, seed {seed}, {period_ms} ms");
        }
        eprintln!("1x, {period_ms} ms:");
        spread("  silent ms", silent);
        spread("  rebufferings", pauses);
        spread("  longer by ms", longer);
        spread("  out of tune, of 499", off);
    }
}

#[test]
fn a_burst_of_a_minute_is_the_input_sample_for_sample() {
    let whole = vowel(24_000 * 60);
    for (piece, period_ms) in [(24_000 * 60, 5), (960, 20)] {
        let messages = whole.chunks(piece).map(|pcm| Message { pcm: pcm.to_vec(), at: 0 }).collect();
        let heard = heard(messages, period_ms);
        assert!(is_all_of(&untouched(&whole), &heard.sound), "in pieces of {piece}");
        assert_eq!(played(&heard.events), Duration::from_mins(1));
    }
}

#[test]
fn the_first_message_is_heard_with_the_next_callback() {
    for period_ms in [5, 20] {
        for phase in 0..10 {
            let config = DuplexConfig { period: Duration::from_millis(period_ms), ..DuplexConfig::default() };
            let sim = SimHost::new().with(speaker());
            let clock = sim.clock();
            let rig = Rig::with(sim, config);
            // The speaker is open from an answer before.
            rig.push(1, vowel(2_400));
            rig.send(AudioCommand::EndTurn { turn: 1 });
            rig.run(300);
            rig.sim.advance(Duration::from_millis(2 * phase));
            rig.events();
            let pushed = clock.now();
            rig.push(2, vowel(4_800));
            rig.run(100);
            let at = rig.events().iter().find_map(|event| match event {
                AudioEvent::PlaybackStarted { turn: 2, at } => Some(*at),
                _ => None,
            });
            let wait = at.unwrap() - pushed;
            assert!(wait <= Duration::from_millis(period_ms), "{wait:?}");
        }
    }
}
