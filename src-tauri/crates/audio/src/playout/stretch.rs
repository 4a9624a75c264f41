//! Speech made longer without changing its pitch: one pitch period more, woven in where the signal repeats itself.
//!
//! The natural continuation is cross-faded into the period before it; what follows that period is the continuation, so
//! both ends fit. Sound that doesn't repeat itself (an attack, a hiss) is left alone as long as possible.

use super::tail::Tail;

/// Above this much likeness (1: the same) a repetition isn't noticed.
const ALIKE: f32 = 0.6;

/// What is good enough rather than a gap.
const ALIKE_ENOUGH: f32 = 0.2;

/// Mean power below -50 dBFS is the silence between words.
const SILENCE: f32 = 1e-5;

/// Periods that differ by more than this in power (6 dB) aren't mixed: an attack would be heard twice.
const LEVELS: f32 = 4.0;

/// How willingly sound is made longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Not at all.
    Natural,
    /// By an eighth at most, and only where it can't be noticed.
    Eased,
    /// By a third at most.
    Slow,
}

/// Where a signal repeats itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Repeat {
    /// Samples from one period to the next.
    pub(super) lag: usize,
    /// From -1 to 1 (the same, in shape and level).
    pub(super) likeness: f32,
    /// Mean power of what was compared, 1 for full scale.
    pub(super) power: f32,
}

/// Finds the lag, 2.5 to 15 ms, after which 10 ms of `line` from `at` on are most like before. `None` when there is too
/// little of either.
pub(super) fn repeat(line: &[f32], at: usize, rate: u32) -> Option<Repeat> {
    let rate = rate as usize;
    let (shortest, longest) = (rate / 400, (rate * 3 / 200).min(at));
    let window = rate / 100;
    let here = line.get(at..at + window).filter(|_| shortest > 0 && shortest <= longest)?;
    let alike = |lag: usize, step: usize| compare(here, &line[at - lag..at - lag + window], lag, step);
    let best = |a: Repeat, b: Repeat| if b.likeness > a.likeness { b } else { a };
    let rough = (shortest..=longest).step_by(2).map(|lag| alike(lag, 4)).reduce(best)?;
    let around = rough.lag.saturating_sub(1).max(shortest)..=(rough.lag + 1).min(longest);
    around.map(|lag| alike(lag, 1)).reduce(best)
}

/// Every `step`th sample is enough to find the way: looking at all of them at every lag takes 240 µs.
fn compare(here: &[f32], there: &[f32], lag: usize, step: usize) -> Repeat {
    let (mut product, mut power, mut count) = (0.0, 0.0, 0);
    for (a, b) in here.iter().zip(there).step_by(step) {
        product += a * b;
        power += a * a + b * b;
        count += 2;
    }
    let likeness = if power > 0.0 { 2.0 * product / power } else { 1.0 };
    Repeat { lag, likeness, power: power / count.max(1) as f32 }
}

/// Puts a period into `extra` that fits between `tail` and the `coming` samples, if `pace` allows one here.
pub(super) fn lengthen(tail: &mut Tail, coming: &[f32], pace: Pace, extra: &mut Vec<f32>) -> bool {
    extra.clear();
    if pace == Pace::Natural || !tail.may_repeat(1) {
        return false;
    }
    let rate = tail.rate();
    let Some(found) = tail.with(coming, |line, at| repeat(line, at, rate)) else {
        return false;
    };
    let is_silence = found.power < SILENCE;
    let (enough, apart) = match pace {
        _ if is_silence => (-1.0, 1),
        Pace::Eased => (ALIKE, 8),
        _ => (ALIKE_ENOUGH, 3),
    };
    let lag = if is_silence { (rate as usize / 100).min(tail.heard().len()) } else { found.lag };
    if found.likeness < enough || lag > coming.len() || !tail.may_repeat(apart) {
        return false;
    }
    let before = &tail.heard()[tail.heard().len() - lag..];
    let (old, new) = (energy(before), energy(&coming[..lag]));
    if !is_silence && old.min(new) * LEVELS < old.max(new) {
        return false;
    }
    let step = 1.0 / (lag + 1) as f32;
    let woven = coming.iter().zip(before).zip(1..).map(|((new, old), i)| new + (old - new) * (i as f32 * step));
    extra.extend(woven);
    tail.repeated(extra);
    true
}

