//! The test tone of the settings page.

use std::f64::consts::TAU;

const HERTZ: f64 = 440.0;

/// -20 dBFS: clearly audible, frightening nobody.
const AMPLITUDE: f64 = 0.1;

/// Ramp at both ends in seconds.
const RAMP: f64 = 0.01;

const LONGEST_SECONDS: f32 = 30.0;

/// A sine with soft ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tone {
    seconds: f32,
    done: u64,
}

impl Tone {
    pub(crate) fn new(seconds: f32) -> Self {
        let seconds = if seconds.is_finite() { seconds } else { 0.0 };
        Self { seconds: seconds.clamp(0.0, LONGEST_SECONDS), done: 0 }
    }

    /// Its samples at `rate` Hz.
    pub(crate) fn len(&self, rate: u32) -> u64 {
        (f64::from(self.seconds) * f64::from(rate)) as u64
    }

    /// Appends up to `wanted` samples; `false` once it is over.
    pub(crate) fn pull(&mut self, rate: u32, wanted: usize, out: &mut Vec<f32>) -> bool {
        let (len, rate) = (self.len(rate), f64::from(rate));
        let end = len.min(self.done + wanted as u64);
        out.extend((self.done..end).map(|i| {
            let (at, left) = (i as f64 / rate, (len - i) as f64 / rate);
            let ramp = (at.min(left) / RAMP).min(1.0);
            (AMPLITUDE * ramp * (TAU * HERTZ * at).sin()) as f32
        }));
        self.done = end;
        end < len
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{dbfs, magnitude};

    #[test]
    fn the_tone_is_twenty_decibels_below_full_scale_and_begins_and_ends_softly() {
        let (mut tone, mut out) = (Tone::new(1.0), Vec::new());
        while tone.pull(48_000, 700, &mut out) {}
        assert_eq!(out.len(), 48_000);
        assert!((dbfs(magnitude(&out)) + 20.0).abs() < 0.1);
        let step = |edge: &[f32]| magnitude(edge);
        assert!(step(&out[..5]) < 0.001 && step(&out[47_995..]) < 0.001);
    }

    #[test]
    fn a_senseless_length_makes_no_tone() {
        let mut out = Vec::new();
        assert!(!Tone::new(f32::NAN).pull(48_000, 700, &mut out));
        assert!(out.is_empty());
    }
}
