//! Sound of one user turn: every sample as it came, at the rates it came in.

use std::ops::RangeInclusive;
use std::time::Duration;

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Samples per second of every answer.
pub(crate) const ANSWER_RATE: u32 = 24_000;

/// Rate of sound whose media type names none.
pub(crate) const DEFAULT_RATE: u32 = 16_000;

/// Rates taken for sound.
const RATES: RangeInclusive<u32> = 4000..=384_000;

/// RMS of 20 ms in samples below which a turn counts as silent: -50 dBFS, under the quietest usable microphone.
const NEAR_SILENCE_RMS: f64 = 104.0;

/// 16-bit mono sound in runs of one rate each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recording {
    runs: Vec<Run>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    rate: u32,
    samples: Vec<i16>,
}

impl Recording {
    /// Appends samples.
    pub(crate) fn push(&mut self, rate: u32, samples: &[i16]) {
        if samples.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(run) if run.rate == rate => run.samples.extend_from_slice(samples),
            _ => self.runs.push(Run { rate, samples: samples.to_vec() }),
        }
    }

    /// Whether nothing was recorded.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Stretches of one rate each, in order.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (u32, &[i16])> {
        self.runs.iter().map(|run| (run.rate, run.samples.as_slice()))
    }

    /// How long it lasts.
    pub(crate) fn duration(&self) -> Duration {
        self.runs.iter().map(|run| Duration::from_secs_f64(run.samples.len() as f64 / f64::from(run.rate))).sum()
    }

    /// Whether no 20 ms of it are louder than a quiet room.
    pub(crate) fn is_near_silent(&self) -> bool {
        self.runs.iter().all(|run| {
            let frame = (run.rate / 50).max(1) as usize;
            run.samples.chunks(frame).all(|samples| rms(samples) < NEAR_SILENCE_RMS)
        })
    }

    /// Cuts `length` off the end.
    pub(crate) fn trim_end(&mut self, length: Duration) {
        let mut seconds = length.as_secs_f64();
        while let Some(run) = self.runs.last_mut() {
            let cut = (seconds * f64::from(run.rate)).round() as usize;
            if cut < run.samples.len() {
                run.samples.truncate(run.samples.len() - cut);
                return;
            }
            seconds -= run.samples.len() as f64 / f64::from(run.rate);
            self.runs.pop();
        }
    }

    /// All of it at [`ANSWER_RATE`]: unchanged where it has that rate, else resampled without delay or loss at the ends.
    pub(crate) fn at_answer_rate(&self) -> Vec<i16> {
        let mut out = Vec::new();
        for run in &self.runs {
            if run.rate == ANSWER_RATE {
                out.extend_from_slice(&run.samples);
            } else {
                out.extend(resample(&run.samples, run.rate));
            }
        }
        out
    }
}

/// The rate a media type declares, unless it is not sound the service takes.
pub(crate) fn rate_of(mime: &str) -> Option<u32> {
    let mut parameters = mime.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case("audio/pcm") {
        return None;
    }
    let Some(rate) = parameters.find_map(|parameter| parameter.strip_prefix("rate=")) else {
        return Some(DEFAULT_RATE);
    };
    rate.parse().ok().filter(|rate| RATES.contains(rate))
}

/// Converts a whole clip to [`ANSWER_RATE`]; `ceil(n * 24000 / rate)` samples.
pub(crate) fn resample(samples: &[i16], rate: u32) -> Vec<i16> {
    let length = (samples.len() as u64 * u64::from(ANSWER_RATE)).div_ceil(u64::from(rate)) as usize;
    let scaled: Vec<f32> = samples.iter().map(|&sample| f32::from(sample)).collect();
    let converted = Fft::<f32>::new(rate as usize, ANSWER_RATE as usize, chunk(rate), 1, FixedSync::Both)
        .ok()
        .zip(InterleavedSlice::new(&scaled, 1, scaled.len()).ok())
        .and_then(|(mut resampler, input)| resampler.process_all(&input, scaled.len(), None).ok());
    let Some(converted) = converted else {
        tracing::error!(rate, samples = samples.len(), "cannot resample");
        return Vec::new();
    };
    let mut samples: Vec<i16> = converted.take_data().into_iter().map(|sample| sample.round() as i16).collect();
    // The resampler reckons its length in floating point and may be one sample off.
    samples.resize(length, 0);
    samples
}

