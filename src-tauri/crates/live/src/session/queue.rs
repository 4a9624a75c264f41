//! What the user said, in order and by turn: what waits for an open session, and what was sent and would be lost with it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Turn;
use crate::pcm::INPUT_RATE;

/// Most sound kept: five minutes.
pub(super) const MOST_SAMPLES: usize = 300 * INPUT_RATE as usize;

/// Speech not answered for so long isn't sent again when its connection is lost: the user has gone on.
const STALE: Duration = Duration::from_mins(1);

/// Sound is kept and sent in pieces of at most 100 ms.
const PIECE: usize = INPUT_RATE as usize / 10;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Audio(Vec<i16>),
    Text(String),
    /// A JPEG.
    Picture(Vec<u8>),
}

/// A turn that waits.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) turn: Turn,
    pub(super) items: VecDeque<Item>,
    /// When it ended; not yet.
    pub(super) ended: Option<Instant>,
}

impl Pending {
    /// Whether any of it is sound.
    pub(super) fn is_spoken(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Audio(_)))
    }

    /// Whether it was made without speaking, and holds a picture.
    pub(super) fn is_shown(&self) -> bool {
        !self.is_spoken() && self.ended.is_some() && self.items.iter().any(|item| matches!(item, Item::Picture(_)))
    }

    /// Whether its newest `samples` hold anything louder than `level`.
    fn is_loud(&self, samples: usize, level: i16) -> bool {
        let sound = self.items.iter().rev().filter_map(|item| match item {
            Item::Audio(pcm) => Some(pcm.iter().rev()),
            Item::Text(_) | Item::Picture(_) => None,
        });
        sound.flatten().take(samples).any(|sample| sample.unsigned_abs() > level.unsigned_abs())
    }

    fn samples(&self) -> usize {
        self.items.iter().map(Item::samples).sum()
    }
}

impl Item {
    fn samples(&self) -> usize {
        match self {
            Self::Audio(pcm) => pcm.len(),
            Self::Text(_) | Self::Picture(_) => 0,
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
        if self.turns.back().is_some_and(|last| last.turn == turn) {
            return;
        }
        self.turns.push_back(Pending { turn, items: VecDeque::new(), ended: None });
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

    pub(super) fn push_picture(&mut self, jpeg: &[u8]) {
        if let Some(turn) = self.turns.back_mut() {
            turn.items.push_back(Item::Picture(jpeg.to_owned()));
        }
    }

    pub(super) fn end(&mut self, now: Instant) {
        if let Some(turn) = self.turns.back_mut() {
            turn.ended.get_or_insert(now);
        }
    }

    /// What is being said turns out to be this turn.
    pub(super) fn belongs_to(&mut self, turn: Turn) {
        if let Some(open) = self.turns.back_mut() {
            open.turn = turn;
        }
    }

    /// Turns up to this one are over: nothing of them is needed any more. One that is still open keeps its place.
    pub(super) fn settle(&mut self, turn: Turn) {
        self.turns.retain(|pending| pending.turn > turn || pending.ended.is_none());
        for open in self.turns.iter_mut().filter(|pending| pending.turn <= turn) {
            open.items.clear();
        }
        self.count();
    }

    /// Keeps no more than the newest `samples` of the open turn.
    pub(super) fn keep_newest(&mut self, samples: usize) {
        let Some(turn) = self.turns.back_mut() else { return };
        let mut over = turn.samples().saturating_sub(samples);
        while let Some(front) = turn.items.front().map(Item::samples).filter(|front| *front <= over && over > 0) {
            over -= front;
            self.samples -= front;
            turn.items.pop_front();
        }
    }

    /// Whether the newest `samples` hold anything louder than `level`.
    pub(super) fn is_loud(&self, samples: usize, level: i16) -> bool {
        self.turns.back().is_some_and(|turn| turn.is_loud(samples, level))
    }

    /// Takes what was sent in vain, to be sent again before what waits already. Returns its turns, and whether they hold
    /// speech. `answering` is the turn whose answer was under way, however long ago it was said.
    pub(super) fn take_back(&mut self, sent: &mut Self, answering: Option<Turn>, now: Instant) -> Vec<(Turn, bool)> {
        let mut back = std::mem::take(&mut sent.turns);
        sent.samples = 0;
        back.retain(|turn| {
            let stale = turn.ended.is_some_and(|ended| now.saturating_duration_since(ended) >= STALE);
            (!stale || answering == Some(turn.turn)) && !(turn.items.is_empty() && turn.ended.is_some())
        });
        let turns = back.iter().filter(|turn| !turn.items.is_empty());
        let turns = turns.map(|turn| (turn.turn, turn.is_spoken())).collect();
        // The turn that is open goes on in what waits.
        if let (Some(last), Some(first)) = (back.back(), self.turns.front_mut())
            && last.turn == first.turn
            && let Some(mut last) = back.pop_back()
        {
            last.items.append(&mut first.items);
            last.ended = first.ended;
            *first = last;
        }
        back.append(&mut self.turns);
        self.turns = back;
        self.count();
        self.make_room();
        turns
    }

    /// Drops turns: all of them, or only those that have ended. Returns how many samples that were.
    pub(super) fn discard(&mut self, only_ended: bool) -> usize {
        let before = self.samples;
        self.turns.retain(|turn| only_ended && turn.ended.is_none());
        self.count();
        before - self.samples
    }

    pub(super) fn take(&mut self) -> VecDeque<Pending> {
        self.samples = 0;
        std::mem::take(&mut self.turns)
    }

    fn count(&mut self) {
        self.samples = self.turns.iter().map(Pending::samples).sum();
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

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "where virtual time begins does not matter")]
        Instant::now()
    }

