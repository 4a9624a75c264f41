//! From the microphone's device samples to processed 16 kHz, in pieces that know when they arrived.
//!
//! It runs as long as the microphone is open, whether somebody talks or not: the echo canceller and the voice detector have
//! to know the room before the first word. What part of it is sent is the gate's business.

use std::collections::VecDeque;

use crate::{
    clock::frames_to_nanos, message::CAPTURE_RATE, options::Processing, process::Processor, reference::Reference,
    report::EchoReport, resample::Resampler,
};

/// Samples processed at a time: 10 ms.
pub(crate) const BLOCK: usize = 160;

/// Some microphone sound at [`CAPTURE_RATE`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// When its first sample would have arrived by itself, in the clock's nanoseconds.
    pub(crate) arrived: u64,
    /// When its first sample was captured.
    pub(crate) captured: u64,
    /// Mono, full scale 1.
    pub(crate) samples: Vec<f32>,
}

impl Piece {
    /// When the sample after its last arrived.
    pub(crate) fn end(&self) -> u64 {
        self.arrived + frames_to_nanos(self.samples.len() as u64, CAPTURE_RATE)
    }
}

/// Which device sample came when.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    index: u64,
    arrived: u64,
    captured: u64,
}

/// See the module's documentation.
pub(crate) struct Front {
    rate: u32,
    gain: f32,
    resampler: Resampler,
    processing: Processing,
    processor: Processor,
    /// Nobody wants the sound: it is only passed on, and what was learnt is kept.
    resting: bool,
    anchors: VecDeque<Anchor>,
    /// Device samples taken.
    taken: u64,
    /// 16 kHz samples that went into the processor.
    processed: u64,
    /// Samples given out.
    given: u64,
    /// Processed samples that are only the processor's delay.
    to_drop: usize,
    tuned: Vec<f32>,
    waiting: Vec<f32>,
    pieces: VecDeque<Piece>,
}

impl Front {
    /// For a device of `rate` Hz.
    pub(crate) fn new(rate: u32, processing: Processing, gain_db: f32) -> Self {
        let processor = Processor::new(processing);
        Self {
            rate,
            gain: factor(gain_db),
            resampler: Resampler::new(rate, CAPTURE_RATE),
            processing,
            to_drop: processor.delay(),
            processor,
            resting: false,
            anchors: VecDeque::new(),
            taken: 0,
            processed: 0,
            given: 0,
            tuned: Vec::new(),
            waiting: Vec::new(),
            pieces: VecDeque::new(),
        }
    }

    /// From the next sample on; what is inside comes out as it was.
    pub(crate) fn set_processing(&mut self, processing: Processing) {
        if processing != self.processing {
            self.flush();
            self.processing = processing;
            self.processor.set(processing);
            self.to_drop = self.processor.delay();
        }
    }

    /// Whether anybody wants the sound from the next sample on; processing it costs most of what the audio thread costs.
    pub(crate) fn rest(&mut self, resting: bool) {
        if resting != self.resting {
            if !self.passes_untouched() {
                self.flush_processor();
            }
            self.resting = resting;
            self.processed = self.given;
            self.to_drop = self.processor.delay();
        }
    }

    fn passes_untouched(&self) -> bool {
        self.resting || self.processing == Processing::OFF
    }

    /// From the next sample on, in dB.
    pub(crate) fn set_gain(&mut self, gain_db: f32) {
        self.gain = factor(gain_db);
    }

    /// How echo cancelling goes.
    pub(crate) fn echo(&self) -> EchoReport {
        self.processor.report()
    }

    /// Takes mono device samples of which the first arrived and was captured at these instants of the clock.
    pub(crate) fn push(&mut self, samples: &[f32], arrived: u64, captured: u64, reference: &mut Reference) {
        self.anchors.push_back(Anchor { index: self.taken, arrived, captured });
        self.taken += samples.len() as u64;
        let mut samples = samples;
        if (self.gain - 1.0).abs() > f32::EPSILON {
            self.tuned.clear();
            self.tuned.extend(samples.iter().map(|sample| (sample * self.gain).clamp(-1.0, 1.0)));
            samples = &self.tuned;
        }
        self.resampler.push(samples, &mut self.waiting);
        if self.passes_untouched() {
            let passed = std::mem::take(&mut self.waiting);
            self.give(passed);
        } else {
            self.process(Some(reference));
        }
    }

