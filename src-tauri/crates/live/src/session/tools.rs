//! Function calls under way: who waits for what, and which calls are the same call asked again.
//!
//! The service repeats itself: the same call comes twice, and one that was interrupted is silently dropped and asked again
//! under a new id, sometimes after its answer was on its way. Whoever carries calls out must do each thing once, so a
//! repeated call is recognised here by its name and arguments and never told twice.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use crate::message::{FunctionCall, FunctionResponse};

/// Most calls remembered of each kind; a flood of more is a fault of the service.
const MOST: usize = 64;

#[derive(Debug)]
struct Call {
    /// The id it was told under, and the one the service knows it by now.
    told: String,
    asked: String,
    /// Name and canonical arguments.
    meaning: String,
    blocking: bool,
}

/// Function calls under way.
#[derive(Debug, Default)]
pub(super) struct Tools {
    /// The service waits for these.
    pending: VecDeque<Call>,
    /// Interrupted, and not asked again so far; whoever carries them out doesn't know.
    dropped: VecDeque<Call>,
    /// Answers to dropped calls, by meaning.
    answers: VecDeque<(String, FunctionResponse)>,
    /// Answers sent since a turn was last completed or the session saved, by meaning: lost with the connection.
    given: VecDeque<(String, FunctionResponse)>,
}

/// What is to be done about calls that came.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// To be carried out.
    pub(super) new: Vec<FunctionCall>,
    /// Answered already.
    pub(super) answered: Vec<FunctionResponse>,
}

impl Tools {
    /// The service asks; `blocking` says whether it waits for the answer to a call of that name.
    pub(super) fn ask(&mut self, calls: Vec<FunctionCall>, blocking: impl Fn(&str) -> bool) -> Asked {
        let mut asked = Asked::default();
        for call in calls {
            // Where there are no ids, answers are matched by name.
            let id = call.id.clone().unwrap_or_default();
            let meaning = meaning(&call.name, &call.args);
            let same = |known: &Call| known.asked == id && (!id.is_empty() || known.meaning == meaning);
            if self.pending.iter().any(same) {
                continue;
            }
            if let Some(at) = self.answers.iter().position(|(known, _)| *known == meaning)
                && let Some((_, answer)) = self.answers.remove(at)
            {
                asked.answered.push(FunctionResponse { id: call.id, ..answer });
                continue;
            }
            let blocking = blocking(&call.name);
            let again = self.dropped.iter().position(|known| known.meaning == meaning);
            let told = if let Some(known) = again.and_then(|at| self.dropped.remove(at)) {
                known.told
            } else {
                asked.new.push(call);
                id.clone()
            };
            push(&mut self.pending, Call { told, asked: id, meaning, blocking });
        }
        asked
    }

    /// Answers are there. Returns those the service is waiting for, under the ids it knows.
    pub(super) fn answer(&mut self, responses: Vec<FunctionResponse>) -> Vec<FunctionResponse> {
        let mut wanted = Vec::new();
        for response in responses {
            let id = response.id.clone().unwrap_or_default();
            let named = format!("{} ", response.name);
            let goes_on = response.will_continue == Some(true);
            let same = |call: &Call| call.told == id && (!id.is_empty() || call.meaning.starts_with(&named));
            if let Some(at) = self.pending.iter().position(same) {
                let asked = self.pending[at].asked.clone();
                if !goes_on && let Some(call) = self.pending.remove(at) {
                    push(&mut self.given, (call.meaning, response.clone()));
                }
                wanted.push(FunctionResponse { id: Some(asked).filter(|id| !id.is_empty()), ..response });
            } else if let Some(at) = self.dropped.iter().position(same)
                && !goes_on
                && let Some(call) = self.dropped.remove(at)
            {
                push(&mut self.answers, (call.meaning, response));
            }
        }
        wanted
    }

    /// The service was interrupted: it has dropped the calls it waited for, without saying so.
    pub(super) fn interrupt(&mut self) {
        let (blocking, other): (VecDeque<_>, VecDeque<_>) = self.pending.drain(..).partition(|call| call.blocking);
        self.pending = other;
        for call in blocking {
            push(&mut self.dropped, call);
        }
    }

    /// The service takes calls back. Returns them by the ids they were told under.
    pub(super) fn cancel(&mut self, ids: &[String]) -> Vec<String> {
        let mut told = Vec::new();
        for id in ids {
            if let Some(at) = self.pending.iter().position(|call| call.asked == *id)
                && let Some(call) = self.pending.remove(at)
            {
                told.push(call.told);
            }
        }
        told
    }

    /// The connection is gone. A resumed session asks again for what it still wants, and for what it was answered since
    /// the point it is resumed from.
    pub(super) fn disconnect(&mut self) {
        while let Some(call) = self.pending.pop_front() {
            push(&mut self.dropped, call);
        }
        while let Some(answer) = self.given.pop_front() {
            push(&mut self.answers, answer);
        }
    }

