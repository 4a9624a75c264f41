//! The user's side: the talk button, the gate and typed words.

use std::time::Duration;

use vivavoce_audio::{AudioCommand, Cue, GateMode, Heard};
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::model::family_of;

use super::press::Said;
use super::{Conversation, Gate, Message};
use crate::command::TalkInput;
use crate::problem::{Problem, ProblemCode};
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

    fn begin_talk(&mut self) {
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
                self.audio(AudioCommand::OpenGate(self.gate_mode()));
                self.open_turn();
            }
            Gate::Closing { .. } => {
                self.gate = Gate::Closing { reopen: true };
                self.audio(AudioCommand::OpenGate(self.gate_mode()));
            }
            Gate::Open => return,
        }
        self.begin_press();
    }

    /// Who says which sound is let through.
    pub(super) fn gate_mode(&self) -> GateMode {
        if !self.settings.detects_locally() {
            return GateMode::Held;
        }
        GateMode::Voice { patience: Duration::from_millis(u64::from(self.settings.detection.patience.ms())) }
    }

    fn open_turn(&mut self) {
        self.gate = Gate::Open;
        if self.settings.detects_locally() {
            // The turn begins when somebody speaks; the connection stands by then.
            self.connect(false);
        } else {
            self.open_activity();
        }
    }

    /// Tells the session that the user's turn begins, or that listening does.
    pub(super) fn open_activity(&mut self) {
        self.activity = true;
        self.first_captured = None;
        self.prepare(None);
        if self.settings.marks_turns() {
            self.asked.push_back(None);
        }
        self.session(DriverCommand::ActivityStart);
    }

    /// Ends what [`Self::open_activity`] began, if it did.
    pub(super) fn close_activity(&mut self) {
        if std::mem::take(&mut self.activity) {
            self.session(DriverCommand::ActivityEnd);
            if self.settings.marks_turns() {
                self.stopwatch.asked(self.now);
            }
        }
    }

    pub(super) fn end_talk(&mut self) {
        match self.gate {
            Gate::Open => {
                let tail = match self.settings.mode {
                    Mode::PushToTalk => Duration::from_millis(u64::from(self.settings.release_tail_ms)),
                    Mode::HandsFree => Duration::ZERO,
                };
                self.gate = Gate::Closing { reopen: false };
                self.end_press();
                self.duck(false);
                self.audio(AudioCommand::CloseGate { tail });
            }
            // The press that was to follow the tail is over before it began.
            Gate::Closing { .. } => {
                self.gate = Gate::Closing { reopen: false };
                self.drop_press();
                self.audio(AudioCommand::CloseGate { tail: Duration::ZERO });
            }
            Gate::Closed => {}
        }
    }

    pub(super) fn handle_gate_closed(&mut self, heard: Heard) {
        let Gate::Closing { reopen } = self.gate else { return };
        self.close_activity();
        self.gate = Gate::Closed;
        if reopen {
            self.closing = None;
            self.open_turn();
        } else {
            // Not before: in the tail the microphone would hear it.
            self.cue(Cue::Stop);
            self.judge_press(heard);
        }
    }

    /// Ends an open turn at once, without its tail: the microphone or the connection is gone, or the program ends.
    pub(super) fn abandon_talk(&mut self) {
        self.talk.reset();
        self.press = None;
        self.closing = None;
        if self.gate != Gate::Closed {
            self.gate = Gate::Closed;
            self.duck(false);
            self.audio(AudioCommand::CloseGate { tail: Duration::ZERO });
            self.close_activity();
        }
    }

    pub(super) fn send_message(&mut self, message: Message) {
        let text = message.text.trim().to_owned();
        let mut pictures = message.pictures;
        if !pictures.is_empty() && !family_of(&self.settings.model).capabilities().images_in {
            self.raise(Problem::of(ProblemCode::PicturesRefused));
            pictures.clear();
        }
        if (text.is_empty() && pictures.is_empty()) || !self.ready_to_connect() {
            return;
        }
        self.clear_problem_of(|code| code != ProblemCode::PicturesRefused);
        let jpegs = pictures.iter().map(|picture| picture.jpeg.clone()).collect();
        if self.activity && self.settings.marks_turns() {
            // Typed while speaking: it joins the turn that is open.
            self.type_into_press();
            self.write_down(self.turn, Message { text: text.clone(), pictures });
        } else {
            self.silence_answer();
            self.said = Said::Words;
            self.audio(AudioCommand::Warm);
            self.prepare(None);
            self.asked.push_back(Some(Message { text: text.clone(), pictures }));
            self.stopwatch.asked(self.now);
        }
        self.session(DriverCommand::Message { text, pictures: jpegs });
    }

    /// What was typed and shown, into the transcript.
    pub(super) fn write_down(&mut self, turn: u64, message: Message) {
        if !message.pictures.is_empty() {
            let thumbnails = message.pictures.into_iter().map(|picture| picture.thumbnail).collect();
            let change = self.transcript.show(turn, thumbnails, self.wall_ms);
            self.tell_change(change);
        }
        let change = self.transcript.append(turn, Speaker::User, &message.text, self.wall_ms);
        self.tell_change(change);
    }
}
