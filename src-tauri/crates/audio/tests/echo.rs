//! Echo cancelling in synthetic rooms: how much is removed, how soon, and what is left of somebody who speaks meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{sync::OnceLock, time::Duration};

use vivavoce_audio::{
    EchoState, Processing,
    sim::room::{Heard, Room},
};

const SECOND: usize = 16_000;

/// The echo removed 3 s after the beginning and later, in dB, at least.
const REMOVED_DB: f32 = 35.0;

/// Echo cancelling and noise suppression; gain control would hide what they do to the level.
const CANCEL: Processing = Processing { gain: false, ..Processing::ALL };

/// How late the echo is, with a device's period; only devices with short callbacks are quick.
const DELAYS: [(Duration, Duration); 5] = [
    (Duration::from_millis(20), Duration::from_millis(5)),
    (Duration::from_millis(60), Duration::from_millis(10)),
    (Duration::from_millis(120), Duration::from_millis(10)),
    (Duration::from_millis(200), Duration::from_millis(10)),
    (Duration::from_millis(300), Duration::from_millis(10)),
];

const FAR: &str = "The library opens at nine in the morning. You will find the maps on the second floor, next to the window. \
    If you need any help, please ask the person at the desk, who knows where everything is kept.";
const NEAR: &str = "Wait a moment, I would like to ask about the trains to the coast tomorrow.";

fn spoken(text: &str) -> Vec<f32> {
    vivavoce_rig::speak(text).unwrap().resampled(16_000, 7_000.0).samples
}

/// Half a minute of the far side at a usual loudness.
fn far() -> &'static [f32] {
    static FAR_SIDE: OnceLock<Vec<f32>> = OnceLock::new();
    FAR_SIDE.get_or_init(|| {
        let voice = spoken(FAR);
        voice.iter().cycle().take(24 * SECOND).map(|sample| 0.5 * sample).collect()
    })
}

fn silence() -> Vec<f32> {
    vec![0.0; far().len()]
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32
}

fn decibels(ratio: f32) -> f32 {
    10.0 * ratio.max(1e-12).log10()
}

/// What is removed of the echo between two seconds; the room's noise isn't echo.
fn removed(heard: &Heard, from: usize, to: usize) -> f32 {
    let span = from * SECOND..to * SECOND;
    decibels(power(&heard.echo[span.clone()]) / power(&heard.sent[span]))
}

#[track_caller]
fn assert_removed(name: &str, room: Room) -> Heard {
    let heard = room.hold(CANCEL, far(), &silence());
    let (early, late) = (removed(&heard, 3, 10), removed(&heard, 14, 23));
    eprintln!("{name}: {early:.1} dB from second 3 to 10, {late:.1} dB at the end; {:?}", heard.report);
    assert!(early >= REMOVED_DB && late >= REMOVED_DB, "{name}: {early} dB and {late} dB");
    heard
}

#[test]
fn the_echo_is_gone_after_three_seconds_at_any_delay_and_loudness() {
    for echo_db in [-6.0, 0.0] {
        for (delay, period) in DELAYS {
            let room = Room { delay, period, echo_db, ..Room::default() };
            let heard = assert_removed(&format!("{} ms at {echo_db} dB", delay.as_millis()), room);
            assert_eq!(heard.report.state, EchoState::Converged);
            assert!(heard.report.removed_db.unwrap() >= 25.0, "the meter says {:?}", heard.report);
        }
    }
}

#[test]
fn clocks_two_hundred_millionths_apart_make_no_difference() {
    for drift_ppm in [-200.0, 200.0] {
        assert_removed(&format!("drift {drift_ppm} ppm"), Room { drift_ppm, ..Room::default() });
    }
}

#[test]
fn callbacks_of_twenty_milliseconds_that_come_late_make_no_difference() {
    let room = Room { period: Duration::from_millis(20), jitter: Duration::from_millis(8), ..Room::default() };
    assert_removed("late callbacks", room);
}

#[test]
fn a_delay_that_changes_is_learnt_again_within_three_seconds() {
    for (first, second) in [(60, 200), (200, 40)] {
        let later = Some(Duration::from_millis(second));
        let room = Room { delay: Duration::from_millis(first), later, ..Room::default() };
        let heard = room.hold(CANCEL, far(), &silence());
        let (before, after) = (removed(&heard, 3, 11), removed(&heard, 15, 23));
        eprintln!("{first} then {second} ms: {before:.1} dB before, {after:.1} dB from 3 s after");
        assert!(before >= REMOVED_DB && after >= REMOVED_DB, "{first} then {second}: {before} and {after} dB");
    }
}

#[test]
fn noise_like_speech_in_the_room_is_no_obstacle() {
    assert_removed("noise of -55 dBFS", Room { noise_dbfs: -55.0, ..Room::default() });
}

#[test]
fn who_speaks_over_the_echo_is_kept() {
    let mut near = silence();
    let voice = spoken(NEAR);
    let begin = 10 * SECOND;
    near[begin..begin + voice.len()].iter_mut().zip(&voice).for_each(|(slot, sample)| *slot = 0.5 * sample);
    for (delay, period) in DELAYS {
        for echo_db in [-6.0, 0.0] {
            let room = Room { delay, period, echo_db, ..Room::default() };
            let heard = room.hold(CANCEL, far(), &near);
            let span = begin..begin + voice.len();
            let change = decibels(power(&heard.sent[span.clone()]) / power(&near[span.clone()]));
            let alike = envelope_correlation(&near[span.clone()], &heard.sent[span]);
            let name = format!("double talk, {} ms at {echo_db} dB", delay.as_millis());
            eprintln!("{name}: level {change:.1} dB, envelope {alike:.2}");
            assert!(change.abs() <= 3.0, "{name}: the level of the voice changes by {change} dB");
            assert!(alike >= 0.75, "{name}: the envelopes correlate by {alike}");
        }
    }
}

#[test]
fn without_cancelling_the_echo_stays_so_that_these_tests_can_fail() {
    let heard = Room::default().hold(Processing { echo: false, ..CANCEL }, far(), &silence());
    assert!(removed(&heard, 3, 10) < 10.0);
}

/// How alike two sounds' loudness runs, 20 ms by 20 ms.
fn envelope_correlation(a: &[f32], b: &[f32]) -> f32 {
    let envelope = |samples: &[f32]| samples.chunks_exact(320).map(|block| power(block).sqrt()).collect::<Vec<_>>();
    let (a, b) = (envelope(a), envelope(b));
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let covariance: f32 = a.iter().zip(&b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum();
    let spread = |values: &[f32], mean: f32| values.iter().map(|value| (value - mean).powi(2)).sum::<f32>().sqrt();
    covariance / (spread(&a, mean_a) * spread(&b, mean_b))
}
