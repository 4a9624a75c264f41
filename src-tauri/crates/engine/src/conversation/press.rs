//! The press: too short, silent, or so long that something must lie on the key.

use std::time::{Duration, Instant};

use vivavoce_audio::{Cue, Heard};

use super::{Conversation, Gate};
use crate::problem::{Problem, ProblemCode};
use crate::settings::Mode;
use crate::transcript::{Note, Speaker};

/// A shorter press without a word was a slip of the finger.
const SHORTEST: Duration = Duration::from_millis(150);

/// A press is held no longer.
const LONGEST: Duration = Duration::from_mins(5);

/// So long before its end the user is warned.
const WARNING: Duration = Duration::from_secs(30);

/// Quieter than this at its loudest, and without a voice, a turn was silent.
const SILENT_DBFS: f32 = -45.0;

/// A press from the button's going down to its coming up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Press {
    since: Instant,
    until: Option<Instant>,
    /// The user was told that it gets long.
    warned: bool,
    /// Words were typed into it.
    typed: bool,
}

/// What the user's newest turn holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Said {
    /// Words, as far as is known.
    #[default]
    Words,
    /// Something loud enough, but no voice: the service may hear what the local detector doesn't.
    Noise {
        /// Its highest sample.
        peak_dbfs: f32,
    },
    /// Silence. No answer is waited for.
    Nothing,
}

impl Press {
    fn held(self) -> Duration {
        self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(self.since))
    }
}

impl Conversation {
    pub(super) fn begin_press(&mut self) {
        self.press = Some(Press { since: self.now, until: None, warned: false, typed: false });
        self.said = Said::Words;
        self.cue(Cue::Start);
    }

    /// Words were typed into the press: it is no empty one.
    pub(super) fn type_into_press(&mut self) {
        if let Some(press) = &mut self.press {
            press.typed = true;
        }
    }

    /// The button was let go: what was heard until then is judged when its tail has been captured.
    pub(super) fn end_press(&mut self) {
        self.closing = self.press.take().map(|press| Press { until: Some(self.now), ..press });
    }

    /// The button was let go during the tail of the press before: this one never began.
    pub(super) fn drop_press(&mut self) {
        if self.press.take().is_some() && self.settings.mode == Mode::PushToTalk {
            self.raise(Problem::of(ProblemCode::PressTooShort));
        }
    }

    /// What the press that is over amounted to.
    pub(super) fn judge_press(&mut self, heard: Heard) {
        let Some(press) = self.closing.take() else { return };
        let speaks = self.settings.mode == Mode::PushToTalk && !self.muted && !press.typed;
        if !speaks || heard.speech > Duration::ZERO {
            return;
        }
        let problem = if press.held() < SHORTEST {
            Problem::of(ProblemCode::PressTooShort)
        } else if heard.peak_dbfs < SILENT_DBFS {
            Problem::nothing_heard(heard.peak_dbfs)
        } else {
            self.said = Said::Noise { peak_dbfs: heard.peak_dbfs };
            return;
        };
        self.said = Said::Nothing;
        let change = self.transcript.finish(self.turn, Speaker::User, false, Some(Note::NothingHeard));
        self.tell_change(change);
        self.raise(problem);
    }

    /// When something about the press is due.
    pub(super) fn press_deadline(&self) -> Option<Instant> {
        let is_held = self.settings.mode == Mode::PushToTalk && self.gate == Gate::Open;
        let press = self.press.filter(|_| is_held)?;
        Some(press.since + if press.warned { LONGEST } else { LONGEST.saturating_sub(WARNING) })
    }

    pub(super) fn outgrow_press(&mut self) {
        let Some(press) = &mut self.press else { return };
        if press.warned {
            self.clear_problem_of(|code| code == ProblemCode::LongPress);
            self.talk.expire();
            self.end_talk();
        } else {
            press.warned = true;
            self.raise(Problem::of(ProblemCode::LongPress));
        }
    }
}
