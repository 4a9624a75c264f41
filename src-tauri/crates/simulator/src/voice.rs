//! Voice detection by energy over an adaptive noise floor.
//!
//! The sound is judged in frames of 10 ms. The noise floor is the quietest stretch of the last two seconds, so steady
//! noise of any level becomes floor while speech, which always dips, stays above it. A start is committed when enough
//! frames were loud, an end when enough were quiet; both lengths and the margins come from the session's configuration.

use std::collections::VecDeque;
use std::time::Duration;

use vivavoce_live::message::setup::{AutomaticActivityDetection, EndSensitivity, StartSensitivity};

/// Length of one judged frame.
const FRAME: Duration = Duration::from_millis(10);
/// Frames the noise floor is the minimum of: 2 s.
const FLOOR_FRAMES: usize = 200;
/// Loud frames in a row that end a silence: 30 ms, longer than a click.
const CLICK_FRAMES: u32 = 3;
/// The floor is never taken for louder than this, so a voice that begins with the stream is heard at once (dBFS).
const LOUDEST_FLOOR: f64 = -38.0;
/// The floor is never taken for quieter than this (dBFS).
const QUIETEST_FLOOR: f64 = -75.0;
/// Smoothing of the energy the floor is taken from, per frame.
const SMOOTHING: f64 = 0.3;

/// How readily speech and its end are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensitivity {
    /// Speech needed before its start is committed; 100 ms when unset.
    pub prefix_padding: Duration,
    /// Silence needed before its end is committed; 800 ms when unset, as observed at the service.
    pub silence: Duration,
    /// Hear quiet speech as speech.
    pub eager_start: bool,
    /// Take quiet sound for silence.
    pub eager_end: bool,
}

impl Default for Sensitivity {
    fn default() -> Self {
        Self {
            prefix_padding: Duration::from_millis(100),
            silence: Duration::from_millis(800),
            eager_start: true,
            eager_end: true,
        }
    }
}

impl From<&AutomaticActivityDetection> for Sensitivity {
    fn from(config: &AutomaticActivityDetection) -> Self {
        let millis = |value: Option<vivavoce_live::message::LenientInt>, default: Duration| {
            value.map_or(default, |millis| Duration::from_millis(millis.to_u64()))
        };
        let default = Self::default();
        Self {
            prefix_padding: millis(config.prefix_padding_ms, default.prefix_padding),
            silence: millis(config.silence_duration_ms, default.silence),
            eager_start: config.start_of_speech_sensitivity != Some(StartSensitivity::Low),
            eager_end: config.end_of_speech_sensitivity != Some(EndSensitivity::Low),
        }
    }
}

/// What was heard, at a position in samples since the detector began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Speech began at `at`; committed at the frame just judged.
    Start {
        /// First loud sample.
        at: u64,
    },
    /// Speech ended at `at`; committed at the frame just judged.
    End {
        /// First sample of the silence.
        at: u64,
    },
}

/// Hears where speech begins and ends in a stream of one rate.
#[derive(Debug, Clone)]
pub struct VoiceDetector {
    sensitivity: Sensitivity,
    frame: usize,
    partial: Vec<i16>,
    position: u64,
    smoothed: Option<f64>,
    history: VecDeque<f64>,
    speaking: bool,
    loud_frames: u32,
    onset: u64,
    loud_run: u32,
    quiet_frames: u32,
    quiet_since: u64,
}

impl VoiceDetector {
    /// A detector for sound at `rate` samples per second.
    pub fn new(rate: u32, sensitivity: Sensitivity) -> Self {
        Self {
            sensitivity,
            frame: (rate / 100).max(1) as usize,
            partial: Vec::new(),
            position: 0,
            smoothed: None,
            history: VecDeque::with_capacity(FLOOR_FRAMES),
            speaking: false,
            loud_frames: 0,
            onset: 0,
            loud_run: 0,
            quiet_frames: 0,
            quiet_since: 0,
        }
    }

    /// Whether speech is under way.
    pub fn is_speaking(&self) -> bool {
        self.speaking
    }

    /// Samples judged so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Listens to `samples` up to the first change: returns how many were taken, and the change if there was one.
    /// Call again with the rest.
    pub fn listen(&mut self, samples: &[i16]) -> (usize, Option<Voice>) {
        let mut taken = 0;
        while taken < samples.len() {
            let wanted = (self.frame - self.partial.len()).min(samples.len() - taken);
            self.partial.extend_from_slice(&samples[taken..taken + wanted]);
            taken += wanted;
            if self.partial.len() < self.frame {
                break;
            }
            let energy = level(&self.partial);
            self.partial.clear();
            if let Some(change) = self.judge(energy) {
                return (taken, Some(change));
            }
        }
        (taken, None)
    }

