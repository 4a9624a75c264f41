//! The faults of one connection: which of them strike where.

use std::time::{Duration, Instant};

use crate::config::Limits;
use crate::fault::{Fault, FaultAction, When};

/// Announced by `goAway` where the configuration has none.
const USUAL_NOTICE: Duration = Duration::from_secs(50);

/// The faults of one connection.
#[derive(Debug)]
pub(super) struct Troubles {
    faults: Vec<Fault>,
}

impl Troubles {
    pub(super) fn new(faults: &[Fault], connection: u64) -> Self {
        let here = |fault: &&Fault| fault.connection.is_none_or(|wanted| wanted == connection);
        Self { faults: faults.iter().filter(here).cloned().collect() }
    }

    /// Whether this fault strikes in answer `turn`.
    pub(super) fn strike(&self, turn: u64, action: &FaultAction) -> bool {
        self.find(turn, |other| (other == action).then_some(())).is_some()
    }

    /// The first fault `pick` takes of those that strike in answer `turn`.
    pub(super) fn find<T>(&self, turn: u64, mut pick: impl FnMut(&FaultAction) -> Option<T>) -> Option<T> {
        let mut faults = self.faults.iter().filter(|fault| fault.turn.is_none_or(|wanted| wanted == turn));
        faults.find_map(|fault| pick(&fault.action))
    }

    /// Everything `pick` takes of the faults that strike in answer `turn`.
    pub(super) fn all<T>(&self, turn: u64, pick: impl FnMut(&FaultAction) -> Option<T>) -> Vec<T> {
        let faults = self.faults.iter().filter(|fault| fault.turn.is_none_or(|wanted| wanted == turn));
        faults.map(|fault| &fault.action).filter_map(pick).collect()
    }

    /// Whether this fault was ordered for exactly this answer; without one, for the beginning of the connection.
    pub(super) fn ordered(&self, turn: Option<u64>, action: &FaultAction) -> bool {
        self.faults.iter().any(|fault| fault.turn == turn && fault.action == *action)
    }

    /// The faults that strike at a moment.
    pub(super) fn triggers(&self, limits: &Limits) -> Vec<Trigger> {
        self.faults.iter().filter_map(|fault| Trigger::of(fault, limits)).collect()
    }
}

/// A fault that waits for its moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trigger {
    turn: Option<u64>,
    when: When,
    pub(super) strike: Strike,
}

/// What happens at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Strike {
    /// The connection ends so; 1006 without a close frame.
    Close { code: u16, reason: String },
    /// `goAway`, then nothing more.
    GoAway { time_left: Duration },
    /// Nothing is sent for so long.
    Stall(Duration),
    /// Nothing is read or sent any more.
    Deaf,
}

/// How far a connection has come.
#[derive(Debug)]
pub(super) struct Progress {
    opened_at: Instant,
    set_up: bool,
    messages: u64,
    answer: Option<Answering>,
}

#[derive(Debug)]
struct Answering {
    turn: u64,
    began_at: Instant,
    messages: u64,
    sound: Duration,
}

impl Trigger {
    fn of(fault: &Fault, limits: &Limits) -> Option<Self> {
        let close = |code, reason: &str| Strike::Close { code, reason: reason.to_owned() };
        let (mut when, strike) = match &fault.action {
            FaultAction::Drop { when } => (*when, close(1006, "")),
            FaultAction::Close { code, reason, when } => (*when, close(*code, reason)),
            FaultAction::Stall { ms, when } => (*when, Strike::Stall(Duration::from_millis(*ms))),
            FaultAction::Deaf { when } => (*when, Strike::Deaf),
            FaultAction::GoAwayThenSilence { when } => {
                (*when, Strike::GoAway { time_left: limits.go_away.unwrap_or(USUAL_NOTICE) })
            }
            _ => return None,
        };
        if let Strike::GoAway { time_left } = &strike
            && when == When::START
            && fault.turn.is_none()
        {
            when = When::after(limits.connection.saturating_sub(*time_left));
        }
        Some(Self { turn: fault.turn, when, strike })
    }

    /// Whether its moment has come.
    pub(super) fn is_due(&self, progress: &Progress, now: Instant) -> bool {
        let Some(messages) = self.messages(progress) else { return false };
        let sound = progress.answer.as_ref().map_or(Duration::ZERO, |answer| answer.sound);
        (progress.set_up || self.when != When::START)
            && self.when.messages.is_none_or(|wanted| messages >= wanted)
            && self.when.audio_ms.is_none_or(|wanted| sound >= Duration::from_millis(wanted))
            && self.due(progress).is_none_or(|due| now >= due)
    }

    /// The time it asks for, where that is known.
    pub(super) fn due(&self, progress: &Progress) -> Option<Instant> {
        let since = match self.turn {
            None => progress.opened_at,
            Some(turn) => progress.answer.as_ref().filter(|answer| answer.turn == turn)?.began_at,
        };
        since.checked_add(self.when.time()?)
    }

    /// Messages counted from where it counts; none while its answer is not under way.
    fn messages(&self, progress: &Progress) -> Option<u64> {
        match self.turn {
            None => Some(progress.messages),
            Some(turn) => Some(progress.answer.as_ref().filter(|answer| answer.turn == turn)?.messages),
        }
    }
}

impl Progress {
    pub(super) fn new(now: Instant) -> Self {
        Self { opened_at: now, set_up: false, messages: 0, answer: None }
    }

    pub(super) fn set_up(&mut self) {
        self.set_up = true;
    }

    pub(super) fn begin_answer(&mut self, turn: u64, now: Instant) {
        self.answer = Some(Answering { turn, began_at: now, messages: 0, sound: Duration::ZERO });
    }

    /// The answer begun last; 0 before the first.
    pub(super) fn answer(&self) -> u64 {
        self.answer.as_ref().map_or(0, |answer| answer.turn)
    }

    pub(super) fn message(&mut self) {
        self.messages += 1;
        if let Some(answer) = &mut self.answer {
            answer.messages += 1;
        }
    }

    pub(super) fn sound(&mut self, length: Duration) {
        if let Some(answer) = &mut self.answer {
            answer.sound += length;
        }
    }
}
