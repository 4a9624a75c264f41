//! The clock the callbacks and the audio thread share: the system's, or one turned by hand.

#[cfg(any(test, feature = "sim"))]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::{Duration, Instant};

/// Monotonic time as nanoseconds since the clock was made; reading it neither locks nor allocates.
#[derive(Clone, Debug)]
pub struct Clock {
    origin: Instant,
    #[cfg(any(test, feature = "sim"))]
    hand: Option<Arc<AtomicU64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self {
            origin: Instant::now(),
            #[cfg(any(test, feature = "sim"))]
            hand: None,
        }
    }

    /// A clock that stands still until [`Clock::advance`].
    #[cfg(any(test, feature = "sim"))]
    pub fn by_hand() -> Self {
        Self { origin: Instant::now(), hand: Some(Arc::default()) }
    }

    /// Turns a clock made by [`Clock::by_hand`]; the system's own can't be turned.
    #[cfg(any(test, feature = "sim"))]
    pub fn advance(&self, by: Duration) {
        if let Some(hand) = &self.hand {
            hand.fetch_add(nanos(by), Ordering::SeqCst);
        }
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.instant(self.now_nanos())
    }

    /// Now, in nanoseconds since the clock was made.
    pub(crate) fn now_nanos(&self) -> u64 {
        #[cfg(any(test, feature = "sim"))]
        if let Some(hand) = &self.hand {
            return hand.load(Ordering::SeqCst);
        }
        nanos(self.origin.elapsed())
    }

    pub(crate) fn instant(&self, nanos: u64) -> Instant {
        self.origin + Duration::from_nanos(nanos)
    }
}

/// A duration in whole nanoseconds (enough for five centuries).
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// How long `frames` last at `rate` Hz, in nanoseconds.
pub(crate) fn frames_to_nanos(frames: u64, rate: u32) -> u64 {
    (u128::from(frames) * 1_000_000_000 / u128::from(rate.max(1))) as u64
}

/// How many whole frames begin before `nanos` have passed (rounded up).
pub(crate) fn nanos_to_frames(nanos: u64, rate: u32) -> u64 {
    (u128::from(nanos) * u128::from(rate)).div_ceil(1_000_000_000) as u64
}

/// How long `frames` last at `rate` Hz.
pub(crate) fn frames_to_duration(frames: u64, rate: u32) -> Duration {
    Duration::from_nanos(frames_to_nanos(frames, rate))
}
