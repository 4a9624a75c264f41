//! Quirks 32 to 51: turns that end early, late or not at all, interruptions, and sound.

use super::*;
use crate::message::setup::{AutomaticActivityDetection, EndSensitivity, StartSensitivity};

#[test]
fn quirk_32_a_turn_that_ends_in_mid_sentence_or_empty_is_shown_as_far_as_it_came_and_not_tried_again() {
    for answered in [true, false] {
        let mut rig = resumable();
        rig.say();
        rig.sent();
        rig.events();
        if answered {
            rig.sound(1);
            rig.content(json!({"outputTranscription": {"text": "I was about to"}}));
        }
        rig.content(json!({"turnComplete": true}));
        let events = rig.events();
        assert_eq!(events.len(), if answered { 3 } else { 1 }, "{events:?}");
        assert!(events.ends_with(&[complete(1, false)]), "{events:?}");
        rig.wait(Duration::from_mins(1));
        rig.breaks();
        rig.wait(Duration::ZERO);
        rig.set_up();
        let sent = rig.sent();
        assert!(!sent.iter().any(|message| message.starts_with("audio")), "{sent:?}");
    }
}

#[test]
fn quirk_32_an_empty_turn_that_follows_an_interruption_is_not_the_new_turns() {
    let mut rig = resumable();
    rig.say();
    rig.sound(1);
    rig.say();
    rig.events();
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    assert!(!rig.events().contains(&complete(2, false)));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn quirk_33_sound_that_comes_after_its_turn_is_complete_is_heard_and_nothing_is_silenced() {
    let mut rig = resumable();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.sound(2);
    rig.sound(3);
    let events = rig.events();
    assert!(!events.iter().any(|event| matches!(event, Event::Flush { .. })), "{events:?}");
    let sounds = events.iter().filter(|event| matches!(event, Event::Audio { turn: Turn(1), .. }));
    assert_eq!(sounds.count(), 3);
}

#[test]
fn quirk_34_a_pause_under_a_held_button_splits_no_turn() {
    let detection = &setup(&SessionConfig::default())["realtimeInputConfig"]["automaticActivityDetection"];
    assert_eq!(*detection, json!({"disabled": true}));
    let mut rig = resumable();
    rig.press();
    for _ in 0..3 {
        rig.speak(320);
        rig.wait(Duration::from_secs(3));
    }
    rig.release();
    assert_eq!(rig.sent(), ["start", "audio 320", "audio 320", "audio 320", "end"]);
    assert_eq!(rig.events(), [started(1), waiting(1)]);
}

#[test]
fn quirk_35_an_interruption_of_an_answer_that_was_complete_ends_nothing_of_the_new_turn() {
    let mut rig = resumable();
    rig.say();
    rig.sound(1);
    rig.content(json!({"generationComplete": true}));
    rig.press();
    rig.content(json!({"interrupted": true}));
    rig.release();
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.sound(2);
    rig.content(json!({"turnComplete": true}));
    let events = rig.events();
    assert!(matches!(&events[0], Event::Audio { turn: Turn(2), .. }), "{events:?}");
    assert_eq!(events[1..], [complete(2, false)]);
}

#[test]
fn quirk_36_a_press_takes_a_call_the_model_waits_for_as_dropped_though_nobody_says_so() {
    let tool = json!({"functionDeclarations": [{"name": "f", "behavior": "BLOCKING"}]});
    let options = SetupOptions { tools: vec![serde_json::from_value(tool).unwrap()], ..SetupOptions::default() };
    let mut rig = Rig::new(SessionConfig { options, ..SessionConfig::default() }).ready();
    rig.say();
    ask(&mut rig, "1");
    assert_eq!(calls(&mut rig), 1);
    rig.say();
    rig.sent();
    respond(&mut rig, "1");
    assert_eq!(rig.sent(), Vec::<String>::new(), "the service has forgotten what it asked");
    ask(&mut rig, "2");
    assert_eq!((calls(&mut rig), rig.sent()), (0, vec!["answers 1".to_owned()]), "until it asks again");
}

#[test]
fn quirk_36_a_call_the_model_does_not_wait_for_outlives_an_interruption() {
    let mut rig = resumable();
    rig.say();
    ask(&mut rig, "1");
    rig.say();
    rig.content(json!({"interrupted": true}));
    rig.sent();
    respond(&mut rig, "1");
    assert_eq!(rig.sent(), ["answers 1"]);
}

#[test]
fn quirk_37_late_events_of_a_cut_turn_are_not_the_new_turns() {
    let mut rig = resumable();
    rig.say();
    rig.sound(1);
    rig.say();
    rig.events();
    rig.sound(1);
    rig.content(json!({"outputTranscription": {"text": "old"}}));
    rig.content(json!({"generationComplete": true}));
    rig.content(json!({"turnComplete": true}));
    assert_eq!(rig.events(), [complete(1, true)]);
    rig.sound(2);
    rig.content(json!({"outputTranscription": {"text": "new"}}));
    assert_eq!(words(&mut rig), [(2, "new".into())]);
}

#[test]
fn quirk_38_sound_that_shares_a_message_with_its_interruption_is_not_heard() {
    let mut rig = resumable();
    rig.say();
    rig.sound(1);
    rig.events();
    rig.content(json!({"interrupted": true, "modelTurn": {"parts": [sound_part(1)]}, "turnComplete": true}));
    assert_eq!(rig.events(), [flush(1), complete(1, true)]);
}

#[test]
fn quirk_39_interruptions_of_nothing_and_after_the_end_silence_and_do_no_more() {
    let mut rig = resumable();
    rig.content(json!({"interrupted": true}));
    rig.say();
    rig.sound(1);
    rig.content(json!({"generationComplete": true}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    for _ in 0..2 {
        rig.content(json!({"interrupted": true}));
        assert_eq!(rig.events(), [flush(1)]);
    }
    rig.say();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn quirk_40_listening_that_is_switched_off_is_followed_by_a_second_of_silence() {
    let mut rig = listening(of("gemini-3.8-live"));
    rig.speak(320);
    rig.release();
    rig.sent();
    rig.wait(Duration::from_secs(2));
    let sent = rig.sent();
    assert_eq!(sent[..50], vec!["audio 320"; 50], "0.8 s of it end a turn, the end of the stream does not");
    assert_eq!(sent[50..], ["stream end"]);
}

#[test]
fn quirk_41_presses_in_which_nothing_was_heard_end_with_that_reason_however_many_there_are() {
    let mut rig = resumable();
    for turn in 1..=27 {
        rig.say();
        rig.sent();
        rig.events();
        rig.content(json!({"turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"}));
        let reason = Some("RESPONSE_REJECTED".to_owned());
        assert_eq!(rig.events(), [Event::TurnComplete { turn: Turn(turn), reason, interrupted: false }]);
        assert_eq!(rig.sent(), Vec::<String>::new(), "nothing is tried again");
    }
    rig.say();
    rig.sound(28);
    assert_eq!(rig.sounds(), [(28, 28)]);
}

#[test]
fn quirk_42_a_question_that_cuts_an_answer_and_gets_none_is_waited_for_and_the_next_is_answered() {
    let mut rig = listening(of("gemini-3.8-live"));
    let speaks = |rig: &mut Rig| {
        rig.server(json!({"voiceActivity": {"type": "ACTIVITY_START"}}));
        rig.server(json!({"voiceActivity": {"type": "ACTIVITY_END"}}));
    };
    speaks(&mut rig);
    rig.sound(1);
    rig.events();
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_START"}}));
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_END"}}));
    assert!(rig.events().contains(&waiting(2)), "since when is known");
    rig.wait(Duration::from_secs(30));
    speaks(&mut rig);
    rig.sound(3);
    assert_eq!(rig.sounds(), [(2, 3)], "in the turn that has no answer yet");
}

#[test]
fn quirk_42_a_question_that_cuts_an_answer_and_meets_a_dead_connection_is_asked_again() {
    let mut rig = listening(of("gemini-3.8-live"));
    rig.handle("h1");
    rig.sound(1);
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_START"}}));
    rig.act(|session, now| session.send_audio(&[2000; 8000], now));
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_END"}}));
    rig.alive = false;
    rig.sent();
    rig.wait(Duration::from_secs(20));
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "audio 8000"]);
}

#[test]
fn quirk_43_an_answer_in_text_only_is_shown() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.content(json!({"modelTurn": {"parts": [{"text": "In writing, "}, {"text": "this time."}]}}));
    rig.content(json!({"turnComplete": true}));
    assert_eq!(words(&mut rig), [(1, "In writing, ".into()), (1, "this time.".into())]);
}

#[test]
fn quirk_44_turns_without_parts_thoughts_and_text_beside_sound_are_told_apart() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    for model_turn in [json!({}), json!({"parts": []}), json!({"parts": null}), json!({"parts": [{}]}), json!(null)] {
        rig.content(json!({ "modelTurn": model_turn }));
    }
    rig.content(json!({"modelTurn": {"parts": [{"thought": true}, {"executableCode": {"code": "1"}}]}}));
    assert_eq!(rig.events(), []);
    let parts = json!([{"text": "hm", "thought": true}, sound_part(1), {"text": "Yes."}, {"thoughtSignature": "AA=="}]);
    rig.content(json!({"modelTurn": {"parts": parts}}));
    let expected = [
        Event::Thought { turn: Turn(1), text: "hm".into() },
        Event::Audio { turn: Turn(1), pcm: vec![1; 4], rate: 24_000 },
        Event::OutputTranscript { turn: Turn(1), text: "Yes.".into() },
    ];
    assert_eq!(rig.events(), expected);
}

