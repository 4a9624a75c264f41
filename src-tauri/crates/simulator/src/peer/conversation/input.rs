//! What the user says: sound, marks, text and content.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vivavoce_live::message::{Blob, ClientContent, Content, RealtimeInput, VoiceActivityType};

use super::Conversation;
use crate::fault::FaultAction;
use crate::peer::listener::{Heard, Listener, Window};
use crate::peer::memory::HeardTurn;
use crate::peer::outbox::{Note, Outbox};
use crate::peer::rules::{self, Refusal};
use crate::persona::Said;
use crate::picture::{Picture, Seen, is_picture};
use crate::recording::{DEFAULT_RATE, rate_of};

impl Conversation {
    pub(super) fn take_realtime(
        &mut self,
        input: RealtimeInput,
        now: Instant,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        if self.config.strict {
            rules::check_realtime(self.traits, self.options.manual, &input)?;
            if self.seeding {
                return Err(Refusal::invalid_argument());
            }
            if self.traits.deaf_while_waiting && self.is_waiting() {
                return Err(Refusal::not_implemented());
            }
        }
        if input.activity_start.is_some() {
            self.start_activity(out);
        }
        for blob in input.audio.into_iter().chain(input.media_chunks) {
            self.take_blob(&blob, now, out)?;
        }
        if let Some(blob) = &input.video {
            self.take_frame(blob, out)?;
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
        *window = Some(Window { turn: self.turn + 1, ..Window::default() });
        self.odd = None;
        self.start_turn(self.clock, out);
    }

    /// The user begins to speak.
    fn start_turn(&mut self, offset: Duration, out: &mut Outbox) {
        self.turn += 1;
        out.note(|| Note::TurnStarted { turn: self.turn });
        if !self.is_dialogue() {
            return self.begin_along(offset, out);
        }
        self.send_activity(VoiceActivityType::Start, offset, out);
        if self.reply.is_none() && out.troubles().strike(self.answers + 1, &FaultAction::SpuriousInterrupted) {
            Self::interrupt_nothing(out);
        }
        if self.options.interruptions {
            self.give_way(out);
        }
    }

    fn end_activity(&mut self, now: Instant, out: &mut Outbox) {
        let Listener::Manual(window) = &mut self.listener else { return };
        let Some(window) = window.take() else { return };
        let said = Said { sound: window.sound, text: window.texts.join("\n"), ..Said::default() };
        self.end_turn(window.turn, said, self.clock, now, out);
    }

    fn end_stream(&mut self, now: Instant, out: &mut Outbox) {
        let Listener::Automatic(ear) = &mut self.listener else { return };
        if let Some(ended) = ear.end() {
            self.take_heard(ended, DEFAULT_RATE, now, out);
        }
    }

    fn take_blob(&mut self, blob: &Blob, now: Instant, out: &mut Outbox) -> Result<(), Refusal> {
        let mime = blob.mime_type.as_deref().unwrap_or("audio/pcm");
        if is_picture(mime) {
            return self.take_frame(blob, out);
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
                self.take_sound(rate, samples, out);
            }
            Listener::Automatic(ear) => {
                for heard in ear.listen(rate, &samples) {
                    self.take_heard(heard, rate, now, out);
                }
            }
        }
        Ok(())
    }

    /// A frame of video belongs to no turn: the next answer tells it.
    fn take_frame(&mut self, blob: &Blob, out: &mut Outbox) -> Result<(), Refusal> {
        let picture = self.look_at(blob)?;
        out.note(|| Note::Frame {
            mime: blob.mime_type.clone().unwrap_or_default(),
            bytes: blob.data.0.len(),
            pixels: picture.map(|picture| (picture.width, picture.height)),
        });
        if let Some(picture) = picture {
            self.seen.add_frame(picture);
        }
        Ok(())
    }

    /// Adds a picture to the context. What is no picture is refused, or passes for nothing where anything passes.
    fn look_at(&mut self, blob: &Blob) -> Result<Option<Picture>, Refusal> {
        self.memory.context.add_image();
        match Picture::read(blob.mime_type.as_deref().unwrap_or_default(), &blob.data.0) {
            Ok(picture) => Ok(Some(picture)),
            Err(error) => {
                tracing::debug!(%error, "a picture");
                if self.config.strict { Err(Refusal::invalid_argument()) } else { Ok(None) }
            }
        }
    }

