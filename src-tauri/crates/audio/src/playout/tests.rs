#![allow(clippy::unwrap_used, clippy::expect_used)]
use std::f64::consts::TAU;

use super::*;

const HUNDRED_MS: usize = 2_400;
const MS: u64 = 1_000_000;

/// A ring of 24 kHz that wants 20 ms, 15 ms at least.
fn empty_ring() -> Room {
    Room { held: 0, least: 360, full: 480 }
}

fn sine(samples: usize, hertz: f64) -> Vec<i16> {
    (0..samples).map(|i| (10_000.0 * (TAU * hertz * i as f64 / 24_000.0).sin()) as i16).collect()
}

fn all(playout: &mut Playout) -> (Vec<f32>, Vec<Pulled>) {
    let (mut out, mut steps) = (Vec::new(), Vec::new());
    while let Some(step) = playout.pull(0, empty_ring(), &mut out) {
        steps.push(step);
    }
    (out, steps)
}

/// Plays 20 ms every 20 ms, pushing 20 ms of `sound` at each of the `times` in ms; what was given and which of it was added.
fn played(playout: &mut Playout, sound: &[i16], times: &[u64]) -> (Vec<f32>, usize) {
    let (mut out, mut added, mut held) = (Vec::new(), 0, 0);
    let mut messages = times.iter().zip(sound.chunks(480)).peekable();
    for now in (0..times.last().unwrap() + 200).step_by(20) {
        while let Some((_, pcm)) = messages.next_if(|(at, _)| **at <= now) {
            playout.push(1, pcm.to_vec(), 24_000, now * MS);
        }
        if messages.peek().is_none() {
            playout.end_turn(1);
        }
        let room = Room { held, least: 720, full: 960 };
        while let Some(step) = playout.pull(now * MS, Room { held, ..room }, &mut out) {
            held += step.samples;
            added += step.added;
        }
        held = held.saturating_sub(480);
    }
    (out, added)
}

#[test]
fn a_minute_in_one_burst_comes_out_whole_and_its_memory_is_given_back() {
    let mut playout = Playout::new(48_000);
    for _ in 0..1_500 {
        playout.push(1, vec![100; 960], 24_000, 0);
    }
    let most = playout.held();
    assert!((1_440_000..1_600_000).contains(&most), "{most} samples");
    let mut out = Vec::new();
    while out.len() < 48_000 * 59 {
        let room = Room { held: 0, least: 960, full: 1_920 };
        assert_eq!(playout.pull(0, room, &mut out).unwrap().added, 0);
    }
    let rest = playout.held();
    assert!(rest < 24_000 + 3_000, "{rest} samples");
    playout.end_turn(1);
    let steps = all(&mut playout);
    assert_eq!(out.len() + steps.0.len(), 48_000 * 60);
    assert!(steps.1.last().unwrap().complete && playout.is_empty());
    assert_eq!(playout.held(), 0);
}

#[test]
fn sound_begins_at_the_target_or_when_that_much_time_is_gone_or_at_the_turns_end() {
    let mut playout = Playout::new(24_000);
    let begins = |playout: &mut Playout, at| playout.pull(at * MS, empty_ring(), &mut Vec::new()).is_some();
    playout.push(1, vec![1; 1_439], 24_000, 0);
    assert!(!begins(&mut playout, 0));
    playout.push(1, vec![1; 2], 24_000, 0);
    assert!(begins(&mut playout, 0));

    playout.flush(1);
    playout.push(2, vec![1; 480], 24_000, 1_000 * MS);
    assert!(!begins(&mut playout, 1_059));
    assert!(begins(&mut playout, 1_060));

    playout.flush(2);
    playout.push(3, vec![1; 24], 24_000, 2_000 * MS);
    assert!(!begins(&mut playout, 2_000));
    playout.end_turn(3);
    assert!(playout.pull(2_000 * MS, empty_ring(), &mut Vec::new()).unwrap().complete);
}

#[test]
fn a_turn_that_ran_dry_goes_on_with_the_first_sound_that_comes() {
    let mut playout = Playout::new(24_000);
    playout.push(1, sine(HUNDRED_MS, 200.0), 24_000, 0);
    let given = all(&mut playout).0.len();
    assert!(given > HUNDRED_MS, "{given}: the gap was bridged");
    assert!(playout.starved() && !playout.starved());
    playout.push(1, sine(240, 200.0), 24_000, 300 * MS);
    let room = Room { held: 0, least: 240, full: 480 };
    let resumed = Pulled { turn: 1, samples: 240, added: 0, complete: false };
    assert_eq!(playout.pull(300 * MS, room, &mut Vec::new()), Some(resumed));
    assert_eq!(playout.bridged(), 1);
}

