//! Quirks 58 to 67: transcripts, and what the official libraries stumble over.

use super::*;

fn heard(rig: &mut Rig) -> Vec<(u64, String)> {
    let heard = |event| if let Event::InputTranscript { turn, text } = event { Some((turn.0, text)) } else { None };
    rig.events().into_iter().filter_map(heard).collect()
}

#[test]
fn quirk_58_words_are_told_as_they_come_and_turns_end_without_any_being_called_finished() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "one"}}));
    assert_eq!(heard(&mut rig), [(1, "one".into())]);
    rig.content(json!({"outputTranscription": {"text": "two"}}));
    rig.content(json!({"turnComplete": true}));
    assert!(rig.events().ends_with(&[complete(1, false)]));
    exchange(&mut rig, "three", "four");
    rig.say();
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "five", "finished": true}}));
    rig.content(json!({"inputTranscription": {"text": " six"}}));
    assert_eq!(heard(&mut rig), [(3, "five".into()), (3, " six".into())], "nor does being called so change anything");
}

#[test]
fn quirk_59_pieces_of_words_are_passed_on_as_they_are() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    for piece in [" I", "'d like", " a cof", "fee,", " ", "please"] {
        rig.content(json!({"inputTranscription": {"text": piece}}));
        rig.content(json!({"outputTranscription": {"text": piece}}));
    }
    let events = rig.events();
    let joined = |wanted: fn(&Event) -> Option<&str>| events.iter().filter_map(wanted).collect::<String>();
    let user = joined(|event| if let Event::InputTranscript { text, .. } = event { Some(text) } else { None });
    let model = joined(|event| if let Event::OutputTranscript { text, .. } = event { Some(text) } else { None });
    assert_eq!((user.as_str(), model.as_str()), (" I'd like a coffee, please", " I'd like a coffee, please"));
}

#[test]
fn quirk_60_a_transcript_without_its_beginning_decides_nothing_what_is_said_again_is_the_sound() {
    let mut rig = resumable();
    rig.press();
    rig.speak(1600);
    rig.release();
    rig.content(json!({"inputTranscription": {"text": "…the weather?"}}));
    rig.sent();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent()[1..], ["start", "audio 1600", "end"]);
}

#[test]
fn quirk_61_a_short_answer_without_a_transcript_is_an_answer() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.sound(1);
    rig.content(json!({"outputTranscription": {}}));
    rig.content(json!({"generationComplete": true}));
    rig.content(json!({"turnComplete": true}));
    let events = rig.events();
    assert!(matches!(&events[0], Event::Audio { turn: Turn(1), .. }), "{events:?}");
    assert_eq!(events[1..], [Event::GenerationComplete { turn: Turn(1) }, complete(1, false)]);
    rig.sent();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1"], "it isn't asked for again, nor told in no words");
}

#[test]
fn quirk_62_control_tokens_are_no_words() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.content(json!({"inputTranscription": {"text": "<ctrl46>"}}));
    rig.content(json!({"inputTranscription": {"text": "tea<ctrl46> <b>"}}));
    rig.content(json!({"outputTranscription": {"text": "yes<ctrl46>"}}));
    let told = rig.events();
    assert_eq!(told, [transcript(1, "tea <b>"), Event::OutputTranscript { turn: Turn(1), text: "yes".into() }]);
}

#[test]
fn quirk_63_a_transcript_that_runs_ahead_of_its_sound_belongs_to_the_same_answer() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.content(json!({"outputTranscription": {"text": "All of it at once."}}));
    rig.sound(1);
    rig.sound(2);
    rig.content(json!({"turnComplete": true}));
    rig.sound(3);
    let events = rig.events();
    assert_eq!(events[0], Event::OutputTranscript { turn: Turn(1), text: "All of it at once.".into() });
    let sounds = events.iter().filter(|event| matches!(event, Event::Audio { turn: Turn(1), .. }));
    assert_eq!(sounds.count(), 3);
}

#[test]
fn quirk_64_a_message_of_an_unknown_kind_or_an_error_as_a_message_ends_nothing() {
    let mut rig = resumable();
    rig.say();
    rig.events();
    rig.server(json!({"error": {"code": 500, "message": "Internal", "status": "INTERNAL"}}));
    rig.server(json!({"somethingNew": {"deep": [1, {"x": null}]}}));
    rig.server(json!({"somethingNew": 1, "serverContent": {"modelTurn": {"parts": [sound_part(1)]}, "newFlag": true}}));
    assert_eq!(rig.sounds(), [(1, 1)]);
    assert_eq!(rig.open.len(), 1);
}

#[test]
fn quirk_65_speech_is_known_without_being_told_where_it_begins_and_ends() {
    let mut rig = listening(of(OLDEST));
    rig.handle("h1");
    rig.act(|session, now| session.send_audio(&[2000; 8000], now));
    rig.content(json!({"inputTranscription": {"text": "one"}}));
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.content(json!({"inputTranscription": {"text": "two"}}));
    let events = rig.events();
    assert!(events.ends_with(&[started(2), transcript(2, "two")]), "words open the next turn: {events:?}");
    rig.act(|session, now| session.send_audio(&[2000; 8000], now));
    rig.sent();
    rig.breaks();
    rig.wait(Duration::ZERO);
    rig.set_up();
    assert!(rig.sent().iter().any(|message| message.starts_with("audio")), "what is loud is speech, and said again");
}

#[test]
fn quirk_66_no_address_has_a_double_slash_however_the_base_ends() {
    use crate::endpoint::{ApiVersion, Endpoint, Method};
    for base in ["http://127.0.0.1:1", "http://127.0.0.1:1/", "http://127.0.0.1:1/prefix", "http://127.0.0.1:1/prefix/"]
    {
        let endpoint = Endpoint::parse(base).unwrap();
        let constrained = endpoint.websocket_url(Method::BidiGenerateContentConstrained);
        let tokens = endpoint.rest_url(ApiVersion::V1Alpha, "auth_tokens");
        assert!(
            constrained
                .path()
                .ends_with("/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContentConstrained")
        );
        assert!(tokens.path().ends_with("/v1alpha/auth_tokens"), "{tokens}");
        for url in [constrained, tokens] {
            assert!(!url.path().contains("//"), "{url}");
        }
    }
}

#[test]
fn quirk_67_the_users_transcript_can_be_left_out_and_a_turn_that_stays_unanswered_does_no_harm() {
    let options = SetupOptions { input_transcription: false, ..SetupOptions::default() };
    let config = SessionConfig { options, ..SessionConfig::default() };
    assert_eq!(setup(&config).get("inputAudioTranscription"), None);
    assert!(setup(&of("gemini-3.8-live")).get("inputAudioTranscription").is_some());
    let mut rig = Rig::new(config).ready();
    rig.say();
    rig.sound(1);
    rig.content(json!({"turnComplete": true}));
    rig.say();
    assert!(rig.events().ends_with(&[waiting(2)]), "whoever waits is told since when");
    rig.wait(Duration::from_secs(30));
    rig.say();
    rig.events();
    rig.sound(3);
    assert_eq!(rig.sounds(), [(3, 3)]);
}
