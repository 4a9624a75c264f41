//! Calls out, results in.

use std::time::Instant;

use serde_json::Value;
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

    /// Makes the calls of the reply under way.
    pub(super) fn send_calls(&mut self, out: &mut Outbox) {
        let Some(reply) = &mut self.reply else { return };
        let strike = |action| out.troubles().strike(self.answers, &action);
        let (nameless, bare) = (strike(FaultAction::CallWithoutId), strike(FaultAction::CallWithoutArgs));
        let twice = strike(FaultAction::DuplicateCall);
        let mut function_calls = Vec::new();
        for call in std::mem::take(&mut reply.calls) {
            let id = (!nameless).then(|| self.ids.call(self.traits.call_ids));
            function_calls.push(FunctionCall {
                id: id.clone(),
                name: call.name.clone(),
                args: if bare { serde_json::Map::new() } else { call.args.clone() },
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

    /// A result the model waited for: with the last of them it speaks.
    fn take_awaited(&mut self, result: &str, now: Instant, out: &mut Outbox) {
        let waiting = self.is_waiting();
        let Some(reply) = &mut self.reply else { return };
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

    /// Drops the calls the model waits for, as it does when it is interrupted.
    pub(super) fn drop_awaited(&mut self, out: &mut Outbox) {
        let (awaited, pending) = self.pending.drain(..).partition(|pending| pending.call.blocking);
        self.pending = pending;
        let awaited: Vec<Pending> = awaited;
        if out.troubles().strike(self.answers, &FaultAction::CancelCall) && !awaited.is_empty() {
            let cancellation =
                ToolCallCancellation { ids: awaited.iter().filter_map(|pending| pending.id.clone()).collect() };
            out.send(&ServerMessage { tool_call_cancellation: Some(cancellation), ..ServerMessage::default() });
        }
        if out.troubles().strike(self.answers, &FaultAction::ReissueCall) {
            self.dropped = awaited.into_iter().map(|pending| pending.call).collect();
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
