//! Every call on its way: may it be carried out, is it under way, has it been answered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::plain::plain;
use crate::tool::{Declaration, Fault, Outcome, Request, Risk, Tool};

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

/// So many of the newest records are kept.
const MOST_RECORDS: usize = 200;

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// This time.
    Once,
    /// This time and from now on.
    Always,
    /// No.
    Never,
}

/// A question to the user.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Names the question when it is answered.
    pub ticket: u64,
    /// The function.
    pub name: &'static str,
    /// What it may do.
    pub risk: Risk,
    /// What this call is about.
    pub request: Request,
    /// When silence becomes a no.
    pub until: Instant,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Ask the user.
    Ask(Asked),
    /// The question is settled, whoever settled it.
    Withdraw {
        /// The question.
        ticket: u64,
    },
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
        response: Value,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// A line of the log of everything that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The function, as the service named it.
    pub name: String,
    /// What it was about; nothing where that was never understood.
    pub details: Vec<(String, String)>,
    /// How it ended.
    pub verdict: Verdict,
    /// When.
    pub at: Instant,
}

struct Entry {
    call: Call,
    name: &'static str,
    request: Request,
    until: Instant,
    running: bool,
}

/// The functions there are, what was said of them, and the calls on their way.
pub struct Desk {
    tools: Vec<(Declaration, Arc<dyn Tool>, Permission)>,
    entries: BTreeMap<u64, Entry>,
    tickets: u64,
    orders: VecDeque<Order>,
    log: VecDeque<Record>,
}

impl Desk {
    /// With these functions, and what the user has said of each.
    pub fn new(tools: impl IntoIterator<Item = (Arc<dyn Tool>, Permission)>) -> Self {
        let tools = tools.into_iter().map(|(tool, permission)| (tool.declaration(), tool, permission)).collect();
        Self { tools, entries: BTreeMap::new(), tickets: 0, orders: VecDeque::new(), log: VecDeque::new() }
    }

