//! The local voice detector at work: hands-free without the service's help, and what it notices in a press.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use support::{Rig, frames, pcm, speaker};
use vivavoce_audio::{
    AudioCommand, AudioEvent, GateMode, Heard, Voice,
    sim::{SimHost, SimSpec},
};

const PATIENCE: Duration = Duration::from_millis(600);

/// When the voice begins, in ms of the clock.
const BEGIN: u64 = 2_000;

fn voice() -> Arc<Vec<f32>> {
    static VOICE: OnceLock<Arc<Vec<f32>>> = OnceLock::new();
    let spoken = || {
        let signal = vivavoce_rig::speak("Please tell me what the weather will be tomorrow.").unwrap();
        let samples = signal.resampled(16_000, 7_000.0).samples;
        let first = samples.iter().position(|sample| sample.abs() > 0.01).unwrap();
        let last = samples.iter().rposition(|sample| sample.abs() > 0.01).unwrap();
        Arc::new(samples[first..=last].to_vec())
    };
    Arc::clone(VOICE.get_or_init(spoken))
}

fn length() -> u64 {
    voice().len() as u64 / 16
}

/// A microphone in a quiet room, and a voice after two seconds.
fn mic() -> SimSpec {
    let voice = voice();
    SimSpec::input("mic").rate(16_000).signal(move |index| {
        let noise = (index.wrapping_mul(2_654_435_761) % 1_000) as f32 * 2e-6 - 1e-3;
        let spoken = index.checked_sub(16 * BEGIN).and_then(|at| voice.get(at as usize)).copied();
        noise + spoken.unwrap_or(0.0)
    })
}

fn rig() -> Rig {
    Rig::new(SimHost::new().with(mic()).with(speaker()))
}

fn ended(events: &[AudioEvent]) -> Vec<Heard> {
    let of = |event: &AudioEvent| match event {
        AudioEvent::SpeechEnded { heard } => Some(*heard),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

#[test]
fn frames_flow_only_while_somebody_speaks_and_the_first_syllable_is_among_them() {
    let rig = rig();
    let mode = GateMode::Voice { patience: PATIENCE };
    rig.send(AudioCommand::OpenGate(mode));
    rig.run(BEGIN);
    assert!(frames(&rig.events()).is_empty(), "frames came before anybody spoke");
    let said = rig.sim.clock().now();
    rig.run(length() + 2_000);
    let events = rig.events();
    let spoken: Vec<f32> = pcm(&events).iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    let first = spoken
        .windows(voice().len())
        .position(|window| window.iter().zip(voice().iter()).step_by(97).all(|(a, b)| (a - b).abs() < 0.003));
    assert!(first.is_some(), "the whole sentence was not among {} samples", spoken.len());
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            AudioEvent::SpeechStarted { at } => Some(*at),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 1);
    let off = told[0].max(said) - told[0].min(said);
    assert!(off < Duration::from_millis(150), "it was said to begin {off:?} off");
    let heard = ended(&events);
    assert_eq!(heard.len(), 1, "one sentence is one speech");
    assert!(heard[0].speech > Duration::from_millis(length() / 2), "{heard:?}");
}

#[test]
fn a_speech_ends_after_the_patience_and_not_before() {
    for patience in [300, 600, 1_200] {
        let rig = rig();
        rig.send(AudioCommand::OpenGate(GateMode::Voice { patience: Duration::from_millis(patience) }));
        rig.run(BEGIN + length() + patience - 100);
        assert_eq!(ended(&rig.events()).len(), 0, "a patience of {patience} ms was shorter");
        rig.run(400);
        assert_eq!(ended(&rig.events()).len(), 1, "a patience of {patience} ms was longer");
    }
}

#[test]
fn closing_the_gate_in_mid_speech_ends_it_with_every_frame_told() {
    let rig = rig();
    rig.send(AudioCommand::OpenGate(GateMode::Voice { patience: PATIENCE }));
    rig.run(BEGIN + 1_000);
    rig.close_gate(0);
    rig.run(500);
    let story: Vec<&str> = rig
        .events()
        .iter()
        .filter_map(|event| match event {
            AudioEvent::SpeechStarted { .. } => Some("started"),
            AudioEvent::SpeechEnded { .. } => Some("ended"),
            AudioEvent::GateClosed { .. } => Some("closed"),
            _ => None,
        })
        .collect();
    assert_eq!(story, ["started", "ended", "closed"]);
}

#[test]
fn a_press_tells_how_much_of_it_was_speech() {
    let rig = rig();
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(1_000);
    rig.close_gate(0);
    rig.run(300);
    let silent = closed(&rig.events());
    assert_eq!(silent.speech, Duration::ZERO);
    assert!((silent.length.as_millis() as i64 - 1_000).abs() <= 1);
    rig.run(600);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(BEGIN + length());
    rig.close_gate(0);
    rig.run(300);
    assert!(closed(&rig.events()).speech > Duration::from_millis(length() / 2));
}

#[test]
fn a_voice_is_guessed_at_before_it_is_certain() {
    let rig = rig();
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    let mut told = Vec::new();
    for ms in (0..BEGIN + 1_000).step_by(5) {
        rig.run(5);
        told.extend(rig.events().into_iter().filter_map(|event| match event {
            AudioEvent::Voice(voice) => Some((ms, voice)),
            _ => None,
        }));
    }
    let at = |wanted: Voice| told.iter().find(|(_, voice)| *voice == wanted).map(|(ms, _)| *ms).unwrap();
    let (guess, certain) = (at(Voice::Perhaps), at(Voice::Sure));
    assert!((BEGIN..BEGIN + 120).contains(&guess), "guessed {} ms after the voice began", guess as i64 - BEGIN as i64);
    assert!(guess < certain && certain < BEGIN + 300, "certain at {certain} ms");
}

#[test]
fn who_speaks_into_a_muted_microphone_is_told_once_and_nothing_is_sent() {
    let rig = rig();
    rig.send(AudioCommand::SetMuted(true));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(BEGIN);
    let told = |events: &[AudioEvent]| events.iter().filter(|event| **event == AudioEvent::MutedSpeech).count();
    assert_eq!(told(&rig.events()), 0);
    rig.run(length());
    let events = rig.events();
    assert_eq!(told(&events), 1);
    assert!(pcm(&events).iter().all(|sample| *sample == 0));
}

fn closed(events: &[AudioEvent]) -> Heard {
    let of = |event: &AudioEvent| match event {
        AudioEvent::GateClosed { heard } => Some(*heard),
        _ => None,
    };
    events.iter().find_map(of).unwrap()
}
