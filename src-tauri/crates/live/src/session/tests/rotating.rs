//! Changing connections before the service ends one.

use super::*;

/// Ready, with a handle.
fn resumable(mut rig: Rig) -> Rig {
    rig.handle("h1");
    rig.events();
    rig
}

fn go_away(rig: &mut Rig, time_left: &str) {
    rig.server(json!({"goAway": {"timeLeft": time_left}}));
    rig.events();
}

#[test]
fn after_an_announcement_the_session_goes_on_over_another_connection() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    go_away(&mut rig, "50s");
    assert_eq!((rig.dialling.len(), rig.open.len()), (1, 1), "the new one is dialled ahead");
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
    assert_eq!(rig.open.len(), 1, "the old one is closed first");
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.events(), [Event::Ready { session_id: None }, Event::Continued { carried: Carried::Everything }]);
    rig.say();
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
}

#[test]
fn nobody_is_cut_short_while_there_is_time() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.press();
    go_away(&mut rig, "50s");
    rig.accept();
    rig.speak(320);
    assert_eq!(rig.open.len(), 2, "the user is speaking");
    rig.release();
    rig.sound(1);
    assert_eq!(rig.open.len(), 2, "the model is answering");
    rig.content(json!({"generationComplete": true}));
    let old = rig.open[0];
    rig.input(Input::Message(old, json!({"serverContent": {"turnComplete": true}}).to_string().as_bytes()));
    assert_eq!(rig.open.len(), 2, "the handle doesn't include the answer yet");
}

#[test]
fn the_hand_over_happens_as_soon_as_the_answer_is_in_the_handle() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.say();
    let old = rig.open[0];
    go_away(&mut rig, "50s");
    rig.accept();
    rig.sent();
    for message in [
        json!({"serverContent": {"modelTurn": {"parts": [sound_part(1)]}}}),
        json!({"serverContent": {"turnComplete": true}}),
        json!({"sessionResumptionUpdate": {"newHandle": "h2", "resumable": true}}),
    ] {
        assert_eq!(rig.open.len(), 2);
        rig.input(Input::Message(old, message.to_string().as_bytes()));
    }
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h2"]);
}

#[test]
fn at_the_deadline_it_is_done_while_the_user_speaks_and_all_of_the_turn_arrives() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.press();
    rig.speak(320);
    go_away(&mut rig, "50s");
    rig.accept();
    rig.wait(Duration::from_secs(44));
    assert_eq!(rig.open.len(), 2);
    rig.sent();
    rig.wait(Duration::from_secs(1));
    assert_eq!((rig.open.len(), rig.sent()), (1, vec!["setup gemini-3.8-live resumes h1".to_owned()]));
    rig.speak(160);
    rig.server(json!({"setupComplete": {}}));
    rig.speak(80);
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 480", "audio 80", "end"]);
}

#[test]
fn the_deadline_is_kept_by_a_timer_when_the_service_falls_silent_after_its_announcement() {
    let mut rig = resumable(Rig::hands_free().ready());
    rig.press();
    rig.act(|session, now| session.send_audio(&[3000; 8000], now));
    go_away(&mut rig, "10s");
    rig.accept();
    rig.sent();
    rig.wait(Duration::from_secs(5));
    assert_eq!(rig.sent()[0], "setup gemini-3.8-live resumes h1");
}

#[test]
fn a_connection_is_changed_in_good_time_when_nothing_is_announced() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.wait(Duration::from_secs(479));
    assert_eq!(rig.dialling, []);
    rig.wait(Duration::from_secs(1));
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
}

#[test]
fn a_new_connection_that_cannot_be_had_is_tried_for_again_while_the_old_one_serves() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    go_away(&mut rig, "50s");
    rig.refuse(ConnectFailure::Refused);
    assert_eq!(rig.events(), []);
    rig.say();
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
    rig.wait(Duration::from_secs(5));
    assert_eq!(rig.dialling.len(), 1);
}

#[test]
fn a_connection_that_breaks_during_the_change_is_replaced_by_the_one_made_ahead() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.press();
    rig.speak(320);
    go_away(&mut rig, "50s");
    rig.accept();
    rig.sent();
    rig.breaks();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "no dialling, no waiting");
    rig.server(json!({"setupComplete": {}}));
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
}

#[test]
fn sound_of_listening_queues_across_the_change_and_is_sent_once() {
    let mut rig = resumable(Rig::hands_free().ready());
    rig.press();
    rig.act(|session, now| session.send_audio(&[1; 320], now));
    rig.sent();
    go_away(&mut rig, "50s");
    rig.accept();
    rig.act(|session, now| session.send_audio(&[2; 320], now));
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"]);
    rig.server(json!({"setupComplete": {}}));
    rig.act(|session, now| session.send_audio(&[3; 320], now));
    assert_eq!(rig.sent(), ["audio 320", "audio 320"]);
}

#[test]
fn hanging_up_closes_both_connections() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.press();
    go_away(&mut rig, "50s");
    rig.accept();
    rig.act(Session::disconnect);
    assert_eq!((rig.open.len(), rig.timeout), (0, None));
}

#[test]
fn a_change_waits_for_functions_under_way() {
    let mut rig = resumable(Rig::push_to_talk().ready());
    rig.server(json!({"toolCall": {"functionCalls": [{"id": "1", "name": "f"}]}}));
    go_away(&mut rig, "50s");
    rig.accept();
    assert_eq!(rig.open.len(), 2);
    let response = crate::message::FunctionResponse { id: Some("1".into()), name: "f".into(), ..Default::default() };
    rig.act(|session, now| session.respond(vec![response], now));
    rig.wait(Duration::ZERO);
    rig.input(Input::Timeout);
    assert_eq!(rig.open.len(), 1);
}
