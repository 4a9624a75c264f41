//! Functions the model calls.

use std::sync::{Arc, Mutex};

use tools::{Controls, Decision, Desk, Outside};
use vivavoce_live::message::FunctionResponse;

use super::*;
use crate::{ToolStage, Toolbox, tools};

/// Nobody: what is changed comes back as a command in the real program.
struct Nobody;

impl Controls for Nobody {
    fn change(&self, _: tools::Change) -> Result<(), String> {
        Ok(())
    }
}

/// A desktop with a clipboard.
#[derive(Default)]
struct Fake(Mutex<Option<String>>);

impl Outside for Fake {
    fn open_link(&self, _: &url::Url) -> Result<(), String> {
        Ok(())
    }

    fn read_clipboard(&self) -> Result<Option<String>, String> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn write_clipboard(&self, text: &str) -> Result<(), String> {
        *self.0.lock().unwrap() = Some(text.to_owned());
        Ok(())
    }
}

/// All functions of the program, over a desktop of their own.
pub(super) fn desk() -> Desk {
    Toolbox::open(None, Some(Arc::new(Fake::default()))).desk(Arc::new(Nobody))
}

/// `answer 7 set_timer {"output":…} WHEN_IDLE`
pub(super) fn in_words(responses: &[FunctionResponse]) -> String {
    let words = responses.iter().map(|answer| {
        let scheduling = answer.scheduling.as_ref().map(|scheduling| format!(" {}", scheduling.as_str()));
        format!(
            "answer {} {} {}{}",
            answer.id.as_deref().unwrap_or("?"),
            answer.name,
            Value::Object(answer.response.clone()),
            scheduling.unwrap_or_default()
        )
    });
    words.collect::<Vec<_>>().join("; ")
}

impl Stage {
    fn call(&mut self, id: &str, name: &str, args: &Value) -> Vec<String> {
        let args = args.as_object().unwrap().clone();
        let call = FunctionCall { id: Some(id.into()), name: name.into(), args, ..FunctionCall::default() };
        self.live(Live::ToolCall { calls: vec![call] });
        self.take_said()
    }

    fn decide(&mut self, ticket: u64, decision: Decision) -> Vec<String> {
        self.command(Command::Decide { ticket, decision });
        self.take_said()
    }

    /// Carries out what is to be carried out, and gives what the service is told.
    async fn work(&mut self) -> Vec<String> {
        while let Some((ticket, job)) = self.jobs.pop_first() {
            let outcome = job.0.await;
            self.input(Input::Worked { ticket, outcome });
        }
        self.take_said()
    }

    fn stages(&self) -> Vec<(u64, ToolStage)> {
        let calls = self.entries.iter().filter_map(|entry| entry.call.as_ref());
        calls.map(|call| (call.ticket, call.stage)).collect()
    }
}

/// Ready, with this model.
fn with_model(model: &str) -> Stage {
    let mut stage = Stage::with(settings(json!({ "model": model }), json!({})), false);
    stage.command(Command::Connect);
    stage.live(Live::Ready { session_id: None });
    stage.take_said();
    stage
}

fn setup(stage: &Stage) -> Value {
    let config = stage.conversation.session_config(None);
    serde_json::to_value(config.to_setup(None, false)).unwrap()
}

#[test]
fn the_model_is_told_of_every_function_in_a_form_that_it_takes() {
    let tools = setup(&Stage::demo())["tools"].clone();
    let functions = tools[0]["functionDeclarations"].as_array().unwrap();
    let names: Vec<_> = functions.iter().map(|function| function["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "current_time",
            "set_timer",
            "set_reminder",
            "list_timers",
            "cancel_timer",
            "add_note",
            "list_notes",
            "delete_note",
            "change_setting",
            "open_link",
            "read_clipboard",
            "write_clipboard"
        ]
    );
    for function in functions {
        assert_eq!(function["parameters"]["type"], "OBJECT", "{function}");
        assert!(!function.to_string().contains("additionalProperties"), "it would end the session with 1007");
        let waits = function["name"] == "current_time";
        assert_eq!(function["behavior"], if waits { "BLOCKING" } else { "NON_BLOCKING" }, "{function}");
    }
    let choices = &functions[8]["parameters"]["properties"]["setting"]["enum"];
    assert_eq!(*choices, json!(["volume", "microphone", "language", "voice"]));
    assert_eq!(functions[1]["parameters"]["properties"]["minutes"]["type"], "NUMBER");
}

