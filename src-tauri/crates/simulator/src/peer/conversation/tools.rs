//! Calls out, results in.

use std::time::Instant;

use serde_json::{Map, Value};
use vivavoce_live::message::tool::{FunctionResponse, Scheduling, Tool};
use vivavoce_live::message::{
    Content, FunctionCall, InteractionStatus, Part, ServerContent, ServerMessage, ToolCall, ToolCallCancellation,
    ToolResponse,
};

use super::Conversation;
use crate::fault::FaultAction;
use crate::peer::calls::{self, Call, Function};
use crate::peer::outbox::Outbox;
use crate::persona::Answer;
use crate::profile::Traits;

/// Characters of a result that are told.
const LONGEST_RESULT: usize = 300;
/// Most calls of a flood for each that was asked for.
const LONGEST_FLOOD: u32 = 10_000;
/// Words that make a model with a search tool search.
const SEARCH_WORDS: [&str; 2] = ["search", "検索"];

/// What the model may use.
#[derive(Debug, Clone, Default)]
pub(super) struct Offer {
    functions: Vec<Function>,
    search: bool,
}

/// A call without a result.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// As the client was told it.
    id: Option<String>,
    call: Call,
}

impl Offer {
    pub(super) fn of(tools: &[Tool], traits: &Traits) -> Self {
        Self {
            functions: calls::functions(tools, traits.calls),
            search: tools.iter().any(|tool| tool.google_search.is_some()),
        }
    }

    /// A call no text asked for.
    pub(super) fn made_up(&self, name: String, args: Map<String, Value>, traits: &Traits) -> Call {
        calls::made_up(name, args, &self.functions, traits.calls)
    }

    /// The calls a text asks for.
    pub(super) fn asked_for(&self, text: &str) -> Vec<Call> {
        calls::asked_for(text, &self.functions)
    }

    /// Whether a text is looked up.
    pub(super) fn searches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.search && SEARCH_WORDS.iter().any(|word| text.contains(word))
    }
}

impl Conversation {
    /// Whether the model waits for a result and stays silent.
    pub(super) fn is_waiting(&self) -> bool {
        self.pending.iter().any(|pending| pending.call.blocking)
    }

    /// The calls of the answer that begins: those a fault makes, else those that come again, else those the text asks
    /// for.
    pub(super) fn calls_for(&mut self, text: &str, out: &Outbox) -> Vec<Call> {
        let again = std::mem::take(&mut self.dropped);
        let mut calls = out.troubles().all(self.answers, |action| match action {
            FaultAction::Call { name, args } => Some(self.offer.made_up(name.clone(), args.clone(), self.traits)),
            _ => None,
        });
        if calls.is_empty() {
            calls = again;
        }
        if calls.is_empty() {
            calls = self.offer.asked_for(text);
        }
        let flood = out.troubles().find(self.answers, |action| match action {
            FaultAction::FloodCalls { times } => Some((*times).min(LONGEST_FLOOD) as usize),
            _ => None,
        });
        let count = calls.len() * flood.unwrap_or(1);
        calls.into_iter().cycle().take(count).collect()
    }

    /// Makes calls of the reply under way, at most so many.
    pub(super) fn send_calls(&mut self, most: usize, out: &mut Outbox) {
        let Some(reply) = &mut self.reply else { return };
        let calls: Vec<Call> = reply.calls.drain(..most.min(reply.calls.len())).collect();
        if calls.is_empty() {
            return;
        }
        let strike = |action| out.troubles().strike(self.answers, &action);
        let (nameless, bare) = (strike(FaultAction::CallWithoutId), strike(FaultAction::CallWithoutArgs));
        let (twice, mixed) = (strike(FaultAction::DuplicateCall), strike(FaultAction::MixedIds));
        let mut function_calls = Vec::new();
        for call in calls {
            let id = if mixed { self.ids.mixed_call() } else { self.ids.call(self.traits.call_ids) };
            let id = Some(id).filter(|_| !nameless);
            function_calls.push(FunctionCall {
                id: id.clone(),
                name: call.name.clone(),
                args: if bare { Map::new() } else { call.args.clone() },
                ..FunctionCall::default()
            });
            self.pending.push(Pending { id, call });
        }
        if twice {
            let part = |call: &FunctionCall| Part { function_call: Some(call.clone()), ..Part::default() };
            self.send_parts(function_calls.iter().map(part).collect(), out);
        }
        let interaction_status = self.traits.interaction_status.then_some(InteractionStatus::InProgress);
        let tool_call = Some(ToolCall { function_calls });
        out.send(&ServerMessage { tool_call, interaction_status, ..ServerMessage::default() });
    }

    /// Takes results; those that belong to no call are ignored.
    pub(super) fn take_responses(&mut self, response: ToolResponse, now: Instant, out: &mut Outbox) {
        let fatal = out.troubles().find(self.answers, |action| match action {
            FaultAction::CloseOnResult { code } => Some(*code),
            _ => None,
        });
        if let Some(code) = fatal {
            let reason = if code == 1008 { "Requested entity was not found." } else { "Internal error encountered." };
            return out.close(code, reason);
        }
        for response in response.function_responses {
            self.take_response(&response, now, out);
        }
    }