    /// The pictures of a turn of content; its sound is ignored.
    fn pictures(&mut self, content: &Content) -> Result<Seen, Refusal> {
        let blobs = content.parts.iter().filter_map(|part| part.inline_data.as_ref());
        let mut seen = Seen::default();
        for blob in blobs.filter(|blob| blob.mime_type.is_none() || !blob.is_audio()) {
            seen.pictures.extend(self.look_at(blob)?);
        }
        Ok(seen)
    }

    fn take_heard(&mut self, heard: Heard, rate: u32, now: Instant, out: &mut Outbox) {
        match heard {
            Heard::Started { offset } => self.start_turn(offset, out),
            Heard::Sound(pcm) => self.take_sound(rate, pcm, out),
            Heard::Ended { offset, utterance } => {
                self.end_turn(self.turn, Said::speech(utterance), offset, now, out);
            }
        }
    }

    /// Sound of the turn under way.
    fn take_sound(&mut self, rate: u32, pcm: Vec<i16>, out: &mut Outbox) {
        if !self.is_dialogue() {
            self.follow(rate, &pcm, out);
        }
        out.note(|| Note::Sound { turn: self.turn, rate, pcm });
    }

    fn take_text(&mut self, text: String, now: Instant, out: &mut Outbox) {
        if let Listener::Manual(Some(window)) = &mut self.listener {
            window.texts.push(text.clone());
            let turn = window.turn;
            out.note(|| Note::Text { turn, text });
            return;
        }
        if !self.is_dialogue() {
            return;
        }
        if self.options.interruptions {
            self.give_way(out);
        }
        self.typed(text, now, out);
    }

    pub(super) fn take_content(
        &mut self,
        content: &ClientContent,
        now: Instant,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let complete = content.turn_complete == Some(true);
        if self.config.strict {
            rules::check_roles(content)?;
            if !self.seeding {
                rules::check_client_content(self.traits)?;
            }
        }
        if self.seeding {
            self.seed(&content.turns)?;
            self.seeding = !complete;
            return Ok(());
        }
        self.give_way(out);
        let answered = content.turns.last().is_none_or(|turn| turn.role.as_deref() != Some("model"));
        match content.turns.split_last() {
            Some((last, before)) if complete && answered => {
                self.seed(before)?;
                let seen = self.pictures(last)?;
                self.seen.extend(seen);
                self.typed(last.text(), now, out);
            }
            None if complete => self.typed(String::new(), now, out),
            _ => self.seed(&content.turns)?,
        }
        Ok(())
    }

    /// Takes history. Pictures of the user that the model has not answered in it belong to the next turn.
    fn seed(&mut self, turns: &[Content]) -> Result<(), Refusal> {
        for turn in turns {
            let role = turn.role.as_deref().unwrap_or("user");
            if role == "user" {
                self.memory.context.begin_turn();
            }
            self.memory.context.add_text(&turn.text());
            let seen = self.pictures(turn)?;
            if role == "user" {
                self.seen.extend(seen);
            } else {
                self.seen.pictures.clear();
            }
            if self.config.record {
                self.memory.history.push(Arc::new(HeardTurn::seeded(role, turn.text())));
            }
        }
        self.report();
        Ok(())
    }

    fn typed(&mut self, text: String, now: Instant, out: &mut Outbox) {
        self.turn += 1;
        let turn = self.turn;
        out.note(|| Note::TurnStarted { turn });
        out.note(|| Note::Text { turn, text: text.clone() });
        self.queue(turn, Said::text(text), now, out);
    }

    /// The user has spoken.
    fn end_turn(&mut self, turn: u64, said: Said, offset: Duration, now: Instant, out: &mut Outbox) {
        if !self.is_dialogue() {
            return self.finish_along(turn, &said, offset, out);
        }
        self.send_activity(VoiceActivityType::End, offset, out);
        if said.sound.is_empty() && said.text.is_empty() {
            out.note(|| Note::TurnDropped { turn });
        } else {
            self.queue(turn, said, now, out);
        }
    }

    fn queue(&mut self, turn: u64, mut said: Said, now: Instant, out: &mut Outbox) {
        out.note(|| Note::TurnEnded { turn });
        said.seen = std::mem::take(&mut self.seen);
        self.waiting.push_back((turn, said));
        self.report();
        self.advance(now, out);
    }
}
