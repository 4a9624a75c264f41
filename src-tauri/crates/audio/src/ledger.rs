//! Which samples of the speaker's ring belong to which turn, and what of them was heard.
//!
//! Plain bookkeeping: the audio thread says what it put into the ring, the callback's marks say
//! what was taken out and when; out of both come the playback events. What was put between a turn's
//! own samples to bridge the network's gaps isn't heard of it: a turn never lasts longer than it is.

use std::{collections::VecDeque, time::Duration};

use crate::{
    clock::{Clock, frames_to_duration},
    message::AudioEvent,
    playout::Cut,
    ring::Mark,
};

/// The book of one output; it outlives its streams.
#[derive(Default)]
pub(crate) struct Ledger {
    rate: u32,
    entries: VecDeque<Entry>,
    taken: u64,
}

struct Entry {
    turn: u64,
    start: u64,
    len: u64,
    complete: bool,
    began: bool,
    /// Heard and lost on streams before this one.
    heard_before: Duration,
    lost_before: Duration,
    /// Where the ring holds samples that aren't the turn's own.
    added: VecDeque<Added>,
    /// How many such samples there are in the ring and were.
    added_len: u64,
    /// How many of them went by in pieces no longer listed.
    added_before: u64,
}

/// A piece of the ring some of whose samples, spread over it, aren't the turn's own.
struct Added {
    start: u64,
    len: u64,
    of_them: u64,
}

impl Ledger {
    /// A new stream of `rate` Hz counts from 0 again; what the old one hadn't played is lost.
    pub(crate) fn restart(&mut self, rate: u32) {
        for entry in &mut self.entries {
            let (heard, lost) = entry.split_at(self.taken, self.rate);
            entry.heard_before += heard;
            entry.lost_before += lost;
            (entry.start, entry.len) = (0, 0);
            entry.added.clear();
            (entry.added_len, entry.added_before) = (0, 0);
        }
        self.taken = 0;
        self.rate = rate;
    }

    /// `samples` of `turn` went into the ring from index `at` on, `added` of them not its own; `complete` says they are
    /// its last.
    pub(crate) fn enter(&mut self, turn: u64, at: u64, samples: u64, added: u64, complete: bool) {
        let index =
            self.entries.iter().position(|entry| entry.turn == turn && !entry.complete).unwrap_or(self.entries.len());
        if index == self.entries.len() {
            self.entries.push_back(Entry {
                turn,
                start: at,
                len: 0,
                complete: false,
                began: false,
                heard_before: Duration::ZERO,
                lost_before: Duration::ZERO,
                added: VecDeque::new(),
                added_len: 0,
                added_before: 0,
            });
        }
        let entry = &mut self.entries[index];
        if entry.len == 0 {
            entry.start = at;
        }
        entry.len += samples;
        if added > 0 {
            entry.added.push_back(Added { start: at, len: samples, of_them: added });
            entry.added_len += added;
        }
        entry.complete = complete;
    }

    /// The callback has taken samples up to `mark.end`.
    pub(crate) fn played(&mut self, mark: Mark, clock: &Clock) -> Vec<AudioEvent> {
        self.taken = self.taken.max(mark.end);
        let mut events = Vec::new();
        for entry in &mut self.entries {
            entry.forget_added(self.taken);
            if !entry.began && entry.len > 0 && self.taken > entry.start {
                entry.began = true;
                let at = clock.instant(mark.at);
                events.push(AudioEvent::PlaybackStarted { turn: entry.turn, at });
            }
        }
        events.extend(self.finish(|entry, taken| taken >= entry.start + entry.len));
        events
    }

    /// Turns that ended without (further) sound wait for no callback.
    pub(crate) fn finish_silent(&mut self) -> Vec<AudioEvent> {
        self.finish(|entry, _| entry.len == 0)
    }

    fn finish(&mut self, is_over: impl Fn(&Entry, u64) -> bool) -> Vec<AudioEvent> {
        let mut events = Vec::new();
        while let Some(entry) = self.entries.front().filter(|entry| entry.complete && is_over(entry, self.taken)) {
            let played = entry.heard_before + entry.split_at(self.taken, self.rate).0;
            let turn = entry.turn;
            events.push(AudioEvent::PlaybackFinished { turn, played });
            self.entries.pop_front();
        }
        events
    }

    /// The index after the last sample of the turns up to `up_to`, if they have any in the ring.
    pub(crate) fn end_of(&self, up_to: u64) -> Option<u64> {
        self.entries
            .iter()
            .filter(|entry| entry.turn <= up_to && entry.len > 0)
            .map(|entry| entry.start + entry.len)
            .max()
    }

