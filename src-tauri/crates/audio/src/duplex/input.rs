//! The microphone's side of the audio thread: its device, and what to do when that goes.

use std::{sync::atomic::Ordering, time::Duration};

use ringbuf::traits::Consumer;

use super::{
    Context,
    choice::{Move, better, candidates},
    listen::Listener,
    period::Period,
};
use crate::{
    clock::{frames_to_nanos, nanos},
    device::{DeviceId, DeviceInfo, Direction},
    error::AudioError,
    front::Front,
    gate::Gate,
    level,
    message::{AudioEvent, DuplexConfig},
    open::{self, InputEnd, Source},
    options::{GateMode, Processing, Tuning},
    report::EchoReport,
    ring::Mark,
};

/// A stream that was just opened may take this long for its first callback.
const OPENING: Duration = Duration::from_secs(2);

/// A device that doesn't open is tried again this often while it is wanted.
const RETRY: Duration = Duration::from_millis(250);

/// A device that worked and is gone may be back (a sound server that starts again takes half a second): only after this long
/// is it told as a failure.
const HOPE: Duration = Duration::from_secs(2);

/// A closing gate whose device has fallen silent shuts this long after its tail.
const GRACE: Duration = Duration::from_millis(300);

/// A microphone always hears some noise; zeros for this long while somebody talks are the system's doing.
const BLOCKED: Duration = Duration::from_secs(1);

/// The echo meter is told this often.
const REPORTS: Duration = Duration::from_millis(500);

/// Everything about the microphone.
pub(crate) struct InputSide {
    preferred: Vec<DeviceId>,
    open: Option<Open>,
    period: Period,
    listener: Listener,
    processing: Processing,
    tuning: Tuning,
    /// A test phrase is being played: the canceller has to hear it.
    testing: bool,
    last_use: u64,
    failed: Option<Failure>,
    /// When a working stream was lost, until there is one again.
    lost_at: Option<u64>,
    overruns: u64,
    reopened: u64,
    echo: EchoReport,
    next_report: u64,
}

struct Failure {
    error: AudioError,
    at: u64,
    told: bool,
}

struct Open {
    end: InputEnd,
    front: Front,
    opened_at: u64,
    live: bool,
    /// It was opened in place of a stream that had just been lost.
    second_try: bool,
    read: u64,
    /// When the last callback came, in the clock's nanoseconds.
    heard: u64,
    missed: u64,
    samples: Vec<f32>,
    /// For how long every sample of an open gate was zero; `None` once that was told.
    zeros: Option<Duration>,
}

impl InputSide {
    pub(crate) fn new(config: &DuplexConfig) -> Self {
        Self {
            preferred: config.input.clone(),
            open: None,
            period: Period::new(config.period),
            listener: Listener::new(config.armed),
            processing: config.processing,
            tuning: config.tuning,
            testing: false,
            last_use: 0,
            failed: None,
            lost_at: None,
            overruns: 0,
            reopened: 0,
            echo: EchoReport::default(),
            next_report: 0,
        }
    }

    pub(crate) fn select(&mut self, ids: Vec<DeviceId>, cx: &mut Context<'_>) {
        if self.preferred == ids && self.failed.is_none() {
            return;
        }
        self.preferred = ids;
        self.failed = None;
        self.lost_at = None;
        self.shut(cx);
        self.open_if_wanted(cx);
    }

    pub(crate) fn set_muted(&mut self, muted: bool) {
        self.listener.set_muted(muted);
    }

    pub(crate) fn set_monitor(&mut self, monitor: bool, cx: &mut Context<'_>) {
        self.listener.set_monitor(monitor);
        self.failed = None;
        self.open_if_wanted(cx);
    }

    pub(crate) fn arm(&mut self, armed: Option<Duration>, cx: &mut Context<'_>) {
        self.listener.arm(armed);
        self.open_if_wanted(cx);
    }

    pub(crate) fn set_processing(&mut self, processing: Processing, cx: &mut Context<'_>) {
        self.processing = processing;
        if let Some(open) = &mut self.open {
            open.front.set_processing(processing);
        }
        self.hand_over(cx);
    }

    pub(crate) fn tune(&mut self, tuning: Tuning) {
        self.tuning = tuning;
        if let Some(open) = &mut self.open {
            open.front.set_gain(tuning.gain_db);
            open.end.ear.listen_to(tuning.channel);
        }
    }

