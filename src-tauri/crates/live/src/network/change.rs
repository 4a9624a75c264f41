//! When connections should be doubted: the machine woke up, or has other addresses than before.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use netwatcher::async_adapter::Tokio;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How often the clocks are looked at.
const TICK: Duration = Duration::from_secs(5);

/// How much later than asked for a look may come, by the clock on the wall, before the machine must have slept.
const SLEPT: Duration = Duration::from_secs(10);

/// Tells when the machine woke up or its addresses changed.
#[derive(Debug)]
pub struct Changes {
    happened: Arc<Notify>,
    watchers: [JoinHandle<()>; 2],
}

impl Changes {
    /// Begins to watch, on the current tokio runtime, until dropped.
    pub fn watch() -> Self {
        let happened = Arc::new(Notify::new());
        let watchers =
            [tokio::spawn(watch_clocks(Arc::clone(&happened))), tokio::spawn(watch_addresses(Arc::clone(&happened)))];
        Self { happened, watchers }
    }

    /// The next change. Several that nobody waited for are one.
    pub async fn next(&mut self) {
        self.happened.notified().await;
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        for watcher in &self.watchers {
            watcher.abort();
        }
    }
}

async fn watch_clocks(happened: Arc<Notify>) {
    let mut before = Clocks::read();
    loop {
        tokio::time::sleep(TICK).await;
        let now = Clocks::read();
        if slept(before, now) {
            happened.notify_one();
        }
        before = now;
    }
}

/// Two clocks read together.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    wall: SystemTime,
    monotonic: Instant,
}

impl Clocks {
    #[expect(clippy::disallowed_methods, reason = "comparing the machine's clocks is this module's purpose")]
    fn read() -> Self {
        Self { wall: SystemTime::now(), monotonic: Instant::now() }
    }
}

/// Whether the machine slept between two looks that should be one tick apart. On Linux and macOS the monotonic clock
/// stands still in sleep; on Windows it goes on, and the look is late by both. Someone who sets the clock forward wakes
/// us for nothing, which does no harm.
fn slept(before: Clocks, now: Clocks) -> bool {
    let wall = now.wall.duration_since(before.wall).unwrap_or_default();
    let monotonic = now.monotonic.saturating_duration_since(before.monotonic);
    wall > monotonic + SLEPT || monotonic > TICK + SLEPT
}

async fn watch_addresses(happened: Arc<Notify>) {
    let mut watch = match netwatcher::watch_interfaces_async::<Tokio>() {
        Ok(watch) => watch,
        Err(error) => {
            tracing::warn!(%error, "changes of the network go unnoticed");
            return;
        }
    };
    let mut before: Option<BTreeSet<IpAddr>> = None;
    loop {
        let update = watch.changed().await;
        let addresses = update.interfaces.values().flat_map(|interface| &interface.ips).map(|record| record.ip);
        let now: BTreeSet<IpAddr> = addresses.filter(reaches_out).collect();
        if before.as_ref().is_some_and(|before| *before != now) {
            happened.notify_one();
        }
        before = Some(now);
    }
}

/// Whether an address may lead to a server. What stays on the machine or on the cable comes and goes for other reasons.
fn reaches_out(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !(address.is_loopback() || address.is_link_local() || address.is_unspecified()),
        IpAddr::V6(address) => !(address.is_loopback() || address.is_unicast_link_local() || address.is_unspecified()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Clocks read one after the other, so many seconds apart by wall and by monotonic clock.
    fn apart(wall: f64, monotonic: f64) -> bool {
        let before = Clocks::read();
        let wall = Duration::from_secs_f64(wall);
        let now = Clocks { wall: before.wall + wall, monotonic: before.monotonic + Duration::from_secs_f64(monotonic) };
        slept(before, now)
    }

    #[test]
    fn a_tick_in_time_or_a_little_late_is_no_sleep() {
        assert!(!apart(5.0, 5.0));
        assert!(!apart(14.0, 14.0));
        assert!(!apart(9.0, 5.0), "a clock set by the network's time");
    }

    #[test]
    fn a_sleep_the_monotonic_clock_does_not_count_is_seen_on_the_wall() {
        assert!(apart(16.0, 5.0));
        assert!(apart(8.0 * 3600.0, 5.2));
    }

    #[test]
    fn a_sleep_both_clocks_count_is_seen_by_the_look_that_comes_late() {
        assert!(apart(600.0, 600.0));
    }

    #[test]
    fn a_clock_set_back_is_no_sleep() {
        let before = Clocks::read();
        let now = Clocks { wall: before.wall - Duration::from_hours(1), monotonic: before.monotonic + TICK };
        assert!(!slept(before, now));
    }

    #[test]
    fn addresses_that_lead_nowhere_do_not_count() {
        for inward in ["127.0.0.1", "169.254.3.4", "::1", "fe80::1", "0.0.0.0"] {
            assert!(!reaches_out(&inward.parse().unwrap()), "{inward}");
        }
        for outward in ["192.168.1.7", "10.0.0.1", "2001:db8::1", "fd00::1"] {
            assert!(reaches_out(&outward.parse().unwrap()), "{outward}");
        }
    }

    #[tokio::test]
    async fn changes_nobody_waited_for_are_one() {
        let mut changes = Changes::watch();
        changes.happened.notify_one();
        changes.happened.notify_one();
        changes.next().await;
        let second = std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::pin!(changes.next()).poll(context).is_pending())
        });
        assert!(second.await);
    }
}
