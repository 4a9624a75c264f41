//! What the user said before the session was open, in order and by turn.

use std::collections::VecDeque;

use super::Turn;
use crate::pcm::INPUT_RATE;

/// Most sound kept: five minutes.
pub(super) const MOST_SAMPLES: usize = 300 * INPUT_RATE as usize;

/// Sound is kept and sent in pieces of at most 100 ms.
const PIECE: usize = INPUT_RATE as usize / 10;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Audio(Vec<i16>),
    Text(String),
}

/// A turn that waits.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) turn: Turn,
    pub(super) items: VecDeque<Item>,
    pub(super) ended: bool,
}

impl Pending {
    fn samples(&self) -> usize {
        self.items.iter().map(Item::samples).sum()
    }
}

impl Item {
    fn samples(&self) -> usize {
        match self {
            Self::Audio(pcm) => pcm.len(),
            Self::Text(_) => 0,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    turns: VecDeque<Pending>,
    samples: usize,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(super) fn open(&mut self, turn: Turn) {
        self.turns.push_back(Pending { turn, items: VecDeque::new(), ended: false });
    }

    /// Appends sound to the newest turn. Returns how many samples were dropped to make room.
    pub(super) fn push_audio(&mut self, pcm: &[i16]) -> usize {
        let Some(turn) = self.turns.back_mut() else {
            return pcm.len();
        };
        match turn.items.back_mut() {
            Some(Item::Audio(piece)) if piece.len() + pcm.len() <= PIECE => piece.extend_from_slice(pcm),
            _ => {
                let mut piece = Vec::with_capacity(PIECE.max(pcm.len()));
                piece.extend_from_slice(pcm);
                turn.items.push_back(Item::Audio(piece));
            }
        }
        self.samples += pcm.len();
        self.make_room()
    }

    pub(super) fn push_text(&mut self, text: &str) {
        if let Some(turn) = self.turns.back_mut() {
            turn.items.push_back(Item::Text(text.to_owned()));
        }
    }

    pub(super) fn end(&mut self) {
        if let Some(turn) = self.turns.back_mut() {
            turn.ended = true;
        }
    }

    /// Drops turns: all of them, or only those that have ended. Returns how many samples that were.
    pub(super) fn discard(&mut self, only_ended: bool) -> usize {
        let before = self.samples;
        self.turns.retain(|turn| only_ended && !turn.ended);
        self.samples = self.turns.iter().map(Pending::samples).sum();
        before - self.samples
    }

    pub(super) fn take(&mut self) -> VecDeque<Pending> {
        self.samples = 0;
        std::mem::take(&mut self.turns)
    }

    fn make_room(&mut self) -> usize {
        let before = self.samples;
        while self.samples > MOST_SAMPLES {
            if self.turns.len() > 1 {
                self.samples -= self.turns.pop_front().map_or(0, |turn| turn.samples());
            } else if let Some(oldest) = self.turns.front_mut().and_then(|turn| turn.items.pop_front()) {
                self.samples -= oldest.samples();
            } else {
                break;
            }
        }
        before - self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute() -> Vec<i16> {
        vec![1; 60 * INPUT_RATE as usize]
    }

    #[test]
    fn five_minutes_fit_and_then_the_oldest_turn_goes_whole() {
        let mut queue = Queue::default();
        for turn in 1..=5 {
            queue.open(Turn(turn));
            assert_eq!(queue.push_audio(&minute()), 0);
            queue.end();
        }
        queue.open(Turn(6));
        assert_eq!(queue.push_audio(&[1; 320]), 60 * INPUT_RATE as usize);
        assert_eq!(queue.take().iter().map(|turn| turn.turn.0).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn one_turn_that_is_too_long_loses_its_beginning() {
        let mut queue = Queue::default();
        queue.open(Turn(1));
        let dropped: usize = (0..6).map(|_| queue.push_audio(&minute())).sum();
        assert_eq!(dropped, 60 * INPUT_RATE as usize);
        assert_eq!(queue.take().len(), 1);
    }

    #[test]
    fn sound_is_joined_into_pieces_of_a_tenth_of_a_second() {
        let mut queue = Queue::default();
        queue.open(Turn(1));
        for _ in 0..10 {
            queue.push_audio(&[1; 320]);
        }
        let sizes: Vec<usize> = queue.take()[0].items.iter().map(Item::samples).collect();
        assert_eq!(sizes, [1600, 1600]);
    }

    #[test]
    fn discarding_ended_turns_leaves_the_one_being_spoken() {
        let mut queue = Queue::default();
        queue.open(Turn(1));
        queue.push_audio(&[1; 320]);
        queue.end();
        queue.open(Turn(2));
        queue.push_audio(&[2; 320]);
        assert_eq!(queue.discard(true), 320);
        assert_eq!(queue.take()[0].turn, Turn(2));
    }
}
