//! An open session: turns in, answers out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vivavoce_live::message::setup::{ActivityHandling, Setup};
use vivavoce_live::message::{
    Blob, ClientContent, ClientMessage, Content, InteractionStatus, Part, RealtimeInput, ServerContent, ServerMessage,
    SessionResumptionUpdate, SetupComplete, Transcription, TurnCompleteReason, VoiceActivity, VoiceActivityType,
    WireDuration,
};

use super::ids::Ids;
use super::listener::{Ear, Heard, Listener, Window};
use super::outbox::{Note, Outbox};
use super::playback::{Playback, Step};
use super::rules::{self, Refusal};
use super::usage::Context;
use crate::config::ServerConfig;
use crate::persona::{Respondent, Said};
use crate::profile::{Profile, Traits};
use crate::recording::{DEFAULT_RATE, rate_of};
use crate::voice::Sensitivity;

/// An open session.
#[derive(Debug)]
pub(super) struct Conversation {
    config: Arc<ServerConfig>,
    traits: &'static Traits,
    options: Options,
    listener: Listener,
    respondent: Respondent,
    context: Context,
    ids: Ids,
    /// Number of the newest user turn.
    turn: u64,
    /// Turns said while an answer that may not be interrupted was under way.
    waiting: VecDeque<(u64, Said)>,
    playback: Option<Playback>,
    /// Initial history is being given; real-time input comes after it.
    seeding: bool,
    /// Sound received so far: the clock of the audio stream.
    clock: Duration,
    /// First byte of a sample whose second byte comes with the next message.
    odd: Option<u8>,
}

/// What the client asked for.
#[derive(Debug, Clone, Copy)]
struct Options {
    manual: bool,
    interruptions: bool,
    input_transcripts: bool,
    output_transcripts: bool,
    resumption: bool,
}

impl Conversation {
    /// Opens the session and says so.
    pub(super) fn open(
        config: Arc<ServerConfig>,
        profile: Profile,
        setup: &Setup,
        seed: u64,
        now: Instant,
        out: &mut Outbox,
    ) -> Self {
        let traits = profile.traits();
        let input = setup.realtime_input_config.clone().unwrap_or_default();
        let detection = input.automatic_activity_detection.unwrap_or_default();
        let manual = detection.disabled == Some(true);
        let resumed = setup.session_resumption.as_ref().is_some_and(|resumption| resumption.handle.is_some());
        let mut context = Context::default();
        if let Some(instruction) = &setup.system_instruction {
            context.add_text(&instruction.text());
        }
        let mut conversation = Self {
            traits,
            options: Options {
                manual,
                interruptions: input.activity_handling != Some(ActivityHandling::NoInterruption),
                input_transcripts: setup.input_audio_transcription.is_some(),
                output_transcripts: setup.output_audio_transcription.is_some(),
                resumption: setup.session_resumption.is_some(),
            },
            listener: if manual {
                Listener::Manual(None)
            } else {
                Listener::Automatic(Box::new(Ear::new(Sensitivity::from(&detection))))
            },
            respondent: Respondent::new(config.persona, config.language, traits.rejects_silence, resumed),
            context,
            ids: Ids::new(seed),
            turn: 0,
            waiting: VecDeque::new(),
            playback: None,
            seeding: setup
                .history_config
                .as_ref()
                .is_some_and(|history| history.initial_history_in_client_content == Some(true)),
            clock: Duration::ZERO,
            odd: None,
            config,
        };
        let session_id = traits.session_id.then(|| conversation.ids.next());
        let opened = SetupComplete { session_id, ..SetupComplete::default() };
        out.send(&ServerMessage { setup_complete: Some(opened), ..ServerMessage::default() });
        if traits.handle_after_setup {
            conversation.send_handle(out);
        }
        conversation.advance(now, out);
        conversation
    }

    /// Takes a message that is not `setup`.
    pub(super) fn handle(&mut self, message: ClientMessage, now: Instant, out: &mut Outbox) -> Result<(), Refusal> {
        if let Some(input) = message.realtime_input {
            self.take_realtime(input, now, out)?;
        }
        if let Some(content) = message.client_content {
            self.take_content(&content, now, out)?;
        }
        if let Some(instruction) = message.context_update.and_then(|update| update.system_instruction) {
            self.context.add_text(&instruction.text());
        }
        // No tool is ever called here, so a tool response answers no call; the service ignores those.
        self.advance(now, out);
        Ok(())
    }

    /// Sends what is due.
    pub(super) fn advance(&mut self, now: Instant, out: &mut Outbox) {
        loop {
            if self.playback.is_none() {
                let Some((turn, said)) = self.waiting.pop_front() else { return };
                let answer = self.respondent.answer(&said);
                self.playback = Some(Playback::new(turn, answer, &self.config, now));
            }
            while let Some(step) = self.playback.as_mut().and_then(|playback| playback.next(now)) {
                self.send_step(step, out);
            }
            if self.playback.is_some() {
                return;
            }
        }
    }

