//! What becomes of the microphone's sound: which of it is sent, what the voice detector makes of it, what is remembered.

use std::{collections::VecDeque, time::Duration};

use super::Context;
use crate::{
    clock::nanos,
    frame::Framer,
    front::{BLOCK, Piece},
    gate::Gate,
    level::{dbfs, magnitude},
    message::{AudioEvent, CAPTURE_RATE, FRAME_SAMPLES},
    options::GateMode,
    render::{duration, to_i16},
    report::{Heard, Voice},
    voice::{Endpointer, VoiceDetector},
};

/// How far back a shut gate remembers at least: a press is a little older than its command.
const MEMORY: Duration = Duration::from_millis(100);

/// What is kept from before a detected beginning: the detector is sure after 100 to 150 ms, and a soft first consonant is
/// no voice to it.
const LEAD: Duration = Duration::from_millis(400);

/// So much speech into a muted microphone is no accident.
const MUTED_SPEECH: Duration = Duration::from_millis(400);

/// Who speaks over an answer is louder than this at the microphone, in dBFS.
const OVER_SOUND_DBFS: f32 = -38.0;

/// The longest test recording in seconds.
const LONGEST_RECORDING: f32 = 10.0;

/// See the module's documentation.
pub(crate) struct Listener {
    gate: Gate,
    mode: GateMode,
    muted: bool,
    monitor: bool,
    armed: Option<Duration>,
    framer: Framer,
    detector: VoiceDetector,
    endpointer: Endpointer,
    voice: Voice,
    /// [`GateMode::Voice`]: somebody is speaking.
    speaking: bool,
    /// Sound from before: of a shut gate, or of a gate that waits for a voice.
    memory: VecDeque<Piece>,
    heard: Tally,
    muted_speech: Duration,
    told_muted: bool,
    recording: Option<Recording>,
    peak: f32,
    /// A first sample has passed the gate since it was opened.
    passed: bool,
}

#[derive(Default)]
struct Tally {
    samples: usize,
    speech: usize,
    peak: f32,
}

struct Recording {
    wanted: usize,
    pcm: Vec<i16>,
}

impl Listener {
    pub(crate) fn new(armed: Option<Duration>) -> Self {
        Self {
            gate: Gate::Shut,
            mode: GateMode::Held,
            muted: false,
            monitor: false,
            armed,
            framer: Framer::default(),
            detector: VoiceDetector::new(),
            endpointer: Endpointer::new(PRESS_PATIENCE),
            voice: Voice::None,
            speaking: false,
            memory: VecDeque::new(),
            heard: Tally::default(),
            muted_speech: Duration::ZERO,
            told_muted: false,
            recording: None,
            peak: 0.0,
            passed: false,
        }
    }

    pub(crate) fn gate(&self) -> Gate {
        self.gate
    }

