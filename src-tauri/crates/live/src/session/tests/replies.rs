//! Whose reply it is: barge-in, stop, late sound, pairs that end nothing.

use super::*;

#[test]
fn a_reply_belongs_to_the_turn_it_answers() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(json!({"inputTranscription": {"text": " hello"}}));
    rig.sound(7);
    rig.content(json!({"outputTranscription": {"text": "Hi"}}));
    rig.content(json!({"generationComplete": true}));
    rig.server(json!({"serverContent": {"turnComplete": true}, "usageMetadata": {"totalTokenCount": 3}}));
    let usage = crate::message::UsageMetadata { total_token_count: Some(3.into()), ..Default::default() };
    assert_eq!(
        rig.events(),
        [
            transcript(1, " hello"),
            Event::Audio { turn: Turn(1), pcm: vec![7; 4], rate: 24_000 },
            Event::OutputTranscript { turn: Turn(1), text: "Hi".into() },
            Event::GenerationComplete { turn: Turn(1) },
            complete(1, false),
            Event::Usage { turn: Turn(1), usage },
        ]
    );
}

#[test]
fn a_press_during_the_reply_silences_it_at_once_and_drops_what_comes_late() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.events();
    rig.press();
    assert_eq!(rig.events(), [flush(1), started(2)]);
    rig.sound(1);
    rig.content(json!({"outputTranscription": {"text": "late"}}));
    rig.content(json!({"interrupted": true}));
    rig.sound(1);
    rig.release();
    rig.sound(1);
    assert_eq!(rig.events(), [flush(1), waiting(2)]);
    rig.content(json!({"turnComplete": true}));
    assert_eq!(rig.events(), [complete(1, true)]);
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

/// The service begins to answer each turn as it comes, long before the next one cuts it there.
#[test]
fn replies_begun_before_a_newer_turn_cut_them_are_not_taken_for_its_own() {
    for waited in [true, false] {
        let mut rig = Rig::push_to_talk();
        if !waited {
            rig = rig.ready();
        }
        for _ in 0..3 {
            rig.say();
        }
        if waited {
            rig.set_up();
        }
        for turn in [1, 2] {
            rig.events();
            rig.content(json!({"inputTranscription": {"text": format!("question {turn}")}}));
            rig.content(json!({"outputTranscription": {"text": format!("answer {turn}")}}));
            rig.content(json!({"interrupted": true}));
            rig.content(json!({"turnComplete": true}));
            let again = Event::Repeated { turn: Turn(3), spoken: true };
            let told = [again, transcript(turn, &format!("question {turn}")), complete(turn, true)];
            assert_eq!(rig.events()[2..], told, "{waited}");
        }
        rig.sound(3);
        rig.content(json!({"generationComplete": true}));
        rig.content(json!({"turnComplete": true}));
        let audio = Event::Audio { turn: Turn(3), pcm: vec![3; 4], rate: 24_000 };
        assert_eq!(rig.events(), [audio, Event::GenerationComplete { turn: Turn(3) }, complete(3, false)], "{waited}");
    }
}

/// A short reply is generated whole before the newer turn arrives to cut it.
#[test]
fn a_turn_is_kept_until_the_reply_taken_for_its_own_is_known_to_be() {
    let mut rig = Rig::push_to_talk().ready();
    rig.handle("h1");
    rig.say();
    rig.say();
    rig.sound(1);
    rig.content(json!({"generationComplete": true}));
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.handle("h2");
    rig.events();
    rig.breaks();
    assert_eq!(rig.events()[0], Event::Repeated { turn: Turn(2), spoken: true });
}

#[test]
fn a_spurious_pair_after_generation_complete_does_not_end_the_new_turn() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"generationComplete": true}));
    rig.say();
    rig.events();
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    assert!(!rig.events().contains(&complete(2, false)));
    rig.sound(2);
    rig.content(json!({"turnComplete": true}));
    assert!(rig.events().ends_with(&[complete(2, false)]));
}

#[test]
fn a_spurious_pair_after_turn_complete_does_not_end_the_new_turn_either() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.say();
    rig.events();
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    assert_eq!(rig.events(), [flush(1)]);
    rig.sound(2);
    rig.content(json!({"turnComplete": true}));
    assert!(rig.events().ends_with(&[complete(2, false)]));
}

