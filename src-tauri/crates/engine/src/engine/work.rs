//! Calls being carried out, and the bell of the timers.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{AbortHandle, Id, JoinSet};
use vivavoce_tools::{Fault, Outcome, Timers, Work};

use super::Actor;
use crate::conversation::Input;
use crate::event::Frontend;
use crate::problem::Problem;

/// The clock of the wall may be set, and the machine may sleep: the bell looks again at least so often.
const LOOK_AGAIN: Duration = Duration::from_secs(20);

/// Calls being carried out.
#[derive(Default)]
pub(super) struct Works {
    tasks: JoinSet<Outcome>,
    tickets: HashMap<Id, u64>,
    handles: HashMap<u64, AbortHandle>,
}

impl Works {
    pub(super) fn begin(&mut self, ticket: u64, work: Work) {
        let handle = self.tasks.spawn(work);
        self.tickets.insert(handle.id(), ticket);
        self.handles.insert(ticket, handle);
    }

    pub(super) fn abort(&mut self, ticket: u64) {
        if let Some(handle) = self.handles.remove(&ticket) {
            self.tickets.remove(&handle.id());
            handle.abort();
        }
    }

    /// The next one that came to an end; none while nothing is under way. Nobody hears of what was aborted.
    pub(super) async fn next(&mut self) -> Option<(u64, Outcome)> {
        loop {
            let (id, outcome) = match self.tasks.join_next_with_id().await? {
                Ok((id, outcome)) => (id, outcome),
                Err(error) => (error.id(), Err(Fault::Failed("The function broke down.".to_owned()))),
            };
            if let Some(ticket) = self.tickets.remove(&id) {
                self.handles.remove(&ticket);
                return Some((ticket, outcome));
            }
        }
    }
}

/// How long to sleep until a timer runs out, at the longest; none while nothing runs.
pub(super) fn until_due(timers: &Timers) -> Option<Duration> {
    let due = timers.next_due()?;
    Some(Duration::try_from(due).unwrap_or_default().min(LOOK_AGAIN))
}

impl<F: Frontend> Actor<F> {
    /// Tells what has run out, and what runs still.
    pub(super) fn ring(&mut self) {
        let due = self.toolbox.timers.take_due();
        if !due.is_empty() {
            self.handle(Input::Due(due));
            self.tell_timers();
        }
    }

    pub(super) fn tell_timers(&mut self) {
        let timers = self.toolbox.timers.list();
        self.handle(Input::Timers(timers));
    }

    pub(super) fn cancel_timer(&mut self, id: u32) {
        if let Err(error) = self.toolbox.timers.cancel(id) {
            self.handle(Input::SettingsFault(Problem::list(&error)));
        }
    }
}