    /// Whether the microphone's sound is of use to anybody.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.gate.is_shut() || self.monitor || self.armed.is_some() || self.recording.is_some()
    }

    pub(crate) fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
        self.muted_speech = Duration::ZERO;
        self.told_muted = false;
    }

    pub(crate) fn set_monitor(&mut self, monitor: bool) {
        self.monitor = monitor;
    }

    pub(crate) fn arm(&mut self, armed: Option<Duration>) {
        self.armed = armed;
    }

    /// Begins a test recording; refused while the gate is open.
    pub(crate) fn record(&mut self, seconds: f32) {
        if self.gate.is_shut() && seconds.is_finite() {
            let wanted = (seconds.clamp(0.1, LONGEST_RECORDING) * CAPTURE_RATE as f32) as usize;
            self.recording = Some(Recording { wanted, pcm: Vec::new() });
        }
    }

    /// A recording that is complete.
    pub(crate) fn take_recording(&mut self) -> Option<Vec<i16>> {
        self.recording.take_if(|recording| recording.pcm.len() >= recording.wanted).map(|recording| recording.pcm)
    }

    /// Opens the gate for what arrived after `at`, or as much earlier as is armed.
    pub(crate) fn open(&mut self, mode: GateMode, at: u64, cx: &mut Context<'_>) {
        self.mode = mode;
        self.heard = Tally::default();
        self.passed = false;
        self.recording = None;
        let before = self.armed.unwrap_or_default();
        self.gate = Gate::Open { from: at.saturating_sub(nanos(before)) };
        self.begin_to_detect(match mode {
            GateMode::Held => PRESS_PATIENCE,
            GateMode::Voice { patience } => patience,
        });
        for piece in std::mem::take(&mut self.memory) {
            self.pass(&piece, cx);
        }
    }

    /// Lets through what arrives until `until`, and no more.
    pub(crate) fn close(&mut self, until: u64) {
        if let Gate::Open { from } = self.gate {
            self.gate = Gate::Closing { from, until };
        }
    }

    /// Shuts the gate after what has passed.
    pub(crate) fn shut(&mut self, cx: &mut Context<'_>) {
        self.end_speech(cx);
        self.framer.finish(cx.clock, |frame| cx.tell(AudioEvent::Frame(frame)));
        self.gate = Gate::Shut;
        self.memory.clear();
        let heard = self.heard.report();
        cx.tell(AudioEvent::GateClosed { heard });
        self.begin_to_detect(PRESS_PATIENCE);
    }

    /// The microphone has changed or gone: what it said before is no lead to what comes.
    pub(crate) fn forget(&mut self) {
        self.memory.clear();
    }

    /// Takes the next piece, in order.
    pub(crate) fn take(&mut self, piece: Piece, cx: &mut Context<'_>) {
        if (self.monitor || self.recording.is_some()) && !self.muted {
            self.peak = self.peak.max(magnitude(&piece.samples));
        }
        if let Some(recording) = &mut self.recording {
            let room = recording.wanted - recording.pcm.len();
            recording.pcm.extend(piece.samples.iter().take(room).copied().map(to_i16));
        }
        self.detect(&piece, cx);
        self.pass(&piece, cx);
        if self.gate.is_over(piece.end()) {
            self.shut(cx);
        }
        if self.gate.is_shut() {
            self.remember(piece, MEMORY.max(self.armed.unwrap_or_default()));
        }
    }

    /// The peak of what passed since the last call.
    pub(crate) fn take_peak(&mut self) -> f32 {
        std::mem::take(&mut self.peak)
    }

    /// Whether the first sample since the opening has passed.
    pub(crate) fn has_passed(&self) -> bool {
        self.passed
    }

    /// Whether an unmuted gate is open.
    pub(crate) fn hears(&self) -> bool {
        matches!(self.gate, Gate::Open { .. }) && !self.muted
    }

    fn begin_to_detect(&mut self, patience: Duration) {
        self.endpointer = Endpointer::new(patience);
        self.voice = Voice::None;
        self.speaking = false;
    }

    fn detect(&mut self, piece: &Piece, cx: &mut Context<'_>) {
        // Of an answer that is cancelled by 50 dB and more a whisper is left, which still sounds like the speech it is.
        let whispers = cx.far_active && dbfs(magnitude(&piece.samples)) < OVER_SOUND_DBFS;
        let mut voice = self.voice;
        self.detector.push(&piece.samples, |probability| {
            let probability = if whispers { 0.0 } else { probability };
            voice = self.endpointer.note(probability, cx.far_active);
        });
        if voice == Voice::Sure && !self.gate.is_shut() {
            self.heard.speech += piece.samples.len();
            self.notice_muted(piece, cx);
        }
        if voice != self.voice {
            self.voice = voice;
            cx.tell(AudioEvent::Voice(voice));
        }
        if !matches!(self.mode, GateMode::Voice { .. }) || self.gate.is_shut() {
            return;
        }
        if voice == Voice::Sure && !self.speaking && !self.muted {
            self.begin_speech(piece, cx);
        } else if voice == Voice::None && self.speaking {
            self.end_speech(cx);
        }
    }

    fn notice_muted(&mut self, piece: &Piece, cx: &mut Context<'_>) {
        if self.muted && !self.told_muted {
            self.muted_speech += duration(piece.samples.len(), CAPTURE_RATE);
            if self.muted_speech >= MUTED_SPEECH {
                self.told_muted = true;
                cx.tell(AudioEvent::MutedSpeech);
            }
        }
    }

    fn begin_speech(&mut self, piece: &Piece, cx: &mut Context<'_>) {
        self.speaking = true;
        self.heard = Tally::default();
        let at = piece.captured.saturating_sub(nanos(self.endpointer.age()));
        let at = cx.clock.instant(at);
        cx.tell(AudioEvent::SpeechStarted { at });
        for piece in std::mem::take(&mut self.memory) {
            self.send(&piece, 0..piece.samples.len(), cx);
        }
    }

    fn end_speech(&mut self, cx: &mut Context<'_>) {
        if std::mem::take(&mut self.speaking) {
            self.framer.finish(cx.clock, |frame| cx.tell(AudioEvent::Frame(frame)));
            let heard = self.heard.report();
            cx.tell(AudioEvent::SpeechEnded { heard });
        }
    }

    /// Lets through what the gate lets through, or keeps it until a voice is heard.
    fn pass(&mut self, piece: &Piece, cx: &mut Context<'_>) {
        let span = self.gate.span(piece.arrived, piece.samples.len(), CAPTURE_RATE);
        if span.is_empty() {
            return;
        }
        if matches!(self.mode, GateMode::Voice { .. }) && !self.speaking {
            self.passed = true;
            if !self.muted {
                self.peak = self.peak.max(magnitude(&piece.samples[span]));
            }
            self.remember(piece.clone(), LEAD);
        } else {
            self.send(piece, span, cx);
        }
    }

    fn send(&mut self, piece: &Piece, span: std::ops::Range<usize>, cx: &mut Context<'_>) {
        let captured = piece.captured + crate::clock::frames_to_nanos(span.start as u64, CAPTURE_RATE);
        let silence;
        let mut samples = &piece.samples[span];
        if self.muted {
            silence = vec![0.0; samples.len()];
            samples = &silence;
        }
        let peak = magnitude(samples);
        self.peak = self.peak.max(peak);
        self.heard.peak = self.heard.peak.max(peak);
        if self.heard.samples == 0 && piece.samples.len() == BLOCK {
            self.framer.begin_with((samples.len() + BLOCK).min(FRAME_SAMPLES));
        }
        self.heard.samples += samples.len();
        self.passed = true;
        self.framer.push(samples, captured, cx.clock, |frame| cx.tell(AudioEvent::Frame(frame)));
    }

    fn remember(&mut self, piece: Piece, long: Duration) {
        let oldest = piece.end().saturating_sub(nanos(long));
        self.memory.push_back(piece);
        while self.memory.front().is_some_and(|piece| piece.end() <= oldest) {
            self.memory.pop_front();
        }
    }
}

/// In a press the detector only reports.
const PRESS_PATIENCE: Duration = Duration::from_millis(600);

impl Tally {
    fn report(&self) -> Heard {
        Heard {
            length: duration(self.samples, CAPTURE_RATE),
            speech: duration(self.speech, CAPTURE_RATE),
            peak_dbfs: dbfs(self.peak),
        }
    }
}