    /// When something is due next.
    pub(super) fn due(&self) -> Option<Instant> {
        self.playback.as_ref().and_then(Playback::due)
    }

    fn take_realtime(&mut self, input: RealtimeInput, now: Instant, out: &mut Outbox) -> Result<(), Refusal> {
        if self.config.strict {
            rules::check_realtime(self.traits, self.options.manual, &input)?;
            if self.seeding {
                return Err(Refusal::invalid_argument());
            }
        }
        if input.activity_start.is_some() {
            self.start_activity(out);
        }
        for blob in input.audio.into_iter().chain(input.media_chunks) {
            self.take_blob(&blob, now, out)?;
        }
        if input.video.is_some() {
            self.context.add_image();
        }
        if let Some(text) = input.text {
            self.take_text(text, now, out);
        }
        if input.activity_end.is_some() {
            self.end_activity(now, out);
        }
        if input.audio_stream_end == Some(true) && self.traits.stream_end_ends_turn {
            self.end_stream(now, out);
        }
        Ok(())
    }

    fn start_activity(&mut self, out: &mut Outbox) {
        let Listener::Manual(window @ None) = &mut self.listener else { return };
        self.turn += 1;
        self.odd = None;
        *window = Some(Window { turn: self.turn, ..Window::default() });
        out.note(|| Note::TurnStarted { turn: self.turn });
        self.send_activity(VoiceActivityType::Start, self.clock, out);
        if self.options.interruptions {
            self.interrupt(out);
        }
    }

    fn end_activity(&mut self, now: Instant, out: &mut Outbox) {
        let Listener::Manual(window) = &mut self.listener else { return };
        let Some(window) = window.take() else { return };
        self.send_activity(VoiceActivityType::End, self.clock, out);
        if !window.sound.is_empty() {
            self.end_turn(window.turn, Said::Speech(window.sound), now, out);
        } else if !window.texts.is_empty() {
            self.end_turn(window.turn, Said::Text(window.texts.join("\n")), now, out);
        } else {
            out.note(|| Note::TurnDropped { turn: window.turn });
        }
    }

    fn end_stream(&mut self, now: Instant, out: &mut Outbox) {
        let Listener::Automatic(ear) = &mut self.listener else { return };
        if let Some(ended) = ear.end() {
            self.take_heard(ended, DEFAULT_RATE, now, out);
        }
    }

    fn take_blob(&mut self, blob: &Blob, now: Instant, out: &mut Outbox) -> Result<(), Refusal> {
        let mime = blob.mime_type.as_deref().unwrap_or("audio/pcm");
        if mime.starts_with("image/") {
            self.context.add_image();
            return Ok(());
        }
        let rate = rate_of(mime).ok_or_else(Refusal::bad_audio)?;
        let mut bytes: Vec<u8> = self.odd.take().into_iter().chain(blob.data.0.iter().copied()).collect();
        if bytes.len() % 2 == 1 {
            self.odd = bytes.pop();
        }
        let samples: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        self.clock += Duration::from_secs_f64(samples.len() as f64 / f64::from(rate));
        match &mut self.listener {
            Listener::Manual(None) => {}
            Listener::Manual(Some(window)) => {
                window.sound.push(rate, &samples);
                let turn = window.turn;
                out.note(|| Note::Sound { turn, rate, pcm: samples });
            }
            Listener::Automatic(ear) => {
                for heard in ear.listen(rate, &samples) {
                    self.take_heard(heard, rate, now, out);
                }
            }
        }
        Ok(())
    }

    fn take_heard(&mut self, heard: Heard, rate: u32, now: Instant, out: &mut Outbox) {
        match heard {
            Heard::Started { offset } => {
                self.turn += 1;
                out.note(|| Note::TurnStarted { turn: self.turn });
                self.send_activity(VoiceActivityType::Start, offset, out);
                if self.options.interruptions {
                    self.interrupt(out);
                }
            }
            Heard::Sound(pcm) => out.note(|| Note::Sound { turn: self.turn, rate, pcm }),
            Heard::Ended { offset, utterance } => {
                self.send_activity(VoiceActivityType::End, offset, out);
                self.end_turn(self.turn, Said::Speech(utterance), now, out);
            }
        }
    }

    fn take_text(&mut self, text: String, now: Instant, out: &mut Outbox) {
        if let Listener::Manual(Some(window)) = &mut self.listener {
            window.texts.push(text.clone());
            let turn = window.turn;
            out.note(|| Note::Text { turn, text });
            return;
        }
        if self.options.interruptions {
            self.interrupt(out);
        }
        self.typed(text, now, out);
    }

