//! An open session: turns in, answers out.
//!
//! One answer at a time is on its way; turns that came meanwhile wait, and results of calls wait behind them. What the
//! session remembers grows when an answer begins or ends, so that a handle issued in between leaves nothing half done.

mod input;
mod interpreter;
mod options;
mod reply;
mod tools;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vivavoce_live::message::setup::Setup;
use vivavoce_live::message::{ClientMessage, Content, ServerMessage, SetupComplete};

use super::calls;
use super::ids::Ids;
use super::listener::{Ear, Listener};
use super::memory::{HeardTurn, Memory};
use super::outbox::Outbox;
use super::playback::Playback;
use super::rules::{self, Refusal};
use crate::config::ServerConfig;
use crate::fault::FaultAction;
use crate::persona::{Answer, Ending, Respondent, Said};
use crate::picture::Seen;
use crate::profile::{AfterCall, Profile, Traits};
use crate::registry::{Registry, SessionId};
use crate::voice::Sensitivity;
use interpreter::Interpreter;
use options::Options;
use reply::Reply;
use tools::{Offer, Pending};

/// An open session.
#[derive(Debug)]
pub(super) struct Conversation {
    config: Arc<ServerConfig>,
    traits: &'static Traits,
    options: Options,
    registry: Registry,
    session: SessionId,
    listener: Listener,
    memory: Memory,
    ids: Ids,
    /// Number of the newest user turn.
    turn: u64,
    /// Turns that were said and whose answers have not begun.
    waiting: VecDeque<(u64, Said)>,
    /// What was shown since the user's newest turn, or left untold by an answer that called functions.
    seen: Seen,
    /// Results of calls that will be told as soon as nothing else is going on.
    results: VecDeque<String>,
    /// Number of the newest answer.
    answers: u64,
    reply: Option<Reply>,
    offer: Offer,
    pending: Vec<Pending>,
    /// Calls dropped by an interruption that come again.
    dropped: Vec<calls::Call>,
    interpreter: Interpreter,
    /// Initial history is being given; real-time input comes after it.
    seeding: bool,
    /// Sound received so far: the clock of the audio stream.
    clock: Duration,
    /// First byte of a sample whose second byte comes with the next message.
    odd: Option<u8>,
}

/// Where a session lives, and what of it was there before.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) registry: Registry,
    pub(super) session: SessionId,
    /// What a resumed session remembers.
    pub(super) memory: Option<Memory>,
}

impl Conversation {
    /// Opens the session and says so.
    pub(super) fn open(
        config: Arc<ServerConfig>,
        profile: Profile,
        setup: &Setup,
        place: Place,
        mut ids: Ids,
        out: &mut Outbox,
    ) -> Self {
        let traits = profile.traits();
        let options = Options::of(setup);
        let Place { registry, session, memory } = place;
        let mut memory = memory.unwrap_or_else(|| Memory {
            respondent: Respondent::new(config.persona, config.language, traits.rejects_silence),
            ..Memory::default()
        });
        memory.context.instruct(&setup.system_instruction.as_ref().map(Content::text).unwrap_or_default());
        let session_id = traits.session_id.then(|| ids.uuid());
        let detection =
            setup.realtime_input_config.as_ref().and_then(|input| input.automatic_activity_detection.clone());
        let sensitivity = Sensitivity::from(&detection.unwrap_or_default());
        let mut conversation = Self {
            traits,
            listener: if options.manual {
                Listener::Manual(None)
            } else {
                Listener::Automatic(Box::new(Ear::new(sensitivity)))
            },
            options,
            registry,
            session,
            memory,
            ids,
            turn: 0,
            waiting: VecDeque::new(),
            seen: Seen::default(),
            results: VecDeque::new(),
            answers: 0,
            reply: None,
            offer: Offer::of(&setup.tools, traits),
            pending: Vec::new(),
            dropped: Vec::new(),
            interpreter: Interpreter::default(),
            seeding: options::has_initial_history(setup),
            clock: Duration::ZERO,
            odd: None,
            config,
        };
        let opened = SetupComplete { session_id, ..SetupComplete::default() };
        out.send(&ServerMessage { setup_complete: Some(opened), ..ServerMessage::default() });
        if traits.handle_after_setup {
            conversation.send_handle(out);
        }
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
        if let Some(response) = message.tool_response {
            self.take_responses(response, now, out);
        }
        if let Some(update) = message.context_update {
            if let Some(instruction) = update.system_instruction {
                self.memory.context.instruct(&instruction.text());
            }
            if let Some(set) = update.tools {
                self.offer = Offer::of(&set.tools, self.traits);
            }
        }
        self.advance(now, out);
        Ok(())
    }

    /// Sends what is due.
    pub(super) fn advance(&mut self, now: Instant, out: &mut Outbox) {
        while !out.is_closed() {
            if self.reply.is_none() && !self.begin(now, out) {
                return;
            }
            while let Some(step) = self.reply.as_mut().and_then(|reply| reply.playback.next(now)) {
                self.send_step(step, out);
            }
            match &self.reply {
                Some(reply) if reply.is_over() => self.reply = None,
                Some(_) => return,
                None => {}
            }
        }
    }

