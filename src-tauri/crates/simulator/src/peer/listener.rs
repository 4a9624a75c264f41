//! Where a user's turn begins and ends: by the client's marks, or by the server's own ear.

use std::collections::VecDeque;
use std::time::Duration;

use crate::recording::Recording;
use crate::voice::{Sensitivity, Voice, VoiceDetector};

/// Sound before the first loud frame that belongs to the turn, so that no soft consonant is lost.
const LEAD_IN: Duration = Duration::from_millis(300);
/// Silence after the last loud frame that stays in the turn.
const TAIL: Duration = Duration::from_millis(300);
/// Sound kept while nobody speaks: more than any onset reaches back.
const RECENT: Duration = Duration::from_secs(3);

/// How turns are told apart.
#[derive(Debug)]
pub(super) enum Listener {
    /// By `activityStart` and `activityEnd`.
    Manual(Option<Window>),
    /// By voice detection.
    Automatic(Box<Ear>),
}

impl Listener {
    /// Whether the user is speaking.
    pub(super) fn is_busy(&self) -> bool {
        match self {
            Self::Manual(window) => window.is_some(),
            Self::Automatic(ear) => ear.utterance.is_some(),
        }
    }
}

/// A turn between its marks.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Its number.
    pub(super) turn: u64,
    /// What was said.
    pub(super) sound: Recording,
    /// What was typed meanwhile.
    pub(super) texts: Vec<String>,
}

/// What an [`Ear`] heard; offsets are on the clock of the audio stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// Speech began.
    Started {
        /// Where.
        offset: Duration,
    },
    /// Sound of the utterance under way.
    Sound(Vec<i16>),
    /// Speech ended.
    Ended {
        /// Where.
        offset: Duration,
        /// All of it, without the silence that ended it.
        utterance: Recording,
    },
}

/// Voice detection over one audio stream.
#[derive(Debug)]
pub(super) struct Ear {
    sensitivity: Sensitivity,
    rate: u32,
    detector: VoiceDetector,
    recent: VecDeque<i16>,
    utterance: Option<Recording>,
    before: Duration,
}

impl Ear {
    pub(super) fn new(sensitivity: Sensitivity) -> Self {
        let rate = 16_000;
        let detector = VoiceDetector::new(rate, sensitivity);
        Self { sensitivity, rate, detector, recent: VecDeque::new(), utterance: None, before: Duration::ZERO }
    }

    /// Listens on. A change of rate ends an utterance.
    pub(super) fn listen(&mut self, rate: u32, samples: &[i16]) -> Vec<Heard> {
        let mut heard = Vec::new();
        if rate != self.rate {
            heard.extend(self.end());
            self.before += self.span(self.detector.position());
            self.rate = rate;
            self.detector = VoiceDetector::new(rate, self.sensitivity);
            self.recent.clear();
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let (taken, change) = self.detector.listen(rest);
            let (judged, later) = rest.split_at(taken);
            rest = later;
            if let Some(utterance) = &mut self.utterance {
                utterance.push(rate, judged);
                heard.push(Heard::Sound(judged.to_vec()));
            } else {
                self.remember(judged);
            }
            match change {
                Some(Voice::Start { at }) => self.begin(at, &mut heard),
                Some(Voice::End { at }) => heard.extend(self.finish(at)),
                None => {}
            }
        }
        heard
    }

    /// Ends the utterance under way, as when the microphone is switched off.
    pub(super) fn end(&mut self) -> Option<Heard> {
        self.detector.stop();
        self.recent.clear();
        let utterance = self.utterance.take()?;
        Some(Heard::Ended { offset: self.before + self.span(self.detector.position()), utterance })
    }

    fn begin(&mut self, at: u64, heard: &mut Vec<Heard>) {
        let since = self.detector.position() - at + self.samples(LEAD_IN);
        let first = self.recent.len().saturating_sub(since as usize);
        let sound: Vec<i16> = self.recent.drain(..).skip(first).collect();
        let mut utterance = Recording::default();
        utterance.push(self.rate, &sound);
        self.utterance = Some(utterance);
        heard.push(Heard::Started { offset: self.before + self.span(at) });
        heard.push(Heard::Sound(sound));
    }

    fn finish(&mut self, at: u64) -> Option<Heard> {
        let mut utterance = self.utterance.take()?;
        let silence = self.span(self.detector.position() - at);
        utterance.trim_end(silence.saturating_sub(TAIL));
        Some(Heard::Ended { offset: self.before + self.span(at), utterance })
    }

    fn remember(&mut self, samples: &[i16]) {
        self.recent.extend(samples);
        let excess = self.recent.len().saturating_sub(self.samples(RECENT) as usize);
        self.recent.drain(..excess);
    }

    fn span(&self, samples: u64) -> Duration {
        Duration::from_secs_f64(samples as f64 / f64::from(self.rate))
    }

    fn samples(&self, span: Duration) -> u64 {
        (span.as_secs_f64() * f64::from(self.rate)) as u64
    }
}
