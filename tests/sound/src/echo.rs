//! The loudspeaker is heard by the microphone, as on a laptop: the conversation must not listen to itself.

use std::time::Duration;

use vivavoce_rig::{FIRST, Sound};

use crate::cli::Cli;
use crate::service::Service;
use crate::steady::on_a_steady_machine;

/// What is played reaches the microphone as loud as it is, some 50 ms later.
fn room() -> Sound {
    let sound = Sound::start().unwrap();
    let (speaker, feed) = (FIRST.speaker, FIRST.mic_feed);
    sound.load(&format!("module-loopback source={speaker}.monitor sink={feed} latency_msec=40")).unwrap();
    sound
}

/// Holds a hands-free conversation of two turns in the room; gives how often an answer was cut and how many turns the service
/// heard.
fn converse(arguments: &[&str]) -> (usize, usize) {
    let sound = room();
    let service = Service::echo_in_real_time();
    let url = service.url();
    let mut all = vec!["--endpoint", &url, "--mode", "hands-free"];
    all.extend(arguments);
    let mut cli = Cli::talk(&sound, &all);
    cli.wait_for_event("ready");
    cli.say("talk on");
    cli.wait_for_state("listening");
    for sentence in
        ["Please tell me what the weather will be in Tokyo tomorrow.", "And how will it be on Sunday morning?"]
    {
        let voice = vivavoce_rig::speak(sentence).unwrap();
        sound.feed(&voice, FIRST.mic_feed).unwrap().wait().unwrap();
        cli.wait_for_event("audio_finished");
    }
    // An answer to the answer would begin within the service's patience.
    std::thread::sleep(Duration::from_millis(2500));
    let cut = cli.count("interrupted");
    let turns = cli.count("turn_complete");
    eprintln!("{arguments:?}: {cut} answers cut, {turns} turns");
    cli.quit();
    (cut, turns)
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_hands_free_conversation_on_loudspeakers_never_interrupts_itself() {
    on_a_steady_machine(|| {
        for detector in ["service", "local"] {
            let found = converse(&["--processing", "on", "--detector", detector]);
            assert_eq!(found, (0, 2), "with the {detector} detector (answers cut, turns)");
        }
    });
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn without_echo_cancelling_it_does_so_that_the_test_can_fail() {
    let sound = room();
    let service = Service::echo_in_real_time();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--mode", "hands-free"]);
    cli.wait_for_event("ready");
    cli.say("talk on");
    cli.wait_for_state("listening");
    let voice = vivavoce_rig::speak("Please tell me what the weather will be in Tokyo tomorrow.").unwrap();
    sound.feed(&voice, FIRST.mic_feed).unwrap().wait().unwrap();
    cli.wait_for_event("interrupted");
    cli.quit();
}
