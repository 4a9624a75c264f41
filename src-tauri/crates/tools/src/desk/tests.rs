#![allow(clippy::unwrap_used)]
use std::future::ready;

use serde_json::json;

use super::*;
use crate::plain::MOST_SHOWN;
use crate::tool::{Pace, Touches, Work};

/// A function of any name and risk that takes one text.
struct Fake(&'static str, Risk);

impl Tool for Fake {
    fn declaration(&self) -> Declaration {
        let parameters = json!({ "type": "object", "properties": { "text": { "type": "string" } } });
        let mention = Mention::Silently;
        Declaration { name: self.0, description: "", parameters, risk: self.1, pace: Pace::Slow, mention }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let text = args.get("text").and_then(Value::as_str).ok_or_else(|| Fault::Arguments("no text".into()))?;
        Ok(Request { touches: Touches::NotesChanged, details: vec![("text".into(), plain(text))] })
    }

    fn run(&self, _: &Map<String, Value>) -> Work {
        Box::pin(ready(Ok(Value::Null)))
    }
}

/// A desk at a moment, and what was shown of every call so far.
struct Stage {
    desk: Desk,
    now: Instant,
    cards: BTreeMap<u64, Card>,
}

impl Stage {
    fn new() -> Self {
        let tool = |name, risk| (Arc::new(Fake(name, risk)) as Arc<dyn Tool>, Permission::Ask);
        let tools = [tool("time", Risk::Harmless), tool("read", Risk::Reads), tool("write", Risk::Acts)];
        Self { desk: Desk::new(tools), now: Instant::now(), cards: BTreeMap::new() }
    }

    /// Calls, and gives what is to be done, without what is to be shown.
    fn call(&mut self, id: &str, name: &str) -> Vec<Order> {
        self.call_with(id, name, &json!({ "text": "hello" }))
    }

    fn call_with(&mut self, id: &str, name: &str, args: &Value) -> Vec<Order> {
        let call = Call { id: id.into(), name: name.into(), args: args.as_object().unwrap().clone() };
        self.desk.call(call, self.now);
        self.orders()
    }

    /// Asks for something that acts and gives the question's ticket.
    fn question(&mut self, id: &str) -> u64 {
        assert_eq!(self.call(id, "write"), []);
        let card = self.last();
        assert_eq!(card.stage, super::Stage::Asking { until: self.now + PATIENCE });
        card.ticket
    }

    /// Asks for something harmless and gives the work's ticket.
    fn work(&mut self, id: &str) -> u64 {
        let orders = self.call(id, "time");
        let [Order::Run { ticket, name: "time", .. }] = orders[..] else { panic!("{orders:?}") };
        ticket
    }

    fn decide(&mut self, ticket: u64, decision: Decision) -> Vec<Order> {
        self.desk.decide(ticket, decision, self.now);
        self.orders()
    }

    fn wait(&mut self, time: Duration) -> Vec<Order> {
        self.now += time;
        self.desk.handle_timeout(self.now);
        self.orders()
    }

    fn orders(&mut self) -> Vec<Order> {
        let mut rest = Vec::new();
        while let Some(order) = self.desk.poll_order() {
            match order {
                Order::Show(card) => {
                    self.cards.insert(card.ticket, card);
                }
                order => rest.push(order),
            }
        }
        rest
    }

    /// What is shown of the newest call.
    fn last(&self) -> &Card {
        self.cards.last_key_value().unwrap().1
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let ended = self.cards.values().filter_map(|card| match card.stage {
            super::Stage::Ended(verdict) => Some(verdict),
            _ => None,
        });
        ended.collect()
    }
}

fn answer(id: &str, name: &str, response: Map<String, Value>, mention: Mention) -> Order {
    Order::Answer { id: id.into(), name: name.into(), response, mention }
}

fn refusal(id: &str, name: &str, why: &str) -> Order {
    answer(id, name, error(why), Mention::WhenIdle)
}

fn is_run(order: &Order) -> bool {
    matches!(order, Order::Run { .. })
}

#[test]
fn what_is_harmless_is_done_and_answered_once() {
    let mut stage = Stage::new();
    let ticket = stage.work("a");
    assert_eq!(stage.last().stage, super::Stage::Running);
    stage.desk.finished(ticket, Ok(json!("noon")));
    stage.desk.finished(ticket, Ok(json!("noon")));
    assert_eq!(stage.orders(), [answer("a", "time", bounded(&json!("noon")), Mention::Silently)]);
    assert_eq!(stage.verdicts(), [Verdict::Done]);
    assert_eq!(stage.last().told.as_deref(), Some("noon"));
    assert_eq!(stage.desk.timeout(), None);
    assert!(!stage.desk.is_working());
}

#[test]
fn what_reads_or_acts_is_asked_before_anything_happens() {
    for name in ["read", "write"] {
        let mut stage = Stage::new();
        assert_eq!(stage.call("a", name), []);
        let card = stage.last().clone();
        assert!(matches!(card.stage, super::Stage::Asking { .. }), "{card:?}");
        assert_eq!(card.request.unwrap().details, [("text".to_owned(), "hello".to_owned())]);
        let orders = stage.decide(card.ticket, Decision::Once);
        assert!(matches!(orders[..], [Order::Run { .. }]), "{orders:?}");
        assert_eq!(stage.last().stage, super::Stage::Running);
        assert_eq!(stage.decide(card.ticket, Decision::Once), [], "a second click does nothing");
        assert_eq!(stage.call("b", name), [], "once is once");
    }
}

#[test]
fn always_is_kept_for_that_function_alone() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    let orders = stage.decide(ticket, Decision::Always);
    assert!(orders.contains(&Order::Remember { name: "write", permission: Permission::Always }), "{orders:?}");
    assert!(stage.call("b", "write").iter().all(is_run));
    assert_eq!(stage.call("c", "read"), []);
}

