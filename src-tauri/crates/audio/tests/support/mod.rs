//! An audio thread on a simulated host, and what it told.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use vivavoce_audio::{
    AudioCommand, AudioEvent, CaptureFrame, Duplex, DuplexConfig, DuplexHandle,
    sim::{SimHost, SimSpec},
};

pub(crate) const SHORT_STEP: Duration = Duration::from_millis(5);

pub(crate) struct Rig {
    pub(crate) sim: SimHost,
    pub(crate) handle: DuplexHandle,
    events: Receiver<AudioEvent>,
    _duplex: Duplex,
}

impl Rig {
    pub(crate) fn new(sim: SimHost) -> Self {
        Self::with(sim, DuplexConfig::default())
    }

    pub(crate) fn with(sim: SimHost, config: DuplexConfig) -> Self {
        let (tell, events) = channel();
        let duplex = sim.spawn(config, move |event| {
            let _ = tell.send(event);
        });
        let handle = duplex.handle();
        Self { sim, handle, events, _duplex: duplex }
    }

    /// Sends a command and waits until it is obeyed.
    pub(crate) fn send(&self, command: AudioCommand) {
        self.handle.send(command);
        self.handle.settle();
    }

    pub(crate) fn close_gate(&self, tail_ms: u64) {
        let tail = Duration::from_millis(tail_ms);
        self.send(AudioCommand::CloseGate { tail });
    }

    pub(crate) fn push(&self, turn: u64, pcm: Vec<i16>) {
        let rate = 24_000;
        self.send(AudioCommand::Push { turn, pcm, rate });
    }

    /// Turns the clock in steps of 5 ms, the thread keeping up.
    pub(crate) fn run(&self, ms: u64) {
        for _ in 0..ms / 5 {
            self.sim.advance(SHORT_STEP);
            self.handle.settle();
        }
    }

    /// Everything told since the last call.
    pub(crate) fn events(&self) -> Vec<AudioEvent> {
        self.events.try_iter().collect()
    }

    /// The same without levels and device lists.
    pub(crate) fn news(&self) -> Vec<AudioEvent> {
        let mut events = self.events();
        events.retain(|event| !is_about_the_state(event));
        events
    }
}

pub(crate) fn frames(events: &[AudioEvent]) -> Vec<CaptureFrame> {
    events
        .iter()
        .filter_map(|event| match event {
            AudioEvent::Frame(frame) => Some(frame.clone()),
            _ => None,
        })
        .collect()
}

pub(crate) fn pcm(events: &[AudioEvent]) -> Vec<i16> {
    frames(events).into_iter().flat_map(|frame| frame.pcm).collect()
}

/// A signal in which every sample of ten minutes at 16 kHz differs from its neighbours.
pub(crate) fn counting(index: u64) -> f32 {
    (count(index) as f32) / 32_768.0
}

/// What [`counting`] gives as 16 bits.
pub(crate) fn count(index: u64) -> i16 {
    (index.wrapping_mul(40_503) % 65_536) as u16 as i16
}

pub(crate) fn speaker() -> SimSpec {
    SimSpec::output("speaker")
}

pub(crate) fn mic() -> SimSpec {
    SimSpec::input("mic").rate(16_000).signal(counting)
}

/// Says where two signals part instead of printing both.
#[track_caller]
pub(crate) fn assert_same(found: &[i16], wanted: &[i16]) {
    let differs = found.iter().zip(wanted).position(|(a, b)| a != b);
    let lengths = (found.len(), wanted.len());
    assert!(differs.is_none() && lengths.0 == lengths.1, "lengths {lengths:?}, first difference at {differs:?}");
}

/// Told again and again, beside what happens.
fn is_about_the_state(event: &AudioEvent) -> bool {
    use AudioEvent::{DevicesChanged, Echo, Health, Levels, Voice};
    matches!(event, Levels { .. } | DevicesChanged(_) | Echo(_) | Health(_) | Voice(_))
}
