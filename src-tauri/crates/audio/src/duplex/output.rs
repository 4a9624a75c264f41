//! The speaker's side of the audio thread: keeps the ring short and filled, cuts, keeps the book.
//!
//! What the callback hands to the device comes back from it by another ring and goes to the echo
//! canceller's reference.

use std::{path::PathBuf, sync::atomic::Ordering, time::Duration};

use ringbuf::traits::{Consumer, Observer, Producer};

use super::{
    Context,
    choice::{Move, better, candidates},
    period::Period,
};
use crate::{
    clip::{self, Clip},
    clock::nanos,
    device::{DeviceId, DeviceInfo, Direction},
    error::AudioError,
    ledger::Ledger,
    message::{AudioEvent, DuplexConfig},
    open::{self, OutputEnd, Sink},
    options::Cue,
    playout::{Cut, Playout, Room},
    tone::Tone,
};

/// The ring holds two callbacks and this: what a busy machine may keep the audio thread waiting.
/// A flush doesn't wait for the ring, so its length costs nothing.
const CUSHION: Duration = Duration::from_millis(60);

/// While the network is the slower one, the ring holds one callback and this: what is in the ring can't be made longer any
/// more.
const LEAST_CUSHION: Duration = Duration::from_millis(10);

/// Callbacks beyond this length aren't waited for: some hosts prefill seconds.
const LONGEST_CALLBACK: Duration = Duration::from_millis(400);

/// A device that doesn't open is tried again this often while something is to be heard.
const RETRY: Duration = Duration::from_millis(250);

/// How long an answer waits for a device that worked and is gone: a sound server that starts again takes half a second.
const HOPE: Duration = Duration::from_secs(2);

/// While somebody may be speaking over it, sound is this much quieter: 12 dB.
const DUCKED: f32 = 0.25;

/// A null sink that renders ahead was seen to call first after 1.97 s.
const OPENING: Duration = Duration::from_secs(4);

/// Everything about the speaker.
pub(crate) struct OutputSide {
    preferred: Vec<DeviceId>,
    open: Option<Open>,
    period: Period,
    volume: f32,
    ducked: bool,
    playout: Playout,
    ledger: Ledger,
    pending: Option<Pending>,
    clip: Option<Playing>,
    /// The file that was written and may be gone on with.
    written: Option<PathBuf>,
    last_use: u64,
    /// When a working stream was lost, until there is one again.
    lost_at: Option<u64>,
    next_try: u64,
    underruns: u64,
    reopened: u64,
    scratch: Vec<f32>,
    rendered: Vec<f32>,
}

/// A clip that is being put into the ring or heard from it.
struct Playing {
    clip: Clip,
    /// The ring index after its last sample, once that is in the ring.
    end: Option<u64>,
}

struct Open {
    end: OutputEnd,
    opened_at: u64,
    live: bool,
    second_try: bool,
    /// Samples put into the ring.
    put: u64,
    missed: u64,
    slips: u64,
    /// Samples taken out of the ring of what was handed over.
    rendered: u64,
}

/// A flush the callback hasn't confirmed yet.
struct Pending {
    up_to: u64,
    skip_to: u64,
    cuts: Vec<Cut>,
}

impl OutputSide {
    pub(crate) fn new(config: &DuplexConfig) -> Self {
        Self {
            preferred: config.output.clone(),
            open: None,
            period: Period::new(config.period),
            volume: factor(config.volume_db),
            ducked: false,
            playout: Playout::new(open::USUAL_RATE),
            ledger: Ledger::default(),
            pending: None,
            clip: None,
            written: None,
            last_use: 0,
            lost_at: None,
            next_try: 0,
            underruns: 0,
            reopened: 0,
            scratch: Vec::new(),
            rendered: Vec::new(),
        }
    }

    pub(crate) fn select(&mut self, ids: Vec<DeviceId>, cx: &mut Context<'_>) {
        if self.preferred == ids {
            return;
        }
        self.preferred = ids;
        self.written = None;
        let was_open = self.open.is_some();
        self.shut(cx);
        if was_open {
            self.warm(cx);
        }
    }

    /// Opens the speaker for what will come soon. That it can't be opened is told when something is to be heard.
    pub(crate) fn warm(&mut self, cx: &mut Context<'_>) {
        self.last_use = cx.now;
        if self.open.is_none() {
            let opened = candidates(&self.preferred).iter().find_map(|id| self.try_open(id, cx).ok());
            if let Some(end) = opened {
                self.begin(end, false, cx);
            }
        }
    }

    pub(crate) fn set_volume(&mut self, volume_db: f32) {
        self.volume = factor(volume_db);
        self.apply_volume();
    }

    pub(crate) fn duck(&mut self, ducked: bool) {
        self.ducked = ducked;
        self.apply_volume();
    }

    /// Plays a short sound over whatever else is played.
    pub(crate) fn play(&mut self, cue: Cue, cx: &mut Context<'_>) {
        self.warm(cx);
        if let Some(open) = &mut self.open {
            open.end.feed.cues.push_slice(&clip::cue(cue, open.end.rate));
        }
    }

