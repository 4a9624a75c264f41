//! Opening, failing, hanging up, and messages that are none.

use super::*;
use crate::close::CloseKind;

fn closed(rig: &mut Rig) -> CloseKind {
    match rig.events().pop() {
        Some(Event::Closed(reason)) => reason.kind,
        other => panic!("not closed: {other:?}"),
    }
}

#[test]
fn ready_means_the_setup_is_complete() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    assert_eq!(rig.events(), [Event::Connecting]);
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live"]);
    assert_eq!(rig.events(), []);
    rig.server(json!({"setupComplete": {"sessionId": "s1"}}));
    assert_eq!(rig.events(), [Event::Ready { session_id: Some("s1".into()) }]);
}

#[test]
fn a_server_that_never_completes_the_setup_is_given_up_after_the_time_allowed() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.accept();
    rig.wait(Duration::from_millis(14_999));
    assert!(!rig.open.is_empty());
    rig.wait(Duration::from_millis(1));
    assert!(rig.open.is_empty());
    assert_eq!(closed(&mut rig), CloseKind::SetupTimeout);
}

#[test]
fn a_host_that_never_answers_is_given_up_too() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.wait(Duration::from_secs(15));
    assert!(rig.dialling.is_empty());
    assert_eq!(closed(&mut rig), CloseKind::ConnectFailed(ConnectFailure::Timeout));
}

#[test]
fn a_failure_to_connect_says_why_and_the_next_attempt_may_succeed() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.refuse(ConnectFailure::Refused);
    assert_eq!(closed(&mut rig), CloseKind::ConnectFailed(ConnectFailure::Refused));
    assert_eq!(rig.timeout, None);
    rig.ready();
}

#[test]
fn a_wrong_key_shows_only_after_the_setup() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.accept();
    rig.close(1007, "API key not valid. Please pass a valid API key.");
    assert_eq!(closed(&mut rig), CloseKind::KeyInvalid);
}

#[test]
fn hanging_up_while_dialling_stops_dialling() {
    let mut rig = Rig::push_to_talk();
    rig.act(Session::connect);
    rig.act(Session::disconnect);
    assert!(rig.dialling.is_empty());
    assert_eq!(rig.events(), [Event::Connecting, Event::Disconnected]);
    rig.input(Input::Connected(Socket(1)));
    assert_eq!(rig.open, [], "a connection nobody wants is closed");
    rig.input(Input::Message(Socket(1), b"{\"setupComplete\": {}}"));
    rig.input(Input::Closed { socket: Socket(1), code: None, reason: String::new() });
    assert_eq!((rig.sent(), rig.events()), (vec![], vec![]), "leftovers mean nothing");
}

#[test]
fn hanging_up_during_a_reply_silences_it() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.events();
    rig.act(Session::disconnect);
    assert_eq!(rig.events(), [flush(1), Event::Disconnected]);
    rig.act(Session::disconnect);
    assert_eq!(rig.events(), []);
}

#[test]
fn a_new_configuration_counts_from_the_next_connection() {
    let mut rig = Rig::push_to_talk().ready();
    let config = SessionConfig { model: "other".into(), mode: TalkMode::HandsFree, ..SessionConfig::default() };
    rig.act(|session, now| session.configure(config, now));
    rig.say();
    assert_eq!(rig.sent(), ["start", "audio 320", "end"], "still push-to-talk");
    rig.act(Session::disconnect);
    rig.act(Session::connect);
    rig.accept();
    assert_eq!(rig.sent(), ["setup other"]);
    rig.server(json!({"setupComplete": {}}));
    rig.press();
    rig.speak(320);
    assert_eq!(rig.sent(), ["audio 320"]);
}

#[test]
fn a_greeting_is_asked_for_once_the_session_is_ready() {
    let config = SessionConfig { greeting: Some("Hi".into()), ..SessionConfig::default() };
    let mut rig = Rig::new(config);
    rig.act(Session::connect);
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "text Hi", "end"]);
    rig.events();
    rig.sound(3);
    assert_eq!(rig.sounds(), [(0, 3)]);
    rig.press();
    assert_eq!(rig.events(), [flush(0), started(1)]);
}

#[test]
fn nobody_is_greeted_who_has_something_to_say() {
    let config = SessionConfig { greeting: Some("Hi".into()), ..SessionConfig::default() };
    let mut rig = Rig::new(config);
    rig.say();
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
}

#[test]
fn messages_that_are_none_are_counted_and_passed_over() {
    let mut rig = Rig::push_to_talk().ready();
    let socket = rig.open[0];
    rig.input(Input::Message(socket, b"<html>"));
    rig.input(Input::Message(socket, b"\xff"));
    rig.server(json!({"serverContent": {"modelTurn": {"parts": [{"inlineData": {"data": "?"}}]}}}));
    let counts: Vec<u64> = rig
        .events()
        .iter()
        .map(|event| if let Event::MalformedMessage { count, .. } = event { *count } else { panic!("{event:?}") })
        .collect();
    assert_eq!(counts, [1, 2, 3]);
    rig.say();
    rig.sound(1);
    assert_eq!(rig.sounds(), [(1, 1)], "and the conversation goes on");
}

#[test]
fn an_empty_message_means_nothing() {
    let mut rig = Rig::push_to_talk().ready();
    rig.server(json!({}));
    rig.server(json!({"serverContent": {}}));
    rig.server(json!({"futureMessage": {"x": 1}}));
    assert_eq!(rig.events(), []);
}

#[test]
fn remarks_of_the_server_are_passed_on() {
    let mut rig = Rig::push_to_talk().ready();
    rig.server(json!({"goAway": {"timeLeft": "9.5s"}}));
    rig.server(json!({"sessionResumptionUpdate": {"newHandle": "h", "resumable": true}}));
    rig.server(json!({"sessionResumptionUpdate": {}}));
    rig.server(json!({"toolCall": {"functionCalls": [{"id": "1", "name": "f"}]}}));
    rig.server(json!({"toolCallCancellation": {"ids": ["1"]}}));
    rig.server(json!({"voiceActivityDetectionSignal": {"vadSignalType": "VAD_SIGNAL_TYPE_EOS"}}));
    let call = crate::message::FunctionCall { id: Some("1".into()), name: "f".into(), ..Default::default() };
    assert_eq!(
        rig.events(),
        [
            Event::GoAway { time_left: Duration::from_millis(9_500) },
            Event::Resumption { resumable: true },
            Event::Resumption { resumable: false },
            Event::ToolCall { calls: vec![call] },
            Event::ToolCallsCancelled { ids: vec!["1".into()] },
            Event::VoiceActivity { start: false },
        ]
    );
}
