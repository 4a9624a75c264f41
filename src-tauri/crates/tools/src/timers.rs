//! Timers and reminders: what is to be said at a moment. They outlive the program.

mod tools;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::kept::{Kept, KeptError};

pub use tools::{CancelTimer, ListTimers, SetReminder, SetTimer};

/// So many run at most.
const MOST: usize = 50;

/// What came due more than this before it could be told was missed.
const MISSED_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Something to be told at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Timer {
    /// Names it.
    pub id: u32,
    /// What it is for, in the user's words; may be empty.
    pub label: String,
    /// When, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub due: i64,
    /// Set for a moment of the day, rather than for a length of time.
    pub reminder: bool,
}

/// A timer that has run out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub timer: Timer,
    /// The program wasn't there when it did.
    pub missed: bool,
}

/// All timers, in a file of their own.
pub struct Timers {
    kept: Mutex<Kept<Timer>>,
    clock: Clock,
    changed: Notify,
}

impl Timers {
    /// What the file holds; without one they last for this run.
    pub fn open(path: Option<PathBuf>, clock: Clock) -> (Arc<Self>, Option<KeptError>) {
        let (kept, error) = Kept::open(path);
        (Arc::new(Self { kept: Mutex::new(kept), clock, changed: Notify::new() }), error)
    }

    /// All that run, the next one first.
    pub fn list(&self) -> Vec<Timer> {
        let mut list = self.lock().items().to_vec();
        list.sort_by_key(|timer| timer.due);
        list
    }

    /// Takes one back, and says which it was.
    pub fn cancel(&self, id: u32) -> Result<Option<Timer>, KeptError> {
        let mut kept = self.lock();
        let found = kept.items().iter().find(|timer| timer.id == id).cloned();
        if found.is_some() {
            kept.change(|timers| timers.retain(|timer| timer.id != id))?;
            self.changed.notify_one();
        }
        Ok(found)
    }

    /// Those that have run out, each told once.
    pub fn take_due(&self) -> Vec<Due> {
        let now = self.clock.now();
        let mut kept = self.lock();
        if kept.items().iter().all(|timer| timer.due > now.as_millisecond()) {
            return Vec::new();
        }
        let take = |timers: &mut Vec<Timer>| {
            let (mut due, later): (Vec<_>, Vec<_>) =
                timers.drain(..).partition(|timer| timer.due <= now.as_millisecond());
            *timers = later;
            due.sort_by_key(|timer| timer.due);
            due
        };
        // One that can't be crossed out in the file is told all the same; it will come again when the program starts anew.
        let due = kept.change(take).unwrap_or_else(|error| {
            tracing::warn!(%error, "timers can't be kept");
            kept.change_here(take)
        });
        let latest = now.as_millisecond() - MISSED_AFTER.as_millis() as i64;
        due.into_iter().map(|timer| Due { missed: timer.due < latest, timer }).collect()
    }

    /// Until when nothing runs out; none while nothing runs.
    pub fn next_due(&self) -> Option<SignedDuration> {
        let due = self.lock().items().iter().map(|timer| timer.due).min()?;
        Some(SignedDuration::from_millis(due - self.clock.now().as_millisecond()))
    }

    /// Resolves when one was set or taken back.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    fn set(&self, label: &str, due: Timestamp, reminder: bool) -> Result<Timer, String> {
        let mut kept = self.lock();
        if kept.items().len() >= MOST {
            return Err(format!("{MOST} timers run already; one has to be cancelled first."));
        }
        let id = kept.items().iter().map(|timer| timer.id).max().unwrap_or(0) + 1;
        let timer = Timer { id, label: label.to_owned(), due: due.as_millisecond(), reminder };
        kept.change(|timers| timers.push(timer.clone())).map_err(|error| error.to_string())?;
        self.changed.notify_one();
        Ok(timer)
    }

    fn lock(&self) -> MutexGuard<'_, Kept<Timer>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
