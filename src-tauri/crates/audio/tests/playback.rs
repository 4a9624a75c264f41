//! From the service's sound to the speaker: whole, in order, and silent at once when cut.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{f64::consts::TAU, time::Duration};

use support::{Rig, speaker};
use vivavoce_audio::{
    AudioCommand, AudioEvent, DuplexConfig, FLOOR_DBFS,
    sim::{SimHost, SimSpec},
};

fn sine(seconds: f32, amplitude: f32) -> Vec<i16> {
    (0..(24_000.0 * seconds) as usize)
        .map(|i| (f64::from(amplitude) * 32_767.0 * (TAU * 440.0 * i as f64 / 24_000.0).sin()) as i16)
        .collect()
}

fn level(value: i16, ms: usize) -> Vec<i16> {
    vec![value; 24 * ms]
}

fn loudest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// How many milliseconds at 48 kHz until nothing but silence follows.
fn silence_after(samples: &[f32]) -> f64 {
    let last = samples.iter().rposition(|sample| sample.abs() > 1e-4);
    last.map_or(0.0, |last| (last + 1) as f64 / 48.0)
}

fn flushed(events: &[AudioEvent]) -> Vec<(u64, Duration, Duration)> {
    events
        .iter()
        .filter_map(|event| match event {
            AudioEvent::PlaybackFlushed { turn, played, dropped } => Some((*turn, *played, *dropped)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_burst_of_a_minute_is_heard_whole() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(1, sine(60.0, 0.5));
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(61_000);
    let events = rig.news();
    assert!(matches!(events[0], AudioEvent::OutputLive { rate: 48_000, channels: 2, .. }));
    assert!(matches!(events[1], AudioEvent::PlaybackStarted { turn: 1, .. }));
    let played = Duration::from_mins(1);
    assert_eq!(events[2..], [AudioEvent::PlaybackFinished { turn: 1, played }]);
    let heard = rig.sim.played("speaker", 0);
    assert_eq!(heard, rig.sim.played("speaker", 1));
    let begin = heard.iter().position(|sample| *sample != 0.0).unwrap();
    let wanted = |i: usize| (0.5 * (TAU * 440.0 * i as f64 / 48_000.0).sin()) as f32;
    let worst = (2_000..48_000 * 60 - 2_000)
        .map(|i| (heard[begin + i] - wanted(i + 1)).abs().min((heard[begin + i] - wanted(i)).abs()))
        .fold(0.0, f32::max);
    assert!(worst < 0.01, "off by {worst}");
}

#[test]
fn pieces_pushed_one_by_one_join_without_a_seam() {
    let rig = Rig::new(SimHost::new().with(speaker().callbacks(&[97, 1_024, 480])));
    let whole = sine(2.0, 0.5);
    for piece in whole.chunks(777) {
        rig.push(1, piece.to_vec());
        rig.run(10);
    }
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(2_500);
    let heard = rig.sim.played("speaker", 0);
    let begin = heard.iter().position(|sample| *sample != 0.0).unwrap();
    let step = |samples: &[f32]| (samples[1] - samples[0]).abs();
    let steepest = heard[begin + 1_000..begin + 95_000].windows(2).map(step).fold(0.0, f32::max);
    assert!(f64::from(steepest) < 0.5 * TAU * 440.0 / 48_000.0 * 1.05, "a step of {steepest}");
    assert!(!rig.news().iter().any(|event| matches!(event, AudioEvent::Underrun { .. })));
}

#[test]
fn a_flush_is_silence_within_a_period_and_five_milliseconds_without_a_click() {
    for period_ms in [5, 10, 20] {
        for phase in 0..4 {
            let period = Duration::from_millis(period_ms);
            let config = DuplexConfig { period, ..DuplexConfig::default() };
            let rig = Rig::with(SimHost::new().with(speaker()), config);
            rig.push(1, sine(10.0, 0.8));
            rig.run(500 + phase * 5);
            let before = rig.sim.played("speaker", 0);
            // What the device already holds when the order is given is sounding now.
            let clock_ms = 500 + phase * 5;
            let sounding = before.len() as f64 / 48.0 - clock_ms as f64;
            rig.send(AudioCommand::Flush { up_to_turn: 1 });
            rig.run(500);
            let after = rig.sim.played("speaker", 0)[before.len()..].to_vec();
            let took = sounding + silence_after(&after);
            assert!(took <= period_ms as f64 + 5.0, "{took} ms with {period_ms} ms");
            let joined: Vec<f32> = before[before.len() - 1..].iter().chain(&after).copied().collect();
            let step = |samples: &[f32]| (samples[1] - samples[0]).abs();
            let steepest = joined.windows(2).map(step).fold(0.0, f32::max);
            // The sine itself climbs by 0.046 a sample, the fade by 0.0033.
            assert!(steepest < 0.051, "a step of {steepest}");
        }
    }
}

#[test]
fn nothing_of_a_cut_turn_is_heard_later() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(1, level(10_000, 3_000));
    rig.run(300);
    rig.send(AudioCommand::Flush { up_to_turn: 1 });
    rig.push(1, level(10_000, 3_000));
    rig.run(100);
    let cut = rig.sim.played("speaker", 0).len();
    rig.push(1, level(10_000, 100));
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(500);
    assert!(loudest(&rig.sim.played("speaker", 0)[cut..]) < 1e-6);
    rig.push(2, level(-5_000, 200));
    rig.send(AudioCommand::EndTurn { turn: 2 });
    rig.run(500);
    let later = rig.sim.played("speaker", 0)[cut..].to_vec();
    assert!(later.iter().all(|sample| *sample < 0.03), "turn 1 is above zero, turn 2 below");
    assert!(loudest(&later) > 0.1);
}

#[test]
fn a_cut_turn_knows_what_was_heard_and_what_was_not() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(7, level(8_000, 3_000));
    rig.run(1_000);
    rig.send(AudioCommand::Flush { up_to_turn: 7 });
    rig.run(100);
    let events = rig.news();
    let [(7, played, dropped)] = flushed(&events)[..] else {
        panic!("{events:?}");
    };
    let heard = rig.sim.played("speaker", 0);
    let sounding = heard.iter().filter(|sample| sample.abs() > 0.0).count() as f64 / 48_000.0;
    // The last sample of the fade is zero.
    assert!((played.as_secs_f64() - sounding).abs() < 0.001, "{played:?} for {sounding}");
    // The resampler holds less than 30 ms.
    let whole = (played + dropped).as_secs_f64();
    assert!((2.97..=3.0).contains(&whole), "{whole}");
    let finished = |event: &AudioEvent| matches!(event, AudioEvent::PlaybackFinished { .. });
    assert!(!events.iter().any(finished));
}

#[test]
fn a_new_turn_may_follow_a_flush_at_once() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(1, level(10_000, 3_000));
    rig.run(300);
    rig.handle.send(AudioCommand::Flush { up_to_turn: 1 });
    rig.push(2, level(-10_000, 300));
    rig.send(AudioCommand::EndTurn { turn: 2 });
    rig.run(600);
    let events = rig.news();
    assert_eq!(flushed(&events).len(), 1);
    let played = Duration::from_millis(300);
    assert!(events.contains(&AudioEvent::PlaybackFinished { turn: 2, played }));
}

