//! What the server says.

use std::time::{Duration, Instant};

use super::turn::{Interrupted, Owner};
use super::{Event, Link, Session, TalkMode, Turn};
use crate::codec;
use crate::message::server::VadSignalType;
use crate::message::tool::Behavior;
use crate::message::{
    Blob, ClientMessage, Content, FunctionCall, Grounding, InteractionStatus, Part, ServerContent, ServerMessage,
    Transcription, VoiceActivityType,
};
use crate::pcm::{self, INPUT_RATE};

/// Live translation never says that a turn is over; two seconds of silence say it.
const SEGMENT_PAUSE: Duration = Duration::from_secs(2);

/// The service notices speech up to 261 ms after its onset; a second before that is enough to repeat all of it.
const BEFORE_SPEECH: usize = INPUT_RATE as usize;

impl Session {
    pub(super) fn receive(&mut self, bytes: &[u8], now: Instant) {
        match codec::parse(bytes) {
            Ok(message) => self.handle_message(message, now),
            Err(error) => {
                self.malformed += 1;
                let detail: String = error.to_string().chars().take(200).collect();
                self.event(Event::MalformedMessage { count: self.malformed, detail });
            }
        }
    }

    fn handle_message(&mut self, message: ServerMessage, now: Instant) {
        if let Some(setup) = message.setup_complete
            && self.link == Link::Opening
        {
            self.open(setup.session_id, now);
        }
        if self.link != Link::Ready {
            return;
        }
        let kind = message.voice_activity.and_then(|activity| activity.kind);
        let signal = message.voice_activity_detection_signal.and_then(|signal| signal.vad_signal_type);
        match (kind, signal) {
            (Some(VoiceActivityType::Start), _) | (None, Some(VadSignalType::StartOfSpeech)) => self.voice_began(),
            (Some(VoiceActivityType::End), _) | (None, Some(VadSignalType::EndOfSpeech)) => self.voice_ended(),
            _ => {}
        }
        let in_progress = message.interaction_status == Some(InteractionStatus::InProgress);
        let mut turn = None;
        if let Some(content) = message.server_content {
            turn = self.handle_content(content, in_progress, now);
        }
        if let Some(usage) = message.usage_metadata {
            let turn = turn.unwrap_or_else(|| self.turns.current());
            self.event(Event::Usage { turn, usage });
        }
        if let Some(call) = message.tool_call {
            self.asked(call.function_calls, now);
        }
        if let Some(cancellation) = message.tool_call_cancellation {
            let ids = self.tools.cancel(&cancellation.ids);
            if !ids.is_empty() {
                self.event(Event::ToolCallsCancelled { ids });
            }
            self.ungate(now);
        }
        if let Some(go_away) = message.go_away {
            let time_left = go_away.time_left.unwrap_or_default().0;
            self.ends_in(time_left, now);
            self.event(Event::GoAway { time_left });
        }
        if let Some(update) = message.session_resumption_update {
            let handle = update.new_handle.filter(|handle| !handle.is_empty());
            let resumable = update.resumable.unwrap_or(false);
            self.event(Event::Resumption { resumable: resumable && handle.is_some() });
            if let Some(handle) = handle.filter(|_| resumable) {
                self.resumption.renew(handle, now);
                self.history.cover();
                self.tools.saved();
            }
        }
    }

    /// Functions are to be called.
    fn asked(&mut self, calls: Vec<FunctionCall>, now: Instant) {
        let capabilities = self.capabilities();
        let tools = &self.active.options.tools;
        let blocking = |name: &str| {
            let declared = tools.iter().flat_map(|tool| &tool.function_declarations).find(|known| known.name == name);
            capabilities.behavior(declared.and_then(|declared| declared.behavior.as_ref())) == Behavior::Blocking
        };
        let asked = self.tools.ask(calls, blocking);
        if !asked.answered.is_empty() {
            self.send(&ClientMessage::tool_response(asked.answered));
        }
        if !asked.new.is_empty() {
            // What is under way belongs to a turn that can't go on before the answer.
            if self.is_gated() && self.held {
                self.queue.open(self.turns.spoken());
            }
            self.event(Event::ToolCall { calls: asked.new });
        }
        self.active_at = Some(now);
    }

