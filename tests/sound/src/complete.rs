//! Nothing is lost on the way in, nothing on the way out.

use std::time::Duration;

use vivavoce_rig::{FIRST, Signal, Sound, compare, speak};

use crate::cli::{Cli, time};
use crate::service::Service;
use crate::steady::on_a_steady_machine;

/// Correlation in the speech band from which a sound counts as the same.
const SAME: f64 = 0.99;

const SENTENCE: &str =
    "Please tell me what the weather will be in Tokyo tomorrow morning, and whether I need an umbrella.";

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn speech_reaches_the_service_and_the_answer_the_speaker_complete() {
    on_a_steady_machine(|| {
        let sound = Sound::start().unwrap();
        let service = Service::echo();
        let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
        cli.wait_for_event("ready");
        let voice = speak(SENTENCE).unwrap();
        let speaker = sound.record(FIRST.speaker).unwrap();

        cli.say("talk on");
        cli.wait_for_state("listening");
        sound.feed(&voice, FIRST.mic_feed).unwrap().wait().unwrap();
        cli.say("talk off");
        cli.wait_for_event("audio_finished");

        assert_complete(&cli, "what the service heard", &voice, &service.sound_of(1));
        speaker
            .wait_for("silence after the answer", Duration::from_secs(20), |heard| {
                compare::silent_from(heard, compare::last_sound(heard, -60.0)?, Duration::from_millis(300), -60.0)
            })
            .unwrap();
        assert_complete(&cli, "what the speaker played", &voice, &speaker.stop());
        cli.quit();
    });
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn what_is_said_before_the_service_is_ready_arrives_whole_and_in_order() {
    on_a_steady_machine(|| {
        let sound = Sound::start().unwrap();
        let service = Service::echo_after(Duration::from_millis(1500));
        // A voice that speaks all the time: whatever was captured must be one unbroken piece of it.
        let voice = speak(&[SENTENCE; 3].join(" ")).unwrap();
        let feed = sound.feed(&voice, FIRST.mic_feed).unwrap();
        let mut cli = Cli::talk(&sound, &["--endpoint", &service.url()]);
        let pressed = cli.say("talk on");
        let listening = cli.wait_for_state("listening");
        let ready = cli.wait_for_event("ready");
        let waited = Duration::from_micros(time(&ready) - time(&listening));
        assert!(waited > Duration::from_secs(1), "it was ready {waited:?} after it listened: too soon to be a test");
        // A second of speech after the connection stands joins what was kept before.
        cli.wait_for_event("audio_first_sent");
        std::thread::sleep(Duration::from_secs(1));
        let released = cli.say("talk off");
        feed.wait().unwrap();

        let heard = service.sound_of(1);
        assert_complete(&cli, "the voice", &heard, &voice);
        let held = Duration::from_micros(released - pressed);
        let missed = Duration::from_micros(time(&listening) - pressed);
        assert!(
            heard.length() + missed >= held,
            "{:?} arrived of a press of {held:?} that listened after {missed:?}",
            heard.length()
        );
        let kinds = service.kinds();
        assert_eq!(kinds[..3], ["setup", "activityStart", "audio"], "{kinds:?}");
        assert_eq!(kinds.last(), Some(&"activityEnd"), "{kinds:?}");
        assert!(kinds[2..kinds.len() - 1].iter().all(|kind| *kind == "audio"), "{kinds:?}");
        cli.quit();
    });
}

fn assert_complete(cli: &Cli, what: &str, expected: &Signal, heard: &Signal) {
    let found = compare::find(expected, heard);
    let whole = found.is_some_and(|found| found.correlation >= SAME && found.drift == 0 && found.pieces >= 20);
    if !whole {
        let folder = std::env::temp_dir();
        let (one, other) = (folder.join("expected.wav"), folder.join("heard.wav"));
        expected.write(&one).unwrap();
        heard.write(&other).unwrap();
        panic!(
            "{what} is not complete: {found:?}; compare {} with {}; events were:\n{}",
            one.display(),
            other.display(),
            cli.told()
        );
    }
}
