//! The audio thread: owns the streams, the rings and the chains, and nothing outside may wait for it.
//!
//! One std thread (some platforms' streams can't move between threads). While something is open it
//! wakes every few milliseconds; otherwise it sleeps on its command channel. It survives whatever devices,
//! commands and listeners do: a panic drops the streams and the thread goes on.

mod choice;
mod input;
mod listen;
mod output;
mod period;
mod wait;
mod worker;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

pub(crate) use self::worker::Context;
use self::worker::Worker;
use crate::{
    clock::Clock,
    device::HostChoice,
    message::{AudioCommand, AudioEvent, DuplexConfig},
};

/// Commands that may wait. Full means that the thread hangs in a sound server.
const COMMANDS: usize = 1024;

/// How long a caller waits for a full channel before its command is dropped.
const PATIENCE: Duration = Duration::from_millis(50);

/// The owner of the audio thread; dropping it stops the thread and shuts the devices.
pub struct Duplex {
    handle: DuplexHandle,
    thread: Option<JoinHandle<()>>,
}

/// Sends commands to the audio thread.
#[derive(Clone)]
pub struct DuplexHandle {
    commands: SyncSender<Order>,
    clock: Clock,
    stop: Arc<AtomicBool>,
    dropped: Arc<AtomicU64>,
}

pub(crate) enum Order {
    /// With the clock's nanoseconds of its sending.
    Command(AudioCommand, u64),
    Wake,
    #[cfg(any(test, feature = "sim"))]
    Settle(SyncSender<()>),
}

impl Duplex {
    /// Starts the audio thread. `on_event` is called on it and must not block.
    pub fn spawn(host: HostChoice, config: DuplexConfig, on_event: Box<dyn FnMut(AudioEvent) + Send>) -> Self {
        Self::spawn_with_clock(host, config, Clock::system(), on_event)
    }

    /// The same by another clock: a simulated host brings its own.
    pub fn spawn_with_clock(
        host: HostChoice,
        config: DuplexConfig,
        clock: Clock,
        on_event: Box<dyn FnMut(AudioEvent) + Send>,
    ) -> Self {
        let (commands, orders) = sync_channel(COMMANDS);
        let stop = Arc::<AtomicBool>::default();
        let handle = DuplexHandle { commands, clock: clock.clone(), stop: Arc::clone(&stop), dropped: Arc::default() };
        // The worker is made where it works: an echo canceller can't change threads.
        let work = move || Worker::new(host, config, clock, orders, stop, on_event).run();
        let thread = std::thread::Builder::new().name("audio".to_owned()).spawn(work);
        if let Err(error) = &thread {
            tracing::error!(%error, "no audio thread");
        }
        Self { handle, thread: thread.ok() }
    }

    /// A handle for whoever commands.
    pub fn handle(&self) -> DuplexHandle {
        self.handle.clone()
    }
}

impl Drop for Duplex {
    fn drop(&mut self) {
        self.handle.stop.store(true, Ordering::Release);
        let _ = self.handle.commands.try_send(Order::Wake);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl DuplexHandle {
    /// Hands over a command. If the thread hangs, the caller waits 50 ms at most and the command is
    /// dropped with a warning.
    pub fn send(&self, command: AudioCommand) {
        let mut order = Order::Command(command, self.clock.now_nanos());
        let pause = Duration::from_millis(1);
        for _ in 0..PATIENCE.as_millis() {
            match self.commands.try_send(order) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => return,
                Err(TrySendError::Full(back)) => order = back,
            }
            std::thread::sleep(pause);
        }
        let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::warn!(dropped, "the audio thread hangs, a command was dropped");
    }

    /// Returns when every command sent before has been obeyed and everything due has been done.
    #[cfg(any(test, feature = "sim"))]
    pub fn settle(&self) {
        let (done, wait) = sync_channel(1);
        if self.commands.send(Order::Settle(done)).is_ok() {
            let _ = wait.recv();
        }
    }
}
