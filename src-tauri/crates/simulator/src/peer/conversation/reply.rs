//! The answer under way: its pieces, its end, its interruption.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use vivavoce_live::message::server::VadSignalType;
use vivavoce_live::message::{
    InteractionStatus, Part, ServerContent, ServerMessage, SessionResumptionUpdate, Transcription, TurnCompleteReason,
    VoiceActivity, VoiceActivityDetectionSignal, VoiceActivityType, WireDuration,
};

use super::Conversation;
use crate::fault::FaultAction;
use crate::peer::calls::Call;
use crate::peer::memory::HeardTurn;
use crate::peer::outbox::{Note, Outbox};
use crate::peer::playback::{Playback, Step};
use crate::recording::ANSWER_RATE;

/// An answer under way.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// The user's turn it answers; none for results told later.
    pub(super) turn: Option<u64>,
    /// What that turn said, where it is recorded.
    pub(super) heard: Option<HeardTurn>,
    pub(super) playback: Playback,
    /// It only says that there is nothing to answer.
    pub(super) rejected: bool,
    /// Calls to be made.
    pub(super) calls: Vec<Call>,
    /// It ends when results of its calls are there.
    pub(super) awaiting: bool,
    /// Results it waited for.
    pub(super) results: String,
    /// What was answered in writing.
    pub(super) written: String,
    /// `turnComplete` was sent; what is left comes late.
    pub(super) completed: bool,
}

impl Reply {
    /// Whether nothing of it is to come.
    pub(super) fn is_over(&self) -> bool {
        self.completed && self.playback.due().is_none()
    }
}

impl Conversation {
    /// Cuts the answer under way, also when only its assumed playback is.
    pub(super) fn interrupt(&mut self, out: &mut Outbox) {
        let Some(mut reply) = self.reply.take() else { return };
        if reply.completed {
            return;
        }
        let mut content = ServerContent { interrupted: true, ..ServerContent::default() };
        let strike = |action| out.troubles().strike(self.answers, &action);
        let (late, beside) = (strike(FaultAction::LateAudio), strike(FaultAction::InterruptedWithAudio));
        let cut = |playback: &mut Playback| match playback.next_sound() {
            Some(range) => playback.bytes(range),
            None => vec![0; 11_520],
        };
        if beside {
            let part = self.sound_part(cut(&mut reply.playback), out);
            content.model_turn = Some(self.model_turn(vec![part]));
        }
        out.send(&ServerMessage::content(content));
        self.drop_awaited(out);
        if late {
            let bytes = cut(&mut reply.playback);
            self.send_sound(bytes, out);
        }
        self.complete(&mut reply, true, out);
    }

    /// `interrupted` and `turnComplete` for nothing.
    pub(super) fn interrupt_nothing(out: &mut Outbox) {
        let interrupted = ServerContent { interrupted: true, ..ServerContent::default() };
        out.send(&ServerMessage::content(interrupted));
        out.send(&ServerMessage::content(ServerContent { turn_complete: true, ..ServerContent::default() }));
    }

    pub(super) fn send_step(&mut self, step: Step, out: &mut Outbox) {
        let content = match step {
            Step::Heard(text) if self.options.input_transcripts => {
                ServerContent { input_transcription: Some(Transcription::fragment(text)), ..ServerContent::default() }
            }
            Step::Spoken(text) if self.options.output_transcripts => {
                ServerContent { output_transcription: Some(Transcription::fragment(text)), ..ServerContent::default() }
            }
            Step::Heard(_) | Step::Spoken(_) => return,
            Step::Thought(text) => return self.send_parts(vec![Part::thought(text)], out),
            Step::Text(text) => {
                if let Some(reply) = &mut self.reply {
                    reply.written.push_str(&text);
                }
                return self.send_parts(vec![Part::text(text)], out);
            }
            Step::Sound(range) => {
                let bytes = self.reply.as_mut().map(|reply| reply.playback.bytes(range)).unwrap_or_default();
                return self.send_sound(bytes, out);
            }
            Step::Sources(text) => {
                ServerContent { grounding_metadata: Some(sources(&text)), ..ServerContent::default() }
            }
            Step::Filled => ServerContent {
                turn_complete: true,
                interaction_status: Some(InteractionStatus::InProgress),
                ..ServerContent::default()
            },
            Step::Call(most) => return self.send_calls(most, out),
            Step::Generated => ServerContent { generation_complete: true, ..ServerContent::default() },
            Step::Complete => {
                if let Some(mut reply) = self.reply.take() {
                    self.complete(&mut reply, false, out);
                    self.reply = Some(reply);
                }
                return;
            }
            Step::Left => {
                if let Some(mut reply) = self.reply.take() {
                    self.settle_turn(&mut reply, false, out);
                    self.reply = Some(reply);
                }
                return;
            }
        };
        out.send(&ServerMessage::content(content));
    }

