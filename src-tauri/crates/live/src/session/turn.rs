//! Whose reply is this? Attribution of what the server sends to the user's turns.
//!
//! The protocol doesn't number turns. What is known: everything up to a `turnComplete` belongs to the turn that was
//! being answered, and a turn that was cut short (a press during the reply, stop, typed text) ends with one more
//! `turnComplete`, often after late audio. So after a cut everything is dropped until that `turnComplete`. It may also
//! never come, above all when the cut turn had no reply yet; what settles the matter then is listed at [`Stale`].

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use super::TalkMode;

/// How long after the end of a newer turn leftovers of a cut one are still expected. Replies take longer than a round
/// trip; leftovers do not.
const LEFTOVERS_FOR: Duration = Duration::from_secs(2);

/// How long after a completed reply more content is still its own, where the service detects turns.
const TRAILING_FOR: Duration = Duration::from_secs(1);

/// A turn without an answer for so long, such as one of silence, gets none: the slowest first sound was seen at 3.5 s.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);

/// Turns remembered as cut before their reply had begun. Nobody presses that often within one.
const MOST_UNHEARD: usize = 64;

/// Counts the user's turns from 1; 0 is what comes before the first, such as a greeting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn(pub u64);

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What of a cut turn may still arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leftovers {
    /// Its reply hadn't begun: perhaps nothing. Content after the newer turn's end is the newer turn's.
    Maybe,
    /// The server said `interrupted`: one `turnComplete` that isn't the newer turn's.
    Complete,
    /// Its reply was under way: content, and a `turnComplete`. Without one, a transcript of the newer turn after that
    /// turn's end settles it, or two seconds.
    Content,
}

/// A turn that was cut.
#[derive(Debug, Clone, Copy)]
struct Stale {
    cut: Turn,
    leftovers: Leftovers,
    since: Instant,
    transcript_seen: bool,
}

/// Where content belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// To a cut turn: drop it.
    Nobody,
    /// To this turn.
    Turn(Turn),
    /// To this turn, which begins with it.
    Opened(Turn),
}

/// A server turn that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Completed {
    pub(super) turn: Turn,
    pub(super) interrupted: bool,
}

/// What it means that the server says `interrupted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupted {
    /// There must be silence up to this turn.
    Silence(Turn),
    /// What was taken for a turn's reply was that of an older turn, which it has cut. Its own is still to come.
    Mistaken {
        /// The newer turn.
        turn: Turn,
        /// The one that was cut.
        older: Turn,
    },
}

#[derive(Debug)]
pub(super) struct Turns {
    mode: TalkMode,
    /// The user's newest turn.
    user: Turn,
    /// The user's newest spoken turn.
    spoken: Turn,
    /// The user is speaking, by the marks we send.
    speaking: bool,
    /// When `user` ended, by our own doing.
    ended_at: Option<Instant>,
    /// `user` was typed.
    typed: bool,
    /// `user` has a transcript.
    transcribed: bool,
    /// `user` ended and its reply hasn't begun.
    awaiting: bool,
    /// The user asked for silence and hasn't done anything since.
    stopped: bool,
    /// The turn being answered: content has come, `turnComplete` hasn't.
    reply: Option<Turn>,
    /// Highest turn a sound was given out for.
    sounded: Option<Turn>,
    /// Highest turn that must be silent.
    flushed: Option<Turn>,
    /// The completed turn more is said of: what comes late of its answer, or the result of a call that nobody waited for.
    trailing: Option<Turn>,
    /// Highest turn whose reply is complete, and when.
    completed: Option<(Turn, Instant)>,
    stale: Option<Stale>,
    /// Turns that were cut before their reply had begun, oldest first. The service may have begun it all the same.
    unheard: VecDeque<Turn>,
}

impl Turns {
    pub(super) fn new(mode: TalkMode) -> Self {
        Self {
            mode,
            user: Turn(0),
            spoken: Turn(0),
            speaking: false,
            ended_at: None,
            typed: false,
            transcribed: false,
            awaiting: false,
            stopped: false,
            reply: None,
            sounded: None,
            flushed: None,
            completed: None,
            trailing: None,
            stale: None,
            unheard: VecDeque::new(),
        }
    }

