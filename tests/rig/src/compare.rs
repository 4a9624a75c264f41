//! Does a recording hold what was played: where, how alike, whole, and where does it fall silent?

use std::time::Duration;

use crate::fft;
use crate::signal::{Signal, decibels};

/// The rate at which signals are compared, samples a second.
const RATE: u32 = 16_000;
/// The telephone band: resamplers differ above it, and no dropped sample hides below it.
const SPEECH_BAND: f64 = 3400.0;
/// The piece of sound looked at for its own place in the recording.
const BLOCK: Duration = Duration::from_millis(100);
/// Blocks quieter than this have no place of their own.
const AUDIBLE: f32 = -45.0;

/// Where and how well one signal was found in another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// How much later than in the recording's start the reference begins.
    pub delay: Duration,
    /// Normalised correlation at that place: 1 is the same sound at any level.
    pub correlation: f64,
    /// How alike the loudness of both runs there, 20 ms by 20 ms; 1 is the same. Says whether speech is whole after a processing
    /// that changes its phase and level, which correlation doesn't survive.
    pub envelope: f64,
    /// Level of the recording there minus the level of the reference, in decibels.
    pub gain: f32,
    /// The largest difference between the delay of any loud 100 ms piece and the overall delay, in samples at 16 kHz.
    ///
    /// A lost or doubled sample moves everything after it, so 0 means: none lost, none doubled.
    pub drift: u32,
    /// How many loud pieces `drift` was measured on.
    pub pieces: usize,
}

/// Finds `reference` in `heard`, both reduced to the speech band.
///
/// `None` when the recording is shorter than the reference or one of them is silent.
pub fn find(reference: &Signal, heard: &Signal) -> Option<Match> {
    let reference = reference.resampled(RATE, SPEECH_BAND);
    let heard = heard.resampled(RATE, SPEECH_BAND);
    let lag = best_lag(&reference.samples, &heard.samples)?;
    let part = &heard.samples[lag..lag + reference.samples.len()];
    let (drift, pieces) = drift(&reference, &heard, lag);
    Some(Match {
        delay: heard.time_at(lag),
        correlation: correlation(&reference.samples, part),
        envelope: envelope(&reference.samples, part),
        gain: decibels(part) - decibels(&reference.samples),
        drift,
        pieces,
    })
}

/// The longest stretch below `threshold` (dBFS) between the first and the last louder moment, in steps of 1 ms.
pub fn longest_gap(signal: &Signal, threshold: f32) -> Duration {
    let loud = loud_milliseconds(signal, threshold);
    let gaps = loud.windows(2).map(|pair| pair[1] - pair[0] - 1);
    Duration::from_millis(gaps.max().unwrap_or(0) as u64)
}

/// The first instant louder than `threshold` (dBFS) at or after `from`, to 1 ms.
pub fn first_sound(signal: &Signal, from: Duration, threshold: f32) -> Option<Duration> {
    let from_ms = from.as_millis() as usize;
    loud_milliseconds(signal, threshold)
        .into_iter()
        .find(|ms| *ms >= from_ms)
        .map(|ms| Duration::from_millis(ms as u64))
}

/// The end of the last instant louder than `threshold` (dBFS), to 1 ms.
pub fn last_sound(signal: &Signal, threshold: f32) -> Option<Duration> {
    loud_milliseconds(signal, threshold).last().map(|ms| Duration::from_millis(*ms as u64 + 1))
}

/// When the sound stops: the first instant at or after `from` that begins `quiet` or more of silence.
///
/// `None` when the recording ends before so much silence was heard.
pub fn silent_from(signal: &Signal, from: Duration, quiet: Duration, threshold: f32) -> Option<Duration> {
    let total = signal.length();
    let mut start = from;
    for ms in loud_milliseconds(signal, threshold) {
        let at = Duration::from_millis(ms as u64);
        if at < from {
            continue;
        }
        if at >= start + quiet {
            break;
        }
        start = at + Duration::from_millis(1);
    }
    (start + quiet <= total).then_some(start)
}