#[test]
fn a_silent_press_that_gets_no_answer_does_not_swallow_the_next_answer() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.wait(Duration::from_secs(9));
    rig.say();
    rig.events();
    rig.sound(2);
    rig.content(json!({"turnComplete": true}));
    assert_eq!(rig.events(), [Event::Audio { turn: Turn(2), pcm: vec![2; 4], rate: 24_000 }, complete(2, false)]);
}

#[test]
fn a_cut_turn_that_is_never_completed_gives_way_to_the_new_turns_transcript() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.say();
    rig.sound(1);
    rig.content(json!({"inputTranscription": {"text": "next"}}));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(1, 1), (2, 2)]);
}

#[test]
fn a_cut_turn_that_is_never_completed_gives_way_after_two_seconds() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.say();
    rig.wait(Duration::from_millis(1900));
    rig.sound(1);
    rig.wait(Duration::from_millis(200));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(1, 1), (2, 2)]);
}

#[test]
fn a_reply_that_arrives_while_the_button_is_held_is_not_the_held_turns() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.press();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.release();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn sound_in_the_same_message_as_interrupted_is_dropped() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.events();
    rig.content(json!({"interrupted": true, "modelTurn": {"parts": [sound_part(1)]}}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    assert_eq!(rig.events(), [flush(1), complete(1, true)]);
}

#[test]
fn interrupted_is_harmless_at_any_time() {
    let mut rig = Rig::push_to_talk().ready();
    for _ in 0..3 {
        rig.content(json!({"interrupted": true}));
    }
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"interrupted": true}));
    assert_eq!(rig.events(), [flush(1), flush(1)]);
    rig.say();
    rig.events();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn sound_after_turn_complete_still_plays() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(1, 1), (1, 2)]);
}

#[test]
fn a_press_after_sound_that_came_late_is_answered_all_the_same() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.sound(1);
    rig.say();
    rig.events();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn stop_silences_here_and_at_the_server_and_keeps_silent() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.events();
    rig.sent();
    rig.act(Session::stop);
    assert_eq!(rig.sent(), ["start", "end"]);
    assert_eq!(rig.events(), [flush(1)]);
    rig.sound(1);
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.wait(Duration::from_mins(1));
    rig.sound(1);
    assert_eq!(rig.events(), [flush(1), complete(1, true)]);
    rig.say();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn stop_silences_sound_that_is_still_playing_without_troubling_the_server() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.sent();
    rig.act(Session::stop);
    assert_eq!((rig.events(), rig.sent()), (vec![flush(1)], vec![]));
    rig.act(Session::stop);
    assert_eq!((rig.events(), rig.sent()), (vec![], vec![]));
}

#[test]
fn typing_during_the_reply_cuts_it() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.events();
    rig.act(|session, now| session.send_text("no, wait", now));
    rig.sound(1);
    rig.content(json!({"interrupted": true}));
    rig.content(json!({"turnComplete": true}));
    rig.sound(2);
    assert_eq!(
        rig.events(),
        [
            flush(1),
            started(2),
            waiting(2),
            flush(1),
            complete(1, true),
            Event::Audio { turn: Turn(2), pcm: vec![2; 4], rate: 24_000 }
        ]
    );
}

fn uninterruptible() -> Rig {
    let options = SetupOptions {
        activity_handling: Some(crate::message::setup::ActivityHandling::NoInterruption),
        ..SetupOptions::default()
    };
    Rig::new(SessionConfig { options, ..SessionConfig::default() })
}

#[test]
fn stop_under_a_held_button_silences_the_reply_and_not_the_turn_being_spoken() {
    let mut rig = uninterruptible().ready();
    rig.say();
    rig.press();
    rig.sound(1);
    rig.events();
    rig.act(Session::stop);
    assert_eq!(rig.events(), [flush(1)]);
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.release();
    rig.sound(2);
    assert_eq!(rig.sounds(), [(2, 2)]);
}

#[test]
fn without_interruption_the_reply_goes_on_and_the_new_turn_is_answered_after_it() {
    let mut rig = uninterruptible().ready();
    rig.say();
    rig.sound(1);
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(1, 1), (1, 1), (2, 2)]);
}

