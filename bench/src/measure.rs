//! What there is to measure.

mod barge_in;
mod cost;
mod echo;
mod jitter;
mod losses;
mod mouth_to_wire;
mod start;
mod wire_to_ear;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum;

use crate::Arguments;
use crate::report::Section;
use crate::twin::Twin;

/// Louder than this is heard, 0 to 1: -50 dB below full scale.
const HEARD: f32 = 0.003_16;

/// The twin's period unless told otherwise.
const USUAL: Duration = Duration::from_millis(20);

/// The measurements, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// From a sound at the microphone to the message that carries it
    MouthToWire,
    /// From an answer's first message to its first sound
    WireToEar,
    /// From `stop` to silence
    BargeIn,
    /// Gaps in answers that come unevenly
    Jitter,
    /// Samples on their way in and out
    Losses,
    /// Processor time and memory
    Cost,
    /// From the launch to a session
    Start,
    /// Echo removed, double talk kept
    Echo,
}

impl Name {
    /// All, or those asked for, in their order.
    pub(crate) fn chosen(only: &[Self]) -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied().filter(|name| only.is_empty() || only.contains(name))
    }

    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::MouthToWire => mouth_to_wire::TITLE,
            Self::WireToEar => wire_to_ear::TITLE,
            Self::BargeIn => barge_in::TITLE,
            Self::Jitter => jitter::TITLE,
            Self::Losses => losses::TITLE,
            Self::Cost => cost::TITLE,
            Self::Start => start::TITLE,
            Self::Echo => echo::TITLE,
        }
    }

    /// Measures it; `None` where there is nothing to measure.
    pub(crate) fn run(self, bench: &Bench) -> Result<Option<Section>> {
        match self {
            Self::MouthToWire => mouth_to_wire::measure(bench).map(Some),
            Self::WireToEar => wire_to_ear::measure(bench).map(Some),
            Self::BargeIn => barge_in::measure(bench).map(Some),
            Self::Jitter => jitter::measure(bench).map(Some),
            Self::Losses => losses::measure(bench).map(Some),
            Self::Cost => cost::measure(bench).map(Some),
            Self::Start => start::measure(bench).map(Some),
            Self::Echo => echo::read(bench),
        }
    }
}

/// How to measure.
#[derive(Debug)]
pub(crate) struct Bench {
    /// What is measured.
    pub(crate) twin: Twin,
    /// Fewer and shorter tries.
    pub(crate) quick: bool,
    /// Chunk the listener asks for.
    pub(crate) listener: Duration,
    /// What an echo test printed.
    pub(crate) echo: Option<PathBuf>,
    seed: u64,
    has_processing: bool,
}

/// Processing of the microphone's sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Processing {
    /// Echo, noise, gain and high-pass.
    On,
    /// None.
    Off,
}

impl Bench {
    /// By the command line.
    pub(crate) fn new(twin: Twin, arguments: &Arguments) -> Result<Self> {
        let has_processing = twin.knows("--processing")?;
        Ok(Self {
            twin,
            quick: arguments.quick,
            listener: Duration::from_millis(arguments.listener_ms),
            echo: arguments.echo.clone(),
            seed: arguments.seed,
            has_processing,
        })
    }

    /// The run in words.
    pub(crate) fn described(&self) -> String {
        format!(
            "device period {} ms, listener {} ms, seed {}{}{}",
            self.twin.period.as_millis(),
            self.listener.as_millis(),
            self.seed,
            if self.twin.plain { ", without real-time priority" } else { "" },
            if self.quick { ", quick" } else { "" },
        )
    }

    /// `quick` of a quick run, else `full`.
    pub(crate) fn amount<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// What there is of processing, off first: a twin without any has only that.
    pub(crate) fn processings(&self) -> &'static [Processing] {
        if self.has_processing { &[Processing::Off, Processing::On] } else { &[Processing::Off] }
    }

    /// All processing there is.
    pub(crate) fn most_processing(&self) -> Processing {
        if self.has_processing { Processing::On } else { Processing::Off }
    }

    /// The twin's arguments for it.
    pub(crate) fn arguments(&self, processing: Processing) -> &'static [&'static str] {
        match processing {
            _ if !self.has_processing => &[],
            Processing::On => &["--processing", "on"],
            Processing::Off => &["--processing", "off"],
        }
    }

    /// The output period the twin asks for, ms.
    pub(crate) fn period_ms(&self) -> f64 {
        self.twin.period.as_secs_f64() * 1000.0
    }

    /// Chance that is the same in every run with the same seed.
    pub(crate) fn random(&self) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.seed)
    }
}

impl Processing {
    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::On => "all processing on",
            Self::Off => "processing off",
        }
    }

    /// For programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::On => "processing_on",
            Self::Off => "processing_off",
        }
    }
}
