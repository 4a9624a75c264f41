//! Hours of conversation in simulated time, to see that memory stays what it was.
//!
//! `cargo run --release -p vivavoce-audio --example soak [HOURS]`; prints resident memory every simulated hour and fails when
//! it grows.
#![allow(clippy::print_stdout)]

use std::{sync::mpsc::channel, time::Duration};

use vivavoce_audio::{
    AudioCommand, DuplexConfig, GateMode, Processing,
    sim::{SimHost, SimSpec},
};

/// Growth that is no leak: what the allocator keeps at hand.
const SLACK: u64 = 2 * 1024 * 1024;

/// One turn: talk, answer, pause.
const TURN: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hours: u64 = std::env::args().nth(1).map_or(Ok(8), |hours| hours.parse())?;
    let mic = SimSpec::input("mic").signal(|index| {
        let voice = 0.1 * (index as f32 * 0.03).sin();
        if index / 12_000 % 2 == 0 { voice } else { 1e-3 * voice }
    });
    let sim = SimHost::new().with(mic).with(SimSpec::output("speaker"));
    let (tell, events) = channel();
    let config = DuplexConfig { processing: Processing::ALL, ..DuplexConfig::default() };
    let duplex = sim.spawn(config, move |event| {
        let _ = tell.send(event);
    });
    let handle = duplex.handle();
    let run = |time: Duration| {
        for _ in 0..time.as_millis() / 20 {
            sim.advance(Duration::from_millis(20));
            handle.settle();
        }
        events.try_iter().for_each(drop);
        sim.forget_played();
    };
    let answer = vec![3_000_i16; 24_000 * 8];
    let mut first = None;
    let mut turn = 0;
    for hour in 0..=hours {
        let turns = if hour == 0 { 20 } else { Duration::from_hours(1).as_secs() / TURN.as_secs() };
        for _ in 0..turns {
            turn += 1;
            handle.send(AudioCommand::OpenGate(GateMode::Held));
            run(Duration::from_secs(10));
            handle.send(AudioCommand::CloseGate { tail: Duration::from_millis(200) });
            handle.send(AudioCommand::Push { turn, pcm: answer.clone(), rate: 24_000 });
            handle.send(AudioCommand::EndTurn { turn });
            run(TURN.saturating_sub(Duration::from_secs(10)));
        }
        let now = resident()?;
        println!("hour {hour}: {} KiB", now / 1024);
        let begin = *first.get_or_insert(now);
        if now > begin + SLACK {
            return Err(format!("memory grew from {begin} to {now} bytes").into());
        }
    }
    Ok(())
}

/// Resident memory in bytes.
fn resident() -> Result<u64, Box<dyn std::error::Error>> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = statm.split_whitespace().nth(1).ok_or("no second field")?.parse()?;
    Ok(pages * 4096)
}
