//! What surrounds a press: pre-roll, cues, volume, gain, channels, the tests of the settings page.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use support::{Rig, assert_same, count, counting, mic, pcm, speaker};
use vivavoce_audio::{
    AudioCommand, AudioEvent, Cue, DuplexConfig, GateMode, Tuning,
    sim::{SimHost, SimSpec},
};

fn both() -> SimHost {
    SimHost::new().with(mic()).with(speaker())
}

fn loudest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

#[test]
fn an_armed_microphone_gives_what_was_said_before_the_press() {
    let rig = Rig::new(both());
    rig.send(AudioCommand::Arm(Some(Duration::from_millis(300))));
    rig.run(1_000);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(500);
    rig.close_gate(0);
    rig.run(300);
    let heard = pcm(&rig.events());
    assert_eq!(heard.len(), 16 * 800, "300 ms from before and 500 ms of the press");
    let first = (0..16_000).find(|index| count(*index) == heard[0]).unwrap();
    assert_same(&heard, &(first..first + 16 * 800).map(count).collect::<Vec<_>>());
}

#[test]
fn what_is_armed_never_exceeds_half_a_second_and_ends_with_the_arming() {
    let config = DuplexConfig { keep_open: Duration::ZERO, ..DuplexConfig::default() };
    let rig = Rig::with(both(), config);
    rig.send(AudioCommand::Arm(Some(Duration::from_mins(1))));
    rig.run(3_000);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    rig.close_gate(0);
    rig.run(300);
    assert_eq!(pcm(&rig.events()).len(), 16 * 600);
    rig.send(AudioCommand::Arm(None));
    rig.run(100);
    assert!(rig.events().contains(&AudioEvent::InputClosed), "the microphone is still open");
}

#[test]
fn without_arming_nothing_from_before_the_press_is_sent() {
    let rig = Rig::new(both());
    rig.send(AudioCommand::MonitorInput(true));
    rig.run(1_000);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(500);
    rig.close_gate(0);
    rig.run(300);
    assert_eq!(pcm(&rig.events()).len(), 16 * 500);
}

#[test]
fn the_start_cue_plays_after_the_first_captured_sample_and_not_before() {
    let rig = Rig::new(both());
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.send(AudioCommand::Play(Cue::Start));
    rig.sim.stall("mic", true);
    rig.run(300);
    assert!(loudest(&rig.sim.played("speaker", 0)) == 0.0, "it sounded before the microphone heard");
    rig.sim.stall("mic", false);
    rig.run(300);
    let peak = loudest(&rig.sim.played("speaker", 0));
    assert!((0.03..0.07).contains(&peak), "its peak is {peak}");
}

#[test]
fn cues_of_a_press_that_was_over_before_it_began_are_not_played() {
    let rig = Rig::new(SimHost::new().with(speaker()));
    rig.send(AudioCommand::Warm);
    rig.send(AudioCommand::Play(Cue::Start));
    rig.close_gate(0);
    rig.run(300);
    assert!(loudest(&rig.sim.played("speaker", 0)) == 0.0);
}

#[test]
fn a_warm_speaker_plays_the_first_sample_with_its_next_callback() {
    let rig = Rig::new(SimHost::new().with(speaker().callbacks(&[240])));
    rig.send(AudioCommand::Warm);
    rig.run(200);
    let before = rig.sim.played("speaker", 0).len();
    rig.push(1, vec![8_000; 4_800]);
    rig.run(20);
    let heard = &rig.sim.played("speaker", 0)[before..];
    let first = heard.iter().position(|sample| *sample > 0.01).unwrap();
    assert!(first <= 240, "{first} samples passed before it was heard");
}

#[test]
fn volume_and_ducking_are_in_decibels_and_change_without_a_click() {
    let rig = Rig::new(both());
    rig.push(1, vec![16_384; 24_000 * 4]);
    rig.run(1_000);
    rig.send(AudioCommand::Volume(-6.0));
    rig.run(500);
    rig.send(AudioCommand::Duck(true));
    rig.run(500);
    let played = rig.sim.played("speaker", 0);
    let at = |ms: usize| played[48 * ms];
    assert!((at(900) - 0.5).abs() < 0.01);
    assert!((at(1_400) - 0.25).abs() < 0.01, "at -6 dB it is {}", at(1_400));
    assert!((at(1_900) - 0.0626).abs() < 0.01, "ducked it is {}", at(1_900));
    let steepest = played[48 * 500..].windows(2).fold(0.0_f32, |steep, pair| steep.max((pair[1] - pair[0]).abs()));
    assert!(steepest < 0.01, "it jumps by {steepest}");
}

