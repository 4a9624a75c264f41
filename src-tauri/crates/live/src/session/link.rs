//! The connection: made, lost, made again.

use std::time::{Duration, Instant};

use super::backoff::is_quota;
use super::{Carried, Event, Link, Output, Session, Socket, TalkMode};
use crate::close::{CloseKind, CloseReason};
use crate::connect::ConnectFailure;
use crate::message::ClientMessage;
use crate::model::ClientContentUse;

/// A connection lost after nobody had said anything for so long isn't made again before somebody does.
const IDLE: Duration = Duration::from_mins(2);

/// Sound louder than this among the newest half second is speech under way: -42 dBFS, well above the noise of rooms and
/// below quiet speech.
const LOUD: i16 = 260;
const LOUD_SAMPLES: usize = 8000;

impl Session {
    /// Makes sure that there is a connection, or soon will be.
    pub(super) fn want_connection(&mut self, now: Instant) {
        match self.link {
            Link::Off => {
                self.backoff.reset();
                self.event(Event::Connecting);
                self.dial(now);
            }
            Link::Waiting(_) if !self.waits_for_quota => self.dial(now),
            _ => {}
        }
    }

    pub(super) fn dial(&mut self, now: Instant) {
        self.take_over_configuration();
        self.socket = self.next_socket();
        self.link = Link::Connecting;
        self.deadline = Some(now + self.active.setup_timeout);
        let setup = Box::new(self.active.to_setup(None, false));
        self.output(Output::Connect { socket: self.socket, setup });
    }

    fn take_over_configuration(&mut self) {
        let changes_mode = self.active.mode != self.config.mode;
        if changes_mode && self.link != Link::Off && (self.held || !self.queue.is_empty()) {
            // What is being said was begun in the old way and is to arrive.
            return;
        }
        if changes_mode {
            self.held = false;
            self.turns.release();
            self.queue.discard(false);
            self.sent.discard(false);
        }
        if self.active.model != self.config.model {
            self.lose_handle();
        }
        self.active = self.config.clone();
        self.turns.reset(self.active.mode);
    }

    pub(super) fn next_socket(&mut self) -> Socket {
        self.sockets += 1;
        Socket(self.sockets)
    }

    pub(super) fn connected(&mut self, socket: Socket, now: Instant) {
        if self.is_current(socket) && self.link == Link::Connecting {
            self.set_up(now);
        } else {
            self.standby_connected(socket, now);
        }
    }

    /// Sends the first message on the connection.
    pub(super) fn set_up(&mut self, now: Instant) {
        self.link = Link::Opening;
        self.deadline = Some(now + self.active.setup_timeout);
        let handle = self.resumption.take(now).filter(|_| self.active.options.resumption);
        self.resuming = handle.is_some();
        if !self.resuming {
            self.history.uncover();
        }
        let capabilities = self.capabilities();
        let tells = match capabilities.client_content {
            ClientContentUse::AnyTime => true,
            ClientContentUse::InitialOnly => !self.resuming,
            ClientContentUse::Never => false,
        };
        self.telling = tells && self.history.has_uncovered_words();
        self.seeding = self.telling && !self.resuming && capabilities.initial_history_flag;
        let setup = self.active.to_setup(handle.as_deref(), self.seeding);
        self.send(&ClientMessage::setup(setup));
    }

    /// `setupComplete` has come: what the service must know goes out, and everything that waited.
    pub(super) fn open(&mut self, session_id: Option<String>, now: Instant) {
        self.link = Link::Ready;
        self.deadline = None;
        self.opened = Some(now);
        self.active_at = Some(now);
        self.liveness.heard(now);
        let goes_on = self.established;
        self.established = true;
        self.event(Event::Ready { session_id });
        let untold = self.history.has_uncovered() && !self.telling;
        if self.telling {
            let contents = self.history.contents();
            self.history.tell();
            self.send(&ClientMessage::client_content(contents, self.seeding));
        }
        if goes_on && (self.resuming || self.telling || untold) {
            let carried = match () {
                () if self.resuming => Carried::Everything,
                () if self.telling => Carried::Words { left_out: self.history.left_out() },
                () => Carried::Nothing,
            };
            self.event(Event::Continued { carried });
        }
        self.plan_rotation(now);
        let greeting = self.active.greeting.clone().filter(|_| {
            self.greet && !self.held && self.queue.is_empty() && !self.resuming && !self.telling && !untold
        });
        self.greet = false;
        if let Some(greeting) = greeting {
            let turn = self.turns.greet();
            if let Some(turn) = turn {
                self.event(Event::TurnStarted { turn });
            }
            self.send_typed(turn.unwrap_or_default(), &greeting, now);
        }
        self.update_instruction();
        self.send_waiting(now);
    }

    pub(super) fn connect_failed(&mut self, socket: Socket, failure: ConnectFailure, now: Instant) {
        if self.is_current(socket) && self.link == Link::Connecting {
            self.lost(CloseReason::connect_failed(failure), now);
        } else {
            self.standby_failed(socket, now);
        }
    }

    pub(super) fn closed(&mut self, socket: Socket, code: Option<u16>, reason: &str, now: Instant) {
        if self.is_current(socket) {
            self.lost(CloseReason::from_frame(code, reason), now);
        } else {
            self.standby_failed(socket, now);
        }
    }

