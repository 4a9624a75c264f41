//! One turn's sound on its way to the device: as it came, made longer, or bridged.
//!
//! What was put in between (periods woven in, bridges) is no sound of the turn: it is counted apart, so that "how much of
//! it was heard" stays true.

use std::{collections::VecDeque, time::Duration};

use super::{
    conceal::Bridge,
    jitter::Arrivals,
    stretch::{Pace, lengthen},
    tail::Tail,
};
use crate::{
    clock::{frames_to_nanos, nanos_to_frames},
    render::{PlaybackChain, duration, from_i16, to_i16},
};

/// Room for so many messages is kept.
const FEW: usize = 64;

/// A turn.
pub(super) struct Turn {
    pub(super) number: u64,
    pub(super) ended: bool,
    pub(super) flowing: bool,
    /// It has begun, and what came was not enough.
    pub(super) dry: bool,
    /// That has happened before.
    pub(super) was_dry: bool,
    pub(super) arrivals: Arrivals,
    /// When the first of what is queued before the begin came.
    pub(super) waiting_since: Option<u64>,
    /// Dropped because the queue was too long.
    pub(super) dropped: Duration,
    chunks: VecDeque<Chunk>,
    chain: PlaybackChain,
    to: u32,
    tail: Tail,
    bridge: Option<Bridge>,
    /// What was put in between so far, in nanoseconds, and how much of that was told in device samples.
    added: u64,
    told: u64,
    /// 15 ms of what comes next.
    coming: Vec<f32>,
    extra: Vec<f32>,
    pcm: Vec<i16>,
}

struct Chunk {
    pcm: Vec<i16>,
    rate: u32,
    at: usize,
}

impl Turn {
    /// A turn for a device of `to` Hz.
    pub(super) fn new(number: u64, to: u32) -> Self {
        Self {
            number,
            ended: false,
            flowing: false,
            dry: false,
            was_dry: false,
            arrivals: Arrivals::default(),
            waiting_since: None,
            dropped: Duration::ZERO,
            chunks: VecDeque::new(),
            chain: PlaybackChain::new(to),
            to,
            tail: Tail::new(0),
            bridge: None,
            added: 0,
            told: 0,
            coming: Vec::new(),
            extra: Vec::new(),
            pcm: Vec::new(),
        }
    }

    /// The device has another rate from now on; what the old one wasn't given is gone.
    pub(super) fn set_rate(&mut self, to: u32) {
        (self.to, self.chain) = (to, PlaybackChain::new(to));
        (self.added, self.told) = (0, 0);
    }

    pub(super) fn push(&mut self, pcm: Vec<i16>, rate: u32) {
        self.chunks.push_back(Chunk { pcm, rate, at: 0 });
    }

    /// Whether something is queued.
    pub(super) fn has_sound(&self) -> bool {
        !self.chunks.is_empty()
    }

    /// Everything queued.
    pub(super) fn queued(&self) -> Duration {
        self.chunks.iter().map(Chunk::queued).sum()
    }

    /// What is queued, counted no further than needed to see that it is at least `enough`.
    pub(super) fn queued_up_to(&self, enough: Duration) -> Duration {
        let mut queued = Duration::ZERO;
        for chunk in &self.chunks {
            if queued >= enough {
                break;
            }
            queued += chunk.queued();
        }
        queued
    }

    /// Drops the oldest piece. How much it was.
    pub(super) fn drop_oldest(&mut self) -> Option<Duration> {
        let gone = self.chunks.pop_front()?.queued();
        self.dropped += gone;
        Some(gone)
    }

    /// Appends about 10 ms: the next of the queue at this pace. Whether there was something.
    pub(super) fn play(&mut self, pace: Pace, out: &mut Vec<f32>) -> bool {
        let Some(rate) = self.chunks.front().map(|chunk| chunk.rate) else {
            return false;
        };
        if rate != self.tail.rate() {
            self.leave_bridge(out);
            self.tail = Tail::new(rate);
        }
        if pace != Pace::Natural && self.bridge.is_none() {
            self.look_ahead(rate);
            if lengthen(&mut self.tail, &self.coming, pace, &mut self.extra) {
                self.give_extra(out);
                return true;
            }
        }
        self.play_as_it_is(rate, out);
        true
    }