#[test]
fn quirk_45_sound_that_does_not_say_its_rate_has_24_khz() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    for media_type in [json!("audio/pcm"), json!("audio/pcm;rate="), json!(null)] {
        rig.content(json!({"modelTurn": {"parts": [{"inlineData": {"mimeType": media_type, "data": "AQA="}}]}}));
        assert_eq!(rig.events(), [Event::Audio { turn: Turn(1), pcm: vec![1], rate: 24_000 }], "{media_type}");
    }
}

#[test]
fn quirk_46_a_sentence_repeated_before_a_call_is_passed_on_and_the_call_made_once() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    for _ in 0..2 {
        rig.content(json!({"outputTranscription": {"text": "Let me look."}}));
    }
    ask(&mut rig, "1");
    let events = rig.events();
    assert_eq!(events[0], events[1]);
    assert!(matches!(&events[2..], [Event::ToolCall { calls }] if calls.len() == 1), "{events:?}");
}

#[test]
fn quirk_47_the_shortest_press_is_ended_however_it_ends() {
    let mut rig = resumable();
    rig.press();
    rig.release();
    assert_eq!(rig.sent(), ["start", "end"]);
    rig.press();
    rig.act(Session::disconnect);
    assert_eq!(rig.sent(), ["start", "end"], "by hanging up");
    rig.press();
    rig.release();
    rig.set_up();
    assert_eq!(rig.sent()[1..], ["start", "end"], "before the session opens");
    rig.say();
    rig.sound(3);
    assert!(!rig.sounds().is_empty(), "the next is answered");
}

