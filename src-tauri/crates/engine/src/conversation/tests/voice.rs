//! The local voice detector, hands-free: turns by its word, speech over an answer, half-duplex, echo.

use super::*;

fn local() -> Value {
    json!({ "detection": { "by": "local" } })
}

fn half_duplex(by: &str) -> Value {
    json!({ "detection": { "by": by }, "sound": { "halfDuplex": true } })
}

fn begin_speech(stage: &mut Stage) {
    stage.audio(AudioEvent::SpeechStarted { at: stage.now });
}

fn end_speech(stage: &mut Stage) {
    stage.audio(AudioEvent::SpeechEnded { heard: spoken() });
}

fn echo(stage: &mut Stage, state: EchoState) {
    stage.audio(AudioEvent::Echo(EchoReport { state, ..EchoReport::default() }));
}

#[test]
fn a_turn_is_what_was_said_between_two_pauses() {
    let mut stage = Stage::with(settings(json!({ "mode": "handsFree" }), local()), false);
    stage.talk(TalkInput::Start);
    assert_eq!(stage.take_said(), ["open gate for a voice 600", "configure", "target", "connect"]);
    stage.live(Live::Ready { session_id: None });
    stage.input_live();
    assert_eq!(stage.phase, Phase::Listening);
    stage.frame(1);
    assert!(stage.take_said().is_empty(), "nobody speaks");

    begin_speech(&mut stage);
    stage.frame(2);
    stage.frame(3);
    end_speech(&mut stage);
    stage.frame(4);
    assert_eq!(stage.take_said(), ["start", "audio 2", "audio 3", "end"]);
    stage.live(Live::TurnStarted { turn: Turn(1) });
    stage.live(Live::Waiting { turn: Turn(1) });
    assert_eq!(stage.phase, Phase::Waiting);
    stage.answer(1);
    assert_eq!(stage.phase, Phase::Speaking);
    stage.answered(1);
    assert_eq!(stage.phase, Phase::Listening);
}

#[test]
fn marks_are_the_session_s_way_when_this_program_hears_for_itself() {
    let mode = |patch| settings(json!({ "mode": "handsFree" }), patch).session_config(None).mode;
    assert_eq!(mode(local()), vivavoce_live::session::TalkMode::PushToTalk);
    assert_eq!(mode(json!({})), vivavoce_live::session::TalkMode::HandsFree);
}

#[test]
fn a_model_that_takes_no_marks_hears_for_itself() {
    let stage = |patch| {
        let mut stage = Stage::with(settings(json!({ "mode": "handsFree" }), patch), false);
        stage.talk(TalkInput::Start);
        stage.take_said().remove(0)
    };
    let translator = json!({ "model": "gemini-3.5-live-translate-preview", "detection": { "by": "local" } });
    assert_eq!(stage(local()), "open gate for a voice 600");
    assert_eq!(stage(translator), "open gate");
}

#[test]
fn switching_off_in_the_middle_of_a_word_ends_the_turn() {
    let mut stage = Stage::listening(local());
    begin_speech(&mut stage);
    stage.frame(1);
    stage.talk(TalkInput::Stop);
    stage.frame(2);
    end_speech(&mut stage);
    stage.gate_closed();
    assert_eq!(stage.take_said(), ["start", "audio 1", "close gate 0", "audio 2", "end"]);
    begin_speech(&mut stage);
    assert!(stage.take_said().is_empty());
}

#[test]
fn words_typed_while_somebody_speaks_join_the_turn_and_otherwise_are_one() {
    let mut stage = Stage::listening(local());
    stage.command(typed("before"));
    assert_eq!(stage.take_said(), ["warm", "text before"]);
    begin_speech(&mut stage);
    stage.command(typed("within"));
    assert_eq!(stage.take_said(), ["start", "text within"]);
}

#[test]
fn speaking_cuts_the_answer_unless_it_is_set_not_to() {
    let mut stage = Stage::listening(local());
    stage.answer(1);
    begin_speech(&mut stage);
    assert_eq!(stage.take_said(), ["flush 1", "start"]);

    let mut stage = Stage::listening(json!({ "detection": { "by": "local", "interrupts": false } }));
    stage.answer(1);
    begin_speech(&mut stage);
    assert_eq!(stage.take_said(), ["start"]);
}

#[test]
fn an_idle_service_that_hangs_up_is_called_again_at_the_next_word() {
    let mut stage = Stage::listening(local());
    stage.live(closed(1008, "The operation was aborted."));
    assert_eq!((stage.problem, stage.phase), (None, Phase::Listening));
    begin_speech(&mut stage);
    assert_eq!(stage.take_said(), ["configure", "target", "start"]);
}

#[test]
fn a_service_that_is_lost_for_good_ends_the_listening() {
    let mut stage = Stage::listening(local());
    stage.live(closed(1007, "API key not valid. Please pass a valid API key."));
    assert_eq!(stage.take_said(), ["close gate 0"]);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::KeyInvalid), Phase::Error));
}

