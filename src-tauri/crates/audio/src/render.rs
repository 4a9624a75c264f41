//! From the service's 16-bit samples to the speaker's, no clock and no device.

use std::time::Duration;

use crate::{clock::frames_to_duration, resample::Resampler};

/// From the service's samples to the speaker's rate, one turn at a time.
pub struct PlaybackChain {
    to: u32,
    from: u32,
    resampler: Resampler,
    scratch: Vec<f32>,
}

impl PlaybackChain {
    /// A chain for a device of `rate` Hz.
    pub fn new(rate: u32) -> Self {
        Self { to: rate, from: rate, resampler: Resampler::new(rate, rate), scratch: Vec::new() }
    }

    /// Takes mono samples of `rate` Hz (it may change in mid-turn) and appends device samples.
    pub fn push(&mut self, pcm: &[i16], rate: u32, out: &mut Vec<f32>) {
        if rate != self.from {
            self.resampler.drain(out);
            self.resampler = Resampler::new(rate, self.to);
            self.from = rate;
        }
        self.scratch.clear();
        self.scratch.extend(pcm.iter().copied().map(from_i16));
        self.resampler.push(&self.scratch, out);
    }

    /// Appends everything still inside and starts afresh.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        self.resampler.drain(out);
    }
}

/// Full scale is 32768, so that every 16-bit sample survives the way to float and back.
pub(crate) fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

pub(crate) fn from_i16(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// How long `samples` of `rate` Hz last.
pub(crate) fn duration(samples: usize, rate: u32) -> Duration {
    frames_to_duration(samples as u64, rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(len: usize) -> Vec<i16> {
        (0..len).map(|i| (i * 31 % 65_536) as u16 as i16).collect()
    }

    #[test]
    fn samples_beyond_full_scale_are_clipped() {
        assert_eq!((to_i16(1.7), to_i16(-1.7), to_i16(f32::NAN)), (i16::MAX, i16::MIN, 0));
    }

    #[test]
    fn a_turn_whose_rate_changes_keeps_every_sample() {
        let mut chain = PlaybackChain::new(48_000);
        let mut out = Vec::new();
        chain.push(&ramp(2_400), 24_000, &mut out);
        chain.push(&ramp(1_600), 16_000, &mut out);
        chain.finish(&mut out);
        assert_eq!(out.len(), 4_800 + 4_800);
    }
}