#[test]
fn turns_sound_one_after_another() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(1, level(10_000, 200));
    rig.push(2, level(-10_000, 200));
    rig.send(AudioCommand::EndTurn { turn: 2 });
    rig.run(800);
    let heard = rig.sim.played("speaker", 0);
    let negative = heard.iter().position(|sample| *sample < -0.1).unwrap();
    assert!(heard[negative + 500..].iter().all(|sample| *sample <= 0.03));
    let told: Vec<u64> = rig
        .news()
        .iter()
        .filter_map(|event| match event {
            AudioEvent::PlaybackFinished { turn, .. } => Some(*turn),
            _ => None,
        })
        .collect();
    assert_eq!(told, [1, 2]);
}

#[test]
fn playback_started_is_when_the_device_took_the_first_sample() {
    let sim = SimHost::new().with(speaker());
    let clock = sim.clock();
    let rig = Rig::new(sim);
    rig.run(100);
    let pushed = clock.now();
    rig.push(1, level(1_000, 500));
    rig.run(200);
    let at = rig.news().iter().find_map(|event| match event {
        AudioEvent::PlaybackStarted { at, .. } => Some(*at),
        _ => None,
    });
    let wait = at.unwrap() - pushed;
    assert!(wait <= Duration::from_millis(20), "{wait:?}");
}

#[test]
fn a_turn_without_sound_ends_without_a_device() {
    let rig = Rig::new(SimHost::new());
    rig.send(AudioCommand::EndTurn { turn: 4 });
    let played = Duration::ZERO;
    assert_eq!(rig.news(), [AudioEvent::PlaybackFinished { turn: 4, played }]);
}

#[test]
fn running_dry_in_mid_turn_is_told_and_silence_between_turns_is_not() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(1, level(1_000, 200));
    rig.run(1_500);
    let underruns =
        |events: &[AudioEvent]| events.iter().filter(|event| matches!(event, AudioEvent::Underrun { .. })).count();
    assert_eq!(underruns(&rig.news()), 1);
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(1_500);
    assert_eq!(underruns(&rig.news()), 0);
}

#[test]
fn the_test_tone_is_on_the_left_then_on_the_right() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.send(AudioCommand::TestTone { seconds: 1.0 });
    rig.run(1_300);
    let (left, right) = (rig.sim.played("speaker", 0), rig.sim.played("speaker", 1));
    let begin = left.iter().position(|sample| *sample != 0.0).unwrap();
    assert!(loudest(&right[..begin + 23_900]) < 1e-6);
    assert!((loudest(&left[begin..begin + 23_900]) - 0.1).abs() < 0.001);
    assert!(loudest(&left[begin + 24_000..]) < 1e-6);
    assert!((loudest(&right[begin + 24_000..]) - 0.1).abs() < 0.001);
}

#[test]
fn the_output_level_is_what_was_played() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.push(1, level(3_277, 1_000));
    rig.run(500);
    let levels: Vec<f32> = rig
        .events()
        .iter()
        .filter_map(|event| match event {
            AudioEvent::Levels { output_dbfs, .. } => Some(*output_dbfs),
            _ => None,
        })
        .collect();
    assert!(levels.iter().all(|level| *level >= FLOOR_DBFS));
    assert!((levels.last().unwrap() + 20.0).abs() < 0.2, "{levels:?}");
}

#[test]
fn devices_with_huge_callbacks_are_fed() {
    let rig = Rig::new(SimHost::new().with(SimSpec::output("speaker").callbacks(&[8_192])));
    rig.push(1, sine(3.0, 0.5));
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(4_500);
    let events = rig.news();
    let underruns: u64 = events
        .iter()
        .map(|event| match event {
            AudioEvent::Underrun { frames } => *frames,
            _ => 0,
        })
        .sum();
    // The first callback tells how large they are.
    assert!(underruns <= 8_192, "{underruns}");
    let played = Duration::from_secs(3);
    assert!(events.contains(&AudioEvent::PlaybackFinished { turn: 1, played }));
}