fn energy(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::f32::consts::TAU;

    use super::*;

    const RATE: u32 = 24_000;

    fn tone(samples: usize, hertz: f32) -> Vec<f32> {
        (0..samples).map(|i| 0.5 * (TAU * hertz * i as f32 / RATE as f32).sin()).collect()
    }

    fn noise(samples: usize, level: f32) -> Vec<f32> {
        let mut random = fastrand::Rng::with_seed(7);
        (0..samples).map(|_| (random.f32() - 0.5) * level).collect()
    }

    fn heard(sound: &[f32]) -> Tail {
        let mut tail = Tail::new(RATE);
        tail.passed(sound);
        tail
    }

    #[test]
    fn the_pitch_is_found_from_a_low_voice_to_a_childs() {
        for hertz in [75.0_f32, 110.0, 160.0, 240.0, 380.0] {
            let found = repeat(&tone(960, hertz), 600, RATE).unwrap();
            let periods = found.lag as f32 * hertz / RATE as f32;
            assert!((periods - periods.round()).abs() < 0.04, "{periods} periods of {hertz} Hz");
            assert!(found.likeness > 0.98);
        }
    }

    #[test]
    fn a_period_more_fits_at_both_ends() {
        let sound = tone(960 + 360, 150.0);
        let mut extra = Vec::new();
        assert!(lengthen(&mut heard(&sound[..960]), &sound[960..], Pace::Slow, &mut extra));
        assert_eq!(extra.len() % 160, 0);
        let joined = [&sound[..960], &extra, &sound[960..]].concat();
        let steepest = joined.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.5 * TAU * 150.0 / 24_000.0 * 1.05, "a step of {steepest}");
    }

    #[test]
    fn an_attack_is_not_repeated() {
        let mut tail = heard(&noise(960, 0.01));
        let mut extra = Vec::new();
        assert!(!lengthen(&mut tail, &tone(360, 150.0), Pace::Slow, &mut extra));
    }

    #[test]
    fn hiss_is_left_alone_where_nothing_is_urgent() {
        let sound = noise(960 + 360, 0.5);
        let mut extra = Vec::new();
        assert!(!lengthen(&mut heard(&sound[..960]), &sound[960..], Pace::Eased, &mut extra));
    }

    #[test]
    fn speech_grows_by_a_third_at_most_and_by_an_eighth_at_ease_and_silence_by_as_much_again() {
        let quiet = noise(24_000, 0.001);
        for (sound, pace, share) in [
            (tone(24_000, 150.0), Pace::Slow, 0.334),
            (tone(24_000, 150.0), Pace::Eased, 0.126),
            (quiet, Pace::Eased, 1.0),
        ] {
            let (mut tail, mut extra, mut added) = (heard(&sound[..960]), Vec::new(), 0);
            for at in (960..24_000 - 360).step_by(240) {
                if lengthen(&mut tail, &sound[at..at + 360], pace, &mut extra) {
                    added += extra.len();
                }
                tail.passed(&sound[at..at + 240]);
            }
            let found = added as f64 / 23_000.0;
            assert!((share * 0.6..=share + 0.01).contains(&found), "{found} for {share}");
        }
    }

    #[test]
    fn too_little_sound_is_left_alone() {
        let mut extra = Vec::new();
        assert!(!lengthen(&mut Tail::new(RATE), &tone(360, 150.0), Pace::Slow, &mut extra));
        assert!(!lengthen(&mut heard(&tone(960, 150.0)), &tone(100, 150.0), Pace::Slow, &mut extra));
    }
}
