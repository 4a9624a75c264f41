//! The speaker's side of the audio thread: keeps the ring short and filled, cuts, keeps the book.

use std::{path::PathBuf, sync::atomic::Ordering, time::Duration};

use ringbuf::traits::{Consumer, Observer, Producer};

use super::{Context, Move, better};
use crate::{
    clock::nanos,
    device::{DeviceId, DeviceInfo, Direction},
    error::AudioError,
    ledger::Ledger,
    message::AudioEvent,
    open::{self, OutputEnd, Sink},
    playout::{Cut, Playout},
    tone::Tone,
};

/// The ring holds two callbacks and this: what a busy machine may keep the audio thread waiting.
/// A flush doesn't wait for the ring, so its length costs nothing.
const CUSHION: Duration = Duration::from_millis(60);

/// Callbacks beyond this length aren't waited for: some hosts prefill seconds.
const LONGEST_CALLBACK: Duration = Duration::from_millis(400);

/// A null sink that renders ahead was seen to call first after 1.97 s.
const OPENING: Duration = Duration::from_secs(4);

/// Everything about the speaker.
pub(crate) struct OutputSide {
    chosen: DeviceId,
    open: Option<Open>,
    playout: Playout,
    ledger: Ledger,
    pending: Option<Pending>,
    tone: Option<Tone>,
    /// The file that was written and may be gone on with.
    written: Option<PathBuf>,
    last_use: u64,
    underruns: u64,
    scratch: Vec<f32>,
}

struct Open {
    end: OutputEnd,
    opened_at: u64,
    live: bool,
    second_try: bool,
    /// Samples put into the ring.
    put: u64,
    missed: u64,
}

/// A flush the callback hasn't confirmed yet.
struct Pending {
    up_to: u64,
    skip_to: u64,
    cuts: Vec<Cut>,
}

impl OutputSide {
    pub(crate) fn new(chosen: DeviceId) -> Self {
        Self {
            chosen,
            open: None,
            playout: Playout::new(open::USUAL_RATE),
            ledger: Ledger::default(),
            pending: None,
            tone: None,
            written: None,
            last_use: 0,
            underruns: 0,
            scratch: Vec::new(),
        }
    }

    pub(crate) fn select(&mut self, id: DeviceId, cx: &mut Context<'_>) {
        if self.chosen == id {
            return;
        }
        self.chosen = id;
        self.written = None;
        self.shut(cx);
        self.open_if_wanted(cx);
    }

    pub(crate) fn push(&mut self, turn: u64, pcm: Vec<i16>, rate: u32, cx: &mut Context<'_>) {
        if self.playout.push(turn, pcm, rate) {
            self.tone = None;
            self.open_if_wanted(cx);
        }
        let overflow = self.playout.take_overflow();
        if !overflow.is_zero() {
            tracing::warn!(turn, ?overflow, "the playback queue is full, the oldest was dropped");
        }
    }

    pub(crate) fn end_turn(&mut self, turn: u64) {
        self.playout.end_turn(turn);
    }

    pub(crate) fn flush(&mut self, up_to: u64, cx: &mut Context<'_>) {
        let cuts = self.playout.flush(up_to);
        let mut end = self.ledger.end_of(up_to);
        if self.tone.take().is_some() {
            end = self.open.as_ref().map(|open| open.put);
        }
        let taken = self.open.as_ref().map(|open| open.end.cue.taken.load(Ordering::Acquire));
        match (end, taken) {
            (Some(end), Some(taken)) if end > taken => self.order_silence(up_to, end, cuts),
            (_, taken) => {
                self.settle(cx);
                cx.tell_all(self.ledger.flushed(up_to, taken, &cuts));
            }
        }
    }

    pub(crate) fn test_tone(&mut self, seconds: f32, cx: &mut Context<'_>) {
        if !self.playout.is_empty() || !self.ledger.is_empty() {
            tracing::debug!("no test tone while somebody speaks");
            return;
        }
        self.tone = Some(Tone::new(seconds));
        self.open_if_wanted(cx);
        let Some(open) = &self.open else {
            return;
        };
        let (cue, tone) = (&open.end.cue, Tone::new(seconds));
        let len = tone.len(open.end.rate);
        cue.pan_start.store(open.put, Ordering::Relaxed);
        cue.pan_middle.store(open.put + len / 2, Ordering::Relaxed);
        cue.pan_end.store(open.put + len, Ordering::Relaxed);
        self.tone = Some(tone);
    }

