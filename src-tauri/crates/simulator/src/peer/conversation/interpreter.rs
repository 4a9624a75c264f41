//! The models that do not converse: what they do while the user speaks, and when an utterance ends.
//!
//! A translator repeats the sound a second at a time, in place of a translation, and never ends a turn. A transcriber
//! shows how long it has been listening, in place of words: growing interim texts, then a final one.

use std::time::Duration;

use vivavoce_live::message::{ServerContent, ServerMessage, Transcription, VoiceActivityType};

use super::Conversation;
use crate::peer::memory::HeardTurn;
use crate::peer::outbox::{Note, Outbox};
use crate::peer::playback;
use crate::persona::Said;
use crate::profile::Trade;
use crate::recording::Recording;

/// Sound repeated or transcribed at a time.
const BLOCK: Duration = Duration::from_secs(1);

/// An utterance that is dealt with while it lasts.
#[derive(Debug, Default)]
pub(super) struct Interpreter {
    /// Not yet dealt with.
    rest: Recording,
    /// Sound said so far.
    said: Duration,
    /// The interim transcript so far.
    interim: String,
    /// Something was heard in it.
    loud: bool,
    /// Where it began, until the client was told.
    begins: Option<Duration>,
}

impl Conversation {
    /// An utterance begins.
    pub(super) fn begin_along(&mut self, offset: Duration, out: &mut Outbox) {
        self.answers += 1;
        out.begin_answer(self.answers);
        self.interpreter = Interpreter { begins: Some(offset), ..Interpreter::default() };
        if !(self.options.manual && self.traits.trade == Trade::Transcription) {
            self.tell_beginning(out);
        }
    }

    /// Sound of the utterance.
    pub(super) fn follow(&mut self, rate: u32, samples: &[i16], out: &mut Outbox) {
        let mut sound = Recording::default();
        sound.push(rate, samples);
        if !sound.is_empty() && !sound.is_near_silent() {
            self.interpreter.loud = true;
            self.tell_beginning(out);
        }
        self.interpreter.rest.push(rate, samples);
        if self.interpreter.rest.duration() >= BLOCK {
            self.say_rest(out);
        }
    }

    /// The utterance is over.
    pub(super) fn finish_along(&mut self, turn: u64, said: &Said, offset: Duration, out: &mut Outbox) {
        let transcribes = self.traits.trade == Trade::Transcription;
        let nothing = said.sound.is_empty() || (transcribes && !self.interpreter.loud);
        if nothing {
            self.send_activity(VoiceActivityType::End, offset, out);
            out.note(|| Note::TurnDropped { turn });
            return;
        }
        out.note(|| Note::TurnEnded { turn });
        if let Err(refusal) = self.remember(said) {
            out.close(refusal.code, &refusal.reason);
            return;
        }
        if transcribes {
            let text = self.memory.respondent.heard(&said.sound);
            send_transcript(Transcription::fragment(text), out);
            out.send(&ServerMessage::content(ServerContent { generation_complete: true, ..ServerContent::default() }));
        } else {
            self.say_rest(out);
        }
        self.send_activity(VoiceActivityType::End, offset, out);
        if transcribes {
            send_transcript(Transcription::default(), out);
        }
        let usage = self.memory.context.bill(self.interpreter.said, "", self.traits);
        out.send(&ServerMessage { usage_metadata: Some(usage), ..ServerMessage::default() });
        out.note(|| Note::Answered { turn, interrupted: false });
        let heard = self.config.record.then(|| HeardTurn::said(said));
        self.settle_heard(heard, false);
        self.send_handle(out);
    }

    fn tell_beginning(&mut self, out: &mut Outbox) {
        if let Some(offset) = self.interpreter.begins.take() {
            self.send_activity(VoiceActivityType::Start, offset, out);
        }
    }

    fn say_rest(&mut self, out: &mut Outbox) {
        let block = std::mem::take(&mut self.interpreter.rest);
        if block.is_empty() {
            return;
        }
        if self.traits.trade == Trade::Transcription {
            if self.interpreter.loud {
                self.interpreter.interim.push_str(" …");
                let interim = Transcription::fragment(self.interpreter.interim.clone());
                out.send(&ServerMessage::content(ServerContent {
                    interim_input_transcription: Some(interim),
                    ..ServerContent::default()
                }));
            }
            return;
        }
        if self.options.input_transcripts {
            send_transcript(Transcription::fragment(self.memory.respondent.heard(&block)), out);
        }
        let segment = self.memory.respondent.echo(&block);
        self.interpreter.said += playback::length(segment.pcm.len());
        for bytes in playback::messages(&segment.pcm) {
            self.send_sound(bytes, out);
        }
        if self.options.output_transcripts {
            let spoken = Transcription::fragment(segment.words.concat());
            out.send(&ServerMessage::content(ServerContent {
                output_transcription: Some(spoken),
                ..ServerContent::default()
            }));
        }
    }
}

fn send_transcript(text: Transcription, out: &mut Outbox) {
    out.send(&ServerMessage::content(ServerContent { input_transcription: Some(text), ..ServerContent::default() }));
}
