//! What the user does.

use std::time::Instant;

use super::speak::{SILENCE_EVERY, SILENCE_FRAMES, Tail};
use super::{Event, Link, Output, Session, SessionConfig, TalkMode, Turn};
use crate::message::{ClientMessage, Content, ContextUpdate, FunctionResponse};
use crate::model::ClientContentUse;

impl Session {
    /// Opens the session.
    pub fn connect(&mut self, now: Instant) {
        if self.link == Link::Off {
            self.greet = true;
        }
        self.want_connection(now);
    }

    /// Ends the session's connection. What was said so far is kept for the next one.
    pub fn disconnect(&mut self, now: Instant) {
        self.held = false;
        self.turns.release();
        self.queue.discard(false);
        self.greet = false;
        if self.link == Link::Off {
            return;
        }
        self.end_activity();
        self.cut(now);
        self.settle(self.turns.user());
        self.sent.discard(false);
        let connected = !matches!(self.link, Link::Waiting(_));
        self.hang_up(now);
        if connected {
            self.output(Output::Close(self.socket));
        }
        self.event(Event::Disconnected);
    }

    /// Forgets what was said so far: the next connection begins a conversation of its own, perhaps with another service.
    pub fn start_over(&mut self, now: Instant) {
        self.disconnect(now);
        self.resumption.forget();
        self.history.clear();
        self.established = false;
    }

    /// Tells the next session that can't be resumed what was said in an earlier one: the user's words and the model's,
    /// oldest first. Allowed before anything was said.
    pub fn remember(&mut self, exchanges: Vec<(String, String)>, _now: Instant) {
        if self.turns.user() != Turn(0) || self.link == Link::Ready {
            return;
        }
        self.history.clear();
        for (user, model) in exchanges {
            let turn = self.turns.remember();
            self.history.heard(turn, &user);
            self.history.said(turn, &model);
            self.history.settle(turn);
        }
        self.established = true;
    }

    /// Sets the configuration of the next connection. New instructions reach the model at once where it takes them in
    /// mid-session.
    pub fn configure(&mut self, config: SessionConfig, _now: Instant) {
        self.config = config.fitting_the_model();
        self.update_instruction();
    }

    /// Tells the model its new instructions, if it takes them in mid-session and nothing else is new.
    pub(super) fn update_instruction(&mut self) {
        let new = self.config.system_instruction.clone();
        let is_all = SessionConfig { system_instruction: new.clone(), ..self.active.clone() } == self.config;
        if !self.is_open() || !is_all || new == self.active.system_instruction || !self.capabilities().context_update {
            return;
        }
        self.active.system_instruction.clone_from(&new);
        let instruction = Content::user(new.unwrap_or_default());
        let update = ContextUpdate { system_instruction: Some(instruction), ..ContextUpdate::default() };
        self.send(&ClientMessage::context_update(update));
    }

    /// The button is pressed, or listening is switched on. Cuts the reply under way and connects if need be.
    pub fn activity_start(&mut self, now: Instant) -> Turn {
        self.want_connection(now);
        if self.held {
            return self.turns.user();
        }
        self.held = true;
        self.tail = None;
        self.active_at = Some(now);
        match self.active.mode {
            TalkMode::PushToTalk if self.active.interrupts() => {
                self.cut(now);
            }
            TalkMode::PushToTalk => {}
            TalkMode::HandsFree => self.stop(now),
        }
        let turn = self.turns.speak();
        self.event(Event::TurnStarted { turn });
        if !self.is_open() {
            self.queue.open(turn);
            return turn;
        }
        self.sent.open(turn);
        self.liveness.expect(now);
        if self.active.mode == TalkMode::PushToTalk {
            self.start_activity();
        }
        turn
    }

    /// Sound of the user, 16 kHz mono; ignored unless the button is held or listening is on.
    pub fn send_audio(&mut self, pcm: &[i16], now: Instant) {
        if !self.held || pcm.is_empty() {
            return;
        }
        self.active_at = Some(now);
        match (self.link, self.active.mode) {
            (Link::Ready, _) if self.is_open() && self.queue.is_empty() => self.say(pcm, self.turns.spoken()),
            // Nobody is listening, and hands-free sound is mostly silence.
            (Link::Off, TalkMode::HandsFree) => {}
            _ => {
                self.queue.open(self.turns.spoken());
                let frames = self.queue.push_audio(pcm) as u64;
                if frames > 0 {
                    self.event(Event::AudioDropped { frames });
                }
            }
        }
    }

