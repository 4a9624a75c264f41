//! cpal's traits for the simulated host.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cpal::{
    BufferSize, Data, DeviceDescription, DeviceDescriptionBuilder, DeviceDirection, DeviceId, Error, ErrorKind,
    FrameCount, HostId, InputCallbackInfo, InputStreamTimestamp, OutputCallbackInfo, OutputStreamTimestamp,
    SampleFormat, StreamConfig, StreamInstant, SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};

use super::{Guard, SimHost, Unit, buffer::Buffer, lock};
use crate::{
    clock::{Clock, frames_to_nanos, nanos_to_frames},
    device::Direction,
};

/// One device, seen through its host.
#[derive(Clone, Debug)]
pub(super) struct SimDevice {
    host: SimHost,
    unit: Arc<Mutex<Unit>>,
    name: String,
    direction: Direction,
}

impl SimDevice {
    pub(super) fn new(host: SimHost, unit: Arc<Mutex<Unit>>) -> Self {
        let (name, direction) = {
            let unit = lock(&unit);
            (unit.spec.name.clone(), unit.spec.direction)
        };
        Self { host, unit, name, direction }
    }

    fn config(&self, direction: Direction) -> Result<SupportedStreamConfig, Error> {
        if direction != self.direction {
            return Err(Error::new(ErrorKind::UnsupportedOperation));
        }
        let spec = lock(&self.unit).spec.clone();
        Ok(SupportedStreamConfig::new(
            spec.channels,
            spec.rate,
            SupportedBufferSize::Range { min: 1, max: 1 << 20 },
            spec.format,
        ))
    }

    fn ranges(&self, direction: Direction) -> Vec<SupportedStreamConfigRange> {
        let range = |config: SupportedStreamConfig| {
            SupportedStreamConfigRange::new(
                config.channels(),
                config.sample_rate(),
                config.sample_rate(),
                *config.buffer_size(),
                config.sample_format(),
            )
        };
        self.config(direction).map(range).into_iter().collect()
    }

    fn open(&self, config: StreamConfig, callback: Callback, on_error: ErrorCallback) -> Result<SimStream, Error> {
        let spec = {
            let unit = lock(&self.unit);
            if !unit.plugged {
                return Err(Error::new(ErrorKind::DeviceNotAvailable));
            }
            if let Some(kind) = unit.refuses {
                return Err(Error::with_message(kind, "refused by the script"));
            }
            unit.spec.clone()
        };
        if config.sample_rate != spec.rate || config.channels != spec.channels {
            return Err(Error::new(ErrorKind::UnsupportedConfig));
        }
        let asked = match config.buffer_size {
            BufferSize::Fixed(frames) => frames as usize,
            BufferSize::Default => 4_096,
        };
        let slot = Arc::new(Slot {
            unit: Arc::clone(&self.unit),
            name: self.name.clone(),
            direction: self.direction,
            rate: spec.rate,
            channels: usize::from(spec.channels),
            sizes: if spec.callbacks.is_empty() { vec![asked] } else { spec.callbacks },
            playing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            run: Mutex::new(Run { callback, buffer: Buffer::new(spec.format)?, begin: 0, frames: 0, calls: 0 }),
            on_error: Mutex::new(on_error),
        });
        self.host.state().streams.push(Arc::clone(&slot));
        let clock = self.host.clock();
        Ok(SimStream { slot, clock, asked })
    }
}

/// The host, seen from cpal.
pub(super) struct Face(pub(super) SimHost);

impl HostTrait for Face {
    type Devices = std::vec::IntoIter<SimDevice>;
    type Device = SimDevice;

    fn is_available() -> bool {
        true
    }

    fn devices(&self) -> Result<Self::Devices, Error> {
        if self.0.state().down {
            return Err(Error::new(ErrorKind::HostUnavailable));
        }
        Ok(self.0.plugged().into_iter())
    }

    fn default_input_device(&self) -> Option<SimDevice> {
        self.devices().ok()?.find(|device| device.direction == Direction::Input)
    }

    fn default_output_device(&self) -> Option<SimDevice> {
        self.devices().ok()?.find(|device| device.direction == Direction::Output)
    }
}

impl DeviceTrait for SimDevice {
    type SupportedInputConfigs = std::vec::IntoIter<SupportedStreamConfigRange>;
    type SupportedOutputConfigs = std::vec::IntoIter<SupportedStreamConfigRange>;
    type Stream = SimStream;

    fn description(&self) -> Result<DeviceDescription, Error> {
        let direction = match self.direction {
            Direction::Input => DeviceDirection::Input,
            Direction::Output => DeviceDirection::Output,
        };
        Ok(DeviceDescriptionBuilder::new(&self.name).direction(direction).build())
    }

    fn id(&self) -> Result<DeviceId, Error> {
        Ok(DeviceId::new(HostId::Custom, &self.name))
    }

    fn supported_input_configs(&self) -> Result<Self::SupportedInputConfigs, Error> {
        Ok(self.ranges(Direction::Input).into_iter())
    }

    fn supported_output_configs(&self) -> Result<Self::SupportedOutputConfigs, Error> {
        Ok(self.ranges(Direction::Output).into_iter())
    }

    fn default_input_config(&self) -> Result<SupportedStreamConfig, Error> {
        self.config(Direction::Input)
    }