    pub(super) fn user(&self) -> Turn {
        self.user
    }

    /// The user's newest spoken turn.
    pub(super) fn spoken(&self) -> Turn {
        self.spoken
    }

    /// The turn usage and other remarks are about.
    pub(super) fn current(&self) -> Turn {
        self.reply.unwrap_or(self.user)
    }

    pub(super) fn reply(&self) -> Option<Turn> {
        self.reply
    }

    pub(super) fn is_awaiting(&self) -> bool {
        self.awaiting
    }

    /// A new connection: nothing of an old one can arrive any more.
    pub(super) fn reset(&mut self, mode: TalkMode) {
        self.mode = mode;
        self.reply = None;
        self.stale = None;
        self.unheard.clear();
        self.awaiting = false;
    }

    /// Whether nothing is being answered, and nothing that was asked a moment ago waits for its answer.
    pub(super) fn is_at_rest(&self, now: Instant) -> bool {
        let waits = |ended: Instant| now.saturating_duration_since(ended) < ANSWERS_WITHIN;
        self.reply.is_none() && !(self.awaiting && self.ended_at.is_none_or(waits))
    }

    /// Whether anything is being answered or may still be sounding.
    pub(super) fn is_busy(&self) -> bool {
        self.reply.is_some() || self.awaiting || self.sounded > self.flushed
    }

    /// The user cuts what is being answered. Returns up to which turn there must be silence.
    pub(super) fn cut(&mut self, now: Instant) -> Option<Turn> {
        // A turn still being spoken has nothing to silence.
        let newest = if self.speaking { Turn(self.user.0 - 1) } else { self.user };
        let flush = self.is_busy().then_some(newest);
        if let Some(reply) = self.reply.take() {
            self.stale = Some(Stale { cut: reply, leftovers: Leftovers::Content, since: now, transcript_seen: false });
        } else if self.awaiting {
            self.cut_unheard(self.user);
            let cut = Stale { cut: self.user, leftovers: Leftovers::Maybe, since: now, transcript_seen: false };
            self.stale.get_or_insert(cut);
        }
        self.awaiting = false;
        if let Some(turn) = flush {
            self.flush(turn);
        }
        flush
    }

    /// The user begins a turn.
    pub(super) fn open(&mut self) -> Turn {
        if self.awaiting && self.flushed < Some(self.user) {
            // Not cut (no interruption is configured): what comes next still answers the turn before.
            self.reply = Some(self.user);
        }
        self.user = Turn(self.user.0 + 1);
        self.ended_at = None;
        self.typed = false;
        self.transcribed = false;
        self.awaiting = false;
        self.stopped = false;
        if let Some(stale) = &mut self.stale {
            stale.transcript_seen = false;
        }
        self.user
    }

    /// A turn of an earlier conversation.
    pub(super) fn remember(&mut self) -> Turn {
        self.open()
    }

    /// The user begins to speak.
    pub(super) fn speak(&mut self) -> Turn {
        let turn = self.open();
        self.spoken = turn;
        self.speaking = self.mode == TalkMode::PushToTalk;
        turn
    }

    /// The user has typed a turn.
    pub(super) fn type_text(&mut self) -> Turn {
        let turn = self.open();
        self.typed = true;
        turn
    }

    /// The end of the user's turn is on its way to the server.
    pub(super) fn end(&mut self, now: Instant) {
        self.speaking = false;
        self.ended_at = Some(now);
        self.awaiting = self.reply.is_none_or(|reply| reply == self.user);
    }

    /// The user has spoken; the server doesn't know yet, or never will.
    pub(super) fn release(&mut self) {
        self.speaking = false;
    }

    /// A greeting is sent for the user. It belongs to turn 0 as long as that is unused.
    pub(super) fn greet(&mut self) -> Option<Turn> {
        let unused = self.user == Turn(0) && self.flushed.is_none() && self.completed.is_none();
        (!unused).then(|| self.type_text())
    }

    /// The user wants silence. Until the next turn nothing of this one is let through.
    pub(super) fn stop(&mut self, now: Instant) -> Option<Turn> {
        let flush = self.cut(now)?;
        self.stopped = self.mode == TalkMode::PushToTalk && !self.speaking;
        Some(flush)
    }

