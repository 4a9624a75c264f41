//! One rate to another, sample for sample accountable.
//!
//! A stateful, filtered resampler of mono sound. How the input is cut into blocks makes no
//! difference to the output, the filter's delay is taken out, and after [`Resampler::drain`]
//! exactly `ceil(inputs * to / from)` samples have come out. Equal rates pass untouched.
//!
//! It is a windowed sinc whose phases are exactly those the two rates need, so that nothing is
//! interpolated between them. It waits for 2 ms of what comes next and at most half a millisecond more; by blocks
//! of FFT it was 5 ms and up to 10 more.

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType, WindowFunction,
    calculate_cutoff,
};

/// Length of the filter: 192 samples at 48 kHz. Half of it, 2 ms, is the delay. It leaves speech alone up to 6.7 kHz at 16 kHz.
const FILTER_SECONDS: f64 = 192.0 / 48_000.0;

/// Sound taken at a time: more waits longer, less costs more.
const STEP_SECONDS: f64 = 0.0005;

/// Converts mono sound from one rate to another.
pub(crate) struct Resampler {
    from: u32,
    to: u32,
    /// `None` between equal rates.
    filter: Option<Filter>,
    taken: u64,
    given: u64,
}

struct Filter {
    sinc: Async<f32>,
    waiting: Vec<f32>,
    block: Vec<f32>,
    /// Samples of the filter's delay.
    delay: usize,
    /// How many of them are still to be dropped.
    to_drop: usize,
}

impl Resampler {
    /// A resampler between two rates in Hz (0 counts as 1).
    pub(crate) fn new(from: u32, to: u32) -> Self {
        let (from, to) = (from.max(1), to.max(1));
        Self { from, to, filter: (from != to).then(|| Filter::new(from, to)), taken: 0, given: 0 }
    }

    /// Takes any number of samples and appends what is ready.
    pub(crate) fn push(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.taken += input.len() as u64;
        if let Some(filter) = &mut self.filter {
            self.given += filter.push(input, out);
        } else {
            out.extend_from_slice(input);
            self.given += input.len() as u64;
        }
    }

    /// Appends everything still inside and starts afresh.
    pub(crate) fn drain(&mut self, out: &mut Vec<f32>) {
        let due = (u128::from(self.taken) * u128::from(self.to)).div_ceil(u128::from(self.from));
        let due = due as u64;
        if let Some(filter) = &mut self.filter {
            while self.given < due {
                let silence = vec![0.0; filter.sinc.input_frames_next()];
                self.given += filter.push(&silence, out);
            }
            out.truncate(out.len() - (self.given - due) as usize);
        }
        self.reset();
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        self.taken = 0;
        self.given = 0;
        if let Some(filter) = &mut self.filter {
            filter.reset();
        }
    }
}

impl Filter {
    fn new(from: u32, to: u32) -> Self {
        let ratio = f64::from(to) / f64::from(from);
        let in_samples = |seconds: f64| (seconds * f64::from(from)).round() as usize;
        // One filter for each place between two samples that an output can fall on.
        let phases = (to / greatest_common_divisor(from, to)) as usize;
        let (length, delay) = whole_delay(in_samples(FILTER_SECONDS).max(64), phases, ratio);
        let parameters = SincInterpolationParameters {
            sinc_len: length,
            f_cutoff: Some(cutoff(length, ratio)),
            oversampling_factor: phases,
            interpolation: SincInterpolationType::Nearest,
            window: WINDOW,
        };
        #[expect(clippy::expect_used, reason = "construction fails only for a ratio or a step of zero")]
        let sinc = Async::new_sinc(ratio, 1.0, &parameters, in_samples(STEP_SECONDS).max(8), 1, FixedAsync::Input)
            .expect("rates and step are positive");
        Self {
            waiting: Vec::with_capacity(sinc.input_frames_max()),
            block: vec![0.0; sinc.output_frames_max()],
            delay,
            to_drop: delay,
            sinc,
        }
    }