    /// Sends what waited for a function call that is out of the way now.
    pub(super) fn ungate(&mut self, now: Instant) {
        self.update_instruction();
        if self.is_open() {
            self.send_waiting(now);
        }
    }

    /// Returns the turn that ended with it.
    fn handle_content(&mut self, content: ServerContent, in_progress: bool, now: Instant) -> Option<Turn> {
        self.active_at = Some(now);
        // It comes of something said after whatever was told.
        self.history.taken_in();
        if content.interrupted {
            self.reader.reset();
            self.tools.interrupt();
            self.ungate(now);
            match self.turns.interrupted(now) {
                Some(Interrupted::Silence(turn)) => self.event(Event::Flush { turn }),
                Some(Interrupted::Mistaken { turn, older }) => self.give_back(turn, older),
                None => {}
            }
        }
        if let Some(text) = content.interim_input_transcription.as_ref().and_then(spoken_text) {
            let owner = self.turns.input_transcript();
            if let Some(turn) = self.announce(owner) {
                self.event(Event::InterimTranscript { turn, text });
            }
        }
        if let Some(transcription) = content.input_transcription {
            self.input_transcript(&transcription);
        }
        // What shares a message with `interrupted` is already cut.
        if !content.interrupted {
            if let Some(text) = content.output_transcription.as_ref().and_then(spoken_text) {
                self.output_transcript(text, now);
            }
            if let Some(model_turn) = content.model_turn {
                self.model_turn(model_turn, now);
            }
            if let Some(grounding) = content.grounding_metadata.as_ref().and_then(Grounding::read) {
                let turn = self.turns.reply().unwrap_or_else(|| self.turns.current());
                self.event(Event::Sources { turn, grounding });
            }
        }
        if content.generation_complete
            && let Some(turn) = self.turns.reply()
        {
            self.generated = Some(turn);
            if !self.turns.is_doubtful() {
                self.settle(turn);
            }
            self.event(Event::GenerationComplete { turn });
        }
        let in_progress = in_progress || content.interaction_status == Some(InteractionStatus::InProgress);
        if in_progress && content.turn_complete {
            self.event(Event::Working { turn: self.turns.current() });
        }
        if !content.turn_complete || in_progress {
            return None;
        }
        let reason = content.turn_complete_reason.map(|reason| reason.as_str().to_owned());
        let completed = self.turns.complete(now, reason.is_some())?;
        let interrupted = completed.interrupted || content.interrupted;
        self.settle(completed.turn);
        if !interrupted {
            // What the service has dropped and doesn't ask for again it doesn't want any more.
            let ids = self.tools.go_on();
            if !ids.is_empty() {
                self.event(Event::ToolCallsCancelled { ids });
            }
        }
        self.event(Event::TurnComplete { turn: completed.turn, reason, interrupted });
        Some(completed.turn)
    }

    /// What was told of a turn was of an older one.
    fn give_back(&mut self, turn: Turn, older: Turn) {
        self.generated = self.generated.filter(|generated| *generated != turn);
        let spoken = turn == self.turns.spoken();
        let words = self.history.give_back(turn, older, spoken);
        self.event(Event::Repeated { turn, spoken });
        if !words.is_empty() {
            self.event(Event::InputTranscript { turn: older, text: words });
        }
    }

    fn input_transcript(&mut self, transcription: &Transcription) {
        let Some(text) = spoken_text(transcription) else {
            return;
        };
        let owner = self.turns.input_transcript();
        if let Some(turn) = self.announce(owner) {
            self.history.heard(turn, &text);
            self.event(Event::InputTranscript { turn, text });
        }
    }

    fn output_transcript(&mut self, text: String, now: Instant) {
        if let Some(turn) = self.owner(now) {
            self.transcribed = Some(turn);
            self.answered_in_words(turn, text);
        }
    }

