//! What the session says.

use super::*;

#[test]
fn an_answer_is_speaking_until_it_has_been_heard() {
    let mut stage = Stage::ready();
    stage.live(Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 });
    stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now });
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
    assert_eq!(stage.phase, Phase::Speaking, "the queue still plays");
    stage.audio(AudioEvent::PlaybackFinished { turn: 1, played: Duration::from_secs(1) });
    assert_eq!(stage.phase, Phase::Ready);
}

#[test]
fn the_end_of_an_answer_is_told_once_unless_more_of_it_comes() {
    let mut stage = Stage::ready();
    let audio = || Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 };
    let complete = || Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false };
    stage.live(audio());
    stage.live(Live::GenerationComplete { turn: Turn(1) });
    stage.live(complete());
    assert_eq!(stage.take_said(), ["push 1", "end turn 1"]);
    stage.live(audio());
    stage.live(complete());
    assert_eq!(stage.take_said(), ["push 1", "end turn 1"]);
}

#[test]
fn no_answer_for_ten_seconds_is_told() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.gate_closed();
    stage.live(Live::Waiting { turn: Turn(1) });
    assert_eq!(stage.conversation.deadline(), Some(stage.now + ANSWER_TIMEOUT));
    stage.now += ANSWER_TIMEOUT;
    stage.input(Input::Timeout);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::NoAnswer), Phase::Ready));
    assert_eq!(stage.entries[0].note, Some(Note::NoAnswer));
    assert_eq!(stage.conversation.deadline(), None);
}

#[test]
fn a_turn_in_which_nothing_was_heard_says_so() {
    let mut stage = Stage::talking();
    stage.live(Live::TurnComplete { turn: Turn(1), reason: Some("RESPONSE_REJECTED".into()), interrupted: false });
    assert_eq!(stage.entries[0].note, Some(Note::NothingHeard));
}

#[test]
fn a_connection_lost_during_a_press_is_made_again_and_the_words_go_on_being_kept() {
    let mut stage = Stage::talking();
    stage.live(reconnecting(1006, "", 1, 0));
    assert_eq!((stage.phase, stage.problem), (Phase::Reconnecting, None), "a try that follows at once is no news");
    stage.frame(1);
    assert_eq!(stage.take_said(), ["audio 1"]);
    stage.live(Live::Ready { session_id: None });
    stage.live(Live::Continued { carried: Carried::Everything });
    assert_eq!(stage.phase, Phase::Listening);
    assert_eq!(stage.entries.len(), 1, "nothing is said about it");
}

#[test]
fn a_wait_before_the_next_try_is_explained_until_it_is_over() {
    let mut stage = Stage::talking();
    stage.live(reconnecting(1011, "You exceeded your current quota", 1, 60));
    assert_eq!((stage.phase, stage.problem), (Phase::Reconnecting, Some(ProblemCode::QuotaExceeded)));
    assert_eq!(stage.conversation.problem.as_ref().and_then(|problem| problem.retry_at), Some(60_000));
    stage.command(Command::Connect);
    assert_eq!(stage.take_said(), ["connect"], "somebody who doesn't want to wait");
    stage.live(Live::Ready { session_id: None });
    assert_eq!(stage.problem, None);
}

#[test]
fn when_all_tries_have_failed_the_press_is_over_and_the_reason_is_told() {
    let mut stage = Stage::talking();
    stage.live(reconnecting(1006, "", 1, 0));
    stage.live(closed(1006, ""));
    assert_eq!(stage.take_said(), ["close gate 0", "end"]);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::ConnectionLost), Phase::Error));
}

#[test]
fn what_a_new_session_knows_is_told_in_one_line() {
    for (carried, note) in [
        (Carried::Words { left_out: 0 }, Note::HistoryKept),
        (Carried::Words { left_out: 3 }, Note::HistoryShortened),
        (Carried::Nothing, Note::HistoryLost),
    ] {
        let mut stage = Stage::ready();
        stage.live(Live::Continued { carried });
        let entry = stage.entries.last().unwrap();
        assert_eq!((entry.speaker, entry.note, entry.is_final), (Speaker::Notice, Some(note), true));
    }
}

#[test]
fn a_turn_said_again_has_its_words_and_its_answer_once() {
    let mut stage = Stage::talking();
    stage.live(Live::InputTranscript { turn: Turn(1), text: "hello".into() });
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "half an".into() });
    stage.live(reconnecting(1006, "", 1, 0));
    stage.live(Live::Repeated { turn: Turn(1), spoken: true });
    stage.live(Live::InputTranscript { turn: Turn(1), text: "hello".into() });
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "an answer".into() });
    let texts: Vec<_> = stage.entries.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["hello", "an answer"]);
}

#[test]
fn a_model_at_work_is_thinking_until_it_is_done() {
    let mut stage = Stage::ready();
    stage.command(typed("book a flight"));
    stage.live(Live::TurnStarted { turn: Turn(1) });
    stage.live(Live::Working { turn: Turn(1) });
    assert_eq!(stage.phase, Phase::Thinking);
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
    assert_eq!(stage.phase, Phase::Ready);
}

#[test]
fn a_call_of_a_function_nobody_offered_is_declined_rather_than_left_waiting() {
    let mut stage = Stage::ready();
    let call = FunctionCall { id: Some("1".into()), name: "rm".into(), ..FunctionCall::default() };
    stage.live(Live::ToolCall { calls: vec![call] });
    let said = stage.take_said();
    assert!(said[0].starts_with("answer") && said[0].contains("There is no function"), "{said:?}");
}

#[test]
fn an_idle_connection_may_end_without_a_word() {
    let mut stage = Stage::ready();
    stage.live(closed(1008, "The operation was aborted."));
    assert_eq!((stage.problem, stage.phase), (None, Phase::Off));
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said(), ["open gate", "configure", "target", "start"]);
}
