//! From the microphone to numbered frames: which samples belong to a press.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use cpal::SampleFormat;
use support::{Rig, assert_same, count, counting, frames, mic, pcm};
use vivavoce_audio::{
    AudioCommand, AudioEvent, DuplexConfig, FLOOR_DBFS, GateMode,
    sim::{SimHost, SimSpec},
};

fn expected(from: u64, len: usize) -> Vec<i16> {
    (from..).take(len).map(count).collect()
}

#[test]
fn a_press_on_a_shut_microphone_begins_with_its_first_sample() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.run(50);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(500);
    rig.close_gate(100);
    rig.run(200);
    let events = rig.news();
    // The clock stood at 50 ms when the device opened.
    assert_same(&pcm(&events), &expected(800, 9_600));
    assert!(matches!(events[0], AudioEvent::InputLive { rate: 16_000, channels: 1, .. }));
    assert!(matches!(events.last(), Some(AudioEvent::GateClosed { .. })));
}

#[test]
fn a_press_on_an_open_microphone_begins_with_the_sample_after_it() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::MonitorInput(true));
    // Callbacks of 20 ms; the press comes in the middle of one.
    rig.run(105);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(300);
    rig.close_gate(0);
    rig.run(50);
    assert_same(&pcm(&rig.news()), &expected(105 * 16, 4_800));
}

#[test]
fn a_command_the_thread_hears_of_late_still_counts_from_its_sending() {
    let rig = Rig::new(SimHost::new().with(mic().callbacks(&[16])));
    rig.send(AudioCommand::MonitorInput(true));
    rig.run(100);
    rig.handle.send(AudioCommand::OpenGate(GateMode::Held));
    // No settling: the thread may find these samples before or after the command.
    rig.sim.advance(Duration::from_millis(40));
    rig.run(60);
    rig.close_gate(0);
    rig.run(20);
    assert_same(&pcm(&rig.news()), &expected(1_600, 1_600));
}

#[test]
fn every_sample_of_many_presses_is_there_in_order_with_running_numbers() {
    let rig = Rig::new(SimHost::new().with(mic().callbacks(&[7, 480, 33, 1, 902])));
    let mut heard = Vec::new();
    for press in 0..5_u64 {
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.run(200 + press * 35);
        rig.close_gate(25);
        rig.run(200);
        let events = rig.news();
        let closed = events.iter().filter(|e| matches!(e, AudioEvent::GateClosed { .. })).count();
        assert_eq!(closed, 1);
        let len = (200 + press as usize * 35 + 25) * 16;
        let found = pcm(&events);
        let start = (0..60_000).find(|i| count(*i) == found[0] && count(i + 1) == found[1]).unwrap();
        assert_same(&found, &expected(start, len));
        heard.extend(frames(&events));
    }
    assert!(heard.iter().zip(0..).all(|(frame, seq)| frame.seq == seq));
}

#[test]
fn pressing_again_during_the_tail_ends_the_first_press_and_loses_nothing() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.close_gate(200);
    rig.run(100);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    let first = rig.news();
    assert!(matches!(first.last(), Some(AudioEvent::GateClosed { .. })));
    assert_same(&pcm(&first), &expected(0, 4_800));
    rig.run(100);
    rig.close_gate(0);
    rig.run(50);
    assert_same(&pcm(&rig.news()), &expected(4_800, 1_600));
}

#[test]
fn every_format_and_channel_count_becomes_the_same_speech() {
    use SampleFormat::{F32, I16, I24, I32, U8, U16};
    for (format, channels) in [(F32, 2), (I16, 1), (U16, 2), (I24, 6), (I32, 1), (U8, 2)] {
        let rate = 16_000;
        let device = mic().format(format).channels(channels).rate(rate);
        let rig = Rig::new(SimHost::new().with(device));
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.run(200);
        rig.close_gate(0);
        rig.run(50);
        let found = pcm(&rig.news());
        let tolerance = if format == U8 { 256 } else { 1 };
        let close = |(a, b): (&i16, &i16)| (i32::from(*a) - i32::from(*b)).abs() <= tolerance;
        assert_eq!(found.len(), 3_200, "{format}");
        assert!(found.iter().zip(&expected(0, 3_200)).all(close), "{format}");
    }
}

