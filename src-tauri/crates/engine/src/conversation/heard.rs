//! How much of an answer was heard when it was cut.

use std::collections::HashMap;
use std::time::Duration;

use super::Conversation;

/// Nobody misses as little as this.
const END: Duration = Duration::from_millis(150);

/// Answers older than that many turns are over, whatever became of them.
const TURNS: u64 = 8;

/// The sound of the answers that are under way, by turn.
#[derive(Debug, Default)]
pub(super) struct Sounding(HashMap<u64, Sound>);

#[derive(Debug, Default)]
struct Sound {
    /// Everything that came, whether it was to be played or not.
    received: Duration,
    /// How much of it was heard, once it was cut.
    heard: Option<Duration>,
    /// Nothing more comes.
    complete: bool,
}

impl Sounding {
    /// `samples` at `rate` Hz came for `turn`.
    pub(super) fn receive(&mut self, turn: u64, samples: usize, rate: u32) {
        self.0.retain(|&known, _| known + TURNS > turn);
        let sound = self.0.entry(turn).or_default();
        sound.received += Duration::from_secs_f64(samples as f64 / f64::from(rate.max(1)));
        sound.complete = false;
    }

    /// It comes again from its beginning.
    pub(super) fn restart(&mut self, turn: u64) {
        self.0.remove(&turn);
    }

    /// It was heard to its end.
    fn finish(&mut self, turn: u64) {
        if self.0.get(&turn).is_some_and(|sound| sound.heard.is_none()) {
            self.0.remove(&turn);
        }
    }

    /// Its sound fell silent after `played`. What is dropped afterwards was never heard.
    fn cut(&mut self, turn: u64, played: Duration) {
        if let Some(sound) = self.0.get_mut(&turn) {
            sound.heard.get_or_insert(played);
        }
    }

    fn complete(&mut self, turn: u64) {
        if let Some(sound) = self.0.get_mut(&turn) {
            sound.complete = true;
        }
    }

    /// The part that was heard, from 0 to 1, if the answer was cut before its end. The last word on it when nothing more
    /// comes.
    fn share(&mut self, turn: u64) -> Option<f64> {
        let sound = self.0.get(&turn)?;
        let (heard, received) = (sound.heard?, sound.received);
        if sound.complete {
            self.0.remove(&turn);
        }
        (heard + END < received).then(|| heard.as_secs_f64() / received.as_secs_f64())
    }
}

impl Conversation {
    /// All of an answer that was to be played has been.
    pub(super) fn note_heard(&mut self, turn: u64) {
        self.sounding.finish(turn);
    }

    /// An answer fell silent after `played` of its sound.
    pub(super) fn note_cut(&mut self, turn: u64, played: Duration) {
        self.sounding.cut(turn, played);
        self.mark_heard(turn);
    }

    /// Nothing more comes of an answer: what is known of a cut is as good as it gets.
    pub(super) fn note_complete(&mut self, turn: u64) {
        self.sounding.complete(turn);
        self.mark_heard(turn);
    }

    fn mark_heard(&mut self, turn: u64) {
        if let Some(share) = self.sounding.share(turn) {
            let change = self.transcript.mark_heard(turn, share);
            self.tell_change(change);
        }
    }
}