    /// Turns up to `up_to` fell silent after the sample `heard` (without one: where the ring was
    /// last seen); `cuts` were still queued.
    pub(crate) fn flushed(&mut self, up_to: u64, heard: Option<u64>, cuts: &[Cut]) -> Vec<AudioEvent> {
        let heard = heard.unwrap_or(self.taken);
        let mut cuts: Vec<Cut> = cuts.to_vec();
        let mut events = Vec::new();
        self.entries.retain(|entry| {
            if entry.turn > up_to {
                return true;
            }
            let queued = take_cut(&mut cuts, entry.turn);
            let (played, lost) = entry.split_at(heard, self.rate);
            events.push(AudioEvent::PlaybackFlushed {
                turn: entry.turn,
                played: entry.heard_before + played,
                dropped: entry.lost_before + lost + queued,
            });
            false
        });
        events.extend(cuts.iter().map(|cut| AudioEvent::PlaybackFlushed {
            turn: cut.turn,
            played: Duration::ZERO,
            dropped: cut.dropped,
        }));
        events
    }

    /// Whether no turn is in the ring or to be continued.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The last turn in the book.
    pub(crate) fn last_turn(&self) -> Option<u64> {
        self.entries.iter().map(|entry| entry.turn).max()
    }
}

impl Entry {
    /// What was heard and what not when the ring was read up to `index`.
    fn split_at(&self, index: u64, rate: u32) -> (Duration, Duration) {
        let heard = index.saturating_sub(self.start).min(self.len);
        let added: u64 = self.added.iter().map(|added| added.before(index)).sum();
        let own = heard.saturating_sub(self.added_before + added);
        let whole = self.len.saturating_sub(self.added_len);
        (frames_to_duration(own, rate), frames_to_duration(whole.saturating_sub(own), rate))
    }

    fn forget_added(&mut self, index: u64) {
        while let Some(added) = self.added.front().filter(|added| added.start + added.len <= index) {
            self.added_before += added.of_them;
            self.added.pop_front();
        }
    }
}

impl Added {
    /// How many of them lie before `index`.
    fn before(&self, index: u64) -> u64 {
        let passed = index.saturating_sub(self.start).min(self.len);
        (u128::from(self.of_them) * u128::from(passed) / u128::from(self.len.max(1))) as u64
    }
}

fn take_cut(cuts: &mut Vec<Cut>, turn: u64) -> Duration {
    let index = cuts.iter().position(|cut| cut.turn == turn);
    index.map_or(Duration::ZERO, |index| cuts.remove(index).dropped)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn mark(end: u64) -> Mark {
        Mark { end, at: end, age: 0 }
    }

    fn ledger() -> (Ledger, Clock) {
        let mut ledger = Ledger::default();
        ledger.restart(48_000);
        (ledger, Clock::by_hand())
    }

    #[test]
    fn a_turn_starts_with_its_first_sample_and_finishes_with_its_last() {
        let (mut ledger, clock) = ledger();
        ledger.enter(1, 0, 24_000, 0, false);
        ledger.enter(1, 24_000, 24_000, 0, true);
        assert_eq!(ledger.played(mark(0), &clock), []);
        let at = clock.instant(960);
        let started = AudioEvent::PlaybackStarted { turn: 1, at };
        assert_eq!(ledger.played(mark(960), &clock), [started]);
        assert_eq!(ledger.played(mark(47_999), &clock), []);
        let finished = AudioEvent::PlaybackFinished { turn: 1, played: SECOND };
        assert_eq!(ledger.played(mark(48_000), &clock), [finished]);
        assert!(ledger.is_empty());
    }

    #[test]
    fn a_flushed_turn_knows_what_was_heard_and_what_was_dropped() {
        let (mut ledger, clock) = ledger();
        ledger.enter(1, 0, 48_000, 0, false);
        ledger.played(mark(12_000), &clock);
        let cut = Cut { turn: 1, dropped: SECOND };
        let events = ledger.flushed(1, Some(12_240), &[cut]);
        let played = Duration::from_millis(255);
        let dropped = Duration::from_millis(745) + SECOND;
        assert_eq!(events, [AudioEvent::PlaybackFlushed { turn: 1, played, dropped }]);
    }

    #[test]
    fn what_was_heard_before_the_device_changed_counts() {
        let (mut ledger, clock) = ledger();
        ledger.enter(1, 0, 48_000, 0, false);
        ledger.played(mark(24_000), &clock);
        ledger.restart(16_000);
        ledger.enter(1, 0, 16_000, 0, true);
        let played = Duration::from_millis(1_500);
        let events = ledger.played(mark(16_000), &clock);
        assert_eq!(events, [AudioEvent::PlaybackFinished { turn: 1, played }]);
    }

    #[test]
    fn what_was_added_to_a_turn_is_not_heard_of_it() {
        let (mut ledger, clock) = ledger();
        ledger.enter(1, 0, 24_000, 0, false);
        ledger.enter(1, 24_000, 24_000, 4_800, false);
        ledger.enter(1, 48_000, 9_600, 4_800, true);
        ledger.played(mark(36_000), &clock);
        let (heard, lost) = ledger.entries[0].split_at(36_000, 48_000);
        assert_eq!((heard, lost), (Duration::from_millis(700), Duration::from_millis(300)));
        ledger.played(mark(50_000), &clock);
        let finished = AudioEvent::PlaybackFinished { turn: 1, played: SECOND };
        assert_eq!(ledger.played(mark(57_600), &clock), [finished]);
    }
}
