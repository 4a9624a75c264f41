//! Sessions that outlive their connections, and the handles they are resumed by.
//!
//! A handle is a snapshot: resuming an older one loses what was said after it. A session ends with its connection and
//! can be resumed for a while; one connection at a time may hold it. All connections of one server share a registry.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::peer::{HeardTurn, Memory};

/// Handles kept for each session; the oldest gives way. The service keeps them all, but a client needs one.
const HANDLES: usize = 64;
/// Ended sessions kept; the one that ended first gives way.
const ENDED_SESSIONS: usize = 1000;

/// The sessions of one server; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    inner: Arc<Mutex<Sessions>>,
}

/// Which session.
pub(crate) type SessionId = u64;

/// Why a session cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotResumed {
    /// There is no such handle, or no longer.
    Unknown,
    /// Another connection holds the session.
    Open,
    /// It belongs to another model.
    OtherModel,
}

#[derive(Debug, Default)]
struct Sessions {
    connections: u64,
    opened: SessionId,
    by_id: HashMap<SessionId, Session>,
    handles: HashMap<String, Snapshot>,
}

#[derive(Debug)]
struct Session {
    model: String,
    ended_at: Option<Instant>,
    handles: VecDeque<String>,
    history: Vec<Arc<HeardTurn>>,
}

#[derive(Debug)]
struct Snapshot {
    session: SessionId,
    memory: Memory,
}

impl Registry {
    /// What every session heard, in the order the sessions were first opened; see [`Peer::history`](crate::Peer::history).
    /// Empty unless the configuration asks for a record.
    pub fn histories(&self) -> Vec<Vec<Arc<HeardTurn>>> {
        let sessions = self.lock();
        let mut ids: Vec<&SessionId> = sessions.by_id.keys().collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| Some(sessions.by_id.get(id)?.history.clone())).collect()
    }

    /// Counts a connection; the first is 1.
    pub(crate) fn count_connection(&self) -> u64 {
        let mut sessions = self.lock();
        sessions.connections += 1;
        sessions.connections
    }

    /// A new session, held by its connection.
    pub(crate) fn open(&self, model: &str) -> SessionId {
        let mut sessions = self.lock();
        sessions.opened += 1;
        let id = sessions.opened;
        let session =
            Session { model: model.to_owned(), ended_at: None, handles: VecDeque::new(), history: Vec::new() };
        sessions.by_id.insert(id, session);
        id
    }

    /// Takes a session up again where `handle` left it.
    pub(crate) fn resume(
        &self,
        handle: &str,
        model: &str,
        life: Duration,
        now: Instant,
    ) -> Result<(SessionId, Memory), NotResumed> {
        let mut sessions = self.lock();
        sessions.forget_expired(life, now);
        let snapshot = sessions.handles.get(handle).ok_or(NotResumed::Unknown)?;
        let (id, memory) = (snapshot.session, snapshot.memory.clone());
        let session = sessions.by_id.get_mut(&id).ok_or(NotResumed::Unknown)?;
        if session.ended_at.is_none() {
            return Err(NotResumed::Open);
        }
        if session.model != model {
            return Err(NotResumed::OtherModel);
        }
        session.ended_at = None;
        session.history.clone_from(&memory.history);
        Ok((id, memory))
    }

    /// From now on `handle` leads back to `memory`.
    pub(crate) fn issue(&self, id: SessionId, handle: &str, memory: &Memory) {
        let mut sessions = self.lock();
        let sessions = &mut *sessions;
        let Some(session) = sessions.by_id.get_mut(&id) else { return };
        session.handles.push_back(handle.to_owned());
        if session.handles.len() > HANDLES
            && let Some(oldest) = session.handles.pop_front()
        {
            sessions.handles.remove(&oldest);
        }
        sessions.handles.insert(handle.to_owned(), Snapshot { session: id, memory: memory.clone() });
    }

    /// What the session has heard by now.
    pub(crate) fn heard(&self, id: SessionId, history: Vec<Arc<HeardTurn>>) {
        if let Some(session) = self.lock().by_id.get_mut(&id) {
            session.history = history;
        }
    }

    /// Its connection is gone.
    pub(crate) fn release(&self, id: SessionId, now: Instant) {
        let mut sessions = self.lock();
        if let Some(session) = sessions.by_id.get_mut(&id) {
            session.ended_at.get_or_insert(now);
        }
        sessions.make_room();
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    fn forget_expired(&mut self, life: Duration, now: Instant) {
        let expired =
            |session: &Session| session.ended_at.is_some_and(|ended| now.saturating_duration_since(ended) >= life);
        let ids: Vec<SessionId> =
            self.by_id.iter().filter(|(_, session)| expired(session)).map(|(id, _)| *id).collect();
        for id in ids {
            self.forget(id);
        }
    }

    fn make_room(&mut self) {
        let ended = self.by_id.iter().filter_map(|(id, session)| Some((session.ended_at?, *id)));
        let mut ended: Vec<(Instant, SessionId)> = ended.collect();
        if ended.len() > ENDED_SESSIONS {
            ended.sort_unstable();
            for (_, id) in ended.drain(..ended.len() - ENDED_SESSIONS) {
                self.forget(id);
            }
        }
    }

    /// Its handles are dead; what it heard stays on record where one is kept.
    fn forget(&mut self, id: SessionId) {
        let Some(session) = self.by_id.get_mut(&id) else { return };
        for handle in session.handles.drain(..) {
            self.handles.remove(&handle);
        }
        if session.history.is_empty() {
            self.by_id.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const LIFE: Duration = Duration::from_hours(2);

    fn resumed(registry: &Registry, handle: &str, now: Instant) -> Result<SessionId, NotResumed> {
        registry.resume(handle, "m", LIFE, now).map(|(id, _)| id)
    }

    #[test]
    fn a_session_is_held_by_one_connection_at_a_time_and_lives_two_hours_after_the_last() {
        let (registry, start) = (Registry::default(), Instant::now());
        let id = registry.open("m");
        registry.issue(id, "handle", &Memory::default());
        assert_eq!(resumed(&registry, "handle", start), Err(NotResumed::Open));
        registry.release(id, start);
        assert_eq!(registry.resume("handle", "other", LIFE, start).unwrap_err(), NotResumed::OtherModel);
        let later = start + LIFE.mul_f64(0.999);
        assert_eq!(resumed(&registry, "handle", later), Ok(id));
        registry.release(id, later);
        assert_eq!(resumed(&registry, "handle", later + LIFE), Err(NotResumed::Unknown));
        assert_eq!(resumed(&registry, "handle", later), Err(NotResumed::Unknown), "what is forgotten stays so");
    }

    #[test]
    fn old_handles_and_sessions_give_way() {
        let (registry, start) = (Registry::default(), Instant::now());
        for n in 0..=ENDED_SESSIONS {
            let id = registry.open("m");
            for step in 0..=HANDLES {
                registry.issue(id, &format!("{n}.{step}"), &Memory::default());
            }
            registry.release(id, start + Duration::from_secs(n as u64));
        }
        let now = start + Duration::from_secs(2000);
        assert_eq!(resumed(&registry, "0.64", now), Err(NotResumed::Unknown), "the first session is gone");
        assert_eq!(resumed(&registry, "1.0", now), Err(NotResumed::Unknown), "the first handle is gone");
        assert_eq!(resumed(&registry, "1.1", now), Ok(2));
        assert_eq!(registry.lock().handles.len(), ENDED_SESSIONS * HANDLES);
    }
}
