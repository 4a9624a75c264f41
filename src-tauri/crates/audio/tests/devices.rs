//! What devices do to people: vanish, stall, refuse, come back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use cpal::ErrorKind;
use support::{Rig, count, counting, frames, mic, speaker};
use vivavoce_audio::{
    AudioCommand, AudioError, AudioEvent, DeviceId, DeviceInfo, Direction, DuplexConfig, GateMode,
    sim::{SimHost, SimSpec},
};

fn with_input(sim: SimHost, name: &str) -> Rig {
    let input = SimHost::id(name);
    Rig::with(sim, DuplexConfig { input: vec![input], ..DuplexConfig::default() })
}

fn with_output(sim: SimHost, name: &str) -> Rig {
    let output = SimHost::id(name);
    Rig::with(sim, DuplexConfig { output: vec![output], ..DuplexConfig::default() })
}

fn usb(signal: f32) -> SimSpec {
    SimSpec::input("usb").rate(16_000).signal(move |_| signal)
}

/// The story of an input without its frames.
fn story(rig: &Rig) -> Vec<String> {
    rig.news()
        .iter()
        .filter_map(|event| match event {
            AudioEvent::InputLive { name, .. } => Some(format!("{name} lives")),
            AudioEvent::OutputLive { name, .. } => Some(format!("{name} plays")),
            AudioEvent::DeviceLost { name, .. } => Some(format!("{name} lost")),
            AudioEvent::InputClosed => Some("closed".to_owned()),
            AudioEvent::Failed { error, .. } => Some(format!("failed: {error}")),
            _ => None,
        })
        .collect()
}

#[test]
fn an_unplugged_microphone_is_told_and_the_default_takes_over() {
    let rig = with_input(SimHost::new().with(mic()).with(usb(0.5)), "usb");
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.sim.unplug("usb");
    rig.run(300);
    assert_eq!(story(&rig), ["usb lives", "usb lost", "closed", "mic lives"]);
}

#[test]
fn a_microphone_that_vanishes_without_a_word_is_noticed_within_half_a_second() {
    let rig = with_input(SimHost::new().with(mic()).with(usb(0.5)), "usb");
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.sim.vanish("usb");
    rig.run(550);
    assert_eq!(story(&rig)[1], "usb lost");
}

#[test]
fn frames_go_on_in_order_over_a_change_of_device() {
    let rig = with_input(SimHost::new().with(mic().rate(48_000)).with(usb(0.5)), "usb");
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(210);
    rig.sim.unplug("usb");
    rig.run(500);
    rig.close_gate(0);
    rig.run(50);
    let heard = frames(&rig.news());
    assert!(heard.len() > 30);
    assert!(heard.iter().zip(0..).all(|(frame, seq)| frame.seq == seq));
    assert!(heard.iter().is_sorted_by_key(|frame| frame.captured_at));
}

#[test]
fn the_chosen_microphone_is_taken_up_again_when_it_comes_back() {
    let rig = with_input(SimHost::new().with(mic()).with(usb(0.5)), "usb");
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.sim.unplug("usb");
    rig.run(500);
    rig.sim.plug("usb");
    rig.run(1_200);
    let story = story(&rig);
    assert_eq!(story[3..], ["mic lives", "closed", "usb lives"]);
}

#[test]
fn a_stalled_microphone_is_tried_once_more_and_then_given_up_for_the_default() {
    let rig = with_input(SimHost::new().with(mic()).with(usb(0.5)), "usb");
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.sim.stall("usb", true);
    rig.run(3_000);
    let story = story(&rig);
    assert_eq!(story[1..6], ["usb lost", "closed", "usb lost", "closed", "mic lives"]);
}

#[test]
fn the_last_microphone_gone_is_a_failure_that_heals() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.sim.unplug("mic");
    rig.run(3_000);
    let failed = "failed: there is no input device";
    assert_eq!(story(&rig), ["mic lives", "mic lost", "closed", failed]);
    rig.sim.plug("mic");
    rig.run(1_200);
    assert_eq!(story(&rig), ["mic lives"]);
    rig.close_gate(0);
    rig.run(100);
    assert!(rig.news().iter().any(|event| matches!(event, AudioEvent::GateClosed { .. })));
}

