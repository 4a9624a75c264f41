//! What the service sent and nobody has heard yet: an elastic queue by turn.
//!
//! The service is faster than real time, so a minute may arrive in one burst. A turn begins when what is queued covers a
//! target that follows the measured jitter, when that much time has gone by since its first sound, or when it has ended.
//! Turns sound one after another in the order of their first push.
//!
//! While more than the target is in hand (or everything has come) sound passes bit for bit. Below it, in a turn that still
//! goes on, as little as possible is put into the device's ring, and speech is made longer, so that a late message has a
//! delay to use up (`stretch`). Dry all the same, the last period is repeated and fades (`conceal`); what comes then is
//! heard at once. Nothing is ever hurried or left out.

mod conceal;
mod jitter;
mod stretch;
mod tail;
#[cfg(test)]
mod tests;
mod turn;

use std::{collections::VecDeque, time::Duration};

use self::{jitter::Jitter, stretch::Pace, turn::Turn};
use crate::{
    clock::{frames_to_duration, nanos, nanos_to_frames},
    render::duration,
};

/// Nobody listens to a queue longer than this; the oldest goes.
const LONGEST: Duration = Duration::from_mins(10);

/// The service's first message. Nobody waits for more before a turn begins, whatever the jitter.
const MOST_AWAITED: Duration = Duration::from_millis(200);

/// What should be in hand beyond the least the ring must hold, to be made longer.
const RESERVE: Duration = Duration::from_millis(30);

/// The queue.
pub(crate) struct Playout {
    rate: u32,
    turns: VecDeque<Turn>,
    jitter: Jitter,
    flushed: Option<u64>,
    overflowed: Duration,
    bridged: u64,
}

/// How full the device's ring is and should be, in device samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// What it holds.
    pub(crate) held: usize,
    /// What it needs so that the next callback gets everything it asks for.
    pub(crate) least: usize,
    /// What it should hold where there is enough.
    pub(crate) full: usize,
}

/// What one [`Playout::pull`] gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pulled {
    /// Whose sound it is.
    pub(crate) turn: u64,
    /// How many samples were appended.
    pub(crate) samples: usize,
    /// How many of them are no sound of the turn: periods repeated, gaps bridged.
    pub(crate) added: usize,
    /// Whether these were the turn's last.
    pub(crate) complete: bool,
}

/// A turn cut by [`Playout::flush`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Whose sound it was.
    pub(crate) turn: u64,
    /// How much of it was still queued.
    pub(crate) dropped: Duration,
}

impl Playout {
    /// A queue for a device of `rate` Hz.
    pub(crate) fn new(rate: u32) -> Self {
        Self {
            rate,
            turns: VecDeque::new(),
            jitter: Jitter::new(),
            flushed: None,
            overflowed: Duration::ZERO,
            bridged: 0,
        }
    }

    /// The device has another rate from now on.
    pub(crate) fn set_rate(&mut self, rate: u32) {
        if rate != self.rate {
            self.rate = rate;
            self.turns.iter_mut().for_each(|turn| turn.set_rate(rate));
        }
    }

    /// Queues sound that came at `now` (the clock's nanoseconds), unless its turn has been flushed. Whether it was queued.
    pub(crate) fn push(&mut self, turn: u64, pcm: Vec<i16>, rate: u32, now: u64) -> bool {
        if self.is_flushed(turn) || rate == 0 || pcm.is_empty() {
            return false;
        }
        let index = self.index(turn);
        let turn = &mut self.turns[index];
        turn.ended = false;
        turn.waiting_since.get_or_insert(now);
        if let Some(late) = turn.arrivals.arrive(now, duration(pcm.len(), rate)) {
            self.jitter.note(late, now, turn.dry);
        }
        turn.push(pcm, rate);
        self.drop_beyond_the_bound();
        true
    }

    /// Whoever waits for more of this turn needn't. Whether the turn is one to be told about.
    pub(crate) fn end_turn(&mut self, turn: u64) -> bool {
        if self.is_flushed(turn) {
            return false;
        }
        let index = self.index(turn);
        self.turns[index].ended = true;
        true
    }

    /// Forgets every turn up to this one and refuses what comes late for them.
    pub(crate) fn flush(&mut self, up_to: u64) -> Vec<Cut> {
        self.flushed = self.flushed.max(Some(up_to));
        let (cut, kept) = self.turns.drain(..).partition::<VecDeque<_>, _>(|turn| turn.number <= up_to);
        self.turns = kept;
        cut.iter().map(|turn| Cut { turn: turn.number, dropped: turn.queued() + turn.dropped }).collect()
    }

