//! The rig against itself: what goes into a virtual device comes out of it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use vivavoce_rig::{FIRST, Rig, SECOND, Signal, Sound, compare, speak, wait_until};

const LIMIT: Duration = Duration::from_secs(20);

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn speech_fed_to_the_microphone_comes_out_whole() {
    let sound = Sound::start().unwrap();
    let voice = speak("The quick brown fox jumps over the lazy dog.").unwrap();
    let recording = sound.record(FIRST.mic_feed).unwrap();
    sound.feed(&voice, FIRST.mic_feed).unwrap().wait().unwrap();
    let found = recording
        .wait_for("the whole sentence", LIMIT, |heard| {
            compare::find(&voice, heard).filter(|found| found.correlation > 0.99)
        })
        .unwrap();
    assert_eq!(found.drift, 0, "{found:?}");
    assert!(found.gain.abs() < 0.5, "{found:?}");
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn the_second_pair_can_be_plugged_in_and_out() {
    let sound = Sound::start().unwrap();
    let modules = sound.plug_second().unwrap();
    assert!(sound.pactl(&["list", "short", "sources"]).unwrap().contains(SECOND.mic));
    for module in modules.into_iter().rev() {
        sound.unload(module).unwrap();
    }
    assert!(!sound.pactl(&["list", "short", "sources"]).unwrap().contains(SECOND.mic));
    assert!(sound.pactl(&["list", "short", "sinks"]).unwrap().contains(FIRST.speaker));
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_playing_stream_is_listed_with_its_device() {
    let sound = Sound::start().unwrap();
    assert_eq!(sound.streams().unwrap().sinks, Vec::<String>::new());
    let tone = Signal::tone(48_000, 440.0, 0.1, Duration::from_secs(2));
    let feed = sound.feed(&tone, FIRST.speaker).unwrap();
    wait_until("the stream to be listed", LIMIT, || (sound.streams().unwrap().sinks == [FIRST.speaker]).then_some(()))
        .unwrap();
    feed.wait().unwrap();
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn two_servers_do_not_hear_each_other() {
    let (one, other) = (Sound::start().unwrap(), Sound::start().unwrap());
    let recording = other.record(FIRST.speaker).unwrap();
    let tone = Signal::tone(48_000, 440.0, 0.1, Duration::from_millis(300));
    one.feed(&tone, FIRST.speaker).unwrap().wait().unwrap();
    assert!(recording.stop().level() < -100.0);
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_rig_shows_a_desktop_and_leaves_nothing_behind() {
    let rig = Rig::start().unwrap();
    let picture = rig.home().join("desktop.png");
    rig.display.screenshot(&picture).unwrap();
    assert!(std::fs::metadata(&picture).unwrap().len() > 100);
    let home = rig.home().to_owned();
    drop(rig);
    assert!(!home.exists());
}
