//! What the service sent and nobody has heard yet: an elastic queue by turn.
//!
//! The service is faster than real time, so a minute may arrive in one burst. A turn begins when
//! [`PREBUFFER`] is queued or when it has ended, whichever is first; after running dry in mid-turn
//! it waits for that much again. Turns sound one after another in the order of their first push.

use std::{collections::VecDeque, time::Duration};

use crate::graph::{PlaybackChain, duration};

/// Enough to ride out the unevenness of a network that is faster than real time on average.
const PREBUFFER: Duration = Duration::from_millis(60);

/// Nobody listens to a queue longer than this; the oldest goes.
const LONGEST: Duration = Duration::from_mins(10);

/// Samples given to the resampler at a time: 10 ms at 24 kHz.
const BLOCK: usize = 240;

/// The queue.
pub(crate) struct Playout {
    rate: u32,
    turns: VecDeque<Turn>,
    flushed: Option<u64>,
    overflowed: Duration,
}

struct Turn {
    number: u64,
    chunks: VecDeque<Chunk>,
    chain: PlaybackChain,
    ended: bool,
    flowing: bool,
    dropped: Duration,
}

struct Chunk {
    pcm: Vec<i16>,
    rate: u32,
    at: usize,
}

/// What one [`Playout::pull`] gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pulled {
    /// Whose sound it is.
    pub(crate) turn: u64,
    /// How many samples were appended.
    pub(crate) samples: usize,
    /// Whether these were the turn's last.
    pub(crate) complete: bool,
}

/// A turn cut by [`Playout::flush`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Whose sound it was.
    pub(crate) turn: u64,
    /// How much of it was still queued.
    pub(crate) dropped: Duration,
}

impl Playout {
    /// A queue for a device of `rate` Hz.
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate, turns: VecDeque::new(), flushed: None, overflowed: Duration::ZERO }
    }

    /// The device has another rate from now on.
    pub(crate) fn set_rate(&mut self, rate: u32) {
        if rate != self.rate {
            self.rate = rate;
            for turn in &mut self.turns {
                turn.chain = PlaybackChain::new(rate);
            }
        }
    }

    /// Queues sound, unless its turn has been flushed. Whether it was queued.
    pub(crate) fn push(&mut self, turn: u64, pcm: Vec<i16>, rate: u32) -> bool {
        if self.is_flushed(turn) || rate == 0 || pcm.is_empty() {
            return false;
        }
        let turn = self.turn(turn);
        turn.ended = false;
        turn.chunks.push_back(Chunk { pcm, rate, at: 0 });
        self.drop_beyond_the_bound();
        true
    }

    /// Whoever waits for more of this turn needn't. Whether the turn is one to be told about.
    pub(crate) fn end_turn(&mut self, turn: u64) -> bool {
        if self.is_flushed(turn) {
            return false;
        }
        self.turn(turn).ended = true;
        true
    }

    /// Forgets every turn up to this one and refuses what comes late for them.
    pub(crate) fn flush(&mut self, up_to: u64) -> Vec<Cut> {
        self.flushed = self.flushed.max(Some(up_to));
        let (cut, kept) = self.turns.drain(..).partition::<VecDeque<_>, _>(|turn| turn.number <= up_to);
        self.turns = kept;
        cut.iter().map(|turn| Cut { turn: turn.number, dropped: turn.queued() + turn.dropped }).collect()
    }

    /// Appends samples of the first turn until at least `wanted` are there, the turn is complete or
    /// nothing may be given yet.
    pub(crate) fn pull(&mut self, wanted: usize, out: &mut Vec<f32>) -> Option<Pulled> {
        let last = self.turns.len() == 1;
        let turn = self.turns.front_mut()?;
        // A turn that others have followed won't get more.
        let ended = turn.ended || !last;
        if !turn.flowing && !ended && turn.queued() < PREBUFFER {
            return None;
        }
        turn.flowing = true;
        let before = out.len();
        while out.len() - before < wanted {
            let Some(chunk) = turn.chunks.front_mut() else {
                break;
            };
            let block = &chunk.pcm[chunk.at..(chunk.at + BLOCK).min(chunk.pcm.len())];
            turn.chain.push(block, chunk.rate, out);
            chunk.at += block.len();
            if chunk.at == chunk.pcm.len() {
                turn.chunks.pop_front();
            }
        }
        let complete = ended && turn.chunks.is_empty();
        if complete {
            turn.chain.finish(out);
        }
        let pulled = Pulled { turn: turn.number, samples: out.len() - before, complete };
        if complete {
            self.turns.pop_front();
        }
        (pulled.samples > 0 || complete).then_some(pulled)
    }

    /// The device has run dry in mid-turn: gather before going on.
    pub(crate) fn starved(&mut self) {
        if let Some(turn) = self.turns.front_mut() {
            turn.flowing = false;
        }
    }

    /// Whether no turn is queued or awaited.
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Whether something is queued that wants a device.
    pub(crate) fn has_sound(&self) -> bool {
        self.turns.iter().any(|turn| !turn.chunks.is_empty())
    }

    /// The last turn there is, queued or awaited.
    pub(crate) fn last_turn(&self) -> Option<u64> {
        self.turns.iter().map(|turn| turn.number).max()
    }

    /// Whether the first turn has begun and hasn't run dry.
    pub(crate) fn is_flowing(&self) -> bool {
        self.turns.front().is_some_and(|turn| turn.flowing)
    }

    /// How much was dropped since the last call because the queue was longer than anyone listens.
    pub(crate) fn take_overflow(&mut self) -> Duration {
        std::mem::take(&mut self.overflowed)
    }

    fn is_flushed(&self, turn: u64) -> bool {
        self.flushed.is_some_and(|flushed| turn <= flushed)
    }

    fn turn(&mut self, number: u64) -> &mut Turn {
        let index = self.turns.iter().position(|turn| turn.number == number).unwrap_or(self.turns.len());
        if index == self.turns.len() {
            self.turns.push_back(Turn {
                number,
                chunks: VecDeque::new(),
                chain: PlaybackChain::new(self.rate),
                ended: false,
                flowing: false,
                dropped: Duration::ZERO,
            });
        }
        &mut self.turns[index]
    }

    fn drop_beyond_the_bound(&mut self) {
        let mut queued: Duration = self.turns.iter().map(Turn::queued).sum();
        for turn in &mut self.turns {
            while queued > LONGEST
                && let Some(chunk) = turn.chunks.pop_front()
            {
                let gone = chunk.queued();
                queued = queued.saturating_sub(gone);
                turn.dropped += gone;
                self.overflowed += gone;
            }
        }
    }
}

