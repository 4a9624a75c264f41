//! The monotonic clock, which the twin's events use as well.

use std::time::{Duration, Instant};

/// Now, microseconds of the monotonic clock.
pub(crate) fn now() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
}

/// An instant of the past in microseconds of the monotonic clock.
pub(crate) fn at(instant: Instant) -> f64 {
    let elapsed = instant.elapsed();
    now() - micros(elapsed)
}

/// A duration in microseconds.
pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
