//! What the session says.

use std::time::{Duration, Instant};

use vivavoce_audio::AudioCommand;
use vivavoce_live::close::{CloseKind, CloseReason};
use vivavoce_live::model;
use vivavoce_live::session::{Carried, Event as Live};

use super::press::Said;
use super::{Conversation, Effect, Link};
use crate::event::Event;
use crate::problem::{Problem, ProblemCode};
use crate::transcript::{Note, Speaker};

/// The service's reason for a turn without an answer to near-silence.
const REJECTED: &str = "RESPONSE_REJECTED";

/// A pause of that length before the next try is worth an explanation.
const QUIET_DELAY: Duration = Duration::from_secs(2);

/// Without any sign of an answer for this long after a turn, the user is told. The service's slowest first audio was
/// reported at 3.5 s; field clients wait 8 to 10 s.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

impl Conversation {
    pub(super) fn handle_live(&mut self, event: Live) {
        match event {
            Live::Connecting => self.link = Link::Connecting,
            Live::Ready { session_id } => {
                self.link = Link::Ready;
                self.reconnecting = false;
                if self.problem.as_ref().is_some_and(|problem| problem.retry_at.is_some()) {
                    self.clear_problem();
                }
                self.emit(Event::Ready { session_id });
            }
            Live::Continued { carried } => self.handle_continued(carried),
            Live::Reconnecting { reason, attempt, delay } => self.handle_reconnecting(&reason, attempt, delay),
            Live::Repeated { turn, spoken } => self.handle_repeated(turn.0, spoken),
            Live::InterimTranscript { turn, text } => {
                let change = self.transcript.interim(turn.0, &text, self.wall_ms);
                self.tell_change(change);
            }
            Live::Thought { turn, text } => {
                self.note_answer();
                let change = self.transcript.think(turn.0, &text, self.wall_ms);
                self.tell_change(change);
            }
            Live::Working { .. } => self.working = true,
            Live::ToolCall { calls } => self.handle_calls(calls),
            Live::ToolCallsCancelled { ids } => self.cancel_calls(&ids),
            Live::Sources { turn, grounding } => {
                let change = self.transcript.draw_on(turn.0, grounding.into(), self.wall_ms);
                self.tell_change(change);
            }
            Live::Disconnected => self.handle_disconnected(),
            Live::Closed(reason) => self.handle_closed(&reason),
            Live::TurnStarted { turn } => self.handle_turn_started(turn.0),
            Live::InputTranscript { turn, text } => self.append(turn.0, Speaker::User, &text),
            Live::OutputTranscript { turn, text } => {
                self.note_answer();
                self.append(turn.0, Speaker::Model, &text);
            }
            Live::Audio { turn, pcm, rate } => self.handle_answer_audio(turn.0, pcm, rate),
            Live::Flush { turn } => {
                self.audio(AudioCommand::Flush { up_to_turn: turn.0 });
                if self.answering.is_some_and(|answering| answering <= turn.0) {
                    self.answering = None;
                }
            }
            Live::GenerationComplete { turn } => self.end_answer(turn.0),
            Live::TurnComplete { turn, reason, interrupted } => self.handle_turn_complete(turn.0, reason, interrupted),
            Live::Waiting { turn } => {
                self.waiting_since = (self.said != Said::Nothing).then_some(self.now);
                let change = self.transcript.finish(turn.0, Speaker::User, false, None);
                self.tell_change(change);
            }
            Live::Usage { turn, usage } => {
                let family = model::family_of(&self.settings.model);
                let report = self.meter.add(turn.0, &usage, family);
                self.emit(Event::Usage { turn: turn.0, usage, report });
            }
            Live::MalformedMessage { count, detail } => {
                tracing::warn!(count, detail, "malformed message from the service");
                if count == 1 {
                    self.raise(Problem::of(ProblemCode::MalformedMessages).with_detail(detail));
                }
            }
            Live::AudioDropped { frames } => self.raise(Problem::audio_dropped(frames)),
            Live::GoAway { time_left } => tracing::info!(?time_left, "the service will end this connection"),
            Live::VoiceActivity { .. } | Live::Resumption { .. } => {}
        }
    }

    fn handle_disconnected(&mut self) {
        self.link = Link::Off;
        self.forget_turns(Note::ConnectionLost);
        self.emit(Event::Disconnected);
        if self.stopping {
            self.effects.push_back(Effect::Stop);
        }
    }

    fn handle_closed(&mut self, reason: &CloseReason) {
        self.link = Link::Off;
        if self.stopping {
            self.effects.push_back(Effect::Stop);
            return;
        }
        self.reconnecting = false;
        // An idle service hangs up after some minutes; the next press or word connects again, so nobody needs to be told.
        let is_usual = matches!(reason.kind, CloseKind::IdleTimeout | CloseKind::Normal | CloseKind::DeadlineExpired);
        let is_idle = is_usual && !self.activity;
        if !is_idle {
            self.abandon_talk();
        }
        self.forget_turns(Note::ConnectionLost);
        if is_idle {
            self.emit(Event::Disconnected);
        } else {
            self.raise(Problem::closed(reason, &self.settings));
        }
    }

