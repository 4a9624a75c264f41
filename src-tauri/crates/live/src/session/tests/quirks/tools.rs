//! Quirks 52 to 57: function calls.

use super::*;

const FORMS: [&str; 4] =
    ["function-call-1234567890123456789", "call_9f2c", "fc_0b0e1d", "0b6f1a52-6b8a-4f0e-9a4d-2f1c1c7c9f10"];

#[test]
fn quirk_52_nothing_is_said_into_a_call_that_2_5_or_3_1_waits_for_and_all_of_it_afterwards() {
    for model in [OLDEST, OLDER] {
        let mut rig = Rig::new(of(model)).ready();
        rig.say();
        ask(&mut rig, "1");
        rig.sent();
        rig.say();
        rig.act(|session, now| session.send_text("typed", now));
        rig.act(Session::stop);
        assert_eq!(rig.sent(), Vec::<String>::new(), "{model}");
        rig.say();
        respond(&mut rig, "1");
        let sent = rig.sent();
        assert_eq!(sent[0], "answers 1", "{model}");
        assert!(sent.ends_with(&["start".into(), "audio 320".into(), "end".into()]), "{model}: {sent:?}");
    }
    let mut rig = Rig::push_to_talk().ready();
    ask(&mut rig, "1");
    rig.say();
    assert_eq!(rig.sent(), ["start", "audio 320", "end"], "3.8 listens meanwhile");
}

#[test]
fn quirk_53_a_call_that_comes_in_the_answer_and_as_a_message_is_carried_out_once() {
    let call = json!({"id": "1", "name": "f", "args": {"x": 1}});
    for in_the_answer_first in [true, false] {
        let mut rig = resumable();
        rig.say();
        rig.events();
        let mut messages = [
            json!({"serverContent": {"modelTurn": {"parts": [{"functionCall": call}]}}}),
            json!({"toolCall": {"functionCalls": [call]}}),
        ];
        if !in_the_answer_first {
            messages.reverse();
        }
        for message in messages {
            rig.server(message);
        }
        ask(&mut rig, "1");
        assert_eq!(calls(&mut rig), 1);
    }
}

#[test]
fn quirk_54_an_id_of_any_form_comes_back_as_it_was() {
    for id in FORMS {
        let mut rig = resumable();
        ask(&mut rig, id);
        let sent = wire(&mut rig, |session, now| session.respond(vec![answer(id)], now));
        assert_eq!(sent[0]["toolResponse"]["functionResponses"][0]["id"], id);
    }
}

#[test]
fn quirk_54_a_call_without_an_id_is_answered_by_its_name() {
    let mut rig = resumable();
    rig.server(json!({"toolCall": {"functionCalls": [{"name": "f"}, {"name": "g", "args": {}}]}}));
    assert_eq!(calls(&mut rig), 2);
    let answer = |name: &str| FunctionResponse { name: name.into(), ..FunctionResponse::default() };
    let sent = wire(&mut rig, |session, now| session.respond(vec![answer("g"), answer("f"), answer("h")], now));
    let responses = sent[0]["toolResponse"]["functionResponses"].as_array().unwrap();
    let names: Vec<_> = responses.iter().map(|response| response["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["g", "f"]);
    assert!(responses.iter().all(|response| response.get("id").is_none()), "{responses:?}");
}

#[test]
fn quirk_55_a_call_that_comes_again_under_another_id_in_other_words_is_carried_out_once() {
    let mut rig = Rig::new(of(OLDER)).ready();
    rig.say();
    let ask = |rig: &mut Rig, id: &str, args: Value| {
        rig.server(json!({"toolCall": {"functionCalls": [{"id": id, "name": "f", "args": args}]}}));
    };
    ask(&mut rig, "1", json!({"minutes": 5, "name": "tea"}));
    rig.content(json!({"interrupted": true}));
    ask(&mut rig, "2", json!({"name": " tea ", "minutes": 5.0}));
    assert_eq!(calls(&mut rig), 1);
    rig.sent();
    let sent = wire(&mut rig, |session, now| session.respond(vec![answer("1")], now));
    assert_eq!(sent[0]["toolResponse"]["functionResponses"][0]["id"], "2", "under the id the service waits for");
    ask(&mut rig, "3", json!({"minutes": 6, "name": "tea"}));
    assert_eq!(calls(&mut rig), 1, "another wish is another call");
}

#[test]
fn quirk_56_an_answer_that_ends_its_connection_is_given_again_where_the_session_is_resumed() {
    for (code, reason) in [(1011, "Internal error encountered."), (1008, "Requested entity was not found.")] {
        let mut rig = resumable();
        rig.say();
        ask(&mut rig, "1");
        respond(&mut rig, "1");
        rig.close(code, reason);
        rig.wait(Duration::from_secs(1));
        rig.sent();
        rig.set_up();
        assert_eq!(rig.sent(), ["setup gemini-3.8-live resumes h1", "start", "audio 320", "end"], "{reason}");
        rig.events();
        ask(&mut rig, "2");
        assert_eq!((calls(&mut rig), rig.sent()), (0, vec!["answers 1".to_owned()]), "it isn't carried out again");
        rig.content(json!({"turnComplete": true}));
        ask(&mut rig, "3");
        assert_eq!(calls(&mut rig), 1, "asked for in another turn, it is");
    }
}

#[test]
fn quirk_56_an_answer_that_the_newest_handle_includes_is_not_given_to_a_later_wish() {
    let mut rig = resumable();
    ask(&mut rig, "1");
    respond(&mut rig, "1");
    rig.handle("h2");
    rig.breaks();
    rig.act(Session::connect);
    rig.set_up();
    rig.events();
    ask(&mut rig, "2");
    assert_eq!(calls(&mut rig), 1);
}

#[test]
fn quirk_57_a_call_is_pending_until_it_is_answered_whatever_is_said_to_be_complete() {
    let flags = [json!({"generationComplete": true}), json!({"turnComplete": true})];
    for (before, between, after) in [(2, 0, 0), (0, 2, 0), (0, 1, 1), (1, 1, 0), (0, 0, 2)] {
        let mut rig = Rig::new(of(OLDER)).ready();
        rig.say();
        rig.sent();
        let mut flags = flags.iter();
        let mut come =
            |rig: &mut Rig, count: usize| flags.by_ref().take(count).for_each(|flag| rig.content(flag.clone()));
        come(&mut rig, before);
        ask(&mut rig, "1");
        come(&mut rig, between);
        rig.say();
        assert_eq!(rig.sent(), Vec::<String>::new(), "{before} {between} {after}");
        respond(&mut rig, "1");
        assert_eq!(rig.sent()[0], "answers 1", "{before} {between} {after}");
        come(&mut rig, after);
        respond(&mut rig, "1");
        assert_eq!(rig.sent(), Vec::<String>::new(), "once");
    }
}
