//! The user's side: the talk button, the gate and typed words.

use std::time::Duration;

use vivavoce_audio::AudioCommand;
use vivavoce_live::driver::DriverCommand;

use super::{Conversation, Gate};
use crate::command::TalkInput;
use crate::settings::Mode;
use crate::talk::TalkEdge;
use crate::transcript::Speaker;

impl Conversation {
    pub(super) fn handle_talk(&mut self, input: TalkInput) {
        let threshold = Duration::from_millis(u64::from(self.settings.hold_threshold_ms));
        match self.talk.handle(input, self.settings.mode, threshold, self.now) {
            Some(TalkEdge::Start) => self.begin_talk(),
            Some(TalkEdge::End) => self.end_talk(),
            None => {}
        }
    }

    pub(super) fn begin_talk(&mut self) {
        if !self.ready_to_connect() {
            self.talk.reset();
            return;
        }
        self.clear_problem();
        if self.settings.mode == Mode::PushToTalk {
            self.silence_answer();
        }
        self.waiting_since = None;
        match self.gate {
            Gate::Closed => {
                self.audio(AudioCommand::OpenGate);
                self.open_turn();
            }
            Gate::Closing { .. } => {
                self.gate = Gate::Closing { reopen: true };
                self.audio(AudioCommand::OpenGate);
            }
            Gate::Open => {}
        }
    }

    pub(super) fn open_turn(&mut self) {
        self.gate = Gate::Open;
        self.first_captured = None;
        self.prepare(None);
        if self.settings.mode == Mode::PushToTalk {
            self.asked.push_back(None);
        }
        self.session(DriverCommand::ActivityStart);
    }

    pub(super) fn end_talk(&mut self) {
        match self.gate {
            Gate::Open => {
                let tail = match self.settings.mode {
                    Mode::PushToTalk => Duration::from_millis(u64::from(self.settings.release_tail_ms)),
                    Mode::HandsFree => Duration::ZERO,
                };
                self.gate = Gate::Closing { reopen: false };
                self.audio(AudioCommand::CloseGate { tail });
            }
            // The press that was to follow the tail is over before it began.
            Gate::Closing { .. } => {
                self.gate = Gate::Closing { reopen: false };
                self.audio(AudioCommand::CloseGate { tail: Duration::ZERO });
            }
            Gate::Closed => {}
        }
    }

    /// Ends an open turn at once, without its tail: the microphone or the connection is gone, or the program ends.
    pub(super) fn abandon_talk(&mut self) {
        self.talk.reset();
        if self.gate != Gate::Closed {
            self.gate = Gate::Closed;
            self.audio(AudioCommand::CloseGate { tail: Duration::ZERO });
            self.session(DriverCommand::ActivityEnd);
        }
    }

    pub(super) fn send_text(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || !self.ready_to_connect() {
            return;
        }
        self.clear_problem();
        if self.gate == Gate::Open && self.settings.mode == Mode::PushToTalk {
            // Typed while speaking: it joins the turn that is open.
            let change = self.transcript.append(self.turn, Speaker::User, text, self.wall_ms);
            self.tell_change(change);
        } else {
            self.silence_answer();
            self.prepare(None);
            self.asked.push_back(Some(text.to_owned()));
        }
        self.session(DriverCommand::Text(text.to_owned()));
    }
}
