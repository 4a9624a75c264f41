//! The crate by hand (`PERIOD_MS` sets the callback's length): `sound list`, `sound record OUT.wav SECONDS [INPUT]`,
//! `sound play IN.wav [FLUSH_MS] [OUTPUT]`. Times are printed in seconds since the start.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::{
    env,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use vivavoce_audio::{
    AudioCommand, AudioEvent, CAPTURE_RATE, DeviceId, Duplex, DuplexConfig, GateMode, HostChoice, devices,
};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).map(String::as_str);
    let device = |index| argument(index).map_or_else(DeviceId::default, |id| id.parse().unwrap());
    match argument(0) {
        Some("list") => {
            for found in devices().unwrap() {
                println!("{found:?}");
            }
        }
        Some("record") => record(argument(1).unwrap(), argument(2).unwrap(), device(3)),
        Some("play") => play(argument(1).unwrap(), argument(2), device(3)),
        _ => println!("sound list | record OUT.wav SECONDS [INPUT] | play IN.wav [FLUSH_MS] [OUTPUT]"),
    }
}

fn start(mut config: DuplexConfig) -> (Duplex, Receiver<AudioEvent>) {
    if let Ok(ms) = env::var("PERIOD_MS") {
        config.period = Duration::from_millis(ms.parse().unwrap());
    }
    let (tell, events) = channel();
    let duplex = Duplex::spawn(
        HostChoice::System,
        config,
        Box::new(move |event| {
            let _ = tell.send(event);
        }),
    );
    (duplex, events)
}

fn record(path: &str, seconds: &str, input: DeviceId) {
    let (duplex, events) = start(DuplexConfig { input: vec![input], ..DuplexConfig::default() });
    let begin = Instant::now();
    duplex.handle().send(AudioCommand::OpenGate(GateMode::Held));
    let tail = Duration::from_secs_f64(seconds.parse().unwrap());
    duplex.handle().send(AudioCommand::CloseGate { tail });
    let mut pcm = Vec::new();
    for event in &events {
        match event {
            AudioEvent::Frame(frame) => pcm.extend(frame.pcm),
            AudioEvent::GateClosed { .. } => break,
            AudioEvent::Levels { .. } | AudioEvent::DevicesChanged(_) => {}
            other => println!("{:.3} {other:?}", begin.elapsed().as_secs_f64()),
        }
    }
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: CAPTURE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(path, spec).unwrap();
    for sample in &pcm {
        wav.write_sample(*sample).unwrap();
    }
    wav.finalize().unwrap();
    println!("{} samples", pcm.len());
}

fn play(path: &str, flush_ms: Option<&str>, output: DeviceId) {
    let mut wav = hound::WavReader::open(path).unwrap();
    let rate = wav.spec().sample_rate;
    let pcm: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    let (duplex, events) = start(DuplexConfig { output: vec![output], ..DuplexConfig::default() });
    let handle = duplex.handle();
    let begin = Instant::now();
    for piece in pcm.chunks(960) {
        let pcm = piece.to_vec();
        handle.send(AudioCommand::Push { turn: 1, pcm, rate });
    }
    handle.send(AudioCommand::EndTurn { turn: 1 });
    let flush: Option<u64> = flush_ms.and_then(|ms| ms.parse().ok()).filter(|ms| *ms > 0);
    let mut ordered = false;
    loop {
        if let Some(ms) = flush
            && !ordered
            && begin.elapsed() >= Duration::from_millis(ms)
        {
            ordered = true;
            handle.send(AudioCommand::Flush { up_to_turn: 1 });
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            println!("flush {:.6}", now.as_secs_f64());
        }
        let Ok(event) = events.recv_timeout(Duration::from_millis(1)) else {
            continue;
        };
        if !matches!(event, AudioEvent::Levels { .. } | AudioEvent::DevicesChanged(_)) {
            println!("{:.3} {event:?}", begin.elapsed().as_secs_f64());
        }
        if matches!(
            event,
            AudioEvent::PlaybackFinished { .. } | AudioEvent::PlaybackFlushed { .. } | AudioEvent::Failed { .. }
        ) {
            break;
        }
    }
    // What was handed over last sounds a little later.
    std::thread::sleep(Duration::from_millis(300));
}
