//! Timestamps that another program on the same machine can compare with its own.

use std::time::Instant;

/// Maps the engine's instants to microseconds: on Unix of `CLOCK_MONOTONIC`, elsewhere since 1970 (UTC) by the system's clock as it
/// was when the program started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
    origin_us: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { origin: Instant::now(), origin_us: system_us() }
    }

    /// Microseconds at `instant`, which may lie before the start.
    pub(crate) fn micros(&self, instant: Instant) -> u64 {
        match instant.checked_duration_since(self.origin) {
            Some(after) => self.origin_us + after.as_micros() as u64,
            None => self.origin_us.saturating_sub(self.origin.duration_since(instant).as_micros() as u64),
        }
    }
}

#[cfg(unix)]
fn system_us() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1000
}

#[cfg(not(unix))]
fn system_us() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since_1970| since_1970.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_before_and_after_the_start_are_in_order() {
        let clock = Clock { origin: Instant::now() + Duration::from_secs(1), origin_us: 5_000_000 };
        assert_eq!(clock.micros(clock.origin + Duration::from_millis(3)), 5_003_000);
        assert_eq!(clock.micros(clock.origin.checked_sub(Duration::from_millis(3)).unwrap()), 4_997_000);
    }
}
