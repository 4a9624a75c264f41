//! A Live server in this process that remembers what it was sent.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use vivavoce_live::message::ClientMessage;
use vivavoce_rig::Signal;
use vivavoce_simulator::{Server, ServerConfig, TurnComplete};

use crate::cli::{LIMIT, now};

/// A running server; ends on drop.
pub(crate) struct Service {
    server: Server,
    runtime: Runtime,
}

impl Service {
    /// An echo: every turn is answered with its own sound.
    pub(crate) fn echo() -> Self {
        Self::start(ServerConfig::echo())
    }

    /// An echo whose answers can be interrupted until they have been heard, as with the real service.
    pub(crate) fn echo_in_real_time() -> Self {
        Self::start(ServerConfig { turn_complete: TurnComplete::Playback, ..ServerConfig::echo() })
    }

    /// An echo that answers `setup` late.
    pub(crate) fn echo_after(setup_delay: Duration) -> Self {
        Self::start(ServerConfig { setup_delay, ..ServerConfig::echo() })
    }

    /// Any other.
    pub(crate) fn start(config: ServerConfig) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = {
            let _inside = runtime.enter();
            Server::bind(config).unwrap()
        };
        Self { server, runtime }
    }

    /// Its address for `--endpoint`.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The sound of a user turn (from 1) once it has ended, as it came.
    pub(crate) fn sound_of(&self, turn: usize) -> Signal {
        let turn = self.within_limit(self.server.observed().turn_ended(0, turn));
        Signal::from_pcm(16_000, &turn.pcm())
    }

    /// When the answer to a turn (from 1) was cut by the service, microseconds of the same clock as [`now`].
    pub(crate) fn interrupted_at(&self, turn: usize) -> u64 {
        let turn = self.within_limit(self.server.observed().turn_answered(0, turn));
        assert!(turn.interrupted, "the answer was not cut");
        now() - turn.answered_at.unwrap().elapsed().as_micros() as u64
    }

    /// What the client sent, in order, by kind.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let connections = self.server.observed().connections();
        connections[0].messages.iter().map(|received| kind(&received.message)).collect()
    }

    fn within_limit<T>(&self, future: impl Future<Output = T>) -> T {
        let result = self.runtime.block_on(async { tokio::time::timeout(LIMIT, future).await });
        result.expect("the service saw it in time")
    }
}

fn kind(message: &ClientMessage) -> &'static str {
    let Some(input) = &message.realtime_input else {
        return if message.setup.is_some() { "setup" } else { "other" };
    };
    if input.activity_start.is_some() {
        "activityStart"
    } else if input.activity_end.is_some() {
        "activityEnd"
    } else if input.audio.is_some() {
        "audio"
    } else {
        "other"
    }
}