    /// The button is released, or listening is switched off.
    pub fn activity_end(&mut self, now: Instant) {
        if !self.held {
            return;
        }
        self.held = false;
        self.turns.release();
        self.active_at = Some(now);
        if self.link == Link::Off {
            self.drop_queued(false);
        } else if !self.is_open() {
            self.queue.open(self.turns.spoken());
            self.queue.end(now);
        } else {
            self.sent.end(now);
            match self.active.mode {
                TalkMode::PushToTalk => {
                    self.end_activity();
                    self.await_reply(now);
                }
                TalkMode::HandsFree => {
                    self.tail = Some(Tail { left: SILENCE_FRAMES, next: now + SILENCE_EVERY });
                }
            }
        }
    }

    /// The user has typed. While the button is held the text joins what is being said.
    pub fn send_text(&mut self, text: &str, now: Instant) -> Turn {
        self.send_message(text, Vec::new(), now)
    }

    /// The user has typed, and shows pictures with it: JPEGs, which go before the words. Either may be missing. While the button
    /// is held both join what is being said. Pictures are left out where the model takes none.
    pub fn send_message(&mut self, text: &str, mut pictures: Vec<Vec<u8>>, now: Instant) -> Turn {
        if !self.config.capabilities().images_in {
            pictures.clear();
        }
        if text.trim().is_empty() && pictures.is_empty() {
            return self.turns.user();
        }
        self.want_connection(now);
        self.active_at = Some(now);
        if self.held && self.active.mode == TalkMode::PushToTalk {
            let turn = self.turns.user();
            if self.is_open() {
                for jpeg in pictures {
                    self.show_in_turn(jpeg);
                }
                if !text.trim().is_empty() {
                    self.type_in(text, turn);
                }
            } else {
                self.queue.open(turn);
                self.queue_message(text, &pictures);
            }
            return turn;
        }
        if self.active.interrupts() {
            self.cut(now);
        }
        let turn = self.turns.type_text();
        self.event(Event::TurnStarted { turn });
        if self.is_open() && pictures.is_empty() {
            self.send_typed(turn, text, now);
        } else if self.is_open() {
            self.send_shown(turn, text, pictures, now);
        } else if self.held {
            self.queue_message(text, &pictures);
        } else {
            self.queue.open(turn);
            self.queue_message(text, &pictures);
            self.queue.end(now);
        }
        turn
    }

    fn queue_message(&mut self, text: &str, pictures: &[Vec<u8>]) {
        for jpeg in pictures {
            self.queue.push_picture(jpeg);
        }
        if !text.trim().is_empty() {
            self.queue.push_text(text);
        }
    }

    /// The user wants silence: cuts the reply under way, here and at the server.
    pub fn stop(&mut self, now: Instant) {
        let under_way = self.turns.reply().is_some() || self.turns.is_awaiting();
        if self.link != Link::Ready {
            self.drop_queued(true);
        }
        let Some(turn) = self.turns.stop(now) else {
            return;
        };
        self.settle(turn);
        self.reader.reset();
        self.event(Event::Flush { turn });
        if !self.is_open() || !under_way || self.activity_open {
            return;
        }
        match self.active.mode {
            TalkMode::PushToTalk => {
                self.tools.interrupt();
                self.start_activity();
                self.end_activity();
            }
            TalkMode::HandsFree if self.capabilities().client_content == ClientContentUse::AnyTime => {
                self.send(&ClientMessage::client_content(Vec::new(), false));
            }
            TalkMode::HandsFree => {}
        }
    }

    /// Answers function calls; each is sent at most once, under the id by which the service knows the call now.
    pub fn respond(&mut self, responses: Vec<FunctionResponse>, now: Instant) {
        let responses = self.tools.answer(responses);
        if self.link != Link::Ready || responses.is_empty() {
            return;
        }
        self.send(&ClientMessage::tool_response(responses));
        self.liveness.expect(now);
        self.ungate(now);
    }

    pub(super) fn cut(&mut self, now: Instant) {
        if let Some(turn) = self.turns.cut(now) {
            self.reader.reset();
            self.event(Event::Flush { turn });
        }
    }
}
