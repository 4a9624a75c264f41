#![allow(clippy::unwrap_used)]
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::*;
use crate::tool::Tool;

/// A clock that is turned by hand: seconds since 2026-11-23T08:00:00Z.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let now = move || start + SignedDuration::from_secs(seconds.load(Ordering::Relaxed));
        Clock::new(now, TimeZone::get("Europe/Berlin").unwrap())
    }

    fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn args(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn a_timer_runs_out_once() {
    let hand = Hand::default();
    let (timers, _) = Timers::open(None, hand.clock());
    let set = SetTimer(Arc::clone(&timers));
    let told = set.run(&args(&json!({"minutes": 1.5, "label": " tea "}))).await;
    assert_eq!(told, Ok(json!({"id": 1, "rings_at": "2026-11-23 09:01:30"})));
    timers.changed().await;
    assert_eq!(timers.next_due(), Some(SignedDuration::from_secs(90)));
    hand.turn(89);
    assert_eq!(timers.take_due(), []);
    hand.turn(1);
    let due = timers.take_due();
    assert_eq!(due.iter().map(|due| (due.timer.label.as_str(), due.missed)).collect::<Vec<_>>(), [("tea", false)]);
    assert_eq!(timers.take_due(), []);
    assert_eq!(timers.next_due(), None);
}

#[tokio::test]
async fn a_reminder_outlives_the_program_and_says_when_it_comes_too_late() {
    let folder = tempfile::tempdir().unwrap();
    let path = Some(folder.path().join("timers.json"));
    let hand = Hand::default();
    let (timers, _) = Timers::open(path.clone(), hand.clock());
    let remind = SetReminder(Arc::clone(&timers));
    let wish = args(&json!({"at": "2026-11-23T10:00", "label": "call Ada"}));
    assert_eq!(remind.request(&wish).unwrap().details[0].1, "2026-11-23 10:00");
    remind.run(&wish).await.unwrap();
    hand.turn(3 * 3600);
    let (timers, _) = Timers::open(path.clone(), hand.clock());
    let due = timers.take_due();
    assert_eq!(due.iter().map(|due| (due.timer.reminder, due.missed)).collect::<Vec<_>>(), [(true, true)]);
    assert_eq!(Timers::open(path, hand.clock()).0.list(), []);
}

#[tokio::test]
async fn timers_are_told_and_taken_back() {
    let hand = Hand::default();
    let (timers, _) = Timers::open(None, hand.clock());
    let set = SetTimer(Arc::clone(&timers));
    set.run(&args(&json!({"hours": 1, "label": "later"}))).await.unwrap();
    set.run(&args(&json!({"seconds": 10}))).await.unwrap();
    let told = ListTimers(Arc::clone(&timers)).run(&args(&json!({}))).await.unwrap();
    let seconds: Vec<_> = told["timers"].as_array().unwrap().iter().map(|timer| &timer["seconds_left"]).collect();
    assert_eq!(seconds, [&json!(10), &json!(3600)]);
    let cancel = CancelTimer(Arc::clone(&timers));
    assert_eq!(cancel.request(&args(&json!({"id": 1}))).unwrap().details[1].1, "later", "it is shown which");
    assert_eq!(cancel.run(&args(&json!({"id": 1}))).await, Ok(json!({"cancelled": true})));
    assert!(cancel.request(&args(&json!({"id": 1}))).is_err());
    assert_eq!(timers.list().len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (timers, _) = Timers::open(None, Hand::default().clock());
    let (set, remind) = (SetTimer(Arc::clone(&timers)), SetReminder(Arc::clone(&timers)));
    for wrong in [
        json!({}),
        json!({"minutes": 0}),
        json!({"minutes": -5}),
        json!({"hours": 25}),
        json!({"hours": 1e300}),
        json!({"minutes": "five"}),
        json!({"minutes": 5, "label": "x".repeat(201)}),
        json!({"minutes": 5, "loud": true}),
    ] {
        assert!(set.request(&args(&wrong)).is_err() && set.run(&args(&wrong)).await.is_err(), "{wrong}");
    }
    for wrong in [
        json!({"at": "2026-11-23T08:59", "label": "the past"}),
        json!({"at": "2030-01-01T00:00", "label": "too far"}),
        json!({"at": "tomorrow", "label": "x"}),
        json!({"at": "2026-11-23T10:00", "label": " "}),
        json!({"at": "2026-11-23T10:00"}),
    ] {
        assert!(remind.request(&args(&wrong)).is_err() && remind.run(&args(&wrong)).await.is_err(), "{wrong}");
    }
    for _ in 0..MOST {
        set.run(&args(&json!({"minutes": 5}))).await.unwrap();
    }
    let fault = set.run(&args(&json!({"minutes": 5}))).await.unwrap_err();
    assert!(fault.to_string().contains("50 timers"), "{fault}");
}
