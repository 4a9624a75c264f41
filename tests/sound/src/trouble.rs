//! Bad input of every kind is told by a code with what a sentence needs, and the program stays usable.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;
use vivavoce_rig::{Signal, Sound};
use vivavoce_simulator::{FaultAction, ServerConfig};

use crate::cli::Cli;
use crate::service::Service;

/// What was told, and that its fields help.
fn assert_told(error: &Value, code: &str, advice: &str) {
    assert_eq!((error["code"].as_str(), error["advice"].as_str()), (Some(code), Some(advice)), "{error}");
}

/// The program still takes a command and answers it.
fn assert_usable(mut cli: Cli) {
    cli.say("mute on");
    cli.wait_for_event("muted");
    cli.end();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_missing_key_is_asked_for() {
    let sound = Sound::start().unwrap();
    let service = Service::start(ServerConfig { require_key: true, ..ServerConfig::echo() });
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
    assert_told(&cli.wait_for_event("error"), "keyMissing", "enterKey");
    assert_usable(cli);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn an_unknown_model_is_named() {
    let sound = Sound::start().unwrap();
    let service = Service::echo();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--model", "gemini-nonesuch"]);
    let error = cli.wait_for_event("error");
    assert_told(&error, "modelNotFound", "chooseModel");
    assert_eq!((error["model"].as_str(), error["closeCode"].as_u64()), (Some("gemini-nonesuch"), Some(1008)));
    assert_usable(cli);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_host_that_refuses_is_named() {
    let sound = Sound::start().unwrap();
    // A port that was free a moment ago and that nothing listens on.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("ws://{address}");
    let mut cli = Cli::talk(&sound, &["--endpoint", &url]);
    let error = cli.wait_for_event("error");
    assert_told(&error, "connectionRefused", "checkEndpoint");
    assert_eq!(error["url"], url.as_str());
    assert_usable(cli);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_host_that_does_not_exist_is_named() {
    let sound = Sound::start().unwrap();
    let mut cli = Cli::talk(&sound, &["--endpoint", "https://nonesuch.invalid"]);
    assert_told(&cli.wait_for_event("error"), "hostUnknown", "checkEndpoint");
    assert_usable(cli);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn an_unencrypted_connection_to_another_machine_is_refused() {
    let sound = Sound::start().unwrap();
    let mut cli = Cli::talk(&sound, &["--endpoint", "http://nonesuch.invalid"]);
    assert_told(&cli.wait_for_event("error"), "plainTextToRemote", "checkEndpoint");
    assert_usable(cli);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_malformed_message_is_told_and_the_conversation_goes_on() {
    let sound = Sound::start().unwrap();
    let service = Service::start(ServerConfig::echo().with(FaultAction::Malformed));
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
    assert_told(&cli.wait_for_event("error"), "malformedMessages", "none");
    cli.say("say Are you there?");
    cli.wait_for_event("audio_finished");
    cli.quit();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_file_that_is_no_wav_is_named_with_what_is_wrong() {
    let sound = Sound::start().unwrap();
    let service = Service::echo();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("question.wav");
    fs::write(&file, "this is not sound").unwrap();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--input", &format!("wav:{}", file.display())]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    let error = cli.wait_for_event("error");
    assert_told(&error, "wavUnreadable", "chooseDevice");
    assert_eq!(error["device"], file.display().to_string());
    assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{error}");
    cli.say("say Then I type it.");
    cli.wait_for_event("audio_finished");
    cli.quit();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn files_in_place_of_devices_carry_a_whole_conversation() {
    let sound = Sound::start().unwrap();
    let service = Service::echo();
    let folder = tempfile::tempdir().unwrap();
    let (question, answer) = (folder.path().join("question.wav"), folder.path().join("answer.wav"));
    let tone = Signal::tone(44_100, 500.0, 0.3, Duration::from_secs(1));
    tone.write(&question).unwrap();
    let (input, output) = (format!("wav:{}", question.display()), format!("wav:{}", answer.display()));
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--input", &input, "--output", &output]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    // The meter has heard the tone and then its end.
    cli.wait_for("the tone", |event| event["input_dbfs"].as_f64().is_some_and(|level| level > -20.0));
    cli.wait_for("its end", |event| event["input_dbfs"].as_f64().is_some_and(|level| level < -80.0));
    cli.say("talk off");
    cli.wait_for_event("audio_finished");
    cli.quit();

    let heard = service.sound_of(1);
    assert!(vivavoce_rig::compare::find(&tone, &heard).unwrap().correlation > 0.99);
    let played = Signal::read(&answer).unwrap();
    assert!(vivavoce_rig::compare::find(&tone, &played).unwrap().correlation > 0.99);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn without_any_sound_system_talking_explains_and_typing_works() {
    let mut sound = Sound::start().unwrap();
    let service = Service::echo();
    sound.kill_server();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    let error = cli.wait_for_event("error");
    let code = error["code"].as_str().unwrap();
    assert!(["noInputDevice", "soundSystemUnavailable"].contains(&code), "{error}");
    cli.say("say I can still type.");
    cli.wait_for_event("turn_complete");
    cli.quit();
}
