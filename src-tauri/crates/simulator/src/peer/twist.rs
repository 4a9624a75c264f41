//! Answers as faults have them.

use std::time::{Duration, Instant};

use super::playback::Step;
use super::trouble::Troubles;
use crate::fault::{AroundCall, FaultAction};
use crate::persona::{Answer, Ending, Segment};
use crate::recording::ANSWER_RATE;

/// A thought where the persona has none.
const THOUGHT: &str = "**Listening**\nI weigh the words before I answer.";
/// How long after the end of the turn late transcripts come.
const LATENESS: Duration = Duration::from_millis(100);
/// Longest answer of a burst, in seconds.
const LONGEST_BURST: u64 = 600;

/// How long the answer must be that comes at once, if it does; `Some(0)` is as it is.
pub(super) fn burst(troubles: &Troubles, turn: u64) -> Option<u64> {
    troubles.find(turn, |action| match action {
        FaultAction::Burst { seconds } => Some(seconds.unwrap_or(0).min(LONGEST_BURST)),
        _ => None,
    })
}

/// Changes what is answered.
pub(super) fn answer(mut answer: Answer, troubles: &Troubles, turn: u64) -> Answer {
    let strike = |action| troubles.strike(turn, &action);
    if strike(FaultAction::Reject) {
        return Answer::rejected();
    }
    if strike(FaultAction::EmptyTurn) {
        return Answer { ending: Ending::Complete { generated: false }, ..Answer::default() };
    }
    if strike(FaultAction::Thoughts) {
        answer.thought.get_or_insert_with(|| THOUGHT.into());
    }
    if strike(FaultAction::CtrlTokens) {
        answer.heard = answer.heard.map(|text| format!(" <noise>{text}"));
        for word in answer.segments.iter_mut().filter_map(|segment| segment.words.first_mut()) {
            word.insert_str(0, "<ctrl46>");
        }
    }
    if strike(FaultAction::NoTranscript) {
        answer.heard = None;
        answer.segments.iter_mut().for_each(|segment| segment.words.clear());
    }
    if let Some(seconds) = burst(troubles, turn) {
        lengthen(&mut answer.segments, seconds as usize * ANSWER_RATE as usize);
    }
    answer
}

/// Repeats the sound of the last segment until all of them have so many samples.
fn lengthen(segments: &mut [Segment], samples: usize) {
    let present: usize = segments.iter().map(|segment| segment.pcm.len()).sum();
    if let Some(last) = segments.last_mut().filter(|last| !last.pcm.is_empty()) {
        let missing = samples.saturating_sub(present);
        let more: Vec<i16> = last.pcm.iter().copied().cycle().take(missing).collect();
        last.pcm.extend(more);
    }
}

/// Changes in which order and how much of it is sent.
pub(super) fn steps(steps: &mut Vec<(Instant, Step)>, troubles: &Troubles, turn: u64) {
    let strike = |action| troubles.strike(turn, &action);
    if strike(FaultAction::TextOnly) {
        steps.retain(|(_, step)| !matches!(step, Step::Sound(_)));
        for (_, step) in steps.iter_mut() {
            if let Step::Spoken(text) = step {
                *step = Step::Text(std::mem::take(text));
            }
        }
    }
    if strike(FaultAction::PrematureComplete) {
        stop_in_the_middle(steps);
    }
    if strike(FaultAction::CompleteBeforeLastAudio) {
        complete_early(steps);
    }
    let around = |action: &FaultAction| match action {
        FaultAction::CompleteAroundCall { place } => Some(*place),
        _ => None,
    };
    if let Some(place) = troubles.find(turn, around) {
        complete_around_call(steps, place);
    }
    if strike(FaultAction::TranscriptAfterTurn) {
        let (late, mut rest): (Vec<_>, Vec<_>) =
            steps.drain(..).partition(|(_, step)| matches!(step, Step::Heard(_) | Step::Spoken(_)));
        if let Some(end) = rest.last().map(|(at, _)| *at + LATENESS) {
            rest.extend(late.into_iter().map(|(_, step)| (end, step)));
        }
        *steps = rest;
    }
}

/// After half of the sound the turn is over.
fn stop_in_the_middle(steps: &mut Vec<(Instant, Step)>) {
    let sounds: Vec<usize> = positions(steps);
    let Some(&cut) = sounds.get(sounds.len() / 2) else { return };
    let Some((at, _)) = steps.get(cut.saturating_sub(1)).cloned() else { return };
    steps.truncate(cut);
    steps.extend([(at, Step::Generated), (at, Step::Complete)]);
}

/// The marks of the end come before the last two pieces of sound.
fn complete_early(steps: &mut Vec<(Instant, Step)>) {
    let sounds: Vec<usize> = positions(steps);
    let Some(&cut) = sounds.get(sounds.len().saturating_sub(2)) else { return };
    let Some((at, _)) = steps.get(cut).cloned() else { return };
    let (marks, rest): (Vec<_>, Vec<_>) =
        steps.drain(cut..).partition(|(_, step)| matches!(step, Step::Generated | Step::Complete));
    steps.extend(marks.into_iter().map(|(_, step)| (at, step)));
    steps.extend(rest);
}

/// The marks of the end come there beside the calls, and nothing else after these.
fn complete_around_call(steps: &mut Vec<(Instant, Step)>, place: AroundCall) {
    let Some(first) = steps.iter().position(|(_, step)| matches!(step, Step::Call(_))) else { return };
    let Some((at, call)) = steps.drain(first..).next() else { return };
    let marks = [Step::Generated, Step::Complete];
    let (before, after) = match place {
        AroundCall::Before => (None, Some(call)),
        AroundCall::Between => (Some(Step::Call(1)), Some(call)),
        AroundCall::After => (Some(call), None),
    };
    steps.extend(before.into_iter().chain(marks).chain(after).map(|step| (at, step)));
}

fn positions(steps: &[(Instant, Step)]) -> Vec<usize> {
    let sounds = steps.iter().enumerate().filter(|(_, (_, step))| matches!(step, Step::Sound(_)));
    sounds.map(|(position, _)| position).collect()
}