    fn take_response(&mut self, response: &FunctionResponse, now: Instant, out: &mut Outbox) {
        let belongs = |pending: &Pending| match (&pending.id, &response.id) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => pending.call.name == response.name,
        };
        let Some(position) = self.pending.iter().position(belongs) else { return };
        let call = if response.will_continue == Some(true) {
            self.pending[position].call.clone()
        } else {
            self.pending.remove(position).call
        };
        let result = told(&call.name, response);
        self.memory.context.add_tool_result(&result);
        if call.blocking {
            self.take_awaited(&result, now, out);
            return;
        }
        match scheduling(response) {
            Scheduling::Interrupt => {
                self.interrupt(out);
                self.results.push_front(result);
            }
            Scheduling::Silent => self.settle(out),
            Scheduling::WhenIdle | Scheduling::Other(_) => self.results.push_back(result),
        }
    }

    /// A result the model waited for: with the last of them it speaks, or tells them later where its turn is over.
    fn take_awaited(&mut self, result: &str, now: Instant, out: &mut Outbox) {
        let waiting = self.is_waiting();
        let Some(reply) = self.reply.as_mut().filter(|reply| reply.awaiting) else {
            self.results.push_back(result.to_owned());
            return;
        };
        reply.results.push_str(result);
        if !waiting {
            let results = std::mem::take(&mut reply.results);
            let playback = self.plan(Answer::tone(results), now, out);
            if let Some(reply) = &mut self.reply {
                reply.playback = playback;
            }
        }
    }

    /// A result nobody speaks of may still be what the session was waiting for.
    fn settle(&mut self, out: &mut Outbox) {
        if !self.pending.is_empty() || self.reply.is_some() {
            return;
        }
        if self.traits.interaction_status {
            let idle = ServerContent {
                turn_complete: true,
                interaction_status: Some(InteractionStatus::Idle),
                ..ServerContent::default()
            };
            out.send(&ServerMessage::content(idle));
        }
        self.send_handle(out);
    }

    /// Whether calls are without results, so that the session cannot be resumed now.
    pub(super) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Lets the user speak: what is being said is cut, and where a fault says so all calls are taken back.
    pub(super) fn give_way(&mut self, out: &mut Outbox) {
        self.interrupt(out);
        let all = FaultAction::CancelCall { non_blocking: true };
        if self.has_pending() && out.troubles().strike(self.answers, &all) {
            let pending = std::mem::take(&mut self.pending);
            send_cancellation(&pending, out);
            self.settle(out);
        }
    }

    /// Drops the calls the model waits for, as it does when it is interrupted.
    pub(super) fn drop_awaited(&mut self, out: &mut Outbox) {
        let (awaited, pending) = self.pending.drain(..).partition(|pending| pending.call.blocking);
        self.pending = pending;
        let awaited: Vec<Pending> = awaited;
        if awaited.is_empty() {
            return;
        }
        let cancelled = |action: &FaultAction| matches!(action, FaultAction::CancelCall { .. }).then_some(());
        if out.troubles().find(self.answers, cancelled).is_some() {
            send_cancellation(&awaited, out);
        }
        let again = out.troubles().find(self.answers, |action| match action {
            FaultAction::ReissueCall { reworded } => Some(*reworded),
            _ => None,
        });
        if let Some(reworded) = again {
            let calls = awaited.into_iter().map(|pending| pending.call);
            self.dropped = calls.map(|call| if reworded { calls::reworded(call) } else { call }).collect();
        }
    }

    /// Sends parts of the model's turn.
    pub(super) fn send_parts(&self, parts: Vec<Part>, out: &mut Outbox) {
        out.send(&ServerMessage::content(ServerContent {
            model_turn: Some(self.model_turn(parts)),
            ..ServerContent::default()
        }));
    }

    pub(super) fn model_turn(&self, parts: Vec<Part>) -> Content {
        Content { parts, role: self.traits.role.then(|| "model".to_owned()) }
    }
}

/// Takes calls back.
fn send_cancellation(pending: &[Pending], out: &mut Outbox) {
    let ids = pending.iter().filter_map(|pending| pending.id.clone()).collect();
    let cancellation = Some(ToolCallCancellation { ids });
    out.send(&ServerMessage { tool_call_cancellation: cancellation, ..ServerMessage::default() });
}

/// When a result is spoken of. It may be said beside the response, which counts, or inside.
fn scheduling(response: &FunctionResponse) -> Scheduling {
    let inside = || Some(Scheduling::from(response.response.get("scheduling")?.as_str()?));
    response.scheduling.clone().or_else(inside).unwrap_or(Scheduling::WhenIdle)
}

/// A result as it is told.
fn told(name: &str, response: &FunctionResponse) -> String {
    let mut result = response.response.clone();
    result.remove("scheduling");
    let json = Value::Object(result).to_string();
    let cut: String = json.chars().take(LONGEST_RESULT).collect();
    format!(" {name}: {cut}")
}