    /// When something is due next.
    pub(super) fn due(&self) -> Option<Instant> {
        self.reply.as_ref().and_then(|reply| reply.playback.due())
    }

    /// Everything the session has heard, on this connection and those before it.
    pub(super) fn history(&self) -> Vec<Arc<HeardTurn>> {
        let current = self.reply.iter().filter_map(|reply| reply.heard.clone().map(Arc::new));
        let waiting = self.waiting.iter().filter(|_| self.config.record);
        let waiting = waiting.map(|(_, said)| Arc::new(HeardTurn::said(said)));
        self.memory.history.iter().cloned().chain(current).chain(waiting).collect()
    }

    /// Tells the registry what was heard.
    fn report(&self) {
        if self.config.record {
            self.registry.heard(self.session, self.history());
        }
    }

    /// Begins the next answer; whether there was one to begin.
    fn begin(&mut self, now: Instant, out: &mut Outbox) -> bool {
        if let Some((turn, said)) = self.waiting.pop_front() {
            self.answer_turn(turn, said, now, out);
        } else if !self.listener.is_busy()
            && !self.is_waiting()
            && let Some(result) = self.results.pop_front()
        {
            self.answers += 1;
            out.begin_answer(self.answers);
            self.send_not_resumable(out);
            let playback = self.plan(Answer::tone(result), now, out);
            self.reply = Some(Reply { playback, ..Reply::default() });
        } else {
            return false;
        }
        true
    }

    fn answer_turn(&mut self, turn: u64, mut said: Said, now: Instant, out: &mut Outbox) {
        if let Err(refusal) = self.remember(&said) {
            out.close(refusal.code, &refusal.reason);
            return;
        }
        let heard = self.config.record.then(|| HeardTurn::said(&said));
        self.answers += 1;
        out.begin_answer(self.answers);
        if out.troubles().strike(self.answers, &FaultAction::NoAnswer) {
            self.memory.history.extend(heard.map(Arc::new));
            self.report();
            return;
        }
        self.send_not_resumable(out);
        Self::send_nonsense(Some(self.answers), out);
        let calls = self.calls_for(&said.text, out);
        let mut answer = if calls.is_empty() {
            self.memory.respondent.answer(&said)
        } else {
            said.seen.extend(std::mem::take(&mut self.seen));
            self.seen = said.seen;
            self.answer_with_calls(&calls)
        };
        if self.options.thoughts && !answer.rejected {
            answer.thought = Some("**Listening**\nI consider what was said.".into());
        }
        if self.traits.interaction_status && !answer.rejected {
            answer.filler = Some(self.memory.respondent.filler());
        }
        answer.sources = self.offer.searches(&said.text).then(|| said.text.clone());
        let rejected = answer.rejected || out.troubles().strike(self.answers, &FaultAction::Reject);
        let playback = self.plan(answer, now, out);
        let awaiting = calls.iter().any(|call| call.blocking);
        self.reply = Some(Reply { turn: Some(turn), heard, playback, rejected, calls, awaiting, ..Reply::default() });
    }

    /// An answer that calls functions instead of speaking.
    fn answer_with_calls(&self, calls: &[calls::Call]) -> Answer {
        let mut answer = Answer { calls: true, ..Answer::default() };
        if calls.iter().any(|call| call.blocking) {
            answer.ending = Ending::Waiting { generated: self.traits.generated_with_call };
        } else if self.traits.interaction_status {
            answer.ending = Ending::Left;
        } else if self.traits.after_call == AfterCall::Words {
            answer.segments.push(self.memory.respondent.filler());
        }
        answer
    }

    fn plan(&self, answer: Answer, now: Instant, out: &Outbox) -> Playback {
        Playback::new(answer, &self.config, out.troubles(), self.answers, now)
    }

    /// Adds a turn of the user to the context, and makes room for it where the client asked for that.
    fn remember(&mut self, said: &Said) -> Result<(), Refusal> {
        let context = &mut self.memory.context;
        context.begin_turn();
        context.add_sound(said.sound.duration());
        context.add_text(&said.text);
        match self.options.compression {
            Some(compression) => context.compress(compression),
            None if self.config.strict && context.total() > self.config.limits.context_tokens => {
                return Err(Refusal::invalid_argument());
            }
            None => {}
        }
        Ok(())
    }

    /// Messages no client can make sense of, where a fault asks for them.
    pub(super) fn send_nonsense(answer: Option<u64>, out: &mut Outbox) {
        if out.troubles().ordered(answer, &FaultAction::Malformed) {
            out.send_raw(b"{\"serverContent\": {\"modelTurn\": [\xff\n".to_vec());
        }
        if out.troubles().ordered(answer, &FaultAction::UnknownMessage) {
            out.send_raw(b"{\n  \"novelty\": {\n    \"since\": 2027\n  }\n}\n".to_vec());
        }
    }

    fn is_dialogue(&self) -> bool {
        rules::is_dialogue(self.traits)
    }
}