    pub(super) fn send_sound(&self, bytes: Vec<u8>, out: &mut Outbox) {
        out.sound(Duration::from_secs_f64(bytes.len() as f64 / 2.0 / f64::from(ANSWER_RATE)));
        let part = self.sound_part(bytes, out);
        self.send_parts(vec![part], out);
    }

    fn sound_part(&self, bytes: Vec<u8>, out: &Outbox) -> Part {
        let rateless = out.troubles().strike(self.answers, &FaultAction::NoRate);
        Part::inline(if rateless { "audio/pcm" } else { self.traits.audio_mime }, bytes)
    }

    /// The turn is over, and says so.
    fn complete(&mut self, reply: &mut Reply, interrupted: bool, out: &mut Outbox) {
        let calling = !interrupted && !reply.calls.is_empty();
        let status =
            if calling || self.has_pending() { InteractionStatus::InProgress } else { InteractionStatus::Idle };
        let content = ServerContent {
            turn_complete: true,
            turn_complete_reason: reply.rejected.then_some(TurnCompleteReason::ResponseRejected),
            interaction_status: self.traits.interaction_status.then_some(status),
            ..ServerContent::default()
        };
        let usage = self.memory.context.bill(reply.playback.sent(), &reply.written, self.traits);
        out.send(&ServerMessage { usage_metadata: Some(usage), ..ServerMessage::content(content) });
        reply.awaiting = false;
        self.settle_turn(reply, interrupted, out);
        if !calling {
            self.send_handle(out);
        }
    }

    /// The turn is over; it becomes part of what the session remembers.
    fn settle_turn(&mut self, reply: &mut Reply, interrupted: bool, out: &mut Outbox) {
        reply.completed = true;
        if let Some(turn) = reply.turn.take() {
            out.note(|| Note::Answered { turn, interrupted });
        }
        self.settle_heard(reply.heard.take(), interrupted);
    }

    pub(super) fn settle_heard(&mut self, heard: Option<HeardTurn>, interrupted: bool) {
        self.memory.history.extend(heard.map(|heard| Arc::new(HeardTurn { answered: true, interrupted, ..heard })));
        self.report();
    }

    pub(super) fn send_activity(&self, kind: VoiceActivityType, offset: Duration, out: &mut Outbox) {
        if self.options.vad_signals {
            let signal = match kind {
                VoiceActivityType::Start => VadSignalType::StartOfSpeech,
                _ => VadSignalType::EndOfSpeech,
            };
            let signal = VoiceActivityDetectionSignal { vad_signal_type: Some(signal) };
            out.send(&ServerMessage { voice_activity_detection_signal: Some(signal), ..ServerMessage::default() });
        }
        if self.traits.voice_activity {
            let activity = VoiceActivity { kind: Some(kind), audio_offset: Some(WireDuration(offset)) };
            let server_content = self.traits.wrapped_activity.then(ServerContent::default);
            out.send(&ServerMessage { voice_activity: Some(activity), server_content, ..ServerMessage::default() });
        }
    }

    /// Issues a handle for what the session remembers now, unless results of calls are missing.
    pub(super) fn send_handle(&mut self, out: &mut Outbox) {
        if !self.options.resumption || self.has_pending() {
            return;
        }
        let handle = if self.traits.uuid_handles { self.ids.uuid() } else { self.ids.long() };
        self.registry.issue(self.session, &handle, &self.memory);
        let update = SessionResumptionUpdate { new_handle: Some(handle), resumable: Some(true), ..Default::default() };
        out.send(&ServerMessage { session_resumption_update: Some(update), ..ServerMessage::default() });
    }

    /// Says that the session cannot be resumed at the moment.
    pub(super) fn send_not_resumable(&self, out: &mut Outbox) {
        if self.options.resumption {
            let update = SessionResumptionUpdate::default();
            out.send(&ServerMessage { session_resumption_update: Some(update), ..ServerMessage::default() });
        }
    }
}

/// Search suggestions in the shape of the service's: a style and chips that lead to a search.
const SUGGESTIONS: &str = "<style>.chip { border-radius: 16px }</style><div class=\"container\">\
    <a class=\"chip\" href=\"https://www.google.com/search?q=simulated\">A suggestion (simulated)</a></div>";

/// What a search found: nothing real, and marked so.
fn sources(text: &str) -> serde_json::Value {
    let query: String = text.chars().take(100).collect();
    json!({
        "webSearchQueries": [query],
        "groundingChunks": [
            {"web": {"uri": "https://example.com/first", "title": "First source (simulated)"}},
            {"web": {"uri": "https://example.com/second", "title": "Second source (simulated)"}},
        ],
        "groundingSupports": [
            {"segment": {"startIndex": 0, "endIndex": 1}, "groundingChunkIndices": [0, 1]},
        ],
        "searchEntryPoint": {"renderedContent": SUGGESTIONS},
    })
}