#[test]
fn a_transcript_that_comes_after_the_reply_belongs_to_the_turn_that_was_spoken() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "late words"}}));
    rig.act(|session, now| session.send_text("typed", now));
    rig.content(json!({"inputTranscription": {"text": " and more"}}));
    let transcripts: Vec<_> =
        rig.events().into_iter().filter(|event| matches!(event, Event::InputTranscript { .. })).collect();
    assert_eq!(transcripts, [transcript(1, "late words"), transcript(1, " and more")]);
}

#[test]
fn thoughts_are_not_the_answer() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(json!({"modelTurn": {"parts": [{"text": "**Hm**", "thought": true}, {"text": "Answer"}]}}));
    assert_eq!(
        rig.events(),
        [
            Event::Thought { turn: Turn(1), text: "**Hm**".into() },
            Event::OutputTranscript { turn: Turn(1), text: "Answer".into() }
        ]
    );
}

#[test]
fn text_beside_a_transcript_is_not_said_twice() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(json!({"outputTranscription": {"text": "Hi"}, "modelTurn": {"parts": [{"text": "Hi"}]}}));
    assert_eq!(rig.events(), [Event::OutputTranscript { turn: Turn(1), text: "Hi".into() }]);
}

#[test]
fn control_tokens_are_stripped_from_transcripts() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "a<ctrl46>b <ctrl>c<ctrl1"}}));
    rig.content(json!({"outputTranscription": {"text": "<ctrl46>"}}));
    rig.content(json!({"outputTranscription": {}}));
    assert_eq!(rig.events(), [transcript(1, "ab <ctrl>c<ctrl1")]);
}

#[test]
fn sound_without_a_rate_is_24_khz_and_odd_chunks_join() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    for chunk in [vec![1, 0, 2], vec![0, 3, 0]] {
        rig.content(
            json!({"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": Base64(chunk)}}]}}),
        );
    }
    assert_eq!(
        rig.events(),
        [
            Event::Audio { turn: Turn(1), pcm: vec![1], rate: 24_000 },
            Event::Audio { turn: Turn(1), pcm: vec![2, 3], rate: 24_000 }
        ]
    );
}

#[test]
fn half_a_sample_of_a_cut_reply_does_not_shift_the_next() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.content(json!({"modelTurn": {"parts": [{"inlineData": {"data": Base64(vec![1, 0, 9])}}]}}));
    rig.say();
    rig.content(json!({"turnComplete": true}));
    rig.sound(2);
    assert_eq!(rig.sounds(), [(1, 1), (2, 2)]);
}

#[test]
fn a_rejected_turn_ends_with_its_reason() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(json!({"turnComplete": true, "turnCompleteReason": "RESPONSE_REJECTED"}));
    let reason = Some("RESPONSE_REJECTED".to_owned());
    assert_eq!(rig.events(), [Event::TurnComplete { turn: Turn(1), reason, interrupted: false }]);
}

#[test]
fn a_filler_while_the_model_is_at_work_does_not_end_the_turn() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.events();
    rig.content(
        json!({"modelTurn": {"parts": [sound_part(1)]}, "turnComplete": true, "interactionStatus": "IN_PROGRESS"}),
    );
    rig.content(json!({"modelTurn": {"parts": [sound_part(2)]}, "turnComplete": true, "interactionStatus": "IDLE"}));
    let events = rig.events();
    assert_eq!(events.len(), 4, "{events:?}");
    assert_eq!(events[1], Event::Working { turn: Turn(1) });
    assert_eq!(events[3], complete(1, false));
}

#[test]
fn sources_belong_to_the_answer_they_come_with() {
    let mut rig = Rig::push_to_talk().ready();
    rig.say();
    rig.sound(1);
    rig.events();
    let web = json!({"uri": "https://a.example/", "title": "A"});
    rig.content(json!({"groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": [{"web": web}]}}));
    let [Event::Sources { turn, grounding }] = &rig.events()[..] else { panic!("no sources") };
    assert_eq!((turn.0, grounding.queries.len(), grounding.sources.len()), (1, 1, 1));
    rig.content(json!({"generationComplete": true, "groundingMetadata": {"groundingChunks": "nonsense"}}));
    assert!(rig.events().iter().all(|event| !matches!(event, Event::Sources { .. })));
}