impl Turn {
    fn queued(&self) -> Duration {
        self.chunks.iter().map(Chunk::queued).sum()
    }
}

impl Chunk {
    fn queued(&self) -> Duration {
        duration(self.pcm.len() - self.at, self.rate)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const HUNDRED_MS: usize = 2_400;

    fn all(playout: &mut Playout) -> (Vec<f32>, Vec<Pulled>) {
        let (mut out, mut steps) = (Vec::new(), Vec::new());
        while let Some(step) = playout.pull(480, &mut out) {
            steps.push(step);
        }
        (out, steps)
    }

    #[test]
    fn a_minute_in_one_burst_comes_out_whole() {
        let mut playout = Playout::new(48_000);
        playout.push(1, vec![100; 24_000 * 60], 24_000);
        playout.end_turn(1);
        let (out, steps) = all(&mut playout);
        assert_eq!(out.len(), 48_000 * 60);
        assert!(steps.last().unwrap().complete && playout.is_empty());
    }

    #[test]
    fn sound_begins_at_sixty_milliseconds_or_at_the_turns_end() {
        let mut playout = Playout::new(24_000);
        playout.push(1, vec![1; 1_439], 24_000);
        assert_eq!(playout.pull(480, &mut Vec::new()), None);
        playout.push(1, vec![1; 2], 24_000);
        assert_eq!(playout.pull(480, &mut Vec::new()).unwrap().samples, 480);

        playout.flush(1);
        playout.push(2, vec![1; 24], 24_000);
        assert_eq!(playout.pull(480, &mut Vec::new()), None);
        playout.end_turn(2);
        assert!(playout.pull(480, &mut Vec::new()).unwrap().complete);
    }

    #[test]
    fn a_turn_that_ran_dry_gathers_again() {
        let mut playout = Playout::new(24_000);
        playout.push(1, vec![1; HUNDRED_MS], 24_000);
        all(&mut playout);
        playout.starved();
        playout.push(1, vec![1; 240], 24_000);
        assert_eq!(playout.pull(480, &mut Vec::new()), None);
    }

    #[test]
    fn turns_follow_each_other_without_mixing() {
        let mut playout = Playout::new(24_000);
        playout.push(1, vec![100; HUNDRED_MS], 24_000);
        playout.push(2, vec![-100; HUNDRED_MS], 24_000);
        playout.end_turn(2);
        let (out, steps) = all(&mut playout);
        assert!(out[..HUNDRED_MS].iter().all(|sample| *sample > 0.0));
        assert!(out[HUNDRED_MS..].iter().all(|sample| *sample < 0.0));
        let complete: Vec<u64> = steps.iter().filter(|s| s.complete).map(|s| s.turn).collect();
        assert_eq!(complete, [1, 2]);
    }

    #[test]
    fn what_comes_late_for_a_flushed_turn_is_refused() {
        let mut playout = Playout::new(24_000);
        playout.push(3, vec![1; HUNDRED_MS], 24_000);
        let cut = playout.flush(3);
        let dropped = Duration::from_millis(100);
        assert_eq!(cut, [Cut { turn: 3, dropped }]);
        assert!(!playout.push(3, vec![1; HUNDRED_MS], 24_000));
        assert!(!playout.push(2, vec![1; HUNDRED_MS], 24_000));
        assert!(!playout.end_turn(3));
        assert!(playout.push(4, vec![1; HUNDRED_MS], 24_000));
    }

    #[test]
    fn a_flush_leaves_later_turns_alone() {
        let mut playout = Playout::new(24_000);
        playout.push(1, vec![100; HUNDRED_MS], 24_000);
        playout.push(2, vec![-100; HUNDRED_MS], 24_000);
        playout.flush(1);
        playout.end_turn(2);
        assert_eq!(all(&mut playout).0.len(), HUNDRED_MS);
    }

    #[test]
    fn beyond_ten_minutes_the_oldest_goes_and_is_counted() {
        let mut playout = Playout::new(24_000);
        for _ in 0..605 {
            playout.push(1, vec![1; 24_000], 24_000);
        }
        assert_eq!(playout.take_overflow(), Duration::from_secs(5));
        assert_eq!(playout.take_overflow(), Duration::ZERO);
        let dropped = Duration::from_secs(605);
        assert_eq!(playout.flush(1), [Cut { turn: 1, dropped }]);
    }

    #[test]
    fn a_turn_without_sound_still_ends() {
        let mut playout = Playout::new(24_000);
        playout.end_turn(5);
        let nothing = Pulled { turn: 5, samples: 0, complete: true };
        assert_eq!(playout.pull(480, &mut Vec::new()), Some(nothing));
    }
}