    /// A turn was sent together with the newer one that follows: its reply is cut by it.
    pub(super) fn overtaken(&mut self, turn: Turn, now: Instant) {
        self.cut_unheard(turn);
        self.stale = Some(Stale { cut: turn, leftovers: Leftovers::Maybe, since: now, transcript_seen: false });
        self.flush(turn);
    }

    /// Whether what has come may be the reply of an older turn than the one it is taken for.
    pub(super) fn is_doubtful(&self) -> bool {
        !self.unheard.is_empty()
    }

    /// The server says the reply is cut.
    pub(super) fn interrupted(&mut self, now: Instant) -> Option<Interrupted> {
        if let Some(older) = self.mistaken() {
            self.reply = None;
            self.awaiting = true;
            self.stale = Some(Stale { cut: older, leftovers: Leftovers::Complete, since: now, transcript_seen: false });
            return Some(Interrupted::Mistaken { turn: self.user, older });
        }
        self.silence(now).map(Interrupted::Silence)
    }

    /// The turn whose reply has been taken for the newest turn's, if the server says now that it is cut: nothing of ours
    /// can have cut the newest one's.
    fn mistaken(&mut self) -> Option<Turn> {
        let newest = self.mode == TalkMode::PushToTalk && !self.speaking && self.reply == Some(self.user);
        if newest { self.unheard.pop_front() } else { None }
    }

    fn silence(&mut self, now: Instant) -> Option<Turn> {
        if let Some(reply) = self.reply.take() {
            self.stale = Some(Stale { cut: reply, leftovers: Leftovers::Content, since: now, transcript_seen: false });
            self.flush(reply);
            return Some(reply);
        }
        if let Some(stale) = &mut self.stale {
            if stale.leftovers == Leftovers::Maybe {
                stale.leftovers = Leftovers::Complete;
                stale.cut = self.unheard.pop_front().unwrap_or(stale.cut);
            }
            return self.flushed;
        }
        // Our own press cut a reply that had been complete for us: a pair of `interrupted` and `turnComplete` that
        // must not end the new turn.
        let unanswered = self.speaking || self.awaiting;
        let cut = match self.mode {
            TalkMode::PushToTalk if unanswered => match self.unheard.pop_front() {
                Some(turn) => turn,
                None => Turn(self.user.0.checked_sub(1)?),
            },
            TalkMode::PushToTalk => self.user,
            TalkMode::HandsFree => self.sounded?,
        };
        self.stale = Some(Stale { cut, leftovers: Leftovers::Complete, since: now, transcript_seen: false });
        self.flush(cut);
        Some(cut)
    }

    /// Where content of the server belongs.
    pub(super) fn content(&mut self, now: Instant) -> Owner {
        if let Some(stale) = self.stale {
            if !self.is_settled(&stale, now) {
                if let Some(stale) = &mut self.stale {
                    stale.leftovers = Leftovers::Content;
                }
                return Owner::Nobody;
            }
            self.stale = None;
        }
        if let Some(reply) = self.reply {
            return Owner::Turn(reply);
        }
        if self.speaking {
            // Nothing can answer a turn that hasn't ended.
            let cut = Turn(self.user.0.saturating_sub(1));
            self.stale = Some(Stale { cut, leftovers: Leftovers::Content, since: now, transcript_seen: false });
            return Owner::Nobody;
        }
        let complete = self.completed.filter(|(turn, _)| *turn >= self.user);
        let silenced = self.flushed.is_some_and(|turn| turn >= self.user);
        if silenced && self.stopped {
            return Owner::Nobody;
        }
        let reopened = complete.is_some_and(|(_, at)| {
            self.mode == TalkMode::HandsFree && now.saturating_duration_since(at) > TRAILING_FOR
        });
        if silenced || reopened {
            self.reply = Some(self.open());
            return Owner::Opened(self.user);
        }
        if complete.is_none() {
            self.reply = Some(self.user);
            self.awaiting = false;
        } else {
            self.trailing = Some(self.user);
        }
        Owner::Turn(self.user)
    }

