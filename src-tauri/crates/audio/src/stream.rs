//! REAL TIME: the two callbacks and nothing else. Nothing here locks, allocates, logs or blocks.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use cpal::{FromSample, I24, Sample, SampleFormat, SizedSample, U24};
use ringbuf::{
    HeapProd,
    traits::{Consumer, Producer},
};

use crate::{
    clock::{Clock, frames_to_nanos, nanos},
    level::magnitude,
    ring::{Cue, Ear, Mark, Tap, Vitals},
};

/// Mono samples handled at a time.
const SCRATCH: usize = 1024;

/// Some hosts' latency is wrong by seconds while a stream starts: longer than this it is unknown.
const LONGEST_AGE: Duration = Duration::from_millis(300);

/// Calls `$f::<T>` for the sample type of `$format`; DSD isn't sound one can add up.
macro_rules! for_format {
    ($format:expr, $data:ident, $slice:ident, |$samples:ident| $body:expr) => {
        match $format {
            SampleFormat::F32 => $data.$slice::<f32>().map(|$samples| $body),
            SampleFormat::I16 => $data.$slice::<i16>().map(|$samples| $body),
            SampleFormat::I32 => $data.$slice::<i32>().map(|$samples| $body),
            SampleFormat::I24 => $data.$slice::<I24>().map(|$samples| $body),
            SampleFormat::U8 => $data.$slice::<u8>().map(|$samples| $body),
            SampleFormat::U16 => $data.$slice::<u16>().map(|$samples| $body),
            SampleFormat::U24 => $data.$slice::<U24>().map(|$samples| $body),
            SampleFormat::U32 => $data.$slice::<u32>().map(|$samples| $body),
            SampleFormat::I8 => $data.$slice::<i8>().map(|$samples| $body),
            SampleFormat::F64 => $data.$slice::<f64>().map(|$samples| $body),
            _ => None,
        }
    };
}

/// Whether the callbacks understand a format.
pub(crate) fn understands(format: SampleFormat) -> bool {
    !format.is_dsd() && !matches!(format, SampleFormat::I64 | SampleFormat::U64)
}

/// The microphone's callback: any format and size to mono, into the ring.
pub(crate) struct InputCallback {
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) ear: Arc<Ear>,
    pub(crate) clock: Clock,
    pub(crate) sound: HeapProd<f32>,
    pub(crate) marks: HeapProd<Mark>,
    channels: usize,
    rate: u32,
    scratch: Box<[f32; SCRATCH]>,
    pushed: u64,
}

impl InputCallback {
    pub(crate) fn new(
        (vitals, ear): (Arc<Vitals>, Arc<Ear>),
        clock: Clock,
        sound: HeapProd<f32>,
        marks: HeapProd<Mark>,
        channels: u16,
        rate: u32,
    ) -> Self {
        Self {
            vitals,
            ear,
            clock,
            sound,
            marks,
            channels: usize::from(channels.max(1)),
            rate,
            scratch: Box::new([0.0; SCRATCH]),
            pushed: 0,
        }
    }

    /// What cpal calls.
    pub(crate) fn on_data(&mut self, data: &cpal::Data, info: cpal::InputCallbackInfo) {
        let times = info.timestamp();
        let age = times.callback.saturating_duration_since(times.capture);
        let _ = for_format!(data.sample_format(), data, as_slice, |samples| self.on_input(samples, age));
    }

