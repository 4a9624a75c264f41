//! A lost connection is made again, and nothing that was said is lost with the old one.

use super::*;
use crate::close::{CloseKind, CloseReason};

fn kinds(events: &[Event]) -> Vec<String> {
    let kind = |event: &Event| match event {
        Event::Reconnecting { reason, attempt, delay } => {
            format!("reconnecting {attempt} {:?} {:.1}", reason.kind, delay.as_secs_f64())
        }
        Event::Closed(reason) => format!("closed {:?}", reason.kind),
        Event::Continued { carried } => format!("continued {carried:?}"),
        Event::Repeated { turn, .. } => format!("repeated {turn}"),
        Event::Connecting => "connecting".into(),
        Event::Ready { .. } => "ready".into(),
        other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
    };
    events.iter().map(kind).collect()
}

/// Ready, with a handle.
fn resumable() -> Rig {
    let mut rig = Rig::push_to_talk().ready();
    rig.handle("h1");
    rig.events();
    rig
}

/// A turn that was answered, with its words.
fn exchange(rig: &mut Rig, question: &str, answer: &str) {
    rig.say();
    rig.content(json!({"inputTranscription": {"text": question}}));
    rig.content(json!({"outputTranscription": {"text": answer}}));
    rig.content(json!({"generationComplete": true}));
    rig.content(json!({"turnComplete": true}));
    rig.sent();
    rig.events();
}

#[test]
fn a_broken_connection_is_made_again_at_once_with_the_newest_handle() {
    let mut rig = resumable();
    rig.handle("h2");
    rig.events();
    rig.breaks();
    assert_eq!(kinds(&rig.events()), ["reconnecting 1 NetworkLost 0.0"]);
    rig.wait(Duration::ZERO);
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h2"]);
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(kinds(&rig.events()), ["ready", "continued Everything"]);
}

#[test]
fn an_update_without_a_handle_leaves_the_old_one_in_force() {
    let mut rig = resumable();
    rig.server(json!({"sessionResumptionUpdate": {}}));
    rig.server(json!({"sessionResumptionUpdate": {"newHandle": "no", "resumable": false}}));
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
}

#[test]
fn a_turn_without_an_answer_is_said_again() {
    let mut rig = resumable();
    rig.press();
    rig.speak(320);
    rig.speak(160);
    rig.release();
    rig.sent();
    rig.events();
    rig.breaks();
    assert_eq!(kinds(&rig.events()), ["repeated 1", "reconnecting 1 NetworkLost 0.0"]);
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent()[1..], ["start", "audio 480", "end"]);
    rig.events();
    rig.sound(5);
    assert_eq!(rig.sounds(), [(1, 5)]);
}

#[test]
fn a_turn_being_said_goes_on_where_it_was_and_is_sent_from_its_beginning() {
    let mut rig = resumable();
    rig.press();
    rig.speak(320);
    rig.breaks();
    rig.speak(160);
    rig.wait(Duration::ZERO);
    rig.accept();
    rig.speak(40);
    rig.server(json!({"setupComplete": {}}));
    rig.speak(20);
    rig.release();
    assert_eq!(rig.sent()[2..], ["setup gemini-3.8-live resumes h1", "start", "audio 520", "audio 20", "end"]);
}

#[test]
fn an_answered_turn_is_not_said_again() {
    let mut rig = resumable();
    rig.say();
    rig.sound(1);
    rig.content(json!({"generationComplete": true}));
    rig.sent();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
}

#[test]
fn what_a_handle_does_not_include_is_told_in_words_after_resuming() {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "content false What's up? Not much."]);
}

/// The service gives a handle as soon as it has resumed, before it hears anything.
#[test]
fn words_told_to_a_connection_that_breaks_at_once_are_told_again() {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    for handle in ["h2", "h3"] {
        rig.breaks();
        rig.wait(Duration::from_secs(1));
        rig.set_up();
        assert_eq!(rig.sent()[1], "content false What's up? Not much.");
        rig.handle(handle);
    }
    exchange(&mut rig, "And now?", "A little.");
    rig.handle("h4");
    rig.breaks();
    rig.wait(Duration::from_secs(2));
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h4"]);
}

#[test]
fn a_turn_the_user_stopped_is_not_said_again() {
    let mut rig = resumable();
    rig.say();
    rig.act(Session::stop);
    rig.sent();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
}

#[test]
fn a_refused_handle_makes_a_fresh_session_that_is_told_the_words() {
    for (code, reason) in [(1007, "Invalid session handle"), (1008, "BidiGenerateContent session not found")] {
        let mut rig = resumable();
        exchange(&mut rig, "What's up?", "Not much.");
        rig.handle("h2");
        rig.breaks();
        rig.wait(Duration::ZERO);
        rig.accept();
        assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h2"]);
        rig.events();
        rig.close(code, reason);
        rig.wait(Duration::from_secs(1));
        rig.set_up();
        let sent = rig.sent();
        assert!(sent[0].starts_with("setup gemini-3.8-live") && !sent[0].contains("resumes"), "{sent:?}");
        assert!(sent[1].ends_with("What's up? Not much."), "{sent:?}");
        let told = kinds(&rig.events());
        assert!(told.contains(&"continued Words { left_out: 0 }".to_owned()), "{told:?}");
    }
}