/// The lag at which the normalised correlation is highest.
fn best_lag(reference: &[f32], heard: &[f32]) -> Option<usize> {
    let lags = (heard.len() + 1).checked_sub(reference.len()).filter(|_| !reference.is_empty())?;
    let sums = fft::correlate(reference, heard);
    let mut energy: f64 = heard[..reference.len()].iter().map(|s| f64::from(*s).powi(2)).sum();
    let floor = 1e-7 * reference.len() as f64;
    let mut best: Option<(usize, f64)> = None;
    for lag in 0..lags {
        if energy > floor {
            let score = sums[lag] / energy.sqrt();
            if best.is_none_or(|(_, top)| score > top) {
                best = Some((lag, score));
            }
        }
        if let Some(next) = heard.get(lag + reference.len()) {
            energy += f64::from(*next).powi(2) - f64::from(heard[lag]).powi(2);
        }
    }
    best.map(|(lag, _)| lag)
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let product = |x: &[f32], y: &[f32]| -> f64 { x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum() };
    let scale = (product(a, a) * product(b, b)).sqrt();
    if scale > 0.0 { product(a, b) / scale } else { 0.0 }
}

fn envelope(a: &[f32], b: &[f32]) -> f64 {
    let loudness = |samples: &[f32]| -> Vec<f64> {
        let power = |block: &[f32]| block.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / block.len() as f64;
        let loud: Vec<f64> = samples.chunks(RATE as usize / 50).map(|block| power(block).sqrt()).collect();
        let mean = loud.iter().sum::<f64>() / loud.len() as f64;
        loud.into_iter().map(|value| value - mean).collect()
    };
    let product = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
    let (a, b) = (loudness(a), loudness(b));
    let scale = (product(&a, &a) * product(&b, &b)).sqrt();
    if scale > 0.0 { product(&a, &b) / scale } else { 0.0 }
}

fn drift(reference: &Signal, heard: &Signal, lag: usize) -> (u32, usize) {
    const REACH: usize = 800;
    let block = reference.index_at(BLOCK);
    let mut worst = 0;
    let mut pieces = 0;
    for (index, piece) in reference.samples.chunks_exact(block).enumerate() {
        if decibels(piece) < AUDIBLE {
            continue;
        }
        let expected = index * block + lag;
        let from = expected.saturating_sub(REACH);
        let to = (expected + block + REACH).min(heard.samples.len());
        let around = &heard.samples[from..to];
        if let Some(found) = best_lag(piece, around) {
            // Vowels repeat: a neighbour period may fit as well as the right place by rounding alone.
            let here = &around[expected - from..expected - from + block];
            let there = &around[found..found + block];
            if correlation(piece, there) > correlation(piece, here) + 0.01 {
                worst = worst.max((from + found).abs_diff(expected));
            }
            pieces += 1;
        }
    }
    (worst as u32, pieces)
}