#[test]
fn any_device_rate_gives_the_right_number_of_samples() {
    for rate in [8_000, 44_100, 48_000, 96_000] {
        let device = SimSpec::input("mic").rate(rate).callbacks(&[441, 16, 2_048]);
        let rig = Rig::new(SimHost::new().with(device.signal(counting)));
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.run(1_000);
        rig.close_gate(0);
        rig.run(1_200);
        let heard = pcm(&rig.news()).len();
        assert!(heard.abs_diff(16_000) <= 1, "{heard} at {rate} Hz");
    }
}

#[test]
fn frames_carry_the_time_of_their_capture() {
    let sim = SimHost::new().with(mic());
    let clock = sim.clock();
    let rig = Rig::new(sim);
    rig.run(70);
    let press = clock.now();
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(300);
    for (frame, index) in frames(&rig.news()).iter().zip(0..) {
        assert_eq!(frame.captured_at, press + Duration::from_millis(20) * index);
    }
}

#[test]
fn muting_sends_silence_of_the_same_length() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::SetMuted(true));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.send(AudioCommand::SetMuted(false));
    rig.run(200);
    rig.close_gate(0);
    rig.run(50);
    let heard = pcm(&rig.news());
    assert_same(&heard[..3_200], &[0; 3_200]);
    assert_same(&heard[3_200..], &expected(3_200, 3_200));
}

#[test]
fn a_release_while_the_gate_is_shut_is_answered() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.close_gate(200);
    assert!(matches!(rig.news()[..], [AudioEvent::GateClosed { .. }]));
}

#[test]
fn a_silent_device_cannot_keep_a_release_waiting() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    rig.sim.stall("mic", true);
    rig.close_gate(200);
    rig.run(600);
    let closed = rig.news().into_iter().filter(|e| matches!(e, AudioEvent::GateClosed { .. }));
    assert_eq!(closed.count(), 1);
}

#[test]
fn the_microphone_stays_open_for_the_next_press_and_shuts_when_none_comes() {
    let keep_open = Duration::from_secs(2);
    let config = DuplexConfig { keep_open, ..DuplexConfig::default() };
    let rig = Rig::with(SimHost::new().with(mic()), config);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    rig.close_gate(0);
    rig.run(1_900);
    assert!(!rig.news().contains(&AudioEvent::InputClosed));
    rig.run(300);
    assert!(rig.news().contains(&AudioEvent::InputClosed));
}

#[test]
fn levels_come_at_most_fifteen_times_a_second_and_end_at_the_floor() {
    let device = mic().signal(|i| if i % 2 == 0 { 0.1 } else { -0.1 });
    let rig = Rig::new(SimHost::new().with(device));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(2_000);
    rig.close_gate(0);
    rig.run(300);
    let levels: Vec<f32> = rig
        .events()
        .iter()
        .filter_map(|event| match event {
            AudioEvent::Levels { input_dbfs, .. } => Some(*input_dbfs),
            _ => None,
        })
        .collect();
    assert!((20..=30).contains(&levels.len()), "{} in two seconds", levels.len());
    assert!((levels[5] + 20.0).abs() < 0.1, "{}", levels[5]);
    assert!((levels.last().unwrap() - FLOOR_DBFS).abs() < f32::EPSILON);
}

#[test]
fn an_audio_thread_that_comes_late_tells_what_was_lost() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    rig.handle.settle();
    let started = std::time::Instant::now();
    // Faster than the thread can wake, far longer than the ring.
    rig.sim.advance(Duration::from_mins(1));
    assert!(started.elapsed() < Duration::from_secs(5));
    rig.run(2_000);
    let lost: u64 = rig
        .news()
        .iter()
        .map(|event| match event {
            AudioEvent::Overrun { frames } => *frames,
            _ => 0,
        })
        .sum();
    assert!(lost > 0);
}
