//! Sounds of the program's own that are no answer: the test tone, a test phrase, what was recorded, and cues.

use std::f64::consts::TAU;

use crate::{options::Cue, render::PlaybackChain, tone::Tone};

/// Samples given to the resampler at a time: 10 ms at 24 kHz.
const BLOCK: usize = 240;

/// Quieter than speech, clear in a quiet room: -26 dBFS.
const CUE_AMPLITUDE: f64 = 0.05;

/// One note of a cue, in seconds.
const NOTE: f64 = 0.06;

/// Ramp at both ends of a note, in seconds.
const RAMP: f64 = 0.012;

/// Something to play when no answer sounds.
pub(crate) enum Clip {
    /// Left, then right.
    Tone(Tone),
    /// Recorded or prepared sound.
    Sound(Box<Sound>),
}

/// Mono samples on their way to the speaker's rate.
pub(crate) struct Sound {
    pcm: Vec<i16>,
    rate: u32,
    at: usize,
    chain: Option<PlaybackChain>,
}

impl Clip {
    /// Mono samples of `rate` Hz.
    pub(crate) fn sound(pcm: Vec<i16>, rate: u32) -> Self {
        Self::Sound(Box::new(Sound { pcm, rate, at: 0, chain: None }))
    }

    /// Appends about `wanted` samples at `rate` Hz; `false` once it is over.
    pub(crate) fn pull(&mut self, rate: u32, wanted: usize, out: &mut Vec<f32>) -> bool {
        match self {
            Self::Tone(tone) => tone.pull(rate, wanted, out),
            Self::Sound(sound) => sound.pull(rate, wanted, out),
        }
    }
}

impl Sound {
    fn pull(&mut self, rate: u32, wanted: usize, out: &mut Vec<f32>) -> bool {
        if self.rate == 0 {
            return false;
        }
        let chain = self.chain.get_or_insert_with(|| PlaybackChain::new(rate));
        let before = out.len();
        while out.len() - before < wanted {
            let block = &self.pcm[self.at..(self.at + BLOCK).min(self.pcm.len())];
            if block.is_empty() {
                chain.finish(out);
                return false;
            }
            chain.push(block, self.rate, out);
            self.at += block.len();
        }
        true
    }
}

/// A cue at `rate` Hz: two short notes. Rising says go, falling says done, twice the same says no; six ring.
pub(crate) fn cue(cue: Cue, rate: u32) -> Vec<f32> {
    let notes: &[f64] = match cue {
        Cue::Start => &[587.0, 880.0],
        Cue::Stop => &[880.0, 587.0],
        Cue::Muted => &[392.0, 392.0],
        Cue::Error => &[262.0, 208.0],
        Cue::Question => &[523.0, 784.0],
        Cue::TimeIsUp => &[988.0, 784.0, 988.0, 784.0, 988.0, 784.0],
    };
    let length = (NOTE * f64::from(rate)) as usize;
    let note = |hertz: f64| {
        (0..length).map(move |index| {
            let (at, left) = (index as f64 / f64::from(rate), (length - index) as f64 / f64::from(rate));
            let ramp = (at.min(left) / RAMP).min(1.0);
            (CUE_AMPLITUDE * ramp * (TAU * hertz * at).sin()) as f32
        })
    };
    notes.iter().copied().flat_map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{dbfs, magnitude};

    #[test]
    fn a_sound_comes_out_whole_at_the_speakers_rate() {
        let mut clip = Clip::sound(vec![1_000; 16_000], 16_000);
        let mut out = Vec::new();
        while clip.pull(48_000, 480, &mut out) {}
        assert_eq!(out.len(), 48_000);
    }

    #[test]
    fn every_cue_is_short_soft_and_quiet() {
        for kind in [Cue::Start, Cue::Stop, Cue::Muted, Cue::Error, Cue::Question, Cue::TimeIsUp] {
            let samples = cue(kind, 48_000);
            let most = if kind == Cue::TimeIsUp { 48_000 * 3 / 8 } else { 48_000 / 8 };
            assert!(samples.len() <= most);
            assert!((dbfs(magnitude(&samples)) + 26.0).abs() < 0.5, "{kind:?}");
            assert!(magnitude(&samples[..3]) < 1e-3 && magnitude(&samples[samples.len() - 3..]) < 1e-2);
        }
    }
}