#[test]
fn without_any_device_both_sides_say_so() {
    let rig = Rig::new(SimHost::new());
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    let direction = Direction::Input;
    let error = AudioError::NoDevice { direction };
    assert_eq!(rig.news(), [AudioEvent::Failed { direction, error }]);
    rig.close_gate(0);
    rig.run(400);
    assert!(matches!(rig.news()[..], [AudioEvent::GateClosed { .. }]));
    rig.push(1, vec![100; 24_000]);
    let direction = Direction::Output;
    let error = AudioError::NoDevice { direction };
    let events = rig.news();
    assert_eq!(events[0], AudioEvent::Failed { direction, error });
    assert!(matches!(events[1], AudioEvent::PlaybackFlushed { turn: 1, .. }));
}

#[test]
fn a_refused_microphone_is_named_and_no_other_takes_its_place() {
    let rig = with_input(SimHost::new().with(mic()).with(usb(0.5)), "usb");
    rig.sim.refuse("usb", Some(ErrorKind::PermissionDenied));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(2_500);
    let told = story(&rig);
    assert_eq!(told, ["failed: the system refused access to usb: refused by the script"]);
    rig.sim.refuse("usb", None);
    rig.run(1_200);
    assert_eq!(story(&rig), ["usb lives"]);
}

#[test]
fn causes_keep_their_names() {
    let cases = [
        (ErrorKind::DeviceBusy, "usb is in use by another program"),
        (ErrorKind::UnsupportedConfig, "usb does not support a usable format: refused by the script"),
        (ErrorKind::HostUnavailable, "the sound system is unavailable: refused by the script"),
        (ErrorKind::Other, "usb: refused by the script"),
    ];
    for (kind, text) in cases {
        let rig = with_input(SimHost::new().with(usb(0.5)), "usb");
        rig.sim.refuse("usb", Some(kind));
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        assert_eq!(story(&rig), [format!("failed: {text}")]);
    }
}

#[test]
fn a_chosen_device_that_is_not_there_is_told_and_the_default_is_used() {
    let rig = with_input(SimHost::new().with(mic()), "gone");
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    assert_eq!(story(&rig), ["custom:gone lost", "mic lives"]);
}

#[test]
fn choosing_another_microphone_in_mid_press_changes_at_once() {
    let rig = Rig::new(SimHost::new().with(mic()).with(usb(0.5)));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    rig.send(AudioCommand::SelectInput(vec![SimHost::id("usb")]));
    rig.run(100);
    let events = rig.news();
    let pcm = support::pcm(&events);
    assert_eq!(pcm[..1_600], (0..1_600).map(count).collect::<Vec<_>>());
    assert!(pcm[1_600..].iter().all(|sample| *sample == 16_384));
}

#[test]
fn playback_goes_on_at_another_speaker_when_one_is_unplugged() {
    let sim = SimHost::new().with(speaker()).with(SimSpec::output("usb").rate(44_100));
    let rig = with_output(sim, "usb");
    rig.push(1, vec![8_000; 48_000]);
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(1_000);
    rig.sim.unplug("usb");
    rig.run(1_500);
    let events = rig.news();
    assert!(events.iter().any(|event| matches!(event, AudioEvent::DeviceLost { direction: Direction::Output, .. })));
    let played = events.iter().find_map(|event| match event {
        AudioEvent::PlaybackFinished { turn: 1, played } => Some(played.as_secs_f64()),
        _ => None,
    });
    // What the first speaker's ring held is lost.
    assert!((1.8..=2.0).contains(&played.unwrap()), "{played:?}");
    assert!(rig.sim.played("speaker", 0).iter().any(|sample| *sample > 0.2));
}

#[test]
fn a_speaker_the_server_moves_silently_is_noticed_by_listing() {
    let sim = SimHost::new().with(speaker()).with(SimSpec::output("usb"));
    let rig = with_output(sim, "usb");
    rig.push(1, vec![8_000; 24_000 * 5]);
    rig.run(1_000);
    rig.sim.vanish("usb");
    rig.run(1_500);
    assert_eq!(story(&rig), ["usb plays", "usb lost", "speaker plays"]);
}