/// The milliseconds (counted from the start) louder than a threshold.
fn loud_milliseconds(signal: &Signal, threshold: f32) -> Vec<usize> {
    let step = (signal.rate / 1000).max(1) as usize;
    signal
        .samples
        .chunks(step)
        .enumerate()
        .filter(|(_, samples)| decibels(samples) > threshold)
        .map(|(ms, _)| ms)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    /// Something like speech: a few gliding tones with pauses, no two pieces alike.
    fn voice() -> Signal {
        let mut seed = 7_u32;
        let mut low = 0.0_f32;
        let samples = (0..48_000 * 3)
            .map(|i| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (seed >> 8) as f32 / 8_388_608.0 - 1.0;
                low += 0.2 * (noise - low);
                if i / 12_000 % 4 == 3 { 0.0 } else { low * 0.5 }
            })
            .collect();
        Signal { rate: 48_000, samples }
    }

    fn with_lead(lead: Duration, signal: &Signal) -> Signal {
        Signal::silence(signal.rate, lead).then(signal).then(&Signal::silence(signal.rate, ms(300)))
    }

    #[test]
    fn a_late_and_quieter_copy_is_found() {
        let voice = voice();
        let mut heard = with_lead(ms(250), &voice);
        heard.samples.iter_mut().for_each(|s| *s *= 0.5);
        let found = find(&voice, &heard).unwrap();
        assert_eq!(found.delay, ms(250));
        assert!(found.correlation > 0.9999, "{found:?}");
        assert!((found.gain + 6.02).abs() < 0.1, "{found:?}");
        assert_eq!(found.drift, 0);
        assert!(found.pieces > 10, "{found:?}");
    }

    #[test]
    fn one_lost_frame_shows_as_drift() {
        let voice = voice();
        let mut heard = with_lead(ms(250), &voice);
        heard.samples.drain(80_000..80_960);
        let found = find(&voice, &heard).unwrap();
        assert!(found.drift >= 300, "{found:?}");
        assert!(found.correlation < 0.9, "{found:?}");
    }

    #[test]
    fn a_doubled_frame_shows_as_drift() {
        let voice = voice();
        let mut heard = with_lead(ms(250), &voice);
        let again = heard.samples[80_000..80_480].to_vec();
        heard.samples.splice(80_480..80_480, again);
        assert!(find(&voice, &heard).unwrap().drift >= 150);
    }

    #[test]
    fn a_lost_word_shows_in_the_envelope_and_another_level_and_phase_do_not() {
        let voice = voice();
        let mut turned = with_lead(ms(250), &voice);
        for index in (1..turned.samples.len()).rev() {
            // A differentiator turns every frequency's phase by a right angle.
            turned.samples[index] = 3.0 * (turned.samples[index] - turned.samples[index - 1]);
        }
        let whole = find(&voice, &turned).unwrap();
        let middle = turned.samples.len() / 2;
        turned.samples[middle..middle + 24_000].fill(0.0);
        let holed = find(&voice, &turned).unwrap();
        assert!(whole.envelope > 0.75, "{whole:?}");
        assert!(holed.envelope < whole.envelope - 0.1, "{holed:?}");
    }

    #[test]
    fn another_sound_is_not_alike() {
        let other = Signal::tone(48_000, 500.0, 0.3, Duration::from_secs(4));
        assert!(find(&voice(), &other).unwrap().correlation < 0.2);
    }

    #[test]
    fn nothing_is_found_in_silence_or_in_too_little() {
        assert!(find(&voice(), &Signal::silence(48_000, Duration::from_secs(4))).is_none());
        assert!(find(&voice(), &voice().part(ms(0), ms(500))).is_none());
    }

    #[test]
    fn the_longest_gap_is_measured() {
        let tone = Signal::tone(48_000, 700.0, 0.3, ms(200));
        let quiet = |length| Signal::silence(48_000, ms(length));
        let signal = quiet(500).then(&tone).then(&quiet(40)).then(&tone).then(&quiet(120)).then(&tone);
        assert_eq!(longest_gap(&signal, -50.0), ms(120));
    }

    #[test]
    fn silence_is_dated_from_its_first_millisecond() {
        let tone = Signal::tone(48_000, 700.0, 0.3, ms(200));
        let quiet = |length| Signal::silence(48_000, ms(length));
        let signal = quiet(100).then(&tone).then(&quiet(20)).then(&tone).then(&quiet(300));
        assert_eq!(first_sound(&signal, ms(0), -50.0), Some(ms(100)));
        assert_eq!(first_sound(&signal, ms(310), -50.0), Some(ms(320)));
        assert_eq!(silent_from(&signal, ms(150), ms(100), -50.0), Some(ms(520)));
        assert_eq!(silent_from(&signal, ms(150), ms(15), -50.0), Some(ms(300)));
        assert_eq!(silent_from(&signal, ms(150), ms(400), -50.0), None);
        assert_eq!(last_sound(&signal, -50.0), Some(ms(520)));
    }
}
