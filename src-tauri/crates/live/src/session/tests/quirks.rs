//! Everything the service is known to do unexpectedly, each with a test by its number that shows how the session lives
//! with it. `closes` has one test for every close.
//!
//! Some of it is dealt with outside the session as well, where these tests show it:
//!
//! | quirk | elsewhere |
//! |---|---|
//! | 1 | simulator, `strictness`: `a_bad_key_only_after_setup` |
//! | 6 | simulator, `scenarios`: `pings_are_answered_a_second_late_and_messages_in_time` |
//! | 10 | driver: `a_connection_is_changed_with_the_old_one_closed_first`; simulator, `sessions`: `a_session_whose_socket_is_open_is_refused_without_a_word` |
//! | 12, 13, 14 | simulator, `hours`: `announcements_that_come_early_or_not_at_all_lose_and_double_nothing` |
//! | 20 | nowhere: a dashboard's, nothing of it reaches a client |
//! | 21 | access: `a_key_buys_a_token_for_the_settings_at_hand`, `an_organisations_server_is_asked_for_each_connection` |
//! | 22 to 31 | setup: `an_option_is_sent_to_the_models_that_accept_it_and_to_no_other`; simulator, `setup`: `every_model_takes_what_the_session_makes_of_every_option` |
//! | 33 | audio, `playback`: `turns_sound_one_after_another`; engine: `an_answer_is_speaking_until_it_has_been_heard` |
//! | 38, 39 | audio, `playback`: `nothing_of_a_cut_turn_is_heard_later` |
//! | 41 | engine: `a_turn_in_which_nothing_was_heard_says_so`; simulator, `turns`: `near_silence_is_rejected_on_newer_models` |
//! | 42, 49 | engine: `no_answer_for_ten_seconds_is_told` |
//! | 47 | engine: `a_lost_microphone_ends_the_turn_and_keeps_the_session` |
//! | 48 | engine: `the_turn_ends_only_after_its_last_frame`; audio, `capture`: `every_sample_of_many_presses_is_there_in_order_with_running_numbers` |
//! | 61 | engine: `both_sides_become_entries_of_one_turn` |
//! | 64 | simulator, `faults`: `messages_nobody_understands_stand_among_the_others`, never without being ordered |
//! | 65 | audio, `capture`: `levels_come_at_most_fifteen_times_a_second_and_end_at_the_floor` |
//! | 66 | simulator, `server/request`: `every_form_of_the_address_is_accepted` |

mod closes;
mod connection;
mod reconnecting;
mod schema;
mod tools;
mod transcripts;
mod turns;

use super::*;
use crate::close::CloseReason;
use crate::message::FunctionResponse;

const HOUR: Duration = Duration::from_hours(1);

const OLDER: &str = "gemini-3.1-flash-live-preview";
const OLDEST: &str = "gemini-2.5-flash-native-audio-latest";

fn of(model: &str) -> SessionConfig {
    SessionConfig { model: model.to_owned(), ..SessionConfig::default() }
}

/// Ready, with the handle `h1`.
fn resumable() -> Rig {
    let mut rig = Rig::push_to_talk().ready();
    rig.handle("h1");
    rig.events();
    rig
}

/// Listening hands-free, and so is the model.
fn listening(config: SessionConfig) -> Rig {
    let mut rig = Rig::new(SessionConfig { mode: TalkMode::HandsFree, ..config }).ready();
    rig.press();
    rig.events();
    rig
}

/// A turn that was answered, with its words.
fn exchange(rig: &mut Rig, question: &str, answer: &str) {
    rig.say();
    rig.content(json!({"inputTranscription": {"text": question}}));
    rig.content(json!({"outputTranscription": {"text": answer}}));
    rig.content(json!({"generationComplete": true}));
    rig.content(json!({"turnComplete": true}));
    rig.sent();
    rig.events();
}

/// The session's end, if it has ended.
fn ending(rig: &mut Rig) -> Option<CloseReason> {
    rig.events().into_iter().find_map(|event| if let Event::Closed(reason) = event { Some(reason) } else { None })
}

/// What an operation sends, in full.
fn wire(rig: &mut Rig, operation: impl FnOnce(&mut Session, Instant)) -> Vec<Value> {
    operation(&mut rig.session, rig.now);
    let mut sent = vec![];
    loop {
        match rig.session.poll_output() {
            Output::Send { text, .. } => sent.push(serde_json::from_str(&text).unwrap()),
            Output::Timeout(_) => return sent,
            _ => {}
        }
    }
}

/// The `setup` message of a configuration.
fn setup(config: &SessionConfig) -> Value {
    serde_json::to_value(config.to_setup(None, false)).unwrap()
}

fn answer(id: &str) -> FunctionResponse {
    FunctionResponse { id: Some(id.into()), name: "f".into(), ..FunctionResponse::default() }
}

fn ask(rig: &mut Rig, id: &str) {
    rig.server(json!({"toolCall": {"functionCalls": [{"id": id, "name": "f", "args": {"x": 1}}]}}));
}

fn respond(rig: &mut Rig, id: &str) {
    rig.act(|session, now| session.respond(vec![answer(id)], now));
}

/// How many calls were told; takes all events.
fn calls(rig: &mut Rig) -> usize {
    let asked = |event: &Event| if let Event::ToolCall { calls } = event { calls.len() } else { 0 };
    rig.events().iter().map(asked).sum()
}

/// The answer's words by turn; takes all events.
fn words(rig: &mut Rig) -> Vec<(u64, String)> {
    let words = |event| if let Event::OutputTranscript { turn, text } = event { Some((turn.0, text)) } else { None };
    rig.events().into_iter().filter_map(words).collect()
}
