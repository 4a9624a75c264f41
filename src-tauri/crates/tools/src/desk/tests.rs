#![allow(clippy::unwrap_used)]
use std::future::ready;

use super::*;
use crate::plain::MOST_SHOWN;
use crate::tool::{Pace, Work};

/// A function of any name and risk that takes one text.
struct Fake(&'static str, Risk);

impl Tool for Fake {
    fn declaration(&self) -> Declaration {
        let parameters = json!({ "type": "object", "properties": { "text": { "type": "string" } } });
        Declaration { name: self.0, description: "", parameters, risk: self.1, pace: Pace::Slow }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let text = args.get("text").and_then(Value::as_str).ok_or_else(|| Fault::Arguments("no text".into()))?;
        Ok(Request { touches: "notes", details: vec![("text".into(), plain(text))] })
    }

    fn run(&self, _: &Map<String, Value>) -> Work {
        Box::pin(ready(Ok(Value::Null)))
    }
}

/// A desk at a moment, and everything it has ordered.
struct Stage {
    desk: Desk,
    now: Instant,
}

impl Stage {
    fn new() -> Self {
        let tool = |name, risk| (Arc::new(Fake(name, risk)) as Arc<dyn Tool>, Permission::Ask);
        let tools = [tool("time", Risk::Harmless), tool("read", Risk::Reads), tool("write", Risk::Acts)];
        Self { desk: Desk::new(tools), now: Instant::now() }
    }

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
        match self.call(id, "write").as_slice() {
            [Order::Ask(asked)] => asked.ticket,
            other => panic!("{other:?}"),
        }
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
        std::iter::from_fn(|| self.desk.poll_order()).collect()
    }

    fn verdicts(&self) -> Vec<Verdict> {
        self.desk.log().map(|record| record.verdict).collect()
    }
}

fn answer(id: &str, name: &str, response: Value) -> Order {
    Order::Answer { id: id.into(), name: name.into(), response }
}

fn is_run(order: &Order) -> bool {
    matches!(order, Order::Run { .. })
}

#[test]
fn what_is_harmless_is_done_and_answered_once() {
    let mut stage = Stage::new();
    let orders = stage.call("a", "time");
    let [Order::Run { ticket, name: "time", .. }] = orders[..] else { panic!("{orders:?}") };
    stage.desk.finished(ticket, Ok(json!("noon")), stage.now);
    stage.desk.finished(ticket, Ok(json!("noon")), stage.now);
    assert_eq!(stage.orders(), [answer("a", "time", json!({ "output": "noon" }))]);
    assert_eq!(stage.verdicts(), [Verdict::Done]);
    assert_eq!(stage.desk.timeout(), None);
}

#[test]
fn what_reads_or_acts_is_asked_before_anything_happens() {
    for name in ["read", "write"] {
        let mut stage = Stage::new();
        let orders = stage.call("a", name);
        let [Order::Ask(asked)] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!(asked.request.details, [("text".to_owned(), "hello".to_owned())]);
        let ticket = asked.ticket;
        let orders = stage.decide(ticket, Decision::Once);
        assert!(matches!(orders[..], [Order::Withdraw { .. }, Order::Run { .. }]), "{orders:?}");
        assert_eq!(stage.decide(ticket, Decision::Once), [], "a second click does nothing");
        assert!(matches!(stage.call("b", name)[..], [Order::Ask(_)]), "once is once");
    }
}

#[test]
fn always_is_kept_for_that_function_alone() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    let orders = stage.decide(ticket, Decision::Always);
    assert!(orders.contains(&Order::Remember { name: "write", permission: Permission::Always }), "{orders:?}");
    assert!(stage.call("b", "write").iter().all(is_run));
    assert!(matches!(stage.call("c", "read")[..], [Order::Ask(_)]));
}

#[test]
fn a_no_is_told_to_the_model_and_nothing_is_run() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    let orders = stage.decide(ticket, Decision::Never);
    assert_eq!(orders, [Order::Withdraw { ticket }, answer("a", "write", error(REFUSED))]);
    stage.desk.finished(ticket, Ok(Value::Null), stage.now);
    assert_eq!(stage.orders(), []);
    assert_eq!(stage.verdicts(), [Verdict::Refused]);
}

#[test]
fn who_says_nothing_for_a_minute_has_said_no() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    assert_eq!(stage.desk.timeout(), Some(stage.now + PATIENCE));
    assert_eq!(stage.wait(PATIENCE.saturating_sub(Duration::from_millis(1))), []);
    assert_eq!(
        stage.wait(Duration::from_millis(1)),
        [Order::Withdraw { ticket }, answer("a", "write", error(UNANSWERED))]
    );
    assert_eq!(stage.decide(ticket, Decision::Always), [], "too late");
    assert_eq!(stage.verdicts(), [Verdict::Unanswered]);
}