    /// A sound of `turn` was given out.
    pub(super) fn sounded(&mut self, turn: Turn) {
        self.sounded = self.sounded.max(Some(turn));
    }

    /// The turn a transcript of the user's words belongs to, and whether it begins with it.
    pub(super) fn input_transcript(&mut self) -> Owner {
        if let Some(stale) = &mut self.stale
            && self.user > stale.cut
            && self.ended_at.is_some()
        {
            stale.transcript_seen = true;
        }
        if self.mode == TalkMode::PushToTalk {
            return Owner::Turn(self.spoken);
        }
        let complete = self.completed.is_some_and(|(turn, _)| turn >= self.user);
        let silenced = self.flushed.is_some_and(|turn| turn >= self.user);
        if self.typed || silenced || (complete && self.transcribed) {
            return Owner::Opened(self.heard());
        }
        self.transcribed = true;
        Owner::Turn(self.user)
    }

    /// The service's detection heard speech begin. Returns the turn that begins with it, if one does.
    pub(super) fn voice_began(&mut self) -> Option<Turn> {
        if self.mode == TalkMode::PushToTalk {
            return None;
        }
        let used = self.typed
            || self.reply == Some(self.user)
            || self.completed.is_some_and(|(turn, _)| turn >= self.user)
            || self.flushed.is_some_and(|turn| turn >= self.user);
        used.then(|| {
            let turn = self.heard();
            self.transcribed = false;
            turn
        })
    }

    /// The service's detection heard speech end. Returns the turn that now waits for its reply.
    pub(super) fn voice_ended(&mut self) -> Option<Turn> {
        let waits = self.mode == TalkMode::HandsFree
            && self.reply.is_none()
            && !self.awaiting
            && self.flushed < Some(self.user)
            && self.completed.is_none_or(|(turn, _)| turn < self.user);
        self.awaiting |= waits;
        waits.then_some(self.user)
    }

    /// The server's turn is over. Returns which one, if it is one that hadn't ended before.
    pub(super) fn complete(&mut self, now: Instant, has_reason: bool) -> Option<Completed> {
        if let Some(stale) = self.stale.take() {
            let newer_ended = self.user > stale.cut && self.ended_at.is_some();
            if stale.leftovers != Leftovers::Maybe || (self.mode == TalkMode::PushToTalk && !newer_ended) {
                return self.completes(stale.cut, now).then_some(Completed { turn: stale.cut, interrupted: true });
            }
        }
        if self.reply.is_none() && self.speaking {
            return None;
        }
        let turn = self.reply.take().unwrap_or(self.user);
        let again = self.trailing.take() == Some(turn);
        if turn == self.user {
            self.awaiting = false;
        } else if self.ended_at.is_some() {
            self.awaiting = true;
        }
        (self.completes(turn, now) || has_reason || again).then_some(Completed { turn, interrupted: false })
    }

    fn heard(&mut self) -> Turn {
        let turn = self.open();
        self.spoken = turn;
        self.transcribed = true;
        turn
    }

    fn cut_unheard(&mut self, turn: Turn) {
        if self.unheard.len() >= MOST_UNHEARD {
            self.unheard.pop_front();
        }
        self.unheard.push_back(turn);
    }

    fn completes(&mut self, turn: Turn, now: Instant) -> bool {
        self.unheard.retain(|unheard| *unheard > turn);
        let first = self.completed.is_none_or(|(completed, _)| completed < turn);
        if first {
            self.completed = Some((turn, now));
        }
        first
    }

    fn flush(&mut self, turn: Turn) {
        self.flushed = self.flushed.max(Some(turn));
    }

    fn is_settled(&self, stale: &Stale, now: Instant) -> bool {
        let newer_ended = self.ended_at.filter(|_| self.user > stale.cut);
        if self.mode == TalkMode::PushToTalk && newer_ended.is_none() {
            return false;
        }
        if stale.leftovers != Leftovers::Content || stale.transcript_seen {
            return true;
        }
        let since = newer_ended.map_or(stale.since, |ended| ended.max(stale.since));
        now.saturating_duration_since(since) >= LEFTOVERS_FOR
    }
}
