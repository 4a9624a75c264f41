//! The audio thread: owns the streams, the rings and the chains, and nothing outside may wait for it.
//!
//! One std thread (some platforms' streams can't move between threads). While something is open it
//! wakes every few milliseconds; otherwise it sleeps on its command channel. It survives whatever devices,
//! commands and listeners do: a panic drops the streams and the thread goes on.

mod input;
mod output;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use self::{input::InputSide, output::OutputSide};
use crate::{
    clock::{Clock, nanos},
    device::{Catalogue, DeviceId, DeviceInfo, Direction, HostChoice, default_of},
    level::dbfs,
    message::{AudioCommand, AudioEvent, DuplexConfig, FLOOR_DBFS},
};

/// How often the thread looks after streams in use.
const WAKE: Duration = Duration::from_millis(5);

/// How often it looks after streams that are only kept open.
const IDLE_WAKE: Duration = Duration::from_millis(25);

/// Commands that may wait. Full means that the thread hangs in a sound server.
const COMMANDS: usize = 1024;

/// How long a caller waits for a full channel before its command is dropped.
const PATIENCE: Duration = Duration::from_millis(50);

/// Listing devices: 3–11 ms with PulseAudio; ALSA is slow and never shows what comes and goes.
const POLL: Duration = Duration::from_secs(1);
const SLOW_POLL: Duration = Duration::from_secs(10);

/// Just under 15 a second.
const LEVELS: Duration = Duration::from_millis(68);

/// Lost samples are told at most this often.
const LOSSES: Duration = Duration::from_secs(1);

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

enum Order {
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
        let worker = Worker {
            catalogue: Catalogue::new(host),
            input: InputSide::new(config.input.clone()),
            output: OutputSide::new(config.output.clone()),
            config,
            clock,
            orders,
            stop,
            on_event,
            devices: None,
            next_poll: 0,
            next_levels: 0,
            next_losses: 0,
            silent: true,
        };
        let thread = std::thread::Builder::new().name("audio".to_owned()).spawn(move || worker.run());
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

/// What both sides need of the thread for one step.
pub(crate) struct Context<'a> {
    /// The clock's nanoseconds at the step's begin, or when the command was sent.
    pub(crate) now: u64,
    pub(crate) clock: &'a Clock,
    pub(crate) config: &'a DuplexConfig,
    pub(crate) catalogue: &'a mut Catalogue,
    on_event: &'a mut dyn FnMut(AudioEvent),
}

impl Context<'_> {
    pub(crate) fn tell(&mut self, event: AudioEvent) {
        (self.on_event)(event);
    }

    pub(crate) fn tell_all(&mut self, events: Vec<AudioEvent>) {
        events.into_iter().for_each(&mut self.on_event);
    }
}

/// What a fresh list of devices means for an open one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// It goes on.
    Stay,
    /// It is gone.
    Lost,
    /// The chosen one has come back, or the system's default is another now.
    To(DeviceId),
}

/// See [`Move`].
pub(crate) fn better(direction: Direction, chosen: &DeviceId, open: &DeviceId, devices: &[DeviceInfo]) -> Move {
    if open.wav_path().is_some() {
        return Move::Stay;
    }
    let is_there = |id: &DeviceId| devices.iter().any(|device| device.direction == direction && device.id == *id);
    let wanted = if chosen.is_default() {
        default_of(devices, direction).map(|device| &device.id)
    } else {
        Some(chosen).filter(|id| is_there(id))
    };
    match wanted {
        _ if !is_there(open) => Move::Lost,
        Some(wanted) if wanted != open => Move::To(wanted.clone()),
        _ => Move::Stay,
    }
}

struct Worker {
    catalogue: Catalogue,
    input: InputSide,
    output: OutputSide,
    config: DuplexConfig,
    clock: Clock,
    orders: Receiver<Order>,
    stop: Arc<AtomicBool>,
    on_event: Box<dyn FnMut(AudioEvent) + Send>,
    devices: Option<Vec<DeviceInfo>>,
    next_poll: u64,
    next_levels: u64,
    next_losses: u64,
    /// The last levels told were the floor.
    silent: bool,
}

impl Worker {
    fn run(mut self) {
        while !self.stop.load(Ordering::Acquire) {
            let first = match self.wake() {
                Some(wake) => match self.orders.recv_timeout(wake) {
                    Ok(order) => Some(order),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                },
                None => match self.orders.recv() {
                    Ok(order) => Some(order),
                    Err(_) => return,
                },
            };
            let step = catch_unwind(AssertUnwindSafe(|| self.step(first)));
            if step.is_err() {
                tracing::error!("the audio thread panicked, its streams are dropped");
                self.input.abandon();
                self.output.abandon();
                self.input = InputSide::new(self.config.input.clone());
                self.output = OutputSide::new(self.config.output.clone());
            }
        }
    }

    /// How long to sleep at most; until the next order when there is nothing to do and nothing to wait for.
    fn wake(&self) -> Option<Duration> {
        if self.input.is_wanted() || self.output.is_busy() {
            Some(WAKE)
        } else if self.is_active() {
            Some(IDLE_WAKE)
        } else {
            // Somebody is about to plug one in.
            self.lacks_device().then_some(POLL)
        }
    }

