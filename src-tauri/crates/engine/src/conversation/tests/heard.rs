//! How much of an answer was heard when it was cut.

use super::*;

const ANSWER: &str = "It is 8,849 metres high.";

/// `seconds` of an answer's sound.
fn sound(stage: &mut Stage, turn: u64, seconds: usize) {
    stage.live(Live::Audio { turn: Turn(turn), pcm: vec![0; seconds * 24_000], rate: 24_000 });
}

fn words(stage: &mut Stage, turn: u64, text: &str) {
    stage.live(Live::OutputTranscript { turn: Turn(turn), text: text.into() });
}

fn flushed(stage: &mut Stage, turn: u64, played: u64) {
    let (played, dropped) = (Duration::from_secs(played), Duration::from_secs(1));
    stage.audio(AudioEvent::PlaybackFlushed { turn, played, dropped });
}

fn complete(stage: &mut Stage, turn: u64, interrupted: bool) {
    stage.live(Live::TurnComplete { turn: Turn(turn), reason: None, interrupted });
}

/// The part of the answer to `turn` that was heard, if it was cut.
fn heard(stage: &Stage, turn: u64) -> Option<String> {
    let is_answer = |entry: &&crate::Entry| entry.turn == turn && entry.speaker == Speaker::Model;
    let entry = stage.entries.iter().find(is_answer).unwrap();
    let units = entry.text.encode_utf16().take(entry.heard_chars? as usize);
    Some(String::from_utf16(&units.collect::<Vec<_>>()).unwrap())
}

fn answering() -> Stage {
    let mut stage = Stage::ready();
    words(&mut stage, 1, ANSWER);
    sound(&mut stage, 1, 4);
    stage.audio(AudioEvent::PlaybackStarted { turn: 1, at: stage.now });
    stage
}

#[test]
fn an_answer_that_was_heard_to_its_end_has_no_mark() {
    let mut stage = answering();
    complete(&mut stage, 1, false);
    stage.audio(AudioEvent::PlaybackFinished { turn: 1, played: Duration::from_secs(4) });
    assert_eq!(heard(&stage, 1), None);
}

#[test]
fn the_service_s_interruption_shows_how_far_the_answer_was_heard() {
    let mut stage = answering();
    stage.live(Live::Flush { turn: Turn(1) });
    flushed(&mut stage, 1, 2);
    assert_eq!(heard(&stage, 1).as_deref(), Some("It is 8,849 "));
}

#[test]
fn so_does_a_press_and_what_still_comes_of_the_answer_counts_as_unheard() {
    let mut stage = answering();
    stage.talk(TalkInput::Start);
    flushed(&mut stage, 1, 2);
    words(&mut stage, 1, " Nobody hears this any more.");
    assert_eq!(heard(&stage, 1).as_deref(), Some("It is 8,849 "));
    sound(&mut stage, 1, 4);
    complete(&mut stage, 1, true);
    assert_eq!(heard(&stage, 1).as_deref(), Some("It is 8,849 "), "a quarter of twice the words");
}

#[test]
fn an_answer_that_was_cut_before_it_began_was_not_heard_at_all() {
    let mut stage = answering();
    stage.command(Command::Stop);
    flushed(&mut stage, 1, 0);
    assert_eq!(heard(&stage, 1).as_deref(), Some(""));
}

#[test]
fn a_cut_in_its_last_breath_is_none() {
    let mut stage = answering();
    stage.command(Command::Stop);
    flushed(&mut stage, 1, 4);
    complete(&mut stage, 1, true);
    assert_eq!(heard(&stage, 1), None);
}

#[test]
fn words_without_a_sound_are_not_taken_for_unheard() {
    let mut stage = Stage::ready();
    words(&mut stage, 1, ANSWER);
    flushed(&mut stage, 1, 0);
    complete(&mut stage, 1, true);
    assert_eq!(heard(&stage, 1), None);
}

#[test]
fn an_answer_that_comes_again_is_unmarked_until_it_is_cut_again() {
    let mut stage = answering();
    stage.live(Live::Flush { turn: Turn(1) });
    flushed(&mut stage, 1, 2);
    stage.live(Live::Repeated { turn: Turn(1), spoken: false });
    words(&mut stage, 1, ANSWER);
    assert_eq!(heard(&stage, 1), None);
}
