//! Whether somebody speaks: a detector's probability every 16 ms, and the decision that is made of many of them.

use std::{collections::VecDeque, time::Duration};

use earshot::Detector;

use crate::{message::CAPTURE_RATE, render::duration, report::Voice};

/// Samples the detector judges at a time: 16 ms.
const FRAME: usize = 256;

/// A frame at least this probable is voice that may begin a speech. The detector's authors advise 0.5; a door that shuts
/// reaches that for a frame.
const START: f32 = 0.6;

/// While something is played, what is left of its echo may sound like speech: it has to be clearer then.
const START_OVER_SOUND: f32 = 0.85;

/// Within a speech less is enough: the end of a word is soft.
const KEEP: f32 = 0.35;

/// Frames looked back on: 128 ms, and how many of them must be voice for a guess and for certainty.
const LOOK_BACK: usize = 8;
const GUESS: usize = 2;
const CERTAIN: usize = 6;

/// The detector, fed by pieces of any length.
pub(crate) struct VoiceDetector {
    detector: Box<Detector>,
    waiting: Vec<f32>,
}

impl VoiceDetector {
    /// One that has heard nothing.
    pub(crate) fn new() -> Self {
        Self { detector: Detector::default_boxed(), waiting: Vec::with_capacity(FRAME) }
    }

    /// Takes samples at [`CAPTURE_RATE`]; gives the probability of a voice, 0 to 1, for every frame that is full.
    pub(crate) fn push(&mut self, mut samples: &[f32], mut on_frame: impl FnMut(f32)) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(FRAME - self.waiting.len()));
            // A resampler may overshoot full scale, which the detector doesn't take.
            self.waiting.extend(now.iter().map(|sample| sample.clamp(-1.0, 1.0)));
            samples = later;
            if self.waiting.len() == FRAME {
                on_frame(self.detector.predict_f32(&self.waiting));
                self.waiting.clear();
            }
        }
    }
}

/// Decides when a speech begins and when it ends.
#[derive(Debug)]
pub(crate) struct Endpointer {
    patience: Duration,
    voice: Voice,
    /// Whether each of the newest frames was voice, the newest last.
    recent: VecDeque<bool>,
    /// Frames since the last that was voice.
    quiet: usize,
    /// Frames since the first of those that led to what is thought now.
    age: usize,
}

impl Endpointer {
    /// A pause of `patience` ends a speech.
    pub(crate) fn new(patience: Duration) -> Self {
        let recent = VecDeque::with_capacity(LOOK_BACK);
        Self { patience, voice: Voice::None, recent, quiet: 0, age: 0 }
    }

    /// Takes the next frame's probability; `over_sound` says that something is being played.
    pub(crate) fn note(&mut self, probability: f32, over_sound: bool) -> Voice {
        let start = if over_sound { START_OVER_SOUND } else { START };
        let is_voice = probability >= if self.voice == Voice::Sure { KEEP } else { start };
        if self.recent.len() == LOOK_BACK {
            self.recent.pop_front();
        }
        self.recent.push_back(is_voice);
        self.quiet = if is_voice { 0 } else { self.quiet + 1 };
        self.age += 1;
        let voiced = self.recent.iter().filter(|voice| **voice).count();
        self.voice = match self.voice {
            Voice::Sure if duration(self.quiet * FRAME, CAPTURE_RATE) < self.patience => Voice::Sure,
            Voice::Sure => self.rest(),
            _ if voiced >= CERTAIN => Voice::Sure,
            _ if voiced >= GUESS => Voice::Perhaps,
            _ => Voice::None,
        };
        if self.voice == Voice::None {
            self.age = self.recent.iter().position(|voice| *voice).map_or(0, |first| self.recent.len() - first);
        }
        self.voice
    }

    /// How long ago the speech began that is thought of now.
    pub(crate) fn age(&self) -> Duration {
        duration(self.age * FRAME, CAPTURE_RATE)
    }

    fn rest(&mut self) -> Voice {
        self.recent.clear();
        Voice::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(600);

    /// What is thought after each of these probabilities.
    fn thoughts(over_sound: bool, probabilities: &[f32]) -> Vec<Voice> {
        let mut endpointer = Endpointer::new(PATIENCE);
        probabilities.iter().map(|probability| endpointer.note(*probability, over_sound)).collect()
    }

    #[test]
    fn two_frames_are_a_guess_and_six_are_certain() {
        use Voice::{None, Perhaps, Sure};
        let thoughts = thoughts(false, &[0.9; 6]);
        assert_eq!(thoughts, [None, Perhaps, Perhaps, Perhaps, Perhaps, Sure]);
    }

    #[test]
    fn a_click_is_nobody() {
        let mut probabilities = vec![0.1; 10];
        probabilities[4] = 0.9;
        assert!(thoughts(false, &probabilities).iter().all(|voice| *voice == Voice::None));
    }

    #[test]
    fn a_guess_that_comes_to_nothing_is_dropped_within_a_tenth_of_a_second() {
        let mut probabilities = vec![0.9; 2];
        probabilities.extend([0.1; 8]);
        assert_eq!(thoughts(false, &probabilities).last(), Some(&Voice::None));
    }

    #[test]
    fn a_pause_shorter_than_the_patience_does_not_end_a_speech_and_a_longer_one_does() {
        let mut probabilities = vec![0.9; 10];
        probabilities.extend([0.1; 30]);
        probabilities.push(0.5);
        assert_eq!(thoughts(false, &probabilities).last(), Some(&Voice::Sure), "a pause of 480 ms ended it");
        probabilities.extend([0.1; 38]);
        assert_eq!(thoughts(false, &probabilities).last(), Some(&Voice::None), "a pause of 608 ms did not end it");
    }

    #[test]
    fn over_sound_it_takes_a_clearer_voice() {
        assert_eq!(thoughts(true, &[0.7; 20]).last(), Some(&Voice::None));
        assert_eq!(thoughts(true, &[0.95; 20]).last(), Some(&Voice::Sure));
    }

    #[test]
    fn the_age_of_a_speech_counts_from_its_first_frame() {
        let mut endpointer = Endpointer::new(PATIENCE);
        for probability in [0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9] {
            endpointer.note(probability, false);
        }
        assert_eq!(endpointer.age(), Duration::from_millis(6 * 16));
    }

    #[test]
    fn silence_and_noise_are_no_voice() {
        let mut random = fastrand::Rng::with_seed(1);
        for loudness in [0.0, 0.001, 0.05] {
            let (mut detector, mut endpointer) = (VoiceDetector::new(), Endpointer::new(PATIENCE));
            let mut sure = 0;
            for _ in 0..600 {
                let block: Vec<f32> = (0..160).map(|_| loudness * (random.f32() - 0.5)).collect();
                detector.push(&block, |probability| {
                    sure += usize::from(endpointer.note(probability, false) == Voice::Sure);
                });
            }
            assert_eq!(sure, 0, "noise of {loudness} was taken for a voice");
        }
    }
}