#[test]
fn a_dead_sound_server_is_a_failure_until_it_is_back() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(200);
    rig.sim.down(true);
    rig.run(1_500);
    assert_eq!(story(&rig), ["mic lives", "mic lost", "closed"]);
    rig.run(1_000);
    let told = story(&rig);
    assert!(told.len() == 1 && told[0].starts_with("failed: the sound system is unavailable"), "{told:?}");
    rig.sim.down(false);
    rig.run(400);
    assert_eq!(story(&rig), ["mic lives"]);
}

#[test]
fn a_sound_server_that_starts_again_at_once_is_no_failure_and_both_directions_go_on() {
    let rig = Rig::new(SimHost::new().with(mic()).with(speaker()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.push(1, vec![5_000; 24_000 * 5]);
    rig.run(1_000);
    rig.events();
    rig.sim.down(true);
    rig.run(700);
    rig.sim.down(false);
    rig.run(400);
    assert_eq!(story(&rig), ["speaker lost", "mic lost", "closed", "speaker plays", "mic lives"]);
    let before = rig.sim.played("speaker", 0).len();
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(4_500);
    let events = rig.events();
    assert!(!frames(&events).is_empty(), "nothing was captured after the restart");
    assert!(events.iter().any(|event| matches!(event, AudioEvent::PlaybackFinished { turn: 1, .. })), "{events:?}");
    let after = &rig.sim.played("speaker", 0)[before..];
    assert!(after.iter().filter(|sample| **sample > 0.1).count() > 48_000 * 3, "the answer did not go on");
}

#[test]
fn a_storm_of_errors_ends_with_the_stream() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    for _ in 0..2_000 {
        rig.sim.report("mic", ErrorKind::BackendError);
    }
    rig.run(100);
    assert_eq!(story(&rig), ["mic lives", "mic lost", "closed", "mic lives"]);
}

#[test]
fn an_xrun_is_no_reason_to_part() {
    let rig = Rig::new(SimHost::new().with(mic()));
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
    rig.sim.report("mic", ErrorKind::Xrun);
    rig.run(1_000);
    assert_eq!(story(&rig), ["mic lives"]);
}

#[test]
fn a_list_is_told_when_it_changes_and_only_then() {
    let rig = Rig::new(SimHost::new().with(mic()).with(speaker()));
    let lists = |rig: &Rig| -> Vec<Vec<DeviceInfo>> {
        rig.events()
            .into_iter()
            .filter_map(|event| match event {
                AudioEvent::DevicesChanged(devices) => Some(devices),
                _ => None,
            })
            .collect()
    };
    rig.send(AudioCommand::RefreshDevices);
    rig.send(AudioCommand::RefreshDevices);
    let first = lists(&rig);
    assert_eq!(first.len(), 1);
    let names: Vec<_> = first[0].iter().map(|d| (d.name.as_str(), d.is_default)).collect();
    assert_eq!(names, [("mic", true), ("speaker", true)]);
    rig.send(AudioCommand::MonitorInput(true));
    rig.run(3_000);
    assert!(lists(&rig).is_empty());
    rig.sim.add(usb(0.0));
    rig.run(1_100);
    assert_eq!(lists(&rig)[0].len(), 3);
}

#[test]
fn monitors_are_marked_and_never_the_default() {
    let monitor = SimSpec::input("speaker.monitor");
    let sim = SimHost::new().with(monitor).with(speaker());
    let rig = Rig::new(sim);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    assert_eq!(story(&rig), ["failed: there is no input device"]);
    rig.sim.add(SimSpec::input("mic").signal(counting));
    rig.run(1_200);
    assert_eq!(story(&rig), ["speaker plays", "mic lives"]);
    rig.send(AudioCommand::SelectInput(vec![SimHost::id("speaker.monitor")]));
    rig.run(100);
    assert_eq!(story(&rig), ["closed", "speaker.monitor lives"]);
}

#[test]
fn ids_survive_text() {
    for text in ["default", "pulseaudio:alsa_input.usb-0", "wav:/tmp/a b.wav", "alsa:hw:CARD=0,DEV=0"] {
        let id: DeviceId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
    }
    for text in ["", "speaker", ":name", "wav:"] {
        assert!(text.parse::<DeviceId>().is_err(), "{text}");
    }
}
