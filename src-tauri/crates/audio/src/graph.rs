//! The two chains between device and service: sound in, sound out, no clock and no device.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{
    clock::frames_to_duration,
    message::{CAPTURE_RATE, CaptureFrame, FRAME_SAMPLES},
    resample::Resampler,
};

/// From the microphone's samples of one press to numbered 20 ms frames.
pub struct CaptureChain {
    rate: u32,
    channels: usize,
    resampler: Resampler,
    /// Interleaved samples of an incomplete device frame.
    torn: Vec<f32>,
    mono: Vec<f32>,
    resampled: Vec<f32>,
    /// Which device sample was captured when, for the samples still inside.
    anchors: VecDeque<(u64, Instant)>,
    taken: u64,
    /// Samples given out in frames since the press.
    given: u64,
    next_seq: u64,
}

impl CaptureChain {
    /// A chain for a device of `rate` Hz that delivers `channels` interleaved channels.
    pub fn new(rate: u32, channels: u16) -> Self {
        Self::resuming(rate, channels, 0)
    }

    /// The same, numbering its frames from `next_seq` on.
    pub fn resuming(rate: u32, channels: u16, next_seq: u64) -> Self {
        Self {
            rate,
            channels: usize::from(channels.max(1)),
            resampler: Resampler::new(rate, CAPTURE_RATE),
            torn: Vec::new(),
            mono: Vec::new(),
            resampled: Vec::new(),
            anchors: VecDeque::new(),
            taken: 0,
            given: 0,
            next_seq,
        }
    }

    /// The number the next frame will have.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Takes interleaved samples, the first of them captured at `captured_at`.
    pub fn push(&mut self, samples: &[f32], captured_at: Instant, mut on_frame: impl FnMut(CaptureFrame)) {
        self.anchors.push_back((self.taken, captured_at));
        self.mono.clear();
        if self.channels == 1 {
            self.mono.extend_from_slice(samples);
        } else {
            self.torn.extend_from_slice(samples);
            let frames = self.torn.chunks_exact(self.channels);
            let rest = frames.remainder().len();
            self.mono.extend(frames.map(|frame| frame.iter().sum::<f32>() / self.channels as f32));
            self.torn.drain(..self.torn.len() - rest);
        }
        self.taken += self.mono.len() as u64;
        self.resampler.push(&self.mono, &mut self.resampled);
        self.emit(FRAME_SAMPLES, &mut on_frame);
    }

    /// Gives out everything still inside, the last frame as short as it is, and starts afresh.
    pub fn finish(&mut self, mut on_frame: impl FnMut(CaptureFrame)) {
        self.resampler.drain(&mut self.resampled);
        self.emit(1, &mut on_frame);
        self.torn.clear();
        self.anchors.clear();
        self.taken = 0;
        self.given = 0;
    }

    fn emit(&mut self, at_least: usize, on_frame: &mut impl FnMut(CaptureFrame)) {
        let mut rest = self.resampled.as_slice();
        while rest.len() >= at_least {
            let (frame, later) = rest.split_at(rest.len().min(FRAME_SAMPLES));
            rest = later;
            let captured_at = captured_at(&mut self.anchors, self.rate, self.given);
            on_frame(CaptureFrame {
                seq: self.next_seq,
                captured_at,
                pcm: frame.iter().copied().map(to_i16).collect(),
            });
            self.next_seq += 1;
            self.given += frame.len() as u64;
        }
        let used = self.resampled.len() - rest.len();
        self.resampled.drain(..used);
    }
}

fn captured_at(anchors: &mut VecDeque<(u64, Instant)>, rate: u32, output: u64) -> Instant {
    let input = (u128::from(output) * u128::from(rate) / u128::from(CAPTURE_RATE)) as u64;
    while anchors.len() > 1 && anchors[1].0 <= input {
        anchors.pop_front();
    }
    anchors
        .front()
        .map_or_else(Instant::now, |(index, at)| *at + frames_to_duration(input.saturating_sub(*index), rate))
}

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
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn ramp(len: usize) -> Vec<i16> {
        (0..len).map(|i| (i * 31 % 65_536) as u16 as i16).collect()
    }

    fn capture(rate: u32, channels: u16, samples: &[f32], sizes: &[usize]) -> Vec<CaptureFrame> {
        let mut chain = CaptureChain::new(rate, channels);
        let start = Instant::now();
        let (mut frames, mut rest, mut at) = (Vec::new(), samples, 0);
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (block, later) = rest.split_at(rest.len().min(size * usize::from(channels)));
            let captured_at = start + duration(at / usize::from(channels), rate);
            chain.push(block, captured_at, |frame| frames.push(frame));
            at += block.len();
            rest = later;
        }
        chain.finish(|frame| frames.push(frame));
        frames
    }

    fn joined(frames: &[CaptureFrame]) -> Vec<i16> {
        frames.iter().flat_map(|frame| frame.pcm.clone()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn callbacks_of_any_size_lose_and_double_nothing(
            rate in prop::sample::select(vec![8_000_u32, 16_000, 44_100, 48_000, 96_000]),
            channels in 1_u16..=3,
            sizes in prop::collection::vec(16_usize..=8192, 1..10),
            len in 1_usize..40_000,
        ) {
            let mono: Vec<f32> = ramp(len).into_iter().map(from_i16).collect();
            let samples: Vec<f32> = mono
                .iter()
                .flat_map(|sample| std::iter::repeat_n(*sample, usize::from(channels)))
                .collect();
            let frames = capture(rate, channels, &samples, &sizes);
            let pcm = joined(&frames);
            prop_assert_eq!(pcm.len(), (len * 16_000).div_ceil(rate as usize));
            prop_assert_eq!(&pcm, &joined(&capture(rate, channels, &samples, &[usize::MAX / 8])));
            let (last, full) = frames.split_last().unwrap();
            prop_assert!(full.iter().all(|frame| frame.pcm.len() == FRAME_SAMPLES));
            prop_assert!((1..=FRAME_SAMPLES).contains(&last.pcm.len()));
            prop_assert!(frames.iter().zip(0..).all(|(frame, seq)| frame.seq == seq));
        }
    }

    #[test]
    fn every_callback_size_gives_the_same_frames() {
        let mono: Vec<f32> = ramp(9_000).into_iter().map(from_i16).collect();
        for rate in [8_000, 16_000, 44_100, 48_000, 96_000] {
            let whole = joined(&capture(rate, 1, &mono, &[9_000]));
            for size in 16..=8192 {
                assert_eq!(joined(&capture(rate, 1, &mono, &[size])), whole, "{size} at {rate} Hz");
            }
        }
    }

    #[test]
    fn sixteen_kilohertz_pass_bit_for_bit() {
        let pcm: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        let samples: Vec<f32> = pcm.iter().copied().map(from_i16).collect();
        assert_eq!(joined(&capture(16_000, 1, &samples, &[333])), pcm);
    }

    #[test]
    fn frames_know_when_they_were_captured() {
        let frames = capture(48_000, 1, &vec![0.1; 48_000], &[441]);
        let first = frames[0].captured_at;
        for (frame, index) in frames.iter().zip(0..) {
            let wanted = Duration::from_millis(20) * index;
            let found = frame.captured_at - first;
            assert!(found.abs_diff(wanted) < Duration::from_micros(50), "{found:?} for {wanted:?}");
        }
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