    /// It is made again by itself: nobody is told about a try that succeeds at once.
    fn handle_reconnecting(&mut self, reason: &CloseReason, attempt: u32, delay: Duration) {
        self.link = Link::Connecting;
        self.reconnecting = true;
        self.working = false;
        self.waiting_since = None;
        if let Some(turn) = self.answering.take() {
            self.end_answer(turn);
        }
        if attempt > 1 || delay >= QUIET_DELAY {
            let retry_at = self.wall_ms + delay.as_millis() as u64;
            self.raise(Problem { retry_at: Some(retry_at), ..Problem::closed(reason, &self.settings) });
        }
        self.emit(Event::Reconnecting { attempt, delay });
    }

    fn handle_continued(&mut self, carried: Carried) {
        let note = match carried {
            Carried::Everything => None,
            Carried::Words { left_out: 0 } => Some(Note::HistoryKept),
            Carried::Words { .. } => Some(Note::HistoryShortened),
            Carried::Nothing => Some(Note::HistoryLost),
        };
        if let Some(note) = note {
            let change = self.transcript.notice(self.turn, note, self.wall_ms);
            self.tell_change(Some(change));
        }
        self.emit(Event::Continued { carried });
    }

    /// What was said is sent again, so its words and its answer come again. What is being heard may end.
    fn handle_repeated(&mut self, turn: u64, spoken: bool) {
        self.ended = self.ended.filter(|&ended| ended != turn);
        self.sounding.restart(turn);
        for change in self.transcript.restart(turn, spoken) {
            self.tell_change(Some(change));
        }
    }

    fn handle_turn_started(&mut self, turn: u64) {
        let change = self.transcript.finish(self.turn, Speaker::User, false, None);
        self.tell_change(change);
        self.turn = turn;
        self.waiting_since = None;
        self.working = false;
        if !self.settings.marks_turns() {
            // The microphone has been open since long before this turn.
            self.first_captured = None;
        }
        if let Some(message) = self.asked.pop_front().flatten() {
            self.write_down(turn, message);
            let change = self.transcript.finish(turn, Speaker::User, false, None);
            self.tell_change(change);
        } else {
            let change = self.transcript.open(turn, Speaker::User, self.wall_ms);
            self.tell_change(change);
        }
    }

    fn handle_answer_audio(&mut self, turn: u64, pcm: Vec<i16>, rate: u32) {
        self.note_answer();
        self.sounding.receive(turn, pcm.len(), rate);
        if self.silenced >= Some(turn) {
            return;
        }
        if self.answering != Some(turn) {
            self.answering = Some(turn);
            self.stopwatch.received(turn, self.now);
            self.emit(Event::AudioFirstReceived { turn, at: self.now });
        }
        self.ended = self.ended.filter(|&ended| ended != turn);
        self.audio(AudioCommand::Push { turn, pcm, rate });
    }

    /// Tells the sound thread that a turn's sound is complete, once, and again only after more of it came.
    fn end_answer(&mut self, turn: u64) {
        if self.ended != Some(turn) {
            self.ended = Some(turn);
            self.audio(AudioCommand::EndTurn { turn });
        }
    }

    fn handle_turn_complete(&mut self, turn: u64, reason: Option<String>, interrupted: bool) {
        self.end_answer(turn);
        self.working = false;
        self.meter.turn_ended();
        if self.answering.is_some_and(|answering| answering <= turn) {
            self.answering = None;
        }
        if turn >= self.turn {
            self.waiting_since = None;
        }
        let note = if reason.as_deref() == Some(REJECTED) { Note::NothingHeard } else { Note::NoTranscript };
        let user = self.transcript.finish(turn, Speaker::User, false, Some(note));
        self.tell_change(user);
        let model = self.transcript.finish(turn, Speaker::Model, interrupted, None);
        self.tell_change(model);
        self.note_complete(turn);
        self.emit(Event::TurnComplete { turn, reason, interrupted });
    }

    fn append(&mut self, turn: u64, speaker: Speaker, text: &str) {
        let change = self.transcript.append(turn, speaker, text, self.wall_ms);
        self.tell_change(change);
    }

    fn forget_turns(&mut self, note: Note) {
        self.asked.clear();
        self.waiting_since = None;
        self.working = false;
        if let Some(turn) = self.answering.take() {
            self.end_answer(turn);
        }
        for change in self.transcript.finish_all(note) {
            self.tell_change(Some(change));
        }
    }

    pub(super) fn answer_deadline(&self) -> Option<Instant> {
        self.waiting_since.map(|since| since + ANSWER_TIMEOUT)
    }

    /// Nothing has come back: because nothing was said, or for a reason nobody knows.
    pub(super) fn miss_answer(&mut self) {
        self.waiting_since = None;
        let (note, problem) = match self.said {
            Said::Noise { peak_dbfs } => (Note::NothingHeard, Problem::nothing_heard(peak_dbfs)),
            Said::Words | Said::Nothing => (Note::NoAnswer, Problem::of(ProblemCode::NoAnswer)),
        };
        let change = self.transcript.finish(self.turn, Speaker::User, false, Some(note));
        self.tell_change(change);
        self.raise(problem);
    }

    /// Something comes back after all.
    pub(super) fn note_answer(&mut self) {
        self.waiting_since = None;
        self.clear_problem_of(|code| matches!(code, ProblemCode::NoAnswer | ProblemCode::NothingHeard));
    }
}