    fn push(&mut self, mut input: &[f32], out: &mut Vec<f32>) -> u64 {
        let before = out.len();
        while !input.is_empty() {
            let need = self.sinc.input_frames_next();
            let (now, later) = input.split_at(input.len().min(need - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            input = later;
            if self.waiting.len() == need {
                self.process(out);
            }
        }
        (out.len() - before) as u64
    }

    fn process(&mut self, out: &mut Vec<f32>) {
        let frames = self.block.len();
        let source = InterleavedSlice::new(&self.waiting, 1, self.waiting.len());
        let target = InterleavedSlice::new_mut(&mut self.block, 1, frames);
        let mut given = 0;
        if let (Ok(source), Ok(mut target)) = (source, target) {
            let done = self.sinc.process_into_buffer(&source, &mut target, None);
            debug_assert!(done.is_ok(), "both buffers have the sizes the filter named");
            given = done.map_or(0, |(_, given)| given);
        }
        self.waiting.clear();
        let skipped = self.to_drop.min(given);
        self.to_drop -= skipped;
        out.extend_from_slice(&self.block[skipped..given]);
    }

    fn reset(&mut self) {
        self.sinc.reset();
        self.waiting.clear();
        self.to_drop = self.delay;
    }
}

const WINDOW: WindowFunction = WindowFunction::BlackmanHarris;

/// The highest cutoff, relative to the lower rate's own limit, at which nothing folds back below that limit.
fn cutoff(length: usize, ratio: f64) -> f32 {
    let width = 1.0 / calculate_cutoff::<f64>(length, WINDOW) - 1.0;
    (1.0 / (1.0 + width / ratio.min(1.0))) as f32
}

/// A length near `wanted` (a multiple of 8) at which the filter's delay is as near to a whole number of output samples as
/// can be, and that number. The delay is half the filter, less one of its phases (so the sincs are laid out), less the step
/// before the first output.
fn whole_delay(wanted: usize, phases: usize, ratio: f64) -> (usize, usize) {
    let delay = |length: usize| (length as f64 / 2.0 - 1.0 / phases as f64) * ratio - 1.0;
    let off = |length: usize| (delay(length) - delay(length).round()).abs();
    let first = wanted.next_multiple_of(8);
    let best = (0..16).map(|step| first - 8 * step.min(first / 16)).min_by(|a, b| off(*a).total_cmp(&off(*b)));
    let length = best.unwrap_or(first);
    (length, delay(length).round() as usize)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    const RATES: [u32; 5] = [8_000, 16_000, 44_100, 48_000, 96_000];

    fn noise(len: usize) -> Vec<f32> {
        let mut state = 0x2545_F491_u32;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 - 0.5
        };
        (0..len).map(next).collect()
    }

    fn sine(len: usize, hertz: f64, rate: u32) -> Vec<f32> {
        (0..len).map(|i| (0.5 * (TAU * hertz * i as f64 / f64::from(rate)).sin()) as f32).collect()
    }

    fn whole(from: u32, to: u32, input: &[f32]) -> Vec<f32> {
        let (mut out, mut resampler) = (Vec::new(), Resampler::new(from, to));
        resampler.push(input, &mut out);
        resampler.drain(&mut out);
        out
    }

    fn in_blocks(from: u32, to: u32, input: &[f32], sizes: &[usize]) -> Vec<f32> {
        let (mut out, mut resampler) = (Vec::new(), Resampler::new(from, to));
        let mut rest = input;
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (block, later) = rest.split_at(rest.len().min(*size));
            resampler.push(block, &mut out);
            rest = later;
        }
        resampler.drain(&mut out);
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn no_sample_is_lost_or_doubled_however_the_input_is_cut(
            rate in prop::sample::select(RATES.to_vec()),
            sizes in prop::collection::vec(16_usize..=8192, 1..12),
            len in 1_usize..60_000,
        ) {
            let input = noise(len);
            let cut = in_blocks(rate, 16_000, &input, &sizes);
            prop_assert_eq!(cut.len(), (len * 16_000).div_ceil(rate as usize));
            prop_assert_eq!(cut, whole(rate, 16_000, &input));
        }

        #[test]
        fn no_sample_is_lost_or_doubled_on_the_way_to_the_speaker(
            rate in prop::sample::select(RATES.to_vec()),
            sizes in prop::collection::vec(16_usize..=8192, 1..12),
            len in 1_usize..40_000,
        ) {
            let input = noise(len);
            let cut = in_blocks(24_000, rate, &input, &sizes);
            prop_assert_eq!(cut.len(), (len * rate as usize).div_ceil(24_000));
            prop_assert_eq!(cut, whole(24_000, rate, &input));
        }
    }

    #[test]
    fn a_sine_stays_that_sine_in_place() {
        for (from, to) in RATES.iter().map(|rate| (*rate, 16_000)).chain(RATES.iter().map(|rate| (24_000, *rate))) {
            let out = whole(from, to, &sine(from as usize, 997.0, from));
            let wanted = sine(out.len(), 997.0, to);
            // The filter rings where the sound begins and ends out of nothing; inside it must fit.
            let margin = to as usize / 25;
            let worst = (margin..out.len() - margin).map(|i| (out[i] - wanted[i]).abs()).fold(0.0, f32::max);
            assert!(worst < 0.04, "{from} Hz to {to} Hz is off by {worst}");
        }
    }

    #[test]
    fn equal_rates_pass_untouched() {
        let input = noise(5_000);
        assert_eq!(in_blocks(16_000, 16_000, &input, &[7, 480, 1]), input);
    }

    #[test]
    fn what_would_fold_into_the_speech_band_is_gone() {
        let out = whole(48_000, 16_000, &sine(48_000, 9_000.0, 48_000));
        let peak = out[640..out.len() - 640].iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        assert!(peak < 1e-4, "9 kHz comes through at {peak}");
    }

    #[test]
    fn a_drained_resampler_begins_afresh() {
        let input = noise(3_000);
        let mut resampler = Resampler::new(44_100, 16_000);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        resampler.push(&input, &mut first);
        resampler.drain(&mut first);
        resampler.push(&input, &mut second);
        resampler.drain(&mut second);
        assert_eq!(first, second);
    }
}
