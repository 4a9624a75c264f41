//! How long a callback to ask for: longer when callbacks come late, shorter again when they have long been on time.

use std::time::Duration;

use crate::clock::nanos;

/// No device is asked for more: twice this is what is heard late after a press.
const LONGEST: Duration = Duration::from_millis(40);

/// So many late callbacks within [`WINDOW`] are trouble; a single one happens on any desktop.
const TROUBLE: usize = 3;
const WINDOW: Duration = Duration::from_secs(10);

/// Without a late callback for this long a shorter period is tried again.
const CALM: Duration = Duration::from_mins(3);

/// A callback within this much of its time is punctual, whatever the period.
const TOLERANCE: Duration = Duration::from_millis(10);

/// The period of one side's streams. Changes are proposed; the owner makes them when nobody speaks.
#[derive(Debug)]
pub(crate) struct Period {
    asked: Duration,
    current: Duration,
    last: Option<u64>,
    /// When the newest late callbacks came, in the clock's nanoseconds.
    late: [u64; TROUBLE],
    lates: u64,
    calm_since: u64,
}

impl Period {
    /// Begins with what was asked for.
    pub(crate) fn new(asked: Duration) -> Self {
        Self { asked, current: asked, last: None, late: [0; TROUBLE], lates: 0, calm_since: 0 }
    }

    /// What to ask of the next stream.
    pub(crate) fn current(&self) -> Duration {
        self.current
    }

    /// How often callbacks came late in all.
    pub(crate) fn lates(&self) -> u64 {
        self.lates
    }

    /// A new stream: the pause since the last callback of the old one says nothing.
    pub(crate) fn restart(&mut self, now: u64) {
        self.last = None;
        self.late = [0; TROUBLE];
        self.calm_since = now;
    }

    /// A callback came at `at`, in the clock's nanoseconds.
    pub(crate) fn came(&mut self, at: u64) {
        let due = self.last.map(|last| last + nanos(2 * self.current + TOLERANCE));
        if due.is_some_and(|due| at > due) {
            self.slipped(at);
        }
        self.last = Some(at);
    }

    /// A callback came too late for the device, as the system says: it may know before a pause is long enough for us.
    pub(crate) fn slipped(&mut self, at: u64) {
        // One and the same may be noticed in both ways.
        if at.saturating_sub(self.late[TROUBLE - 1]) < nanos(self.current) {
            return;
        }
        self.lates += 1;
        self.calm_since = at;
        self.late.rotate_left(1);
        self.late[TROUBLE - 1] = at;
    }

    /// Takes another period if there is a reason to; whether it did. The stream then has to be opened again.
    pub(crate) fn change(&mut self, now: u64) -> bool {
        let in_trouble = self.late[0] > 0 && now.saturating_sub(self.late[0]) < nanos(WINDOW);
        let wanted = if in_trouble {
            (2 * self.current).min(LONGEST.max(self.asked))
        } else if now.saturating_sub(self.calm_since) >= nanos(CALM) {
            (self.current / 2).max(self.asked)
        } else {
            self.current
        };
        let changes = wanted != self.current;
        if changes {
            tracing::info!(from = ?self.current, to = ?wanted, "device period changed");
            self.current = wanted;
            self.restart(now);
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const TEN: Duration = Duration::from_millis(10);

    /// Callbacks at these distances in ms from second one on; gives the time of the last.
    fn callbacks(period: &mut Period, gaps: &[u64]) -> u64 {
        let mut at = 1_000 * MS;
        period.restart(at);
        for gap in gaps {
            at += gap * MS;
            period.came(at);
        }
        at
    }

    #[test]
    fn three_late_callbacks_in_ten_seconds_double_the_period_up_to_forty_milliseconds() {
        let mut period = Period::new(TEN);
        let mut asked = Vec::new();
        for _ in 0..4 {
            let now = callbacks(&mut period, &[10, 100, 10, 100, 10, 100]);
            period.change(now);
            asked.push(period.current().as_millis());
        }
        assert_eq!(asked, [20, 40, 40, 40]);
    }

    #[test]
    fn one_or_two_late_callbacks_are_no_trouble() {
        let mut period = Period::new(TEN);
        let now = callbacks(&mut period, &[10, 100, 10, 100]);
        assert!(!period.change(now) && period.lates() == 2);
    }

    #[test]
    fn callbacks_of_a_prefill_are_punctual() {
        let mut period = Period::new(TEN);
        callbacks(&mut period, &[0, 0, 20, 0, 20, 29]);
        assert_eq!(period.lates(), 0);
    }

    #[test]
    fn what_the_device_noticed_counts_and_what_both_noticed_counts_once() {
        let mut period = Period::new(TEN);
        let now = callbacks(&mut period, &[10, 100]);
        period.slipped(now + MS);
        assert_eq!(period.lates(), 1);
        period.slipped(now + 20 * MS);
        period.slipped(now + 40 * MS);
        assert!(period.change(now + 50 * MS) && period.lates() == 3);
    }

    #[test]
    fn after_minutes_of_calm_it_goes_back_step_by_step_but_not_below_what_was_asked() {
        let mut period = Period::new(TEN);
        let mut now = callbacks(&mut period, &[10, 100, 100, 100]);
        period.change(now);
        now += nanos(CALM);
        assert!(period.change(now));
        assert_eq!(period.current(), TEN);
        now += nanos(CALM);
        assert!(!period.change(now));
    }
}