#[test]
fn a_model_without_functions_is_told_of_none_and_one_that_always_waits_of_no_choice() {
    assert_eq!(setup(&with_model("gemini-3.5-live-translate-preview")).get("tools"), None);
    let older = setup(&with_model("gemini-3.1-flash-live-preview"));
    let functions = older["tools"][0]["functionDeclarations"].as_array().unwrap();
    assert!(functions.iter().all(|function| function["behavior"] != "NON_BLOCKING"));
}

#[test]
fn what_is_turned_off_is_not_offered_and_search_is_where_it_is_wanted() {
    let mut stage = Stage::ready();
    stage.update(json!({"tools": {"googleSearch": true, "permissions": {"set_timer": "never"}}}));
    let said = stage.take_said();
    assert!(said.contains(&"disconnect".into()) && said.contains(&"connect".into()), "{said:?}");
    let tools = setup(&stage)["tools"].clone();
    assert_eq!(tools[0], json!({"googleSearch": {}}));
    assert!(!tools[1].to_string().contains("set_timer"));
    stage.live(Live::Ready { session_id: None });
    stage.take_said();
    stage.update(json!({"tools": {"permissions": {"set_timer": "never", "add_note": "always"}}}));
    assert!(!stage.take_said().contains(&"disconnect".into()), "what may be done without asking is our own business");
}

#[tokio::test]
async fn what_is_harmless_is_done_and_told_while_the_model_waits() {
    let mut stage = Stage::ready();
    assert_eq!(stage.call("a", "current_time", &json!({"time_zone": "UTC"})), ["work 1"]);
    assert_eq!(stage.phase, Phase::Thinking);
    let said = stage.work().await;
    assert!(said[0].starts_with("answer a current_time {\"output\":{"), "{said:?}");
    assert!(said[0].ends_with('}'), "a model that waits is told no time to speak: {said:?}");
    assert_eq!((stage.phase, stage.stages()), (Phase::Ready, vec![(1, ToolStage::Done)]));
}

#[tokio::test]
async fn what_acts_waits_for_a_word_and_the_talk_goes_on_meanwhile() {
    let mut stage = Stage::ready();
    assert_eq!(stage.call("a", "add_note", &json!({"text": "Buy tea"})), Vec::<String>::new());
    assert_eq!((stage.stages(), stage.phase), (vec![(1, ToolStage::Asking)], Phase::Ready));
    assert_eq!(stage.cues, [Cue::Question]);
    let call = stage.entries[0].call.clone().unwrap();
    assert_eq!((call.until, &call.details[0].1), (Some(60_000), &"Buy tea".to_owned()));
    stage.talk(TalkInput::Start);
    assert!(stage.take_said().contains(&"start".into()));
    assert_eq!(stage.decide(1, Decision::Once), ["work 1"]);
    assert_eq!(stage.work().await, ["answer a add_note {\"output\":{\"id\":1,\"kept\":true}} WHEN_IDLE"]);
    assert_eq!(stage.stages(), [(1, ToolStage::Done)]);
}

#[test]
fn always_is_kept_with_the_settings_and_asks_no_more() {
    let mut stage = Stage::ready();
    stage.call("a", "add_note", &json!({"text": "x"}));
    stage.decide(1, Decision::Always);
    assert_eq!(stage.saved, 1);
    let kept = &stage.conversation.settings().tools.permissions;
    assert_eq!(kept.get("add_note"), Some(&tools::Permission::Always));
    assert_eq!(stage.call("b", "add_note", &json!({"text": "y"})), ["work 2"]);
}

#[test]
fn a_no_and_a_minute_without_a_word_are_told_to_the_model() {
    let mut stage = Stage::ready();
    stage.call("a", "read_clipboard", &json!({}));
    let said = stage.decide(1, Decision::Never);
    assert!(said[0].contains("doesn't allow") && said[0].ends_with("WHEN_IDLE"), "{said:?}");
    stage.call("b", "read_clipboard", &json!({}));
    stage.wait(Duration::from_mins(1));
    let said = stage.take_said();
    assert!(said[0].contains("didn't answer"), "{said:?}");
    assert_eq!(stage.stages(), [(1, ToolStage::Refused), (2, ToolStage::Unanswered)]);
    assert!(stage.jobs.is_empty());
}

#[test]
fn one_stop_ends_what_is_asked_and_what_is_done() {
    let mut stage = Stage::ready();
    stage.call("a", "set_timer", &json!({"minutes": 5}));
    stage.call("b", "current_time", &json!({}));
    stage.command(Command::Stop);
    let said = stage.take_said();
    assert!(said.contains(&"drop work 2".into()), "{said:?}");
    assert_eq!(stage.stages(), [(1, ToolStage::Stopped), (2, ToolStage::Stopped)]);
    assert_eq!(stage.decide(1, Decision::Once), Vec::<String>::new());
}

