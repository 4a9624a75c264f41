//! The microphone's side of the audio thread: gate, chain, and what to do when a device goes.

use std::{collections::VecDeque, sync::atomic::Ordering, time::Duration};

use ringbuf::traits::Consumer;

use super::{Context, Move, better};
use crate::{
    clock::{frames_to_nanos, nanos},
    device::{DeviceId, DeviceInfo, Direction},
    error::AudioError,
    gate::Gate,
    graph::CaptureChain,
    level,
    message::AudioEvent,
    open::{self, InputEnd, Source},
    ring::Mark,
};

/// A stream that was just opened may take this long for its first callback.
const OPENING: Duration = Duration::from_secs(2);

/// A device that doesn't open is tried again this often while it is wanted.
const RETRY: Duration = Duration::from_secs(1);

/// A closing gate whose device has fallen silent shuts this long after its tail.
const GRACE: Duration = Duration::from_millis(300);

/// How far back a shut gate remembers.
const MEMORY: Duration = Duration::from_millis(100);

/// Everything about the microphone.
pub(crate) struct InputSide {
    chosen: DeviceId,
    open: Option<Open>,
    gate: Gate,
    muted: bool,
    monitor: bool,
    next_seq: u64,
    last_use: u64,
    failed: Option<(AudioError, u64)>,
    peak: f32,
    overruns: u64,
    /// What arrived while the gate was shut: a press is a little older than its command.
    recent: VecDeque<Block>,
}

/// What one callback delivered; times in the clock's nanoseconds.
struct Block {
    /// When its first sample would have arrived by itself.
    arrived: u64,
    /// When its first sample was captured.
    captured: u64,
    samples: Vec<f32>,
}

struct Open {
    end: InputEnd,
    chain: CaptureChain,
    opened_at: u64,
    live: bool,
    /// It was opened in place of a stream that had just been lost.
    second_try: bool,
    read: u64,
    /// When the last callback came, in the clock's nanoseconds.
    heard: u64,
    missed: u64,
}

impl InputSide {
    pub(crate) fn new(chosen: DeviceId) -> Self {
        Self {
            chosen,
            open: None,
            gate: Gate::Shut,
            muted: false,
            monitor: false,
            next_seq: 0,
            last_use: 0,
            failed: None,
            peak: 0.0,
            overruns: 0,
            recent: VecDeque::new(),
        }
    }

    pub(crate) fn select(&mut self, id: DeviceId, cx: &mut Context<'_>) {
        if self.chosen == id && self.failed.is_none() {
            return;
        }
        self.chosen = id;
        self.failed = None;
        self.shut(cx);
        self.open_if_wanted(cx);
    }

