//! A session with a clock and a socket, on tokio.
//!
//! One task owns the [`Session`] and reads the socket; a second one writes it, so that a server
//! that doesn't read never keeps us from hearing it. Dropping every [`DriverHandle`] ends the session and both tasks.

mod actor;
mod dial;
mod link;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::mpsc;

use crate::message::FunctionResponse;
use crate::session::{Event, Session, SessionConfig, Turn};
use crate::target::Target;

/// Sound commands that may wait for the driver; at 20 ms each, 20 s.
const MOST_AUDIO_WAITING: usize = 1024;

/// Events that may wait for the reader of them; then the socket waits too.
const MOST_EVENTS_WAITING: usize = 1024;

/// What a driver can be told.
#[derive(Debug)]
pub enum DriverCommand {
    /// Open the session.
    Connect,
    /// End it.
    Disconnect,
    /// Set the configuration of the next connection.
    Configure(Box<SessionConfig>),
    /// Set where to connect and as whom, from the next connection on.
    Target(Box<Target>),
    /// Forget what was said so far, and who was spoken to.
    StartOver,
    /// What was said in an earlier conversation, to be told to the next session: the user's words and the model's.
    Remember(Vec<(String, String)>),
    /// The button is pressed, or listening is switched on.
    ActivityStart,
    /// Sound of the user, 16 kHz mono.
    Audio(Vec<i16>),
    /// The button is released, or listening is switched off.
    ActivityEnd,
    /// The user has typed, and shows JPEGs with it.
    Message {
        /// The words; may be empty where there are pictures.
        text: String,
        /// The pictures.
        pictures: Vec<Vec<u8>>,
    },
    /// The user wants silence.
    Stop,
    /// Answers to function calls.
    Respond(Vec<FunctionResponse>),
}

/// What a driver tells.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are session events")]
pub enum DriverEvent {
    /// What the session tells, and when it did.
    Session(Event, Instant),
    /// The first sound of a turn has been written to the socket.
    FirstAudioSent {
        /// The user's turn.
        turn: Turn,
        /// When the write ended.
        at: Instant,
    },
}

/// The driver's task has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the driver has ended")]
pub struct DriverGone;

/// Starts drivers.
#[derive(Debug)]
pub struct Driver;

impl Driver {
    /// Starts one on the current tokio runtime. It is off until told to connect.
    pub fn spawn(config: SessionConfig, target: Target) -> (DriverHandle, mpsc::Receiver<DriverEvent>) {
        let (commands, received) = mpsc::unbounded_channel();
        let (events, told) = mpsc::channel(MOST_EVENTS_WAITING);
        let audio = Arc::new(AudioGauge::default());
        let session = Session::new(config, fastrand::u64(..));
        let actor = actor::Actor::new(session, target, received, events, Arc::clone(&audio));
        tokio::spawn(actor.run());
        (DriverHandle { commands, audio }, told)
    }
}

/// Tells a driver what to do. Never waits.
#[derive(Debug, Clone)]
pub struct DriverHandle {
    // Commands of a person are few and must arrive; sound is bounded by the gauge.
    commands: mpsc::UnboundedSender<DriverCommand>,
    audio: Arc<AudioGauge>,
}

impl DriverHandle {
    /// Queues a command. Sound is dropped, counted and reported as [`Event::AudioDropped`] while the driver is so far
    /// behind that 20 s of it wait.
    pub fn send(&self, command: DriverCommand) -> Result<(), DriverGone> {
        if let DriverCommand::Audio(pcm) = &command
            && !self.audio.enter(pcm.len())
        {
            return if self.commands.is_closed() { Err(DriverGone) } else { Ok(()) };
        }
        self.commands.send(command).map_err(|_| DriverGone)
    }
}

/// Counts the sound commands under way.
#[derive(Debug, Default)]
struct AudioGauge {
    waiting: AtomicUsize,
    dropped_samples: AtomicU64,
}

impl AudioGauge {
    fn enter(&self, samples: usize) -> bool {
        if self.waiting.fetch_add(1, Ordering::Relaxed) < MOST_AUDIO_WAITING {
            return true;
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.dropped_samples.fetch_add(samples as u64, Ordering::Relaxed);
        false
    }

    fn leave(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    fn take_dropped(&self) -> u64 {
        self.dropped_samples.swap(0, Ordering::Relaxed)
    }
}

/// The session's clock.
#[expect(clippy::disallowed_methods, reason = "the driver is the session's clock")]
fn now() -> Instant {
    Instant::now()
}
