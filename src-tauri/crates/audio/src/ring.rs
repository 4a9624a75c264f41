//! What the callbacks and the audio thread share: rings for sound, rings for times, counters.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

use ringbuf::{HeapCons, HeapProd, HeapRb, traits::Split};

use crate::{clock::nanos, level::Peak};

/// When a run of samples passed a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Samples that have passed in all, this run included.
    pub(crate) end: u64,
    /// When the callback ran, in the clock's nanoseconds.
    pub(crate) at: u64,
    /// Input: how long before `at` the run's first sample was captured, by the device's own word.
    pub(crate) age: u64,
}

/// Callbacks of half a millisecond were seen (2000 a second); this is half a second of those.
const MARKS: usize = 1024;

/// What both kinds of callback tell.
#[derive(Debug, Default)]
pub(crate) struct Vitals {
    /// A first callback has come.
    pub(crate) live: AtomicBool,
    /// When the last one came, in the clock's nanoseconds.
    pub(crate) last: AtomicU64,
    /// Device samples lost (input) or missing (output).
    pub(crate) missed: AtomicU64,
    /// How often the device itself ran dry, because a callback came too late. Where the system tells.
    pub(crate) slips: AtomicU64,
    /// The highest sample an output was given.
    pub(crate) peak: Peak,
    /// An error after which no stream goes on.
    pub(crate) fatal: AtomicBool,
    /// Other errors; a storm of them (200,000 a second were seen) is fatal too.
    pub(crate) errors: AtomicU64,
}

/// A stream that has run is lost after this long without a callback: PulseAudio reports nothing.
const STALL: Duration = Duration::from_millis(500);

/// Errors of an unclear kind in one stream; a working ALSA stream was seen to report 94.
const STORM: u64 = 1_000;

impl Vitals {
    /// Whether no more is to be hoped for at `now` from a stream that was opened at `opened` and
    /// may take `patience` for its first callback.
    pub(crate) fn is_lost(&self, now: u64, opened: u64, patience: Duration) -> bool {
        let (since, patience) = if self.live.load(Ordering::Acquire) {
            (self.last.load(Ordering::Relaxed), STALL)
        } else {
            (opened, patience)
        };
        self.fatal.load(Ordering::Relaxed)
            || self.errors.load(Ordering::Relaxed) > STORM
            || now.saturating_sub(since) > nanos(patience)
    }
}

/// What the output's two sides tell each other about turns and silence.
#[derive(Debug, Default)]
pub(crate) struct Cue {
    /// The device should have sound: what is missing now is an underrun.
    pub(crate) expects_sound: AtomicBool,
    /// Samples before this index are to be skipped.
    pub(crate) skip_to: AtomicU64,
    /// The `skip_to` the callback has obeyed.
    pub(crate) skipped: AtomicU64,
    /// The last index heard before the callback obeyed.
    pub(crate) heard: AtomicU64,
    /// Samples taken from the ring, heard or skipped.
    pub(crate) taken: AtomicU64,
    /// The largest callback so far in samples.
    pub(crate) largest: AtomicU64,
    /// From here on only the left channel sounds, until `pan_middle`; then only the right.
    pub(crate) pan_start: AtomicU64,
    /// See `pan_start`.
    pub(crate) pan_middle: AtomicU64,
    /// See `pan_start`.
    pub(crate) pan_end: AtomicU64,
    /// Volume as a factor, see [`Factor`].
    pub(crate) volume: Factor,
}

/// A factor that one thread sets and another reads.
#[derive(Debug)]
pub(crate) struct Factor(AtomicU32);

impl Default for Factor {
    fn default() -> Self {
        Self(AtomicU32::new(1.0_f32.to_bits()))
    }
}

impl Factor {
    /// Sets it.
    pub(crate) fn set(&self, factor: f32) {
        self.0.store(factor.to_bits(), Ordering::Relaxed);
    }

    /// What was set last.
    pub(crate) fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Which channel of a microphone is listened to.
#[derive(Debug)]
pub(crate) struct Ear(AtomicU32);

impl Default for Ear {
    fn default() -> Self {
        Self(AtomicU32::new(u32::MAX))
    }
}

impl Ear {
    /// Listens to one channel from 0 on, or to the mean of all.
    pub(crate) fn listen_to(&self, channel: Option<u16>) {
        self.0.store(channel.map_or(u32::MAX, u32::from), Ordering::Relaxed);
    }

    /// The channel of a device with so many; `None` is the mean of all.
    pub(crate) fn channel(&self, channels: usize) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed) as usize).filter(|channel| *channel < channels)
    }
}

pub(crate) type Sound = (HeapProd<f32>, HeapCons<f32>);
pub(crate) type Marks = (HeapProd<Mark>, HeapCons<Mark>);

/// A ring for `samples` of sound and one for its times.
pub(crate) fn rings(samples: usize) -> (Sound, Marks) {
    (HeapRb::new(samples.max(1)).split(), HeapRb::new(MARKS).split())
}

/// The audio thread's ends of an output's rings.
pub(crate) struct Feed {
    /// What is to be heard.
    pub(crate) sound: HeapProd<f32>,
    /// How much of that was taken when.
    pub(crate) marks: HeapCons<Mark>,
    /// Short sounds, mixed in at once.
    pub(crate) cues: HeapProd<f32>,
    /// Everything that was handed to the device, silence and all.
    pub(crate) render: HeapCons<f32>,
    /// When.
    pub(crate) rendered: HeapCons<Mark>,
}

/// The callback's ends of the same.
pub(crate) struct Tap {
    pub(crate) sound: HeapCons<f32>,
    pub(crate) marks: HeapProd<Mark>,
    pub(crate) cues: HeapCons<f32>,
    pub(crate) render: HeapProd<f32>,
    pub(crate) rendered: HeapProd<Mark>,
}

/// The rings of an output for `samples` of sound.
pub(crate) fn output_rings(samples: usize) -> (Feed, Tap) {
    let ((sound, pop), (push_mark, marks)) = rings(samples);
    let ((push_cue, pop_cue), _) = rings(samples);
    let ((push_render, render), (push_rendered, rendered)) = rings(samples);
    (
        Feed { sound, marks, cues: push_cue, render, rendered },
        Tap { sound: pop, marks: push_mark, cues: pop_cue, render: push_render, rendered: push_rendered },
    )
}
