//! The handle by which a session is resumed on another connection.

use std::time::{Duration, Instant};

use crate::close::{CloseKind, CloseReason};

/// The service keeps a session for two hours after its last connection.
const VALID: Duration = Duration::from_hours(2);

/// A resumed connection that ends before this counts against its handle.
const UNSTABLE: Duration = Duration::from_secs(30);

/// So many such connections in a row, and the handle is taken to be broken: resuming doesn't mend a failure of the
/// service's own, and some handles fail for ever.
const MOST_UNSTABLE: u8 = 2;

/// The newest handle, and whether it can still be trusted. Kept in memory only.
#[derive(Debug, Default)]
pub(super) struct Resumption {
    handle: Option<String>,
    /// When the session it stands for was last known to be alive.
    alive: Option<Instant>,
    unstable: u8,
    /// The present connection was opened with it.
    used: bool,
}

impl Resumption {
    /// The service gives a new handle.
    pub(super) fn renew(&mut self, handle: String, now: Instant) {
        self.handle = Some(handle);
        self.alive = Some(now);
    }

    /// The handle to open the next connection with.
    pub(super) fn take(&mut self, now: Instant) -> Option<String> {
        if self.alive.is_none_or(|alive| now.saturating_duration_since(alive) >= VALID) {
            self.forget();
        }
        self.used = self.handle.is_some();
        self.handle.clone()
    }

    /// Whether there is one.
    pub(super) fn is_possible(&self) -> bool {
        self.handle.is_some()
    }

    /// A connection has ended that was open from `opened`, or was never open.
    pub(super) fn ended(&mut self, reason: &CloseReason, opened: Option<Instant>, now: Instant) {
        if opened.is_some() {
            self.alive = Some(now);
        }
        let stable = opened.is_some_and(|opened| now.saturating_duration_since(opened) >= UNSTABLE);
        let resumed_in_vain = self.used && !stable;
        // Something the session refers to is gone: mostly for the moment, but a resumed session that meets it again
        // refers to it for good.
        let refers_to_nothing = reason.kind == CloseKind::EntityNotFound && resumed_in_vain;
        if reason.kind == CloseKind::SessionNotFound || refers_to_nothing {
            return self.forget();
        }
        let blame =
            matches!(reason.kind, CloseKind::BackendError | CloseKind::InvalidArgument | CloseKind::SetupTimeout);
        if !resumed_in_vain {
            self.unstable = 0;
        } else if blame {
            self.unstable += 1;
        }
        if self.unstable >= MOST_UNSTABLE {
            self.forget();
        }
        self.used = false;
    }

    /// The session it stands for is of no use any more.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "where virtual time begins does not matter")]
        Instant::now()
    }

    fn failing() -> CloseReason {
        CloseReason::from_frame(Some(1011), "Internal error encountered.")
    }

    #[test]
    fn the_newest_handle_counts_and_lasts_two_hours_after_the_last_connection() {
        let (mut resumption, now) = (Resumption::default(), start());
        assert_eq!(resumption.take(now), None);
        resumption.renew("a".into(), now);
        resumption.renew("b".into(), now);
        let end = now + Duration::from_mins(10);
        resumption.ended(&CloseReason::from_frame(None, ""), Some(now), end);
        assert_eq!(resumption.take(end + VALID.mul_f64(0.999)).as_deref(), Some("b"));
        assert_eq!(resumption.take(end + VALID), None);
    }

    #[test]
    fn a_handle_the_service_does_not_know_is_dropped() {
        for reason in ["Invalid session handle", "BidiGenerateContent session not found"] {
            let (mut resumption, now) = (Resumption::default(), start());
            resumption.renew("a".into(), now);
            resumption.ended(&CloseReason::from_frame(Some(1008), reason), None, now);
            assert_eq!(resumption.take(now), None, "{reason}");
        }
    }

    #[test]
    fn a_handle_is_dropped_after_two_connections_that_fail_quickly() {
        let (mut resumption, now) = (Resumption::default(), start());
        resumption.renew("a".into(), now);
        assert!(resumption.take(now).is_some());
        resumption.ended(&failing(), Some(now), now + Duration::from_secs(5));
        assert!(resumption.take(now).is_some());
        resumption.ended(&failing(), Some(now), now + Duration::from_secs(5));
        assert_eq!(resumption.take(now), None);
    }

    #[test]
    fn a_good_connection_in_between_clears_the_handle() {
        let (mut resumption, now) = (Resumption::default(), start());
        resumption.renew("a".into(), now);
        for held in [5, 40, 5] {
            assert!(resumption.take(now).is_some());
            resumption.ended(&failing(), Some(now), now + Duration::from_secs(held));
        }
        assert!(resumption.take(now).is_some());
    }

    #[test]
    fn a_broken_network_is_not_the_handles_fault() {
        let (mut resumption, now) = (Resumption::default(), start());
        resumption.renew("a".into(), now);
        for _ in 0..5 {
            assert!(resumption.take(now).is_some());
            resumption.ended(&CloseReason::from_frame(None, ""), None, now);
        }
    }
}
