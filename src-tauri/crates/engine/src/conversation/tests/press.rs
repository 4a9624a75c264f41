//! Presses that are too short, silent or too long, and the sounds that go with a press.

use super::*;

const SILENT: Heard = Heard { length: Duration::from_secs(2), speech: Duration::ZERO, peak_dbfs: -62.0 };

/// Held for so long, then let go, with this to hear.
fn press(stage: &mut Stage, held: u64, heard: Heard) {
    stage.talk(TalkInput::Start);
    stage.live(Live::TurnStarted { turn: Turn(1) });
    stage.input_live();
    stage.wait(Duration::from_millis(held));
    stage.talk(TalkInput::Stop);
    stage.audio(AudioEvent::GateClosed { heard });
    stage.live(Live::Waiting { turn: Turn(1) });
}

#[test]
fn a_slip_of_the_finger_ends_its_turn_and_waits_for_no_answer() {
    let mut stage = Stage::ready();
    press(&mut stage, 149, SILENT);
    assert_eq!(stage.take_said(), ["open gate", "start", "close gate 200", "end"]);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::PressTooShort), Phase::Ready));
    assert_eq!(stage.entries[0].note, Some(Note::NothingHeard));
    stage.wait(ANSWER_TIMEOUT);
    assert_eq!(stage.problem, Some(ProblemCode::PressTooShort), "and not that an answer is missing");
    stage.talk(TalkInput::Start);
    assert_eq!(stage.problem, None);
}

#[test]
fn a_short_word_is_no_slip_of_the_finger() {
    let mut stage = Stage::ready();
    press(&mut stage, 100, spoken());
    assert_eq!((stage.problem, stage.phase), (None, Phase::Waiting));
}

#[test]
fn a_silent_press_is_told_at_once_with_its_level() {
    let mut stage = Stage::ready();
    press(&mut stage, 2000, SILENT);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::NothingHeard), Phase::Ready));
    assert_eq!(stage.conversation.problem.as_ref().unwrap().detail.as_deref(), Some("-62 dBFS"));
    assert_eq!(stage.conversation.deadline(), None);
}

#[test]
fn what_the_detector_took_for_noise_is_told_only_when_the_service_did_too() {
    let noise = Heard { peak_dbfs: -30.0, ..SILENT };
    let mut stage = Stage::ready();
    press(&mut stage, 2000, noise);
    assert_eq!((stage.problem, stage.phase), (None, Phase::Waiting));
    stage.wait(ANSWER_TIMEOUT);
    assert_eq!(stage.problem, Some(ProblemCode::NothingHeard));

    let mut stage = Stage::ready();
    press(&mut stage, 2000, noise);
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "Yes?".into() });
    stage.wait(ANSWER_TIMEOUT);
    assert_eq!(stage.problem, None);
}

#[test]
fn an_answer_proves_the_detector_wrong() {
    let mut stage = Stage::ready();
    press(&mut stage, 2000, SILENT);
    stage.answer(1);
    assert_eq!(stage.problem, None);
}

#[test]
fn a_muted_or_typed_press_is_meant_to_be_silent() {
    let mut muted = Stage::ready();
    muted.command(Command::SetMuted(true));
    press(&mut muted, 2000, SILENT);
    assert_eq!(muted.problem, None);

    let mut writer = Stage::ready();
    writer.talk(TalkInput::Start);
    writer.command(typed("words"));
    writer.talk(TalkInput::Stop);
    writer.audio(AudioEvent::GateClosed { heard: SILENT });
    assert_eq!(writer.problem, None);
}

#[test]
fn a_press_during_the_tail_is_judged_by_its_own_sound() {
    let mut stage = Stage::talking();
    stage.wait(Duration::from_secs(1));
    stage.talk(TalkInput::Stop);
    stage.talk(TalkInput::Start);
    stage.audio(AudioEvent::GateClosed { heard: SILENT });
    assert_eq!(stage.problem, None, "somebody goes on");
    stage.wait(Duration::from_secs(1));
    stage.talk(TalkInput::Stop);
    stage.gate_closed();
    assert_eq!(stage.problem, None);
}

#[test]
fn a_press_that_is_over_before_the_tail_of_the_last_one_is_told() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.talk(TalkInput::Start);
    stage.talk(TalkInput::Stop);
    assert_eq!(stage.take_said(), ["close gate 200", "open gate", "close gate 0"]);
    assert_eq!(stage.problem, Some(ProblemCode::PressTooShort));
    stage.gate_closed();
    assert_eq!(stage.take_said(), ["end"]);
}

#[test]
fn a_press_ends_after_five_minutes_and_half_a_minute_before_that_is_told() {
    let mut stage = Stage::talking();
    stage.wait(Duration::from_secs(269));
    assert_eq!(stage.problem, None);
    stage.wait(Duration::from_secs(1));
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::LongPress), Phase::Listening));
    stage.wait(Duration::from_secs(29));
    assert!(stage.take_said().is_empty());
    stage.wait(Duration::from_secs(1));
    assert_eq!(stage.take_said(), ["close gate 200"]);
    assert_eq!(stage.problem, None);
    stage.gate_closed();
    assert_eq!(stage.take_said(), ["end"]);
    assert_eq!(stage.conversation.deadline(), None);
}

#[test]
fn hands_free_listens_for_as_long_as_it_is_on() {
    let mut stage = Stage::listening(json!({}));
    stage.wait(Duration::from_mins(10));
    assert_eq!((stage.problem, stage.phase), (None, Phase::Listening));
}

#[test]
fn sounds_tell_when_the_microphone_hears_and_when_it_has_heard_all() {
    let mut stage = Stage::ready();
    stage.talk(TalkInput::Start);
    assert_eq!(stage.cues, [Cue::Start]);
    stage.talk(TalkInput::Stop);
    assert_eq!(stage.cues, [Cue::Start], "in the tail it would be recorded");
    stage.gate_closed();
    assert_eq!(stage.cues, [Cue::Start, Cue::Stop]);
    stage.audio(AudioEvent::MutedSpeech);
    assert_eq!(stage.cues.pop(), Some(Cue::Muted));
    stage.live(closed(1007, "API key not valid. Please pass a valid API key."));
    assert_eq!(stage.cues.pop(), Some(Cue::Error));
}

#[test]
fn a_hint_is_no_error_and_makes_no_sound() {
    let mut stage = Stage::ready();
    press(&mut stage, 2000, SILENT);
    assert_eq!(stage.cues, [Cue::Start, Cue::Stop]);
}

#[test]
fn whoever_wants_no_sounds_hears_none() {
    let mut stage = Stage::with(settings(json!({ "sound": { "cues": false } }), json!({})), false);
    press(&mut stage, 2000, spoken());
    stage.audio(AudioEvent::MutedSpeech);
    stage.live(closed(1007, "API key not valid. Please pass a valid API key."));
    assert_eq!(stage.cues, []);
}

#[test]
fn hints_keep_nobody_from_talking() {
    for code in [
        ProblemCode::PressTooShort,
        ProblemCode::NothingHeard,
        ProblemCode::LongPress,
        ProblemCode::EchoFailing,
        ProblemCode::MicrophoneBlocked,
        ProblemCode::BluetoothMicrophone,
    ] {
        assert!(!Problem::of(code).blocks_talking(), "{code:?}");
    }
}
