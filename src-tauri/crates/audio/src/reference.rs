//! What the speaker really played, for the echo canceller: at 16 kHz, in the microphone's time.
//!
//! Both devices' callbacks are timed by the same clock, so the two paces are known ([`Timing`]) and the played sound is read at
//! the microphone's. Without that, clocks 200 millionths apart would part by 12 ms a minute and the canceller would learn the
//! room anew all the time. It is read a little earlier than it can be heard, never later: an echo may not precede its cause.

use std::collections::VecDeque;

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable as _, Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use crate::{message::CAPTURE_RATE, timing::Timing};

/// Samples given at a time: 10 ms.
const BLOCK: usize = 160;

/// Played sound that is kept, in seconds: the audio thread may come late by that much.
const KEPT: usize = 2;

/// Added to one callback's length, in seconds: callbacks come late. More is added each time it wasn't enough.
const MARGIN: f64 = 0.004;
const MORE: f64 = 0.002;
const MOST: f64 = 0.03;

/// Read from elsewhere rather than catch up when it is this far from where it should be, in seconds.
const JUMP: f64 = 0.015;

/// Off by less, in seconds, nothing is done: to the canceller a steady error is a delay like any other, while each correction
/// is a room that moves.
const STEADY: f64 = 0.004;

/// Beyond that the pace of reading changes by this share of itself.
const CORRECTION: f64 = 1e-4;

/// See the module's documentation.
pub(crate) struct Reference {
    rate: u32,
    played: VecDeque<f32>,
    /// Samples that have left `played` at its front.
    gone: u64,
    /// The longest callback so far in samples.
    longest: usize,
    speaker: Timing,
    microphone: Timing,
    reader: Option<Async<f32>>,
    /// Whether the reader is where it should be; it has to jump there first.
    anchored: bool,
    margin: f64,
    input: Vec<f32>,
}

impl Reference {
    /// Nothing is played.
    pub(crate) fn new() -> Self {
        Self {
            rate: CAPTURE_RATE,
            played: VecDeque::new(),
            gone: 0,
            longest: 0,
            speaker: Timing::new(CAPTURE_RATE),
            microphone: Timing::new(CAPTURE_RATE),
            reader: None,
            anchored: false,
            margin: MARGIN,
            input: Vec::new(),
        }
    }

    /// A new stream of `rate` Hz, or none.
    pub(crate) fn restart(&mut self, rate: u32) {
        let microphone = self.microphone.clone();
        *self = Self { rate, speaker: Timing::new(rate), reader: reader(rate), microphone, ..Self::new() };
    }

    /// Another microphone: its indices begin again.
    pub(crate) fn restart_capture(&mut self) {
        self.microphone = Timing::new(CAPTURE_RATE);
        self.anchored = false;
    }

    /// The device was given these samples; with them it is `end` in all, at `at` nanoseconds of the clock.
    pub(crate) fn played(&mut self, samples: &[f32], end: u64, at: u64) {
        let begin = end.saturating_sub(samples.len() as u64);
        if begin != self.gone + self.played.len() as u64 {
            self.played.clear();
            self.gone = begin;
            self.anchored = false;
        }
        self.longest = self.longest.max(samples.len().min(self.rate as usize / 10));
        self.played.extend(samples);
        let surplus = self.played.len().saturating_sub(KEPT * self.rate as usize);
        self.played.drain(..surplus);
        self.gone += surplus as u64;
        if self.speaker.note(end, at) {
            self.anchored = false;
        }
    }

    /// What was played during the microphone's samples from `index` (at 16 kHz) on, of which the first arrived at `at`
    /// nanoseconds of the clock. Silence where nothing was.
    pub(crate) fn take(&mut self, index: u64, at: u64, out: &mut [f32; BLOCK]) {
        out.fill(0.0);
        if self.microphone.note(index, at) {
            self.anchored = false;
        }
        let wanted = self.microphone.time_of(index).and_then(|time| self.speaker.index_at(time));
        let (Some(wanted), Some(reader)) = (wanted, &mut self.reader) else {
            return;
        };
        let rate = f64::from(self.rate);
        let wanted = wanted - self.longest as f64 - self.margin * rate;
        let error = (wanted - self.gone as f64) / rate;
        if !self.anchored || error.abs() > JUMP {
            // Only forward: what has gone by can't be had again.
            let ahead = (wanted - self.gone as f64).max(0.0) as usize;
            if ahead > self.played.len() {
                return;
            }
            self.played.drain(..ahead);
            self.gone += ahead as u64;
            if error < -JUMP {
                return;
            }
            reader.reset();
            self.anchored = true;
        } else {
            let pace = self.speaker.ratio() / self.microphone.ratio();
            let correction = if error.abs() > STEADY { CORRECTION.copysign(error) } else { 0.0 };
            let _ = reader.set_resample_ratio_relative(1.0 / (pace * (1.0 + correction)), true);
        }
        let need = reader.input_frames_next();
        let there = need.min(self.played.len());
        self.input.clear();
        self.input.extend(self.played.drain(..there));
        self.gone += there as u64;
        if there < need {
            // Nothing was played since, or it isn't known yet: then it has to be read later from now on.
            self.input.resize(need, 0.0);
            self.anchored = false;
            self.margin = (self.margin + MORE).min(MOST);
        }
        let source = InterleavedSlice::new(&self.input, 1, need);
        let target = InterleavedSlice::new_mut(out.as_mut_slice(), 1, BLOCK);
        if let (Ok(source), Ok(mut target)) = (source, target) {
            let done = reader.process_into_buffer(&source, &mut target, None);
            debug_assert!(done.is_ok(), "both buffers have the sizes the reader named");
        }
    }
}

fn reader(rate: u32) -> Option<Async<f32>> {
    let ratio = f64::from(CAPTURE_RATE) / f64::from(rate.max(1));
    let parameters = SincInterpolationParameters {
        // 1.3 ms of delay; an echo canceller needs no steeper filter.
        sinc_len: (rate as usize / 375).next_multiple_of(8).max(32),
        f_cutoff: None,
        oversampling_factor: 128,
        interpolation: SincInterpolationType::Linear,
        window: WindowFunction::Blackman,
    };
    Async::new_sinc(ratio, 1.01, &parameters, BLOCK, 1, FixedAsync::Output).ok()
}