#[test]
fn a_model_that_takes_history_only_at_the_beginning_gets_it_there() {
    let model = "gemini-3.1-flash-live-preview".to_owned();
    let mut rig = Rig::new(SessionConfig { model, ..SessionConfig::default() }).ready();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.1-flash-live-preview seeded", "content true What's up? Not much."]);
    rig.handle("h1");
    exchange(&mut rig, "And now?", "Still nothing.");
    rig.breaks();
    rig.wait(Duration::from_secs(1));
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.1-flash-live-preview resumes h1"], "in mid-session it takes none");
}

#[test]
fn another_model_cannot_resume_and_is_told_the_words() {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.handle("h2");
    rig.act(Session::disconnect);
    let model = "gemini-2.5-flash-native-audio-latest".to_owned();
    rig.act(|session, now| session.configure(SessionConfig { model, ..SessionConfig::default() }, now));
    rig.act(Session::connect);
    rig.set_up();
    let sent = rig.sent();
    assert_eq!(sent[0], "setup gemini-2.5-flash-native-audio-latest");
    assert_eq!(sent[1], "content false What's up? Not much.");
}

#[test]
fn starting_over_forgets_everything() {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.act(Session::start_over);
    rig.act(Session::connect);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live"]);
}

#[test]
fn an_earlier_conversation_is_remembered_in_words() {
    let mut rig = Rig::push_to_talk();
    rig.act(|session, now| session.remember(vec![("Who am I?".into(), "You are you.".into())], now));
    rig.act(Session::connect);
    rig.set_up();
    assert!(rig.sent()[1].ends_with("Who am I? You are you."));
}

#[test]
fn an_idle_session_that_the_service_ends_is_resumed_by_the_next_press_which_loses_nothing() {
    let mut rig = resumable();
    rig.wait(Duration::from_secs(150));
    rig.close(1008, "The operation was aborted.");
    assert_eq!(kinds(&rig.events()), ["closed IdleTimeout"]);
    assert_eq!(rig.timeout, None, "nothing is done before somebody speaks");
    rig.press();
    rig.speak(320);
    rig.set_up();
    rig.release();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

#[test]
fn a_failing_service_is_tried_again_and_again_but_less_and_less_often() {
    let mut rig = resumable();
    rig.say();
    rig.sent();
    rig.events();
    rig.close(1011, "Internal error encountered.");
    let mut delays = vec![];
    for _ in 0..6 {
        let events = rig.events();
        let Some(Event::Reconnecting { delay, .. }) = events.last() else { panic!("{events:?}") };
        delays.push(delay.as_secs_f64());
        rig.wait(*delay);
        rig.accept();
        rig.close(1011, "Internal error encountered.");
    }
    assert!(delays.windows(2).take(3).all(|pair| pair[1] > pair[0]), "{delays:?}");
    assert!(delays.iter().all(|delay| *delay <= 10.0), "{delays:?}");
}

#[test]
fn a_handle_that_keeps_failing_is_given_up_for_a_fresh_session() {
    let mut rig = resumable();
    rig.say();
    let mut setups = vec![];
    for _ in 0..4 {
        rig.close(1011, "Internal error encountered.");
        rig.wait(Duration::from_secs(10));
        rig.sent();
        rig.accept();
        setups.extend(rig.sent());
    }
    assert_eq!(
        setups,
        [
            "setup gemini-3.8-live resumes h1",
            "setup gemini-3.8-live resumes h1",
            "setup gemini-3.8-live",
            "setup gemini-3.8-live"
        ]
    );
}

#[test]
fn a_used_up_quota_is_left_alone_for_a_minute_and_what_was_said_waits() {
    let mut rig = resumable();
    rig.say();
    rig.sent();
    rig.events();
    rig.close(
        1011,
        "You exceeded your current quota, please check your plan and billing details. For more information",
    );
    let events = rig.events();
    let Some(Event::Reconnecting { delay, reason, .. }) = events.last() else { panic!("{events:?}") };
    assert!(*delay >= Duration::from_mins(1));
    assert_eq!(reason.kind, CloseKind::Quota);
    rig.press();
    rig.release();
    rig.wait(Duration::from_secs(59));
    assert_eq!(rig.dialling, [], "not even a press makes it sooner");
    rig.wait(Duration::from_secs(11));
    rig.set_up();
    assert!(rig.sent().contains(&"audio 320".to_owned()));
}

#[test]
fn a_wrong_configuration_is_not_tried_again() {
    for reason in [
        "API key not valid. Please pass a valid API key.",
        "Request contains an invalid argument.",
        "Precondition check failed.",
    ] {
        let mut rig = resumable();
        rig.say();
        rig.events();
        rig.close(1007, reason);
        assert!(matches!(rig.events().last(), Some(Event::Closed(_))), "{reason}");
        rig.wait(Duration::from_hours(1));
        assert_eq!(rig.dialling, [], "{reason}");
    }
}

#[test]
fn a_reason_nobody_knows_is_told_as_it_is() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.close(4000, "The moon is full.");
    let told = rig.events();
    let Some(
        Event::Closed(CloseReason { kind, code, reason })
        | Event::Reconnecting { reason: CloseReason { kind, code, reason }, .. },
    ) = told.last()
    else {
        panic!("{told:?}")
    };
    assert_eq!((kind, *code, reason.as_str()), (&CloseKind::Unknown, Some(4000), "The moon is full."));
}

