//! What the user does.

use std::time::Instant;

use super::{Event, Link, Output, SILENCE_EVERY, SILENCE_FRAMES, Session, SessionConfig, Tail, TalkMode, Turn};
use crate::message::{ClientMessage, FunctionResponse};
use crate::model;

impl Session {
    /// Opens the session.
    pub fn connect(&mut self, now: Instant) {
        if self.link == Link::Off {
            self.begin_connecting(now);
            self.greet = true;
        }
    }

    /// Ends the session.
    pub fn disconnect(&mut self, now: Instant) {
        self.held = false;
        self.turns.release();
        self.queue.discard(false);
        if self.link == Link::Off {
            return;
        }
        self.end_activity();
        self.cut(now);
        self.hang_up();
        self.output(Output::Close);
        self.event(Event::Disconnected);
    }

    /// Sets the configuration of the next connection.
    pub fn configure(&mut self, config: SessionConfig, _now: Instant) {
        self.config = config;
    }

    /// The button is pressed, or listening is switched on. Cuts the reply under way and connects if need be.
    pub fn activity_start(&mut self, now: Instant) -> Turn {
        if self.link == Link::Off {
            self.begin_connecting(now);
        }
        if self.held {
            return self.turns.user();
        }
        self.held = true;
        self.tail = None;
        match self.active.mode {
            TalkMode::PushToTalk if self.active.interrupts() => {
                self.cut(now);
            }
            TalkMode::PushToTalk => {}
            TalkMode::HandsFree => self.stop(now),
        }
        let turn = self.turns.speak();
        self.event(Event::TurnStarted { turn });
        if self.link != Link::Ready {
            self.queue.open(turn);
        } else if self.active.mode == TalkMode::PushToTalk {
            self.start_activity();
        }
        turn
    }

    /// Sound of the user, 16 kHz mono; ignored unless the button is held or listening is on.
    pub fn send_audio(&mut self, pcm: &[i16], _now: Instant) {
        if !self.held || pcm.is_empty() {
            return;
        }
        match (self.link, self.active.mode) {
            (Link::Ready, _) => self.send_sound(pcm, Some(self.turns.spoken())),
            // Nobody is listening, and hands-free sound is mostly silence.
            (Link::Off, TalkMode::HandsFree) => {}
            _ => {
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
        match (self.link, self.active.mode) {
            (Link::Off, _) => self.drop_queued(false),
            (Link::Connecting | Link::Opening, _) => self.queue.end(),
            (Link::Ready, TalkMode::PushToTalk) => {
                self.end_activity();
                self.await_reply(now);
            }
            (Link::Ready, TalkMode::HandsFree) => {
                self.tail = Some(Tail { left: SILENCE_FRAMES, next: now + SILENCE_EVERY });
            }
        }
    }

    /// The user has typed. While the button is held the text joins what is being said.
    pub fn send_text(&mut self, text: &str, now: Instant) -> Turn {
        if text.trim().is_empty() {
            return self.turns.user();
        }
        if self.link == Link::Off {
            self.begin_connecting(now);
        }
        if self.held && self.active.mode == TalkMode::PushToTalk {
            if self.link == Link::Ready {
                self.send(&ClientMessage::text(text));
            } else {
                self.queue.push_text(text);
            }
            return self.turns.user();
        }
        if self.active.interrupts() {
            self.cut(now);
        }
        let turn = self.turns.type_text();
        self.event(Event::TurnStarted { turn });
        if self.link == Link::Ready {
            self.send_typed(text, now);
        } else if self.held {
            self.queue.push_text(text);
        } else {
            self.queue.open(turn);
            self.queue.push_text(text);
            self.queue.end();
        }
        turn
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
        self.reader.reset();
        self.event(Event::Flush { turn });
        if self.link != Link::Ready || !under_way || self.activity_open {
            return;
        }
        match self.active.mode {
            TalkMode::PushToTalk => {
                self.start_activity();
                self.end_activity();
            }
            TalkMode::HandsFree if model::family_of(&self.active.model).accepts_client_content() => {
                self.send(&ClientMessage::client_content(Vec::new(), false));
            }
            TalkMode::HandsFree => {}
        }
    }

    /// Answers function calls; dropped when the connection that asked is gone.
    pub fn respond(&mut self, responses: Vec<FunctionResponse>, _now: Instant) {
        if self.link == Link::Ready && !responses.is_empty() {
            self.send(&ClientMessage::tool_response(responses));
        }
    }

    fn cut(&mut self, now: Instant) {
        if let Some(turn) = self.turns.cut(now) {
            self.reader.reset();
            self.event(Event::Flush { turn });
        }
    }
}