#[test]
fn one_channel_can_be_listened_to_and_a_gain_added() {
    let stereo = SimSpec::input("stereo").rate(16_000).channels(2).signal(|_| 0.1);
    let rig = Rig::new(SimHost::new().with(stereo).with(speaker()));
    rig.send(AudioCommand::Tune(Tuning { gain_db: 6.0, channel: Some(1) }));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    let heard = pcm(&rig.events());
    let wanted = (0.1 * 10.0_f32.powf(0.3) * 32_768.0) as i16;
    assert!(heard[1_000].abs_diff(wanted) < 20, "{} for {wanted}", heard[1_000]);
}

#[test]
fn a_test_recording_is_played_back_as_it_was_heard() {
    let tone = SimSpec::input("mic").rate(16_000).signal(|index| 0.3 * (index as f32 * 0.1).sin());
    let rig = Rig::new(SimHost::new().with(tone).with(speaker()));
    rig.send(AudioCommand::RecordTest { seconds: 1.0 });
    rig.run(900);
    assert!(loudest(&rig.sim.played("speaker", 0)) == 0.0);
    rig.run(1_600);
    let played = rig.sim.played("speaker", 0);
    let sounding = played.iter().filter(|sample| sample.abs() > 0.01).count();
    assert!(sounding.abs_diff(47_000) < 2_000, "{sounding} samples of a second sounded");
    let told = rig.events().into_iter().find_map(|event| match event {
        AudioEvent::RecordingPlayed { peak_dbfs } => Some(peak_dbfs),
        _ => None,
    });
    assert!((told.unwrap() + 10.5).abs() < 0.2, "{told:?}");
}

#[test]
fn a_microphone_of_zeros_is_told_once_a_press_and_a_quiet_one_is_not() {
    let blocked = |rig: &Rig| rig.events().iter().filter(|event| **event == AudioEvent::InputBlocked).count();
    let rig = Rig::new(SimHost::new().with(SimSpec::input("dead")).with(speaker()));
    for _ in 0..2 {
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.run(3_000);
        assert_eq!(blocked(&rig), 1);
        rig.close_gate(0);
        rig.run(500);
    }
    let quiet = SimSpec::input("quiet").signal(|index| if index % 977 == 0 { 1e-4 } else { 0.0 });
    let rig = Rig::new(SimHost::new().with(quiet));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(3_000);
    assert_eq!(blocked(&rig), 0);
}

#[test]
fn a_closed_gate_tells_what_there_was_to_hear() {
    let rig = Rig::new(SimHost::new().with(SimSpec::input("mic").rate(16_000).signal(counting)));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(500);
    rig.close_gate(100);
    rig.run(500);
    let heard = rig.events().into_iter().find_map(|event| match event {
        AudioEvent::GateClosed { heard } => Some(heard),
        _ => None,
    });
    let heard = heard.unwrap();
    assert_eq!(heard.length, Duration::from_millis(600));
    assert!(heard.peak_dbfs > -1.0);
}

#[test]
fn a_device_that_comes_late_is_asked_for_longer_callbacks_once_nobody_speaks() {
    let rig = Rig::new(both());
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    for _ in 0..4 {
        rig.run(500);
        rig.sim.stall("mic", true);
        rig.run(200);
        rig.sim.stall("mic", false);
    }
    rig.run(300);
    let told = |rig: &Rig| {
        rig.events()
            .into_iter()
            .filter_map(|event| match event {
                AudioEvent::Health(health) => Some(health),
                _ => None,
            })
            .next_back()
    };
    assert_eq!(told(&rig).unwrap().input_period_ms, 20);
    rig.close_gate(0);
    rig.run(3_000);
    let health = told(&rig).unwrap();
    assert_eq!((health.input_period_ms, health.late), (40, 4));
}
