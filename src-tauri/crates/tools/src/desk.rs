//! Every call on its way: may it be carried out, is it under way, has it been answered.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::plain::plain;
use crate::tool::{Declaration, Fault, Mention, Outcome, Request, Risk, Tool};

/// Who doesn't answer a question for so long has said no.
const PATIENCE: Duration = Duration::from_mins(1);

/// Work that takes longer is given up.
const LONGEST_WORK: Duration = Duration::from_secs(30);

/// More questions than this at once are a flood, not a conversation; what comes beyond is refused.
const MOST_QUESTIONS: usize = 4;

/// The same for calls under way.
const MOST_WORK: usize = 16;

/// A result is cut to this many bytes of JSON: it is paid for as tokens, again with every turn.
const LONGEST_RESULT: usize = 16 * 1024;

/// A call as the service makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service's name for it. May be empty: not every service gives one.
    pub id: String,
    /// The function.
    pub name: String,
    /// Its arguments.
    pub args: Map<String, Value>,
}

/// What the user has said of a function, once for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// By its risk: what is harmless is done, the rest is asked.
    #[default]
    Ask,
    /// Always done.
    Always,
    /// Never done; the model isn't even told of it.
    Never,
}

/// What the user says of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// This time.
    Once,
    /// This time and from now on.
    Always,
    /// No.
    Never,
}

/// A call as the user sees it, from its first moment to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Names the call on this side; the service's own names repeat themselves, or are missing.
    pub ticket: u64,
    /// The function, as the service named it, made [`plain`].
    pub name: String,
    /// What it may do; none where there is no such function.
    pub risk: Option<Risk>,
    /// What the call is about; none where that was never understood.
    pub request: Option<Request>,
    /// How far it is.
    pub stage: Stage,
    /// What the model was told of it, made [`plain`]; none before it was, and where it was told nothing.
    pub told: Option<String>,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The user is asked.
    Asking {
        /// When silence becomes a no.
        until: Instant,
    },
    /// It is being carried out.
    Running,
    /// It is over.
    Ended(Verdict),
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Show this, in place of what was shown of the same ticket before.
    Show(Card),
    /// Carry it out, and tell what became of it with [`Desk::finished`].
    Run {
        /// Names the work.
        ticket: u64,
        /// The function.
        name: &'static str,
        /// Its arguments, which fit.
        args: Map<String, Value>,
    },
    /// Drop the work; nobody wants it any more.
    Abort {
        /// The work.
        ticket: u64,
    },
    /// Tell the service.
    Answer {
        /// The service's name for the call.
        id: String,
        /// The function it named.
        name: String,
        /// An object with `output` or `error`.
        response: Map<String, Value>,
        /// When the model speaks of it, if it didn't wait.
        mention: Mention,
    },
    /// Keep this with the settings.
    Remember {
        /// The function.
        name: &'static str,
        /// What was said of it.
        permission: Permission,
    },
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Carried out.
    Done,
    /// Tried, without success.
    Failed,
    /// The arguments didn't fit, or there is no such function.
    Unfit,
    /// The user said no.
    Refused,
    /// The user said nothing.
    Unanswered,
    /// Too many at once.
    Flooded,
    /// It took too long. Whether it had an effect isn't known.
    Overdue,
    /// The service took it back.
    Cancelled,
    /// The user stopped everything.
    Stopped,
}

struct Entry {
    call: Call,
    name: &'static str,
    card: Card,
    mention: Mention,
    until: Instant,
}

impl Entry {
    fn is_running(&self) -> bool {
        self.card.stage == Stage::Running
    }
}

/// The functions there are, what was said of them, and the calls on their way.
pub struct Desk {
    tools: Vec<(Declaration, Arc<dyn Tool>, Permission)>,
    entries: BTreeMap<u64, Entry>,
    tickets: u64,
    orders: VecDeque<Order>,
    /// Calls beyond what is allowed at once are coming in; the first of them was shown.
    flooded: bool,
}

