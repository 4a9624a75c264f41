//! Mono sound in memory.

use std::f64::consts::PI;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

/// Silence in decibels below full scale: what [`Signal::level`] says of zeros.
const FLOOR: f32 = -120.0;

/// Mono samples between -1 and 1 at a fixed rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Samples a second.
    pub rate: u32,
    /// The samples.
    pub samples: Vec<f32>,
}

impl Signal {
    /// A signal from 16-bit samples.
    pub fn from_pcm(rate: u32, pcm: &[i16]) -> Self {
        Self { rate, samples: pcm.iter().map(|s| f32::from(*s) / 32768.0).collect() }
    }

    /// A sine of `hz` at `level` (0 to 1) for `length`.
    pub fn tone(rate: u32, hz: f64, level: f32, length: Duration) -> Self {
        let count = (length.as_secs_f64() * f64::from(rate)).round() as usize;
        let step = 2.0 * PI * hz / f64::from(rate);
        Self { rate, samples: (0..count).map(|i| level * (step * i as f64).sin() as f32).collect() }
    }

    /// Digital silence for `length`.
    pub fn silence(rate: u32, length: Duration) -> Self {
        let count = (length.as_secs_f64() * f64::from(rate)).round() as usize;
        Self { rate, samples: vec![0.0; count] }
    }

    /// Reads a WAV file of any sample type; several channels become their mean.
    pub fn read(path: &Path) -> Result<Self> {
        let mut reader = hound::WavReader::open(path)
            .with_context(|| format!("could not read the sound file {}", path.display()))?;
        let spec = reader.spec();
        let interleaved: Vec<f32> = match spec.sample_format {
            hound::SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>()?,
            hound::SampleFormat::Int => {
                let scale = 1.0 / (1_u64 << (spec.bits_per_sample - 1)) as f32;
                reader.samples::<i32>().map(|s| s.map(|s| s as f32 * scale)).collect::<Result<_, _>>()?
            }
        };
        let channels = usize::from(spec.channels);
        let samples = interleaved.chunks(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
        Ok(Self { rate: spec.sample_rate, samples })
    }

    /// Writes a 16-bit mono WAV file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec)
            .with_context(|| format!("could not write the sound file {}", path.display()))?;
        for sample in &self.samples {
            writer.write_sample((sample * 32767.0).round().clamp(-32768.0, 32767.0) as i16)?;
        }
        Ok(writer.finalize()?)
    }

    /// How long it lasts.
    pub fn length(&self) -> Duration {
        self.time_at(self.samples.len())
    }

    /// The time of a sample.
    pub fn time_at(&self, index: usize) -> Duration {
        Duration::from_secs_f64(index as f64 / f64::from(self.rate))
    }

    /// The sample nearest to a time, at most the length.
    pub fn index_at(&self, time: Duration) -> usize {
        ((time.as_secs_f64() * f64::from(self.rate)).round() as usize).min(self.samples.len())
    }

    /// The part between two times.
    #[must_use]
    pub fn part(&self, from: Duration, to: Duration) -> Self {
        let (from, to) = (self.index_at(from), self.index_at(to));
        Self { rate: self.rate, samples: self.samples[from..to.max(from)].to_vec() }
    }

    /// This signal followed by another.
    ///
    /// # Panics
    /// When the rates differ.
    #[must_use]
    pub fn then(mut self, next: &Self) -> Self {
        assert_eq!(self.rate, next.rate, "only signals of one rate can be joined");
        self.samples.extend_from_slice(&next.samples);
        self
    }

    /// Mean power in decibels below full scale; -120 for silence.
    pub fn level(&self) -> f32 {
        decibels(&self.samples)
    }

    /// The same sound at another rate, without what lies above `highest_hz` (at most half of either rate is kept anyway).
    ///
    /// A windowed sinc with a transition band of 10 % of the corner; its delay is taken out.
    #[must_use]
    pub fn resampled(&self, rate: u32, highest_hz: f64) -> Self {
        let nyquist = f64::from(self.rate.min(rate)) / 2.0;
        let corner = highest_hz.min(nyquist * 0.95) / f64::from(self.rate);
        let reach = (3.3 / (2.0 * corner * 0.1)).ceil() as isize;
        let step = f64::from(self.rate) / f64::from(rate);
        let count = (self.samples.len() as f64 / step).round() as usize;
        // Rates in a whole ratio repeat the same few sets of weights: compute each once.
        let phases = (rate / greatest_common_divisor(self.rate, rate)) as usize;
        let weights: Vec<Vec<f32>> = (0..phases)
            .map(|phase| {
                let fraction = (phase as f64 * step).fract();
                (-reach..=reach).map(|k| windowed_sinc(k as f64 - fraction, corner, reach as f64) as f32).collect()
            })
            .collect();
        let samples = (0..count)
            .map(|i| {
                let centre = (i as f64 * step).floor() as isize;
                let first = centre - reach;
                weights[i % phases]
                    .iter()
                    .enumerate()
                    .filter_map(|(k, w)| {
                        let at = usize::try_from(first + k as isize).ok()?;
                        self.samples.get(at).map(|s| s * w)
                    })
                    .sum()
            })
            .collect();
        Self { rate, samples }
    }
}

/// Mean power of some samples in decibels below full scale.
pub(crate) fn decibels(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return FLOOR;
    }
    let power = samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64;
    ((10.0 * power.max(1e-12).log10()) as f32).max(FLOOR)
}

fn windowed_sinc(x: f64, corner: f64, reach: f64) -> f64 {
    if x.abs() >= reach {
        return 0.0;
    }
    let sinc = if x == 0.0 { 2.0 * corner } else { (2.0 * PI * corner * x).sin() / (PI * x) };
    let window = 0.42 + 0.5 * (PI * x / reach).cos() + 0.08 * (2.0 * PI * x / reach).cos();
    sinc * window
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_wav_file_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tone.wav");
        let tone = Signal::tone(16_000, 440.0, 0.5, SECOND);
        tone.write(&path).unwrap();
        let read = Signal::read(&path).unwrap();
        assert_eq!(read.rate, 16_000);
        assert_eq!(read.samples.len(), tone.samples.len());
        assert!(read.samples.iter().zip(&tone.samples).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn a_full_scale_sine_is_three_decibels_below_full_scale() {
        assert!((Signal::tone(48_000, 1000.0, 1.0, SECOND).level() + 3.01).abs() < 0.05);
        assert!(Signal::silence(48_000, SECOND).level() < -119.0);
    }

    #[test]
    fn another_rate_keeps_a_tone_and_its_time() {
        for (from, to) in [(48_000, 16_000), (22_050, 48_000), (24_000, 16_000)] {
            let heard = Signal::tone(from, 1000.0, 0.5, SECOND).resampled(to, 8000.0);
            let expected = Signal::tone(to, 1000.0, 0.5, SECOND);
            assert_eq!(heard.samples.len(), expected.samples.len());
            let middle = expected.samples.len() / 4..expected.samples.len() * 3 / 4;
            let worst = heard.samples[middle.clone()]
                .iter()
                .zip(&expected.samples[middle])
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.005, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_lies_above_the_band_is_gone() {
        let high = Signal::tone(48_000, 5000.0, 0.5, SECOND).resampled(16_000, 3400.0);
        assert!(high.part(SECOND / 4, SECOND * 3 / 4).level() < -60.0);
    }
}
