//! Which devices there are: stable ids, readable names, the system's defaults.
//!
//! On Linux the PulseAudio host (also PipeWire's) is preferred, because ALSA lists only plugin
//! names; ALSA is the fallback. A [`Catalogue`] holds one connection to the sound system and makes
//! a fresh one when the old one has died with its server.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use cpal::traits::{DeviceTrait, HostTrait};
use serde::{Deserialize, Serialize};

use crate::error::AudioError;

/// What a device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// A microphone or another source.
    Input,
    /// A speaker or another sink.
    Output,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// A device's name in settings: `default`, `host:name` as the sound system keeps it over restarts,
/// or `wav:PATH` for a file that stands in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceId(String);

/// The text is neither `default` nor of the form `host:name`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a device id (default, host:name or wav:PATH)")]
pub struct InvalidDeviceId(String);

impl DeviceId {
    const DEFAULT: &'static str = "default";
    const WAV: &'static str = "wav:";

    /// A file standing in for a device.
    pub fn wav(path: impl AsRef<Path>) -> Self {
        Self(format!("{}{}", Self::WAV, path.as_ref().display()))
    }

    #[cfg(any(test, feature = "sim"))]
    pub(crate) fn of_host(host: &str, name: &str) -> Self {
        Self(format!("{host}:{name}"))
    }

    /// Whether it follows the system's choice.
    pub fn is_default(&self) -> bool {
        self.0 == Self::DEFAULT
    }

    /// The file, if one stands in.
    pub fn wav_path(&self) -> Option<PathBuf> {
        self.0.strip_prefix(Self::WAV).map(PathBuf::from)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for DeviceId {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DeviceId {
    type Err = InvalidDeviceId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = text.split_once(':').is_some_and(|(host, name)| !host.is_empty() && !name.is_empty());
        if named || text == Self::DEFAULT { Ok(Self(text.to_owned())) } else { Err(InvalidDeviceId(text.to_owned())) }
    }
}

impl TryFrom<String> for DeviceId {
    type Error = InvalidDeviceId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> Self {
        id.0
    }
}

/// One device as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// Stable id.
    pub id: DeviceId,
    /// Readable name.
    pub name: String,
    /// What it is for. A device for both directions is listed twice.
    pub direction: Direction,
    /// Whether `default` means this one now.
    pub is_default: bool,
    /// Whether it records what an output plays (PulseAudio's `.monitor` sources).
    pub is_monitor: bool,
    /// Whether it is connected by Bluetooth: as a microphone it may lower the sound quality of the whole headset.
    pub is_bluetooth: bool,
}

/// Where the devices come from.
pub enum HostChoice {
    /// The system's sound.
    System,
    /// A host of the caller's making, called again whenever a fresh one is needed.
    Custom(Box<dyn Fn() -> cpal::Host + Send>),
}

/// Every device of the system, defaults first, then by direction and name.
pub fn devices() -> Result<Vec<DeviceInfo>, AudioError> {
    Catalogue::new(HostChoice::System).list()
}

/// A connection to the sound system, for listing, that renews itself.
pub(crate) struct Catalogue {
    choice: HostChoice,
    host: Option<cpal::Host>,
}

impl Catalogue {
    pub(crate) fn new(choice: HostChoice) -> Self {
        Self { choice, host: None }
    }

    /// Lists every device; a dead connection is renewed once.
    pub(crate) fn list(&mut self) -> Result<Vec<DeviceInfo>, AudioError> {
        self.drop_outdated_fallback();
        if let Ok(devices) = list(self.host()?) {
            return Ok(devices);
        }
        self.host = None;
        list(self.host()?).map_err(|error| AudioError::HostUnavailable { detail: error.to_string() })
    }

    /// The device behind an id, with its actual id and its name.
    pub(crate) fn find(
        &mut self,
        direction: Direction,
        id: &DeviceId,
    ) -> Result<(cpal::Device, DeviceInfo), AudioError> {
        let devices = self.list()?;
        let info = if id.is_default() {
            default_of(&devices, direction).ok_or(AudioError::NoDevice { direction })?
        } else {
            devices
                .iter()
                .find(|device| device.direction == direction && device.id == *id)
                .ok_or_else(|| AudioError::DeviceNotFound { id: id.clone() })?
        };
        // Not a connection of its own: PulseAudio's client leaves a thread behind for each that was made.
        let device = self
            .host()?
            .devices()
            .ok()
            .and_then(|mut all| {
                all.find(|device| {
                    let is_it = device.id().is_ok_and(|id| id.to_string() == info.id.0);
                    is_it && device.description().is_ok_and(|known| matches_direction(device, &known, direction))
                })
            })
            .ok_or_else(|| AudioError::DeviceNotFound { id: id.clone() })?;
        Ok((device, info.clone()))
    }

    /// Whether the devices are the system's, rather than a host of the caller's making.
    pub(crate) fn is_real(&self) -> bool {
        matches!(self.choice, HostChoice::System)
    }

