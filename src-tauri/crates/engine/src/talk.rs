//! The talk button: click to lock on, hold to talk while held. Pure; any release ends a hold, repeats do nothing.

use std::time::{Duration, Instant};

use crate::command::TalkInput;
use crate::settings::Mode;

/// What the button's owner has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TalkEdge {
    /// Talking begins.
    Start,
    /// Talking ends.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// Down since then; not known yet whether a click or a hold.
    Down {
        since: Instant,
    },
    /// Talking with nothing held.
    Latched,
    /// The press that ends a latched turn is still down.
    Ending,
}

/// The state of the talk button.
#[derive(Debug)]
pub(crate) struct Talk {
    state: State,
}

impl Talk {
    pub(crate) fn new() -> Self {
        Self { state: State::Idle }
    }

    /// Whether talking is on.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self.state, State::Down { .. } | State::Latched)
    }

    /// Whether talking goes on without anything being held.
    pub(crate) fn is_latched(&self) -> bool {
        self.state == State::Latched
    }

    /// One input at `now`. A press held for less than `threshold` is a click and locks talking on.
    /// Hands-free has no hold: every press is a click.
    pub(crate) fn handle(
        &mut self,
        input: TalkInput,
        mode: Mode,
        threshold: Duration,
        now: Instant,
    ) -> Option<TalkEdge> {
        let (state, edge) = match (self.state, input) {
            (State::Idle, TalkInput::Press) => (State::Down { since: now }, Some(TalkEdge::Start)),
            (State::Idle | State::Ending, TalkInput::Start) => (State::Latched, Some(TalkEdge::Start)),
            (State::Down { .. }, TalkInput::Start) => (State::Latched, None),
            (State::Down { since }, TalkInput::Release) => {
                let click = mode == Mode::HandsFree || now.saturating_duration_since(since) < threshold;
                if click { (State::Latched, None) } else { (State::Idle, Some(TalkEdge::End)) }
            }
            (State::Latched, TalkInput::Press) => (State::Ending, Some(TalkEdge::End)),
            (State::Down { .. } | State::Latched, TalkInput::Stop) => (State::Idle, Some(TalkEdge::End)),
            (State::Ending, TalkInput::Release | TalkInput::Stop) => (State::Idle, None),
            (state, _) => (state, None),
        };
        self.state = state;
        edge
    }

    /// Talking has lasted too long. A button that is still down means nothing until it has come up.
    pub(crate) fn expire(&mut self) {
        self.state = if matches!(self.state, State::Down { .. }) { State::Ending } else { State::Idle };
    }

    /// Talking has ended for another reason (a device failed, the settings changed).
    pub(crate) fn reset(&mut self) {
        self.state = State::Idle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLD: Duration = Duration::from_millis(350);

    fn run(mode: Mode, steps: &[(u64, TalkInput)]) -> (Vec<(u64, TalkEdge)>, Talk) {
        let start = Instant::now();
        let mut talk = Talk::new();
        let mut edges = Vec::new();
        for &(at, input) in steps {
            if let Some(edge) = talk.handle(input, mode, THRESHOLD, start + Duration::from_millis(at)) {
                edges.push((at, edge));
            }
        }
        (edges, talk)
    }

    #[test]
    fn a_hold_talks_while_held() {
        let (edges, talk) = run(Mode::PushToTalk, &[(0, TalkInput::Press), (350, TalkInput::Release)]);
        assert_eq!(edges, [(0, TalkEdge::Start), (350, TalkEdge::End)]);
        assert!(!talk.is_on());
    }

    #[test]
    fn a_click_locks_on_and_the_next_click_ends() {
        let steps =
            [(0, TalkInput::Press), (349, TalkInput::Release), (2000, TalkInput::Press), (2100, TalkInput::Release)];
        let (edges, talk) = run(Mode::PushToTalk, &steps);
        assert_eq!(edges, [(0, TalkEdge::Start), (2000, TalkEdge::End)]);
        assert!(!talk.is_on());
    }

    #[test]
    fn repeated_presses_change_nothing() {
        let steps = [
            (0, TalkInput::Press),
            (30, TalkInput::Press),
            (60, TalkInput::Press),
            (400, TalkInput::Release),
            (401, TalkInput::Release),
        ];
        let (edges, _) = run(Mode::PushToTalk, &steps);
        assert_eq!(edges, [(0, TalkEdge::Start), (400, TalkEdge::End)]);
    }

    #[test]
    fn hands_free_treats_a_long_press_as_a_click() {
        let (edges, talk) = run(Mode::HandsFree, &[(0, TalkInput::Press), (900, TalkInput::Release)]);
        assert_eq!(edges, [(0, TalkEdge::Start)]);
        assert!(talk.is_latched());
    }

    #[test]
    fn an_explicit_stop_ends_a_hold_and_its_release_does_nothing() {
        let steps = [(0, TalkInput::Press), (500, TalkInput::Stop), (900, TalkInput::Release)];
        let (edges, talk) = run(Mode::PushToTalk, &steps);
        assert_eq!(edges, [(0, TalkEdge::Start), (500, TalkEdge::End)]);
        assert!(!talk.is_on());
    }

    #[test]
    fn an_explicit_start_is_latched_and_needs_an_explicit_stop_or_a_click() {
        let (edges, talk) =
            run(Mode::PushToTalk, &[(0, TalkInput::Start), (10, TalkInput::Start), (90, TalkInput::Release)]);
        assert_eq!(edges, [(0, TalkEdge::Start)]);
        assert!(talk.is_latched());
    }

    #[test]
    fn a_button_that_was_down_too_long_means_nothing_until_it_comes_up() {
        let start = Instant::now();
        let mut talk = Talk::new();
        let press = |talk: &mut Talk, input| talk.handle(input, Mode::PushToTalk, THRESHOLD, start);
        assert_eq!(press(&mut talk, TalkInput::Press), Some(TalkEdge::Start));
        talk.expire();
        assert!(!talk.is_on());
        assert_eq!(press(&mut talk, TalkInput::Press), None, "the key repeats");
        assert_eq!(press(&mut talk, TalkInput::Release), None);
        assert_eq!(press(&mut talk, TalkInput::Press), Some(TalkEdge::Start));
    }
}
