//! Opening a stream: format, callback size, rings, callbacks.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use cpal::{
    BufferSize, ErrorKind, StreamConfig, SupportedBufferSize, SupportedStreamConfig,
    traits::{DeviceTrait, StreamTrait},
};
use ringbuf::HeapCons;

#[cfg(target_os = "linux")]
use crate::pulse::{self, PulseStream, Shape};
use crate::{
    clock::Clock,
    device::{Catalogue, DeviceId, DeviceInfo, Direction},
    error::AudioError,
    ring::{Cue, Ear, Feed, Mark, Vitals, output_rings, rings},
    stream::{InputCallback, OutputCallback, understands},
    wav::{OUT_RATE, WavSink, WavSource},
};

/// A hung sound server must not hang the audio thread.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How much a ring holds: longer than any stall of the audio thread on a busy machine.
const RING_SECONDS: usize = 2;

/// The rate in Hz to expect of a speaker that isn't open yet.
pub(crate) const USUAL_RATE: u32 = OUT_RATE;

/// A running stream; dropping it ends it.
pub(crate) enum Stream {
    /// cpal's.
    Cpal(cpal::Stream),
    /// Our own.
    #[cfg(target_os = "linux")]
    Pulse(#[expect(dead_code, reason = "held for its drop")] PulseStream),
}

impl Stream {
    /// cpal's streams wait to be told.
    fn start(&self) -> Result<(), cpal::Error> {
        match self {
            Self::Cpal(stream) => stream.play(),
            #[cfg(target_os = "linux")]
            Self::Pulse(_) => Ok(()),
        }
    }
}

/// What runs behind an open input.
pub(crate) enum Source {
    /// A device; dropping the stream shuts it.
    Device(#[expect(dead_code, reason = "held for its drop")] Stream),
    /// A file.
    Wav(Box<WavSource>),
}

/// What runs behind an open output.
pub(crate) enum Sink {
    /// A device; dropping the stream shuts it.
    Device(#[expect(dead_code, reason = "held for its drop")] Stream),
    /// A file.
    Wav(Box<WavSink>),
}

/// The audio thread's end of an open input.
pub(crate) struct InputEnd {
    pub(crate) source: Source,
    pub(crate) id: DeviceId,
    pub(crate) name: String,
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) ear: Arc<Ear>,
    /// A device that hears a room, rather than a file or what a speaker plays.
    pub(crate) is_microphone: bool,
    pub(crate) sound: HeapCons<f32>,
    pub(crate) marks: HeapCons<Mark>,
}

/// The audio thread's end of an open output.
pub(crate) struct OutputEnd {
    pub(crate) sink: Sink,
    pub(crate) id: DeviceId,
    pub(crate) name: String,
    pub(crate) rate: u32,
    pub(crate) channels: u16,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) cue: Arc<Cue>,
    pub(crate) feed: Feed,
}

/// Opens a microphone or the file standing in for one.
pub(crate) fn input(
    catalogue: &mut Catalogue,
    id: &DeviceId,
    period: Duration,
    clock: &Clock,
) -> Result<InputEnd, AudioError> {
    let (vitals, ear) = (Arc::<Vitals>::default(), Arc::<Ear>::default());
    let parts = |rate: u32, channels: u16| {
        let ((push, sound), (push_mark, marks)) = rings(rate as usize * RING_SECONDS);
        let shared = (Arc::clone(&vitals), Arc::clone(&ear));
        let callback = InputCallback::new(shared, clock.clone(), push, push_mark, channels, rate);
        (callback, sound, marks)
    };
    if let Some(path) = id.wav_path() {
        let mut wav = WavSource::open(&path, clock.clone())?;
        let (rate, channels) = (wav.rate(), wav.channels());
        let (callback, sound, marks) = parts(rate, channels);
        wav.start(callback);
        return Ok(InputEnd {
            source: Source::Wav(Box::new(wav)),
            id: id.clone(),
            name: file_name(&path),
            rate,
            channels,
            vitals,
            ear,
            is_microphone: false,
            sound,
            marks,
        });
    }
    let (device, info) = catalogue.find(Direction::Input, id)?;
    let supported = format_of(&device, &info)?;
    let (rate, channels) = (supported.sample_rate(), supported.channels());
    let ((sound, marks), stream) = first_accepted(&device, &info, &supported, period, |config| {
        let (mut callback, sound, marks) = parts(rate, channels);
        #[cfg(target_os = "linux")]
        if let Some((name, shape)) = pulse_stream(&device, config) {
            let stream = pulse::record(&name, shape, TIMEOUT, callback)?;
            return Ok(((sound, marks), Stream::Pulse(stream)));
        }
        device
            .build_input_stream_raw(
                config,
                supported.sample_format(),
                move |data, info| callback.on_data(data, *info),
                on_error(Arc::clone(&vitals)),
                Some(TIMEOUT),
            )
            .map(|stream| ((sound, marks), Stream::Cpal(stream)))
    })?;
    Ok(InputEnd {
        source: Source::Device(stream),
        id: info.id,
        name: info.name,
        rate,
        channels,
        vitals,
        ear,
        is_microphone: !info.is_monitor,
        sound,
        marks,
    })
}

/// Opens a speaker or the file standing in for one (`append` goes on at the file's end).
pub(crate) fn output(
    catalogue: &mut Catalogue,
    id: &DeviceId,
    append: bool,
    period: Duration,
    clock: &Clock,
) -> Result<OutputEnd, AudioError> {
    let (vitals, cue) = (Arc::<Vitals>::default(), Arc::<Cue>::default());
    let parts = |rate: u32, channels: u16| {
        let (feed, tap) = output_rings(rate as usize * RING_SECONDS);
        let shared = (Arc::clone(&vitals), Arc::clone(&cue));
        (OutputCallback::new(shared, clock.clone(), tap, channels, rate), feed)
    };
    if let Some(path) = id.wav_path() {
        let mut wav = WavSink::open(&path, append, clock.clone())?;
        let (callback, feed) = parts(OUT_RATE, 1);
        wav.start(callback);
        return Ok(OutputEnd {
            sink: Sink::Wav(Box::new(wav)),
            id: id.clone(),
            name: file_name(&path),
            rate: OUT_RATE,
            channels: 1,
            vitals,
            cue,
            feed,
        });
    }
    let (device, info) = catalogue.find(Direction::Output, id)?;
    let supported = format_of(&device, &info)?;
    let (rate, channels) = (supported.sample_rate(), supported.channels());
    let (feed, stream) = first_accepted(&device, &info, &supported, period, |config| {
        let (mut callback, feed) = parts(rate, channels);
        #[cfg(target_os = "linux")]
        if let Some((name, shape)) = pulse_stream(&device, config) {
            return Ok((feed, Stream::Pulse(pulse::play(&name, shape, TIMEOUT, callback)?)));
        }
        device
            .build_output_stream_raw(
                config,
                supported.sample_format(),
                move |data, _| callback.on_data(data),
                on_error(Arc::clone(&vitals)),
                Some(TIMEOUT),
            )
            .map(|stream| (feed, Stream::Cpal(stream)))
    })?;
    Ok(OutputEnd { sink: Sink::Device(stream), id: info.id, name: info.name, rate, channels, vitals, cue, feed })
}

/// The device's own format if the callbacks understand it, else the best one they do.
fn format_of(device: &cpal::Device, info: &DeviceInfo) -> Result<SupportedStreamConfig, AudioError> {
    let own = match info.direction {
        Direction::Input => device.default_input_config(),
        Direction::Output => device.default_output_config(),
    };
    if let Ok(own) = &own
        && understands(own.sample_format())
    {
        return Ok(*own);
    }
    let best = match info.direction {
        Direction::Input => device.supported_input_configs().map(|all| best_of(all.collect())),
        Direction::Output => device.supported_output_configs().map(|all| best_of(all.collect())),
    };
    match (best, own) {
        (Ok(Some(best)), _) => Ok(best),
        (Err(error), _) | (_, Err(error)) => Err(AudioError::from_cpal(&error, &info.name, &info.id)),
        (Ok(None), Ok(own)) => {
            Err(AudioError::Unsupported { name: info.name.clone(), detail: own.sample_format().to_string() })
        }
    }
}

fn best_of(all: Vec<cpal::SupportedStreamConfigRange>) -> Option<SupportedStreamConfig> {
    all.into_iter()
        .filter(|range| understands(range.sample_format()))
        .max_by(cpal::SupportedStreamConfigRange::cmp_default_heuristics)
        .map(|range| {
            let standard = range.try_with_standard_sample_rate();
            standard.unwrap_or_else(|| range.with_max_sample_rate())
        })
}

/// Tries callback sizes from the wanted one on and starts the first stream the device accepts.
fn first_accepted<T>(
    device: &cpal::Device,
    info: &DeviceInfo,
    supported: &SupportedStreamConfig,
    period: Duration,
    build: impl Fn(StreamConfig) -> Result<(T, Stream), cpal::Error>,
) -> Result<(T, Stream), AudioError> {
    let named = |error: &cpal::Error| AudioError::from_cpal(error, &info.name, &info.id);
    // PulseAudio takes "whatever you like" for two seconds of delay.
    let pulse = device.id().is_ok_and(|id| id.host().name() == "PulseAudio");
    let mut refused = None;
    for buffer_size in sizes(supported, period, !pulse) {
        let config = StreamConfig { channels: supported.channels(), sample_rate: supported.sample_rate(), buffer_size };
        match build(config) {
            Ok((ends, stream)) => {
                stream.start().map_err(|error| named(&error))?;
                return Ok((ends, stream));
            }
            Err(error) => {
                let about_size = matches!(
                    error.kind(),
                    ErrorKind::UnsupportedConfig | ErrorKind::InvalidInput | ErrorKind::BackendError
                );
                let error = named(&error);
                if !about_size {
                    return Err(error);
                }
                refused.get_or_insert(error);
            }
        }
    }
    Err(refused
        .unwrap_or_else(|| AudioError::Unsupported { name: info.name.clone(), detail: "no callback size".to_owned() }))
}

fn sizes(supported: &SupportedStreamConfig, period: Duration, any: bool) -> Vec<BufferSize> {
    let wanted = (u128::from(supported.sample_rate()) * period.as_nanos() / 1_000_000_000) as u32;
    let allowed = match *supported.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => min.max(1)..=max.max(1),
        _ => 1..=u32::MAX,
    };
    let mut sizes = Vec::new();
    for size in [wanted, wanted * 2, wanted / 2, wanted * 4, *allowed.start()] {
        let size = BufferSize::Fixed(size.clamp(*allowed.start(), *allowed.end()));
        if !sizes.contains(&size) {
            sizes.push(size);
        }
    }
    if any {
        sizes.push(BufferSize::Default);
    }
    sizes
}

