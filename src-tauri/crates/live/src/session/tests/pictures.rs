//! Pictures on the wire.

use super::*;

fn show(rig: &mut Rig, text: &str, pictures: &[u8]) -> Turn {
    let pictures = pictures.iter().map(|byte| vec![*byte; 3]).collect();
    rig.act(|session, now| session.send_message(text, pictures, now))
}

fn model(id: &str, mode: TalkMode) -> Rig {
    Rig::new(SessionConfig { model: id.into(), mode, ..SessionConfig::default() })
}

const OLDER: &str = "gemini-3.1-flash-live-preview";

#[test]
fn pictures_and_words_are_one_message_so_that_none_overtakes_the_other() {
    for mode in [TalkMode::PushToTalk, TalkMode::HandsFree] {
        let mut rig = model("gemini-3.8-live", mode).ready();
        assert_eq!(show(&mut rig, "What is this?", &[1, 2]), Turn(1));
        assert_eq!(rig.sent(), ["content true [image/jpeg 1] [image/jpeg 2] What is this?"]);
        assert_eq!(rig.events(), [started(1), waiting(1)]);
    }
}

#[test]
fn a_picture_needs_no_words() {
    let mut rig = Rig::push_to_talk().ready();
    show(&mut rig, " ", &[1]);
    assert_eq!(rig.sent(), ["content true [image/jpeg 1]"]);
}

#[test]
fn a_model_that_takes_no_content_in_mid_session_is_shown_them_in_real_time() {
    let mut rig = model(OLDER, TalkMode::PushToTalk).ready();
    show(&mut rig, "this", &[1]);
    assert_eq!(rig.sent(), ["start", "picture 1", "text this", "end"]);
    let mut rig = model(OLDER, TalkMode::HandsFree).ready();
    show(&mut rig, "this", &[1]);
    assert_eq!(rig.sent(), ["picture 1", "text this"]);
}

#[test]
fn under_a_held_button_they_join_what_is_said() {
    let mut rig = Rig::push_to_talk().ready();
    let turn = rig.press();
    rig.speak(320);
    assert_eq!(show(&mut rig, "", &[1]), turn);
    rig.speak(160);
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 320", "picture 1", "audio 160", "end"]);
}

#[test]
fn before_the_session_opens_they_wait_and_after_it_broke_they_are_sent_again() {
    let mut rig = Rig::push_to_talk();
    show(&mut rig, "look", &[1]);
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["content true [image/jpeg 1] look"]);
    rig.breaks();
    rig.set_up();
    assert!(rig.sent().contains(&"content true [image/jpeg 1] look".to_owned()));
}

#[test]
fn during_a_call_that_blocks_they_wait() {
    let mut rig = model(OLDER, TalkMode::PushToTalk).ready();
    rig.say();
    rig.server(json!({"toolCall": {"functionCalls": [{"id": "1", "name": "f", "args": {}}]}}));
    rig.sent();
    show(&mut rig, "look", &[1]);
    assert_eq!(rig.sent(), Vec::<String>::new());
}

#[test]
fn a_model_that_sees_nothing_gets_the_words_alone() {
    let mut rig = model("gemini-3.5-transcribe-live", TalkMode::HandsFree).ready();
    assert_eq!(show(&mut rig, "", &[1]), Turn(0));
    assert!(rig.sent().iter().all(|message| !message.contains("picture") && !message.contains("image")));
}