#[test]
fn a_no_is_told_to_the_model_and_nothing_is_run() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    assert_eq!(stage.decide(ticket, Decision::Never), [refusal("a", "write", REFUSED)]);
    stage.desk.finished(ticket, Ok(Value::Null));
    assert_eq!(stage.orders(), []);
    assert_eq!(stage.verdicts(), [Verdict::Refused]);
}

#[test]
fn who_says_nothing_for_a_minute_has_said_no() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    assert_eq!(stage.desk.timeout(), Some(stage.now + PATIENCE));
    assert_eq!(stage.wait(PATIENCE.saturating_sub(Duration::from_millis(1))), []);
    assert_eq!(stage.wait(Duration::from_millis(1)), [refusal("a", "write", UNANSWERED)]);
    assert_eq!(stage.decide(ticket, Decision::Always), [], "too late");
    assert_eq!(stage.verdicts(), [Verdict::Unanswered]);
}

#[test]
fn work_that_takes_too_long_is_given_up_and_its_end_ignored() {
    let mut stage = Stage::new();
    let ticket = stage.work("a");
    assert_eq!(stage.wait(LONGEST_WORK), [Order::Abort { ticket }, refusal("a", "time", OVERDUE)]);
    stage.desk.finished(ticket, Ok(Value::Null));
    assert_eq!(stage.orders(), []);
}

#[test]
fn a_function_nobody_has_and_arguments_that_do_not_fit_are_answered_at_once() {
    let mut stage = Stage::new();
    let orders = stage.call("a", "erase\u{202e}disk");
    assert_eq!(orders, [refusal("a", "erase\u{202e}disk", "There is no function erase⟨U+202E⟩disk.")]);
    assert_eq!(stage.last().name, "erase⟨U+202E⟩disk");
    let orders = stage.call_with("b", "write", &json!({ "txt": 1 }));
    assert_eq!(orders, [refusal("b", "write", "The arguments don't fit: no text")]);
    assert_eq!(stage.verdicts(), [Verdict::Unfit, Verdict::Unfit]);
}

