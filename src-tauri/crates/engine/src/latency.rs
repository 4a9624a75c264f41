//! How long an answer let wait for itself, and whose share that was.

use std::time::{Duration, Instant};

use serde::Serialize;

/// What the newest answer took. Both shares begin where the one before ends, the first with the end of what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// Until its first sound arrived: the service and the network, ms.
    pub service_ms: u32,
    /// From there to the loudspeaker: this program, ms.
    pub playback_ms: u32,
}

/// Watches one turn after the other.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    /// When the user had said what is to be answered.
    asked: Option<Instant>,
    /// The turn whose answer came first, how long that took, and when.
    received: Option<(u64, Duration, Instant)>,
}

impl Stopwatch {
    /// The user has said all there is to answer.
    pub(crate) fn asked(&mut self, now: Instant) {
        *self = Self { asked: Some(now), received: None };
    }

    /// The first sound of an answer has arrived.
    pub(crate) fn received(&mut self, turn: u64, now: Instant) {
        // What comes of itself, or after the first, answers nothing that was measured.
        if let Some(asked) = self.asked.take() {
            self.received = Some((turn, now.saturating_duration_since(asked), now));
        }
    }

    /// It was handed to the loudspeaker.
    pub(crate) fn played(&mut self, turn: u64, at: Instant) -> Option<Latency> {
        let (_, service, received) = self.received.take_if(|(received, ..)| *received == turn)?;
        let ms = |duration: Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        Some(Latency { service_ms: ms(service), playback_ms: ms(at.saturating_duration_since(received)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_timed_from_the_end_of_the_question_in_two_shares() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut watch = Stopwatch::default();
        watch.asked(at(0));
        watch.received(3, at(640));
        assert_eq!(watch.played(3, at(652)), Some(Latency { service_ms: 640, playback_ms: 12 }));
        assert_eq!(watch.played(3, at(700)), None, "told once");
    }

    #[test]
    fn what_nobody_asked_for_has_no_latency() {
        let start = Instant::now();
        let mut watch = Stopwatch::default();
        watch.received(0, start);
        assert_eq!(watch.played(0, start), None);
    }

    #[test]
    fn the_answer_to_an_earlier_question_is_not_taken_for_the_new_one() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut watch = Stopwatch::default();
        watch.asked(at(0));
        watch.received(1, at(100));
        watch.asked(at(200));
        assert_eq!(watch.played(1, at(210)), None);
        watch.received(2, at(500));
        assert_eq!(watch.played(2, at(505)), Some(Latency { service_ms: 300, playback_ms: 5 }));
    }
}