    /// The session can be resumed from here: the service won't ask again for what it was answered.
    pub(super) fn saved(&mut self) {
        self.given.clear();
    }

    /// A turn was completed: what is asked from now on is asked for a new reason. Returns the calls that were dropped without a
    /// word and not asked for again, by the ids they were told under.
    pub(super) fn go_on(&mut self) -> Vec<String> {
        self.answers.clear();
        self.given.clear();
        self.dropped.drain(..).map(|call| call.told).filter(|id| !id.is_empty()).collect()
    }

    /// Whether any call is pending.
    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether the service waits for an answer before anything else.
    pub(super) fn is_blocked(&self) -> bool {
        self.pending.iter().any(|call| call.blocking)
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() >= MOST {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// Equal for calls that mean the same: key order doesn't matter, nor whether a number is written 1 or 1.0.
fn meaning(name: &str, args: &Map<String, Value>) -> String {
    format!("{name} {}", canonical(&Value::Object(args.clone())))
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name:?}:{}", canonical(value))).collect();
            fields.sort();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::String(text) => format!("{:?}", text.trim()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(id: &str, name: &str, args: Value) -> FunctionCall {
        let Value::Object(args) = args else { unreachable!("arguments are an object") };
        FunctionCall { id: Some(id.into()), name: name.into(), args, ..FunctionCall::default() }
    }

    fn answer(id: &str) -> Vec<FunctionResponse> {
        vec![FunctionResponse { id: Some(id.into()), name: "timer".into(), ..FunctionResponse::default() }]
    }

    fn ids(responses: &[FunctionResponse]) -> Vec<&str> {
        responses.iter().filter_map(|response| response.id.as_deref()).collect()
    }

    fn ask(tools: &mut Tools, id: &str, minutes: impl Into<Value>) -> (usize, usize) {
        let minutes = minutes.into();
        let asked = tools.ask(vec![call(id, "timer", json!({ "minutes": minutes, "name": "tea" }))], |_| true);
        (asked.new.len(), asked.answered.len())
    }

    #[test]
    fn the_same_call_delivered_twice_is_told_once() {
        let mut tools = Tools::default();
        assert_eq!(ask(&mut tools, "a", json!(5)), (1, 0));
        assert_eq!(ask(&mut tools, "a", json!(5)), (0, 0));
        assert_eq!(ids(&tools.answer(answer("a"))), ["a"]);
        assert!(tools.answer(answer("a")).is_empty(), "an answer is sent once");
    }

    #[test]
    fn a_call_asked_again_after_an_interruption_is_answered_by_the_first() {
        let mut tools = Tools::default();
        ask(&mut tools, "a", json!(5));
        tools.interrupt();
        assert!(!tools.is_blocked());
        assert_eq!(ask(&mut tools, "b", json!(5.0)), (0, 0));
        assert_eq!(ids(&tools.answer(answer("a"))), ["b"], "under the id the service knows now");
    }

    #[test]
    fn an_answer_the_service_had_dropped_is_given_when_it_asks_again() {
        let mut tools = Tools::default();
        ask(&mut tools, "a", json!(5));
        tools.interrupt();
        assert!(tools.answer(answer("a")).is_empty());
        assert_eq!(ask(&mut tools, "b", json!(5)), (0, 1));
        assert_eq!(ask(&mut tools, "c", json!(5)), (1, 0), "once");
    }

    #[test]
    fn the_same_wish_of_a_later_turn_is_a_new_one() {
        let mut tools = Tools::default();
        ask(&mut tools, "a", json!(5));
        tools.interrupt();
        tools.answer(answer("a"));
        assert!(tools.go_on().is_empty(), "it was answered");
        assert_eq!(ask(&mut tools, "b", json!(5)), (1, 0));
        assert_eq!(ask(&mut tools, "c", json!(6)), (1, 0), "other arguments are another call");
    }

    #[test]
    fn a_call_that_was_dropped_and_is_not_asked_for_again_is_not_wanted() {
        let mut tools = Tools::default();
        ask(&mut tools, "a", json!(5));
        tools.interrupt();
        assert_eq!(tools.go_on(), ["a"]);
        assert!(tools.answer(answer("a")).is_empty());
        assert!(tools.go_on().is_empty(), "once");
    }

    #[test]
    fn a_cancelled_call_is_named_as_it_was_told() {
        let mut tools = Tools::default();
        ask(&mut tools, "a", json!(5));
        tools.disconnect();
        ask(&mut tools, "b", json!(5));
        assert_eq!(tools.cancel(&["b".into(), "unknown".into()]), ["a"]);
        assert!(!tools.is_pending());
    }

    #[test]
    fn a_flood_of_calls_is_bounded() {
        let mut tools = Tools::default();
        for n in 0..1000 {
            ask(&mut tools, &n.to_string(), json!(n));
        }
        assert_eq!(tools.pending.len(), MOST);
    }
}