    /// Whether listing is quick (PulseAudio: 3–11 ms measured) and shows devices that come and go.
    pub(crate) fn is_lively(&self) -> bool {
        self.host.as_ref().is_some_and(|host| !host.id().name().eq_ignore_ascii_case("alsa"))
    }

    fn host(&mut self) -> Result<&cpal::Host, AudioError> {
        let host = match self.host.take() {
            Some(host) => host,
            None => self.connect()?,
        };
        Ok(self.host.insert(host))
    }

    fn connect(&self) -> Result<cpal::Host, AudioError> {
        match &self.choice {
            HostChoice::System => system_host(),
            HostChoice::Custom(make) => Ok(make()),
        }
    }

    /// A sound server that has come (back) up replaces the fallback.
    fn drop_outdated_fallback(&mut self) {
        #[cfg(target_os = "linux")]
        if matches!(self.choice, HostChoice::System)
            && self.host.as_ref().is_some_and(|host| host.id() == cpal::HostId::Alsa)
            && cpal::available_hosts().contains(&cpal::HostId::PulseAudio)
        {
            self.host = None;
        }
    }
}

/// What `default` means: never a monitor, or the service would hear itself.
pub(crate) fn default_of(devices: &[DeviceInfo], direction: Direction) -> Option<&DeviceInfo> {
    let mut usable = devices.iter().filter(|device| device.direction == direction && !device.is_monitor);
    let first = usable.clone().next();
    usable.find(|device| device.is_default).or(first)
}

#[cfg(target_os = "linux")]
fn system_host() -> Result<cpal::Host, AudioError> {
    let pulse = cpal::HostId::PulseAudio;
    if cpal::available_hosts().contains(&pulse)
        && let Ok(host) = cpal::host_from_id(pulse)
    {
        return Ok(host);
    }
    cpal::host_from_id(cpal::HostId::Alsa).map_err(|error| AudioError::HostUnavailable { detail: error.to_string() })
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Linux")]
fn system_host() -> Result<cpal::Host, AudioError> {
    Ok(cpal::default_host())
}

fn list(host: &cpal::Host) -> Result<Vec<DeviceInfo>, cpal::Error> {
    let default_id = |device: Option<cpal::Device>| device.and_then(|device| device.id().ok());
    let default_input = default_id(host.default_input_device());
    let default_output = default_id(host.default_output_device());
    let mut devices = Vec::new();
    for device in host.devices()? {
        let (Ok(id), Ok(description)) = (device.id(), device.description()) else {
            continue;
        };
        if is_plumbing(&id) {
            continue;
        }
        for direction in [Direction::Input, Direction::Output] {
            if !matches_direction(&device, &description, direction) {
                continue;
            }
            let default = match direction {
                Direction::Input => &default_input,
                Direction::Output => &default_output,
            };
            devices.push(DeviceInfo {
                id: DeviceId(id.to_string()),
                name: readable(description.name()),
                direction,
                is_default: default.as_ref() == Some(&id),
                is_monitor: direction == Direction::Input && id.id().ends_with(".monitor"),
                is_bluetooth: is_bluetooth(&id, &description),
            });
        }
    }
    devices.sort_by(|a, b| {
        (a.direction, !a.is_default, a.is_monitor, &a.name, &a.id).cmp(&(
            b.direction,
            !b.is_default,
            b.is_monitor,
            &b.name,
            &b.id,
        ))
    });
    devices.dedup_by(|a, b| a.direction == b.direction && a.id == b.id);
    Ok(devices)
}

fn matches_direction(device: &cpal::Device, description: &cpal::DeviceDescription, direction: Direction) -> bool {
    if description.direction() == cpal::DeviceDirection::Unknown {
        return match direction {
            Direction::Input => device.supports_input(),
            Direction::Output => device.supports_output(),
        };
    }
    match direction {
        Direction::Input => description.supports_input(),
        Direction::Output => description.supports_output(),
    }
}

/// ALSA lists its plugins beside the devices; a person can use only these. (`pulse` works only with
/// a server, and then PulseAudio's own host is in use.)
#[cfg(target_os = "linux")]
fn is_plumbing(id: &cpal::DeviceId) -> bool {
    const USABLE: [&str; 4] = ["default", "sysdefault:", "plughw:", "pipewire"];
    id.host() == cpal::HostId::Alsa && !USABLE.iter().any(|prefix| id.id().starts_with(prefix))
}

#[cfg(not(target_os = "linux"))]
fn is_plumbing(_: &cpal::DeviceId) -> bool {
    false
}

/// PulseAudio and PipeWire tell it by the name only.
fn is_bluetooth(id: &cpal::DeviceId, description: &cpal::DeviceDescription) -> bool {
    description.interface_type() == cpal::InterfaceType::Bluetooth || id.id().starts_with("bluez_")
}

/// ALSA's names have a second line that only says how.
fn readable(name: &str) -> String {
    name.lines().next().unwrap_or(name).trim().to_owned()
}