    /// Begins a test recording, unless somebody talks.
    pub(crate) fn record(&mut self, seconds: f32, cx: &mut Context<'_>) {
        self.listener.record(seconds);
        self.open_if_wanted(cx);
    }

    /// A test recording that is complete.
    pub(crate) fn take_recording(&mut self) -> Option<Vec<i16>> {
        self.listener.take_recording()
    }

    /// Keeps the microphone open while a test phrase plays.
    pub(crate) fn set_testing(&mut self, testing: bool, cx: &mut Context<'_>) {
        if testing != self.testing {
            self.testing = testing;
            self.open_if_wanted(cx);
        }
    }

    pub(crate) fn open_gate(&mut self, mode: GateMode, cx: &mut Context<'_>) {
        if matches!(self.listener.gate(), Gate::Closing { .. }) {
            self.take(cx);
            self.drain(cx);
            if !self.listener.gate().is_shut() {
                self.listener.shut(cx);
            }
        }
        if self.listener.gate().is_shut() {
            self.failed = None;
            if let Some(open) = &mut self.open {
                open.zeros = Some(Duration::ZERO);
            }
            self.listener.open(mode, cx.now, cx);
            self.open_if_wanted(cx);
        }
    }

    pub(crate) fn close_gate(&mut self, tail: Duration, cx: &mut Context<'_>) {
        match self.listener.gate() {
            Gate::Shut => self.listener.shut(cx),
            Gate::Closing { .. } => {}
            Gate::Open { .. } => {
                let until = cx.now + nanos(tail);
                self.listener.close(until);
                let heard = self.open.as_ref().map_or(0, |open| open.heard);
                if self.listener.gate().is_over(heard) {
                    self.drain(cx);
                    self.shut_gate(cx);
                }
            }
        }
    }

    /// Does whatever is due.
    pub(crate) fn tick(&mut self, cx: &mut Context<'_>) {
        let held = self.listener.gate().is_shut();
        if let Some(Open { end: InputEnd { source: Source::Wav(wav), .. }, .. }) = &mut self.open {
            wav.advance(held);
        }
        self.take(cx);
        self.watch(cx);
        if let Gate::Closing { until, .. } = self.listener.gate() {
            let silent = self.open.as_ref().is_none_or(|open| !open.hears_since(until));
            if silent && cx.now >= until + nanos(GRACE) {
                self.drain(cx);
                self.shut_gate(cx);
            }
        }
        self.report_echo(cx);
        if self.is_wanted() {
            self.last_use = cx.now;
            self.try_again(cx);
        } else if cx.now >= self.last_use + nanos(cx.config.keep_open) && !self.is_file() {
            self.shut(cx);
        }
        let changes = self.open.is_some() && self.listener.gate().is_shut() && self.period.change(cx.now);
        if changes {
            self.shut(cx);
            self.open_if_wanted(cx);
        }
    }

    /// The devices were listed.
    pub(crate) fn consider(&mut self, devices: &[DeviceInfo], cx: &mut Context<'_>) {
        let Some(open) = &self.open else {
            return;
        };
        match better(Direction::Input, &self.preferred, &open.end.id, devices) {
            Move::Stay => {}
            Move::Lost => self.lose(cx),
            Move::To(id) => {
                self.shut(cx);
                self.open_as(&id, false, cx);
            }
        }
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.listener.is_wanted() || self.testing
    }

    /// Whether somebody talks or is about to be answered.
    pub(crate) fn is_listening(&self) -> bool {
        !self.listener.gate().is_shut()
    }

    /// Whether the first sample since the gate was opened has passed it.
    pub(crate) fn has_passed(&self) -> bool {
        self.listener.has_passed()
    }

    /// Whether the device runs. A file stands still behind a shut gate and keeps its place.
    pub(crate) fn is_running(&self) -> bool {
        self.open.is_some() && !(self.is_file() && self.listener.gate().is_shut())
    }

    fn is_file(&self) -> bool {
        let source = self.open.as_ref().map(|open| &open.end.source);
        matches!(source, Some(Source::Wav(_)))
    }

    /// When the stream last gave a sign of life, in the clock's nanoseconds; `None` without one.
    pub(crate) fn heard(&self) -> Option<u64> {
        let open = self.open.as_ref().filter(|open| open.live && !self.is_file())?;
        Some(open.end.vitals.last.load(Ordering::Relaxed))
    }