#[test]
fn another_patience_counts_at_once_and_without_another_connection() {
    let mut stage = Stage::listening(local());
    stage.update(json!({ "detection": { "patience": "patient" } }));
    assert_eq!(stage.take_said(), ["close gate 0", "open gate for a voice 1200"]);
    stage.gate_closed();
    begin_speech(&mut stage);
    assert_eq!(stage.take_said(), ["start"]);
}

#[test]
fn another_detector_begins_anew() {
    let mut stage = Stage::listening(json!({}));
    stage.update(local());
    assert_eq!(stage.take_said(), ["close gate 0", "end", "disconnect", "configure", "target", "connect"]);
    assert_ne!(stage.phase, Phase::Listening);
}

#[test]
fn patience_reaches_the_service_unless_a_number_says_more() {
    let silence = |detection: Value| {
        let settings = settings(json!({ "mode": "handsFree" }), json!({ "detection": detection }));
        let detection = settings.session_config(None).options.detection;
        detection.and_then(|detection| detection.silence_duration_ms).map(|ms| serde_json::to_value(ms).unwrap())
    };
    assert_eq!(silence(json!({ "patience": "quick" })), Some(json!(300)));
    assert_eq!(silence(json!({ "patience": "patient" })), Some(json!(1200)));
    assert_eq!(silence(json!({ "patience": "patient", "silenceMs": 700 })), Some(json!(700)));
    assert_eq!(silence(json!({ "patience": "normal" })), None, "as the service sees fit");
    assert_eq!(silence(json!({ "patience": "quick", "by": "local" })), None);
}

#[test]
fn perhaps_a_voice_lowers_the_answer_until_it_is_known() {
    let mut stage = Stage::listening(json!({}));
    stage.audio(AudioEvent::Voice(Voice::Perhaps));
    assert!(stage.take_said().is_empty(), "there is nothing to lower");
    stage.answer(1);
    stage.audio(AudioEvent::Voice(Voice::Perhaps));
    stage.audio(AudioEvent::Voice(Voice::None));
    assert_eq!(stage.take_said(), ["duck", "no duck"]);
    assert_eq!(stage.phase, Phase::Speaking);
}

#[test]
fn whatever_ends_under_a_voice_leaves_nothing_lowered() {
    let mut stage = Stage::listening(json!({}));
    stage.answer(1);
    stage.audio(AudioEvent::Voice(Voice::Perhaps));
    stage.audio(AudioEvent::PlaybackFinished { turn: 1, played: Duration::from_secs(1) });
    assert_eq!(stage.take_said(), ["duck", "no duck"]);
    stage.answer(2);
    stage.audio(AudioEvent::Voice(Voice::Perhaps));
    stage.command(Command::SetMuted(true));
    assert_eq!(stage.take_said(), ["duck", "SetMuted(true)", "no duck"]);
    stage.audio(AudioEvent::Voice(Voice::Sure));
    assert!(stage.take_said().is_empty(), "nobody is listened to");
    stage.command(Command::SetMuted(false));
    stage.audio(AudioEvent::Voice(Voice::Perhaps));
    stage.take_said();
    stage.talk(TalkInput::Stop);
    assert_eq!(stage.take_said(), ["no duck", "close gate 0"]);
}

#[test]
fn a_voice_silences_the_answer_before_the_service_says_so_and_the_next_one_is_heard() {
    let mut stage = Stage::listening(json!({}));
    stage.answer(1);
    stage.audio(AudioEvent::Voice(Voice::Perhaps));
    stage.audio(AudioEvent::Voice(Voice::Sure));
    assert_eq!(stage.take_said(), ["duck", "flush 1", "no duck"]);
    stage.audio(AudioEvent::Voice(Voice::Sure));
    assert!(stage.take_said().is_empty(), "once");
    let flushed = AudioEvent::PlaybackFlushed { turn: 1, played: Duration::ZERO, dropped: Duration::ZERO };
    stage.audio(flushed);
    assert_eq!(stage.phase, Phase::Listening);

    stage.live(Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 });
    assert!(stage.take_said().is_empty(), "the service doesn't know yet");
    assert_eq!(stage.phase, Phase::Listening);
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: true });
    stage.live(Live::TurnStarted { turn: Turn(2) });
    stage.take_said();
    stage.live(Live::Audio { turn: Turn(2), pcm: vec![0; 480], rate: 24_000 });
    assert_eq!(stage.take_said(), ["push 2"]);
}

#[test]
fn an_answer_that_the_service_goes_on_with_regardless_stays_silent_to_its_end() {
    let mut stage = Stage::listening(json!({}));
    stage.answer(1);
    stage.audio(AudioEvent::Voice(Voice::Sure));
    stage.take_said();
    for _ in 0..10 {
        stage.wait(Duration::from_secs(1));
        stage.live(Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 });
    }
    assert!(stage.take_said().is_empty());
}