#[test]
fn what_the_service_takes_back_is_not_done_any_more() {
    let mut stage = Stage::ready();
    stage.call("a", "set_timer", &json!({"minutes": 5}));
    stage.live(Live::ToolCallsCancelled { ids: vec!["a".into()] });
    assert_eq!(stage.stages(), [(1, ToolStage::Cancelled)]);
    assert_eq!(stage.decide(1, Decision::Once), Vec::<String>::new());
    assert_eq!(stage.take_said(), Vec::<String>::new(), "it wants no answer");
}

#[test]
fn a_call_is_a_sign_of_life() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.gate_closed();
    stage.live(Live::Waiting { turn: Turn(1) });
    stage.call("a", "set_timer", &json!({"minutes": 5}));
    stage.wait(ANSWER_TIMEOUT);
    assert_eq!(stage.problem, None);
}

#[test]
fn a_setting_changes_at_once_and_a_voice_with_the_next_connection() {
    let mut stage = Stage::ready();
    stage.command(Command::Adjust(tools::Change::Volume(50)));
    assert_eq!(stage.conversation.settings().sound.output_volume_db, -10);
    assert!(stage.take_said()[0].starts_with("Volume"));
    stage.command(Command::Adjust(tools::Change::Voice("Kore")));
    assert_eq!(stage.conversation.settings().voice.as_deref(), Some("Kore"));
    assert_eq!(stage.take_said(), ["configure"], "the conversation isn't cut");
    stage.command(Command::Adjust(tools::Change::Muted(true)));
    assert!(stage.conversation.muted);
    assert_eq!(stage.saved, 2);
}

#[test]
fn time_is_up_in_the_transcript_and_in_the_ear_even_without_short_sounds() {
    let mut stage = Stage::with(settings(json!({"sound": {"cues": false}}), json!({})), false);
    let timer = tools::Timer { id: 1, label: "tea".into(), due: 0, reminder: false };
    stage.input(Input::Due(vec![tools::Due { timer, missed: false }]));
    assert_eq!((stage.entries[0].note, stage.entries[0].text.as_str()), (Some(Note::TimeIsUp), "tea"));
    assert_eq!(stage.cues, [Cue::TimeIsUp]);
}

#[test]
fn pictures_go_with_what_is_typed_into_the_turn_and_the_transcript() {
    let picture = || crate::Picture {
        jpeg: vec![1],
        thumbnail: crate::Thumbnail { url: "data:image/jpeg;base64,AQ==".into(), width: 4, height: 3 },
    };
    let mut stage = Stage::ready();
    stage.command(Command::Send { text: "What is this?".into(), pictures: vec![picture(), picture()] });
    assert!(stage.take_said().contains(&"2 pictures and text What is this?".into()));
    stage.live(Live::TurnStarted { turn: Turn(1) });
    assert_eq!((stage.entries[0].pictures.len(), stage.entries[0].text.as_str()), (2, "What is this?"));
    stage.command(Command::Send { text: String::new(), pictures: vec![picture()] });
    stage.live(Live::TurnStarted { turn: Turn(2) });
    stage.live(Live::TurnComplete { turn: Turn(2), reason: None, interrupted: false });
    let entry = &stage.entries[1];
    assert_eq!((entry.pictures.len(), entry.text.as_str(), entry.note), (1, "", None), "it says all by itself");
    let mut blind = with_model("gemini-3.5-transcribe-live");
    blind.command(Command::Send { text: String::new(), pictures: vec![picture()] });
    assert_eq!((blind.problem, blind.take_said()), (Some(ProblemCode::PicturesRefused), vec![]));
}

#[test]
fn sources_stand_with_the_answer() {
    let mut stage = Stage::ready();
    stage.command(typed("news?"));
    stage.live(Live::TurnStarted { turn: Turn(1) });
    let metadata = json!({"webSearchQueries": ["news"], "groundingChunks": [{"web": {"uri": "https://a.example/"}}]});
    let grounding = vivavoce_live::message::Grounding::read(&metadata).unwrap();
    stage.live(Live::Sources { turn: Turn(1), grounding });
    let answer = stage.entries.iter().find(|entry| entry.speaker == Speaker::Model).unwrap();
    assert_eq!(answer.sources.as_ref().unwrap().pages[0].host, "a.example");
}
