//! Devices and sound servers come and go at any moment of a conversation; sound is back within a second.

use std::time::{Duration, Instant};

use vivavoce_rig::{FIRST, SECOND, Signal, Sound};

use crate::cli::{Cli, now, time};
use crate::service::Service;
use crate::steady::on_a_steady_machine;

/// How often each kind of trouble is made.
const TIMES: u64 = 7;

/// Sound is back within this after the trouble, or after the server is there again.
const BACK: Duration = Duration::from_secs(1);

/// What the processor may be used for meanwhile, of one core: a busy loop would take all of one.
const BUSY: f64 = 0.5;

/// A moment up to a second and a half into something, the same in every run.
fn moment(round: u64) -> Duration {
    Duration::from_millis(round.wrapping_mul(2_654_435_761) % 1_500)
}

/// Makes trouble `TIMES` times while talking, and holds a turn after each.
fn survive(mut trouble: impl FnMut(&mut Sound, u64)) {
    let mut sound = Sound::start().unwrap();
    let service = Service::echo();
    let mut cli = Cli::talk(&sound, &["--endpoint", &service.url(), "--processing", "on"]);
    cli.wait_for_event("ready");
    let (mut worst, mut threads) = (Duration::ZERO, Vec::new());
    for round in 0..TIMES {
        cli.say("talk on");
        cli.wait_for_state("listening");
        std::thread::sleep(moment(round));
        let cpu = cli.cpu();
        let begin = Instant::now();
        trouble(&mut sound, round);
        let at = now();
        let live = cli.wait_for("a microphone that hears", |event| {
            event["event"] == "input"
                && !event["input"].is_null()
                && time(event) > at - begin.elapsed().as_micros() as u64
        });
        let took = Duration::from_micros(time(&live).saturating_sub(at));
        worst = worst.max(took);
        assert!(took < BACK, "round {round}: the microphone was back after {took:?}");
        std::thread::sleep(Duration::from_millis(300));
        let share = cli.cpu().saturating_sub(cpu).as_secs_f64() / begin.elapsed().as_secs_f64();
        assert!(share < BUSY, "round {round}: {:.0} % of a core meanwhile", 100.0 * share);
        cli.say("talk off");
        hold_a_turn(&sound, &mut cli, round);
        threads.push(cli.threads());
    }
    eprintln!("the microphone was back after {worst:?} at worst; threads: {threads:?}");
    assert!(threads.last() <= threads.get(1), "threads are left behind: {threads:?}");
    cli.quit();
}

/// What is said reaches the loudspeaker that is the default now.
fn hold_a_turn(sound: &Sound, cli: &mut Cli, round: u64) {
    let [mic, speaker] = ["source", "sink"].map(|kind| sound.pactl(&[&format!("get-default-{kind}")]).unwrap());
    let (feed, speaker) = match (mic.trim(), speaker.trim()) {
        (mic, speaker) if mic == SECOND.mic => (SECOND.mic_feed, speaker.to_owned()),
        (_, speaker) => (FIRST.mic_feed, speaker.to_owned()),
    };
    let heard = sound.record(&speaker).unwrap();
    cli.say("talk on");
    cli.wait_for_state("listening");
    let tone = Signal::tone(48_000, 600.0, 0.3, Duration::from_secs(1));
    sound.feed(&tone, feed).unwrap().wait().unwrap();
    cli.say("talk off");
    cli.wait_for_event("audio_finished");
    assert!(heard.stop().level() > -45.0, "round {round}: the loudspeaker was silent");
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_headset_is_plugged_in_and_pulled_out() {
    on_a_steady_machine(|| {
        let mut plugged = Vec::new();
        survive(move |sound, round| {
            if round % 2 == 0 {
                plugged = sound.plug_second().unwrap().into();
                sound.pactl(&["set-default-sink", SECOND.speaker]).unwrap();
                sound.pactl(&["set-default-source", SECOND.mic]).unwrap();
            } else {
                // The microphone goes before what it hears.
                plugged.drain(..).rev().for_each(|module| sound.unload(module).unwrap());
            }
        });
    });
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn the_sound_server_is_killed_and_started_again() {
    on_a_steady_machine(|| survive(|sound, _| sound.restart_server().unwrap()));
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn the_default_devices_change() {
    on_a_steady_machine(|| {
        survive(|sound, round| {
            if round == 0 {
                sound.plug_second().unwrap();
            }
            let devices = if round % 2 == 0 { SECOND } else { FIRST };
            sound.pactl(&["set-default-sink", devices.speaker]).unwrap();
            sound.pactl(&["set-default-source", devices.mic]).unwrap();
        });
    });
}