    /// Appends samples of the first turn until the ring has what it should have at `now`, the turn is complete or nothing
    /// may be given yet. `None`: there was nothing to do.
    pub(crate) fn pull(&mut self, now: u64, room: Room, out: &mut Vec<f32>) -> Option<Pulled> {
        let last = self.turns.len() == 1;
        let target = self.jitter.target();
        let turn = self.turns.front_mut()?;
        // A turn that others have followed won't get more.
        let ended = turn.ended || !last;
        if !turn.flowing {
            if !ended && !may_begin(turn, target, now) {
                return None;
            }
            turn.flowing = true;
        }
        let begin = out.len();
        loop {
            let held = room.held + out.len() - begin;
            let scarce = (!ended).then(|| Scarcity::of(turn, self.rate, held, room, target));
            if held >= scarce.map_or(room.full, |scarce| scarce.goal) {
                break;
            }
            let pace = scarce.map_or(Pace::Natural, |scarce| scarce.pace(turn, target, now));
            if turn.play(pace, out) {
                continue;
            }
            let was_dry = turn.dry;
            if ended || !turn.conceal(out) {
                break;
            }
            self.bridged += u64::from(!was_dry);
        }
        let complete = ended && !turn.has_sound();
        if complete {
            turn.finish(out);
        }
        let samples = out.len() - begin;
        let pulled = Pulled { turn: turn.number, samples, added: turn.tell_added(samples), complete };
        if complete {
            self.turns.pop_front();
        }
        (samples > 0 || complete).then_some(pulled)
    }

    /// The device has run dry. Whether that was in mid-turn.
    pub(crate) fn starved(&mut self) -> bool {
        self.turns.front_mut().is_some_and(|turn| std::mem::take(&mut turn.flowing))
    }

    /// Whether no turn is queued or awaited.
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Whether something is queued that wants a device.
    pub(crate) fn has_sound(&self) -> bool {
        self.turns.iter().any(Turn::has_sound)
    }

    /// The last turn there is, queued or awaited.
    pub(crate) fn last_turn(&self) -> Option<u64> {
        self.turns.iter().map(|turn| turn.number).max()
    }

    /// Whether the first turn has begun and hasn't run dry.
    pub(crate) fn is_flowing(&self) -> bool {
        self.turns.front().is_some_and(|turn| turn.flowing)
    }

    /// How much should be in hand, by the jitter measured so far: 60 to 300 ms.
    pub(crate) fn target(&self) -> Duration {
        self.jitter.target()
    }

    /// Gaps that were bridged since the start.
    pub(crate) fn bridged(&self) -> u64 {
        self.bridged
    }

    /// How much was dropped since the last call because the queue was longer than anyone listens.
    pub(crate) fn take_overflow(&mut self) -> Duration {
        std::mem::take(&mut self.overflowed)
    }

    /// Samples of memory held for what is queued.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.turns.iter().map(Turn::held).sum()
    }

    fn is_flushed(&self, turn: u64) -> bool {
        self.flushed.is_some_and(|flushed| turn <= flushed)
    }

    fn index(&mut self, number: u64) -> usize {
        let index = self.turns.iter().position(|turn| turn.number == number).unwrap_or(self.turns.len());
        if index == self.turns.len() {
            self.turns.push_back(Turn::new(number, self.rate));
        }
        index
    }

    fn drop_beyond_the_bound(&mut self) {
        let mut queued: Duration = self.turns.iter().map(Turn::queued).sum();
        for turn in &mut self.turns {
            while queued > LONGEST
                && let Some(gone) = turn.drop_oldest()
            {
                queued = queued.saturating_sub(gone);
                self.overflowed += gone;
            }
        }
    }
}

/// Who has run dry goes on with the first sound that comes.
fn may_begin(turn: &Turn, target: Duration, now: u64) -> bool {
    let enough = target.min(MOST_AWAITED);
    let waited = turn.waiting_since.is_some_and(|since| now >= since + nanos(enough));
    turn.has_sound() && (turn.dry || waited || turn.queued_up_to(enough) >= enough)
}

/// What is in hand of a turn that goes on.
#[derive(Clone, Copy, Debug)]
struct Scarcity {
    ahead: Duration,
    /// Below this much the next message is urgent.
    urgent: Duration,
    /// Device samples the ring should hold.
    goal: usize,
}

impl Scarcity {
    fn of(turn: &Turn, rate: u32, held: usize, room: Room, target: Duration) -> Self {
        let in_ring = |samples: usize| frames_to_duration(samples as u64, rate);
        let urgent = in_ring(room.least) + RESERVE;
        let reserve = target.max(urgent);
        let ahead = in_ring(held) + turn.queued_up_to(in_ring(room.full) + reserve);
        let spare = nanos_to_frames(nanos(ahead.saturating_sub(reserve)), rate) as usize;
        let goal = spare.min(room.full).max(room.least);
        Self { ahead, urgent, goal }
    }

    /// Sound that is in hand beyond the target, or is in time however late it comes, is left as it is. A turn that ran dry
    /// once must not do so again.
    fn pace(&self, turn: &Turn, target: Duration, now: u64) -> Pace {
        let is_safe = turn.arrivals.slack(now, self.ahead) >= nanos(target) as i64;
        if self.ahead >= target.max(self.urgent) || is_safe {
            Pace::Natural
        } else if self.ahead < self.urgent || turn.was_dry {
            Pace::Slow
        } else {
            Pace::Eased
        }
    }
}