    /// Takes interleaved samples whose first was captured `age` ago.
    pub(crate) fn on_input<T>(&mut self, samples: &[T], age: Duration)
    where
        T: Sample,
        f32: FromSample<T>,
    {
        let now = self.clock.now_nanos();
        let one = self.ear.channel(self.channels);
        let mut arrived = 0;
        for block in samples.chunks(SCRATCH * self.channels) {
            let mut filled = 0;
            for (mono, frame) in self.scratch.iter_mut().zip(block.chunks_exact(self.channels)) {
                *mono = match one {
                    Some(channel) => f32::from_sample(frame[channel]),
                    None => frame.iter().map(|sample| f32::from_sample(*sample)).sum::<f32>() / self.channels as f32,
                };
                filled += 1;
            }
            let mono = &self.scratch[..filled];
            let pushed = self.sound.push_slice(mono);
            self.pushed += pushed as u64;
            arrived += filled as u64;
            if pushed < filled {
                let lost = (filled - pushed) as u64;
                self.vitals.missed.fetch_add(lost, Ordering::Relaxed);
            }
        }
        let own_length = frames_to_nanos(arrived, self.rate);
        let age = if age > LONGEST_AGE { 0 } else { nanos(age) };
        let mark = Mark { end: self.pushed, at: now, age: age.max(own_length) };
        // A full ring of times only makes the next mark cover two runs.
        let _ = self.marks.try_push(mark);
        self.vitals.last.store(now, Ordering::Relaxed);
        self.vitals.live.store(true, Ordering::Release);
    }
}

/// The speaker's callback: from the ring to every channel, silence where there is nothing.
pub(crate) struct OutputCallback {
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) cue: Arc<Cue>,
    pub(crate) clock: Clock,
    pub(crate) tap: Tap,
    channels: usize,
    fade: usize,
    /// Samples of a fade still to come.
    fading: usize,
    /// Samples of the ramp after a gap still to come.
    rising: usize,
    /// The last `skip_to` seen.
    goal: u64,
    last: f32,
    volume: f32,
    scratch: Box<[f32; SCRATCH]>,
    taken: u64,
    rendered: u64,
}

/// A cut in full sound would click. 5 ms are promised; the way of the order to the callback needs the rest.
const FADE: Duration = Duration::from_millis(4);

impl OutputCallback {
    pub(crate) fn new(
        (vitals, cue): (Arc<Vitals>, Arc<Cue>),
        clock: Clock,
        tap: Tap,
        channels: u16,
        rate: u32,
    ) -> Self {
        let volume = cue.volume.get();
        Self {
            vitals,
            cue,
            clock,
            tap,
            channels: usize::from(channels.max(1)),
            fade: ((FADE.as_secs_f64() * f64::from(rate)) as usize).max(1),
            fading: 0,
            rising: 0,
            goal: 0,
            last: 0.0,
            volume,
            scratch: Box::new([0.0; SCRATCH]),
            taken: 0,
            rendered: 0,
        }
    }

    /// What cpal calls.
    pub(crate) fn on_data(&mut self, data: &mut cpal::Data) {
        let _ = for_format!(data.sample_format(), data, as_slice_mut, |samples| self.on_output(samples));
    }

    /// Fills interleaved samples.
    pub(crate) fn on_output<T>(&mut self, samples: &mut [T])
    where
        T: SizedSample + FromSample<f32>,
    {
        let now = self.clock.now_nanos();
        let mut peak = 0.0_f32;
        let mut asked = 0;
        for block in samples.chunks_mut(SCRATCH * self.channels) {
            let frames = block.len() / self.channels;
            asked += frames as u64;
            let first = self.fill(frames);
            self.mix_cues(frames);
            self.adjust(frames);
            peak = peak.max(magnitude(&self.scratch[..frames]));
            self.rendered += self.tap.render.push_slice(&self.scratch[..frames]) as u64;
            self.spread(first, frames, block);
        }
        let _ = self.tap.marks.try_push(Mark { end: self.taken, at: now, age: 0 });
        let _ = self.tap.rendered.try_push(Mark { end: self.rendered, at: now, age: 0 });
        self.cue.largest.fetch_max(asked, Ordering::Relaxed);
        self.cue.taken.store(self.taken, Ordering::Release);
        self.vitals.peak.note(peak);
        self.vitals.last.store(now, Ordering::Relaxed);
        self.vitals.live.store(true, Ordering::Release);
    }

