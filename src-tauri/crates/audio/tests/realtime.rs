//! The callbacks never allocate: each runs inside an allocation guard that ends the process.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{env, process::Command};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use cpal::SampleFormat;
use support::{Rig, counting, mic, speaker};
use vivavoce_audio::{
    AudioCommand, Cue, GateMode, Processing, Tuning,
    sim::{SimHost, SimSpec},
};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

fn guarded(sim: SimHost) -> Rig {
    sim.guard(|callback| assert_no_alloc(callback));
    Rig::new(sim)
}

#[test]
fn neither_callback_allocates_in_any_format_or_situation() {
    use SampleFormat::{F32, I16, I24, I32, U8, U16};
    for format in [F32, I16, U16, I24, I32, U8] {
        let input = SimSpec::input("mic").channels(2).format(format).signal(counting);
        let output = speaker().format(format).callbacks(&[16, 8_192, 480, 1]);
        let rig = guarded(SimHost::new().with(input.callbacks(&[8_192, 16, 1, 480])).with(output));
        rig.send(AudioCommand::Process(Processing::ALL));
        rig.send(AudioCommand::Tune(Tuning { gain_db: 6.0, channel: Some(1) }));
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.send(AudioCommand::Play(Cue::Start));
        rig.send(AudioCommand::Duck(true));
        rig.push(1, vec![5_000; 24_000 * 4]);
        rig.run(1_000);
        rig.send(AudioCommand::Flush { up_to_turn: 1 });
        rig.run(200);
        rig.send(AudioCommand::TestTone { seconds: 0.5 });
        rig.run(700);
        // The ring runs over while the thread sleeps, the marks too.
        rig.sim.advance(std::time::Duration::from_secs(5));
        rig.close_gate(0);
        rig.run(300);
    }
}

#[test]
fn an_allocating_callback_is_caught() {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "the_guard_meets_an_allocation", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(!child.status.success(), "the guard let an allocation pass");
    assert!(said.contains("memory allocation"), "{said}");
}

#[test]
#[ignore = "ends the process; run by an_allocating_callback_is_caught"]
fn the_guard_meets_an_allocation() {
    let sim = SimHost::new().with(mic());
    sim.guard(|callback| {
        assert_no_alloc(|| {
            callback();
            drop(std::hint::black_box(Vec::<u8>::with_capacity(64)));
        });
    });
    let rig = Rig::new(sim);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(100);
}