    /// The period asked of the device, how often it came late, and how often a lost stream was opened again.
    pub(crate) fn health(&self) -> (Duration, u64, u64) {
        (self.period.current(), self.period.lates(), self.reopened)
    }

    /// The peak of what passed since the last call.
    pub(crate) fn take_peak(&mut self) -> f32 {
        self.listener.take_peak()
    }

    /// Samples lost since the last call.
    pub(crate) fn take_overruns(&mut self) -> u64 {
        std::mem::take(&mut self.overruns)
    }

    /// Shuts the device without a word about anything: the thread ends.
    pub(crate) fn abandon(&mut self) {
        self.open = None;
    }

    fn open_if_wanted(&mut self, cx: &mut Context<'_>) {
        if self.is_wanted() && self.open.is_none() {
            let candidates = candidates(&self.preferred);
            self.open_first(&candidates, false, cx);
        }
    }

    /// Opens `id`; when it isn't there, the preferred ones in its place.
    fn open_as(&mut self, id: &DeviceId, second_try: bool, cx: &mut Context<'_>) {
        let mut all = vec![id.clone()];
        all.extend(candidates(&self.preferred).into_iter().filter(|other| other != id));
        self.open_first(&all, second_try, cx);
    }

    /// Opens the first that is there.
    fn open_first(&mut self, candidates: &[DeviceId], second_try: bool, cx: &mut Context<'_>) {
        for (index, id) in candidates.iter().enumerate() {
            match self.try_open(id, cx) {
                Ok(end) => {
                    if index > 0 && !second_try && self.failed.is_none() {
                        let name = candidates[0].to_string();
                        cx.tell(AudioEvent::DeviceLost { direction: Direction::Input, name });
                    }
                    return self.begin(end, second_try, cx);
                }
                Err(AudioError::DeviceNotFound { .. }) if index + 1 < candidates.len() => {}
                Err(error) => return self.fail(error, cx),
            }
        }
    }

    fn try_open(&self, id: &DeviceId, cx: &mut Context<'_>) -> Result<InputEnd, AudioError> {
        let opened = open::input(cx.catalogue, id, self.period.current(), cx.clock);
        opened.map_err(|error| error.of_default(id, Direction::Input))
    }

    fn begin(&mut self, end: InputEnd, second_try: bool, cx: &mut Context<'_>) {
        tracing::info!(device = %end.id, rate = end.rate, channels = end.channels, "input opened");
        self.failed = None;
        self.lost_at = None;
        self.last_use = cx.now;
        self.period.restart(cx.now);
        cx.reference.restart_capture();
        end.ear.listen_to(self.tuning.channel);
        self.open = Some(Open {
            front: Front::new(end.rate, self.processing, self.tuning.gain_db),
            zeros: end.is_microphone.then_some(Duration::ZERO),
            end,
            opened_at: cx.clock.now_nanos(),
            live: false,
            second_try,
            read: 0,
            heard: 0,
            missed: 0,
            samples: Vec::new(),
        });
    }

    /// Tells it, unless it may pass by itself soon or was told before.
    fn fail(&mut self, error: AudioError, cx: &mut Context<'_>) {
        let told = self.failed.as_ref().is_some_and(|failure| failure.told && failure.error == error);
        let hopes = self.lost_at.is_some_and(|at| cx.now < at + nanos(HOPE));
        let tells = !told && !hopes;
        self.failed = Some(Failure { error: error.clone(), at: cx.now, told: told || tells });
        if tells {
            tracing::warn!(%error, "input failed");
            cx.tell(AudioEvent::Failed { direction: Direction::Input, error });
        }
    }

    fn try_again(&mut self, cx: &mut Context<'_>) {
        let again = self.failed.as_ref().is_some_and(|failure| {
            let hopeless = matches!(failure.error, AudioError::Wav { .. });
            !hopeless && cx.now >= failure.at + nanos(RETRY)
        });
        if again {
            self.open_if_wanted(cx);
        }
    }

    /// Takes what the callback has delivered.
    fn take(&mut self, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        if !open.live && open.end.vitals.live.load(Ordering::Acquire) {
            open.live = true;
            let InputEnd { name, rate, channels, .. } = &open.end;
            cx.tell(AudioEvent::InputLive { name: name.clone(), rate: *rate, channels: *channels });
        }
        let missed = open.end.vitals.missed.load(Ordering::Relaxed);
        self.overruns += missed - open.missed;
        open.missed = missed;
        while let Some(mark) = self.open.as_mut().and_then(|open| open.end.marks.try_pop()) {
            self.period.came(mark.at);
            self.take_block(mark, cx);
            self.hand_over(cx);
        }
    }