#[test]
fn a_turn_that_ran_dry_raises_the_target() {
    let mut playout = Playout::new(24_000);
    assert_eq!(playout.target(), Duration::from_millis(60));
    playout.push(1, sine(HUNDRED_MS, 200.0), 24_000, 0);
    all(&mut playout);
    playout.push(1, sine(240, 200.0), 24_000, 220 * MS);
    assert_eq!(playout.target(), Duration::from_millis(150));
}

#[test]
fn a_turn_whose_sound_came_is_not_touched() {
    let sound = sine(24_000, 200.0);
    let early: Vec<u64> = (0..50).map(|i: u64| (i * 20).saturating_sub(120)).collect();
    let (out, added) = played(&mut Playout::new(24_000), &sound, &early);
    assert_eq!(added, 0);
    let wanted: Vec<f32> = sound.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    assert!(out == wanted);
}

#[test]
fn what_comes_late_is_made_longer_without_another_pitch() {
    let sound = sine(24_000, 200.0);
    // Half a second that takes 600 ms: each message 4 ms later than the one before.
    let late: Vec<u64> = (0..50).map(|i: u64| (i * 20).saturating_sub(80) + (4 * i).min(100)).collect();
    let (out, added) = played(&mut Playout::new(24_000), &sound, &late);
    assert_eq!(out.len(), sound.len() + added);
    assert!((480..3_600).contains(&added), "{added} samples more");
    let periods = out.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    let wanted = out.len() / 120;
    assert!(periods.abs_diff(wanted) <= 2, "{periods} periods for {wanted}");
    let steepest = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.018, "a step of {steepest}, the sine's is 0.016");
}

#[test]
fn turns_follow_each_other_without_mixing() {
    let mut playout = Playout::new(24_000);
    playout.push(1, vec![100; HUNDRED_MS], 24_000, 0);
    playout.push(2, vec![-100; HUNDRED_MS], 24_000, 0);
    playout.end_turn(2);
    let (out, steps) = all(&mut playout);
    assert!(out[..HUNDRED_MS].iter().all(|sample| *sample > 0.0));
    assert!(out[HUNDRED_MS..].iter().all(|sample| *sample < 0.0));
    let complete: Vec<u64> = steps.iter().filter(|s| s.complete).map(|s| s.turn).collect();
    assert_eq!(complete, [1, 2]);
}

#[test]
fn what_comes_late_for_a_flushed_turn_is_refused() {
    let mut playout = Playout::new(24_000);
    playout.push(3, vec![1; HUNDRED_MS], 24_000, 0);
    let cut = playout.flush(3);
    let dropped = Duration::from_millis(100);
    assert_eq!(cut, [Cut { turn: 3, dropped }]);
    assert!(!playout.push(3, vec![1; HUNDRED_MS], 24_000, 0));
    assert!(!playout.push(2, vec![1; HUNDRED_MS], 24_000, 0));
    assert!(!playout.end_turn(3));
    assert!(playout.push(4, vec![1; HUNDRED_MS], 24_000, 0));
}

#[test]
fn a_flush_leaves_later_turns_alone() {
    let mut playout = Playout::new(24_000);
    playout.push(1, vec![100; HUNDRED_MS], 24_000, 0);
    playout.push(2, vec![-100; HUNDRED_MS], 24_000, 0);
    playout.flush(1);
    playout.end_turn(2);
    assert_eq!(all(&mut playout).0.len(), HUNDRED_MS);
}

#[test]
fn beyond_ten_minutes_the_oldest_goes_and_is_counted() {
    let mut playout = Playout::new(24_000);
    for _ in 0..605 {
        playout.push(1, vec![1; 24_000], 24_000, 0);
    }
    assert_eq!(playout.take_overflow(), Duration::from_secs(5));
    assert_eq!(playout.take_overflow(), Duration::ZERO);
    let dropped = Duration::from_secs(605);
    assert_eq!(playout.flush(1), [Cut { turn: 1, dropped }]);
}

#[test]
fn a_turn_without_sound_still_ends() {
    let mut playout = Playout::new(24_000);
    playout.end_turn(5);
    let nothing = Pulled { turn: 5, samples: 0, added: 0, complete: true };
    assert_eq!(playout.pull(0, empty_ring(), &mut Vec::new()), Some(nothing));
}
