//! WAV files standing in for devices, paced in real time through the very same callbacks.

use std::{
    fs::File,
    io::{BufReader, BufWriter, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use crate::{
    clock::{Clock, frames_to_nanos, nanos},
    error::{AudioError, WavProblem},
    render::to_i16,
    stream::{InputCallback, OutputCallback},
};

/// Rate in Hz of a WAV file that is written: that of most sound cards.
pub(crate) const OUT_RATE: u32 = 48_000;

/// One step of either file.
const STEP: Duration = Duration::from_millis(10);

/// A reader that came late catches up, but not after a sleep of the whole machine.
const LONGEST_CATCH_UP: Duration = Duration::from_secs(2);

/// The header is made right this often, so that a file is readable even if the program dies.
const FLUSH_EVERY: u32 = 50;

/// A file as a microphone. It stands still while nobody listens and is silent after its end.
pub(crate) struct WavSource {
    reader: WavReader<BufReader<File>>,
    callback: Option<InputCallback>,
    block: Vec<f32>,
    pace: Pace,
    over: bool,
}

/// A file as a speaker.
pub(crate) struct WavSink {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    callback: Option<OutputCallback>,
    block: Vec<f32>,
    pace: Pace,
    unflushed: u32,
}

/// Real time in steps of 10 ms.
struct Pace {
    clock: Clock,
    next: Option<u64>,
}

impl WavSource {
    /// Opens and checks a file.
    pub(crate) fn open(path: &Path, clock: Clock) -> Result<Self, AudioError> {
        let problem = |problem| AudioError::Wav { path: path.to_owned(), problem };
        let reader = WavReader::open(path).map_err(|error| problem(read_problem(&error)))?;
        let spec = reader.spec();
        let usable = match spec.sample_format {
            SampleFormat::Int => matches!(spec.bits_per_sample, 8 | 16 | 24 | 32),
            SampleFormat::Float => spec.bits_per_sample == 32,
        };
        if !usable || spec.channels == 0 || spec.sample_rate == 0 {
            let detail = format!(
                "{} bit {:?}, {} channels, {} Hz",
                spec.bits_per_sample, spec.sample_format, spec.channels, spec.sample_rate
            );
            return Err(problem(WavProblem::Unsupported { detail }));
        }
        if reader.duration() == 0 {
            return Err(problem(WavProblem::Empty));
        }
        let samples = step_frames(spec.sample_rate) * usize::from(spec.channels);
        Ok(Self { reader, callback: None, block: vec![0.0; samples], pace: Pace { clock, next: None }, over: false })
    }

    pub(crate) fn rate(&self) -> u32 {
        self.reader.spec().sample_rate
    }

    pub(crate) fn channels(&self) -> u16 {
        self.reader.spec().channels
    }

    pub(crate) fn start(&mut self, callback: InputCallback) {
        self.callback = Some(callback);
    }

    /// Delivers every step that is due; with `held` the file waits where it is.
    pub(crate) fn advance(&mut self, held: bool) {
        if held {
            self.pace.next = None;
            return;
        }
        let step = frames_to_nanos(step_frames(self.rate()) as u64, self.rate());
        while self.pace.is_due(step) {
            self.read_block();
            if let Some(callback) = &mut self.callback {
                callback.on_input(&self.block, Duration::ZERO);
            }
        }
    }

    fn read_block(&mut self) {
        self.block.fill(0.0);
        if self.over {
            return;
        }
        let spec = self.reader.spec();
        let full_scale = (1_u64 << (spec.bits_per_sample - 1)) as f32;
        for slot in &mut self.block {
            let sample = match spec.sample_format {
                SampleFormat::Float => self.reader.samples::<f32>().next(),
                SampleFormat::Int => {
                    self.reader.samples::<i32>().next().map(|sample| sample.map(|sample| sample as f32 / full_scale))
                }
            };
            let Some(Ok(sample)) = sample else {
                self.over = true;
                return;
            };
            *slot = sample;
        }
    }
}

impl WavSink {
    /// Creates a file, or goes on at its end with `append`.
    pub(crate) fn open(path: &Path, append: bool, clock: Clock) -> Result<Self, AudioError> {
        let spec =
            WavSpec { channels: 1, sample_rate: OUT_RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = if append {
            WavWriter::append(path).or_else(|_| WavWriter::create(path, spec))
        } else {
            WavWriter::create(path, spec)
        }
        .map_err(|error| unwritable(path, &error))?;
        writer.flush().map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            callback: None,
            block: vec![0.0; step_frames(OUT_RATE)],
            pace: Pace { clock, next: None },
            unflushed: 0,
        })
    }

    pub(crate) fn start(&mut self, callback: OutputCallback) {
        self.callback = Some(callback);
    }

    /// Takes one step if it is due. Whether it was.
    pub(crate) fn advance(&mut self) -> Result<bool, AudioError> {
        let Some(callback) = &mut self.callback else {
            return Ok(false);
        };
        if !self.pace.is_due(nanos(STEP)) {
            return Ok(false);
        }
        callback.on_output(&mut self.block);
        for sample in &self.block {
            self.writer.write_sample(to_i16(*sample)).map_err(|error| unwritable(&self.path, &error))?;
        }
        self.unflushed += 1;
        if self.unflushed >= FLUSH_EVERY {
            self.unflushed = 0;
            self.writer.flush().map_err(|error| unwritable(&self.path, &error))?;
        }
        Ok(true)
    }
}

impl Pace {
    fn is_due(&mut self, step: u64) -> bool {
        let now = self.clock.now_nanos();
        let next = *self.next.get_or_insert(now + step);
        if now < next {
            return false;
        }
        let late = now - next > nanos(LONGEST_CATCH_UP);
        self.next = Some(if late { now + step } else { next + step });
        true
    }
}

fn step_frames(rate: u32) -> usize {
    ((u128::from(rate) * STEP.as_nanos() / 1_000_000_000) as usize).max(1)
}

fn read_problem(error: &hound::Error) -> WavProblem {
    match error {
        hound::Error::IoError(io) if io.kind() == ErrorKind::NotFound => WavProblem::NotFound,
        // What hound says of a file shorter than a header.
        hound::Error::IoError(io) if io.kind() == ErrorKind::Other => WavProblem::NotWav,
        hound::Error::IoError(io) => WavProblem::Unreadable { detail: io.to_string() },
        hound::Error::Unsupported => WavProblem::Unsupported { detail: "not PCM".to_owned() },
        hound::Error::FormatError(detail) if detail.contains("no RIFF") => WavProblem::NotWav,
        hound::Error::FormatError(detail) if detail.contains("no WAVE") => WavProblem::NotWav,
        other => WavProblem::Unsupported { detail: other.to_string() },
    }
}

fn unwritable(path: &Path, error: &hound::Error) -> AudioError {
    AudioError::Wav { path: path.to_owned(), problem: WavProblem::Unwritable { detail: error.to_string() } }
}