    pub(crate) fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
    }

    pub(crate) fn set_monitor(&mut self, monitor: bool, cx: &mut Context<'_>) {
        self.monitor = monitor;
        self.failed = None;
        self.open_if_wanted(cx);
    }

    pub(crate) fn open_gate(&mut self, cx: &mut Context<'_>) {
        if matches!(self.gate, Gate::Closing { .. }) {
            self.take(cx);
            self.finish_gate(cx);
        }
        if self.gate.is_shut() {
            self.gate = Gate::Open { from: cx.now };
            self.failed = None;
            for block in std::mem::take(&mut self.recent) {
                self.pass(&block, cx);
            }
            self.open_if_wanted(cx);
        }
    }

    pub(crate) fn close_gate(&mut self, tail: Duration, cx: &mut Context<'_>) {
        match self.gate {
            Gate::Shut => cx.tell(AudioEvent::GateClosed),
            Gate::Closing { .. } => {}
            Gate::Open { from } => {
                let until = cx.now + nanos(tail);
                self.gate = Gate::Closing { from, until };
                let heard = self.open.as_ref().map_or(0, |open| open.heard);
                if self.gate.is_over(heard) {
                    self.finish_gate(cx);
                }
            }
        }
    }

    /// Does whatever is due.
    pub(crate) fn tick(&mut self, cx: &mut Context<'_>) {
        let held = self.gate.is_shut();
        if let Some(Open { end: InputEnd { source: Source::Wav(wav), .. }, .. }) = &mut self.open {
            wav.advance(held);
        }
        self.take(cx);
        self.watch(cx);
        if let Gate::Closing { until, .. } = self.gate {
            let silent = self.open.as_ref().is_none_or(|open| !open.hears_since(until));
            if silent && cx.now >= until + nanos(GRACE) {
                self.finish_gate(cx);
            }
        }
        if self.is_wanted() {
            self.last_use = cx.now;
            let again = self.failed.as_ref().is_some_and(|(error, at)| {
                let hopeless = matches!(error, AudioError::Wav { .. });
                !hopeless && cx.now >= at + nanos(RETRY)
            });
            if again {
                self.open_if_wanted(cx);
            }
        } else if cx.now >= self.last_use + nanos(cx.config.keep_open) && !self.is_file() {
            self.shut(cx);
        }
    }

    /// The devices were listed.
    pub(crate) fn consider(&mut self, devices: &[DeviceInfo], cx: &mut Context<'_>) {
        let Some(open) = &self.open else {
            return;
        };
        match better(Direction::Input, &self.chosen, &open.end.id, devices) {
            Move::Stay => {}
            Move::Lost => self.lose(cx),
            Move::To(id) => {
                self.shut(cx);
                self.open_as(&id, false, cx);
            }
        }
    }

    pub(crate) fn is_wanted(&self) -> bool {
        !self.gate.is_shut() || self.monitor
    }

    /// Whether the device runs. A file stands still behind a shut gate and keeps its place.
    pub(crate) fn is_running(&self) -> bool {
        self.open.is_some() && !(self.is_file() && self.gate.is_shut())
    }

    fn is_file(&self) -> bool {
        let source = self.open.as_ref().map(|open| &open.end.source);
        matches!(source, Some(Source::Wav(_)))
    }

    /// The peak of what passed since the last call.
    pub(crate) fn take_peak(&mut self) -> f32 {
        std::mem::take(&mut self.peak)
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
        if !self.is_wanted() || self.open.is_some() {
            return;
        }
        let chosen = self.chosen.clone();
        self.open_as(&chosen, false, cx);
    }

    /// Opens `id`; when it isn't there, the default in its place.
    fn open_as(&mut self, id: &DeviceId, second_try: bool, cx: &mut Context<'_>) {
        let mut opened = try_open(id, cx);
        if matches!(opened, Err(AudioError::DeviceNotFound { .. })) {
            opened = try_open(&DeviceId::default(), cx);
            if opened.is_ok() && !second_try && self.failed.is_none() {
                let name = id.to_string();
                cx.tell(AudioEvent::DeviceLost { direction: Direction::Input, name });
            }
        }
        match opened {
            Ok(end) => self.begin(end, second_try, cx),
            Err(error) => self.fail(error, cx),
        }
    }

    fn begin(&mut self, end: InputEnd, second_try: bool, cx: &Context<'_>) {
        tracing::info!(device = %end.id, rate = end.rate, channels = end.channels, "input opened");
        self.failed = None;
        self.last_use = cx.now;
        self.open = Some(Open {
            chain: CaptureChain::resuming(end.rate, 1, self.next_seq),
            end,
            opened_at: cx.clock.now_nanos(),
            live: false,
            second_try,
            read: 0,
            heard: 0,
            missed: 0,
        });
    }

    fn fail(&mut self, error: AudioError, cx: &mut Context<'_>) {
        let told = self.failed.as_ref().is_some_and(|(known, _)| *known == error);
        self.failed = Some((error.clone(), cx.now));
        if !told {
            tracing::warn!(%error, "input failed");
            cx.tell(AudioEvent::Failed { direction: Direction::Input, error });
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
            self.take_block(mark, cx);
        }
    }

    fn take_block(&mut self, mark: Mark, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        let mut samples = vec![0.0; (mark.end - open.read) as usize];
        open.read += open.end.sound.pop_slice(&mut samples) as u64;
        open.heard = mark.at;
        let length = frames_to_nanos(samples.len() as u64, open.end.rate);
        let block =
            Block { arrived: mark.at.saturating_sub(length), captured: mark.at.saturating_sub(mark.age), samples };
        if self.monitor && !self.muted {
            self.peak = self.peak.max(level::magnitude(&block.samples));
        }
        self.pass(&block, cx);
        if self.gate.is_over(mark.at) {
            self.finish_gate(cx);
        }
        if self.gate.is_shut() {
            let oldest = block.arrived.saturating_sub(nanos(MEMORY));
            self.recent.retain(|block| block.arrived >= oldest);
            self.recent.push_back(block);
        }
    }

    /// Gives the chain what the gate lets through.
    fn pass(&mut self, block: &Block, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        let rate = open.end.rate;
        let span = self.gate.span(block.arrived, block.samples.len(), rate);
        if span.is_empty() {
            return;
        }
        let captured = block.captured + frames_to_nanos(span.start as u64, rate);
        let captured_at = cx.clock.instant(captured);
        let silence;
        let mut samples = &block.samples[span];
        if self.muted {
            silence = vec![0.0; samples.len()];
            samples = &silence;
        }
        self.peak = self.peak.max(level::magnitude(samples));
        open.chain.push(samples, captured_at, |frame| cx.tell(AudioEvent::Frame(frame)));
        self.next_seq = open.chain.next_seq();
    }

    fn finish_chain(&mut self, cx: &mut Context<'_>) {
        if let Some(open) = &mut self.open {
            open.chain.finish(|frame| cx.tell(AudioEvent::Frame(frame)));
            self.next_seq = open.chain.next_seq();
        }
    }

    fn finish_gate(&mut self, cx: &mut Context<'_>) {
        self.finish_chain(cx);
        self.gate = Gate::Shut;
        cx.tell(AudioEvent::GateClosed);
    }

    fn watch(&mut self, cx: &mut Context<'_>) {
        let lost = self.open.as_ref().is_some_and(|open| open.is_lost(cx.clock.now_nanos()));
        if lost {
            self.lose(cx);
        }
    }

    /// The stream is gone: once more the same device, then whatever the system has.
    fn lose(&mut self, cx: &mut Context<'_>) {
        self.finish_chain(cx);
        self.recent.clear();
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
        if lost.second_try && !lost.live {
            match try_open(&DeviceId::default(), cx) {
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
            self.finish_chain(cx);
            self.recent.clear();
            self.open = None;
            cx.tell(AudioEvent::InputClosed);
        }
    }
}

fn try_open(id: &DeviceId, cx: &mut Context<'_>) -> Result<InputEnd, AudioError> {
    let opened = open::input(cx.catalogue, id, cx.config.period, cx.clock);
    opened.map_err(|error| error.of_default(id, Direction::Input))
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
