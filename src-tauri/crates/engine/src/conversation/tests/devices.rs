//! Devices: chosen, missing, lost, Bluetooth, kept ready.

use super::*;

#[test]
fn a_lost_microphone_ends_the_turn_and_keeps_the_session() {
    let mut stage = Stage::talking();
    stage.audio(AudioEvent::Failed {
        direction: Direction::Input,
        error: AudioError::NoDevice { direction: Direction::Input },
    });
    assert_eq!(stage.take_said(), ["close gate 0", "end"]);
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::NoInputDevice), Phase::Ready));
    stage.talk(TalkInput::Start);
    assert_eq!(stage.take_said(), ["open gate", "start"]);
    assert_eq!(stage.problem, None, "a new press is a new try");
}

#[test]
fn a_device_that_was_never_there_is_not_called_lost() {
    let lost = || AudioEvent::DeviceLost { direction: Direction::Input, name: "mic".into() };
    let mut stage = Stage::ready();
    stage.audio(lost());
    assert_eq!(stage.problem, Some(ProblemCode::DeviceNotFound));
    let mut stage = Stage::talking();
    stage.audio(lost());
    assert_eq!((stage.problem, stage.phase), (Some(ProblemCode::DeviceLost), Phase::OpeningMicrophone));
}

#[test]
fn chosen_devices_reach_the_sound_thread_and_a_missing_one_is_named() {
    let mut stage = Stage::demo();
    stage.audio(AudioEvent::DevicesChanged(vec![microphone("headset")]));
    stage.update(json!({ "inputDevice": "pulseaudio:headset" }));
    assert_eq!(stage.take_said(), ["input pulseaudio:headset"]);
    assert_eq!(stage.conversation.missing(Some("pulseaudio:headset")), None);
    stage.audio(AudioEvent::DevicesChanged(vec![microphone("desk")]));
    assert_eq!(stage.conversation.missing(Some("pulseaudio:headset")).as_deref(), Some("headset"));
}

#[test]
fn preferred_devices_follow_the_chosen_one_and_mean_nothing_without_one() {
    let mut stage = Stage::demo();
    stage.update(json!({ "sound": { "inputPreferences": ["a:desk"], "outputPreferences": ["a:ear"] } }));
    assert!(stage.take_said().is_empty());
    stage.update(json!({ "inputDevice": "a:headset", "outputDevice": "a:room" }));
    assert_eq!(stage.take_said(), ["input a:headset, a:desk", "output a:room, a:ear"]);
    stage.update(json!({ "inputDevice": null }));
    assert_eq!(stage.take_said(), ["input "]);
}

#[test]
fn a_missing_microphone_is_no_problem_any_more_once_there_is_one() {
    let mut stage = Stage::talking();
    let error = AudioError::NoDevice { direction: Direction::Input };
    stage.audio(AudioEvent::Failed { direction: Direction::Input, error });
    stage.audio(AudioEvent::DevicesChanged(vec![DeviceInfo { is_monitor: true, ..microphone("room") }]));
    assert_eq!(stage.problem, Some(ProblemCode::NoInputDevice), "a monitor is no microphone");
    stage.audio(AudioEvent::DevicesChanged(vec![microphone("desk")]));
    assert_eq!(stage.problem, None);
}

#[test]
fn what_is_changed_about_the_sound_is_heard_at_once_and_nothing_else_is_told() {
    let mut stage = Stage::ready();
    for (patch, said) in [
        (
            json!({ "noiseSuppression": false }),
            "Process(Processing { echo: true, noise: false, gain: true, high_pass: true })",
        ),
        (json!({ "inputGainDb": 6, "inputChannel": 1 }), "Tune(Tuning { gain_db: 6.0, channel: Some(1) })"),
        (json!({ "outputVolumeDb": -12 }), "Volume(-12.0)"),
    ] {
        stage.update(json!({ "sound": patch }));
        assert_eq!(stage.take_said(), [said]);
    }
    stage.update(json!({ "sound": { "cues": false, "halfDuplex": true } }));
    assert!(stage.take_said().is_empty());
}