#[test]
fn words_into_a_service_that_was_never_reached_get_one_more_try() {
    let mut rig = Rig::push_to_talk();
    rig.press();
    rig.speak(320);
    rig.refuse(ConnectFailure::Refused);
    rig.wait(Duration::ZERO);
    assert_eq!(rig.dialling.len(), 1);
    rig.refuse(ConnectFailure::Refused);
    assert!(matches!(rig.events().last(), Some(Event::Closed(_))));
}

#[test]
fn a_silent_connection_is_found_while_a_turn_is_open_and_the_turn_is_said_again() {
    let mut rig = resumable();
    rig.alive = false;
    rig.say();
    rig.events();
    rig.wait(Duration::from_secs(19));
    assert_eq!(rig.open.len(), 1);
    rig.wait(Duration::from_secs(1));
    assert_eq!(kinds(&rig.events()), ["repeated 1", "reconnecting 1 NetworkLost 0.0"]);
    rig.set_up();
    assert_eq!(rig.sent()[3..], ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

#[test]
fn a_late_pong_is_early_enough_and_an_idle_connection_is_left_alone() {
    let mut rig = resumable();
    rig.alive = false;
    rig.wait(Duration::from_mins(6));
    assert_eq!(rig.open.len(), 1, "nothing is expected, nothing is missed");
    rig.say();
    rig.wait(Duration::from_secs(18));
    let socket = rig.open[0];
    rig.input(Input::Pong(socket));
    rig.wait(Duration::from_secs(4));
    assert_eq!(rig.open.len(), 1);
}

#[test]
fn a_changed_network_is_tried_at_once_and_an_open_connection_is_doubted() {
    let mut rig = resumable();
    rig.say();
    for _ in 0..4 {
        rig.breaks();
        rig.wait(Duration::from_secs(10));
        rig.accept();
    }
    rig.breaks();
    rig.events();
    assert_eq!(rig.dialling, []);
    rig.input(Input::NetworkChanged);
    assert_eq!(rig.dialling.len(), 1, "no waiting for the next try");
    rig.set_up();

    rig.alive = false;
    rig.input(Input::NetworkChanged);
    rig.wait(Duration::from_secs(4));
    assert!(kinds(&rig.events()).iter().any(|kind| kind.starts_with("reconnecting")));
}

#[test]
fn what_was_said_while_away_for_minutes_is_delivered_in_order() {
    let mut rig = resumable();
    rig.say();
    rig.breaks();
    rig.say();
    rig.wait(Duration::ZERO);
    rig.refuse(ConnectFailure::HostUnknown { host: "h".into() });
    rig.wait(Duration::from_secs(20));
    rig.refuse(ConnectFailure::Tls { detail: "captive portal".into() });
    rig.press();
    rig.speak(160);
    rig.wait(Duration::from_secs(20));
    rig.sent();
    rig.set_up();
    rig.release();
    assert_eq!(
        rig.sent(),
        [
            "setup gemini-3.8-live resumes h1",
            "start",
            "audio 320",
            "end",
            "start",
            "audio 320",
            "end",
            "start",
            "audio 160",
            "end"
        ]
    );
}

#[test]
fn new_instructions_reach_a_model_that_takes_them_in_mid_session() {
    let mut rig = resumable();
    let config = SessionConfig { system_instruction: Some("Be brief.".into()), ..SessionConfig::default() };
    rig.act(|session, now| session.configure(config.clone(), now));
    assert_eq!(rig.sent(), ["update"]);
    let other = SessionConfig { voice: Some("Kore".into()), system_instruction: None, ..config };
    rig.act(|session, now| session.configure(other, now));
    assert_eq!(rig.sent(), Vec::<String>::new(), "another voice needs another connection");
}

#[test]
fn speech_under_way_hands_free_is_sent_again_and_silence_is_not() {
    for (level, again) in [(2000, true), (5, false)] {
        let mut rig = Rig::hands_free().ready();
        rig.handle("h1");
        rig.press();
        rig.act(|session, now| session.send_audio(&vec![level; 16_000], now));
        rig.sent();
        rig.breaks();
        rig.wait(Duration::ZERO);
        rig.set_up();
        assert_eq!(rig.sent().iter().any(|message| message.starts_with("audio")), again, "{level}");
    }
}
