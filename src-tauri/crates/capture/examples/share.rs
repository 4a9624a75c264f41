//! Lists what can be shown, or shares one thing and says what is seen and what it costs:
//! `cargo run --release -p vivavoce-capture --example share -- [SOURCE [SECONDS]]`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use vivavoce_capture::{Kind, Options, Seen, Sharing, SourceId, sources};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(source) = arguments.next() else {
        for kind in [Kind::Screen, Kind::Window, Kind::Camera] {
            println!("{kind:?}: {:#?}", sources(kind));
        }
        return Ok(());
    };
    let seconds = arguments.next().map_or(Ok(20), |seconds| seconds.parse())?;
    share(source.parse()?, Duration::from_secs(seconds))
}

fn share(source: SourceId, length: Duration) -> Result<(), Box<dyn Error>> {
    let (tell, told) = mpsc::channel();
    let (start, used_before) = (Instant::now(), used());
    let tell = move |seen| drop(tell.send((Instant::now(), seen)));
    let _sharing = Sharing::start(source, Options::default(), tell)?;
    loop {
        match told.recv_timeout(length.saturating_sub(start.elapsed())) {
            Ok((at, Seen::Frame(frame))) => {
                let (still, took) = (&frame.still, at - frame.captured_at);
                println!("{}x{}, {} bytes, {took:?} after the look", still.width, still.height, still.jpeg.len());
            }
            Ok((_, seen)) => println!("{seen:?}"),
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => break,
        }
    }
    if let (Some(before), Some(after)) = (used_before, used()) {
        let share = after.saturating_sub(before).as_secs_f64() / start.elapsed().as_secs_f64();
        println!("{:.1} % of one core over {:.1} s", 100.0 * share, start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Processor time of this process, where the system tells it: clock ticks of 10 ms in two fields after the name in brackets.
fn used() -> Option<Duration> {
    let status = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<_> = status.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
}
