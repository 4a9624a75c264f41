//! Changing connections before the service ends one.
//!
//! A connection lives about ten minutes. The service mostly says so 50 s before, sometimes not at all. So a new WebSocket
//! is opened ahead, and at the first moment when nobody speaks the old one is closed and the session resumed on the new
//! one, which takes one round trip. At the deadline that is done at any moment.

use std::time::{Duration, Instant};

use super::{Link, Output, Session, Socket, TalkMode};

/// Connections were seen to break without a word from 523 s on; this leaves time to find a quiet moment.
const ROTATE_AFTER: Duration = Duration::from_mins(8);

/// Before the announced end, for the hand-over itself.
const MARGIN: Duration = Duration::from_secs(5);

/// How long to wait after a new WebSocket could not be had.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// A WebSocket that was opened ahead may be dropped by the other side when it stays silent; while nothing presses none is
/// kept for longer.
const KEEP_STANDBY: Duration = Duration::from_secs(30);

/// A change of connections that is planned or under way.
#[derive(Debug)]
pub(super) struct Rotation {
    /// From when on a new connection is wanted.
    from: Instant,
    /// Until when it must be there.
    until: Option<Instant>,
    standby: Standby,
}

#[derive(Debug, Clone, Copy)]
enum Standby {
    None,
    Dialling(Socket, Instant),
    Open(Socket, Instant),
}

impl Session {
    /// The connection has just become ready.
    pub(super) fn plan_rotation(&mut self, now: Instant) {
        let wanted = self.active.options.resumption;
        self.rotation = wanted.then(|| Rotation { from: now + ROTATE_AFTER, until: None, standby: Standby::None });
    }

    /// The service says when the connection ends.
    pub(super) fn ends_in(&mut self, time_left: Duration, now: Instant) {
        let until = now + time_left.saturating_sub(MARGIN.min(time_left / 2));
        let rotation = self.rotation.get_or_insert(Rotation { from: now, until: None, standby: Standby::None });
        rotation.from = rotation.from.min(now);
        rotation.until = Some(rotation.until.map_or(until, |earlier| earlier.min(until)));
    }

    pub(super) fn rotation_due(&self) -> Option<Instant> {
        let rotation = self.rotation.as_ref().filter(|_| self.link == Link::Ready)?;
        match rotation.standby {
            Standby::None => Some(rotation.from),
            Standby::Dialling(_, deadline) => Some(deadline),
            Standby::Open(_, since) => Some(rotation.until.unwrap_or(since + KEEP_STANDBY)),
        }
    }

    pub(super) fn rotate(&mut self, now: Instant) {
        if self.link != Link::Ready {
            return;
        }
        let Some(rotation) = &self.rotation else { return };
        let urgent = rotation.until.is_some_and(|until| now >= until);
        match rotation.standby {
            Standby::None if now >= rotation.from => self.dial_ahead(now),
            Standby::Dialling(socket, deadline) if now >= deadline => {
                self.output(Output::Close(socket));
                self.standby_failed(socket, now);
            }
            Standby::Open(socket, _) if self.is_quiet(now) => {
                // Whatever got no answer by now gets none.
                self.sent.settle(self.turns.user());
                self.hand_over(socket, now);
            }
            Standby::Open(socket, _) if urgent => self.hand_over(socket, now),
            Standby::Open(socket, since) if rotation.until.is_none() && now >= since + KEEP_STANDBY => {
                self.output(Output::Close(socket));
                self.standby_failed(socket, now);
            }
            Standby::None | Standby::Dialling(..) | Standby::Open(..) => {}
        }
    }

    pub(super) fn standby_connected(&mut self, socket: Socket, now: Instant) {
        match &mut self.rotation {
            Some(Rotation { standby, .. }) if standby.socket() == Some(socket) => *standby = Standby::Open(socket, now),
            // Nobody wants it any more.
            _ => self.output(Output::Close(socket)),
        }
    }

    pub(super) fn standby_failed(&mut self, socket: Socket, now: Instant) {
        if let Some(rotation) = self.rotation.as_mut().filter(|rotation| rotation.standby.socket() == Some(socket)) {
            rotation.standby = Standby::None;
            rotation.from = now + TRY_AGAIN_AFTER;
        }
    }

    /// The WebSocket opened ahead, if one is open: it is the caller's now.
    pub(super) fn take_standby(&mut self) -> Option<Socket> {
        let rotation = self.rotation.as_mut()?;
        let Standby::Open(socket, _) = rotation.standby else { return None };
        rotation.standby = Standby::None;
        Some(socket)
    }

    pub(super) fn drop_standby(&mut self) {
        if let Some(socket) = self.rotation.as_mut().and_then(|rotation| rotation.standby.socket()) {
            self.output(Output::Close(socket));
        }
    }

    fn dial_ahead(&mut self, now: Instant) {
        let socket = self.next_socket();
        let deadline = now + self.active.setup_timeout;
        let setup = Box::new(self.active.to_setup(None, false));
        self.output(Output::Connect { socket, setup });
        if let Some(rotation) = &mut self.rotation {
            rotation.standby = Standby::Dialling(socket, deadline);
        }
    }

    /// Whether nothing would be cut or have to be said again.
    fn is_quiet(&self, now: Instant) -> bool {
        let nobody_speaks = match self.active.mode {
            TalkMode::PushToTalk => !self.held,
            TalkMode::HandsFree => !self.voice && self.tail.is_none() && !self.is_somebody_loud(),
        };
        nobody_speaks
            && self.turns.is_at_rest(now)
            && !self.tools.is_pending()
            && self.resumption.is_possible()
            && !self.history.awaits_handle()
    }

    fn hand_over(&mut self, socket: Socket, now: Instant) {
        self.rotation = None;
        self.output(Output::Close(self.socket));
        self.hang_up(now);
        self.socket = socket;
        if self.active.model == self.config.model && self.active.mode == self.config.mode {
            self.active = self.config.clone();
        }
        self.set_up(now);
    }
}

impl Standby {
    fn socket(self) -> Option<Socket> {
        match self {
            Self::None => None,
            Self::Dialling(socket, _) | Self::Open(socket, _) => Some(socket),
        }
    }
}
