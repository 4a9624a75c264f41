//! Is the other side still there? Found by what it says, not by how quickly it answers pings: the service's pongs were
//! measured 8 to 30 s late while it was busy, and a client that insists on them kills healthy sessions.

use std::time::{Duration, Instant};

/// Without a word for so long while a turn is open, the other side is asked.
const QUIET: Duration = Duration::from_secs(5);

/// Without a word for so long after that, it is taken to be gone. A wrong guess costs a resumption, nothing else.
const PATIENCE: Duration = Duration::from_secs(15);

/// The same after the network has changed or the machine woke up, when a dead connection is likely.
const SHORT_PATIENCE: Duration = Duration::from_secs(4);

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    Ask,
    Gone,
}

/// Watches one connection.
#[derive(Debug, Default)]
pub(super) struct Liveness {
    /// The last word, or when a turn was opened after it.
    since: Option<Instant>,
    /// A turn was opened after the last word.
    expecting: bool,
    gone_at: Option<Instant>,
}

impl Liveness {
    /// Something came.
    pub(super) fn heard(&mut self, now: Instant) {
        *self = Self { since: Some(now), ..Self::default() };
    }

    /// A turn was opened, so that something is expected to come. Those after it change nothing: somebody who keeps trying
    /// to be heard doesn't make the other side any more alive.
    pub(super) fn expect(&mut self, now: Instant) {
        if self.gone_at.is_none() && !self.expecting {
            self.since = Some(now);
            self.expecting = true;
        }
    }

    /// The connection has probably broken without a word: ask at once and wait for a short time only.
    pub(super) fn doubt(&mut self, now: Instant) {
        self.gone_at = Some(now + SHORT_PATIENCE);
    }

    /// When [`Self::check`] has something to say.
    pub(super) fn due(&self, turn_open: bool) -> Option<Instant> {
        self.gone_at.or_else(|| self.since.filter(|_| turn_open).map(|since| since + QUIET))
    }

    pub(super) fn check(&mut self, turn_open: bool, now: Instant) -> Verdict {
        if self.due(turn_open).is_none_or(|due| due > now) {
            return Verdict::Fine;
        }
        if self.gone_at.is_some() {
            return Verdict::Gone;
        }
        self.gone_at = Some(now + PATIENCE);
        Verdict::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_about_once_and_then_taken_for_the_end() {
        #[expect(clippy::disallowed_methods, reason = "where virtual time begins does not matter")]
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut liveness = Liveness::default();
        liveness.heard(now);
        assert_eq!(liveness.due(false), None, "nothing is expected");
        assert_eq!(liveness.check(true, at(4)), Verdict::Fine);
        assert_eq!(liveness.check(true, at(5)), Verdict::Ask);
        assert_eq!(liveness.check(true, at(19)), Verdict::Fine);
        assert_eq!(liveness.check(true, at(20)), Verdict::Gone);
        liveness.heard(at(21));
        assert_eq!(liveness.check(true, at(22)), Verdict::Fine);
        liveness.expect(at(22));
        liveness.expect(at(26));
        assert_eq!(liveness.due(true), Some(at(27)), "a second turn puts nothing off");
        liveness.heard(at(22));
        liveness.doubt(at(22));
        assert_eq!(liveness.check(false, at(26)), Verdict::Gone);
    }
}
