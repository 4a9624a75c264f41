//! A client that does nothing but listen: what any program could know at the earliest.

use std::ffi::CString;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{ChannelMap, RecordStreamParams, SampleFormat, SampleSpec};
use pulseaudio::{Client, ClientError, RecordStream};
use tokio::runtime::Builder;
use vivavoce_rig::Sound;

use crate::clock;

/// Rate of all virtual devices, Hz.
pub(crate) const RATE: u32 = 48_000;

/// Length of the secret that clients show; this server doesn't look at it, but wants its length.
const COOKIE: usize = 256;
/// Chunks this far apart tell the same clock, microseconds.
const STEADY: f64 = 1e6;
/// How often a recording is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What was heard and when it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Mono, at [`RATE`].
    pub(crate) samples: Vec<i16>,
    chunks: Vec<Chunk>,
}

#[derive(Clone, Copy, Debug)]
struct Chunk {
    /// Samples heard with it.
    end: usize,
    /// When it came, microseconds of the monotonic clock.
    at: f64,
}

impl Heard {
    /// Adds a chunk that came at `at`.
    pub(crate) fn push(&mut self, samples: impl IntoIterator<Item = i16>, at: f64) {
        self.samples.extend(samples);
        self.chunks.push(Chunk { end: self.samples.len(), at });
    }

    /// When the device had a sample, microseconds: by the chunks of the second around it that came soonest, so that a chunk
    /// the listener was late for is not mistaken for a late device.
    pub(crate) fn device_time(&self, sample: usize) -> f64 {
        let around = self.arrival(sample);
        let from = self.chunks.partition_point(|chunk| chunk.at < around - STEADY);
        let near = self.chunks[from..].iter().take_while(|chunk| chunk.at <= around + STEADY);
        let start = near.map(|chunk| chunk.at - length(chunk.end)).fold(f64::INFINITY, f64::min);
        start + length(sample)
    }

    /// When the chunk with a sample came, microseconds.
    pub(crate) fn arrival(&self, sample: usize) -> f64 {
        let index = self.chunks.partition_point(|chunk| chunk.end <= sample);
        self.chunks.get(index).or(self.chunks.last()).map_or(f64::NAN, |chunk| chunk.at)
    }

    /// The first sample that the device had at `time` or later, to a chunk.
    pub(crate) fn index_at(&self, time: f64) -> usize {
        let index = self.chunks.partition_point(|chunk| chunk.at < time);
        index.checked_sub(1).map_or(0, |index| self.chunks[index].end)
    }

    /// Mean samples of a chunk.
    pub(crate) fn chunk_length(&self) -> f64 {
        self.samples.len() as f64 / self.chunks.len().max(1) as f64
    }
}

/// The length of so many samples, microseconds.
fn length(samples: usize) -> f64 {
    samples as f64 * 1e6 / f64::from(RATE)
}

/// Listens to a source until it is dropped.
pub(crate) struct Listener {
    _client: Client,
    _stream: RecordStream,
    heard: Arc<Mutex<Heard>>,
}

impl Listener {
    /// Listens to `source`, which is asked for chunks of `fragment`; returns when the first has come.
    pub(crate) fn start(sound: &Sound, source: &str, fragment: Duration) -> Result<Self> {
        let client = connect(sound)?;
        let heard = Arc::<Mutex<Heard>>::default();
        lock(&heard).samples.reserve(RATE as usize * 120);
        let sink = Arc::clone(&heard);
        let callback = move |bytes: &[u8]| {
            let at = clock::now();
            let samples = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
            lock(&sink).push(samples, at);
        };
        let bytes = (fragment.as_secs_f64() * f64::from(RATE)) as u32 * 2;
        let parameters = RecordStreamParams {
            sample_spec: SPEC,
            channel_map: ChannelMap::mono(),
            source_name: Some(CString::new(source)?),
            // As much again and more: a listener that is late must not lose what it is late for.
            buffer_attr: BufferAttr { max_length: u32::MAX, fragment_size: bytes, ..BufferAttr::default() },
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            ..RecordStreamParams::default()
        };
        let stream = wait_for(client.create_record_stream(parameters, callback)).context("could not listen")?;
        let listener = Self { _client: client, _stream: stream, heard };
        listener
            .wait_for("the first sound", Duration::from_secs(10), |heard| (!heard.samples.is_empty()).then_some(()))?;
        Ok(listener)
    }