    /// Does whatever is due.
    pub(crate) fn tick(&mut self, cx: &mut Context<'_>) {
        self.open_if_wanted(cx);
        self.fill(cx);
        while self.advance_file(cx) {
            self.fill(cx);
        }
        self.settle(cx);
        self.watch(cx);
        if self.is_busy() {
            self.last_use = cx.now;
        } else if cx.now >= self.last_use + nanos(cx.config.keep_open) {
            self.shut(cx);
        }
    }

    /// The devices were listed.
    pub(crate) fn consider(&mut self, devices: &[DeviceInfo], cx: &mut Context<'_>) {
        let Some(open) = &self.open else {
            return;
        };
        match better(Direction::Output, &self.chosen, &open.end.id, devices) {
            Move::Stay => {}
            Move::Lost => self.lose(cx),
            Move::To(id) => {
                self.shut(cx);
                if self.is_busy() {
                    self.open_as(&id, false, cx);
                }
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether something sounds or is to sound.
    pub(crate) fn is_busy(&self) -> bool {
        !self.playout.is_empty() || !self.ledger.is_empty() || self.pending.is_some() || self.tone.is_some()
    }

    /// The peak of what was handed to the device since the last call.
    pub(crate) fn take_peak(&mut self) -> f32 {
        self.open.as_ref().map_or(0.0, |open| open.end.vitals.peak.take())
    }

    /// Samples missing in mid-turn since the last call.
    pub(crate) fn take_underruns(&mut self) -> u64 {
        std::mem::take(&mut self.underruns)
    }

    /// Shuts the device without a word about anything: the thread ends.
    pub(crate) fn abandon(&mut self) {
        self.open = None;
    }

    fn open_if_wanted(&mut self, cx: &mut Context<'_>) {
        let wanted = self.playout.has_sound() || self.tone.is_some();
        if wanted && self.open.is_none() {
            let chosen = self.chosen.clone();
            self.open_as(&chosen, false, cx);
        }
    }

    /// Opens `id`; when it isn't there, the default in its place.
    fn open_as(&mut self, id: &DeviceId, second_try: bool, cx: &mut Context<'_>) {
        let mut opened = self.try_open(id, cx);
        if matches!(opened, Err(AudioError::DeviceNotFound { .. })) {
            opened = self.try_open(&DeviceId::default(), cx);
            if opened.is_ok() && !second_try {
                let name = id.to_string();
                cx.tell(AudioEvent::DeviceLost { direction: Direction::Output, name });
            }
        }
        match opened {
            Ok(end) => self.begin(end, second_try, cx),
            Err(error) => self.fail(error, cx),
        }
    }

    fn try_open(&self, id: &DeviceId, cx: &mut Context<'_>) -> Result<OutputEnd, AudioError> {
        let append = self.written.is_some() && id.wav_path() == self.written;
        let opened = open::output(cx.catalogue, id, append, cx.config.period, cx.clock);
        opened.map_err(|error| error.of_default(id, Direction::Output))
    }

    fn begin(&mut self, end: OutputEnd, second_try: bool, cx: &Context<'_>) {
        tracing::info!(device = %end.id, rate = end.rate, channels = end.channels, "output opened");
        self.playout.set_rate(end.rate);
        self.ledger.restart(end.rate);
        self.written = end.id.wav_path();
        self.last_use = cx.now;
        self.open = Some(Open { end, opened_at: cx.clock.now_nanos(), live: false, second_try, put: 0, missed: 0 });
    }

    /// Without a speaker nothing queued will be heard.
    fn fail(&mut self, error: AudioError, cx: &mut Context<'_>) {
        tracing::warn!(%error, "output failed");
        self.tone = None;
        cx.tell(AudioEvent::Failed { direction: Direction::Output, error });
        if let Some(last) = self.playout.last_turn().max(self.ledger.last_turn()) {
            self.flush(last, cx);
        }
    }

    fn order_silence(&mut self, up_to: u64, skip_to: u64, cuts: Vec<Cut>) {
        let Some(open) = &self.open else {
            return;
        };
        open.end.cue.skip_to.fetch_max(skip_to, Ordering::Release);
        match &mut self.pending {
            Some(pending) => {
                pending.up_to = pending.up_to.max(up_to);
                pending.skip_to = pending.skip_to.max(skip_to);
                pending.cuts.extend(cuts);
            }
            None => self.pending = Some(Pending { up_to, skip_to, cuts }),
        }
    }

    /// Learns from the callback what was heard.
    fn settle(&mut self, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        if !open.live && open.end.vitals.live.load(Ordering::Acquire) {
            open.live = true;
            let OutputEnd { name, rate, channels, .. } = &open.end;
            cx.tell(AudioEvent::OutputLive { name: name.clone(), rate: *rate, channels: *channels });
        }
        let missed = open.end.vitals.missed.load(Ordering::Relaxed);
        self.underruns += missed - open.missed;
        open.missed = missed;
        while let Some(mark) = self.open.as_mut().and_then(|open| open.end.marks.try_pop()) {
            // The mark of the callback that skipped counts the skipped samples too.
            if self.pending.as_ref().is_some_and(|pending| mark.end >= pending.skip_to) {
                self.confirm_silence(cx);
            }
            cx.tell_all(self.ledger.played(mark, cx.clock));
        }
        self.confirm_silence(cx);
    }

    fn confirm_silence(&mut self, cx: &mut Context<'_>) {
        let (Some(open), Some(pending)) = (&self.open, &self.pending) else {
            return;
        };
        let cue = &open.end.cue;
        if cue.skipped.load(Ordering::Acquire) >= pending.skip_to {
            let heard = cue.heard.load(Ordering::Relaxed);
            cx.tell_all(self.ledger.flushed(pending.up_to, Some(heard), &pending.cuts));
            self.pending = None;
        }
    }

    /// Keeps the ring at its target.
    fn fill(&mut self, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            // A turn without any sound ends without a device.
            while let Some(pulled) = self.playout.pull(0, &mut self.scratch) {
                self.ledger.enter(pulled.turn, 0, 0, pulled.complete);
            }
            cx.tell_all(self.ledger.finish_silent());
            return;
        };
        let target = open.target(cx.config.period);
        loop {
            let there = open.end.sound.occupied_len();
            if there >= target {
                break;
            }
            self.scratch.clear();
            if let Some(pulled) = self.playout.pull(target - there, &mut self.scratch) {
                let samples = pulled.samples as u64;
                self.ledger.enter(pulled.turn, open.put, samples, pulled.complete);
            } else if let Some(tone) = &mut self.tone {
                if !tone.pull(open.end.rate, target - there, &mut self.scratch) {
                    self.tone = None;
                }
            } else {
                if there == 0 {
                    self.playout.starved();
                }
                break;
            }
            open.put += open.end.sound.push_slice(&self.scratch) as u64;
        }
        let expects = self.playout.is_flowing();
        open.end.cue.expects_sound.store(expects, Ordering::Relaxed);
        cx.tell_all(self.ledger.finish_silent());
    }

    /// Writes one step of a file that stands in. Whether it was due.
    fn advance_file(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(Open { end: OutputEnd { sink: Sink::Wav(wav), .. }, .. }) = &mut self.open else {
            return false;
        };
        wav.advance().unwrap_or_else(|error| {
            self.silence_lost_stream(cx);
            self.open = None;
            self.fail(error, cx);
            false
        })
    }

    fn watch(&mut self, cx: &mut Context<'_>) {
        let lost = self.open.as_ref().is_some_and(|open| open.is_lost(cx.clock.now_nanos()));
        if lost {
            self.lose(cx);
        }
    }

    /// The stream is gone: once more the same device, then whatever the system has.
    fn lose(&mut self, cx: &mut Context<'_>) {
        self.settle(cx);
        self.silence_lost_stream(cx);
        let Some(lost) = self.open.take() else {
            return;
        };
        let OutputEnd { id, name, .. } = lost.end;
        tracing::warn!(device = %id, "output lost");
        let direction = Direction::Output;
        cx.tell(AudioEvent::DeviceLost { direction, name: name.clone() });
        if !self.is_busy() {
            return;
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

    /// A flush that no callback will confirm any more is done.
    fn silence_lost_stream(&mut self, cx: &mut Context<'_>) {
        let (Some(open), Some(pending)) = (&self.open, self.pending.take()) else {
            return;
        };
        let heard = open.end.cue.taken.load(Ordering::Acquire);
        cx.tell_all(self.ledger.flushed(pending.up_to, Some(heard), &pending.cuts));
    }

    fn shut(&mut self, cx: &mut Context<'_>) {
        self.settle(cx);
        self.silence_lost_stream(cx);
        self.open = None;
    }
}

impl Open {
    /// How many samples the ring should hold.
    fn target(&self, period: Duration) -> usize {
        let in_samples = |time: Duration| (time.as_secs_f64() * f64::from(self.end.rate)) as usize;
        let largest = self.end.cue.largest.load(Ordering::Relaxed) as usize;
        let callback = largest.clamp(in_samples(period), in_samples(LONGEST_CALLBACK));
        2 * callback + in_samples(CUSHION)
    }

    fn is_lost(&self, now: u64) -> bool {
        let is_device = matches!(self.end.sink, Sink::Device(_));
        is_device && self.end.vitals.is_lost(now, self.opened_at, OPENING)
    }
}
