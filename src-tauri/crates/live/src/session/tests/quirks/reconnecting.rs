//! Quirks 12 to 21: connections that end in mid-conversation, and what is said meanwhile.

use super::*;
use crate::close::CloseKind;

fn go_away(rig: &mut Rig, time_left: &str) {
    rig.server(json!({"goAway": {"timeLeft": time_left}}));
    rig.events();
}

#[test]
fn quirk_12_the_deadline_is_kept_by_a_timer_when_silence_follows_the_announcement() {
    let mut rig = resumable();
    rig.press();
    rig.speak(320);
    go_away(&mut rig, "50s");
    rig.accept();
    rig.sent();
    rig.wait(Duration::from_secs(44));
    assert_eq!(rig.sent(), Vec::<String>::new());
    rig.wait(Duration::from_secs(1));
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "no message came in between");
}

#[test]
fn quirk_13_the_deadline_of_an_announced_end_is_never_met() {
    let mut rig = resumable();
    let old = rig.open[0];
    rig.press();
    go_away(&mut rig, "50s");
    rig.accept();
    rig.wait(Duration::from_secs(50));
    assert_eq!(rig.open.len(), 1);
    let reason = "Deadline expired before operation could complete.".to_owned();
    rig.input(Input::Closed { socket: old, code: Some(1011), reason });
    assert_eq!(rig.events(), [], "it was left before");
    rig.server(json!({"setupComplete": {}}));
    assert!(rig.session.is_ready());
}

#[test]
fn quirk_14_a_connection_whose_end_is_never_announced_is_changed_after_eight_minutes() {
    let mut rig = resumable();
    rig.wait(Duration::from_mins(8));
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "connections break from 523 s on");
}

#[test]
fn quirk_14_a_connection_that_breaks_all_the_same_is_made_again_with_the_turn_it_took() {
    let mut rig = resumable();
    rig.press();
    rig.wait(Duration::from_secs(523));
    rig.speak(320);
    rig.sent();
    rig.close(1006, "");
    rig.wait(Duration::ZERO);
    rig.set_up();
    rig.release();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

#[test]
fn quirk_15_connections_are_not_changed_under_a_function_call_before_the_deadline() {
    let mut rig = resumable();
    let old = rig.open[0];
    ask(&mut rig, "1");
    go_away(&mut rig, "50s");
    rig.accept();
    rig.wait(Duration::from_secs(44));
    assert!(rig.open.contains(&old), "the call would be lost");
    respond(&mut rig, "1");
    assert_eq!(rig.sent(), ["answers 1"]);
    rig.input(Input::Timeout);
    assert!(!rig.open.contains(&old), "it is answered");

    let mut rig = resumable();
    ask(&mut rig, "1");
    go_away(&mut rig, "50s");
    rig.accept();
    rig.wait(Duration::from_secs(45));
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "there is no more time");
    respond(&mut rig, "1");
    rig.server(json!({"setupComplete": {}}));
    rig.events();
    ask(&mut rig, "2");
    assert_eq!(
        (calls(&mut rig), rig.sent()),
        (0, vec!["answers 1".to_owned()]),
        "and still it isn't carried out twice"
    );
}

#[test]
fn quirk_16_what_is_said_while_the_connection_is_made_again_is_sent_once_it_is_there() {
    let mut rig = resumable();
    rig.breaks();
    rig.press();
    rig.speak(160);
    rig.wait(Duration::ZERO);
    rig.speak(160);
    rig.accept();
    rig.speak(160);
    rig.wait(Duration::from_secs(3));
    rig.speak(160);
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "not before the setup is complete");
    rig.server(json!({"setupComplete": {}}));
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 640", "end"]);
}

#[test]
fn quirk_17_nothing_more_is_sent_into_a_connection_that_was_closed() {
    let mut rig = resumable();
    rig.press();
    rig.speak(320);
    rig.close(1007, "Request contains an invalid argument.");
    rig.sent();
    for _ in 0..100 {
        rig.speak(320);
    }
    rig.act(|session, now| session.send_text("hello?", now));
    rig.release();
    rig.act(Session::stop);
    assert_eq!(rig.sent(), Vec::<String>::new());
}

#[test]
fn quirk_18_a_session_that_dies_right_after_it_opens_is_not_tried_every_second_for_hours() {
    let mut rig = resumable();
    let mut tries = 0;
    let end = rig.now + HOUR;
    rig.close(1011, "Internal error encountered.");
    while rig.now < end {
        while rig.dialling.is_empty() && rig.now < end {
            rig.wait(Duration::from_millis(100));
        }
        if rig.now < end {
            tries += 1;
            rig.set_up();
            rig.wait(Duration::from_secs(1));
            rig.close(1011, "Internal error encountered.");
        }
    }
    assert!((5..60).contains(&tries), "{tries} tries");
    assert!(ending(&mut rig).is_some(), "in the end a person is asked");
}

#[test]
fn quirk_18_only_half_a_minute_of_stability_makes_the_next_failure_a_first_one() {
    for (held, attempt) in [(29, 3), (30, 1)] {
        let mut rig = resumable();
        for stays in [0, 0, held] {
            rig.say();
            rig.events();
            rig.wait(Duration::from_secs(stays));
            rig.breaks();
            rig.wait(Duration::from_secs(5));
            rig.set_up();
        }
        let attempts: Vec<u32> = rig
            .events()
            .iter()
            .filter_map(|event| if let Event::Reconnecting { attempt, .. } = event { Some(*attempt) } else { None })
            .collect();
        assert_eq!(attempts, [attempt], "after {held} s");
    }
}

#[test]
fn quirk_19_a_used_up_quota_is_told_and_left_alone_for_a_minute() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.wait(Duration::from_millis(100));
    let reason = "You exceeded your current quota, please check your plan and billing details. For more information";
    rig.close(1011, reason);
    let told = rig.events();
    let Some(Event::Reconnecting { reason, delay, .. }) = told.last() else { panic!("{told:?}") };
    assert_eq!(reason.kind, CloseKind::Quota);
    assert!(*delay >= Duration::from_mins(1));
    rig.say();
    rig.act(Session::connect);
    rig.wait(Duration::from_millis(59_999));
    assert_eq!(rig.dialling, [], "nothing makes it sooner");
}

#[test]
fn quirk_20_the_conflict_a_dashboard_counts_for_a_healthy_session_is_no_failure_here() {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.act(Session::disconnect);
    assert_eq!(rig.events(), [Event::Disconnected], "no complaint at the end");
    rig.wait(HOUR);
    rig.act(Session::connect);
    rig.set_up();
    assert_eq!(rig.sent()[0], "setup gemini-3.8-live resumes h1", "nor afterwards");
}

#[test]
fn quirk_21_every_connection_is_asked_for_anew_so_that_each_has_a_token_of_its_own() {
    let mut rig = resumable();
    rig.say();
    rig.close(1011, "Token has been used too many times");
    rig.wait(Duration::ZERO);
    assert_eq!(rig.dialling, [Socket(2)]);
    rig.sent();
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
    go_away(&mut rig, "50s");
    assert_eq!(rig.dialling, [Socket(3)], "the one made ahead too");
}