    /// The next piece that is ready.
    pub(crate) fn pop(&mut self) -> Option<Piece> {
        self.pieces.pop_front()
    }

    /// Gives out everything still inside; what comes next is a new beginning.
    pub(crate) fn flush(&mut self) {
        self.resampler.drain(&mut self.waiting);
        if self.passes_untouched() {
            let passed = std::mem::take(&mut self.waiting);
            self.give(passed);
        } else {
            self.flush_processor();
        }
        self.anchors.clear();
        (self.taken, self.processed, self.given) = (0, 0, 0);
        self.to_drop = self.processor.delay();
    }

    fn flush_processor(&mut self) {
        let due = self.given + (self.waiting.len() + self.inside()) as u64;
        while self.given < due {
            self.waiting.resize(self.waiting.len().next_multiple_of(BLOCK).max(BLOCK), 0.0);
            self.process(None);
        }
        self.shorten((self.given - due) as usize);
        self.given = due;
    }

    /// Samples that went into the processor and haven't come out.
    fn inside(&self) -> usize {
        self.processor.delay() - self.to_drop
    }

    fn process(&mut self, mut reference: Option<&mut Reference>) {
        let mut done = 0;
        while self.waiting.len() - done >= BLOCK {
            let mut near = [0.0; BLOCK];
            near.copy_from_slice(&self.waiting[done..done + BLOCK]);
            done += BLOCK;
            let mut far = [0.0; BLOCK];
            if let Some(reference) = reference.as_deref_mut().filter(|_| self.processing.echo) {
                let first = self.processed;
                reference.take(first, self.when(first).0, &mut far);
            }
            self.processed += BLOCK as u64;
            self.processor.process(&far, &mut near);
            let dropped = self.to_drop.min(BLOCK);
            self.to_drop -= dropped;
            self.give(near[dropped..].to_vec());
        }
        self.waiting.drain(..done);
    }

    fn give(&mut self, samples: Vec<f32>) {
        if samples.is_empty() {
            return;
        }
        let (arrived, captured) = self.when(self.given);
        self.given += samples.len() as u64;
        let oldest = self.device_index(self.given);
        while self.anchors.len() > 1 && self.anchors[1].index <= oldest {
            self.anchors.pop_front();
        }
        self.pieces.push_back(Piece { arrived, captured, samples });
    }

    fn shorten(&mut self, mut by: usize) {
        while by > 0
            && let Some(last) = self.pieces.back_mut()
        {
            let cut = by.min(last.samples.len());
            last.samples.truncate(last.samples.len() - cut);
            by -= cut;
            if last.samples.is_empty() {
                self.pieces.pop_back();
            }
        }
    }

    fn device_index(&self, index: u64) -> u64 {
        (u128::from(index) * u128::from(self.rate) / u128::from(CAPTURE_RATE)) as u64
    }

    /// When the 16 kHz sample at `index` arrived and was captured.
    fn when(&self, index: u64) -> (u64, u64) {
        let index = self.device_index(index);
        let anchor = self.anchors.iter().take_while(|anchor| anchor.index <= index).last().or(self.anchors.front());
        anchor.map_or((0, 0), |anchor| {
            let since = frames_to_nanos(index.saturating_sub(anchor.index), self.rate);
            (anchor.arrived + since, anchor.captured + since)
        })
    }
}