    /// What was heard so far.
    pub(crate) fn so_far(&self) -> Heard {
        lock(&self.heard).clone()
    }

    /// How many samples were heard so far.
    pub(crate) fn length(&self) -> usize {
        lock(&self.heard).samples.len()
    }

    /// Waits until something louder than `level` (0 to 1) is heard from sample `from` on; which sample it is.
    pub(crate) fn wait_for_sound(&self, from: usize, level: f32, limit: Duration) -> Result<usize> {
        let level = (level * 32_768.0) as u16;
        let mut seen = from;
        self.wait_for("a sound", limit, |heard| {
            let new = heard.samples.get(seen..)?;
            let found = new.iter().position(|sample| sample.unsigned_abs() > level);
            let found = found.map(|index| seen + index);
            seen = heard.samples.len();
            found
        })
    }

    /// Waits until nothing louder than `level` (0 to 1) was heard for `quiet`.
    pub(crate) fn wait_for_silence(&self, quiet: Duration, level: f32, limit: Duration) -> Result<()> {
        let level = (level * 32_768.0) as u16;
        let needed = (quiet.as_secs_f64() * f64::from(RATE)) as usize;
        let start = self.length();
        self.wait_for("silence", limit, |heard| {
            let from = heard.samples.len().saturating_sub(needed).max(start);
            let last = heard.samples.get(from..)?;
            (last.len() >= needed && last.iter().all(|sample| sample.unsigned_abs() <= level)).then_some(())
        })
    }

    fn wait_for<T>(&self, what: &str, limit: Duration, mut look: impl FnMut(&Heard) -> Option<T>) -> Result<T> {
        let deadline = clock::now() + clock::micros(limit);
        loop {
            if let Some(found) = look(&lock(&self.heard)) {
                return Ok(found);
            }
            if clock::now() > deadline {
                bail!("listened {limit:?} in vain for {what}");
            }
            thread::sleep(LOOK_EVERY);
        }
    }
}

/// Mono, 16 bits.
pub(crate) const SPEC: SampleSpec = SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: RATE };

/// A client of the virtual sound server.
pub(crate) fn connect(sound: &Sound) -> Result<Client> {
    let server = sound.environment().into_iter().find(|(name, _)| *name == "PULSE_SERVER");
    let server = server.and_then(|(_, value)| value.into_string().ok()).unwrap_or_default();
    let path = server.strip_prefix("unix:").context("the virtual sound server has no socket")?;
    Ok(Client::new_unix(c"bench", UnixStream::connect(path)?, Some([0; COOKIE]))?)
}

/// Waits for an answer of the server, which the client's own thread brings.
pub(crate) fn wait_for<T>(answer: impl Future<Output = Result<T, ClientError>>) -> Result<T> {
    Ok(Builder::new_current_thread().build()?.block_on(answer)?)
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunks of 48 samples that came on time, but for one that was late.
    fn heard(late: usize) -> Heard {
        let mut heard = Heard::default();
        for chunk in 1..=100 {
            let delay = if chunk == late { 700.0 } else { 0.0 };
            heard.push([0; 48], 5_000_000.0 + chunk as f64 * 1000.0 + delay);
        }
        heard
    }

    #[test]
    fn a_sample_is_dated_by_the_chunks_that_came_soonest() {
        let heard = heard(50);
        // In the middle of the late chunk: 49.5 ms after the first sample.
        let sample = 49 * 48 + 24;
        assert!((heard.device_time(sample) - 5_049_500.0).abs() < 0.01);
        assert!((heard.arrival(sample) - 5_050_700.0).abs() < 0.01);
        assert!((heard.arrival(sample - 48) - 5_049_000.0).abs() < 0.01);
    }

    #[test]
    fn a_time_leads_to_the_first_sample_after_it() {
        let heard = heard(0);
        assert_eq!(heard.index_at(5_010_500.0), 480);
        assert_eq!(heard.index_at(0.0), 0);
    }
}