#[test]
fn what_is_never_allowed_is_refused_without_a_question() {
    let mut stage = Stage::new();
    stage.desk.permit("write", Permission::Never);
    assert_eq!(stage.call("a", "write"), [refusal("a", "write", REFUSED)]);
}

#[test]
fn a_flood_asks_a_few_times_only_shows_one_card_more_and_harmless_work_goes_on() {
    let mut stage = Stage::new();
    for n in 0..1000 {
        let orders = stage.call(&n.to_string(), "write");
        let refused = refusal(&n.to_string(), "write", FLOODED);
        assert!(if n < MOST_QUESTIONS { orders.is_empty() } else { orders == [refused] }, "{n}: {orders:?}");
    }
    assert_eq!(stage.cards.len(), MOST_QUESTIONS + 1);
    assert_eq!(stage.verdicts(), [Verdict::Flooded]);
    let runs = (0..100).filter(|n| stage.call(&format!("t{n}"), "time").iter().all(is_run)).count();
    assert_eq!(runs, MOST_WORK);
}

#[test]
fn calls_taken_back_are_dropped_without_an_answer() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    let work = stage.work("b");
    stage.call("", "time");
    stage.desk.cancel(&["a".into(), "b".into(), String::new(), "unknown".into()]);
    assert_eq!(stage.orders(), [Order::Abort { ticket: work }]);
    assert_eq!(stage.decide(ticket, Decision::Once), []);
    assert_eq!(stage.verdicts(), [Verdict::Cancelled, Verdict::Cancelled]);
}

#[test]
fn one_stop_ends_everything_and_the_model_knows() {
    let mut stage = Stage::new();
    stage.question("a");
    let ticket = stage.work("b");
    stage.desk.stop();
    let orders = stage.orders();
    assert_eq!(orders.iter().filter(|order| matches!(order, Order::Answer { .. })).count(), 2, "{orders:?}");
    assert!(orders.contains(&Order::Abort { ticket }));
    assert_eq!(stage.verdicts(), [Verdict::Stopped, Verdict::Stopped]);
    assert_eq!(stage.desk.timeout(), None);
}

#[test]
fn a_failure_is_told_even_of_what_is_done_silently() {
    let mut stage = Stage::new();
    let ticket = stage.work("a");
    stage.desk.finished(ticket, Err(Fault::Failed("The clock has stopped.".into())));
    assert_eq!(stage.orders(), [refusal("a", "time", "The clock has stopped.")]);
    assert_eq!(stage.verdicts(), [Verdict::Failed]);
}

#[test]
fn long_results_are_cut_between_letters_and_say_so() {
    let fits = json!("a".repeat(LONGEST_RESULT - 2));
    assert_eq!(bounded(&fits)["output"], fits);
    let cut = bounded(&json!("é".repeat(LONGEST_RESULT)));
    assert_eq!(cut["output"].as_str().unwrap().len(), LONGEST_RESULT);
    assert_eq!(cut["cut"], format!("{LONGEST_RESULT} more bytes were left out"));
    let list = bounded(&json!(vec!["word"; 10_000]));
    assert!(list["output"].as_str().unwrap().starts_with("[\"word\""));
}

#[test]
fn a_card_shows_hostile_words_for_what_they_are() {
    let mut stage = Stage::new();
    let text = format!("Allowed\u{202e}\n[Once] [Always]\u{0}{}", "x".repeat(5000));
    stage.call_with("a", "write", &json!({ "text": text }));
    let shown = &stage.last().request.as_ref().unwrap().details[0].1;
    assert!(shown.starts_with("Allowed⟨U+202E⟩↵[Once] [Always]⟨U+0000⟩"), "{shown}");
    assert!(shown.chars().count() < MOST_SHOWN + 30);
    let ticket = stage.work("b");
    stage.desk.finished(ticket, Ok(json!("a\u{202e}b")));
    stage.orders();
    assert_eq!(stage.last().told.as_deref(), Some("a⟨U+202E⟩b"));
}
