//! Which of the captured samples belong to a press.

use std::ops::Range;

use crate::clock::nanos_to_frames;

/// Open from one instant to another, in the clock's nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Nothing passes.
    #[default]
    Shut,
    /// Everything from an instant on passes.
    Open {
        /// The press.
        from: u64,
    },
    /// Everything up to an instant still passes.
    Closing {
        /// The press.
        from: u64,
        /// The release and its tail.
        until: u64,
    },
}

impl Gate {
    /// Whether anything passes at all.
    pub(crate) fn is_shut(self) -> bool {
        self == Self::Shut
    }

    /// Which of `len` samples pass, the first of them having arrived at `start`.
    pub(crate) fn span(self, start: u64, len: usize, rate: u32) -> Range<usize> {
        let (from, until) = match self {
            Self::Shut => return 0..0,
            Self::Open { from } => (from, u64::MAX),
            Self::Closing { from, until } => (from, until),
        };
        let before = |instant: u64| nanos_to_frames(instant.saturating_sub(start), rate).min(len as u64) as usize;
        let end = before(until);
        before(from).min(end)..end
    }

    /// Whether a sample that arrives at `instant` comes after everything that passes.
    pub(crate) fn is_over(self, instant: u64) -> bool {
        matches!(self, Self::Closing { until, .. } if instant >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_press_lets_through_from_its_instant_on() {
        let gate = Gate::Open { from: 104 * MS };
        assert_eq!(gate.span(90 * MS, 160, 16_000), 160..160);
        assert_eq!(gate.span(100 * MS, 160, 16_000), 64..160);
        assert_eq!(gate.span(110 * MS, 160, 16_000), 0..160);
    }

    #[test]
    fn a_release_lets_through_up_to_its_instant() {
        let gate = Gate::Closing { from: 0, until: 104 * MS };
        assert_eq!(gate.span(90 * MS, 160, 16_000), 0..160);
        assert_eq!(gate.span(100 * MS, 160, 16_000), 0..64);
        assert_eq!(gate.span(110 * MS, 160, 16_000), 0..0);
        assert!(gate.is_over(104 * MS) && !gate.is_over(103 * MS));
    }

    #[test]
    fn a_shut_gate_lets_nothing_through() {
        assert_eq!(Gate::Shut.span(0, 160, 16_000), 0..0);
    }
}
