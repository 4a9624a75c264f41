//! Streams of PulseAudio, and of PipeWire that speaks its language.
//!
//! cpal lists these devices well, but its streams ask the server for the time after every callback, on a thread of their own:
//! at 5 ms that was 9 % of a core for two streams, against less than 1 % here. The same client library carries both.

use std::{
    ffi::CString,
    sync::{Arc, atomic::Ordering, mpsc},
    time::Duration,
};

use futures_executor::block_on;
use pulseaudio::{
    AsPlaybackSource as _, Client, ClientError, PlaybackStream, RecordStream,
    protocol::{
        ChannelMap, PlaybackStreamParams, RecordStreamParams, SampleFormat, SampleSpec,
        stream::{BufferAttr, StreamFlags},
    },
};

use crate::{
    ring::Vitals,
    stream::{InputCallback, OutputCallback},
};

/// A running stream; dropping it ends it.
pub(crate) enum PulseStream {
    /// Of a source.
    Record(#[expect(dead_code, reason = "held for its drop")] RecordStream),
    /// Of a sink.
    Playback(#[expect(dead_code, reason = "held for its drop")] PlaybackStream),
}

/// Room for one callback; longer ones are handled piece by piece.
const SCRATCH: Duration = Duration::from_millis(200);

const BYTES: usize = size_of::<f32>();

const FORMAT: SampleFormat =
    if cfg!(target_endian = "big") { SampleFormat::Float32Be } else { SampleFormat::Float32Le };

/// What a device is like.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    /// Frames of a callback to ask for.
    pub(crate) period: u32,
}

impl Shape {
    fn bytes(self, frames: u32) -> u32 {
        frames * u32::from(self.channels) * BYTES as u32
    }

    fn scratch(self) -> Vec<f32> {
        let frames = (SCRATCH.as_secs_f64() * f64::from(self.rate)) as usize;
        vec![0.0; frames * usize::from(self.channels.max(1))]
    }

    fn spec(self) -> SampleSpec {
        SampleSpec { format: FORMAT, channels: self.channels as u8, sample_rate: self.rate }
    }
}

/// Starts to record from the source `name`. Fails when the server takes longer than `limit`.
pub(crate) fn record(
    name: &str,
    shape: Shape,
    limit: Duration,
    callback: InputCallback,
) -> Result<PulseStream, cpal::Error> {
    let name = c_string(name)?;
    within(limit, move || {
        let client = Client::from_env(c"vivavoce")?;
        let source = block_on(client.source_info_by_name(name))?;
        let params = RecordStreamParams {
            source_index: Some(source.index),
            sample_spec: shape.spec(),
            channel_map: fitting(source.channel_map, shape),
            // The server keeps what a busy machine fetches late; with room for one period only it lost 10 ms now and then.
            buffer_attr: BufferAttr { fragment_size: shape.bytes(shape.period), ..BufferAttr::default() },
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            ..RecordStreamParams::default()
        };
        let stream = block_on(client.create_record_stream(params, recorder(callback, shape)))?;
        Ok(PulseStream::Record(stream))
    })
}

/// Starts to play to the sink `name`. Fails when the server takes longer than `limit`.
pub(crate) fn play(
    name: &str,
    shape: Shape,
    limit: Duration,
    callback: OutputCallback,
) -> Result<PulseStream, cpal::Error> {
    let name = c_string(name)?;
    within(limit, move || {
        let client = Client::from_env(c"vivavoce")?;
        let sink = block_on(client.sink_info_by_name(name))?;
        let params = PlaybackStreamParams {
            sink_index: Some(sink.index),
            sample_spec: shape.spec(),
            channel_map: fitting(sink.channel_map, shape),
            // One period is on its way to the device while the next is asked for.
            buffer_attr: BufferAttr {
                max_length: shape.bytes(2 * shape.period),
                target_length: shape.bytes(2 * shape.period),
                minimum_request_length: shape.bytes(shape.period),
                ..BufferAttr::default()
            },
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            ..PlaybackStreamParams::default()
        };
        let stream = block_on(client.create_playback_stream(params, player(callback, shape).as_playback_source()))?;
        Ok(PulseStream::Playback(stream))
    })
}

/// What the client library calls with recorded bytes.
fn recorder(mut callback: InputCallback, shape: Shape) -> impl FnMut(&[u8]) + Send + 'static {
    let end = End(Arc::clone(&callback.vitals));
    let mut scratch = shape.scratch();
    move |bytes: &[u8]| {
        let _ = &end;
        for piece in bytes.chunks(scratch.len() * BYTES) {
            let samples = &mut scratch[..piece.len() / BYTES];
            for (sample, bytes) in samples.iter_mut().zip(piece.as_chunks::<BYTES>().0) {
                *sample = f32::from_ne_bytes(*bytes);
            }
            callback.on_input(samples, Duration::ZERO);
        }
    }
}

/// What the client library calls for bytes to play.
fn player(mut callback: OutputCallback, shape: Shape) -> impl FnMut(&mut [u8]) -> usize + Send + 'static {
    let end = End(Arc::clone(&callback.vitals));
    let mut scratch = shape.scratch();
    move |bytes: &mut [u8]| {
        let _ = &end;
        for piece in bytes.chunks_mut(scratch.len() * BYTES) {
            let samples = &mut scratch[..piece.len() / BYTES];
            callback.on_output(samples);
            for (sample, bytes) in samples.iter().zip(piece.as_chunks_mut::<BYTES>().0) {
                *bytes = sample.to_ne_bytes();
            }
        }
        bytes.len()
    }
}

/// The client library drops a stream's callback when the server has ended the stream, or is gone.
struct End(Arc<Vitals>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.fatal.store(true, Ordering::Relaxed);
    }
}

/// The device's own arrangement, if it has as many channels as are asked for.
fn fitting(map: ChannelMap, shape: Shape) -> ChannelMap {
    if u16::from(map.num_channels()) == shape.channels { map } else { ChannelMap::default() }
}

fn c_string(name: &str) -> Result<CString, cpal::Error> {
    CString::new(name).map_err(|_| cpal::Error::new(cpal::ErrorKind::DeviceNotAvailable))
}

/// Does it on another thread: a server that hangs must not hang the caller.
fn within(
    limit: Duration,
    open: impl FnOnce() -> Result<PulseStream, ClientError> + Send + 'static,
) -> Result<PulseStream, cpal::Error> {
    let (done, wait) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("pulse".to_owned()).spawn(move || {
        let _ = done.send(open());
    });
    if thread.is_err() {
        return Err(cpal::Error::new(cpal::ErrorKind::BackendError));
    }
    match wait.recv_timeout(limit) {
        Ok(opened) => opened.map_err(cpal::Error::from),
        Err(_) => Err(cpal::Error::new(cpal::ErrorKind::HostUnavailable)),
    }
}
