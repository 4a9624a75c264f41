//! What was asked for and what became of it, for whoever wants to know later.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::desk::{Card, Stage, Verdict};
use crate::kept::{Kept, KeptError};

/// So many of the newest are kept.
const MOST: usize = 200;

/// One call that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// When it ended, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: i64,
    /// The function, made plain.
    pub name: String,
    /// Names and values of its arguments, made plain.
    pub details: Vec<(String, String)>,
    /// How it ended.
    pub verdict: Verdict,
}

/// All of them, in a file of their own.
pub struct Log {
    kept: Mutex<Kept<Record>>,
    clock: Clock,
}

impl Log {
    /// What the file holds; without one it lasts for this run.
    pub fn open(path: Option<PathBuf>, clock: Clock) -> (Arc<Self>, Option<KeptError>) {
        let (kept, error) = Kept::open(path);
        (Arc::new(Self { kept: Mutex::new(kept), clock }), error)
    }

    /// Writes down a call that is over.
    pub fn note(&self, card: &Card) {
        let Stage::Ended(verdict) = card.stage else { return };
        let details = card.request.as_ref().map(|request| request.details.clone()).unwrap_or_default();
        let record = Record { at: self.clock.now().as_millisecond(), name: card.name.clone(), details, verdict };
        let add = |records: &mut Vec<Record>| {
            records.push(record.clone());
            let over = records.len().saturating_sub(MOST);
            records.drain(..over);
        };
        let mut kept = self.lock();
        if let Err(error) = kept.change(add) {
            tracing::warn!(%error, "the log of calls can't be kept");
            kept.change_here(add);
        }
    }

    /// The newest first.
    pub fn list(&self) -> Vec<Record> {
        self.lock().items().iter().rev().cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) -> Result<(), KeptError> {
        self.lock().change(Vec::clear)
    }

    fn lock(&self) -> MutexGuard<'_, Kept<Record>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn card(ticket: u64, stage: Stage) -> Card {
        Card { ticket, name: format!("f{ticket}"), risk: None, request: None, stage, told: None }
    }

    #[test]
    fn what_is_over_is_written_down_and_the_oldest_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("log.json"));
        let (log, _) = Log::open(path.clone(), Clock::system());
        log.note(&card(0, Stage::Running));
        assert_eq!(log.list(), []);
        for ticket in 1..=MOST as u64 + 5 {
            log.note(&card(ticket, Stage::Ended(Verdict::Refused)));
        }
        let (log, _) = Log::open(path, Clock::system());
        let list = log.list();
        assert_eq!((list.len(), list[0].name.as_str(), list[MOST - 1].name.as_str()), (MOST, "f205", "f6"));
        log.clear().unwrap();
        assert_eq!(log.list(), []);
    }
}