    fn default_output_config(&self) -> Result<SupportedStreamConfig, Error> {
        self.config(Direction::Output)
    }

    fn build_input_stream_raw<D, E>(
        &self,
        config: StreamConfig,
        _: SampleFormat,
        on_data: D,
        on_error: E,
        _: Option<Duration>,
    ) -> Result<SimStream, Error>
    where
        D: FnMut(&Data, &InputCallbackInfo) + Send + 'static,
        E: FnMut(Error) + Send + 'static,
    {
        self.open(config, Callback::Input(Box::new(on_data)), Box::new(on_error))
    }

    fn build_output_stream_raw<D, E>(
        &self,
        config: StreamConfig,
        _: SampleFormat,
        on_data: D,
        on_error: E,
        _: Option<Duration>,
    ) -> Result<SimStream, Error>
    where
        D: FnMut(&mut Data, &OutputCallbackInfo) + Send + 'static,
        E: FnMut(Error) + Send + 'static,
    {
        self.open(config, Callback::Output(Box::new(on_data)), Box::new(on_error))
    }
}

impl fmt::Display for SimDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for SimDevice {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.direction) == (&other.name, other.direction)
    }
}

impl Eq for SimDevice {}

impl Hash for SimDevice {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

type InputCall = Box<dyn FnMut(&Data, &InputCallbackInfo) + Send>;
type OutputCall = Box<dyn FnMut(&mut Data, &OutputCallbackInfo) + Send>;
type ErrorCallback = Box<dyn FnMut(Error) + Send>;

enum Callback {
    Input(InputCall),
    Output(OutputCall),
}

/// A stream as the host holds it.
pub(super) struct Slot {
    unit: Arc<Mutex<Unit>>,
    name: String,
    direction: Direction,
    rate: u32,
    channels: usize,
    sizes: Vec<usize>,
    playing: AtomicBool,
    closed: AtomicBool,
    run: Mutex<Run>,
    on_error: Mutex<ErrorCallback>,
}

struct Run {
    callback: Callback,
    buffer: Buffer,
    /// When it began, in the clock's nanoseconds.
    begin: u64,
    frames: u64,
    calls: usize,
}

impl Slot {
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn device_name(&self) -> &str {
        &self.name
    }

    /// When the next callback is due: an input's when its samples are there, an output's when the
    /// samples of the one before are used up.
    pub(super) fn due(&self) -> u64 {
        let runs = {
            let unit = lock(&self.unit);
            unit.plugged && !unit.stalled
        };
        if !runs || !self.playing.load(Ordering::Acquire) {
            return u64::MAX;
        }
        let run = lock(&self.run);
        let ahead = match self.direction {
            Direction::Input => self.next_size(&run) as u64,
            Direction::Output => 0,
        };
        run.begin + frames_to_nanos(run.frames + ahead, self.rate)
    }

    pub(super) fn call(&self, guard: Guard, clock: &Clock) {
        let mut run = lock(&self.run);
        let frames = self.next_size(&run);
        let first = nanos_to_frames(run.begin, self.rate) + run.frames;
        let Run { callback, buffer, .. } = &mut *run;
        match callback {
            Callback::Input(call) => {
                let now = instant(clock.now_nanos());
                let captured = clock.now_nanos().saturating_sub(frames_to_nanos(frames as u64, self.rate));
                let info = InputCallbackInfo::new(InputStreamTimestamp { callback: now, capture: instant(captured) });
                let signal = Arc::clone(&lock(&self.unit).spec.signal);
                buffer.write(frames * self.channels, |i| signal(first + (i / self.channels) as u64));
                let data = buffer.data();
                guard(&mut || call(&data, &info));
            }
            Callback::Output(call) => {
                let now = instant(clock.now_nanos());
                let info = OutputCallbackInfo::new(OutputStreamTimestamp { callback: now, playback: now });
                buffer.write(frames * self.channels, |_| 0.0);
                let mut data = buffer.data();
                guard(&mut || call(&mut data, &info));
                buffer.read(&mut lock(&self.unit).played);
            }
        }
        run.frames += frames as u64;
        run.calls += 1;
    }

    pub(super) fn report(&self, kind: ErrorKind) {
        lock(&self.on_error)(Error::new(kind));
    }

    fn next_size(&self, run: &Run) -> usize {
        self.sizes[run.calls % self.sizes.len()]
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream of {}", self.name)
    }
}

/// A stream as cpal holds it.
pub(super) struct SimStream {
    slot: Arc<Slot>,
    clock: Clock,
    asked: usize,
}

impl StreamTrait for SimStream {
    fn play(&self) -> Result<(), Error> {
        lock(&self.slot.run).begin = self.clock.now_nanos();
        self.slot.playing.store(true, Ordering::Release);
        Ok(())
    }

    fn pause(&self) -> Result<(), Error> {
        self.slot.playing.store(false, Ordering::Release);
        Ok(())
    }

    fn buffer_size(&self) -> Result<FrameCount, Error> {
        Ok(self.asked as FrameCount)
    }

    fn now(&self) -> StreamInstant {
        instant(self.clock.now_nanos())
    }
}

impl Drop for SimStream {
    fn drop(&mut self) {
        self.slot.closed.store(true, Ordering::Release);
        self.slot.playing.store(false, Ordering::Release);
    }
}

fn instant(nanos: u64) -> StreamInstant {
    StreamInstant::from_nanos(nanos)
}