    /// Ends speech under way, as when the microphone is switched off.
    pub fn stop(&mut self) {
        self.speaking = false;
        self.loud_frames = 0;
        self.loud_run = 0;
    }

    fn judge(&mut self, energy: f64) -> Option<Voice> {
        let begin = self.position;
        self.position += self.frame as u64;
        let start_level = self.start_level(energy);
        if self.speaking {
            self.judge_end(energy, start_level, begin)
        } else {
            self.judge_start(energy, start_level, begin)
        }
    }

    fn start_level(&mut self, energy: f64) -> f64 {
        let smoothed = self.smoothed.map_or(energy, |before| before + SMOOTHING * (energy - before));
        self.smoothed = Some(smoothed);
        if self.history.len() == FLOOR_FRAMES {
            self.history.pop_front();
        }
        self.history.push_back(smoothed);
        let floor = self.history.iter().copied().fold(f64::INFINITY, f64::min).clamp(QUIETEST_FLOOR, LOUDEST_FLOOR);
        let (margin, least) = if self.sensitivity.eager_start { (9.0, -50.0) } else { (15.0, -42.0) };
        (floor + margin).max(least)
    }

    /// Loud frames count up and quiet ones down, so the dips between syllables do not start the count anew.
    fn judge_start(&mut self, energy: f64, start_level: f64, begin: u64) -> Option<Voice> {
        if energy < start_level {
            self.loud_frames = self.loud_frames.saturating_sub(1);
            return None;
        }
        if self.loud_frames == 0 {
            self.onset = begin;
        }
        self.loud_frames += 1;
        if FRAME * self.loud_frames < self.sensitivity.prefix_padding {
            return None;
        }
        self.speaking = true;
        self.loud_frames = 0;
        self.loud_run = 0;
        self.quiet_frames = 0;
        Some(Voice::Start { at: self.onset })
    }

    fn judge_end(&mut self, energy: f64, start_level: f64, begin: u64) -> Option<Voice> {
        let hysteresis = if self.sensitivity.eager_end { 3.0 } else { 6.0 };
        if energy >= start_level - hysteresis {
            self.loud_run += 1;
            if self.loud_run >= CLICK_FRAMES {
                self.quiet_frames = 0;
            }
        } else {
            self.loud_run = 0;
        }
        if self.loud_run < CLICK_FRAMES {
            if self.quiet_frames == 0 {
                self.quiet_since = begin;
            }
            self.quiet_frames += 1;
        }
        if self.quiet_frames == 0 || FRAME * self.quiet_frames < self.sensitivity.silence {
            return None;
        }
        self.stop();
        Some(Voice::End { at: self.quiet_since })
    }
}

