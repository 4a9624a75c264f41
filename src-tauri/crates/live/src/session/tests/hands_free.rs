//! The service listens all the time and says when the user speaks.

use super::*;

fn listening() -> Rig {
    let mut rig = Rig::hands_free().ready();
    rig.press();
    rig.events();
    rig
}

#[test]
fn sound_streams_without_marks() {
    let mut rig = listening();
    rig.speak(320);
    rig.speak(320);
    assert_eq!(rig.sent(), ["audio 320", "audio 320"]);
}

#[test]
fn switching_off_sends_a_second_of_silence_at_the_pace_of_speech_and_then_the_end() {
    let mut rig = listening();
    rig.release();
    assert_eq!(rig.sent(), Vec::<String>::new());
    rig.wait(Duration::from_millis(500));
    assert_eq!(rig.sent(), vec!["audio 320"; 25]);
    rig.wait(Duration::from_millis(499));
    assert_eq!(rig.sent(), vec!["audio 320"; 24]);
    rig.wait(Duration::from_millis(100));
    assert_eq!(rig.sent(), ["audio 320", "stream end"]);
    rig.wait(Duration::from_secs(10));
    assert_eq!(rig.sent(), Vec::<String>::new());
}

#[test]
fn switching_on_again_ends_the_silence() {
    let mut rig = listening();
    rig.release();
    rig.wait(Duration::from_millis(100));
    rig.press();
    rig.sent();
    rig.wait(Duration::from_secs(5));
    assert_eq!(rig.sent(), Vec::<String>::new());
}

#[test]
fn what_was_said_before_the_session_opened_is_followed_by_the_silence() {
    let mut rig = Rig::hands_free();
    rig.say();
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    assert_eq!(rig.sent(), ["audio 320"]);
    rig.wait(Duration::from_secs(2));
    assert_eq!(rig.sent().last().unwrap(), "stream end");
}

#[test]
fn the_first_words_belong_to_the_turn_that_listening_opened() {
    let mut rig = listening();
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_START"}}));
    rig.content(json!({"inputTranscription": {"text": "hello"}}));
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_END"}}));
    rig.sound(1);
    let expected = [
        Event::VoiceActivity { start: true },
        transcript(1, "hello"),
        Event::VoiceActivity { start: false },
        waiting(1),
        Event::Audio { turn: Turn(1), pcm: vec![1; 4], rate: 24_000 },
    ];
    assert_eq!(rig.events(), expected);
}

#[test]
fn words_after_a_completed_turn_open_the_next() {
    let mut rig = listening();
    rig.content(json!({"inputTranscription": {"text": "one"}}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "two"}}));
    rig.content(json!({"inputTranscription": {"text": " three"}}));
    rig.sound(2);
    let events = rig.events();
    assert_eq!(events[..3], [started(2), transcript(2, "two"), transcript(2, " three")]);
    assert!(matches!(events[3], Event::Audio { turn: Turn(2), .. }), "{events:?}");
}

#[test]
fn words_that_come_late_stay_with_a_turn_that_has_none() {
    let mut rig = listening();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "late"}}));
    assert_eq!(rig.events(), [transcript(1, "late")]);
}

#[test]
fn a_reply_out_of_the_blue_opens_a_turn() {
    let mut rig = listening();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.wait(Duration::from_secs(3));
    rig.sound(2);
    let events = rig.events();
    assert_eq!(events[0], started(2));
    assert!(matches!(events[1], Event::Audio { turn: Turn(2), .. }), "{events:?}");
}

#[test]
fn an_interruption_silences_the_reply_and_drops_what_comes_late() {
    let mut rig = listening();
    rig.content(json!({"inputTranscription": {"text": "one"}}));
    rig.sound(1);
    rig.events();
    rig.content(json!({"interrupted": true}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.content(json!({"inputTranscription": {"text": "stop"}}));
    rig.sound(2);
    let events = rig.events();
    assert_eq!(events[..4], [flush(1), complete(1, true), started(2), transcript(2, "stop")]);
    assert!(matches!(events[4], Event::Audio { turn: Turn(2), .. }), "{events:?}");
}

#[test]
fn speech_heard_during_a_reply_opens_a_turn_and_the_interruption_cuts_the_old_one() {
    let mut rig = listening();
    rig.sound(1);
    rig.events();
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_START"}}));
    rig.sound(1);
    rig.content(json!({"interrupted": true}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.sound(2);
    let expected = [
        Event::VoiceActivity { start: true },
        started(2),
        Event::Audio { turn: Turn(1), pcm: vec![1; 4], rate: 24_000 },
        flush(1),
        complete(1, true),
        Event::Audio { turn: Turn(2), pcm: vec![2; 4], rate: 24_000 },
    ];
    assert_eq!(rig.events(), expected);
}

#[test]
fn stop_sends_a_pure_interruption_where_the_model_takes_one() {
    let mut rig = listening();
    rig.sound(1);
    rig.sent();
    rig.act(Session::stop);
    assert_eq!(rig.sent(), ["content false"]);
    rig.events();
    rig.sound(1);
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.wait(Duration::from_secs(2));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn stop_stays_local_where_the_model_would_refuse_it() {
    let config = SessionConfig {
        model: "gemini-3.1-flash-live-preview".into(),
        mode: TalkMode::HandsFree,
        ..SessionConfig::default()
    };
    let mut rig = Rig::new(config).ready();
    rig.press();
    rig.sound(1);
    rig.events();
    rig.act(Session::stop);
    assert_eq!((rig.sent(), rig.events()), (vec![], vec![flush(1)]));
}

#[test]
fn typed_text_goes_bare_and_its_reply_is_its_own() {
    let mut rig = listening();
    rig.content(json!({"inputTranscription": {"text": "one"}}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    let turn = rig.act(|session, now| session.send_text("typed", now));
    assert_eq!(rig.sent(), ["text typed"]);
    rig.sound(2);
    assert_eq!(rig.sounds(), [(turn.0, 2)]);
}

#[test]
fn sound_while_off_is_not_kept() {
    let mut rig = listening();
    rig.close(1006, "");
    rig.speak(320);
    rig.act(Session::connect);
    rig.speak(160);
    rig.accept();
    rig.sent();
    rig.server(json!({"setupComplete": {}}));
    rig.speak(320);
    assert_eq!(rig.sent().last().unwrap(), "audio 320");
}