    /// Puts the next `frames` mono samples into the scratch; gives the ring index of the first.
    fn fill(&mut self, frames: usize) -> u64 {
        let skip_to = self.cue.skip_to.load(Ordering::Acquire);
        if skip_to > self.goal {
            self.goal = skip_to;
            if self.fading == 0 {
                self.fading = self.fade;
            }
        }
        let faded = self.fade_out(frames);
        let first = self.taken;
        let popped = self.tap.sound.pop_slice(&mut self.scratch[faded..frames]);
        self.taken += popped as u64;
        let filled = faded + popped;
        for sample in &mut self.scratch[faded..filled] {
            if self.rising == 0 {
                break;
            }
            *sample *= 1.0 - self.rising as f32 / self.fade as f32;
            self.rising -= 1;
        }
        if filled < frames && self.cue.expects_sound.load(Ordering::Relaxed) {
            let missing = (frames - filled) as u64;
            self.vitals.missed.fetch_add(missing, Ordering::Relaxed);
            self.rising = self.fade;
        }
        let held = if filled > 0 { self.scratch[filled - 1] } else { self.last };
        self.run_out(held, filled, frames);
        self.last = self.scratch[..frames].last().copied().unwrap_or(self.last);
        first.saturating_sub(faded as u64)
    }

    /// Where the sound ends, on purpose or not, it falls to zero instead of breaking off.
    fn run_out(&mut self, from: f32, filled: usize, frames: usize) {
        let fall = 1.0 - 4.0 / self.fade as f32;
        let mut value = from;
        for sample in &mut self.scratch[filled..frames] {
            value = if value.abs() < 1e-4 { 0.0 } else { value * fall };
            *sample = value;
        }
    }

    /// Brings the volume to where it should be, over 4 ms for a whole step.
    fn adjust(&mut self, frames: usize) {
        let wanted = self.cue.volume.get();
        let step = 1.0 / self.fade as f32;
        if (self.volume - wanted).abs() < f32::EPSILON && (wanted - 1.0).abs() < f32::EPSILON {
            return;
        }
        for sample in &mut self.scratch[..frames] {
            self.volume += (wanted - self.volume).clamp(-step, step);
            *sample *= self.volume;
        }
    }

    fn mix_cues(&mut self, frames: usize) {
        for (sample, cue) in self.scratch[..frames].iter_mut().zip(self.tap.cues.pop_iter()) {
            *sample += cue;
        }
    }

    /// What is under way ends in a ramp; what was to be skipped goes with it. Gives the number of
    /// samples written.
    fn fade_out(&mut self, frames: usize) -> usize {
        if self.fading == 0 {
            return 0;
        }
        let now = self.fading.min(frames);
        let there = now.min((self.goal.saturating_sub(self.taken)) as usize);
        let popped = self.tap.sound.pop_slice(&mut self.scratch[..there]);
        self.taken += popped as u64;
        let held = if popped > 0 { self.scratch[popped - 1] } else { self.last };
        self.scratch[popped..now].fill(held);
        for sample in &mut self.scratch[..now] {
            self.fading -= 1;
            *sample *= self.fading as f32 / self.fade as f32;
        }
        if self.fading == 0 {
            self.cue.heard.store(self.taken, Ordering::Relaxed);
            let rest = self.goal.saturating_sub(self.taken) as usize;
            self.taken += self.tap.sound.skip(rest) as u64;
            self.cue.skipped.store(self.goal, Ordering::Release);
        }
        now
    }

    /// Writes the scratch to every channel, or to the one the test tone is on.
    fn spread<T>(&self, first: u64, frames: usize, block: &mut [T])
    where
        T: SizedSample + FromSample<f32>,
    {
        let start = self.cue.pan_start.load(Ordering::Relaxed);
        let middle = self.cue.pan_middle.load(Ordering::Relaxed);
        let end = self.cue.pan_end.load(Ordering::Relaxed);
        let silence = T::from_sample(0.0);
        let mono = self.scratch[..frames].iter().zip(first..);
        for (frame, (sample, index)) in block.chunks_exact_mut(self.channels).zip(mono) {
            // Of a surround system, the two in front.
            let front = frame.len().min(2);
            frame[..front].fill(T::from_sample(*sample));
            frame[front..].fill(silence);
            if frame.len() > 1 && (start..end).contains(&index) {
                let silent = if index < middle { 1..2 } else { 0..1 };
                frame[silent].fill(silence);
            }
        }
    }
}
