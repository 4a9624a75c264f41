//! The button, the gate and typed words.

use super::*;

#[test]
fn the_microphone_opens_on_the_press_before_anything_is_connected() {
    let mut stage = Stage::demo();
    assert_eq!(stage.phase, Phase::Off);
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said(), ["open gate", "configure", "target", "start"]);
    assert_eq!(stage.phase, Phase::OpeningMicrophone);

    stage.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 });
    assert_eq!(stage.phase, Phase::Listening);
    stage.frame(1);
    assert_eq!(stage.take_said(), ["audio 1"]);
}

#[test]
fn the_turn_ends_only_after_its_last_frame() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    assert_eq!(stage.take_said(), ["close gate 200"]);
    stage.frame(1);
    stage.frame(2);
    stage.gate_closed();
    assert_eq!(stage.take_said(), ["audio 1", "audio 2", "end"]);
    stage.frame(3);
    assert!(stage.take_said().is_empty(), "nothing is sent after the end");
}

#[test]
fn a_press_during_the_tail_ends_the_old_turn_before_the_new_one_begins() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.talk(TalkInput::Start);
    assert_eq!(stage.take_said(), ["close gate 200", "open gate"]);
    stage.frame(1);
    stage.gate_closed();
    stage.frame(2);
    assert_eq!(stage.take_said(), ["audio 1", "end", "start", "audio 2"]);
    assert_eq!(stage.phase, Phase::Listening);
}

#[test]
fn an_answer_is_timed_from_the_end_of_the_question_to_the_loudspeaker() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.frame(1);
    stage.wait(Duration::from_millis(200));
    stage.gate_closed();
    stage.wait(Duration::from_millis(640));
    stage.live(Live::Audio { turn: Turn(1), pcm: vec![0; 480], rate: 24_000 });
    stage.wait(Duration::from_millis(9));
    stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now });
    assert_eq!(stage.latency, Some(crate::Latency { service_ms: 640, playback_ms: 9 }));
}

#[test]
fn a_press_silences_the_answer_at_once() {
    let mut stage = Stage::ready();
    stage.live(Live::Audio { turn: Turn(0), pcm: vec![0; 480], rate: 24_000 });
    stage.audio(AudioEvent::PlaybackStarted { turn: 0, at: stage.now });
    assert_eq!(stage.phase, Phase::Speaking);
    stage.take_said();
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said()[0], "flush 0");
}

#[test]
fn stop_silences_the_answer_and_tells_the_service() {
    let mut stage = Stage::ready();
    stage.live(Live::Audio { turn: Turn(0), pcm: vec![0; 480], rate: 24_000 });
    stage.audio(AudioEvent::PlaybackStarted { turn: 0, at: stage.now });
    stage.take_said();
    stage.command(Command::Stop);
    assert_eq!(stage.take_said(), ["flush 0", "session stop"]);
}

#[test]
fn both_sides_become_entries_of_one_turn() {
    let mut stage = Stage::talking();
    stage.talk(TalkInput::Stop);
    stage.gate_closed();
    stage.live(Live::Waiting { turn: Turn(1) });
    assert_eq!(stage.phase, Phase::Waiting);
    stage.live(Live::InputTranscript { turn: Turn(1), text: " good".into() });
    stage.live(Live::InputTranscript { turn: Turn(1), text: " day".into() });
    stage.live(Live::OutputTranscript { turn: Turn(1), text: "Hello".into() });
    stage.live(Live::TurnComplete { turn: Turn(1), reason: None, interrupted: false });
    assert_eq!(stage.texts(), [(1, Speaker::User, "good day"), (1, Speaker::Model, "Hello")]);
    assert!(stage.entries.iter().all(|entry| entry.is_final));
}

#[test]
fn typed_words_are_the_users_side_of_their_turn() {
    let mut stage = Stage::ready();
    stage.command(typed("  what time is it? "));
    assert_eq!(stage.take_said(), ["warm", "text what time is it?"]);
    stage.live(Live::TurnStarted { turn: Turn(1) });
    assert_eq!(stage.texts(), [(1, Speaker::User, "what time is it?")]);
    stage.command(typed("   "));
    assert!(stage.take_said().is_empty());
}

#[test]
fn words_typed_while_speaking_join_the_turn() {
    let mut stage = Stage::talking();
    stage.command(typed("and this"));
    assert_eq!(stage.take_said(), ["text and this"]);
    assert_eq!(stage.texts(), [(1, Speaker::User, "and this")]);
    stage.talk(TalkInput::Stop);
    stage.gate_closed();
    stage.talk(TalkInput::Start);
    stage.live(Live::TurnStarted { turn: Turn(2) });
    assert_eq!(stage.texts()[1], (2, Speaker::User, ""), "the next turn is a spoken one");
}

#[test]
fn hands_free_goes_on_listening_while_the_answer_is_heard() {
    let mut stage = Stage::with(Settings { mode: Mode::HandsFree, ..Settings::default() }, false);
    stage.talk(TalkInput::Press);
    stage.talk(TalkInput::Release);
    stage.live(Live::Ready { session_id: None });
    stage.audio(AudioEvent::InputLive { name: "mic".into(), rate: 48_000, channels: 1 });
    assert_eq!(stage.phase, Phase::Listening);
    stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now });
    assert_eq!(stage.phase, Phase::Speaking);
    stage.take_said();
    stage.frame(5);
    assert_eq!(stage.take_said(), ["audio 5"]);
    stage.talk(TalkInput::Press);
    assert_eq!(stage.take_said(), ["close gate 0"]);
}

#[test]
fn shutting_down_during_a_press_ends_the_turn_and_the_connection_first() {
    let mut stage = Stage::talking();
    stage.command(Command::Shutdown);
    assert_eq!(stage.take_said(), ["close gate 0", "end", "disconnect"]);
    stage.live(Live::Disconnected);
    assert_eq!(stage.take_said(), ["stopped"]);
}
