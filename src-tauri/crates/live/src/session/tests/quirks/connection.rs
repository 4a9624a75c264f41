//! Quirks 1 to 11: how connections open, fail and end.

use super::*;
use crate::close::CloseKind;

#[test]
fn quirk_01_a_wrong_key_is_told_by_the_close_after_the_setup_and_not_by_the_upgrade() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.accept();
    assert_eq!(rig.events(), [Event::Connecting], "an open socket is no session");
    rig.close(1007, "API key not valid. Please pass a valid API key.");
    let closed = ending(&mut rig).unwrap();
    assert_eq!(closed.kind, CloseKind::KeyInvalid);
    assert_eq!((closed.code, closed.reason.as_str()), (Some(1007), "API key not valid. Please pass a valid API key."));
}

#[test]
fn quirk_02_a_reason_cut_at_123_bytes_is_understood() {
    let whole = "models/gemini-live-2.5-flash-preview is not found for API version v1beta, or is not supported for \
                 bidiGenerateContent. Call ListModels to see the list of available models and their supported methods.";
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.accept();
    rig.close(1008, &whole[..123]);
    let model = "gemini-live-2.5-flash-preview".to_owned();
    assert_eq!(ending(&mut rig).unwrap().kind, CloseKind::ModelNotFound { model });
}

#[test]
fn quirk_03_1007_means_what_its_reason_says_and_without_a_known_one_nothing_is_tried_again() {
    for (reason, tries) in [
        ("API key expired. Please renew the API key.", 0),
        ("error when processing input audio, please check", 0),
        ("Invalid session handle", 1),
        ("A reason nobody has seen before.", 0),
    ] {
        let mut rig = resumable();
        rig.say();
        rig.close(1007, reason);
        rig.wait(Duration::from_secs(1));
        assert_eq!(rig.dialling.len(), tries, "{reason}");
    }
}

#[test]
fn quirk_04_a_close_upon_the_first_sound_is_a_wrong_setting_and_not_tried_again_and_again() {
    let mut rig = Rig::push_to_talk().ready();
    rig.press();
    rig.speak(320);
    rig.close(1007, "Cannot extract voices from a non-audio request.");
    assert_eq!(ending(&mut rig).unwrap().kind, CloseKind::Modality);
    rig.speak(320);
    rig.release();
    rig.wait(HOUR);
    assert_eq!(rig.dialling, []);
}

#[test]
fn quirk_05_a_service_that_never_answers_the_setup_is_given_up_after_15_seconds_and_tried_again_if_it_is_known() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.accept();
    rig.wait(Duration::from_millis(14_999));
    assert_eq!(ending(&mut rig), None);
    rig.wait(Duration::from_millis(1));
    assert_eq!(ending(&mut rig).unwrap().kind, CloseKind::SetupTimeout);
    assert_eq!(rig.open, []);

    let mut rig = resumable();
    rig.say();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.accept();
    rig.wait(Duration::from_secs(17));
    rig.sent();
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

#[test]
fn quirk_06_pongs_that_come_half_a_minute_late_end_no_healthy_session() {
    let mut rig = resumable();
    rig.alive = false;
    rig.wait(Duration::from_mins(5));
    assert_eq!(rig.open.len(), 1, "nobody waits for anything");
    rig.say();
    for _ in 0..10 {
        rig.wait(Duration::from_secs(15));
        rig.sound(1);
    }
    assert_eq!(rig.open.len(), 1, "it is busy with the answer, and 150 s without a pong");
    assert!(!rig.events().iter().any(|event| matches!(event, Event::Reconnecting { .. })));
}

#[test]
fn quirk_07_an_idle_session_closed_after_150_s_is_resumed_by_the_next_press() {
    let mut rig = resumable();
    rig.wait(Duration::from_secs(150));
    rig.close(1008, "The operation was aborted.");
    assert_eq!(ending(&mut rig).unwrap().kind, CloseKind::IdleTimeout);
    assert_eq!(rig.timeout, None, "nothing is done before somebody speaks");
    rig.press();
    rig.speak(320);
    rig.set_up();
    rig.release();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
    rig.breaks();
    let counted = rig.events().into_iter().find_map(|event| match event {
        Event::Reconnecting { attempt, delay, .. } => Some((attempt, delay)),
        _ => None,
    });
    assert_eq!(counted, Some((1, Duration::ZERO)), "it was no failure");
}

#[test]
fn quirk_08_an_internal_error_out_of_the_blue_is_waited_out_and_resumed() {
    let mut rig = resumable();
    rig.wait(Duration::from_secs(200));
    rig.say();
    rig.close(1011, "Internal error encountered.");
    rig.wait(Duration::from_millis(300));
    assert_eq!(rig.dialling, [], "not at once");
    rig.wait(Duration::from_millis(400));
    rig.sent();
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"]);
}

#[test]
fn quirk_09_a_handle_whose_sessions_fail_twice_within_seconds_is_given_up_and_the_words_are_told() {
    let mut rig = resumable();
    exchange(&mut rig, "What's up?", "Not much.");
    rig.handle("h2");
    let mut setups = vec![];
    for _ in 0..3 {
        rig.say();
        rig.close(1011, "Internal error encountered.");
        rig.wait(Duration::from_secs(10));
        rig.sent();
        rig.set_up();
        setups.extend(rig.sent().into_iter().take(2));
    }
    let resumed = "setup gemini-3.8-live resumes h2";
    let fresh = ["setup gemini-3.8-live seeded", "content true What's up? Not much."];
    assert_eq!(setups, [resumed, "start", resumed, "start", fresh[0], fresh[1]]);
}

#[test]
fn quirk_10_the_old_connection_is_closed_before_its_session_is_resumed_on_the_new_one() {
    let mut rig = resumable();
    rig.server(json!({"goAway": {"timeLeft": "50s"}}));
    let (old, new) = (rig.open[0], rig.dialling.remove(0));
    rig.session.handle_input(Input::Connected(new), rig.now);
    assert_eq!(rig.session.poll_output(), Output::Close(old));
    let Output::Send { socket, text } = rig.session.poll_output() else { panic!("nothing is sent") };
    assert_eq!((socket, in_short(&text).as_str()), (new, "setup gemini-3.8-live resumes h1"));

    let mut rig = resumable();
    rig.say();
    rig.close(1011, "");
    rig.wait(Duration::from_millis(300));
    assert_eq!(rig.dialling, [], "a session that is still taken needs a moment");
}

#[test]
fn quirk_11_a_session_that_is_gone_after_a_sleep_is_begun_afresh_at_once_and_what_is_lost_is_told() {
    for (code, reason) in [(1008, "BidiGenerateContent session not found"), (1007, "Invalid session handle")] {
        let mut rig = resumable();
        exchange(&mut rig, "What's up?", "Not much.");
        rig.handle("h2");
        rig.now += HOUR;
        rig.alive = false;
        rig.input(Input::NetworkChanged);
        rig.say();
        rig.wait(Duration::from_secs(4));
        rig.sent();
        rig.accept();
        assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h2"], "the machine woke up");
        rig.close(code, reason);
        rig.wait(Duration::from_secs(1));
        rig.set_up();
        assert_eq!(rig.sent()[2..], ["start", "audio 320", "end"]);
        assert!(rig.events().contains(&Event::Continued { carried: Carried::Words { left_out: 0 } }));
    }
}
