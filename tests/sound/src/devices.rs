//! Devices come and go; the conversation stays usable.

use std::time::Duration;

use serde_json::{Value, json};
use vivavoce_rig::{FIRST, SECOND, Signal, Sound};

use crate::cli::{Cli, program};
use crate::service::Service;

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn the_devices_are_listed_by_name_with_the_default_first() {
    let sound = Sound::start().unwrap();
    sound.plug_second().unwrap();
    let output = sound.command(program()).args(["devices", "--json"]).output().unwrap();
    assert!(output.status.success());
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (side, first, second) in
        [("inputs", FIRST.mic_title, SECOND.mic_title), ("outputs", FIRST.speaker_title, SECOND.speaker_title)]
    {
        let devices = listed[side].as_array().unwrap();
        assert_eq!(devices[0]["name"], first, "{listed:#}");
        assert_eq!(devices[0]["default"], true, "{listed:#}");
        assert!(devices.iter().any(|device| device["name"] == second), "{listed:#}");
        assert!(devices.iter().all(|device| device["id"].as_str().is_some_and(|id| !id.is_empty())), "{listed:#}");
    }
    let monitors = listed["inputs"].as_array().unwrap().iter().filter(|device| device["monitor"] == true).count();
    assert!(monitors >= 2, "the speakers' monitors are marked: {listed:#}");
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_chosen_device_is_the_one_used() {
    let sound = Sound::start().unwrap();
    sound.plug_second().unwrap();
    let output = sound.command(program()).args(["devices", "--json"]).output().unwrap();
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let id = |side: &str, title: &str| -> String {
        let devices = listed[side].as_array().unwrap();
        devices.iter().find(|device| device["name"] == title).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let service = Service::echo();
    let (input, output) = (id("inputs", SECOND.mic_title), id("outputs", SECOND.speaker_title));
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--input", &input, "--output", &output]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    cli.wait_for_state("listening");
    assert_eq!(sound.streams().unwrap().sources, [SECOND.mic]);
    let tone = Signal::tone(48_000, 600.0, 0.3, Duration::from_secs(2));
    let (first, second) = (sound.record(FIRST.speaker).unwrap(), sound.record(SECOND.speaker).unwrap());
    sound.feed(&tone, SECOND.mic_feed).unwrap().wait().unwrap();
    cli.say("talk off");
    cli.wait_for_event("audio_finished");
    assert!(second.stop().level() > -40.0, "the chosen speaker was silent");
    assert!(first.stop().level() < -80.0, "the other speaker was not silent");
    cli.quit();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_microphone_pulled_out_while_talking_is_told_and_can_be_plugged_in_again() {
    let sound = Sound::start().unwrap();
    let service = Service::echo();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    cli.wait_for_state("listening");

    sound.unplug_mic().unwrap();
    let lost = cli.wait_for_event("error");
    assert_eq!(lost["code"], "deviceLost", "{lost}");
    assert_eq!(lost["device"], FIRST.mic_title, "{lost}");
    let none = cli.wait_for_event("error");
    assert_eq!((&none["code"], &none["advice"]), (&json!("noInputDevice"), &json!("connectDevice")), "{none}");
    cli.wait_for_state("ready");

    sound.plug_mic().unwrap();
    converse(&sound, &mut cli);
    cli.quit();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_crash_of_the_sound_server_is_told_and_the_program_goes_on() {
    let mut sound = Sound::start().unwrap();
    let service = Service::echo();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    cli.wait_for_state("listening");
    sound.kill_server();
    cli.wait_for_event("error");
    cli.quit();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_microphone_that_does_not_exist_is_named() {
    let sound = Sound::start().unwrap();
    let service = Service::echo();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--input", "pulseaudio:no-such-microphone"]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    let error = cli.wait_for_event("error");
    assert_eq!(error["code"], "deviceNotFound", "{error}");
    assert!(error["device"].as_str().is_some_and(|device| device.contains("no-such-microphone")), "{error}");
    cli.quit();
}

/// Holds one turn and its answer.
fn converse(sound: &Sound, cli: &mut Cli) {
    cli.say("talk on");
    cli.wait_for_state("listening");
    let tone = Signal::tone(48_000, 600.0, 0.3, Duration::from_secs(1));
    sound.feed(&tone, FIRST.mic_feed).unwrap().wait().unwrap();
    cli.say("talk off");
    cli.wait_for_event("audio_finished");
}