    fn answered_in_words(&mut self, turn: Turn, text: String) {
        self.history.said(turn, &text);
        self.event(Event::OutputTranscript { turn, text });
    }

    fn model_turn(&mut self, content: Content, now: Instant) {
        for part in content.parts {
            match part {
                Part { inline_data: Some(blob), .. } if blob.is_audio() => self.sound(&blob, now),
                Part { text: Some(text), thought, .. } => self.text(&text, thought, now),
                // Code, images and repeated function calls have no place in a spoken reply.
                _ => {}
            }
        }
    }

    fn sound(&mut self, blob: &Blob, now: Instant) {
        let Some(turn) = self.owner(now) else {
            self.reader.reset();
            return;
        };
        if self.reading != Some(turn) {
            self.reading = Some(turn);
            self.reader.reset();
        }
        let pcm = self.reader.read(&blob.data.0);
        if !pcm.is_empty() {
            self.turns.sounded(turn);
            self.event(Event::Audio { turn, pcm, rate: pcm::rate_of(blob.mime_type.as_deref()) });
        }
    }

    fn text(&mut self, text: &str, thought: bool, now: Instant) {
        let text = without_control_tokens(text);
        if text.is_empty() {
            return;
        }
        let Some(turn) = self.owner(now) else {
            return;
        };
        if thought {
            self.event(Event::Thought { turn, text });
        } else if self.transcribed != Some(turn) {
            self.answered_in_words(turn, text);
        }
    }

    fn voice_began(&mut self) {
        if self.active.mode == TalkMode::HandsFree {
            self.voice = true;
            self.sent.keep_newest(BEFORE_SPEECH);
        }
        self.event(Event::VoiceActivity { start: true });
        if let Some(turn) = self.turns.voice_began() {
            self.event(Event::TurnStarted { turn });
        }
    }

    fn voice_ended(&mut self) {
        self.voice = false;
        self.event(Event::VoiceActivity { start: false });
        if let Some(turn) = self.turns.voice_ended() {
            self.event(Event::Waiting { turn });
        }
    }

    fn owner(&mut self, now: Instant) -> Option<Turn> {
        if !self.capabilities().turn_ends {
            self.segment_end = Some(now + SEGMENT_PAUSE);
        }
        let owner = self.turns.content(now);
        self.announce(owner)
    }

    /// A model that doesn't end its turns has said nothing for a while: what it said is a turn.
    pub(super) fn end_segment(&mut self, at: Instant) {
        self.segment_end = None;
        let Some(turn) = self.turns.reply() else { return };
        self.event(Event::GenerationComplete { turn });
        if let Some(completed) = self.turns.complete(at.checked_sub(SEGMENT_PAUSE).unwrap_or(at), false) {
            self.settle(completed.turn);
            self.event(Event::TurnComplete { turn: completed.turn, reason: None, interrupted: false });
        }
    }

    fn announce(&mut self, owner: Owner) -> Option<Turn> {
        match owner {
            Owner::Nobody => None,
            Owner::Turn(turn) => Some(turn),
            Owner::Opened(turn) => {
                self.event(Event::TurnStarted { turn });
                Some(turn)
            }
        }
    }
}

fn spoken_text(transcription: &Transcription) -> Option<String> {
    transcription.text.as_deref().map(without_control_tokens).filter(|text| !text.is_empty())
}

/// Some models leak tokens such as `<ctrl46>` into transcripts.
fn without_control_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<ctrl") {
        let (before, token) = rest.split_at(start);
        out.push_str(before);
        let digits = token["<ctrl".len()..].bytes().take_while(u8::is_ascii_digit).count();
        let end = "<ctrl".len() + digits;
        if digits > 0 && token[end..].starts_with('>') {
            rest = &token[end + 1..];
        } else {
            out.push_str("<ctrl");
            rest = &token["<ctrl".len()..];
        }
    }
    out.push_str(rest);
    out
}