    /// The last list had no microphone or no speaker.
    fn lacks_device(&self) -> bool {
        let has = |devices: &[DeviceInfo], direction| {
            devices.iter().any(|device| device.direction == direction && !device.is_monitor)
        };
        let devices = self.devices.as_deref();
        devices.is_some_and(|devices| !has(devices, Direction::Input) || !has(devices, Direction::Output))
    }

    fn is_active(&self) -> bool {
        self.is_open() || self.input.is_wanted() || self.output.is_busy() || !self.silent
    }

    fn is_open(&self) -> bool {
        self.input.is_running() || self.output.is_open()
    }

    fn step(&mut self, first: Option<Order>) {
        #[cfg(any(test, feature = "sim"))]
        let mut settled = Vec::new();
        let more = std::iter::from_fn(|| self.orders.try_recv().ok()).take(COMMANDS);
        let orders: Vec<Order> = first.into_iter().chain(more).collect();
        for order in orders {
            match order {
                Order::Command(command, sent) => self.obey(command, sent),
                Order::Wake => {}
                #[cfg(any(test, feature = "sim"))]
                Order::Settle(done) => settled.push(done),
            }
        }
        self.tick();
        #[cfg(any(test, feature = "sim"))]
        for done in settled {
            let _ = done.send(());
        }
    }

    fn obey(&mut self, command: AudioCommand, sent: u64) {
        match &command {
            AudioCommand::SelectInput(id) => self.config.input = id.clone(),
            AudioCommand::SelectOutput(id) => self.config.output = id.clone(),
            AudioCommand::RefreshDevices => return self.poll(),
            _ => {}
        }
        let cx = &mut Context {
            now: sent,
            clock: &self.clock,
            config: &self.config,
            catalogue: &mut self.catalogue,
            on_event: &mut self.on_event,
        };
        match command {
            AudioCommand::SelectInput(id) => self.input.select(id, cx),
            AudioCommand::SelectOutput(id) => self.output.select(id, cx),
            AudioCommand::OpenGate => self.input.open_gate(cx),
            AudioCommand::CloseGate { tail } => self.input.close_gate(tail, cx),
            AudioCommand::SetMuted(muted) => self.input.set_muted(muted),
            AudioCommand::Push { turn, pcm, rate } => self.output.push(turn, pcm, rate, cx),
            AudioCommand::EndTurn { turn } => self.output.end_turn(turn),
            AudioCommand::Flush { up_to_turn } => self.output.flush(up_to_turn, cx),
            AudioCommand::TestTone { seconds } => self.output.test_tone(seconds, cx),
            AudioCommand::MonitorInput(on) => self.input.set_monitor(on, cx),
            AudioCommand::RefreshDevices => {}
        }
    }

    fn tick(&mut self) {
        let now = self.clock.now_nanos();
        let cx = &mut Context {
            now,
            clock: &self.clock,
            config: &self.config,
            catalogue: &mut self.catalogue,
            on_event: &mut self.on_event,
        };
        self.output.tick(cx);
        self.input.tick(cx);
        if now >= self.next_poll && (self.is_open() || self.input.is_wanted() || self.lacks_device()) {
            self.poll();
        }
        self.tell_levels(now);
        self.tell_losses(now);
    }

    fn poll(&mut self) {
        let listed = self.catalogue.list();
        let lively = self.catalogue.is_lively();
        let pause = if lively { POLL } else { SLOW_POLL };
        let now = self.clock.now_nanos();
        self.next_poll = now + nanos(pause);
        let devices = listed.unwrap_or_else(|error| {
            tracing::debug!(%error, "devices can't be listed");
            Vec::new()
        });
        let cx = &mut Context {
            now,
            clock: &self.clock,
            config: &self.config,
            catalogue: &mut self.catalogue,
            on_event: &mut self.on_event,
        };
        if self.devices.as_ref() != Some(&devices) {
            cx.tell(AudioEvent::DevicesChanged(devices.clone()));
        }
        // What ALSA lists says nothing about what works.
        if lively {
            self.input.consider(&devices, cx);
            self.output.consider(&devices, cx);
        }
        self.devices = Some(devices);
    }

    fn tell_levels(&mut self, now: u64) {
        if now < self.next_levels || (self.silent && !self.is_open()) {
            return;
        }
        self.next_levels = now + nanos(LEVELS);
        let input_dbfs = dbfs(self.input.take_peak());
        let output_dbfs = dbfs(self.output.take_peak());
        let silent = input_dbfs <= FLOOR_DBFS && output_dbfs <= FLOOR_DBFS;
        if !(silent && self.silent) {
            (self.on_event)(AudioEvent::Levels { input_dbfs, output_dbfs });
        }
        self.silent = silent;
    }

    fn tell_losses(&mut self, now: u64) {
        if now < self.next_losses {
            return;
        }
        self.next_losses = now + nanos(LOSSES);
        let overruns = self.input.take_overruns();
        if overruns > 0 {
            (self.on_event)(AudioEvent::Overrun { frames: overruns });
        }
        let underruns = self.output.take_underruns();
        if underruns > 0 {
            (self.on_event)(AudioEvent::Underrun { frames: underruns });
        }
    }
}
