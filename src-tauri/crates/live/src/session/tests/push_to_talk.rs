//! Presses: before and after the session opens, during replies, and through lost connections.

use super::*;

#[test]
fn a_press_sends_start_sound_and_end_in_order() {
    let mut rig = Rig::push_to_talk().ready();
    assert_eq!(rig.say(), Turn(1));
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
    assert_eq!(rig.events(), [started(1), waiting(1)]);
}

#[test]
fn pressing_twice_is_pressing_once() {
    let mut rig = Rig::push_to_talk().ready();
    assert_eq!(rig.press(), rig.press());
    rig.release();
    rig.release();
    assert_eq!(rig.sent(), ["start", "end"]);
}

#[test]
fn sound_outside_a_press_is_not_sent() {
    let mut rig = Rig::push_to_talk().ready();
    rig.speak(320);
    rig.say();
    rig.speak(320);
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
}

#[test]
fn a_press_connects_and_what_is_said_meanwhile_follows_the_setup_in_order() {
    let mut rig = Rig::push_to_talk();
    rig.press();
    for _ in 0..7 {
        rig.speak(320);
    }
    rig.accept();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live"], "nothing before the session is open");
    rig.speak(320);
    rig.wait(Duration::from_millis(1500));
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "audio 1600", "audio 960"]);
    rig.speak(320);
    rig.release();
    assert_eq!(rig.sent(), ["audio 320", "end"]);
}

#[test]
fn presses_that_begin_and_end_before_the_session_opens_stay_paired() {
    let mut rig = Rig::push_to_talk();
    rig.say();
    rig.say();
    rig.press();
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "audio 320", "end", "start", "audio 320", "end", "start"]);
    rig.release();
    assert_eq!(rig.sent(), ["end"]);
}

#[test]
fn a_turn_that_waited_is_awaited_once_it_is_sent() {
    let mut rig = Rig::push_to_talk();
    rig.say();
    assert!(!rig.events().contains(&waiting(1)), "it has not been heard yet");
    rig.accept();
    rig.server(json!({"setupComplete": {}}));
    assert!(rig.events().contains(&waiting(1)));
    rig.sound(5);
    assert_eq!(rig.sounds(), [(1, 5)]);
}

#[test]
fn of_several_turns_that_waited_only_the_last_is_answered() {
    let mut rig = Rig::push_to_talk();
    rig.say();
    rig.say();
    rig.accept();
    rig.server(json!({"setupComplete": {}}));
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.sound(5);
    rig.content(json!({"turnComplete": true}));
    let events = rig.events();
    assert!(matches!(&events[0], Event::Audio { turn: Turn(2), .. }), "{events:?}");
    assert_eq!(events[1], complete(2, false));
}

#[test]
fn more_than_five_minutes_of_waiting_drop_the_oldest_turn_and_say_so() {
    let mut rig = Rig::push_to_talk();
    rig.say();
    rig.press();
    for _ in 0..=300 * 50 {
        rig.speak(320);
    }
    let dropped: u64 =
        rig.events().iter().map(|event| if let Event::AudioDropped { frames } = event { *frames } else { 0 }).sum();
    assert!(dropped >= 320, "{dropped}");
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    let sent = rig.sent();
    assert_eq!(sent.iter().filter(|message| *message == "start").count(), 1, "the first turn is gone whole");
}

#[test]
fn a_connection_lost_under_a_held_button_is_taken_up_again_with_a_new_start() {
    let mut rig = Rig::push_to_talk().ready();
    rig.press();
    rig.speak(320);
    rig.close(1006, "");
    rig.speak(160);
    rig.act(Session::connect);
    rig.speak(160);
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 640", "end"], "from its beginning");
    rig.sound(9);
    assert_eq!(rig.sounds(), [(1, 9)]);
}

#[test]
fn pressing_again_after_a_loss_connects_again() {
    let mut rig = Rig::push_to_talk().ready();
    rig.close(1008, "The operation was aborted.");
    assert_eq!(rig.say(), Turn(1));
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "audio 320", "end"]);
}

#[test]
fn what_was_said_to_a_server_that_refused_is_not_said_to_the_next() {
    let mut rig = Rig::push_to_talk();
    rig.say();
    rig.refuse(ConnectFailure::Refused);
    rig.wait(Duration::ZERO);
    rig.refuse(ConnectFailure::Refused);
    assert!(rig.events().contains(&Event::AudioDropped { frames: 320 }));
    rig.act(Session::connect);
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), Vec::<String>::new());
}

#[test]
fn releasing_after_the_connection_failed_drops_what_was_said_and_says_so() {
    let mut rig = Rig::push_to_talk();
    rig.press();
    rig.speak(320);
    rig.refuse(ConnectFailure::Refused);
    rig.wait(Duration::ZERO);
    rig.refuse(ConnectFailure::Refused);
    rig.events();
    rig.release();
    assert_eq!(rig.events(), [Event::AudioDropped { frames: 320 }]);
}

#[test]
fn hanging_up_under_a_held_button_ends_the_activity_first() {
    let mut rig = Rig::push_to_talk().ready();
    rig.press();
    rig.act(Session::disconnect);
    assert_eq!(rig.sent(), ["start", "end"]);
    assert!(rig.open.is_empty());
    rig.speak(320);
    rig.release();
    assert_eq!(rig.events(), [started(1), Event::Disconnected]);
}

#[test]
fn typed_text_is_put_between_marks_where_the_service_waits_for_marks() {
    let mut rig = Rig::push_to_talk().ready();
    assert_eq!(rig.act(|session, now| session.send_text("hello", now)), Turn(1));
    assert_eq!(rig.sent(), ["start", "text hello", "end"]);
    assert_eq!(rig.events(), [started(1), waiting(1)]);
}

#[test]
fn text_typed_under_a_held_button_joins_what_is_said() {
    let mut rig = Rig::push_to_talk();
    let turn = rig.press();
    rig.speak(320);
    assert_eq!(rig.act(|session, now| session.send_text("this one", now)), turn);
    rig.speak(320);
    rig.release();
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "audio 320", "text this one", "audio 320", "end"]);
}

#[test]
fn text_typed_before_the_session_opens_waits_for_it() {
    let mut rig = Rig::push_to_talk();
    rig.act(|session, now| session.send_text("hello", now));
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["start", "text hello", "end"]);
}

#[test]
fn blank_text_is_nothing() {
    let mut rig = Rig::push_to_talk().ready();
    rig.act(|session, now| session.send_text("  \n", now));
    assert_eq!((rig.sent(), rig.events()), (vec![], vec![]));
}

#[test]
fn the_first_sound_of_every_turn_is_marked_once() {
    let mut rig = Rig::push_to_talk().ready();
    let mut marked = Vec::new();
    for _ in 0..2 {
        rig.press();
        for _ in 0..3 {
            rig.session.send_audio(&[1; 320], rig.now);
            while !matches!(rig.session.poll_output(), Output::Timeout(_)) {
                marked.push(rig.session.take_first_audio());
            }
        }
        rig.release();
    }
    assert_eq!(marked, [Some(Turn(1)), None, None, Some(Turn(2)), None, None]);
}
