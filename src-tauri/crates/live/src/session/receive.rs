//! What the server says.

use std::time::Instant;

use super::turn::Owner;
use super::{Event, Link, Session, Turn};
use crate::codec;
use crate::message::server::VadSignalType;
use crate::message::{
    Blob, Content, InteractionStatus, Part, ServerContent, ServerMessage, Transcription, VoiceActivityType,
};
use crate::pcm;

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
        let mut turn = None;
        if let Some(content) = message.server_content {
            let in_progress = message.interaction_status == Some(InteractionStatus::InProgress);
            turn = self.handle_content(content, in_progress, now);
        }
        if let Some(usage) = message.usage_metadata {
            let turn = turn.unwrap_or_else(|| self.turns.current());
            self.event(Event::Usage { turn, usage });
        }
        if let Some(call) = message.tool_call
            && !call.function_calls.is_empty()
        {
            self.event(Event::ToolCall { calls: call.function_calls });
        }
        if let Some(cancellation) = message.tool_call_cancellation {
            self.event(Event::ToolCallsCancelled { ids: cancellation.ids });
        }
        if let Some(go_away) = message.go_away {
            self.event(Event::GoAway { time_left: go_away.time_left.unwrap_or_default().0 });
        }
        if let Some(update) = message.session_resumption_update {
            let has_handle = update.new_handle.is_some_and(|handle| !handle.is_empty());
            self.event(Event::Resumption { resumable: has_handle && update.resumable.unwrap_or(false) });
        }
    }

    /// Returns the turn that ended with it.
    fn handle_content(&mut self, content: ServerContent, in_progress: bool, now: Instant) -> Option<Turn> {
        if content.interrupted {
            self.reader.reset();
            if let Some(turn) = self.turns.interrupted(now) {
                self.event(Event::Flush { turn });
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
        }
        if content.generation_complete
            && let Some(turn) = self.turns.reply()
        {
            self.event(Event::GenerationComplete { turn });
        }
        let in_progress = in_progress || content.interaction_status == Some(InteractionStatus::InProgress);
        if !content.turn_complete || in_progress {
            return None;
        }
        let reason = content.turn_complete_reason.map(|reason| reason.as_str().to_owned());
        let completed = self.turns.complete(now, reason.is_some())?;
        let interrupted = completed.interrupted || content.interrupted;
        self.event(Event::TurnComplete { turn: completed.turn, reason, interrupted });
        Some(completed.turn)
    }

    fn input_transcript(&mut self, transcription: &Transcription) {
        let Some(text) = spoken_text(transcription) else {
            return;
        };
        let owner = self.turns.input_transcript();
        if let Some(turn) = self.announce(owner) {
            self.event(Event::InputTranscript { turn, text });
        }
    }

    fn output_transcript(&mut self, text: String, now: Instant) {
        if let Some(turn) = self.owner(now) {
            self.transcribed = Some(turn);
            self.event(Event::OutputTranscript { turn, text });
        }
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
            self.event(Event::OutputTranscript { turn, text });
        }
    }

    fn voice_began(&mut self) {
        self.event(Event::VoiceActivity { start: true });
        if let Some(turn) = self.turns.voice_began() {
            self.event(Event::TurnStarted { turn });
        }
    }

    fn voice_ended(&mut self) {
        self.event(Event::VoiceActivity { start: false });
        if let Some(turn) = self.turns.voice_ended() {
            self.event(Event::Waiting { turn });
        }
    }

    fn owner(&mut self, now: Instant) -> Option<Turn> {
        let owner = self.turns.content(now);
        self.announce(owner)
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
