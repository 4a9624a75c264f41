//! What the conversation is doing, in one word.

use super::{Conversation, Gate, Link};
use crate::event::{Event, Phase};
use crate::problem::Problem;
use crate::settings::Mode;

impl Conversation {
    pub(super) fn phase(&self) -> Phase {
        if self.gate == Gate::Open || self.talk.is_on() {
            return match () {
                () if self.muted => Phase::Paused,
                () if self.input.is_none() => Phase::OpeningMicrophone,
                () if self.reconnecting => Phase::Reconnecting,
                () if self.settings.mode == Mode::HandsFree && self.is_working() => Phase::Thinking,
                () if self.settings.mode == Mode::HandsFree && self.is_speaking() => Phase::Speaking,
                () if self.settings.mode == Mode::HandsFree && self.waiting_since.is_some() => Phase::Waiting,
                () => Phase::Listening,
            };
        }
        match self.link {
            Link::Off if self.is_speaking() => Phase::Speaking,
            Link::Off if self.problem.as_ref().is_some_and(Problem::blocks_talking) => Phase::Error,
            Link::Off => Phase::Off,
            Link::Connecting if self.reconnecting => Phase::Reconnecting,
            Link::Connecting => Phase::Connecting,
            Link::Ready if self.gate != Gate::Closed => Phase::Listening,
            Link::Ready if self.is_speaking() => Phase::Speaking,
            Link::Ready if self.working || self.is_at_work() => Phase::Thinking,
            Link::Ready if self.waiting_since.is_some() => Phase::Waiting,
            Link::Ready => Phase::Ready,
        }
    }

    fn is_working(&self) -> bool {
        (self.working || self.is_at_work()) && !self.is_speaking()
    }

    /// An answer is being heard, or arrives to be.
    pub(super) fn is_speaking(&self) -> bool {
        self.playing.is_some() || self.answering.is_some()
    }

    pub(super) fn tell_phase(&mut self) {
        let told = (self.phase(), self.talk.is_latched());
        if self.told != Some(told) {
            self.told = Some(told);
            self.emit(Event::Phase { phase: told.0, latched: told.1 });
        }
    }
}