#[test]
fn work_that_takes_too_long_is_given_up_and_its_end_ignored() {
    let mut stage = Stage::new();
    let orders = stage.call("a", "time");
    let [Order::Run { ticket, .. }] = orders[..] else { panic!("{orders:?}") };
    assert_eq!(stage.wait(LONGEST_WORK), [Order::Abort { ticket }, answer("a", "time", error(OVERDUE))]);
    stage.desk.finished(ticket, Ok(Value::Null), stage.now);
    assert_eq!(stage.orders(), []);
}

#[test]
fn a_function_nobody_has_and_arguments_that_do_not_fit_are_answered_at_once() {
    let mut stage = Stage::new();
    let orders = stage.call("a", "erase\u{202e}disk");
    assert_eq!(orders, [answer("a", "erase\u{202e}disk", error("There is no function erase⟨U+202E⟩disk."))]);
    let orders = stage.call_with("b", "write", &json!({ "txt": 1 }));
    assert_eq!(orders, [answer("b", "write", error("The arguments don't fit: no text"))]);
    assert_eq!(stage.verdicts(), [Verdict::Unfit, Verdict::Unfit]);
}

#[test]
fn what_is_never_allowed_is_not_offered_and_refused_without_a_question() {
    let mut stage = Stage::new();
    stage.desk.permit("write", Permission::Never);
    assert_eq!(stage.desk.declarations().map(|known| known.name).collect::<Vec<_>>(), ["time", "read"]);
    assert_eq!(stage.call("a", "write"), [answer("a", "write", error(REFUSED))]);
}

#[test]
fn a_flood_asks_a_few_times_only_and_harmless_work_goes_on() {
    let mut stage = Stage::new();
    let mut asked = 0;
    for n in 0..1000 {
        let orders = stage.call(&n.to_string(), "write");
        match &orders[..] {
            [Order::Ask(_)] => asked += 1,
            [Order::Answer { response, .. }] => assert_eq!(response, &error(FLOODED)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(asked, MOST_QUESTIONS);
    assert_eq!(stage.desk.log().count(), MOST_RECORDS);
    let runs = (0..100).filter(|n| stage.call(&format!("t{n}"), "time").iter().all(is_run)).count();
    assert_eq!(runs, MOST_WORK);
}

#[test]
fn calls_taken_back_are_dropped_without_an_answer() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    let orders = stage.call("b", "time");
    let [Order::Run { ticket: work, .. }] = orders[..] else { panic!("{orders:?}") };
    stage.call("", "time");
    stage.desk.cancel(&["a".into(), "b".into(), String::new(), "unknown".into()], stage.now);
    assert_eq!(stage.orders(), [Order::Withdraw { ticket }, Order::Abort { ticket: work }]);
    assert_eq!(stage.decide(ticket, Decision::Once), []);
    assert_eq!(stage.verdicts(), [Verdict::Cancelled, Verdict::Cancelled]);
}

#[test]
fn one_stop_ends_everything_and_the_model_knows() {
    let mut stage = Stage::new();
    let ticket = stage.question("a");
    stage.call("b", "time");
    stage.desk.stop(stage.now);
    let orders = stage.orders();
    assert_eq!(orders.iter().filter(|order| matches!(order, Order::Answer { .. })).count(), 2, "{orders:?}");
    assert!(orders.contains(&Order::Withdraw { ticket }));
    assert_eq!(stage.desk.timeout(), None);
}

#[test]
fn long_results_are_cut_between_letters_and_say_so() {
    let fits = json!("a".repeat(LONGEST_RESULT - 2));
    assert_eq!(bounded(&fits), json!({ "output": fits }));
    let cut = bounded(&json!("é".repeat(LONGEST_RESULT)));
    assert_eq!(cut["output"].as_str().unwrap().len(), LONGEST_RESULT);
    assert_eq!(cut["cut"], format!("{LONGEST_RESULT} more bytes were left out"));
    let list = bounded(&json!(vec!["word"; 10_000]));
    assert!(list["output"].as_str().unwrap().starts_with("[\"word\""));
}

#[test]
fn a_question_shows_hostile_words_for_what_they_are() {
    let mut stage = Stage::new();
    let text = format!("Allowed\u{202e}\n[Once] [Always]\u{0}{}", "x".repeat(5000));
    let orders = stage.call_with("a", "write", &json!({ "text": text }));
    let [Order::Ask(asked)] = &orders[..] else { panic!("{orders:?}") };
    let shown = &asked.request.details[0].1;
    assert!(shown.starts_with("Allowed⟨U+202E⟩ [Once] [Always]⟨U+0000⟩"), "{shown}");
    assert!(shown.chars().count() < MOST_SHOWN + 30);
}
