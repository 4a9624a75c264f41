//! Gated sound into numbered frames of 20 ms.

use crate::{
    clock::{Clock, frames_to_nanos},
    message::{CAPTURE_RATE, CaptureFrame, FRAME_SAMPLES},
    render::to_i16,
};

/// Collects samples until a frame is full.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    pcm: Vec<i16>,
    /// When the first sample in `pcm` was captured, in the clock's nanoseconds.
    captured: u64,
    next_seq: u64,
    /// Samples of the first frame; `None` once that is given out.
    first: Option<usize>,
}

impl Framer {
    /// The next frame is the first of a turn and has at most `samples`, so that all frames end where a processed block does:
    /// a frame that ends within one would wait for the rest of it, 5 ms on average.
    pub(crate) fn begin_with(&mut self, samples: usize) {
        self.first = Some(samples.clamp(1, FRAME_SAMPLES));
    }

    /// Takes samples of which the first was captured at `captured`; gives every frame that is full.
    pub(crate) fn push(
        &mut self,
        mut samples: &[f32],
        mut captured: u64,
        clock: &Clock,
        mut on_frame: impl FnMut(CaptureFrame),
    ) {
        while !samples.is_empty() {
            if self.pcm.is_empty() {
                self.captured = captured;
                self.pcm.reserve_exact(FRAME_SAMPLES);
            }
            let full = self.first.unwrap_or(FRAME_SAMPLES);
            let (now, later) = samples.split_at(samples.len().min(full - self.pcm.len()));
            self.pcm.extend(now.iter().copied().map(to_i16));
            captured += frames_to_nanos(now.len() as u64, CAPTURE_RATE);
            samples = later;
            if self.pcm.len() == full {
                on_frame(self.take(clock));
            }
        }
    }

    /// Gives what is left as a frame as short as it is.
    pub(crate) fn finish(&mut self, clock: &Clock, on_frame: impl FnOnce(CaptureFrame)) {
        if !self.pcm.is_empty() {
            on_frame(self.take(clock));
        }
    }

    fn take(&mut self, clock: &Clock) -> CaptureFrame {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.first = None;
        CaptureFrame { seq, captured_at: clock.instant(self.captured), pcm: std::mem::take(&mut self.pcm) }
    }
}
