//! Somebody who talks, by holding a button, and knows what was said.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use vivavoce_live::{
    Access, Driver, DriverCommand, DriverHandle, Endpoint, Event, Proxy, SessionConfig, TalkMode, Target, Turn,
};
use vivavoce_simulator::{Server, ServerConfig, TurnComplete};

use crate::history::{self, Known};
use crate::told::Told;

pub(crate) const FRAME: Duration = Duration::from_millis(20);
pub(crate) const FRAME_SAMPLES: usize = 320;

/// A service that answers with what was said and takes the time of it, as the real one does.
pub(crate) fn service() -> ServerConfig {
    ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() }
}

/// Where to connect for a line that begins at `address`, unencrypted.
pub(crate) fn target(address: SocketAddr) -> Target {
    target_at(&format!("ws://{address}"))
}

/// Where to connect, without the proxies the machine may be set up with.
pub(crate) fn target_at(url: &str) -> Target {
    let mut target = Target::new(Endpoint::parse(url).unwrap(), Access::key("key-1"));
    target.network.proxy = Proxy::Direct;
    target
}

/// Sound that tells its turn and its place in it, as loud as speech.
pub(crate) fn voice(turn: usize, samples: usize) -> Vec<i16> {
    let first = (turn as u64) << 32;
    (first..first + samples as u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as i16).collect()
}

/// What somebody is doing when something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doing {
    /// Waits for the session to open.
    Opening,
    Speaking,
    /// Waits for an answer.
    Waiting,
    /// Hears one.
    Listening,
    Nothing,
}

/// A conversation.
pub(crate) struct Talk {
    handle: DriverHandle,
    pub(crate) told: Told,
    /// The turns, sample for sample.
    pub(crate) said: Vec<Vec<i16>>,
    speaking: Arc<AtomicBool>,
    seed: u64,
}

/// Sees what somebody is doing.
#[derive(Clone)]
pub(crate) struct Watcher {
    told: Told,
    speaking: Arc<AtomicBool>,
}

impl Talk {
    /// Calls, and waits until somebody answers.
    pub(crate) async fn to(target: Target, mode: TalkMode, seed: u64) -> Self {
        let (handle, events) = Driver::spawn(SessionConfig { mode, ..SessionConfig::default() }, target);
        let talk = Self { handle, told: Told::by(events, seed), said: Vec::new(), speaking: Arc::default(), seed };
        talk.tell(DriverCommand::Connect);
        talk.told.ready(0).await;
        talk
    }

    pub(crate) fn tell(&self, command: DriverCommand) {
        self.handle.send(command).unwrap();
    }

    pub(crate) fn watcher(&self) -> Watcher {
        Watcher { told: self.told.clone(), speaking: Arc::clone(&self.speaking) }
    }

    /// The newest turn.
    pub(crate) fn turn(&self) -> Turn {
        Turn(self.said.len() as u64)
    }

    /// Holds the button and speaks, at the pace of speech.
    pub(crate) async fn say(&mut self, length: Duration) -> Turn {
        let frames = (length.as_millis() / FRAME.as_millis()) as usize;
        let sound = voice(self.said.len() + 1, frames * FRAME_SAMPLES);
        self.speaking.store(true, Ordering::Relaxed);
        self.tell(DriverCommand::ActivityStart);
        let mut pace = interval(FRAME);
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for frame in sound.chunks(FRAME_SAMPLES) {
            pace.tick().await;
            self.tell(DriverCommand::Audio(frame.to_vec()));
        }
        self.tell(DriverCommand::ActivityEnd);
        self.speaking.store(false, Ordering::Relaxed);
        self.said.push(sound);
        self.turn()
    }

    /// Says something and hears all of the answer.
    pub(crate) async fn exchange(&mut self, length: Duration) {
        let turn = self.say(length).await;
        self.hear_out(turn).await;
    }

    /// Waits for the end of the answer to a turn, all of which has come then.
    pub(crate) async fn hear_out(&self, turn: Turn) {
        self.told.answered(turn).await;
        let expected = self.said[turn.0 as usize - 1].len() * 3 / 2;
        let came = self.told.answer(turn);
        // Resampling may round the length.
        assert!(
            came.abs_diff(expected) < 480,
            "{came} samples of answer to {turn} instead of {expected}, seed {}:{}",
            self.seed,
            self.told.log()
        );
    }

    /// Waits until the answer to a turn has begun.
    pub(crate) async fn hear_begin(&self, turn: Turn) {
        let begun = |event: &Event| match event {
            Event::Audio { turn: answered, .. } | Event::TurnComplete { turn: answered, .. } => *answered == turn,
            _ => false,
        };
        self.told
            .until(&format!("beginning of the answer to {turn}"), |told| {
                told.iter().any(|(_, event)| begun(event)).then_some(())
            })
            .await;
    }

    /// Says one turn more and checks that everything is as if nothing had happened: it is answered, the session is
    /// open, was never given up, and knows everything that was said, in order and once.
    pub(crate) async fn end_well(&mut self, server: &Server) -> Known {
        self.exchange(Duration::from_millis(500)).await;
        assert!(self.told.is_open(), "seed {}:{}", self.seed, self.told.log());
        let lost = |event: &Event| matches!(event, Event::Closed(_) | Event::Disconnected | Event::AudioDropped { .. });
        let lost = self.told.look(|told| told.iter().find(|(_, event)| lost(event)).cloned());
        assert!(lost.is_none(), "{lost:?}, seed {}:{}", self.seed, self.told.log());
        match history::check(&server.registry().histories(), &self.said) {
            Ok(known) => known,
            Err(wrong) => panic!("{wrong}, seed {}:{}", self.seed, self.told.log()),
        }
    }
}

impl Watcher {
    /// What somebody is doing now.
    pub(crate) fn doing(&self) -> Doing {
        if !self.told.is_open() {
            return Doing::Opening;
        }
        if self.speaking.load(Ordering::Relaxed) {
            return Doing::Speaking;
        }
        self.told.look(|told| {
            let newest = told.iter().rev().find_map(|(_, event)| match event {
                Event::TurnStarted { .. } | Event::Waiting { .. } => Some(Doing::Waiting),
                Event::Audio { .. } => Some(Doing::Listening),
                Event::TurnComplete { interrupted: false, .. } => Some(Doing::Nothing),
                _ => None,
            });
            newest.unwrap_or(Doing::Nothing)
        })
    }

    pub(crate) fn told(&self) -> &Told {
        &self.told
    }
}
