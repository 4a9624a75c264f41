//! How unevenly sound arrives, and how much of it should be in hand because of that.
//!
//! A message is late by its arrival, less the media time before it, less the lowest such difference among the last messages
//! of its turn. A service that is faster than real time is thereby never late, however uneven the network.

use std::{collections::VecDeque, time::Duration};

use crate::clock::nanos;

/// What is wanted in hand before anything was measured, and at least.
const LEAST: Duration = Duration::from_millis(60);

/// More than this is not held against any network.
const MOST: Duration = Duration::from_millis(300);

/// Who is as late as this made a pause; that says nothing about the network.
const PAUSE: Duration = Duration::from_millis(500);

/// Messages whose lateness is remembered, over all turns: a few seconds of speech.
const REMEMBERED: usize = 64;

/// Messages of a turn among which the earliest is looked for.
const COMPARED: usize = 32;

/// How fast the target falls: 10 ms in a second of arrivals.
const FALL: u64 = 100;

/// Longer breaks between messages count as this much time: nothing is learnt in them.
const LONGEST_STEP: Duration = Duration::from_secs(1);

/// The measured lateness of a session and the target that follows it.
pub(super) struct Jitter {
    late: VecDeque<u64>,
    sorted: Vec<u64>,
    target: u64,
    learnt_at: u64,
}

impl Jitter {
    pub(super) fn new() -> Self {
        Self { late: VecDeque::new(), sorted: Vec::new(), target: nanos(LEAST), learnt_at: 0 }
    }

    /// How much should be in hand: 60 to 300 ms.
    pub(super) fn target(&self) -> Duration {
        Duration::from_nanos(self.target)
    }

    /// A message came `late` nanoseconds after its earliest possible time. When the speaker `ran_dry` for it, the target
    /// covers it and a quarter more at once; otherwise the target is where 95 of 100 messages are in time, and sinks slowly.
    pub(super) fn note(&mut self, late: u64, now: u64, ran_dry: bool) {
        if self.late.len() == REMEMBERED {
            self.late.pop_front();
        }
        self.late.push_back(late);
        self.sorted.clear();
        self.sorted.extend(&self.late);
        self.sorted.sort_unstable();
        let most = if ran_dry { late + late / 4 } else { self.sorted[(self.sorted.len() * 95).div_ceil(100) - 1] };
        let wanted = most.clamp(nanos(LEAST), nanos(MOST));
        let step = now.saturating_sub(self.learnt_at).min(nanos(LONGEST_STEP));
        self.learnt_at = now;
        self.target = wanted.max(self.target.saturating_sub(step / FALL));
    }
}

/// When the sound of one turn arrived.
#[derive(Default)]
pub(super) struct Arrivals {
    /// Arrival less media time, of the last messages.
    leads: VecDeque<i64>,
    /// Media time of everything that has arrived, in nanoseconds.
    media: i64,
}

impl Arrivals {
    /// `length` of sound arrived at `now`. How many nanoseconds late, if that can be told.
    pub(super) fn arrive(&mut self, now: u64, length: Duration) -> Option<u64> {
        let lead = now as i64 - self.media;
        self.media += nanos(length) as i64;
        let late = self.earliest().map(|earliest| (lead - earliest).max(0) as u64);
        if late.is_some_and(|late| late > nanos(PAUSE)) {
            self.leads.clear();
        }
        if self.leads.len() == COMPARED {
            self.leads.pop_front();
        }
        self.leads.push_back(lead);
        late.filter(|late| *late <= nanos(PAUSE))
    }

    /// How much later than the earliest the next message may come at `now`, when what is in hand lasts `ahead`.
    /// Negative: it is too late even for the earliest.
    pub(super) fn slack(&self, now: u64, ahead: Duration) -> i64 {
        let due = now as i64 + nanos(ahead) as i64;
        self.earliest().map_or(i64::MAX, |earliest| due - earliest - self.media)
    }

    fn earliest(&self) -> Option<i64> {
        self.leads.iter().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn lateness(arrivals_ms: &[u64], length_ms: u64) -> Vec<Option<u64>> {
        let mut arrivals = Arrivals::default();
        let length = Duration::from_millis(length_ms);
        arrivals_ms.iter().map(|at| arrivals.arrive(at * MS, length).map(|late| late / MS)).collect()
    }

    #[test]
    fn lateness_is_measured_against_the_earliest() {
        assert_eq!(lateness(&[50, 150, 290, 310, 480], 100), [None, Some(0), Some(40), Some(0), Some(70)]);
    }

    #[test]
    fn who_is_faster_than_real_time_is_not_late() {
        assert_eq!(lateness(&[0, 25, 50, 75, 100], 100)[1..], [Some(0); 4]);
    }

    #[test]
    fn a_pause_is_no_jitter_and_begins_anew() {
        assert_eq!(lateness(&[0, 100, 900, 1_030], 100), [None, Some(0), None, Some(30)]);
    }

    #[test]
    fn the_slack_is_what_a_message_may_be_late() {
        let mut arrivals = Arrivals::default();
        arrivals.arrive(0, Duration::from_millis(200));
        assert_eq!(arrivals.slack(20 * MS, Duration::from_millis(200)), 20 * MS as i64);
        arrivals.arrive(50 * MS, Duration::from_millis(200));
        assert_eq!(arrivals.slack(50 * MS, Duration::from_millis(370)), 170 * MS as i64);
    }

    #[test]
    fn the_target_rises_at_once_and_falls_slowly() {
        let mut jitter = Jitter::new();
        assert_eq!(jitter.target(), LEAST);
        jitter.note(180 * MS, 1_000 * MS, false);
        assert_eq!(jitter.target(), Duration::from_millis(180));
        for i in 1..=100 {
            jitter.note(0, (1_000 + 100 * i) * MS, false);
        }
        // Among fewer than 20 the 180 ms are within the 95 of 100; then they fall for 8.2 s.
        assert!((95..=100).contains(&jitter.target().as_millis()), "{:?}", jitter.target());
    }

    #[test]
    fn the_target_has_bounds_and_a_dry_speaker_counts_more_than_one_in_twenty() {
        let mut jitter = Jitter::new();
        for i in 0..64 {
            jitter.note(0, i * MS, false);
        }
        assert_eq!(jitter.target(), LEAST);
        jitter.note(150 * MS, 65 * MS, false);
        assert_eq!(jitter.target(), LEAST);
        jitter.note(120 * MS, 66 * MS, true);
        assert_eq!(jitter.target(), Duration::from_millis(150));
        jitter.note(450 * MS, 67 * MS, true);
        assert_eq!(jitter.target(), MOST);
    }
}
