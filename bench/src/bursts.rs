//! Short sounds that begin sharply, and where they begin in what was heard.

use std::f64::consts::TAU;
use std::time::Duration;

use vivavoce_rig::Signal;

use crate::listener::RATE;

/// Length of a burst.
const LENGTH: Duration = Duration::from_millis(30);
/// Its tone, Hz: inside every band that processing keeps.
const TONE: f64 = 1000.0;
/// Its peak, 0 to 1.
const PEAK: f64 = 0.3;
/// Silence of at least this comes before a burst.
const QUIET: Duration = Duration::from_millis(60);
/// Bursts that agree on how far two recordings are apart do so within this.
const AGREEMENT: Duration = Duration::from_millis(25);

/// One burst at the device's rate. It begins at its peak, so that the first sample tells.
pub(crate) fn burst() -> Vec<i16> {
    let count = (LENGTH.as_secs_f64() * f64::from(RATE)) as usize;
    let step = TAU * TONE / f64::from(RATE);
    (0..count).map(|index| (PEAK * 32_767.0 * (step * index as f64).cos()).round() as i16).collect()
}

/// So many bursts with silence of random length around, so that they fall anywhere into a message of 20 ms.
pub(crate) fn train(count: usize, random: &mut fastrand::Rng) -> Signal {
    let mut pause =
        |least: f64, most: f64| vec![0; ((least + random.f64() * (most - least)) * f64::from(RATE)) as usize];
    let mut samples = pause(0.3, 0.35);
    for _ in 0..count {
        samples.extend(burst());
        samples.extend(pause(0.18, 0.28));
    }
    Signal::from_pcm(RATE, &samples)
}

/// Where bursts begin: the first sample of each that reaches half its peak, which a filter's ringing before it doesn't.
pub(crate) fn onsets(samples: &[i16], rate: u32) -> Vec<usize> {
    let in_samples = |time: Duration| (time.as_secs_f64() * f64::from(rate)) as usize;
    let (quiet, look) = (in_samples(QUIET), in_samples(LENGTH));
    let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    let audible = (loudest / 10).max(64);
    let mut found = Vec::new();
    let mut silent_since = 0;
    for (index, sample) in samples.iter().enumerate() {
        if sample.unsigned_abs() < audible {
            continue;
        }
        if index >= silent_since + quiet {
            let part = &samples[index..(index + look).min(samples.len())];
            let peak = part.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
            let half = part.iter().position(|sample| sample.unsigned_abs() >= peak / 2).unwrap_or(0);
            found.push(index + half);
        }
        silent_since = index + 1;
    }
    found
}

/// Which of two lists of times (seconds, in order) belong together, when all of one are later by the same.
pub(crate) fn pair(earlier: &[f64], later: &[f64]) -> Vec<(usize, usize)> {
    let agreement = AGREEMENT.as_secs_f64();
    let together = |offset: f64| -> Vec<(usize, usize)> {
        let nearest = |time: f64| {
            let distance = |other: &f64| (other - time).abs();
            let found = later.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
            found.filter(|(_, other)| distance(other) <= agreement).map(|(index, _)| index)
        };
        earlier.iter().enumerate().filter_map(|(index, time)| Some((index, nearest(time + offset)?))).collect()
    };
    let offsets = earlier.iter().flat_map(|one| later.iter().map(move |other| other - one));
    offsets.map(together).max_by_key(Vec::len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_burst_of_a_train_is_found_at_its_first_sample() {
        let mut random = fastrand::Rng::with_seed(1);
        let train = train(5, &mut random);
        let samples: Vec<i16> = train.samples.iter().map(|sample| (sample * 32_768.0).round() as i16).collect();
        let found = onsets(&samples, RATE);
        assert_eq!(found.len(), 5);
        assert!(found.iter().all(|index| samples[*index] > 9000 && samples[index - 1] == 0));
    }

    #[test]
    fn a_burst_at_the_services_rate_is_found_where_it_was() {
        let mut random = fastrand::Rng::with_seed(2);
        let train = train(5, &mut random);
        let samples: Vec<i16> = train.samples.iter().map(|sample| (sample * 32_768.0).round() as i16).collect();
        let expected = onsets(&samples, RATE);
        let slow = train.resampled(16_000, 8000.0);
        let slow: Vec<i16> = slow.samples.iter().map(|sample| (sample * 32_768.0).round() as i16).collect();
        let found = onsets(&slow, 16_000);
        assert_eq!(found.len(), expected.len());
        let far = found.iter().zip(expected).map(|(found, expected)| (found * 3).abs_diff(expected)).max();
        assert!(far <= Some(6), "{far:?} samples of 48 kHz apart");
    }

    #[test]
    fn bursts_are_paired_although_one_was_lost() {
        let earlier = [1.0, 1.3, 1.52, 1.8];
        let later = [6.3, 6.52, 6.8, 9.0];
        assert_eq!(pair(&earlier, &later), [(1, 0), (2, 1), (3, 2)]);
        assert!(pair(&earlier, &[]).is_empty());
    }
}
