//! Sending what the user says: at once, from what waited, or again.

use std::time::{Duration, Instant};

use super::queue::{Item, Pending};
use super::{Event, Output, Queued, Session, TalkMode, Turn};
use crate::message::{ClientMessage, Content, Part};
use crate::model::ClientContentUse;
use crate::pcm::INPUT_RATE;

/// What pictures are sent as.
pub(super) const JPEG: &str = "image/jpeg";

/// One frame of the silence that follows speech in hands-free mode.
const SILENCE: [i16; 320] = [0; 320];
pub(super) const SILENCE_EVERY: Duration = Duration::from_millis(20);
/// One second: some models end a turn on trailing silence of about 0.8 s and on nothing else.
pub(super) const SILENCE_FRAMES: u32 = 50;

/// Most sound of hands-free listening that is sent again: speech that was under way when the connection broke, 30 s.
const LISTENING_KEPT: usize = 30 * INPUT_RATE as usize;

/// Silence being sent after speech.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    pub(super) left: u32,
    pub(super) next: Instant,
}

impl Session {
    /// Sends everything that waited.
    pub(super) fn send_waiting(&mut self, now: Instant) {
        let mut waiting = self.queue.take();
        let Some(last) = waiting.pop_back() else {
            return;
        };
        for turn in waiting {
            self.turns.overtaken(turn.turn, now);
            self.send_pending(turn, now, false);
        }
        self.send_pending(last, now, true);
    }

    fn send_pending(&mut self, pending: Pending, now: Instant, is_last: bool) {
        if pending.is_shown() && self.capabilities().client_content == ClientContentUse::AnyTime {
            return self.send_content(pending, now, is_last);
        }
        let marks = self.active.mode == TalkMode::PushToTalk;
        if marks {
            self.start_activity();
        }
        self.sent.open(pending.turn);
        for item in pending.items {
            match item {
                Item::Audio(pcm) => self.say(&pcm, pending.turn),
                Item::Text(text) => self.type_in(&text, pending.turn),
                Item::Picture(jpeg) => self.show_in_turn(jpeg),
            }
        }
        let Some(ended) = pending.ended else {
            return;
        };
        self.sent.end(ended);
        if marks {
            self.end_activity();
        }
        if is_last {
            self.await_reply(now);
            if !marks && !self.held {
                self.tail = Some(Tail { left: SILENCE_FRAMES, next: now + SILENCE_EVERY });
            }
        }
    }

    /// Sends pictures and words as one message: as real-time input they might overtake each other.
    fn send_content(&mut self, pending: Pending, now: Instant, is_last: bool) {
        self.sent.open(pending.turn);
        let mut parts = Vec::new();
        for item in pending.items {
            match item {
                Item::Picture(jpeg) => {
                    self.sent.push_picture(&jpeg);
                    parts.push(Part::inline(JPEG, jpeg));
                }
                Item::Text(text) => {
                    self.history.heard(pending.turn, &text);
                    self.sent.push_text(&text);
                    parts.push(Part::text(text));
                }
                // Only what was made without speaking is sent so.
                Item::Audio(_) => {}
            }
        }
        self.sent.end(pending.ended.unwrap_or(now));
        self.send(&ClientMessage::client_content(vec![Content { parts, role: Some("user".into()) }], true));
        if is_last {
            self.await_reply(now);
        }
    }

    /// Sends a picture that belongs to what is being said.
    pub(super) fn show_in_turn(&mut self, jpeg: Vec<u8>) {
        self.sent.push_picture(&jpeg);
        self.send(&ClientMessage::picture(JPEG, jpeg));
    }

    /// Sends sound of the user and remembers it until it is answered.
    pub(super) fn say(&mut self, pcm: &[i16], turn: Turn) {
        self.sent.push_audio(pcm);
        if self.active.mode == TalkMode::HandsFree {
            self.sent.belongs_to(turn);
            self.sent.keep_newest(LISTENING_KEPT);
        }
        self.send_sound(pcm, Some(turn));
    }

    /// Sends typed text and remembers it until it is answered.
    pub(super) fn type_in(&mut self, text: &str, turn: Turn) {
        self.history.heard(turn, text);
        self.sent.push_text(text);
        self.send(&ClientMessage::text(text));
    }

    /// Sends pictures, and words about them, as a turn.
    pub(super) fn send_shown(&mut self, turn: Turn, text: &str, pictures: Vec<Vec<u8>>, now: Instant) {
        let words = (!text.trim().is_empty()).then(|| Item::Text(text.to_owned()));
        let items = pictures.into_iter().map(Item::Picture).chain(words).collect();
        self.send_pending(Pending { turn, items, ended: Some(now) }, now, true);
    }

    /// Sends typed text as a turn; between marks of its own where the service waits for marks.
    pub(super) fn send_typed(&mut self, turn: Turn, text: &str, now: Instant) {
        let marks = self.active.mode == TalkMode::PushToTalk && !self.activity_open;
        if marks {
            self.start_activity();
            self.sent.open(turn);
        }
        self.type_in(text, turn);
        if marks {
            self.sent.end(now);
            self.end_activity();
        }
        self.await_reply(now);
    }

    pub(super) fn await_reply(&mut self, now: Instant) {
        self.turns.end(now);
        self.liveness.expect(now);
        if self.turns.is_awaiting() {
            self.event(Event::Waiting { turn: self.turns.user() });
        }
    }

    pub(super) fn send_silence(&mut self, tail: Tail) {
        if tail.left > 0 {
            self.send_sound(&SILENCE, None);
            self.tail = Some(Tail { left: tail.left - 1, next: tail.next + SILENCE_EVERY });
        } else {
            self.send(&ClientMessage::audio_stream_end());
            self.tail = None;
        }
    }

    pub(super) fn start_activity(&mut self) {
        if !self.activity_open {
            self.activity_open = true;
            if self.active.interrupts() {
                // The service may drop the calls it waited for without a word.
                self.tools.interrupt();
            }
            self.send(&ClientMessage::activity_start());
        }
    }

    pub(super) fn end_activity(&mut self) {
        if self.activity_open {
            self.activity_open = false;
            self.send(&ClientMessage::activity_end());
        }
    }

    pub(super) fn drop_queued(&mut self, only_ended: bool) {
        let frames = self.queue.discard(only_ended) as u64;
        if frames > 0 {
            self.event(Event::AudioDropped { frames });
        }
    }

    /// Turns up to this one are answered, or not wanted any more.
    pub(super) fn settle(&mut self, turn: Turn) {
        self.history.settle(turn);
        // Somebody who listens hands-free may be speaking his next turn already.
        if self.active.mode == TalkMode::PushToTalk || !self.voice {
            self.sent.settle(turn);
        }
    }

    fn send_sound(&mut self, pcm: &[i16], turn: Option<Turn>) {
        let mut text = String::new();
        self.encoder.encode(pcm, &mut text);
        let first_audio = turn.filter(|_| turn > self.sound_sent);
        self.sound_sent = self.sound_sent.max(turn);
        self.outputs.push_back(Queued { output: Output::Send { socket: self.socket, text }, first_audio });
    }
}
