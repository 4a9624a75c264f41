//! The sound: devices, rings and the processing chains between them. No network, no async.
//!
//! A microphone's callback (`stream`) turns whatever the device delivers into mono and puts it
//! into a ring; the audio thread (`duplex`) takes it out, cuts out the part between press and
//! release, resamples it to 16 kHz and gives it away in frames of 20 ms. The other way round, the
//! audio thread keeps what the service sent in a queue by turn (`playout`), resamples it to the
//! device's rate and keeps a short ring filled, from which the speaker's callback takes it.
//!
//! Everything between the two callbacks is plain data in, plain data out (`graph`,
//! `resample`, `playout`, `ledger`) and knows no clock. The callbacks never lock, allocate,
//! log or block; a test with an allocation guard holds them to it.
//!
//! [`Duplex`] survives whatever devices do: one that vanishes, stalls or is refused is told in an
//! [`AudioEvent`], another takes its place if there is one, and the chosen one is taken up again
//! when it comes back.

mod clip;
mod clock;
mod device;
mod duplex;
mod error;
mod frame;
mod front;
mod gate;
mod ledger;
mod level;
mod message;
mod open;
mod options;
mod playout;
mod priority;
mod process;
#[cfg(target_os = "linux")]
mod pulse;
mod reference;
mod render;
mod report;
mod resample;
mod ring;
#[cfg(any(test, feature = "sim"))]
pub mod sim;
mod stream;
mod timing;
mod tone;
mod voice;
mod wav;

pub use clock::Clock;
pub use device::{DeviceId, DeviceInfo, Direction, HostChoice, InvalidDeviceId, devices};
pub use duplex::{Duplex, DuplexHandle};
pub use error::{AudioError, WavProblem};
pub use message::{AudioCommand, AudioEvent, CAPTURE_RATE, CaptureFrame, DuplexConfig, FLOOR_DBFS, FRAME_SAMPLES};
pub use options::{Cue, GateMode, Processing, Tuning};
pub use render::PlaybackChain;
pub use report::{EchoReport, EchoState, Health, Heard, Voice};