    pub(super) fn took_too_long(&mut self, now: Instant) {
        let reason = match self.link {
            Link::Connecting => CloseReason::connect_failed(ConnectFailure::Timeout),
            _ => CloseReason::setup_timeout(),
        };
        self.output(Output::Close(self.socket));
        self.lost(reason, now);
    }

    pub(super) fn went_silent(&mut self, now: Instant) {
        self.output(Output::Close(self.socket));
        self.lost(CloseReason::from_frame(None, "the service fell silent"), now);
    }

    pub(super) fn network_changed(&mut self, now: Instant) {
        match self.link {
            Link::Waiting(_) if !self.waits_for_quota => self.link = Link::Waiting(now),
            Link::Connecting => {
                // Begun over a network that may be gone.
                self.output(Output::Close(self.socket));
                self.dial(now);
            }
            Link::Ready => {
                self.liveness.doubt(now);
                self.output(Output::Ping(self.socket));
            }
            Link::Off | Link::Waiting(_) | Link::Opening => {}
        }
    }

    /// The connection is gone, or was never made.
    fn lost(&mut self, reason: CloseReason, now: Instant) {
        self.backoff.ended(self.opened, now);
        self.resumption.ended(&reason, self.opened, now);
        if !self.resumption.is_possible() {
            self.history.uncover();
        }
        // A new connection that was made ahead is there already.
        let standby = self.take_standby();
        self.hang_up(now);
        let idle = self.queue.is_empty() && !self.held;
        let ends_quietly =
            matches!(reason.kind, CloseKind::IdleTimeout | CloseKind::Normal | CloseKind::DeadlineExpired)
                || self.active_at.is_none_or(|at| now.saturating_duration_since(at) >= IDLE);
        if !self.may_try_again(&reason) || (idle && ends_quietly) {
            if let Some(socket) = standby {
                self.output(Output::Close(socket));
            }
            return self.give_up(reason);
        }
        if let Some(socket) = standby {
            self.socket = socket;
            return self.set_up(now);
        }
        let Some(at) = self.backoff.next(&reason, now) else {
            return self.give_up(reason);
        };
        self.waits_for_quota = is_quota(&reason);
        self.link = Link::Waiting(at);
        let delay = at.saturating_duration_since(now);
        self.event(Event::Reconnecting { reason, attempt: self.backoff.failures(), delay });
    }

    /// Whether another try may end otherwise.
    fn may_try_again(&self, reason: &CloseReason) -> bool {
        if is_quota(reason) {
            return self.established || self.held || !self.queue.is_empty();
        }
        if self.established {
            // Every connection is shown a token of its own; if a new one is refused too, somebody has to look.
            let token = matches!(reason.kind, CloseKind::TokenUsed | CloseKind::TokenInvalid);
            return reason.may_pass() || (token && self.backoff.failures() == 0);
        }
        // Words said into a service that was never reached get one more try; then somebody has to look.
        reason.is_retryable() && self.backoff.failures() == 0 && (self.held || !self.queue.is_empty())
    }

    /// Ends the session for want of a connection. The turn being spoken is kept for whoever connects next.
    fn give_up(&mut self, reason: CloseReason) {
        let push_to_talk = self.active.mode == TalkMode::PushToTalk;
        self.drop_queued(self.held && push_to_talk);
        if self.held && push_to_talk && self.queue.is_empty() {
            self.queue.open(self.turns.user());
        }
        self.greet = false;
        self.event(Event::Closed(reason));
    }

    /// Forgets what belonged to the connection, and takes back what was said in vain.
    pub(super) fn hang_up(&mut self, now: Instant) {
        self.take_back(now);
        self.link = Link::Off;
        self.deadline = None;
        self.opened = None;
        self.tail = None;
        self.segment_end = None;
        self.activity_open = false;
        self.voice = false;
        self.turns.reset(self.active.mode);
        self.tools.disconnect();
        self.reader.reset();
        self.drop_standby();
        self.rotation = None;
    }

    /// What was sent and not answered waits again.
    fn take_back(&mut self, now: Instant) {
        if self.active.mode == TalkMode::HandsFree && !self.is_listening_worth_repeating() {
            self.sent.settle(self.turns.user());
        }
        let reply = self.turns.reply();
        let repeated = self.queue.take_back(&mut self.sent, reply, now);
        if let Some(turn) = reply.filter(|reply| repeated.iter().all(|(turn, _)| turn != reply)) {
            // Its end can't come any more.
            let interrupted = self.generated != Some(turn);
            if self.turns.complete(now, false).is_some() {
                self.settle(turn);
                self.event(Event::TurnComplete { turn, reason: None, interrupted });
            }
        }
        for (turn, spoken) in repeated {
            self.history.repeat(turn);
            self.event(Event::Repeated { turn, spoken });
        }
    }

    /// Whether the newest sound of listening is, or was, speech that nothing came of.
    fn is_listening_worth_repeating(&self) -> bool {
        self.voice || self.turns.is_awaiting() || self.turns.reply().is_some() || self.is_somebody_loud()
    }

    pub(super) fn is_somebody_loud(&self) -> bool {
        self.sent.is_loud(LOUD_SAMPLES, LOUD)
    }

    pub(super) fn lose_handle(&mut self) {
        self.resumption.forget();
        self.history.uncover();
    }
}
