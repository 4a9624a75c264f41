//! An answer on its way out: which piece is due when.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::config::{ServerConfig, TurnComplete};
use crate::persona::Answer;
use crate::recording::ANSWER_RATE;

/// Samples of the first piece of sound: 9,600 bytes, as recorded from the service.
const FIRST_PIECE: usize = 4800;
/// Samples of every other piece: 11,520 bytes.
const PIECE: usize = 5760;

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Input transcript.
    Heard(String),
    /// Samples of the answer.
    Sound(Range<usize>),
    /// Output transcript.
    Spoken(String),
    /// Everything has been generated.
    Generated,
    /// The turn is over.
    Complete,
}

/// An answer on its way out.
#[derive(Debug)]
pub(super) struct Playback {
    /// The user's turn it answers.
    pub(super) turn: u64,
    /// It only says that there is nothing to answer.
    pub(super) rejected: bool,
    pcm: Vec<i16>,
    steps: VecDeque<(Instant, Step)>,
    sent: usize,
}

impl Playback {
    /// Plans `answer` to begin at `now`.
    pub(super) fn new(turn: u64, answer: Answer, config: &ServerConfig, now: Instant) -> Self {
        let pace =
            if config.burst || !config.pace.is_finite() { f64::INFINITY } else { f64::from(config.pace.max(0.01)) };
        let mut steps = VecDeque::new();
        steps.extend(answer.heard.map(|text| (now, Step::Heard(text))));
        let mut pcm = Vec::new();
        let (mut last, mut playback_end) = (now, now);
        for segment in answer.segments {
            let first = pcm.len();
            pcm.extend(segment.pcm);
            let pieces = cut(first, pcm.len());
            let mut words = segment.words.into_iter().enumerate().peekable();
            let word_count = words.len();
            for (n, piece) in pieces.iter().enumerate() {
                last = now + length(piece.start).div_f64(pace);
                playback_end = playback_end.max(last) + length(piece.len());
                steps.push_back((last, Step::Sound(piece.clone())));
                while let Some((_, text)) = words.next_if(|(word, _)| word * pieces.len() <= n * word_count) {
                    steps.push_back((last, Step::Spoken(text)));
                }
            }
            steps.extend(words.map(|(_, text)| (last, Step::Spoken(text))));
        }
        if !answer.rejected {
            steps.push_back((last, Step::Generated));
        }
        let complete = match config.turn_complete {
            TurnComplete::Playback => playback_end,
            TurnComplete::Immediate => last,
        };
        steps.push_back((complete, Step::Complete));
        Self { turn, rejected: answer.rejected, pcm, steps, sent: 0 }
    }

    /// When the next piece is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.steps.front().map(|(due, _)| *due)
    }

    /// The next piece, if it is due.
    pub(super) fn next(&mut self, now: Instant) -> Option<Step> {
        if self.due()? > now {
            return None;
        }
        let (_, step) = self.steps.pop_front()?;
        if let Step::Sound(range) = &step {
            self.sent = range.end;
        }
        Some(step)
    }

    /// Samples of a piece as bytes on the wire.
    pub(super) fn bytes(&self, range: Range<usize>) -> Vec<u8> {
        self.pcm[range].iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }

    /// The piece of sound that would have come next.
    pub(super) fn next_sound(&self) -> Option<Range<usize>> {
        self.steps.iter().find_map(|(_, step)| if let Step::Sound(range) = step { Some(range.clone()) } else { None })
    }

    /// How much sound has been sent.
    pub(super) fn sent(&self) -> Duration {
        length(self.sent)
    }
}

/// Cuts samples `from..to` into pieces; the first of an answer is shorter.
fn cut(from: usize, to: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = from;
    while start < to {
        let end = (start + if start == 0 { FIRST_PIECE } else { PIECE }).min(to);
        pieces.push(start..end);
        start = end;
    }
    pieces
}

fn length(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(ANSWER_RATE))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::persona::Segment;

    fn answer(samples: usize, words: &[&str]) -> Answer {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Answer {
            heard: Some("heard".into()),
            segments: vec![Segment { pcm: vec![1; samples], words }],
            rejected: false,
        }
    }

    fn plan(answer: Answer, config: &ServerConfig) -> Vec<(u128, Step)> {
        let now = Instant::now();
        let playback = Playback::new(1, answer, config, now);
        playback.steps.iter().map(|(due, step)| ((*due - now).as_millis(), step.clone())).collect()
    }

    #[test]
    fn a_second_of_sound_is_sent_at_four_times_its_speed_and_ends_when_it_was_heard() {
        let steps = plan(answer(24_000, &["one ", "two"]), &ServerConfig::default());
        assert_eq!(
            steps,
            [
                (0, Step::Heard("heard".into())),
                (0, Step::Sound(0..4800)),
                (0, Step::Spoken("one ".into())),
                (50, Step::Sound(4800..10_560)),
                (110, Step::Sound(10_560..16_320)),
                (170, Step::Sound(16_320..22_080)),
                (170, Step::Spoken("two".into())),
                (230, Step::Sound(22_080..24_000)),
                (230, Step::Generated),
                (1000, Step::Complete),
            ]
        );
    }

    #[test]
    fn a_burst_takes_no_time_but_its_playback_does() {
        let steps = plan(answer(48_000, &[]), &ServerConfig { burst: true, ..ServerConfig::default() });
        assert!(steps[..steps.len() - 1].iter().all(|(due, _)| *due == 0));
        assert_eq!(steps.last(), Some(&(2000, Step::Complete)));
    }

    #[test]
    fn a_turn_may_complete_at_once() {
        let config = ServerConfig { turn_complete: TurnComplete::Immediate, ..ServerConfig::default() };
        assert_eq!(plan(answer(24_000, &[]), &config).last(), Some(&(230, Step::Complete)));
    }

    #[test]
    fn slower_than_real_time_the_turn_ends_with_the_last_piece_heard() {
        let config = ServerConfig { pace: 0.5, ..ServerConfig::default() };
        assert_eq!(plan(answer(24_000, &[]), &config).last(), Some(&(1840 + 80, Step::Complete)));
    }

    #[test]
    fn more_words_than_pieces_are_all_spoken() {
        let steps = plan(answer(4800, &["a", "b", "c"]), &ServerConfig::default());
        let spoken = steps.iter().filter(|(_, step)| matches!(step, Step::Spoken(_))).count();
        assert_eq!(spoken, 3);
    }
}
