//! An answer on its way out: which piece is due when.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::trouble::Troubles;
use super::twist;
use crate::config::{ServerConfig, TurnComplete};
use crate::fault::FaultAction;
use crate::persona::{Answer, Ending, Segment};
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
    /// What the model thinks.
    Thought(String),
    /// Samples of the answer.
    Sound(Range<usize>),
    /// Output transcript.
    Spoken(String),
    /// The answer as text.
    Text(String),
    /// Sources found for these words.
    Sources(String),
    /// The filler is over; the model is still at it.
    Filled,
    /// Functions are called, at most so many of those that are left.
    Call(usize),
    /// Everything has been generated.
    Generated,
    /// The turn is over.
    Complete,
    /// The turn is over as far as it goes without the results of its calls; nothing is sent.
    Left,
}

/// An answer on its way out.
#[derive(Debug, Default)]
pub(super) struct Playback {
    pcm: Vec<i16>,
    steps: VecDeque<(Instant, Step)>,
    sent: Duration,
    /// Messages get odd numbers of bytes.
    odd: bool,
    /// The byte that is left over for the next of them.
    left_over: Option<u8>,
}

impl Playback {
    /// Plans `answer` to begin at `now`, with the faults that strike in answer `turn`.
    pub(super) fn new(answer: Answer, config: &ServerConfig, troubles: &Troubles, turn: u64, now: Instant) -> Self {
        let answer = twist::answer(answer, troubles, turn);
        let burst = config.burst || twist::burst(troubles, turn).is_some();
        let pace = if burst || !config.pace.is_finite() { f64::INFINITY } else { f64::from(config.pace.max(0.01)) };
        let mut plan = Plan { pcm: Vec::new(), steps: Vec::new(), pace, now, last: now, playback_end: now };
        plan.lay_out(answer, config.turn_complete);
        let Plan { pcm, mut steps, .. } = plan;
        twist::steps(&mut steps, troubles, turn);
        let odd = troubles.strike(turn, &FaultAction::OddChunks);
        Self { pcm, steps: steps.into(), sent: Duration::ZERO, odd, left_over: None }
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
            self.sent += length(range.len());
        }
        Some(step)
    }

    /// Samples of a piece as bytes on the wire.
    pub(super) fn bytes(&mut self, range: Range<usize>) -> Vec<u8> {
        let more = self.next_sound().is_some();
        let samples = self.pcm[range].iter().flat_map(|sample| sample.to_le_bytes());
        let mut bytes: Vec<u8> = self.left_over.take().into_iter().chain(samples).collect();
        if self.odd && more && bytes.len().is_multiple_of(2) {
            self.left_over = bytes.pop();
        }
        bytes
    }

    /// The piece of sound that would have come next.
    pub(super) fn next_sound(&self) -> Option<Range<usize>> {
        self.steps.iter().find_map(|(_, step)| if let Step::Sound(range) = step { Some(range.clone()) } else { None })
    }

    /// How much sound has been sent.
    pub(super) fn sent(&self) -> Duration {
        self.sent
    }
}

/// An answer being laid out in time.
struct Plan {
    pcm: Vec<i16>,
    steps: Vec<(Instant, Step)>,
    pace: f64,
    /// When the stretch under way begins.
    now: Instant,
    /// When its last piece is sent.
    last: Instant,
    /// When a client that plays in real time has heard everything.
    playback_end: Instant,
}

impl Plan {
    fn lay_out(&mut self, answer: Answer, complete: TurnComplete) {
        self.extend(answer.heard.map(Step::Heard));
        self.extend(answer.thought.map(Step::Thought));
        if let Some(filler) = answer.filler {
            self.segment(filler);
            self.last = self.end(complete);
            self.now = self.last;
            self.extend([Step::Filled]);
        }
        if answer.calls {
            self.extend([Step::Call(usize::MAX)]);
        }
        let first = self.pcm.len();
        for segment in answer.segments {
            self.segment_from(first, segment);
        }
        self.extend(answer.sources.map(Step::Sources));
        match answer.ending {
            Ending::Complete { generated } => {
                if generated {
                    self.extend([Step::Generated]);
                }
                self.steps.push((self.end(complete), Step::Complete));
            }
            Ending::Waiting { generated: true } => self.extend([Step::Generated]),
            Ending::Waiting { generated: false } => {}
            Ending::Left => self.extend([Step::Left]),
        }
    }

    fn extend(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.steps.extend(steps.into_iter().map(|step| (self.last, step)));
    }

    fn end(&self, complete: TurnComplete) -> Instant {
        match complete {
            TurnComplete::Playback => self.playback_end,
            TurnComplete::Immediate => self.last,
        }
    }

    fn segment(&mut self, segment: Segment) {
        self.segment_from(self.pcm.len(), segment);
    }

    /// Appends a segment of the stretch that begins with sample `begin`.
    fn segment_from(&mut self, begin: usize, segment: Segment) {
        let first = self.pcm.len();
        self.pcm.extend(segment.pcm);
        let pieces = cut(first, self.pcm.len());
        let mut words = segment.words.into_iter().enumerate().peekable();
        let word_count = words.len();
        for (n, piece) in pieces.iter().enumerate() {
            self.last = self.now + length(piece.start - begin).div_f64(self.pace);
            self.playback_end = self.playback_end.max(self.last) + length(piece.len());
            self.extend([Step::Sound(piece.clone())]);
            while let Some((_, text)) = words.next_if(|(word, _)| word * pieces.len() <= n * word_count) {
                self.extend([Step::Spoken(text)]);
            }
        }
        self.extend(words.map(|(_, text)| Step::Spoken(text)));
    }
}

/// A whole stretch of sound as bytes of messages.
pub(super) fn messages(pcm: &[i16]) -> impl Iterator<Item = Vec<u8>> {
    let pieces = cut(0, pcm.len()).into_iter();
    pieces.map(|piece| pcm[piece].iter().flat_map(|sample| sample.to_le_bytes()).collect())
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

/// How long so many samples of an answer last.
pub(super) fn length(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(ANSWER_RATE))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn answer(samples: usize, words: &[&str]) -> Answer {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Answer {
            heard: Some("heard".into()),
            segments: vec![Segment { pcm: vec![1; samples], words }],
            ..Answer::default()
        }
    }

    fn plan(answer: Answer, config: &ServerConfig) -> Vec<(u128, Step)> {
        let now = Instant::now();
        let playback = Playback::new(answer, config, &Troubles::new(&config.faults, 1), 1, now);
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
