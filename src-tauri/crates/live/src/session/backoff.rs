//! When to try again.

use std::time::{Duration, Instant};

use crate::close::{CloseKind, CloseReason};
use crate::connect::ConnectFailure;

/// A connection that held for so long was a good one: the next failure begins from the beginning. Without this a session
/// that dies at once is tried once a second for hours.
const STABLE: Duration = Duration::from_secs(30);

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

/// Quota is counted by the minute.
const QUOTA: Duration = Duration::from_mins(1);
const OVERLOAD: Duration = Duration::from_secs(2);

/// So long nobody's effort is lost; afterwards the user is asked.
const GIVE_UP_AFTER: Duration = Duration::from_mins(5);

/// Counts failures in a row and spreads the tries after them.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
    failing_since: Option<Instant>,
    random: fastrand::Rng,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self { failures: 0, failing_since: None, random: fastrand::Rng::with_seed(seed) }
    }

    /// How many tries in a row have failed.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// A connection has ended that was open from `opened`, or was never open.
    pub(super) fn ended(&mut self, opened: Option<Instant>, now: Instant) {
        if opened.is_some_and(|opened| now.saturating_duration_since(opened) >= STABLE) {
            self.reset();
        }
        self.failing_since.get_or_insert(now);
    }

    /// Forgets all failures.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
        self.failing_since = None;
    }

    /// When to try again after `reason`; not at all when that has gone on for too long.
    pub(super) fn next(&mut self, reason: &CloseReason, now: Instant) -> Option<Instant> {
        if self.failing_since.is_some_and(|since| now.saturating_duration_since(since) >= GIVE_UP_AFTER) {
            return None;
        }
        let delay = self.delay(reason);
        self.failures += 1;
        Some(now + delay)
    }

    fn delay(&mut self, reason: &CloseReason) -> Duration {
        if is_quota(reason) {
            return QUOTA + QUOTA.mul_f64(self.random.f64() / 6.0);
        }
        let overloaded = matches!(reason.kind, CloseKind::Unavailable | CloseKind::BackendError);
        if self.failures == 0 && !overloaded {
            return Duration::ZERO;
        }
        let base = if matches!(reason.kind, CloseKind::Unavailable) { OVERLOAD } else { FIRST };
        let steps = self.failures.saturating_sub(u32::from(!overloaded)).min(10);
        let delay = base.saturating_mul(1 << steps).min(LONGEST);
        // Between three quarters and five quarters, so that many clients don't come back at the same moment.
        delay.mul_f64(0.75 + self.random.f64() / 2.0)
    }
}

/// Whether trying early only makes it worse.
pub(super) fn is_quota(reason: &CloseReason) -> bool {
    matches!(reason.kind, CloseKind::Quota | CloseKind::ConnectFailed(ConnectFailure::HttpStatus { status: 429 }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "where virtual time begins does not matter")]
        Instant::now()
    }

    fn delays(reason: &str, tries: usize) -> Vec<f64> {
        let (mut backoff, now) = (Backoff::new(1), start());
        let reason = CloseReason::from_frame(Some(1011), reason);
        (0..tries).map(|_| (backoff.next(&reason, now).unwrap() - now).as_secs_f64()).collect()
    }

    #[test]
    fn a_failing_service_is_tried_less_and_less_often_up_to_eight_seconds() {
        let delays = delays("Internal error encountered.", 8);
        for (delay, expected) in delays.iter().zip([0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]) {
            assert!((expected * 0.75..=expected * 1.25).contains(delay), "{delays:?}");
        }
        assert_ne!(delays[5].to_bits(), delays[6].to_bits(), "tries are spread");
    }

    #[test]
    fn a_broken_network_is_tried_at_once_and_then_like_any_other_failure() {
        let (mut backoff, now) = (Backoff::new(1), start());
        let reason = CloseReason::from_frame(None, "");
        assert_eq!(backoff.next(&reason, now), Some(now));
        let second = backoff.next(&reason, now).unwrap() - now;
        assert!(second >= FIRST.mul_f64(0.75) && second <= FIRST.mul_f64(1.25), "{second:?}");
    }

    #[test]
    fn quota_is_left_alone_for_a_minute() {
        for delay in delays("You exceeded your current quota, please check", 4) {
            assert!((60.0..=70.0).contains(&delay), "{delay}");
        }
    }

    #[test]
    fn only_a_connection_that_held_for_half_a_minute_begins_anew() {
        let (mut backoff, now) = (Backoff::new(1), start());
        let reason = CloseReason::from_frame(None, "");
        backoff.next(&reason, now);
        backoff.next(&reason, now);
        backoff.ended(Some(now), now + Duration::from_secs(29));
        assert_eq!(backoff.failures(), 2);
        backoff.ended(Some(now), now + Duration::from_secs(30));
        assert_eq!(backoff.failures(), 0);
    }

    #[test]
    fn after_five_minutes_in_vain_it_gives_up() {
        let (mut backoff, now) = (Backoff::new(1), start());
        let reason = CloseReason::from_frame(None, "");
        backoff.ended(None, now);
        assert!(backoff.next(&reason, now + Duration::from_secs(299)).is_some());
        assert!(backoff.next(&reason, now + Duration::from_mins(5)).is_none());
    }
}
