//! The audio thread's loop: obeys, looks after both sides, lists the devices, tells levels and losses.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use super::{COMMANDS, Order, input::InputSide, output::OutputSide, wait::wait};
use crate::{
    clip::Clip,
    clock::{Clock, nanos},
    device::{Catalogue, DeviceInfo, Direction, HostChoice},
    level::dbfs,
    message::{AudioCommand, AudioEvent, CAPTURE_RATE, DuplexConfig, FLOOR_DBFS},
    options::Cue,
    priority,
    reference::Reference,
    render::from_i16,
    report::Health,
};

/// How often the thread looks after a speaker or a file in use. A ring holds more than ten times that.
const WAKE: Duration = Duration::from_millis(5);

/// How often it looks at the clock while only the microphone is in use, whatever its period.
const LISTENING_WAKE: Duration = Duration::from_millis(20);

/// How often it looks after streams that are only kept open.
const IDLE_WAKE: Duration = Duration::from_millis(25);

/// It looks for a microphone's callback this long after it is due, and again as often until it has come.
const AFTER_CALLBACK: Duration = Duration::from_micros(500);

/// Listing devices: 3–11 ms with PulseAudio; ALSA is slow and never shows what comes and goes.
const POLL: Duration = Duration::from_millis(600);
const SLOW_POLL: Duration = Duration::from_secs(10);

/// A stream silent for this long may have lost its device: the list is looked at, once.
const SUSPICION: Duration = Duration::from_millis(150);

/// Just under 15 a second.
const LEVELS: Duration = Duration::from_millis(68);

/// Lost samples are told at most this often.
const LOSSES: Duration = Duration::from_secs(1);

/// The longest pre-roll that is kept.
const LONGEST_PRE_ROLL: Duration = Duration::from_millis(500);

/// What both sides need of the thread for one step.
pub(crate) struct Context<'a> {
    /// The clock's nanoseconds at the step's begin, or when the command was sent.
    pub(crate) now: u64,
    pub(crate) clock: &'a Clock,
    pub(crate) config: &'a DuplexConfig,
    pub(crate) catalogue: &'a mut Catalogue,
    pub(crate) reference: &'a mut Reference,
    /// A gate is open: an answer may come soon.
    pub(crate) listening: bool,
    /// The speaker is playing something.
    pub(crate) far_active: bool,
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

/// What belongs to neither side.
struct Room {
    catalogue: Catalogue,
    config: DuplexConfig,
    clock: Clock,
    reference: Reference,
    on_event: Box<dyn FnMut(AudioEvent) + Send>,
}

impl Room {
    fn at(&mut self, now: u64, input: &InputSide, output: &OutputSide) -> Context<'_> {
        Context {
            now,
            clock: &self.clock,
            config: &self.config,
            catalogue: &mut self.catalogue,
            reference: &mut self.reference,
            listening: input.is_listening(),
            far_active: output.is_busy(),
            on_event: &mut self.on_event,
        }
    }
}

/// The thread itself.
pub(crate) struct Worker {
    room: Room,
    input: InputSide,
    output: OutputSide,
    orders: Receiver<Order>,
    stop: Arc<AtomicBool>,
    devices: Option<Vec<DeviceInfo>>,
    next_poll: u64,
    next_levels: u64,
    next_losses: u64,
    /// The last levels told were the floor.
    silent: bool,
    /// [`Cue::Start`] is to be played when the first sample of the press is there.
    start_cue: bool,
    /// A silent stream has led to a look at the devices; another one has to wait for a sign of life.
    suspected: bool,
    health: Health,
    told_health: Health,
    /// Peak of the recording that is being played back.
    recorded_peak: Option<f32>,
}