    fn take_block(&mut self, mark: Mark, cx: &mut Context<'_>) {
        let wanted = self.is_wanted();
        let Some(open) = &mut self.open else {
            return;
        };
        open.samples.resize((mark.end - open.read) as usize, 0.0);
        let popped = open.end.sound.pop_slice(&mut open.samples);
        open.read += popped as u64;
        open.heard = mark.at;
        let length = frames_to_nanos(popped as u64, open.end.rate);
        let (arrived, captured) = (mark.at.saturating_sub(length), mark.at.saturating_sub(mark.age));
        open.front.rest(!wanted);
        open.front.push(&open.samples[..popped], arrived, captured, cx.reference);
        let silent = level::magnitude(&open.samples[..popped]) == 0.0;
        if let Some(zeros) = open.zeros.as_mut().filter(|_| self.listener.hears()) {
            *zeros = if silent { *zeros + Duration::from_nanos(length) } else { Duration::ZERO };
            if *zeros >= BLOCKED {
                open.zeros = None;
                cx.tell(AudioEvent::InputBlocked);
            }
        }
    }

    /// Gives the listener what the front has ready.
    fn hand_over(&mut self, cx: &mut Context<'_>) {
        while let Some(piece) = self.open.as_mut().and_then(|open| open.front.pop()) {
            self.listener.take(piece, cx);
        }
    }

    /// Everything still inside the front goes to the listener.
    fn drain(&mut self, cx: &mut Context<'_>) {
        if let Some(open) = &mut self.open {
            open.front.flush();
        }
        self.hand_over(cx);
    }

    fn shut_gate(&mut self, cx: &mut Context<'_>) {
        if !self.listener.gate().is_shut() {
            self.listener.shut(cx);
        }
    }

    fn report_echo(&mut self, cx: &mut Context<'_>) {
        if cx.now < self.next_report {
            return;
        }
        self.next_report = cx.now + nanos(REPORTS);
        let report = self.open.as_ref().map_or(EchoReport::default(), |open| open.front.echo());
        if report != self.echo {
            self.echo = report;
            cx.tell(AudioEvent::Echo(report));
        }
    }

    fn watch(&mut self, cx: &mut Context<'_>) {
        let lost = self.open.as_ref().is_some_and(|open| open.is_lost(cx.clock.now_nanos()));
        if lost {
            self.lose(cx);
        }
    }

    /// The stream is gone: once more the same device, then whatever the system has.
    fn lose(&mut self, cx: &mut Context<'_>) {
        self.drain(cx);
        self.listener.forget();
        let Some(lost) = self.open.take() else {
            return;
        };
        let InputEnd { id, name, .. } = lost.end;
        tracing::warn!(device = %id, "input lost");
        let direction = Direction::Input;
        cx.tell(AudioEvent::DeviceLost { direction, name: name.clone() });
        cx.tell(AudioEvent::InputClosed);
        if !self.is_wanted() {
            return;
        }
        self.reopened += 1;
        if lost.live {
            self.lost_at = Some(cx.now);
        }
        if lost.second_try && !lost.live {
            match self.try_open(&DeviceId::default(), cx) {
                Ok(end) if end.id != id => self.begin(end, false, cx),
                _ => self.fail(AudioError::Lost { name }, cx),
            }
        } else {
            self.open_as(&id, true, cx);
        }
    }

    fn shut(&mut self, cx: &mut Context<'_>) {
        if self.open.is_some() {
            self.take(cx);
            self.drain(cx);
            self.listener.forget();
            self.open = None;
            cx.tell(AudioEvent::InputClosed);
        }
    }
}

impl Open {
    fn is_lost(&self, now: u64) -> bool {
        let is_device = matches!(self.end.source, Source::Device(_));
        is_device && self.end.vitals.is_lost(now, self.opened_at, OPENING)
    }

    fn hears_since(&self, instant: u64) -> bool {
        let vitals = &self.end.vitals;
        vitals.live.load(Ordering::Acquire) && vitals.last.load(Ordering::Relaxed) > instant
    }
}