    /// Appends 10 ms of what stands in for missing sound. Whether there was something; in the end there isn't.
    pub(super) fn conceal(&mut self, out: &mut Vec<f32>) -> bool {
        (self.dry, self.was_dry) = (true, true);
        let bridge = self.bridge.get_or_insert_with(|| Bridge::from(&self.tail));
        if bridge.is_over() || self.tail.rate() == 0 {
            return false;
        }
        self.extra.clear();
        bridge.go_on(block(self.tail.rate()), &mut self.extra);
        self.tail.bridged(&self.extra);
        self.give_extra(out);
        true
    }

    /// Appends everything still inside.
    pub(super) fn finish(&mut self, out: &mut Vec<f32>) {
        self.leave_bridge(out);
        self.chain.finish(out);
    }

    /// How many of `samples` given to the device are no sound of the turn, as far as not told before.
    pub(super) fn tell_added(&mut self, samples: usize) -> usize {
        let untold = nanos_to_frames(self.added, self.to).saturating_sub(self.told);
        let now = untold.min(samples as u64);
        self.told += now;
        now as usize
    }

    /// Samples of memory held for what is queued.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let chunk = |chunk: &Chunk| chunk.pcm.capacity();
        self.chunks.iter().map(chunk).sum::<usize>() + self.chunks.capacity() * size_of::<Chunk>() / 2
    }

    fn play_as_it_is(&mut self, rate: u32, out: &mut Vec<f32>) {
        let Some(chunk) = self.chunks.front_mut() else {
            return;
        };
        let now = &chunk.pcm[chunk.at..(chunk.at + block(rate)).min(chunk.pcm.len())];
        self.coming.clear();
        self.coming.extend(now.iter().copied().map(from_i16));
        if let Some(mut bridge) = self.bridge.take() {
            self.extra.clear();
            bridge.meet(&mut self.coming, &mut self.extra);
            self.pcm.clear();
            self.pcm.extend(self.extra.iter().chain(&self.coming).copied().map(to_i16));
            self.chain.push(&self.pcm, rate, out);
            self.tail.bridged(&self.extra);
            self.added += frames_to_nanos(self.extra.len() as u64, rate);
        } else {
            self.chain.push(now, rate, out);
        }
        self.tail.passed(&self.coming);
        chunk.at += now.len();
        if chunk.at == chunk.pcm.len() {
            self.chunks.pop_front();
            if self.chunks.capacity() > FEW && self.chunks.len() < self.chunks.capacity() / 4 {
                self.chunks.shrink_to(FEW.max(self.chunks.len() * 2));
            }
        }
        self.dry = false;
    }

    fn look_ahead(&mut self, rate: u32) {
        let wanted = rate as usize * 3 / 200;
        self.coming.clear();
        for chunk in self.chunks.iter().take_while(|chunk| chunk.rate == rate) {
            let missing = wanted - self.coming.len();
            self.coming.extend(chunk.pcm[chunk.at..].iter().take(missing).copied().map(from_i16));
            if self.coming.len() == wanted {
                break;
            }
        }
    }

    fn leave_bridge(&mut self, out: &mut Vec<f32>) {
        if let Some(mut bridge) = self.bridge.take().filter(|bridge| !bridge.is_over()) {
            self.extra.clear();
            bridge.fall_silent(&mut self.extra);
            self.give_extra(out);
        }
    }

    fn give_extra(&mut self, out: &mut Vec<f32>) {
        let rate = self.tail.rate();
        self.pcm.clear();
        self.pcm.extend(self.extra.iter().copied().map(to_i16));
        self.chain.push(&self.pcm, rate, out);
        self.added += frames_to_nanos(self.extra.len() as u64, rate);
    }
}

impl Chunk {
    fn queued(&self) -> Duration {
        duration(self.pcm.len() - self.at, self.rate)
    }
}

/// 10 ms.
fn block(rate: u32) -> usize {
    (rate as usize / 100).max(1)
}