impl Worker {
    pub(crate) fn new(
        host: HostChoice,
        config: DuplexConfig,
        clock: Clock,
        orders: Receiver<Order>,
        stop: Arc<AtomicBool>,
        on_event: Box<dyn FnMut(AudioEvent) + Send>,
    ) -> Self {
        Self {
            input: InputSide::new(&config),
            output: OutputSide::new(&config),
            room: Room { catalogue: Catalogue::new(host), config, clock, reference: Reference::new(), on_event },
            orders,
            stop,
            devices: None,
            next_poll: 0,
            next_levels: 0,
            next_losses: 0,
            silent: true,
            start_cue: false,
            suspected: false,
            health: Health::default(),
            told_health: Health::default(),
            recorded_peak: None,
        }
    }

    /// Runs until it is to stop or nobody can give orders any more.
    pub(crate) fn run(mut self) {
        if self.room.catalogue.is_real() {
            priority::raise();
        }
        while !self.stop.load(Ordering::Acquire) {
            let first = match self.wake() {
                Some(wake) => match wait(&self.orders, wake) {
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
                self.input = InputSide::new(&self.room.config);
                self.output = OutputSide::new(&self.room.config);
            }
        }
    }

    /// How long to sleep at most; until the next order when there is nothing to do and nothing to wait for.
    fn wake(&self) -> Option<Duration> {
        if let Some(heard) = self.input.heard().filter(|_| self.input.is_wanted()) {
            let due = heard + nanos(self.input.health().0 + AFTER_CALLBACK);
            let left = Duration::from_nanos(due.saturating_sub(self.room.clock.now_nanos()));
            let longest = if self.output.is_busy() { self.playing_wake() } else { LISTENING_WAKE };
            Some(left.clamp(2 * AFTER_CALLBACK, longest))
        } else if self.input.is_wanted() {
            Some(WAKE)
        } else if self.output.is_busy() {
            Some(self.playing_wake())
        } else if self.is_active() {
            Some(IDLE_WAKE)
        } else {
            // Somebody is about to plug one in.
            self.lacks_device().then_some(POLL)
        }
    }

    fn playing_wake(&self) -> Duration {
        if self.output.is_comfortable() { 2 * WAKE } else { WAKE }
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
        let config = &mut self.room.config;
        match &command {
            AudioCommand::SelectInput(ids) => config.input.clone_from(ids),
            AudioCommand::SelectOutput(ids) => config.output.clone_from(ids),
            AudioCommand::Process(processing) => config.processing = *processing,
            AudioCommand::Tune(tuning) => config.tuning = *tuning,
            AudioCommand::Volume(decibels) => config.volume_db = *decibels,
            AudioCommand::Arm(armed) => config.armed = *armed,
            AudioCommand::RefreshDevices => return self.poll(),
            _ => {}
        }
        let (input, output) = (&mut self.input, &mut self.output);
        let cx = &mut self.room.at(sent, input, output);
        match command {
            AudioCommand::SelectInput(ids) => input.select(ids, cx),
            AudioCommand::SelectOutput(ids) => output.select(ids, cx),
            AudioCommand::Process(processing) => input.set_processing(processing, cx),
            AudioCommand::Tune(tuning) => input.tune(tuning),
            AudioCommand::Volume(decibels) => output.set_volume(decibels),
            AudioCommand::Duck(ducked) => output.duck(ducked),
            AudioCommand::Arm(armed) => input.arm(armed.map(|long| long.min(LONGEST_PRE_ROLL)), cx),
            AudioCommand::Warm => output.warm(cx),
            AudioCommand::Play(Cue::Start) => self.start_cue = true,
            AudioCommand::Play(cue) => output.play(cue, cx),
            AudioCommand::OpenGate(mode) => {
                input.open_gate(mode, cx);
                output.warm(cx);
            }
            AudioCommand::CloseGate { tail } => {
                self.start_cue = false;
                input.close_gate(tail, cx);
            }
            AudioCommand::SetMuted(muted) => input.set_muted(muted),
            AudioCommand::Push { turn, pcm, rate } => output.push(turn, pcm, rate, cx),
            AudioCommand::EndTurn { turn } => output.end_turn(turn),
            AudioCommand::Flush { up_to_turn } => output.flush(up_to_turn, cx),
            AudioCommand::TestTone { seconds } => output.test_tone(seconds, cx),
            AudioCommand::TestEcho { pcm, rate } => {
                let plays = output.play_clip(Clip::sound(pcm, rate), cx);
                input.set_testing(plays, cx);
            }
            AudioCommand::RecordTest { seconds } => input.record(seconds, cx),
            AudioCommand::MonitorInput(on) => input.set_monitor(on, cx),
            AudioCommand::RefreshDevices => {}
        }
    }

    fn tick(&mut self) {
        let now = self.room.clock.now_nanos();
        let (input, output) = (&mut self.input, &mut self.output);
        let cx = &mut self.room.at(now, input, output);
        // First what was played, so that the echo canceller knows it.
        output.tick(cx);
        input.tick(cx);
        if self.start_cue && input.has_passed() {
            self.start_cue = false;
            output.play(Cue::Start, cx);
        }
        if let Some(pcm) = input.take_recording() {
            let peak = pcm.iter().fold(0.0_f32, |peak, sample| peak.max(from_i16(*sample).abs()));
            self.recorded_peak = Some(dbfs(peak));
            output.play_clip(Clip::sound(pcm, CAPTURE_RATE), cx);
        }
        if !output.plays_clip() {
            input.set_testing(false, cx);
            if let Some(peak_dbfs) = self.recorded_peak.take() {
                cx.tell(AudioEvent::RecordingPlayed { peak_dbfs });
            }
        }
        let due = now >= self.next_poll || self.is_suspicious(now);
        if due && (self.is_open() || self.input.is_wanted() || self.lacks_device()) {
            self.poll();
        }
        self.tell_levels(now);
        self.tell_losses(now);
    }

    /// Whether a stream has fallen silent that wasn't silent at the last look.
    fn is_suspicious(&mut self, now: u64) -> bool {
        let silent = |heard: Option<u64>| heard.is_some_and(|heard| now.saturating_sub(heard) > nanos(SUSPICION));
        let suspicious = silent(self.input.heard()) || silent(self.output.heard());
        suspicious && !std::mem::replace(&mut self.suspected, suspicious)
    }

    fn poll(&mut self) {
        let catalogue = &mut self.room.catalogue;
        let listed = catalogue.list();
        let lively = catalogue.is_lively();
        let pause = if lively { POLL } else { SLOW_POLL };
        let now = self.room.clock.now_nanos();
        self.next_poll = now + nanos(pause);
        let devices = match listed {
            Ok(devices) => devices,
            // Streams that run know better than a list that can't be had.
            Err(error) if self.devices.is_some() => {
                tracing::debug!(%error, "devices can't be listed");
                return;
            }
            Err(_) => Vec::new(),
        };
        let (input, output) = (&mut self.input, &mut self.output);
        let cx = &mut self.room.at(now, input, output);
        if self.devices.as_ref() != Some(&devices) {
            cx.tell(AudioEvent::DevicesChanged(devices.clone()));
        }
        // What ALSA lists says nothing about what works.
        if lively {
            input.consider(&devices, cx);
            output.consider(&devices, cx);
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
            (self.room.on_event)(AudioEvent::Levels { input_dbfs, output_dbfs });
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
            self.health.overruns += 1;
            (self.room.on_event)(AudioEvent::Overrun { frames: overruns });
        }
        let underruns = self.output.take_underruns();
        if underruns > 0 {
            self.health.underruns += 1;
            (self.room.on_event)(AudioEvent::Underrun { frames: underruns });
        }
        let (input_period, input_late, input_reopened) = self.input.health();
        let (output_period, output_late, output_reopened) = self.output.health();
        let (target, concealed) = self.output.playout_health();
        let health = Health {
            playout_target_ms: target.as_millis() as u32,
            concealed,
            input_period_ms: input_period.as_millis() as u32,
            output_period_ms: output_period.as_millis() as u32,
            late: input_late + output_late,
            reopened: input_reopened + output_reopened,
            ..self.health
        };
        if health != self.told_health && self.is_open() {
            self.told_health = health;
            (self.room.on_event)(AudioEvent::Health(health));
        }
    }
}