    /// What the model is told of.
    pub fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        let offered = self.tools.iter().filter(|(_, _, permission)| *permission != Permission::Never);
        offered.map(|(declaration, _, _)| declaration)
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
        let known = self.tools.iter().find(|(declaration, _, _)| declaration.name == call.name);
        let Some((declaration, tool, permission)) = known else {
            let error = format!("There is no function {}.", plain(&call.name));
            return self.reject(&call, Vec::new(), Verdict::Unfit, &error, now);
        };
        if *permission == Permission::Never {
            return self.reject(&call, Vec::new(), Verdict::Refused, REFUSED, now);
        }
        let request = match tool.request(&call.args) {
            Ok(request) => request,
            Err(fault) => return self.reject(&call, Vec::new(), Verdict::Unfit, &fault.to_string(), now),
        };
        let asks = *permission == Permission::Ask && declaration.risk.asks();
        let (name, risk) = (declaration.name, declaration.risk);
        let (most, until) = if asks { (MOST_QUESTIONS, now + PATIENCE) } else { (MOST_WORK, now + LONGEST_WORK) };
        if self.entries.values().filter(|entry| entry.running != asks).count() >= most {
            return self.reject(&call, request.details, Verdict::Flooded, FLOODED, now);
        }
        self.tickets += 1;
        let ticket = self.tickets;
        self.orders.push_back(if asks {
            Order::Ask(Asked { ticket, name, risk, request: request.clone(), until })
        } else {
            Order::Run { ticket, name, args: call.args.clone() }
        });
        self.entries.insert(ticket, Entry { call, name, request, until, running: !asks });
    }

    /// The user answers a question. One that is settled already isn't settled again.
    pub fn decide(&mut self, ticket: u64, decision: Decision, now: Instant) {
        let Some(entry) = self.entries.get_mut(&ticket).filter(|entry| !entry.running) else {
            return;
        };
        self.orders.push_back(Order::Withdraw { ticket });
        if decision == Decision::Never {
            return self.close(ticket, Verdict::Refused, error(REFUSED), now);
        }
        (entry.running, entry.until) = (true, now + LONGEST_WORK);
        let (name, args) = (entry.name, entry.call.args.clone());
        self.orders.push_back(Order::Run { ticket, name, args });
        if decision == Decision::Always {
            self.permit(name, Permission::Always);
            self.orders.push_back(Order::Remember { name, permission: Permission::Always });
        }
    }

    /// Work came to an end. Nobody hears of work that was given up before.
    pub fn finished(&mut self, ticket: u64, outcome: Outcome, now: Instant) {
        if self.entries.get(&ticket).is_none_or(|entry| !entry.running) {
            return;
        }
        let (verdict, response) = match outcome {
            Ok(output) => (Verdict::Done, bounded(&output)),
            Err(fault @ Fault::Arguments(_)) => (Verdict::Unfit, error(&fault.to_string())),
            Err(fault) => (Verdict::Failed, error(&fault.to_string())),
        };
        self.close(ticket, verdict, response, now);
    }

    /// The service takes calls back: it wants no answer to them.
    pub fn cancel(&mut self, ids: &[String], now: Instant) {
        let is_meant = |entry: &Entry| !entry.call.id.is_empty() && ids.contains(&entry.call.id);
        for ticket in self.tickets_of(is_meant) {
            self.drop_work(ticket);
            if let Some(entry) = self.entries.remove(&ticket) {
                self.note(&entry.call.name, entry.request.details, Verdict::Cancelled, now);
            }
        }
    }

    /// The user stops everything.
    pub fn stop(&mut self, now: Instant) {
        for ticket in self.tickets_of(|_| true) {
            self.drop_work(ticket);
            self.close(ticket, Verdict::Stopped, error("The user stopped it."), now);
        }
    }

    /// When to call [`Desk::handle_timeout`] at the latest.
    pub fn timeout(&self) -> Option<Instant> {
        self.entries.values().map(|entry| entry.until).min()
    }

    /// Settles what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for ticket in self.tickets_of(|entry| entry.until <= now) {
            let running = self.entries.get(&ticket).is_some_and(|entry| entry.running);
            self.drop_work(ticket);
            let (verdict, text) = if running { (Verdict::Overdue, OVERDUE) } else { (Verdict::Unanswered, UNANSWERED) };
            self.close(ticket, verdict, error(text), now);
        }
    }

    /// What is to be done next.
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Everything that was asked for, the oldest first.
    pub fn log(&self) -> impl Iterator<Item = &Record> {
        self.log.iter()
    }

    fn tickets_of(&self, is_meant: impl Fn(&Entry) -> bool) -> Vec<u64> {
        self.entries.iter().filter(|(_, entry)| is_meant(entry)).map(|(ticket, _)| *ticket).collect()
    }

    fn drop_work(&mut self, ticket: u64) {
        let running = self.entries.get(&ticket).is_some_and(|entry| entry.running);
        self.orders.push_back(if running { Order::Abort { ticket } } else { Order::Withdraw { ticket } });
    }

    fn close(&mut self, ticket: u64, verdict: Verdict, response: Value, now: Instant) {
        if let Some(Entry { call, request, .. }) = self.entries.remove(&ticket) {
            self.note(&call.name, request.details, verdict, now);
            self.orders.push_back(Order::Answer { id: call.id, name: call.name, response });
        }
    }

    fn reject(&mut self, call: &Call, details: Vec<(String, String)>, verdict: Verdict, why: &str, now: Instant) {
        self.note(&call.name, details, verdict, now);
        let (id, name) = (call.id.clone(), call.name.clone());
        self.orders.push_back(Order::Answer { id, name, response: error(why) });
    }

    fn note(&mut self, name: &str, details: Vec<(String, String)>, verdict: Verdict, at: Instant) {
        if self.log.len() == MOST_RECORDS {
            self.log.pop_front();
        }
        self.log.push_back(Record { name: plain(name), details, verdict, at });
    }
}

// For the model, which tells the user.
const REFUSED: &str =
    "The user doesn't allow this. Go on without it, and don't call it again unless the user asks for it.";
const UNANSWERED: &str = "The user was asked and didn't answer, so it was not done.";
const OVERDUE: &str = "It took too long and was given up.";
const FLOODED: &str = "Too many calls at once. Wait for the answers to the others.";

fn error(text: &str) -> Value {
    json!({ "error": text })
}

/// A result in an object, cut where it is too long.
fn bounded(output: &Value) -> Value {
    let text = output.to_string();
    if text.len() <= LONGEST_RESULT {
        return json!({ "output": output });
    }
    let whole = output.as_str().map_or(text, str::to_owned);
    let end = whole.floor_char_boundary(LONGEST_RESULT);
    json!({ "output": whole[..end], "cut": format!("{} more bytes were left out", whole.len() - end) })
}

#[cfg(test)]
mod tests;