    pub(crate) fn push(&mut self, turn: u64, pcm: Vec<i16>, rate: u32, cx: &mut Context<'_>) {
        if self.playout.push(turn, pcm, rate, cx.now) {
            self.clip = None;
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
        if self.clip.take().is_some() {
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
        let tone = Tone::new(seconds);
        if !self.play_clip(Clip::Tone(tone), cx) {
            return;
        }
        if let Some(open) = &self.open {
            let (cue, len) = (&open.end.cue, tone.len(open.end.rate));
            cue.pan_start.store(open.put, Ordering::Relaxed);
            cue.pan_middle.store(open.put + len / 2, Ordering::Relaxed);
            cue.pan_end.store(open.put + len, Ordering::Relaxed);
        }
    }

    /// Plays a sound of the program's own, unless somebody speaks. Whether it does.
    pub(crate) fn play_clip(&mut self, clip: Clip, cx: &mut Context<'_>) -> bool {
        if !self.playout.is_empty() || !self.ledger.is_empty() {
            tracing::debug!("no test sound while somebody speaks");
            return false;
        }
        self.clip = Some(Playing { clip, end: None });
        self.open_if_wanted(cx);
        self.open.is_some()
    }

    /// Whether a clip is being played.
    pub(crate) fn plays_clip(&self) -> bool {
        self.clip.is_some()
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
        if self.is_busy() || cx.listening {
            self.last_use = cx.now;
        } else if cx.now >= self.last_use + nanos(cx.config.keep_open) {
            self.shut(cx);
        }
        let changes = self.open.is_some() && !self.is_busy() && self.period.change(cx.now);
        if changes {
            self.shut(cx);
            self.warm(cx);
        }
    }

    /// The devices were listed.
    pub(crate) fn consider(&mut self, devices: &[DeviceInfo], cx: &mut Context<'_>) {
        let Some(open) = &self.open else {
            return;
        };
        match better(Direction::Output, &self.preferred, &open.end.id, devices) {
            Move::Stay => {}
            Move::Lost => self.lose(cx),
            Move::To(id) => {
                self.shut(cx);
                if self.is_busy() || cx.listening {
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
        !self.playout.is_empty() || !self.ledger.is_empty() || self.pending.is_some() || self.clip.is_some()
    }

    /// Whether the ring holds more than half of what it should.
    pub(crate) fn is_comfortable(&self) -> bool {
        let Some(open) = &self.open else {
            return false;
        };
        2 * open.end.feed.sound.occupied_len() > open.targets(self.period.current()).1
    }

    /// When the stream last gave a sign of life, in the clock's nanoseconds; `None` without one.
    pub(crate) fn heard(&self) -> Option<u64> {
        let open = self.open.as_ref().filter(|open| open.live && matches!(open.end.sink, Sink::Device(_)))?;
        Some(open.end.vitals.last.load(Ordering::Relaxed))
    }

    /// The period asked of the device, how often it came late, and how often a lost stream was opened again.
    pub(crate) fn health(&self) -> (Duration, u64, u64) {
        (self.period.current(), self.period.lates(), self.reopened)
    }

    /// The peak of what was handed to the device since the last call.
    pub(crate) fn take_peak(&mut self) -> f32 {
        self.open.as_ref().map_or(0.0, |open| open.end.vitals.peak.take())
    }

    /// Samples missing in mid-turn since the last call.
    pub(crate) fn take_underruns(&mut self) -> u64 {
        std::mem::take(&mut self.underruns)
    }

    /// What playback waits for before it begins, and how many gaps were bridged.
    pub(crate) fn playout_health(&self) -> (Duration, u64) {
        (self.playout.target(), self.playout.bridged())
    }

    /// Shuts the device without a word about anything: the thread ends.
    pub(crate) fn abandon(&mut self) {
        self.open = None;
    }

    fn open_if_wanted(&mut self, cx: &mut Context<'_>) {
        let wanted = self.playout.has_sound() || self.clip.is_some();
        if wanted && self.open.is_none() && cx.now >= self.next_try {
            self.open_preferred(self.lost_at.is_some(), cx);
        }
    }

    fn open_preferred(&mut self, second_try: bool, cx: &mut Context<'_>) {
        let candidates = candidates(&self.preferred);
        self.open_first(&candidates, second_try, cx);
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
                    if index > 0 && !second_try {
                        let name = candidates[0].to_string();
                        cx.tell(AudioEvent::DeviceLost { direction: Direction::Output, name });
                    }
                    return self.begin(end, second_try, cx);
                }
                Err(AudioError::DeviceNotFound { .. }) if index + 1 < candidates.len() => {}
                Err(error) => return self.fail(error, cx),
            }
        }
    }

    fn try_open(&self, id: &DeviceId, cx: &mut Context<'_>) -> Result<OutputEnd, AudioError> {
        let append = self.written.is_some() && id.wav_path() == self.written;
        let opened = open::output(cx.catalogue, id, append, self.period.current(), cx.clock);
        opened.map_err(|error| error.of_default(id, Direction::Output))
    }

    fn begin(&mut self, end: OutputEnd, second_try: bool, cx: &mut Context<'_>) {
        tracing::info!(device = %end.id, rate = end.rate, channels = end.channels, "output opened");
        self.playout.set_rate(end.rate);
        self.ledger.restart(end.rate);
        self.written = end.id.wav_path();
        self.last_use = cx.now;
        (self.lost_at, self.next_try) = (None, 0);
        self.period.restart(cx.now);
        cx.reference.restart(end.rate);
        let opened_at = cx.clock.now_nanos();
        self.open = Some(Open { end, opened_at, live: false, second_try, put: 0, missed: 0, slips: 0, rendered: 0 });
        self.apply_volume();
    }

    fn apply_volume(&self) {
        if let Some(open) = &self.open {
            open.end.cue.volume.set(if self.ducked { self.volume * DUCKED } else { self.volume });
        }
    }

    /// Without a speaker nothing queued will be heard, unless one that worked is back soon.
    fn fail(&mut self, error: AudioError, cx: &mut Context<'_>) {
        if self.lost_at.is_some_and(|at| cx.now < at + nanos(HOPE)) {
            self.next_try = cx.now + nanos(RETRY);
            return;
        }
        tracing::warn!(%error, "output failed");
        self.lost_at = None;
        self.clip = None;
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
        let slips = open.end.vitals.slips.load(Ordering::Relaxed);
        if slips > open.slips {
            open.slips = slips;
            self.period.slipped(cx.now);
        }
        while let Some(mark) = self.open.as_mut().and_then(|open| open.end.feed.marks.try_pop()) {
            self.period.came(mark.at);
            self.clip.take_if(|playing| playing.end.is_some_and(|end| mark.end >= end));
            // The mark of the callback that skipped counts the skipped samples too.
            if self.pending.as_ref().is_some_and(|pending| mark.end >= pending.skip_to) {
                self.confirm_silence(cx);
            }
            cx.tell_all(self.ledger.played(mark, cx.clock));
        }
        self.confirm_silence(cx);
        self.refer(cx);
    }

    /// What was handed to the device is what may come back as an echo.
    fn refer(&mut self, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else {
            return;
        };
        while let Some(mark) = open.end.feed.rendered.try_pop() {
            self.rendered.resize((mark.end - open.rendered) as usize, 0.0);
            let popped = open.end.feed.render.pop_slice(&mut self.rendered);
            open.rendered += popped as u64;
            cx.reference.played(&self.rendered[..popped], mark.end, mark.at);
        }
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
            let nowhere = Room { held: 0, least: 0, full: 0 };
            while let Some(pulled) = self.playout.pull(cx.now, nowhere, &mut self.scratch) {
                self.ledger.enter(pulled.turn, 0, 0, 0, pulled.complete);
            }
            cx.tell_all(self.ledger.finish_silent());
            return;
        };
        let (least, target) = open.targets(self.period.current());
        loop {
            let there = open.end.feed.sound.occupied_len();
            if there >= target {
                break;
            }
            self.scratch.clear();
            let room = Room { held: there, least, full: target };
            if let Some(pulled) = self.playout.pull(cx.now, room, &mut self.scratch) {
                let (samples, added) = (pulled.samples as u64, pulled.added as u64);
                self.ledger.enter(pulled.turn, open.put, samples, added, pulled.complete);
            } else if let Some(playing) = self.clip.as_mut().filter(|playing| playing.end.is_none()) {
                if !playing.clip.pull(open.end.rate, target - there, &mut self.scratch) {
                    playing.end = Some(open.put + self.scratch.len() as u64);
                }
            } else {
                if there == 0 && self.playout.starved() {
                    tracing::debug!(target = ?self.playout.target(), "the speaker ran dry in mid-turn");
                }
                break;
            }
            open.put += open.end.feed.sound.push_slice(&self.scratch) as u64;
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
        let OutputEnd { id, name, .. } = &lost.end;
        let (id, name) = (id.clone(), name.clone());
        tracing::warn!(device = %id, "output lost");
        let direction = Direction::Output;
        cx.tell(AudioEvent::DeviceLost { direction, name: name.clone() });
        cx.reference.restart(lost.end.rate);
        if !self.is_busy() && !cx.listening {
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

/// Decibels as a factor; -60 dB and below is silence.
fn factor(decibels: f32) -> f32 {
    if decibels <= -60.0 { 0.0 } else { 10.0_f32.powf(decibels.min(0.0) / 20.0) }
}

impl Open {
    /// How many samples the ring must hold where sound is scarce, and should hold otherwise.
    fn targets(&self, period: Duration) -> (usize, usize) {
        let in_samples = |time: Duration| (time.as_secs_f64() * f64::from(self.end.rate)) as usize;
        let largest = self.end.cue.largest.load(Ordering::Relaxed) as usize;
        let callback = largest.clamp(in_samples(period), in_samples(LONGEST_CALLBACK));
        (callback + in_samples(LEAST_CUSHION), 2 * callback + in_samples(CUSHION))
    }

    fn is_lost(&self, now: u64) -> bool {
        let is_device = matches!(self.end.sink, Sink::Device(_));
        is_device && self.end.vitals.is_lost(now, self.opened_at, OPENING)
    }
}
