//! A sound system without sound: a cpal host whose clock is turned by hand.
//!
//! Devices deliver a scripted signal and record what they are given, in callbacks of any size,
//! rate, format and channel count. They can be unplugged, stalled and refused. Callbacks run on the
//! thread that turns the clock, inside a guard of the test's choice (an allocation guard, say).

mod buffer;
mod device;
pub mod room;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use cpal::{ErrorKind, SampleFormat, platform::CustomHost};

use self::device::{Face, SimDevice, Slot};
use crate::{
    clock::{Clock, nanos},
    device::{DeviceId, Direction, HostChoice},
    duplex::Duplex,
    message::{AudioEvent, DuplexConfig},
};

/// Runs a callback; must call what it is given exactly once.
pub type Guard = fn(&mut dyn FnMut());

/// What a simulated microphone hears: the sample at an index of the device's rate, counted from
/// the clock's begin.
pub type Signal = Arc<dyn Fn(u64) -> f32 + Send + Sync>;

/// How a simulated device is made.
#[derive(Clone)]
pub struct SimSpec {
    name: String,
    direction: Direction,
    rate: u32,
    channels: u16,
    format: SampleFormat,
    callbacks: Vec<usize>,
    signal: Signal,
}

impl SimSpec {
    /// A mono 48 kHz float microphone that hears silence, called as it is asked to.
    pub fn input(name: &str) -> Self {
        Self::new(name, Direction::Input, 1)
    }

    /// A stereo 48 kHz float speaker, called as it is asked to.
    pub fn output(name: &str) -> Self {
        Self::new(name, Direction::Output, 2)
    }

    fn new(name: &str, direction: Direction, channels: u16) -> Self {
        Self {
            name: name.to_owned(),
            direction,
            rate: 48_000,
            channels,
            format: SampleFormat::F32,
            callbacks: Vec::new(),
            signal: Arc::new(|_| 0.0),
        }
    }

    /// Its rate in Hz.
    #[must_use]
    pub fn rate(mut self, rate: u32) -> Self {
        self.rate = rate;
        self
    }

    /// Its channels.
    #[must_use]
    pub fn channels(mut self, channels: u16) -> Self {
        self.channels = channels;
        self
    }

    /// Its sample format: F32, I16, U16, I24, I32 or U8.
    #[must_use]
    pub fn format(mut self, format: SampleFormat) -> Self {
        self.format = format;
        self
    }

    /// Its callback sizes in frames, repeated; never what it is asked for.
    #[must_use]
    pub fn callbacks(mut self, frames: &[usize]) -> Self {
        self.callbacks = frames.to_vec();
        self
    }

    /// What it hears.
    #[must_use]
    pub fn signal(mut self, signal: impl Fn(u64) -> f32 + Send + Sync + 'static) -> Self {
        self.signal = Arc::new(signal);
        self
    }
}

impl fmt::Debug for SimSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {} Hz", self.direction, self.name, self.rate)
    }
}

/// The host; clones are the same host.
#[derive(Clone, Debug)]
pub struct SimHost {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    devices: Vec<Arc<Mutex<Unit>>>,
    streams: Vec<Arc<Slot>>,
    down: bool,
    guard: Guard,
}

/// One device as it is now.
#[derive(Debug)]
struct Unit {
    spec: SimSpec,
    plugged: bool,
    stalled: bool,
    refuses: Option<ErrorKind>,
    played: Vec<f32>,
}

impl Default for SimHost {
    fn default() -> Self {
        Self::new()
    }
}

impl SimHost {
    /// A host without devices, its clock at zero.
    pub fn new() -> Self {
        Self {
            clock: Clock::by_hand(),
            state: Arc::new(Mutex::new(State {
                devices: Vec::new(),
                streams: Vec::new(),
                down: false,
                guard: |callback| callback(),
            })),
        }
    }

    /// Adds a device. The first of a direction that is plugged in is the default.
    #[must_use]
    pub fn with(self, spec: SimSpec) -> Self {
        self.add(spec);
        self
    }

    /// Plugs in a new device.
    pub fn add(&self, spec: SimSpec) {
        self.state().devices.push(Arc::new(Mutex::new(Unit {
            spec,
            plugged: true,
            stalled: false,
            refuses: None,
            played: Vec::new(),
        })));
    }

    /// Runs every callback inside `guard` from now on.
    pub fn guard(&self, guard: Guard) {
        self.state().guard = guard;
    }