impl fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Desk")
            .field("tools", &self.tools.len())
            .field("calls", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Desk {
    /// With these functions, and what the user has said of each.
    pub fn new(tools: impl IntoIterator<Item = (Arc<dyn Tool>, Permission)>) -> Self {
        let tools = tools.into_iter().map(|(tool, permission)| (tool.declaration(), tool, permission)).collect();
        Self { tools, entries: BTreeMap::new(), tickets: 0, orders: VecDeque::new(), flooded: false }
    }

    /// All functions there are.
    pub fn known(&self) -> impl Iterator<Item = &Declaration> {
        self.tools.iter().map(|(declaration, _, _)| declaration)
    }

    /// The function of an order to run.
    pub fn tool(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.tools.iter().find(|(declaration, _, _)| declaration.name == name).map(|(_, tool, _)| tool)
    }

    /// The user has said something of a function outside of any question.
    pub fn permit(&mut self, name: &str, permission: Permission) {
        if let Some((_, _, known)) = self.tools.iter_mut().find(|(declaration, _, _)| declaration.name == name) {
            *known = permission;
        }
    }

    /// The service calls a function.
    pub fn call(&mut self, call: Call, now: Instant) {
        self.tickets += 1;
        let mut card = Card {
            ticket: self.tickets,
            name: plain(&call.name),
            risk: None,
            request: None,
            stage: Stage::Running,
            told: None,
        };
        let known = self.tools.iter().find(|(declaration, _, _)| declaration.name == call.name);
        let Some((declaration, tool, permission)) = known else {
            let error = format!("There is no function {}.", card.name);
            return self.reject(call, card, Verdict::Unfit, &error);
        };
        card.risk = Some(declaration.risk);
        if *permission == Permission::Never {
            return self.reject(call, card, Verdict::Refused, REFUSED);
        }
        match tool.request(&call.args) {
            Ok(request) => card.request = Some(request),
            Err(fault) => return self.reject(call, card, Verdict::Unfit, &fault.to_string()),
        }
        let asks = *permission == Permission::Ask && declaration.risk.asks();
        let (name, mention) = (declaration.name, declaration.mention);
        let (most, until) = if asks { (MOST_QUESTIONS, now + PATIENCE) } else { (MOST_WORK, now + LONGEST_WORK) };
        if self.entries.values().filter(|entry| entry.is_running() != asks).count() >= most {
            return self.turn_away(call, card);
        }
        self.flooded = false;
        if asks {
            card.stage = Stage::Asking { until };
        } else {
            self.orders.push_back(Order::Run { ticket: card.ticket, name, args: call.args.clone() });
        }
        self.orders.push_back(Order::Show(card.clone()));
        self.entries.insert(card.ticket, Entry { call, name, card, mention, until });
    }

    /// The user answers a question. One that is settled already isn't settled again.
    pub fn decide(&mut self, ticket: u64, decision: Decision, now: Instant) {
        let Some(entry) = self.entries.get_mut(&ticket).filter(|entry| !entry.is_running()) else {
            return;
        };
        if decision == Decision::Never {
            return self.close(ticket, Verdict::Refused, error(REFUSED));
        }
        (entry.card.stage, entry.until) = (Stage::Running, now + LONGEST_WORK);
        let (name, args) = (entry.name, entry.call.args.clone());
        self.orders.push_back(Order::Run { ticket, name, args });
        self.orders.push_back(Order::Show(entry.card.clone()));
        if decision == Decision::Always {
            self.permit(name, Permission::Always);
            self.orders.push_back(Order::Remember { name, permission: Permission::Always });
        }
    }

    /// Work came to an end. Nobody hears of work that was given up before.
    pub fn finished(&mut self, ticket: u64, outcome: Outcome) {
        if self.entries.get(&ticket).is_none_or(|entry| !entry.is_running()) {
            return;
        }
        let (verdict, response) = match outcome {
            Ok(output) => (Verdict::Done, bounded(&output)),
            Err(fault @ Fault::Arguments(_)) => (Verdict::Unfit, error(&fault.to_string())),
            Err(fault) => (Verdict::Failed, error(&fault.to_string())),
        };
        self.close(ticket, verdict, response);
    }

    /// The service takes calls back: it wants no answer to them.
    pub fn cancel(&mut self, ids: &[String]) {
        let is_meant = |entry: &Entry| !entry.call.id.is_empty() && ids.contains(&entry.call.id);
        for ticket in self.tickets_of(is_meant) {
            self.abort(ticket);
            if let Some(Entry { card, .. }) = self.entries.remove(&ticket) {
                self.orders.push_back(Order::Show(Card { stage: Stage::Ended(Verdict::Cancelled), ..card }));
            }
        }
    }

    /// The user stops everything.
    pub fn stop(&mut self) {
        for ticket in self.tickets_of(|_| true) {
            self.abort(ticket);
            self.close(ticket, Verdict::Stopped, error("The user stopped it."));
        }
    }

    /// Whether anything is being carried out.
    pub fn is_working(&self) -> bool {
        self.entries.values().any(Entry::is_running)
    }

    /// When to call [`Desk::handle_timeout`] at the latest.
    pub fn timeout(&self) -> Option<Instant> {
        self.entries.values().map(|entry| entry.until).min()
    }

    /// Settles what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for ticket in self.tickets_of(|entry| entry.until <= now) {
            let running = self.entries.get(&ticket).is_some_and(Entry::is_running);
            self.abort(ticket);
            let (verdict, text) = if running { (Verdict::Overdue, OVERDUE) } else { (Verdict::Unanswered, UNANSWERED) };
            self.close(ticket, verdict, error(text));
        }
    }

    /// What is to be done next.
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    fn tickets_of(&self, is_meant: impl Fn(&Entry) -> bool) -> Vec<u64> {
        self.entries.iter().filter(|(_, entry)| is_meant(entry)).map(|(ticket, _)| *ticket).collect()
    }

    fn abort(&mut self, ticket: u64) {
        if self.entries.get(&ticket).is_some_and(Entry::is_running) {
            self.orders.push_back(Order::Abort { ticket });
        }
    }

    fn close(&mut self, ticket: u64, verdict: Verdict, response: Map<String, Value>) {
        if let Some(Entry { call, card, mention, .. }) = self.entries.remove(&ticket) {
            // What went wrong is never kept quiet.
            let mention = if verdict == Verdict::Done { mention } else { Mention::WhenIdle };
            self.end(call, card, verdict, response, mention);
        }
    }

    fn reject(&mut self, call: Call, card: Card, verdict: Verdict, why: &str) {
        self.end(call, card, verdict, error(why), Mention::WhenIdle);
    }

    /// A thousand cards would bury the conversation: of a flood the first is shown.
    fn turn_away(&mut self, call: Call, card: Card) {
        if std::mem::replace(&mut self.flooded, true) {
            let response = error(FLOODED);
            self.orders.push_back(Order::Answer { id: call.id, name: call.name, response, mention: Mention::WhenIdle });
        } else {
            self.reject(call, card, Verdict::Flooded, FLOODED);
        }
    }

    fn end(&mut self, call: Call, card: Card, verdict: Verdict, response: Map<String, Value>, mention: Mention) {
        let told = Some(plain(&told(&response)));
        self.orders.push_back(Order::Show(Card { stage: Stage::Ended(verdict), told, ..card }));
        self.orders.push_back(Order::Answer { id: call.id, name: call.name, response, mention });
    }
}

// For the model, which tells the user.
const REFUSED: &str =
    "The user doesn't allow this. Go on without it, and don't call it again unless the user asks for it.";
const UNANSWERED: &str = "The user was asked and didn't answer, so it was not done.";
const OVERDUE: &str = "It took too long and was given up.";
const FLOODED: &str = "Too many calls at once. Wait for the answers to the others.";

fn error(text: &str) -> Map<String, Value> {
    Map::from_iter([("error".to_owned(), text.into())])
}

/// A result in an object, cut where it is too long.
fn bounded(output: &Value) -> Map<String, Value> {
    let text = output.to_string();
    if text.len() <= LONGEST_RESULT {
        return Map::from_iter([("output".to_owned(), output.clone())]);
    }
    let whole = output.as_str().map_or(text, str::to_owned);
    let end = whole.floor_char_boundary(LONGEST_RESULT);
    let cut = format!("{} more bytes were left out", whole.len() - end);
    Map::from_iter([("output".to_owned(), whole[..end].into()), ("cut".to_owned(), cut.into())])
}

/// The same for people.
fn told(response: &Map<String, Value>) -> String {
    match response.get("output").or(response.get("error")) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