#[test]
fn a_bluetooth_microphone_is_advised_against_by_the_name_of_another() {
    let headset = || DeviceInfo { is_bluetooth: true, ..microphone("headset") };
    let mut stage = Stage::ready();
    let monitor = DeviceInfo { is_monitor: true, ..microphone("monitor") };
    stage.audio(AudioEvent::DevicesChanged(vec![headset(), monitor, microphone("desk")]));
    assert_eq!(stage.problem, None, "nobody has chosen it");
    stage.update(json!({ "inputDevice": "pulseaudio:headset" }));
    let problem = stage.conversation.problem.clone().unwrap();
    assert_eq!(problem.code, ProblemCode::BluetoothMicrophone);
    assert_eq!((problem.device.as_deref(), problem.detail.as_deref()), (Some("headset"), Some("desk")));
    assert!(!problem.blocks_talking());
    stage.update(json!({ "inputDevice": "pulseaudio:desk" }));
    assert_eq!(stage.problem, None);
}

/// Somebody who wants 300 ms from before a press, with these microphones.
fn armed(devices: Vec<DeviceInfo>) -> Stage {
    let mut stage = Stage::with(settings(json!({ "sound": { "preRollMs": 300 } }), json!({})), false);
    assert!(stage.take_said().is_empty(), "not before it is known what the microphone is");
    stage.audio(AudioEvent::DevicesChanged(devices));
    stage
}

#[test]
fn the_microphone_is_kept_ready_only_where_it_was_asked_for_and_while_somebody_is_there() {
    let mut stage = armed(vec![DeviceInfo { is_default: true, ..microphone("desk") }]);
    assert_eq!(stage.take_said(), ["arm 300"]);
    stage.command(Command::Attend(false));
    stage.command(Command::Attend(false));
    assert_eq!(stage.take_said(), ["arm 0"]);
    stage.command(Command::Attend(true));
    assert_eq!(stage.take_said(), ["arm 300"]);
    stage.update(json!({ "mode": "handsFree" }));
    assert_eq!(stage.take_said(), ["arm 0"]);
    stage.update(json!({ "mode": "pushToTalk", "sound": { "preRollMs": 0 } }));
    assert!(stage.take_said().is_empty());
    assert!(Stage::demo().take_said().is_empty(), "not by default");
}

#[test]
fn a_bluetooth_microphone_is_never_kept_open() {
    let headset = DeviceInfo { is_bluetooth: true, is_default: true, ..microphone("headset") };
    let mut stage = armed(vec![headset.clone(), microphone("desk")]);
    assert!(stage.take_said().is_empty());
    stage.update(json!({ "inputDevice": "pulseaudio:desk" }));
    assert_eq!(stage.take_said(), ["input pulseaudio:desk", "arm 300"]);
    stage.audio(AudioEvent::DevicesChanged(vec![headset]));
    assert_eq!(stage.take_said(), ["arm 0"], "the headset stands in for it");
}

#[test]
fn nobody_s_level_is_measured() {
    let mut stage = Stage::demo();
    stage.command(Command::MonitorInput(true));
    stage.command(Command::Attend(false));
    stage.command(Command::Attend(true));
    assert_eq!(stage.take_said(), ["MonitorInput(true)", "MonitorInput(false)", "MonitorInput(true)"]);
    stage.command(Command::MonitorInput(false));
    stage.command(Command::Attend(false));
    assert_eq!(stage.take_said(), ["MonitorInput(false)"]);
}

#[test]
fn devices_are_tested_while_nobody_talks() {
    let mut stage = Stage::ready();
    stage.command(Command::RecordTest);
    stage.command(Command::TestEcho);
    stage.command(Command::TestTone);
    assert_eq!(stage.take_said(), ["RecordTest { seconds: 3.0 }", "test phrase", "TestTone { seconds: 1.0 }"]);
    for mut stage in [Stage::talking(), {
        let mut stage = Stage::ready();
        stage.answer(0);
        stage
    }] {
        stage.command(Command::RecordTest);
        stage.command(Command::TestEcho);
        assert!(stage.take_said().is_empty());
    }
}

#[test]
fn a_blocked_microphone_is_told_with_its_name_and_system_until_it_is_heard() {
    let mut stage = Stage::talking();
    stage.audio(AudioEvent::InputBlocked);
    let problem = stage.conversation.problem.clone().unwrap();
    assert_eq!((problem.code, problem.device.as_deref()), (ProblemCode::MicrophoneBlocked, Some("mic")));
    assert_eq!(problem.detail.as_deref(), Some(std::env::consts::OS));
    assert_eq!(stage.phase, Phase::Listening, "it may be a very quiet room");
    stage.audio(AudioEvent::Levels { input_dbfs: -90.0, output_dbfs: -90.0 });
    assert_eq!(stage.problem, Some(ProblemCode::MicrophoneBlocked));
    stage.audio(AudioEvent::Levels { input_dbfs: -60.0, output_dbfs: -90.0 });
    assert_eq!(stage.problem, None);
}