    fn minute() -> Vec<i16> {
        vec![1; 60 * INPUT_RATE as usize]
    }

    #[test]
    fn five_minutes_fit_and_then_the_oldest_turn_goes_whole() {
        let mut queue = Queue::default();
        for turn in 1..=5 {
            queue.open(Turn(turn));
            assert_eq!(queue.push_audio(&minute()), 0);
            queue.end(start());
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
        queue.end(start());
        queue.open(Turn(2));
        queue.push_audio(&[2; 320]);
        assert_eq!(queue.discard(true), 320);
        assert_eq!(queue.take()[0].turn, Turn(2));
    }

    fn sent(turns: &[(u64, i16, bool)]) -> Queue {
        let mut queue = Queue::default();
        for (turn, level, ended) in turns {
            queue.open(Turn(*turn));
            queue.push_audio(&[*level; 320]);
            if *ended {
                queue.end(start());
            }
        }
        queue
    }

    fn levels(queue: &mut Queue) -> Vec<(u64, Vec<i16>)> {
        let turns = queue.take();
        let level = |item: &Item| match item {
            Item::Audio(pcm) => pcm[0],
            Item::Text(_) | Item::Picture(_) => 0,
        };
        turns.iter().map(|turn| (turn.turn.0, turn.items.iter().map(level).collect())).collect()
    }

    #[test]
    fn what_was_sent_in_vain_goes_before_what_waits_and_an_open_turn_is_joined() {
        let mut log = sent(&[(1, 1, true), (2, 2, false)]);
        let mut queue = sent(&[(2, 3, true), (3, 4, false)]);
        assert_eq!(queue.take_back(&mut log, None, start()), [(Turn(1), true), (Turn(2), true)]);
        assert_eq!(levels(&mut queue), [(1, vec![1]), (2, vec![2, 3]), (3, vec![4])]);
        assert_eq!(levels(&mut log), []);
    }

    #[test]
    fn what_is_settled_is_not_sent_again_but_an_open_turn_stays_open() {
        let mut log = sent(&[(1, 1, true), (2, 2, false)]);
        log.settle(Turn(2));
        let mut queue = Queue::default();
        assert_eq!(queue.take_back(&mut log, None, start()), []);
        assert_eq!(levels(&mut queue), [(2, vec![])]);
    }

    #[test]
    fn what_was_left_unanswered_for_a_minute_is_not_sent_again() {
        let mut log = sent(&[(1, 1, true)]);
        let mut queue = Queue::default();
        assert_eq!(queue.take_back(&mut log, None, start() + Duration::from_secs(61)), []);
        assert!(queue.is_empty());
    }

    #[test]
    fn listening_keeps_only_the_newest_sound() {
        let mut queue = Queue::default();
        queue.open(Turn(1));
        for level in 0..10 {
            queue.push_audio(&[level; PIECE]);
        }
        queue.keep_newest(3 * PIECE);
        assert!(queue.is_loud(PIECE, 8) && !queue.is_loud(PIECE, 9));
        assert_eq!(levels(&mut queue), [(1, vec![7, 8, 9])]);
    }
}
