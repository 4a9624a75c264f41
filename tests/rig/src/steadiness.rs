//! Whether the machine itself kept time while something was measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long the watching thread asks to sleep.
const NAP: Duration = Duration::from_millis(2);
/// Sleeping this much longer than asked for means that ready programs had to wait for a processor, half a period of sound.
const STALL: Duration = Duration::from_millis(10);

/// Watches how late a sleeping thread is woken.
///
/// Sound in real time needs a processor every few milliseconds. A busy machine doesn't give it, and then a gap in a recording
/// says nothing about the program that made it.
#[derive(Debug)]
pub struct Steadiness {
    stop: Arc<AtomicBool>,
    worst_us: Arc<AtomicU64>,
    watcher: Option<JoinHandle<()>>,
}

impl Steadiness {
    /// Watches from now on.
    pub fn watch() -> Self {
        let (stop, worst_us) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (told, worst) = (Arc::clone(&stop), Arc::clone(&worst_us));
        let watcher = thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                let start = Instant::now();
                thread::sleep(NAP);
                let late = start.elapsed().saturating_sub(NAP);
                worst.fetch_max(late.as_micros() as u64, Ordering::Relaxed);
            }
        });
        Self { stop, worst_us, watcher: Some(watcher) }
    }

    /// The longest that a ready thread had to wait.
    pub fn worst(&self) -> Duration {
        Duration::from_micros(self.worst_us.load(Ordering::Relaxed))
    }

    /// Whether the machine was too busy for sound in real time.
    pub fn was_lost(&self) -> bool {
        self.worst() > STALL
    }
}

impl Drop for Steadiness {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
    }
}
