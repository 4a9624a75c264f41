//! Peak levels in dBFS.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::message::FLOOR_DBFS;

/// The highest sample since the last look, shared between a callback and the audio thread.
#[derive(Debug, Default)]
pub(crate) struct Peak(AtomicU32);

impl Peak {
    /// Notes a magnitude. Positive floats order like their bits, so this is one atomic operation.
    pub(crate) fn note(&self, magnitude: f32) {
        self.0.fetch_max(magnitude.abs().to_bits(), Ordering::Relaxed);
    }

    /// Takes the peak and starts again from silence.
    pub(crate) fn take(&self) -> f32 {
        f32::from_bits(self.0.swap(0, Ordering::Relaxed))
    }
}

/// The largest magnitude in a block; what isn't a number counts as silence.
pub(crate) fn magnitude(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// A magnitude (1 is full scale) in dBFS, between [`FLOOR_DBFS`] and 0.
pub(crate) fn dbfs(magnitude: f32) -> f32 {
    (20.0 * magnitude.max(1e-9).log10()).clamp(FLOOR_DBFS, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_decibels_between_the_floor_and_full_scale() {
        assert!((dbfs(0.1) + 20.0).abs() < 1e-3);
        assert!((dbfs(1.5)).abs() < f32::EPSILON);
        assert!((dbfs(0.0) - FLOOR_DBFS).abs() < f32::EPSILON);
    }

    #[test]
    fn a_peak_is_taken_once() {
        let peak = Peak::default();
        peak.note(magnitude(&[0.1, -0.7, 0.3]));
        peak.note(0.2);
        assert!((peak.take() - 0.7).abs() < f32::EPSILON);
        assert!(peak.take().abs() < f32::EPSILON);
    }
}