/// How to open the device without cpal, if it is PulseAudio's.
#[cfg(target_os = "linux")]
fn pulse_stream(device: &cpal::Device, config: StreamConfig) -> Option<(String, Shape)> {
    let id = device.id().ok().filter(|id| id.host() == cpal::HostId::PulseAudio)?;
    let BufferSize::Fixed(period) = config.buffer_size else {
        return None;
    };
    Some((id.id().to_owned(), Shape { rate: config.sample_rate, channels: config.channels, period }))
}

/// The error callback: only atomics, for a dead ALSA stream calls it 40,000 times a second.
fn on_error(vitals: Arc<Vitals>) -> impl FnMut(cpal::Error) + Send + 'static {
    move |error| match error.kind() {
        ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {}
        ErrorKind::DeviceNotAvailable
        | ErrorKind::StreamInvalidated
        | ErrorKind::HostUnavailable
        | ErrorKind::PermissionDenied => vitals.fatal.store(true, Ordering::Relaxed),
        _ => {
            vitals.errors.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use cpal::SampleFormat;

    use super::*;

    fn supported(range: SupportedBufferSize) -> SupportedStreamConfig {
        SupportedStreamConfig::new(2, 48_000, range, SampleFormat::F32)
    }

    #[test]
    fn the_wanted_callback_size_is_tried_first_and_the_servers_choice_never() {
        let sizes = sizes(&supported(SupportedBufferSize::Unknown), Duration::from_millis(20), false);
        assert_eq!(sizes[0], BufferSize::Fixed(960));
        assert!(!sizes.contains(&BufferSize::Default));
    }

    #[test]
    fn sizes_stay_within_what_the_device_allows() {
        let range = SupportedBufferSize::Range { min: 1_024, max: 1_500 };
        let sizes = sizes(&supported(range), Duration::from_millis(20), false);
        assert_eq!(sizes, [BufferSize::Fixed(1_024), BufferSize::Fixed(1_500)]);
    }
}
