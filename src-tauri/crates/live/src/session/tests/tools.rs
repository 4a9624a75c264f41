//! Function calls on the wire.

use super::*;
use crate::message::FunctionResponse;

fn answer(id: &str) -> Vec<FunctionResponse> {
    vec![FunctionResponse { id: Some(id.into()), name: "f".into(), ..FunctionResponse::default() }]
}

fn ask(rig: &mut Rig, id: &str) {
    rig.server(json!({"toolCall": {"functionCalls": [{"id": id, "name": "f", "args": {"x": 1}}]}}));
}

fn calls(rig: &mut Rig) -> usize {
    let asked = |event: &Event| if let Event::ToolCall { calls } = event { calls.len() } else { 0 };
    rig.events().iter().map(asked).sum()
}

fn older() -> Rig {
    let model = "gemini-3.1-flash-live-preview".to_owned();
    Rig::new(SessionConfig { model, ..SessionConfig::default() }).ready()
}

#[test]
fn nothing_is_said_into_a_call_that_blocks_and_nothing_is_lost() {
    let mut rig = older();
    rig.say();
    ask(&mut rig, "1");
    rig.sent();
    rig.press();
    rig.speak(320);
    rig.speak(320);
    rig.release();
    assert_eq!(rig.sent(), Vec::<String>::new());
    rig.act(|session, now| session.respond(answer("1"), now));
    assert_eq!(rig.sent(), ["answers 1", "start", "audio 640", "end"]);
}

#[test]
fn a_press_that_was_under_way_when_the_call_came_is_neither_cut_nor_begun_twice() {
    let mut rig = older();
    rig.press();
    rig.speak(320);
    ask(&mut rig, "1");
    rig.speak(160);
    rig.act(|session, now| session.respond(answer("1"), now));
    rig.speak(80);
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 320", "answers 1", "audio 160", "audio 80", "end"]);
}

#[test]
fn a_model_that_goes_on_meanwhile_is_spoken_to_as_ever() {
    let mut rig = Rig::push_to_talk().ready();
    ask(&mut rig, "1");
    rig.say();
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
}

#[test]
fn a_call_delivered_twice_is_told_once_and_its_copy_in_the_reply_is_ignored() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(json!({"modelTurn": {"parts": [{"functionCall": {"id": "1", "name": "f", "args": {"x": 1}}}]}}));
    ask(&mut rig, "1");
    ask(&mut rig, "1");
    assert_eq!(calls(&mut rig), 1);
}

#[test]
fn a_call_asked_again_after_an_interruption_is_carried_out_once() {
    let mut rig = older();
    rig.say();
    ask(&mut rig, "1");
    rig.content(json!({"interrupted": true}));
    ask(&mut rig, "2");
    assert_eq!(calls(&mut rig), 1);
    rig.sent();
    rig.act(|session, now| session.respond(answer("1"), now));
    assert_eq!(rig.sent(), ["answers 1"]);
}

#[test]
fn a_call_dropped_without_a_word_is_taken_back_when_the_talk_has_gone_on() {
    let mut rig = older();
    rig.say();
    ask(&mut rig, "1");
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    assert!(rig.events().contains(&Event::ToolCallsCancelled { ids: vec!["1".into()] }));
    rig.sent();
    rig.act(|session, now| session.respond(answer("1"), now));
    assert_eq!(rig.sent(), Vec::<String>::new());
}

#[test]
fn answers_nobody_asked_for_are_not_sent() {
    let mut rig = Rig::push_to_talk().ready();
    rig.act(|session, now| session.respond(answer("1"), now));
    assert_eq!(rig.sent(), Vec::<String>::new());
    ask(&mut rig, "1");
    rig.act(|session, now| session.respond(answer("1"), now));
    rig.act(|session, now| session.respond(answer("1"), now));
    assert_eq!(rig.sent(), ["answers 1"]);
}

#[test]
fn a_call_survives_its_connection() {
    let mut rig = Rig::push_to_talk().ready();
    rig.handle("h1");
    ask(&mut rig, "1");
    rig.breaks();
    rig.act(|session, now| session.respond(answer("1"), now));
    rig.act(Session::connect);
    rig.set_up();
    rig.sent();
    rig.events();
    ask(&mut rig, "2");
    assert_eq!((calls(&mut rig), rig.sent()), (0, vec!["answers 1".to_owned()]), "the answer was kept");
}

#[test]
fn what_is_said_of_a_result_later_has_an_end_too() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    ask(&mut rig, "1");
    rig.content(json!({"turnComplete": true}));
    rig.act(|session, now| session.respond(answer("1"), now));
    rig.events();
    rig.sound(1);
    rig.content(json!({"generationComplete": true}));
    rig.content(json!({"turnComplete": true}));
    rig.content(json!({"turnComplete": true}));
    let ends = rig.events().into_iter().filter(|event| matches!(event, Event::TurnComplete { .. })).count();
    assert_eq!(ends, 1, "of what was said, and only of that");
}
