//! What has been said, as text: what a session that can't be resumed, or only from an earlier point, is told.

use std::collections::VecDeque;

use super::Turn;
use crate::message::{Content, Part};

/// Most kept, in bytes of text: about a quarter of a context of 131,072 tokens at four bytes each.
const MOST_BYTES: usize = 128 * 1024;

/// One exchange.
#[derive(Debug, Default)]
struct Exchange {
    turn: Turn,
    user: String,
    model: String,
    /// The service's newest handle includes it.
    covered: bool,
    /// The service was told its words, and nothing shows yet that it took them in.
    told: bool,
    /// It is over: nothing of it will be sent again.
    settled: bool,
}

impl Exchange {
    fn is_uncovered(&self) -> bool {
        self.settled && !self.covered
    }

    fn is_empty(&self) -> bool {
        self.user.trim().is_empty() && self.model.trim().is_empty()
    }
}

/// The conversation so far.
#[derive(Debug, Default)]
pub(super) struct History {
    exchanges: VecDeque<Exchange>,
    bytes: usize,
    left_out: usize,
}

impl History {
    /// What the user said or typed, to append.
    pub(super) fn heard(&mut self, turn: Turn, text: &str) {
        self.exchange(turn).user.push_str(text);
        self.grow(text);
    }

    /// What the model said, to append.
    pub(super) fn said(&mut self, turn: Turn, text: &str) {
        self.exchange(turn).model.push_str(text);
        self.grow(text);
    }

    /// Turns up to this one are over.
    pub(super) fn settle(&mut self, turn: Turn) {
        self.exchange(turn);
        for exchange in self.exchanges.iter_mut().filter(|exchange| exchange.turn <= turn) {
            exchange.settled = true;
        }
    }

    /// A turn is sent again: its words come again too.
    pub(super) fn repeat(&mut self, turn: Turn) {
        if let Some(exchange) = self.exchanges.iter_mut().find(|exchange| exchange.turn == turn) {
            self.bytes -= exchange.model.len() + exchange.user.len();
            exchange.model.clear();
            exchange.user.clear();
        }
    }

    /// What was told of a turn was of an older one: the words of a reply that was cut, and the user's too where the turn
    /// was `spoken`. Returns the user's.
    pub(super) fn give_back(&mut self, turn: Turn, older: Turn, spoken: bool) -> String {
        let newer = self.exchange(turn);
        let model = std::mem::take(&mut newer.model);
        let user = if spoken { std::mem::take(&mut newer.user) } else { String::new() };
        self.bytes -= model.len();
        self.exchange(older).user.push_str(&user);
        user
    }

    /// What is over and in no handle has been told to the service in words.
    pub(super) fn tell(&mut self) {
        for exchange in self.exchanges.iter_mut().filter(|exchange| exchange.is_uncovered()) {
            exchange.told = true;
        }
    }

    /// The service has taken in what it was told.
    pub(super) fn taken_in(&mut self) {
        self.exchanges.iter_mut().for_each(|exchange| exchange.told = false);
    }

    /// A new handle includes everything that is over. One may be on its way already when the service is told words.
    pub(super) fn cover(&mut self) {
        for exchange in self.exchanges.iter_mut().filter(|exchange| exchange.settled && !exchange.told) {
            exchange.covered = true;
        }
    }

    /// Whether something is over that was said on this connection and is in no handle yet.
    pub(super) fn awaits_handle(&self) -> bool {
        self.exchanges.iter().any(|exchange| exchange.is_uncovered() && !exchange.told)
    }

    /// Whether something is over that the newest handle doesn't include.
    pub(super) fn has_uncovered(&self) -> bool {
        self.exchanges.iter().any(Exchange::is_uncovered)
    }

    /// Whether any of that was put into words.
    pub(super) fn has_uncovered_words(&self) -> bool {
        self.exchanges.iter().any(|exchange| exchange.is_uncovered() && !exchange.is_empty())
    }

    /// No handle includes anything any more.
    pub(super) fn uncover(&mut self) {
        for exchange in &mut self.exchanges {
            (exchange.covered, exchange.told) = (false, false);
        }
    }

    /// How many exchanges were too much to be kept.
    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    /// What is over and in no handle, in the service's form.
    pub(super) fn contents(&self) -> Vec<Content> {
        let mut contents = Vec::new();
        for exchange in self.exchanges.iter().filter(|exchange| exchange.is_uncovered()) {
            if !exchange.user.trim().is_empty() {
                contents.push(Content::user(exchange.user.trim()));
            }
            if !exchange.model.trim().is_empty() {
                contents.push(Content::model(vec![Part::text(exchange.model.trim())]));
            }
        }
        contents
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn exchange(&mut self, turn: Turn) -> &mut Exchange {
        let at = match self.exchanges.binary_search_by_key(&turn, |exchange| exchange.turn) {
            Ok(at) => at,
            Err(at) => {
                self.exchanges.insert(at, Exchange { turn, ..Exchange::default() });
                at
            }
        };
        &mut self.exchanges[at]
    }

    fn grow(&mut self, text: &str) {
        self.bytes += text.len();
        while self.bytes > MOST_BYTES && self.exchanges.len() > 1 {
            if let Some(oldest) = self.exchanges.pop_front() {
                self.bytes -= oldest.user.len() + oldest.model.len();
                self.left_out += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(history: &History) -> Vec<String> {
        let role = |content: &Content| content.role.clone().unwrap_or_default();
        history.contents().iter().map(|content| format!("{}: {}", role(content), content.text())).collect()
    }

    fn two_turns() -> History {
        let mut history = History::default();
        for turn in [1, 2] {
            history.heard(Turn(turn), &format!(" question {turn}"));
            history.said(Turn(turn), &format!("answer {turn}"));
            history.settle(Turn(turn));
        }
        history
    }

    #[test]
    fn it_is_told_in_order_and_by_roles() {
        assert_eq!(texts(&two_turns()), ["user: question 1", "model: answer 1", "user: question 2", "model: answer 2"]);
    }

    #[test]
    fn what_a_handle_includes_is_not_told_again_until_there_is_none() {
        let mut history = two_turns();
        history.cover();
        assert!(!history.has_uncovered());
        history.heard(Turn(3), "question 3");
        assert!(!history.has_uncovered(), "it isn't over yet");
        history.settle(Turn(3));
        assert_eq!(texts(&history), ["user: question 3"]);
        history.uncover();
        assert_eq!(texts(&history).len(), 5);
    }

    #[test]
    fn a_handle_that_was_on_its_way_does_not_include_what_was_told_meanwhile() {
        let mut history = two_turns();
        history.tell();
        assert!(!history.awaits_handle());
        history.cover();
        assert!(history.has_uncovered());
        history.taken_in();
        history.cover();
        assert!(!history.has_uncovered());
    }

    #[test]
    fn a_late_word_finds_its_turn() {
        let mut history = two_turns();
        history.heard(Turn(1), " indeed");
        assert_eq!(texts(&history)[0], "user: question 1 indeed");
    }

    #[test]
    fn the_oldest_is_left_out_when_it_gets_too_long() {
        let mut history = History::default();
        for turn in 1..=40 {
            history.said(Turn(turn), &"x".repeat(8 * 1024));
            history.settle(Turn(turn));
        }
        assert_eq!((history.contents().len(), history.left_out()), (16, 24));
    }

    #[test]
    fn a_turn_sent_again_replaces_the_first() {
        let mut history = two_turns();
        history.repeat(Turn(2));
        history.said(Turn(2), "better");
        assert_eq!(texts(&history)[2..], ["model: better"]);
    }
}