#[test]
fn a_voice_cuts_nothing_where_it_is_set_not_to_or_the_button_says_when() {
    let no_interruption = Stage::listening(json!({ "detection": { "interrupts": false } }));
    let half_duplex = Stage::listening(half_duplex("service"));
    for mut stage in [Stage::ready(), no_interruption, half_duplex] {
        stage.answer(1);
        stage.audio(AudioEvent::Voice(Voice::Perhaps));
        stage.audio(AudioEvent::Voice(Voice::Sure));
        assert!(stage.take_said().is_empty());
    }
}

#[test]
fn an_echo_does_not_cut_its_own_answer() {
    let cancelled = || Stage::listening(json!({}));
    let not_cancelled = || Stage::listening(json!({ "sound": { "echoCancellation": false } }));
    for (mut stage, state, said) in [
        (cancelled(), EchoState::Failing, &[][..]),
        (cancelled(), EchoState::Unknown, &["duck"]),
        (cancelled(), EchoState::Learning, &["duck"]),
        (cancelled(), EchoState::Converged, &["flush 1"]),
        (not_cancelled(), EchoState::Unknown, &["flush 1"]),
    ] {
        stage.answer(1);
        echo(&mut stage, state);
        stage.audio(AudioEvent::Voice(Voice::Sure));
        assert_eq!(stage.take_said(), said, "{state:?}");
    }
}

#[test]
fn half_duplex_sends_silence_while_an_answer_is_in_the_room() {
    let mut stage = Stage::listening(half_duplex("service"));
    stage.frame(1);
    stage.answer(1);
    stage.frame(2);
    stage.answered(1);
    stage.frame(3);
    stage.wait(Duration::from_millis(199));
    stage.frame(4);
    stage.wait(Duration::from_millis(1));
    stage.frame(5);
    assert_eq!(stage.take_said(), ["audio 0", "audio 0", "audio 5"]);
}

#[test]
fn half_duplex_does_not_take_the_answer_for_speech() {
    let mut stage = Stage::listening(half_duplex("local"));
    stage.answer(1);
    begin_speech(&mut stage);
    stage.frame(1);
    end_speech(&mut stage);
    stage.answered(1);
    assert!(stage.take_said().is_empty());
    stage.wait(Duration::from_secs(1));
    assert!(stage.take_said().is_empty());
    begin_speech(&mut stage);
    assert_eq!(stage.take_said(), ["start"]);
}

#[test]
fn half_duplex_hears_whoever_began_to_speak_over_the_answer() {
    let mut stage = Stage::listening(half_duplex("local"));
    stage.answer(1);
    begin_speech(&mut stage);
    stage.answered(1);
    stage.wait(Duration::from_millis(199));
    assert!(stage.take_said().is_empty());
    stage.wait(Duration::from_millis(1));
    assert_eq!(stage.take_said(), ["close gate 0", "open gate for a voice 600"]);
    stage.gate_closed();
    begin_speech(&mut stage);
    stage.frame(1);
    assert_eq!(stage.take_said(), ["start", "audio 1"]);
    assert_eq!(stage.conversation.deadline(), None);
}

#[test]
fn an_echo_that_can_t_be_removed_is_told_once_until_something_changes() {
    let mut stage = Stage::listening(json!({}));
    echo(&mut stage, EchoState::Failing);
    assert_eq!(stage.problem, Some(ProblemCode::EchoFailing));
    stage.command(Command::DismissProblem);
    echo(&mut stage, EchoState::Learning);
    echo(&mut stage, EchoState::Failing);
    assert_eq!(stage.problem, None, "it was said");
    stage.update(json!({ "outputDevice": "a:other" }));
    echo(&mut stage, EchoState::Failing);
    assert_eq!(stage.problem, Some(ProblemCode::EchoFailing));
    stage.update(json!({ "sound": { "halfDuplex": true } }));
    assert_eq!(stage.problem, None, "that helps");
    echo(&mut stage, EchoState::Failing);
    assert_eq!(stage.problem, None);
}

#[test]
fn every_turn_the_service_hears_has_a_first_sample_of_its_own() {
    let mut stage = Stage::listening(json!({}));
    stage.live(Live::TurnStarted { turn: Turn(1) });
    stage.frame(1);
    let first = stage.now;
    assert_eq!(stage.conversation.first_captured, Some(first));
    stage.wait(Duration::from_secs(5));
    stage.live(Live::TurnStarted { turn: Turn(2) });
    stage.frame(2);
    assert_eq!(stage.conversation.first_captured, Some(stage.now));
}

#[test]
fn an_echo_is_no_matter_while_the_button_says_when_to_listen() {
    let mut stage = Stage::talking();
    echo(&mut stage, EchoState::Failing);
    assert_eq!(stage.problem, None);
}