    /// An audio thread on this host and by its clock.
    pub fn spawn(&self, config: DuplexConfig, on_event: impl FnMut(AudioEvent) + Send + 'static) -> Duplex {
        let host = self.clone();
        let choice = HostChoice::Custom(Box::new(move || host.host()));
        Duplex::spawn_with_clock(choice, config, self.clock(), Box::new(on_event))
    }

    /// The host as cpal sees it.
    pub fn host(&self) -> cpal::Host {
        cpal::Host::from(CustomHost::from_host(Face(self.clone())))
    }

    /// Its clock.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The id of a device of this host.
    pub fn id(name: &str) -> DeviceId {
        DeviceId::of_host("custom", name)
    }

    /// Turns the clock; every callback due on the way runs on this thread, in order of time.
    pub fn advance(&self, by: Duration) {
        let target = self.clock.now_nanos() + nanos(by);
        loop {
            let (slot, guard) = {
                let mut state = self.state();
                state.streams.retain(|slot| !slot.is_closed());
                let due = state.streams.iter().filter(|slot| slot.due() <= target);
                (due.min_by_key(|slot| slot.due()).cloned(), state.guard)
            };
            let Some(slot) = slot else {
                break;
            };
            self.turn_to(slot.due());
            slot.call(guard, &self.clock);
        }
        self.turn_to(target);
    }

    /// Lets the clock run with the real one until the result is dropped.
    pub fn run(&self) -> SimRun {
        let (host, stop) = (self.clone(), Arc::<AtomicBool>::default());
        let ordered = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (begin, mut turned) = (Instant::now(), Duration::ZERO);
            while !ordered.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(2));
                let due = begin.elapsed();
                host.advance(due.saturating_sub(turned));
                turned = due;
            }
        });
        SimRun { stop, thread: Some(thread) }
    }

    /// The device goes, and its streams are told.
    pub fn unplug(&self, name: &str) {
        self.vanish(name);
        self.report(name, ErrorKind::DeviceNotAvailable);
    }

    /// The device goes without a word, as with PulseAudio.
    pub fn vanish(&self, name: &str) {
        self.change(name, |unit| unit.plugged = false);
    }

    /// The device comes back.
    pub fn plug(&self, name: &str) {
        self.change(name, |unit| unit.plugged = true);
    }

    /// The device's callbacks stop (or go on); it stays listed.
    pub fn stall(&self, name: &str, stalled: bool) {
        self.change(name, |unit| unit.stalled = stalled);
    }

    /// From now on opening the device fails like this, or no more.
    pub fn refuse(&self, name: &str, kind: Option<ErrorKind>) {
        self.change(name, |unit| unit.refuses = kind);
    }

    /// Streams of a device report an error.
    pub fn report(&self, name: &str, kind: ErrorKind) {
        let streams = self.state().streams.clone();
        streams.iter().filter(|slot| slot.device_name() == name).for_each(|slot| slot.report(kind));
    }

    /// The sound server dies (or is started again); its streams are told and never come back.
    pub fn down(&self, down: bool) {
        self.state().down = down;
        if down {
            let streams = std::mem::take(&mut self.state().streams);
            for slot in streams {
                slot.report(ErrorKind::StreamInvalidated);
            }
        }
    }

    /// What a speaker was given so far on one channel.
    pub fn played(&self, name: &str, channel: usize) -> Vec<f32> {
        let mut played = Vec::new();
        self.change(name, |unit| {
            let channels = usize::from(unit.spec.channels);
            played = unit.played.iter().skip(channel).step_by(channels).copied().collect();
        });
        played
    }

    /// Forgets what every speaker was given so far.
    pub fn forget_played(&self) {
        for device in &self.state().devices {
            lock(device).played.clear();
        }
    }

    fn change(&self, name: &str, mut change: impl FnMut(&mut Unit)) {
        let devices = self.state().devices.clone();
        for device in devices {
            let mut unit = lock(&device);
            if unit.spec.name == name {
                change(&mut unit);
            }
        }
    }

    fn turn_to(&self, nanos: u64) {
        let by = nanos.saturating_sub(self.clock.now_nanos());
        self.clock.advance(Duration::from_nanos(by));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn plugged(&self) -> Vec<SimDevice> {
        let devices = self.state().devices.clone();
        devices.into_iter().filter(|unit| lock(unit).plugged).map(|unit| SimDevice::new(self.clone(), unit)).collect()
    }
}

/// See [`SimHost::run`].
pub struct SimRun {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for SimRun {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
