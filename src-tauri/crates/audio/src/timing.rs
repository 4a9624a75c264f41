//! The true pace of a device, out of the times its callbacks ran.
//!
//! Callbacks come late by milliseconds, in pairs and in uneven sizes, while the device's crystal runs evenly. A delay-locked
//! loop (F. Adriaensen, "Using a DLL to filter time", 2005) follows the even part: after a minute it knows the rate to a few
//! millionths.

/// Bandwidth of the loop in Hz: wide at first to find the phase, then narrow. The rate is only ever learnt by the narrow one:
/// a wide one takes jitter for hundreds of millionths.
const WIDE: f64 = 1.0;
const NARROW: f64 = 0.05;

/// After so many seconds the loop is narrow.
const SETTLING: f64 = 2.0;

/// Off by more than this many seconds it wasn't jitter: the stream stood still or the machine slept.
const BROKEN: f64 = 0.2;

/// No crystal is off by more than this share of its rate.
const WORST: f64 = 1e-3;

/// Which sample passed when.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    /// Nominal rate in Hz.
    rate: f64,
    /// Seconds a sample lasts, as measured.
    step: f64,
    /// The sample the loop is at, and its time in seconds of the clock; `None` before the first.
    at: Option<(u64, f64)>,
    /// Seconds since the beginning.
    age: f64,
}

impl Timing {
    /// For a device of `rate` Hz.
    pub(crate) fn new(rate: u32) -> Self {
        let rate = f64::from(rate.max(1));
        Self { rate, step: 1.0 / rate, at: None, age: 0.0 }
    }

    /// At `nanos` of the clock the device had passed `index` samples in all. Whether the loop had to begin anew.
    pub(crate) fn note(&mut self, index: u64, nanos: u64) -> bool {
        let now = nanos as f64 * 1e-9;
        let Some((last, time)) = self.at else {
            self.at = Some((index, now));
            return true;
        };
        let samples = index.saturating_sub(last) as f64;
        if samples == 0.0 {
            return false;
        }
        let predicted = time + samples * self.step;
        let error = now - predicted;
        if error.abs() > BROKEN || index < last {
            *self = Self::new(self.rate as u32);
            self.at = Some((index, now));
            return true;
        }
        let span = samples / self.rate;
        self.age += span;
        let bandwidth = (WIDE * (1.0 - self.age / SETTLING)).max(NARROW);
        let omega = |bandwidth: f64| (std::f64::consts::TAU * bandwidth * span).min(0.5);
        self.at = Some((index, predicted + std::f64::consts::SQRT_2 * omega(bandwidth) * error));
        if bandwidth > NARROW {
            return false;
        }
        let nominal = 1.0 / self.rate;
        let step = self.step + omega(NARROW).powi(2) * error / samples;
        self.step = step.clamp(nominal * (1.0 - WORST), nominal * (1.0 + WORST));
        false
    }

    /// When the sample at `index` passed, in seconds of the clock; `None` before anything is known.
    pub(crate) fn time_of(&self, index: u64) -> Option<f64> {
        self.at.map(|(last, time)| time + (index as f64 - last as f64) * self.step)
    }

    /// Which sample passed at `seconds` of the clock.
    pub(crate) fn index_at(&self, seconds: f64) -> Option<f64> {
        self.at.map(|(last, time)| last as f64 + (seconds - time) / self.step)
    }

    /// Measured rate over nominal rate.
    pub(crate) fn ratio(&self) -> f64 {
        1.0 / (self.step * self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Callbacks of 480 samples at a rate off by `ppm`, each late by up to 6 ms; gives the loop after `seconds`.
    fn followed(ppm: f64, seconds: u64) -> (Timing, f64) {
        let mut random = fastrand::Rng::with_seed(7);
        let (mut timing, true_rate) = (Timing::new(48_000), 48_000.0 * (1.0 + ppm * 1e-6));
        let callbacks = seconds * 100;
        for callback in 1..=callbacks {
            let late = random.f64() * 0.006;
            timing.note(callback * 480, ((callback as f64 * 480.0 / true_rate + late + 5.0) * 1e9) as u64);
        }
        let truth = callbacks as f64 * 480.0 / true_rate + 5.0;
        let off = timing.time_of(callbacks * 480).unwrap_or(f64::NAN) - truth;
        (timing, off)
    }

    #[test]
    fn the_rate_is_known_within_thirty_millionths_after_a_minute_of_jitter() {
        for ppm in [-200.0, 0.0, 200.0] {
            let (timing, _) = followed(ppm, 60);
            let found = (timing.ratio() - 1.0) * 1e6;
            assert!((found - ppm).abs() < 30.0, "{found} for {ppm}");
        }
    }

    #[test]
    fn the_phase_is_known_within_two_milliseconds_after_five_seconds() {
        for ppm in [-200.0, 200.0] {
            // Late by 3 ms on average.
            let (_, off) = followed(ppm, 5);
            assert!((off - 0.003).abs() < 0.002, "{off} s off");
        }
    }

    #[test]
    fn a_pause_begins_anew() {
        let (mut timing, _) = followed(0.0, 10);
        let after = 10 * 48_000 + 480;
        assert!(timing.note(after, 20_000_000_000));
        assert!(timing.time_of(after).is_some_and(|time| (time - 20.0).abs() < 1e-6));
    }

    #[test]
    fn indices_and_times_are_each_others_inverse() {
        let (timing, _) = followed(100.0, 10);
        let index = timing.time_of(123_456).and_then(|time| timing.index_at(time));
        assert!(index.is_some_and(|index| (index - 123_456.0).abs() < 1e-3));
    }
}