/// An even number of the steps in which the two rates meet: a filter of odd length would shift the sound by half a
/// sample.
fn chunk(rate: u32) -> usize {
    let step = 2 * (rate / greatest_common_divisor(rate, ANSWER_RATE)) as usize;
    1024usize.next_multiple_of(step)
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

fn rms(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn sine(rate: u32, hertz: f64, amplitude: f64, samples: usize) -> Vec<i16> {
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        (0..samples).map(|n| (amplitude * (step * n as f64).sin()).round() as i16).collect()
    }

    #[test]
    fn sound_at_the_answer_rate_comes_back_bit_for_bit() {
        let samples: Vec<i16> = (0..5000).map(|n| (n * 7919 % 65536 - 32768) as i16).collect();
        let mut recording = Recording::default();
        recording.push(ANSWER_RATE, &samples[..1234]);
        recording.push(ANSWER_RATE, &samples[1234..]);
        assert_eq!(recording.at_answer_rate(), samples);
    }

    #[test]
    fn resampling_keeps_length_phase_and_both_ends() {
        for (rate, length) in
            [(8000, 8000), (11_025, 12_345), (16_000, 1), (16_000, 31_999), (44_100, 44_100), (48_000, 12_345)]
        {
            let converted = resample(&sine(rate, 440.0, 8000.0, length), rate);
            let expected = (length as f64 * 24_000.0 / f64::from(rate)).ceil() as usize;
            assert_eq!(converted.len(), expected, "{length} samples at {rate} Hz");
            let ideal = sine(24_000, 440.0, 8000.0, expected);
            // The filter sees silence beyond the ends, so the last 10 ms may ring; the middle may not differ.
            let middle = 240.min(expected / 2)..expected.saturating_sub(240).max(expected / 2);
            let worst = middle.map(|n| (i32::from(converted[n]) - i32::from(ideal[n])).abs()).max().unwrap_or(0);
            assert!(worst < 80, "{rate} Hz differs by {worst}");
        }
    }

    #[test]
    fn rates_may_change_within_a_turn() {
        let mut recording = Recording::default();
        recording.push(16_000, &[1; 1600]);
        recording.push(48_000, &[2; 4800]);
        assert_eq!(recording.at_answer_rate().len(), 2400 + 2400);
        assert_eq!(recording.duration(), Duration::from_millis(200));
    }

    #[test]
    fn trimming_crosses_runs() {
        let mut recording = Recording::default();
        recording.push(16_000, &[1; 1600]);
        recording.push(48_000, &[2; 4800]);
        recording.trim_end(Duration::from_millis(150));
        assert_eq!(recording.duration(), Duration::from_millis(50));
        recording.trim_end(Duration::from_secs(1));
        assert!(recording.is_empty());
    }

    #[test]
    fn a_quiet_voice_is_not_silence() {
        let mut hum = Recording::default();
        hum.push(16_000, &sine(16_000, 50.0, 60.0, 16_000));
        assert!(hum.is_near_silent());
        hum.push(16_000, &sine(16_000, 200.0, 300.0, 800));
        assert!(!hum.is_near_silent());
    }

    #[test]
    fn rates_are_read_from_media_types() {
        assert_eq!(rate_of("audio/pcm"), Some(16_000));
        assert_eq!(rate_of("audio/pcm;rate=48000"), Some(48_000));
        assert_eq!(rate_of("Audio/PCM; channels=1; rate=44100"), Some(44_100));
        assert_eq!(rate_of("audio/pcm;rate=1"), None);
        assert_eq!(rate_of("audio/opus"), None);
    }
}