#[test]
fn quirk_48_all_sound_given_before_the_release_is_sent_before_the_end_and_none_after_it() {
    for ready in [true, false] {
        let mut rig = if ready { resumable() } else { Rig::push_to_talk() };
        rig.press();
        rig.speak(320);
        rig.speak(17);
        rig.release();
        rig.speak(320);
        if ready {
            assert_eq!(rig.sent(), ["start", "audio 320", "audio 17", "end"]);
        } else {
            rig.set_up();
            assert_eq!(rig.sent()[1..], ["start", "audio 337", "end"]);
        }
    }
}

#[test]
fn quirk_49_a_silent_press_that_gets_nothing_but_its_echo_holds_nothing_up() {
    let mut rig = resumable();
    rig.say();
    rig.server(json!({"voiceActivity": {"type": "ACTIVITY_START"}}));
    rig.server(json!({"serverContent": {}, "voiceActivity": {"type": "ACTIVITY_END"}}));
    rig.sent();
    rig.server(json!({"goAway": {"timeLeft": "50s"}}));
    rig.accept();
    rig.wait(Duration::from_secs(14));
    assert_eq!(rig.sent(), Vec::<String>::new(), "there may still be an answer");
    rig.wait(Duration::from_secs(6));
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "there won't");
    rig.server(json!({"setupComplete": {}}));
    rig.say();
    rig.events();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn quirk_50_marks_are_sent_in_pairs_and_only_where_they_were_announced() {
    let mut rig = listening(SessionConfig::default());
    rig.act(|session, now| session.send_text("typed", now));
    rig.release();
    rig.press();
    rig.act(Session::stop);
    assert_eq!(rig.sent(), ["text typed", "content false"], "none where the service detects speech itself");
    let mut rig = resumable();
    rig.release();
    rig.act(Session::stop);
    assert_eq!(rig.sent(), Vec::<String>::new(), "no end without a beginning");
    rig.act(|session, now| session.send_text("typed", now));
    assert_eq!(rig.sent(), ["start", "text typed", "end"]);
}

#[test]
fn quirk_51_a_button_is_the_default_and_detection_can_be_made_deaf_to_rooms_and_loudspeakers() {
    assert_eq!(SessionConfig::default().mode, TalkMode::PushToTalk);
    let detection = AutomaticActivityDetection {
        disabled: None,
        start_of_speech_sensitivity: Some(StartSensitivity::Low),
        end_of_speech_sensitivity: Some(EndSensitivity::Low),
        prefix_padding_ms: Some(300.into()),
        silence_duration_ms: Some(800.into()),
    };
    let options = SetupOptions { detection: Some(detection), ..SetupOptions::default() };
    let config = SessionConfig { mode: TalkMode::HandsFree, options, ..SessionConfig::default() };
    let expected = json!({
        "startOfSpeechSensitivity": "START_SENSITIVITY_LOW",
        "endOfSpeechSensitivity": "END_SENSITIVITY_LOW",
        "prefixPaddingMs": 300,
        "silenceDurationMs": 800,
    });
    assert_eq!(setup(&config)["realtimeInputConfig"]["automaticActivityDetection"], expected);
}