/// Level of a frame in dBFS; digital silence is -96.
fn level(samples: &[i16]) -> f64 {
    let energy: f64 = samples.iter().map(|&sample| (f64::from(sample) / 32_768.0).powi(2)).sum();
    (10.0 * (energy / samples.len() as f64).log10()).max(-96.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const RATE: u32 = 16_000;

    /// White noise of the given RMS in dBFS.
    fn noise(millis: usize, dbfs: f64, seed: u64) -> Vec<i16> {
        let amplitude = 32_768.0 * 10f64.powf(dbfs / 20.0) * 3f64.sqrt();
        let mut state = seed;
        (0..millis * RATE as usize / 1000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (amplitude * ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0)) as i16
            })
            .collect()
    }

    /// Noise in syllables: 4 a second, with short deep dips.
    fn speech(millis: usize, dbfs: f64) -> Vec<i16> {
        let mut samples = noise(millis, dbfs, 99);
        for (n, sample) in samples.iter_mut().enumerate() {
            let swing = (std::f64::consts::PI * 4.0 * n as f64 / f64::from(RATE)).sin().abs();
            *sample = (f64::from(*sample) * swing) as i16;
        }
        samples
    }

    fn mix(one: &[i16], other: &[i16]) -> Vec<i16> {
        one.iter().zip(other).map(|(a, b)| a.saturating_add(*b)).collect()
    }

    fn changes(sensitivity: Sensitivity, samples: &[i16]) -> Vec<(u64, Voice)> {
        let mut detector = VoiceDetector::new(RATE, sensitivity);
        let (mut rest, mut found) = (samples, Vec::new());
        while !rest.is_empty() {
            let (taken, change) = detector.listen(&rest[..rest.len().min(320)]);
            rest = &rest[taken..];
            found.extend(change.map(|change| (detector.position() / 16, change)));
        }
        found
    }

    fn millis(at: u64) -> u64 {
        at / 16
    }

    #[test]
    fn digital_silence_and_a_quiet_room_are_not_speech() {
        assert_eq!(changes(Sensitivity::default(), &vec![0; 160_000]), []);
        assert_eq!(changes(Sensitivity::default(), &noise(10_000, -62.0, 1)), []);
    }

    #[test]
    fn steady_loud_noise_is_not_speech() {
        assert_eq!(changes(Sensitivity::default(), &noise(10_000, -36.0, 5)), []);
    }

    #[test]
    fn speech_begins_and_ends_where_it_does() {
        let sound = [noise(1000, -65.0, 1), speech(2000, -22.0), noise(2000, -65.0, 2)].concat();
        let found = changes(Sensitivity::default(), &sound);
        let [(heard, Voice::Start { at: start }), (ended, Voice::End { at: end })] = found[..] else {
            panic!("one utterance, got {found:?}");
        };
        assert!((1000..1060).contains(&millis(start)), "{}", millis(start));
        assert!((1100..1250).contains(&heard), "{heard}");
        assert!((2930..3060).contains(&millis(end)), "{}", millis(end));
        assert_eq!(ended, millis(end) + 800);
    }

    #[test]
    fn speech_is_found_in_noise() {
        let sound = mix(&noise(6000, -45.0, 3), &[vec![0; 32_000], speech(2000, -24.0), vec![0; 32_000]].concat());
        let found = changes(Sensitivity::default(), &sound);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(matches!(found[0].1, Voice::Start { at } if (2000..2150).contains(&millis(at))));
    }

    #[test]
    fn a_voice_that_begins_with_the_stream_is_heard_at_once() {
        let found = changes(Sensitivity::default(), &[speech(1500, -20.0), vec![0; 32_000]].concat());
        assert!(matches!(found[0], (heard, Voice::Start { .. }) if heard < 300), "{found:?}");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_pause_shorter_than_the_silence_does_not_split_a_turn() {
        let sound = [vec![0; 8000], speech(1000, -22.0), vec![0; 9600], speech(1000, -22.0), vec![0; 32_000]].concat();
        assert_eq!(changes(Sensitivity::default(), &sound).len(), 2);
        let hasty = Sensitivity { silence: Duration::from_millis(300), ..Sensitivity::default() };
        assert_eq!(changes(hasty, &sound).len(), 4);
    }

    #[test]
    fn a_click_neither_starts_nor_prolongs_speech() {
        let click = noise(20, -10.0, 4);
        let alone = [vec![0; 16_000], click.clone(), vec![0; 16_000]].concat();
        assert_eq!(changes(Sensitivity::default(), &alone), []);
        let after = [vec![0; 8000], speech(1000, -22.0), vec![0; 6400], click, vec![0; 16_000]].concat();
        let found = changes(Sensitivity::default(), &after);
        assert!(matches!(found[1].1, Voice::End { at } if millis(at) < 1560), "{found:?}");
    }

    #[test]
    fn the_prefix_is_how_long_speech_must_last() {
        let short = [vec![0; 8000], speech(180, -20.0), vec![0; 16_000]].concat();
        let patient = Sensitivity { prefix_padding: Duration::from_millis(300), ..Sensitivity::default() };
        assert_eq!(changes(patient, &short), []);
        let quick = Sensitivity { prefix_padding: Duration::from_millis(20), ..Sensitivity::default() };
        assert_eq!(changes(quick, &short).len(), 2);
    }

    #[test]
    fn low_start_sensitivity_ignores_a_quiet_voice() {
        let quiet = [vec![0; 8000], speech(1000, -44.0), vec![0; 32_000]].concat();
        assert_eq!(changes(Sensitivity::default(), &quiet).len(), 2);
        let dull = Sensitivity { eager_start: false, ..Sensitivity::default() };
        assert_eq!(changes(dull, &quiet), []);
    }

    #[test]
    fn the_sizes_of_the_pieces_do_not_matter() {
        let sound = [noise(500, -65.0, 1), speech(1000, -22.0), noise(1500, -65.0, 2)].concat();
        let whole = changes(Sensitivity::default(), &sound);
        let mut detector = VoiceDetector::new(RATE, Sensitivity::default());
        let mut found = Vec::new();
        for piece in sound.chunks(37) {
            let mut rest = piece;
            while !rest.is_empty() {
                let (taken, change) = detector.listen(rest);
                rest = &rest[taken..];
                found.extend(change);
            }
        }
        assert_eq!(found, whole.into_iter().map(|(_, change)| change).collect::<Vec<_>>());
    }
}