fn factor(decibels: f32) -> f32 {
    10.0_f32.powf(decibels.clamp(-20.0, 30.0) / 20.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        clock::Clock,
        frame::Framer,
        message::{CaptureFrame, FRAME_SAMPLES},
        render::{duration, from_i16},
    };

    fn ramp(len: usize) -> Vec<f32> {
        (0..len).map(|i| from_i16((i * 31 % 65_536) as u16 as i16)).collect()
    }

    fn capture(rate: u32, processing: Processing, samples: &[f32], sizes: &[usize]) -> Vec<CaptureFrame> {
        let (mut front, mut framer) = (Front::new(rate, processing, 0.0), Framer::default());
        let (mut reference, clock) = (Reference::new(), Clock::by_hand());
        let (mut frames, mut rest, mut at) = (Vec::new(), samples, 0);
        let mut frame_all = |front: &mut Front| {
            while let Some(piece) = front.pop() {
                framer.push(&piece.samples, piece.captured, &clock, |frame| frames.push(frame));
            }
        };
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (block, later) = rest.split_at(rest.len().min(*size));
            let arrived = duration(at, rate).as_nanos() as u64;
            front.push(block, arrived, arrived, &mut reference);
            frame_all(&mut front);
            at += block.len();
            rest = later;
        }
        front.flush();
        frame_all(&mut front);
        framer.finish(&clock, |frame| frames.push(frame));
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
            sizes in prop::collection::vec(16_usize..=8192, 1..10),
            len in 1_usize..40_000,
            processed in any::<bool>(),
        ) {
            let processing = if processed { Processing::ALL } else { Processing::OFF };
            let frames = capture(rate, processing, &ramp(len), &sizes);
            let pcm = joined(&frames);
            prop_assert_eq!(pcm.len(), (len * 16_000).div_ceil(rate as usize));
            prop_assert_eq!(&pcm, &joined(&capture(rate, processing, &ramp(len), &[usize::MAX / 8])));
            let (last, full) = frames.split_last().unwrap();
            prop_assert!(full.iter().all(|frame| frame.pcm.len() == FRAME_SAMPLES));
            prop_assert!((1..=FRAME_SAMPLES).contains(&last.pcm.len()));
            prop_assert!(frames.iter().zip(0..).all(|(frame, seq)| frame.seq == seq));
        }
    }

    #[test]
    fn every_callback_size_gives_the_same_frames() {
        let mono = ramp(9_000);
        for rate in [8_000, 16_000, 44_100, 48_000, 96_000, 192_000] {
            let whole = joined(&capture(rate, Processing::OFF, &mono, &[9_000]));
            for size in (16..=8192).step_by(7) {
                assert_eq!(joined(&capture(rate, Processing::OFF, &mono, &[size])), whole, "{size} at {rate} Hz");
            }
        }
    }

    #[test]
    fn sixteen_kilohertz_pass_bit_for_bit() {
        let pcm: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        let samples: Vec<f32> = pcm.iter().copied().map(from_i16).collect();
        assert_eq!(joined(&capture(16_000, Processing::OFF, &samples, &[333])), pcm);
    }

    #[test]
    fn frames_know_when_they_were_captured_processed_or_not() {
        for processing in [Processing::OFF, Processing::ALL] {
            let frames = capture(48_000, processing, &vec![0.1; 48_000], &[441]);
            let first = frames[0].captured_at;
            for (frame, index) in frames.iter().zip(0..) {
                let wanted = Duration::from_millis(20) * index;
                let found = frame.captured_at - first;
                assert!(found.abs_diff(wanted) < Duration::from_micros(50), "{found:?} for {wanted:?}");
            }
        }
    }

    #[test]
    fn a_change_of_processing_loses_and_doubles_nothing() {
        let (mut front, mut reference) = (Front::new(48_000, Processing::OFF, 0.0), Reference::new());
        let mut given = 0;
        for (index, processing) in [Processing::OFF, Processing::ALL, Processing::OFF].into_iter().enumerate() {
            front.set_processing(processing);
            let at = index as u64 * 1_000_000_000;
            front.push(&vec![0.1; 48_000], at, at, &mut reference);
            while let Some(piece) = front.pop() {
                given += piece.samples.len();
            }
        }
        front.flush();
        while let Some(piece) = front.pop() {
            given += piece.samples.len();
        }
        assert_eq!(given, 3 * 16_000);
    }

    #[test]
    fn resting_and_going_on_loses_and_doubles_nothing() {
        let (mut front, mut reference) = (Front::new(48_000, Processing::ALL, 0.0), Reference::new());
        let mut given = 0;
        for index in 0..100_u64 {
            front.rest(index / 7 % 2 == 1);
            let at = index * 10_300_000;
            front.push(&[0.1; 494], at, at, &mut reference);
            while let Some(piece) = front.pop() {
                given += piece.samples.len();
            }
        }
        front.flush();
        while let Some(piece) = front.pop() {
            given += piece.samples.len();
        }
        assert_eq!(given, (100 * 494_usize).div_ceil(3));
    }

    #[test]
    fn gain_is_in_decibels_and_never_beyond_full_scale() {
        let (mut front, mut reference) = (Front::new(16_000, Processing::OFF, 6.0), Reference::new());
        front.push(&[0.1, 0.9], 0, 0, &mut reference);
        let samples = front.pop().unwrap().samples;
        assert!((samples[0] - 0.1995).abs() < 1e-3 && samples[1] <= 1.0);
    }
}