    fn take_content(&mut self, content: &ClientContent, now: Instant, out: &mut Outbox) -> Result<(), Refusal> {
        let complete = content.turn_complete == Some(true);
        let text: String = content.turns.iter().map(Content::text).collect();
        if self.seeding {
            self.context.add_text(&text);
            self.seeding = !complete;
            return Ok(());
        }
        if self.config.strict {
            rules::check_client_content(self.traits)?;
        }
        self.interrupt(out);
        if complete {
            self.typed(text, now, out);
        } else {
            self.context.add_text(&text);
        }
        Ok(())
    }

    fn typed(&mut self, text: String, now: Instant, out: &mut Outbox) {
        self.turn += 1;
        let turn = self.turn;
        out.note(|| Note::TurnStarted { turn });
        out.note(|| Note::Text { turn, text: text.clone() });
        self.end_turn(turn, Said::Text(text), now, out);
    }

    fn end_turn(&mut self, turn: u64, said: Said, now: Instant, out: &mut Outbox) {
        match &said {
            Said::Speech(sound) => self.context.add_sound(sound.duration()),
            Said::Text(text) => self.context.add_text(text),
        }
        out.note(|| Note::TurnEnded { turn });
        self.waiting.push_back((turn, said));
        self.advance(now, out);
    }

    /// Cuts the answer under way, also when only its assumed playback is.
    fn interrupt(&mut self, out: &mut Outbox) {
        let Some(playback) = self.playback.take() else { return };
        out.send(&ServerMessage::content(ServerContent { interrupted: true, ..ServerContent::default() }));
        if self.config.faults.late_audio_after_interrupted {
            let late = playback.next_sound().map_or_else(|| vec![0; 11_520], |range| playback.bytes(range));
            self.send_sound(late, out);
        }
        self.complete(&playback, true, out);
    }

    fn send_step(&mut self, step: Step, out: &mut Outbox) {
        let content = match step {
            Step::Heard(text) if self.options.input_transcripts => {
                ServerContent { input_transcription: Some(Transcription::fragment(text)), ..ServerContent::default() }
            }
            Step::Spoken(text) if self.options.output_transcripts => {
                ServerContent { output_transcription: Some(Transcription::fragment(text)), ..ServerContent::default() }
            }
            Step::Heard(_) | Step::Spoken(_) => return,
            Step::Generated => ServerContent { generation_complete: true, ..ServerContent::default() },
            Step::Sound(range) => {
                let bytes = self.playback.as_ref().map(|playback| playback.bytes(range)).unwrap_or_default();
                self.send_sound(bytes, out);
                return;
            }
            Step::Complete => {
                if let Some(playback) = self.playback.take() {
                    self.complete(&playback, false, out);
                }
                return;
            }
        };
        out.send(&ServerMessage::content(content));
    }

    fn send_sound(&self, bytes: Vec<u8>, out: &mut Outbox) {
        let turn = Content {
            parts: vec![Part::inline(self.traits.audio_mime, bytes)],
            role: self.traits.role.then(|| "model".to_owned()),
        };
        out.send(&ServerMessage::content(ServerContent { model_turn: Some(turn), ..ServerContent::default() }));
    }

    fn complete(&mut self, playback: &Playback, interrupted: bool, out: &mut Outbox) {
        let content = ServerContent {
            turn_complete: true,
            turn_complete_reason: playback.rejected.then_some(TurnCompleteReason::ResponseRejected),
            interaction_status: self.traits.interaction_status.then_some(InteractionStatus::Idle),
            ..ServerContent::default()
        };
        let usage = self.context.bill(playback.sent(), self.traits.candidates);
        out.send(&ServerMessage { usage_metadata: Some(usage), ..ServerMessage::content(content) });
        out.note(|| Note::Answered { turn: playback.turn, interrupted });
        self.send_handle(out);
    }

    fn send_activity(&self, kind: VoiceActivityType, offset: Duration, out: &mut Outbox) {
        if self.traits.voice_activity {
            let activity = VoiceActivity { kind: Some(kind), audio_offset: Some(WireDuration(offset)) };
            out.send(&ServerMessage { voice_activity: Some(activity), ..ServerMessage::default() });
        }
    }

    fn send_handle(&mut self, out: &mut Outbox) {
        if self.options.resumption {
            let update = SessionResumptionUpdate {
                new_handle: Some(self.ids.next()),
                resumable: Some(true),
                last_consumed_client_message_index: None,
            };
            out.send(&ServerMessage { session_resumption_update: Some(update), ..ServerMessage::default() });
        }
    }
}
