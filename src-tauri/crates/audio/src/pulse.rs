//! Streams of PulseAudio, and of PipeWire that speaks its language: a connection and a thread for each.
//!
//! cpal lists these devices well, but its streams ask the server for the time after every callback, on a thread of their own:
//! at 5 ms that was 9 % of a core for two streams. The streams of the client library that speaks the protocol for us clear a
//! megabyte at every wake-up, which was 3 %; with these it is less than 1 %.

mod link;

use std::{
    ffi::CString,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{Arc, atomic::Ordering, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use pulseaudio::{
    ClientError,
    protocol::{
        ChannelMap, Command, CreatePlaybackStreamReply, CreateRecordStreamReply, DESCRIPTOR_SIZE, Descriptor,
        DescriptorFlags, GetSinkInfo, GetSourceInfo, PlaybackStreamParams, RecordStreamParams, SampleFormat,
        SampleSpec, SinkInfo, SourceInfo, encode_descriptor, read_command_message,
        stream::{BufferAttr, StreamFlags},
    },
};

use crate::{
    priority,
    ring::Vitals,
    stream::{InputCallback, OutputCallback},
};

use link::{Link, Packet};

/// A running stream; dropping it ends it.
pub(crate) struct PulseStream {
    socket: UnixStream,
    thread: Option<JoinHandle<()>>,
}

impl Drop for PulseStream {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
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
    run(limit, Arc::clone(&callback.vitals), move || {
        let mut link = Link::connect()?;
        let source: SourceInfo = link.ask(&Command::GetSourceInfo(GetSourceInfo { index: None, name: Some(name) }))?;
        let params = RecordStreamParams {
            source_index: Some(source.index),
            sample_spec: shape.spec(),
            channel_map: fitting(source.channel_map, shape),
            // The server keeps what a busy machine fetches late; with room for one period only it lost 10 ms now and then.
            buffer_attr: BufferAttr { fragment_size: shape.bytes(shape.period), ..BufferAttr::default() },
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            ..RecordStreamParams::default()
        };
        let _: CreateRecordStreamReply = link.ask(&Command::CreateRecordStream(params))?;
        let handle = link.handle()?;
        Ok((handle, move || listen(link, callback, shape)))
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
    run(limit, Arc::clone(&callback.vitals), move || {
        let mut link = Link::connect()?;
        let sink: SinkInfo = link.ask(&Command::GetSinkInfo(GetSinkInfo { index: None, name: Some(name) }))?;
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
        let stream: CreatePlaybackStreamReply = link.ask(&Command::CreatePlaybackStream(params))?;
        let handle = link.handle()?;
        Ok((handle, move || speak(link, callback, shape, &stream)))
    })
}

/// Hands on what is recorded until the connection ends.
fn listen(mut link: Link, mut callback: InputCallback, shape: Shape) -> Result<(), ClientError> {
    let mut scratch = shape.scratch();
    let version = link.version();
    loop {
        match link.next()? {
            Packet::Sound(bytes) => {
                for piece in bytes.chunks(scratch.len() * BYTES) {
                    let samples = &mut scratch[..piece.len() / BYTES];
                    for (sample, bytes) in samples.iter_mut().zip(piece.as_chunks::<BYTES>().0) {
                        *sample = f32::from_ne_bytes(*bytes);
                    }
                    callback.on_input(samples, Duration::ZERO);
                }
            }
            Packet::Command(mut packet) => {
                if let Command::RecordStreamKilled(_) = read_command_message(&mut packet, version)?.1 {
                    return Ok(());
                }
            }
        }
    }
}

/// Sends what is asked for until the connection ends.
fn speak(
    mut link: Link,
    mut callback: OutputCallback,
    shape: Shape,
    stream: &CreatePlaybackStreamReply,
) -> Result<(), ClientError> {
    let mut scratch = shape.scratch();
    let mut packet = vec![0; DESCRIPTOR_SIZE + scratch.len() * BYTES];
    let version = link.version();
    let mut asked = stream.requested_bytes as usize / BYTES;
    loop {
        while asked > 0 {
            let samples = asked.min(scratch.len());
            asked -= samples;
            let samples = &mut scratch[..samples];
            callback.on_output(samples);
            let length = samples.len() * BYTES;
            let (header, bytes) = packet.split_at_mut(DESCRIPTOR_SIZE);
            let flags = DescriptorFlags::empty();
            let descriptor = Descriptor { length: length as u32, channel: stream.channel, offset: 0, flags };
            if let Some(header) = header.first_chunk_mut() {
                encode_descriptor(header, &descriptor);
            }
            for (sample, bytes) in samples.iter().zip(bytes.as_chunks_mut::<BYTES>().0) {
                *bytes = sample.to_ne_bytes();
            }
            link.send(&packet[..DESCRIPTOR_SIZE + length])?;
        }
        let Packet::Command(mut command) = link.next()? else {
            continue;
        };
        match read_command_message(&mut command, version)?.1 {
            Command::Request(request) => asked += request.length as usize / BYTES,
            Command::Underflow(_) => {
                callback.vitals.slips.fetch_add(1, Ordering::Relaxed);
            }
            Command::PlaybackStreamKilled(_) => return Ok(()),
            _ => {}
        }
    }
}

/// The device's own arrangement, if it has as many channels as are asked for.
fn fitting(map: ChannelMap, shape: Shape) -> ChannelMap {
    if u16::from(map.num_channels()) == shape.channels { map } else { ChannelMap::default() }
}

fn c_string(name: &str) -> Result<CString, cpal::Error> {
    CString::new(name).map_err(|_| cpal::Error::new(cpal::ErrorKind::DeviceNotAvailable))
}

/// Opens a stream and runs it, both on a thread of its own: a server that hangs must not hang the caller.
fn run<F>(
    limit: Duration,
    vitals: Arc<Vitals>,
    open: impl FnOnce() -> Result<(UnixStream, F), ClientError> + Send + 'static,
) -> Result<PulseStream, cpal::Error>
where
    F: FnOnce() -> Result<(), ClientError>,
{
    // Without room of its own: whoever no longer waits doesn't get a stream that nobody ends.
    let (done, wait) = mpsc::sync_channel(0);
    let thread = std::thread::Builder::new().name("pulse".to_owned()).spawn(move || match open() {
        Ok((socket, go_on)) => {
            if done.send(Ok(socket)).is_err() {
                return;
            }
            priority::raise();
            let ended = go_on();
            vitals.fatal.store(true, Ordering::Relaxed);
            if let Err(error) = ended {
                tracing::debug!(%error, "a stream ended");
            }
        }
        Err(error) => {
            let _ = done.send(Err(error));
        }
    });
    let Ok(thread) = thread else {
        return Err(cpal::Error::new(cpal::ErrorKind::BackendError));
    };
    match wait.recv_timeout(limit) {
        Ok(Ok(socket)) => Ok(PulseStream { socket, thread: Some(thread) }),
        Ok(Err(error)) => Err(cpal::Error::from(error)),
        Err(_) => Err(cpal::Error::new(cpal::ErrorKind::HostUnavailable)),
    }
}
